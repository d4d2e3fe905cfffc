"""Marks (C8), held and open questions (C3), echoes (C4), blanks and students (C7), rows with maxima of their own (A3)."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.core.cell_cases import (
    DISTRICT,
    TEN,
    WITHOUT_MISSING,
    base,
    form,
    intent,
    merged,
    ours,
    problem_of,
    said,
)
from twinbook.core.cells import CellBase, Hold, Membership, NewBase, Policy, ProblemCode, Send, TakeOver
from twinbook.core.merge import answered_base, resolved_base, taken_over_base
from twinbook.core.remote import TheirCell
from twinbook.core.values import BLANK, Form, Maxima, Number

PERCENT_OF_ITEMS = Maxima(Decimal(150), Decimal(100), Decimal(150))


class TestMarks:
    @pytest.mark.parametrize(
        ("here", "there"),
        [("excused", "NA"), ("excused", "na"), ("excused", "EX"), ("incomplete", "TX"), ("missing", "MI")],
    )
    def test_fitting_marks_agree(self, here: str, there: str) -> None:
        assert said(merged(here, there)) == f"new base {here}|{there.upper()}"

    @pytest.mark.parametrize(("here", "there"), [("excused", "TX"), ("missing", "NA"), ("incomplete", "MI")])
    def test_other_marks_are_a_conflict(self, here: str, there: str) -> None:
        assert said(merged(here, there)) == "conflict"

    def test_missing_without_a_district_mark_says_what_to_do(self) -> None:
        decision = merged("missing", "8", base("8", "8"), far=WITHOUT_MISSING)
        assert said(decision) == "mark_needs_typing: leave it blank and complete grading, or type 0"

    @pytest.mark.parametrize("policy", list(Policy))
    def test_a_mark_against_a_blank_waits_for_typing_whatever_the_policy(self, policy: Policy) -> None:
        assert said(merged("excused", "", base("8", "8"), policy=policy)) == "mark_needs_typing: NA"
        assert said(merged("excused", "", policy=policy)) == "mark_needs_typing: NA"

    def test_missing_agrees_with_a_blank_only_while_grading_is_completed(self) -> None:
        assert said(merged("missing", "", grading_completed=True)) == "new base missing|"
        assert said(merged("missing", "", grading_completed=False)) == "mark_needs_typing: MI"

    @pytest.mark.parametrize("grading_completed", [True, False])
    def test_a_blank_agrees_with_a_blank(self, grading_completed: bool) -> None:
        assert said(merged("", "", grading_completed=grading_completed)) == "new base |"

    @pytest.mark.parametrize("grading_completed", [True, False])
    def test_a_blank_of_aeries_is_never_taken_for_missing(self, grading_completed: bool) -> None:
        decision = merged("8", "", base("8", "8"), grading_completed=grading_completed)
        assert isinstance(decision, TakeOver)
        assert decision.value == BLANK

    def test_a_number_over_an_agreed_mark_is_sent(self) -> None:
        assert said(merged("7", "MI", base("missing", "MI"))) == "send 7.0000"

    def test_an_unmapped_mark_is_shown_as_it_stands(self) -> None:
        assert said(merged("8", "XYZ", base("8", "8"))) == "take over XYZ"
        assert said(merged("!XYZ", "XYZ", base("!XYZ", "XYZ"))) == "nothing"

    @pytest.mark.parametrize("policy", [Policy.ASK, Policy.LMS])
    def test_an_unmapped_mark_is_never_overwritten(self, policy: Policy) -> None:
        assert said(merged("8", "XYZ", base("!XYZ", "XYZ"), policy=policy)) == "unknown_mark"
        expected = "conflict" if policy is Policy.ASK else "unknown_mark"
        assert said(merged("8", "XYZ", base("7", "7"), policy=policy)) == expected

    def test_a_changed_mark_table_counts_as_a_change_in_aeries(self) -> None:
        """Who changes the table leaves their half of the base open, as a resolution does."""
        shown_as_it_stood = replace(base("!MI", "MI"), theirs=None)
        assert said(merged("!MI", "MI", shown_as_it_stood)) == "take over missing"

    def test_zero_blank_missing_excused_and_incomplete_are_five_values(self) -> None:
        words = ["0", "", "missing", "excused", "incomplete"]
        assert len({ours(word) for word in words}) == 5
        typed = ["0", "", "MI", "NA", "TX"]
        taken = [said(merged("8", there, base("8", "8"))) for there in typed]
        assert taken == [
            "take over 0",
            "take over blank",
            "take over missing",
            "take over excused",
            "take over incomplete",
        ]


class TestOpenQuestions:
    def test_aeries_returning_to_its_half_closes_a_conflict_and_ours_is_sent(self) -> None:
        conflict = problem_of(ProblemCode.CONFLICT, "9", "7", 2)
        assert said(merged("9", "8", base("8", "8"), version=2, problem=conflict)) == "send 9.0000"

    def test_ours_returning_to_its_half_does_not_close_it(self) -> None:
        conflict = problem_of(ProblemCode.CONFLICT, "9", "7", 2)
        assert said(merged("8", "7", base("8", "8"), version=3, problem=conflict)) == "conflict"

    def test_clearing_ours_does_not_close_a_conflict_of_a_first_meeting(self) -> None:
        conflict = problem_of(ProblemCode.CONFLICT, "9", "7", 2)
        assert said(merged("", "7", version=3, problem=conflict)) == "conflict"

    def test_equal_values_close_it(self) -> None:
        conflict = problem_of(ProblemCode.CONFLICT, "9", "7", 2)
        assert said(merged("7", "7", base("8", "8"), version=3, problem=conflict)) == "new base 7|7"

    @pytest.mark.parametrize("policy", list(Policy))
    def test_a_policy_does_not_answer_a_conflict_that_was_open_before(self, policy: Policy) -> None:
        conflict = problem_of(ProblemCode.CONFLICT, "9", "7", 2)
        agreed = base("8", "8")
        assert said(merged("9", "7", agreed, version=2, problem=conflict, policy=policy)) == "conflict"
        assert said(merged("9", "7", version=2, problem=conflict, overwrite=Policy.LMS)) == "send 9.0000"

    @pytest.mark.parametrize("policy", list(Policy))
    def test_a_value_that_aeries_refused_is_not_sent_again_by_itself(self, policy: Policy) -> None:
        refused = problem_of(ProblemCode.REJECTED, "9", "8", 2)
        assert (
            said(merged("9", "8", base("8", "8"), version=2, problem=refused, policy=policy))
            == "rejected_by_aeries"
        )

    def test_a_newer_value_after_a_refusal_is_sent(self) -> None:
        refused = problem_of(ProblemCode.REJECTED, "99", "8", 2)
        assert said(merged("9", "8", base("8", "8"), version=3, problem=refused)) == "send 9.0000"

    def test_a_change_in_aeries_after_a_refusal_is_looked_at(self) -> None:
        refused = problem_of(ProblemCode.REJECTED, "9", "8", 2)
        assert said(merged("9", "6", base("8", "8"), version=2, problem=refused)) == "conflict"

    def test_resolving_for_the_lms_sends_also_what_was_agreed_once(self) -> None:
        chosen = resolved_base(base("8", "8"), Policy.LMS, ours("8"), 3, form("7"), TEN)
        assert said(merged("8", "7", chosen, version=3)) == "send 8.0000"

    def test_resolving_for_aeries_takes_over_also_what_was_agreed_once(self) -> None:
        chosen = resolved_base(base("8", "8"), Policy.AERIES, ours("9"), 2, form("8"), TEN)
        assert said(merged("9", "8", chosen, version=2)) == "take over 8"

    @pytest.mark.parametrize("winner", [Policy.LMS, Policy.AERIES])
    def test_a_change_after_the_choice_is_asked_again(self, winner: Policy) -> None:
        """The choice was made on `seen` values; a newer one on the loser's side was not chosen away."""
        chosen = resolved_base(base("8", "8"), winner, ours("9"), 2, form("7"), TEN)
        here, there, version = ("9", "6", 2) if winner is Policy.LMS else ("5", "7", 3)
        assert said(merged(here, there, chosen, version=version)) == "conflict"

    def test_a_resolution_needs_a_winner(self) -> None:
        with pytest.raises(ValueError, match="winner"):
            resolved_base(None, Policy.ASK, ours("9"), 2, form("7"), TEN)


class TestEchoes:
    def test_our_own_unread_write_becomes_the_base(self) -> None:
        decision = merged("9", "9", base("8", "8"), version=2, intents=(intent(1, "9", "9", version=2),))
        assert said(decision) == "new base 9|9"

    def test_a_newer_value_of_ours_is_sent_after_the_echo(self) -> None:
        decision = merged("6", "9", base("8", "8"), version=3, intents=(intent(1, "9", "9", version=2),))
        assert isinstance(decision, Send)
        assert decision.echo == base("9", "9", version=2)
        assert said(decision) == "send 6.0000"

    def test_the_old_value_saved_again_is_sent_after_the_echo(self) -> None:
        """With only Aeries' half moved, the LMS would count as unchanged and the two would differ for ever."""
        decision = merged("8", "9", base("8", "8"), version=3, intents=(intent(1, "9", "9", version=2),))
        assert said(decision) == "send 8.0000"

    def test_a_cleared_cell_is_held_after_the_echo(self) -> None:
        decision = merged("", "9", base("8", "8"), version=3, intents=(intent(1, "9", "9", version=2),))
        assert isinstance(decision, Hold)
        assert decision.code is ProblemCode.CLEAR_NEEDS_TYPING
        assert decision.echo == base("9", "9", version=2)

    def test_a_late_echo_after_a_newer_base_is_recognised(self) -> None:
        newer = base("6", "6", version=3)
        decision = merged("6", "9", newer, version=3, intents=(intent(1, "9", "9", version=2),))
        assert said(decision) == "send 6.0000"

    def test_of_two_writes_of_the_same_number_the_later_counts(self) -> None:
        two = (intent(1, "9", "9", version=2), intent(2, "9", "9", version=4))
        decision = merged("9", "9", base("8", "8"), version=4, intents=two)
        assert isinstance(decision, NewBase)
        assert decision.base.ours_version == 4

    def test_another_value_is_no_echo(self) -> None:
        assert (
            said(merged("9", "7", base("8", "8"), version=2, intents=(intent(1, "9", "9", version=2),)))
            == "conflict"
        )


class TestBlanksAndStudents:
    def test_an_absent_row_says_nothing(self) -> None:
        assert said(merged("8", None, base("8", "8"))) == "nothing known"
        assert said(merged("9", None, base("8", "8"))) == "nothing known"

    def test_a_blank_is_taken_over_only_after_the_student_list(self) -> None:
        agreed = base("8", "8")
        assert said(merged("8", "", agreed, students_read_after=False)) == "nothing known"
        assert said(merged("8", "", agreed, students_read_after=True)) == "take over blank"

    @pytest.mark.parametrize("membership", [Membership.READDED, Membership.ABSENT])
    def test_a_blank_of_another_membership_is_a_question(self, membership: Membership) -> None:
        assert said(merged("8", "", base("8", "8"), membership=membership)) == "student_readded"

    def test_nothing_is_sent_for_a_student_who_is_not_there(self) -> None:
        decision = merged("9", "8", base("8", "8"), membership=Membership.ABSENT)
        assert said(decision) == "student_not_in_gradebook"

    def test_after_the_grace_days_a_save_is_held_and_a_pull_goes_on(self) -> None:
        assert said(merged("9", "8", base("8", "8"), term_open=False)) == "term_ended"
        assert said(merged("9", "8", base("8", "8"), term_open=False, send_anyway=True)) == "send 9.0000"
        assert said(merged("8", "9", base("8", "8"), term_open=False)) == "take over 9"

    def test_the_completion_date_goes_back_as_it_was(self) -> None:
        decision = merged("9", "8", base("8", "8"), date_completed="2026-03-02")
        assert isinstance(decision, Send)
        assert decision.date_completed == "2026-03-02"


class TestUnits:
    def test_a_score_is_sent_in_the_unit_of_entry(self) -> None:
        assert said(merged("100", "", maxima=PERCENT_OF_ITEMS)) == "send 66.6667"

    def test_a_base_of_two_units_is_not_sent_again(self) -> None:
        """150 points over 100 items: converted back, 66.6667 is 100.00005; with one converted value it would be sent
        each night."""
        agreed = base("100", "66.6667", maxima=PERCENT_OF_ITEMS)
        assert said(merged("100", "66.6667", agreed, maxima=PERCENT_OF_ITEMS)) == "nothing"

    @pytest.mark.parametrize(
        ("here", "there", "maxima"),
        [
            ("100", "66.6667", PERCENT_OF_ITEMS),
            ("17", "22.6667", Maxima(Decimal(30), Decimal(40), Decimal(30))),
            ("33.3333", "33.3333", Maxima(Decimal(100), Decimal(100), Decimal(100))),
            ("95", "95%", Maxima(Decimal(100), Decimal(40), Decimal(100))),
        ],
    )
    def test_equal_after_conversion(self, here: str, there: str, maxima: Maxima) -> None:
        assert said(merged(here, there, maxima=maxima)).startswith("new base")

    def test_extra_credit_has_no_unit(self) -> None:
        nothing = Maxima(Decimal(0), Decimal(0), Decimal(0))
        assert said(merged("3", "", maxima=nothing)) == "send 3.0000"
        assert said(merged("", "3", maxima=nothing)) == "take over 3"

    def test_more_than_the_maximum_goes_both_ways(self) -> None:
        assert said(merged("12", "10", base("10", "10"))) == "send 12.0000"
        assert said(merged("10", "12", base("10", "10"))) == "take over 12"

    def test_a_row_with_other_maxima_is_a_change_of_that_cell(self) -> None:
        assert said(merged("8", "8", base("8", "8"), row=("20", "10"))) == "take over 4"

    def test_a_blank_row_with_other_maxima_is_no_change(self) -> None:
        assert said(merged("", "", base("", ""), row=("20", "10"))) == "nothing"

    def test_a_row_with_other_maxima_is_sent_in_its_own_unit(self) -> None:
        agreed = CellBase(Number(Decimal(8)), 1, form("16"), Maxima(Decimal(10), Decimal(20), Decimal(10)))
        assert said(merged("9", "16", agreed, row=("20", "10"))) == "send 18.0000"


class TestBasesAfterwards:
    def test_the_base_after_a_push_is_what_was_sent_and_answered(self) -> None:
        step = merged("9", "8", base("8", "8"), version=2)
        assert isinstance(step, Send)
        answered = TheirCell(form("9"), Decimal(10), Decimal(10))
        assert answered_base(step, answered) == base("9", "9", version=2)

    def test_the_base_after_a_take_over_has_the_new_version(self) -> None:
        step = merged("8", "95%", base("8", "8", version=4), version=4)
        assert isinstance(step, TakeOver)
        assert taken_over_base(step, 5) == CellBase(ours("9.5"), 5, Form("percent", Decimal(95)), TEN)


def test_the_text_to_type_is_the_districts() -> None:
    assert [DISTRICT.to_type(ours(word).kind) for word in ("excused", "incomplete", "missing")] == [
        "NA",
        "TX",
        "MI",
    ]  # type: ignore[union-attr]
