"""Both sides changed (C2, C3): the three policies, and what closes a question."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.district_and_sandbox import TEACHER, Class
from twinbook.core.values import BLANK, Mark, MarkKind
from twinbook.district import settings as district_settings
from twinbook.gradebook import history
from twinbook.gradebook.models import Activity
from twinbook.sync import errors, problems

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Quiz on rivers"


@dataclass
class Torn:
    """One cell, agreed at 8; then Aeries has 6 and here stands 9."""

    school_class: Class
    quiz: Activity
    student: int
    number: int

    def both(self) -> tuple[str, str]:
        aeries, book = self.school_class.aeries, self.school_class.gradebook
        return self.school_class.value(self.quiz, self.student), aeries.mark(book, TITLE, self.student)

    def types(self, mark: str) -> None:
        self.school_class.aeries.types(self.school_class.gradebook, self.number, self.student, mark)

    def question(self) -> int:
        (found,) = self.school_class.questions()
        assert found["code"] == "conflict"
        return int(found["id"])


@pytest.fixture
def torn(joined: Class) -> Torn:
    student = joined.students()[0]
    quiz = joined.agreed(TITLE, {student: "8"})
    number = joined.aeries.assignment(joined.gradebook, TITLE)["assignment_number"]
    found = Torn(joined, quiz, student, number)
    found.types("6")
    joined.save(quiz, student, "9")
    return found


def test_policy_ask_moves_nothing_and_asks(torn: Torn) -> None:
    torn.school_class.force()
    assert torn.both() == ("9", "6")
    assert torn.school_class.stands(torn.quiz, torn.student) == "conflict"


def test_policy_lms_sends_ours(torn: Torn) -> None:
    torn.school_class.set(conflict_policy="lms")
    torn.school_class.force()
    assert torn.both() == ("9", "9")
    assert torn.school_class.codes() == []


def test_policy_aeries_takes_theirs(torn: Torn) -> None:
    torn.school_class.set(conflict_policy="aeries")
    torn.school_class.force()
    assert torn.both() == ("6", "6")
    assert torn.school_class.codes() == []


@pytest.mark.parametrize(("policy", "side", "loser"), [("lms", "aeries", "6"), ("aeries", "lms", "9")])
def test_the_value_that_lost_stays_in_the_history(torn: Torn, policy: str, side: str, loser: str) -> None:
    torn.school_class.set(conflict_policy=policy)
    torn.school_class.force()
    newest = history.of_class(torn.school_class.id, activity_id=torn.quiz.id).first()
    assert newest is not None
    assert (newest.side, newest.before) == (side, loser)
    assert newest.run_id is not None


@pytest.mark.parametrize("later", ["4", ""])
def test_a_value_that_lost_and_was_typed_over_unseen_stays_in_the_history(torn: Torn, later: str) -> None:
    """The answer to the write was lost, and before anybody read, a person typed over it."""
    school_class = torn.school_class
    school_class.set(conflict_policy="lms", reuse_seconds=0)
    school_class.aeries.fault(kind="drop_after", method="POST", path="scores", times=1)
    school_class.look()
    assert torn.both() == ("9", "9")
    torn.types(later)
    school_class.look()
    school_class.force()
    lost = history.of_class(school_class.id, activity_id=torn.quiz.id).filter(side="aeries", before="6")
    assert [entry.after for entry in lost] == [later or None]


def test_a_push_finds_the_conflict_as_well(torn: Torn) -> None:
    torn.school_class.set(reuse_seconds=0)
    torn.school_class.look()
    assert torn.both() == ("9", "6")
    assert torn.school_class.codes() == ["conflict"]


def test_a_policy_applies_only_to_conflicts_that_arise_after_it_was_set(torn: Torn) -> None:
    torn.school_class.force()
    torn.school_class.set(conflict_policy="lms")
    torn.school_class.force()
    assert torn.both() == ("9", "6")
    assert torn.school_class.codes() == ["conflict"]


def test_an_open_conflict_keeps_its_id_when_a_value_changes(torn: Torn) -> None:
    torn.school_class.force()
    first = torn.question()
    torn.types("5")
    torn.school_class.force()
    assert torn.question() == first
    (shown,) = torn.school_class.questions()
    assert (shown["lms_value"], shown["aeries_value"]) == ("9", "5")


def test_equal_values_close_the_question(torn: Torn) -> None:
    torn.school_class.force()
    torn.types("9")
    torn.school_class.force()
    assert torn.school_class.codes() == []
    assert torn.school_class.stands(torn.quiz, torn.student) == "synced"


def test_aeries_returning_to_its_half_closes_the_question_and_sends_ours(torn: Torn) -> None:
    torn.school_class.force()
    torn.types("8")
    torn.school_class.force()
    assert torn.both() == ("9", "9")
    assert torn.school_class.codes() == []


def test_the_lms_returning_to_its_half_does_not_close_the_question(torn: Torn) -> None:
    torn.school_class.force()
    first = torn.question()
    torn.school_class.save(torn.quiz, torn.student, "8")
    torn.school_class.force()
    assert torn.both() == ("8", "6")
    assert torn.question() == first


def test_the_old_value_chosen_again_by_hand_does_not_lose_to_an_older_edit_there(joined: Class) -> None:
    """C1: typed away and back counts as changed when Aeries changed too."""
    student = joined.students()[0]
    quiz = joined.agreed(TITLE, {student: "8"})
    number = joined.aeries.assignment(joined.gradebook, TITLE)["assignment_number"]
    joined.save(quiz, student, "7")
    joined.save(quiz, student, "8")
    joined.aeries.types(joined.gradebook, number, student, "6")
    joined.force()
    assert joined.value(quiz, student) == "8"
    assert joined.codes() == ["conflict"]


@pytest.mark.parametrize(("choice", "both"), [("lms", ("9", "9")), ("aeries", ("6", "6"))])
def test_a_choice_settles_it_both_ways(torn: Torn, choice: str, both: tuple[str, str]) -> None:
    torn.school_class.force()
    torn.school_class.answer("conflict", choice)
    torn.school_class.look()
    assert torn.both() == both
    assert torn.school_class.codes() == []


def test_a_choice_about_values_that_have_moved_is_refused(torn: Torn) -> None:
    torn.school_class.force()
    question = torn.question()
    torn.school_class.save(torn.quiz, torn.student, "4")
    with pytest.raises(errors.ProblemChanged):
        problems.resolve(question, "lms", "teacher@example.org", problems.Seen("9", "6"))
    with pytest.raises(errors.ProblemChanged):
        problems.resolve(question, "aeries", "teacher@example.org")
    torn.school_class.force()
    assert torn.both() == ("4", "6")


def test_a_blank_there_that_was_chosen_clears_ours(torn: Torn) -> None:
    torn.types("")
    torn.school_class.force()
    torn.school_class.answer("conflict", "aeries")
    torn.school_class.look()
    assert torn.both() == ("", "")
    assert torn.school_class.codes() == []


def test_a_blank_here_that_was_chosen_is_typed_by_a_person(torn: Torn) -> None:
    torn.school_class.save(torn.quiz, torn.student, BLANK)
    torn.school_class.force()
    torn.school_class.answer("conflict", "lms")
    torn.school_class.look()
    assert torn.both() == ("", "6")
    assert torn.school_class.codes() == ["clear_needs_typing"]
    torn.types("")
    torn.school_class.force()
    assert torn.school_class.codes() == []


# One conflict among others


def test_one_conflict_delays_no_other_cell_of_its_activity(torn: Torn) -> None:
    joined, (_, second, third, *_rest) = torn.school_class, torn.school_class.students()
    joined.save(torn.quiz, second, "7")
    joined.aeries.types(joined.gradebook, torn.number, third, "5")
    joined.force()
    assert joined.codes() == ["conflict"]
    assert joined.aeries.mark(joined.gradebook, TITLE, second) == "7"
    assert joined.value(torn.quiz, third) == "5"
    assert torn.both() == ("9", "6")


def test_a_conflict_says_who_changed_it_here_and_when(torn: Torn) -> None:
    torn.school_class.force()
    (question,) = torn.school_class.questions()
    assert (question["lms_value"], question["aeries_value"], question["agreed_value"]) == ("9", "6", "8")
    assert question["lms_changed_by"] == TEACHER
    assert question["lms_changed_at"] < question["changed_at"] <= question["opened_at"]


def test_several_are_answered_alike_and_what_changed_or_closed_meanwhile_is_named(torn: Torn) -> None:
    joined = torn.school_class
    students = joined.students()
    for sis in students[1:]:
        joined.aeries.types(joined.gradebook, torn.number, sis, "6")
        joined.save(torn.quiz, sis, "9")
    joined.force()
    shown = {q["student_id"]: q for q in joined.questions()}
    ids = [int(shown[str(joined.student(sis))]["id"]) for sis in students]
    seen = {id_: problems.Seen("9", "6") for id_ in ids}
    joined.save(torn.quiz, students[1], "4")
    joined.aeries.types(joined.gradebook, torn.number, students[2], "9")
    joined.force()
    result = problems.resolve_several(joined.id, "aeries", TEACHER, {**seen, 10**9: None})
    assert result.done == [ids[0], ids[3]]
    assert (result.changed, result.closed) == ([ids[1]], [ids[2], 10**9])
    joined.look()
    assert [joined.value(torn.quiz, sis) for sis in students] == ["6", "4", "9", "6"]
    refused = problems.resolve_several(joined.id, "approve", TEACHER, {ids[1]: None})
    assert [error.code for _, error in refused.refused if isinstance(error, errors.SyncError)] == [
        "invalid_choice"
    ]
    newest = history.of_class(joined.id, activity_id=torn.quiz.id, student_id=joined.student(students[0]))
    assert newest[0].why == "a person chose the value of Aeries"


# Policies


def test_the_district_s_policy_counts_where_the_class_has_none_of_its_own(torn: Torn) -> None:
    district_settings.patch({"conflict_policy": "aeries"})
    torn.school_class.force()
    assert torn.both() == ("6", "6")


def test_a_class_s_own_policy_counts_more_than_the_district_s(torn: Torn) -> None:
    district_settings.patch({"conflict_policy": "aeries"})
    torn.school_class.set(conflict_policy="lms")
    torn.school_class.force()
    assert torn.both() == ("9", "9")


@pytest.mark.parametrize(
    ("value", "code", "say"),
    [(BLANK, "clear_needs_typing", "Clear the cell"), (Mark(MarkKind.EXCUSED), "mark_needs_typing", "NA")],
)
def test_policy_lms_with_what_aeries_cannot_be_given_is_a_task_and_changes_nothing(
    value: object, code: str, say: str, torn: Torn
) -> None:
    """A blank that must win in Aeries, and a mark: no zero and no other value is put in their place."""
    joined = torn.school_class
    joined.set(conflict_policy="lms")
    joined.save(torn.quiz, torn.student, value)  # type: ignore[arg-type]
    joined.aeries.forget()
    joined.force()
    assert joined.aeries.mark(joined.gradebook, TITLE, torn.student) == "6"
    assert joined.aeries.writes() == []
    (question,) = joined.questions()
    assert question["code"] == code
    assert say in question["hint"]
    assert joined.stands(torn.quiz, torn.student) == "held"
    joined.answer(code, "use_aeries")
    joined.look()
    assert torn.both() == ("6", "6")


def test_policy_aeries_takes_a_blank_over_from_a_look_at_the_whole_class(torn: Torn) -> None:
    joined = torn.school_class
    joined.set(conflict_policy="aeries", reuse_seconds=0)
    torn.types("")
    joined.look()
    assert torn.both() == ("9", "")
    joined.force()
    assert torn.both() == ("", "")
    assert joined.codes() == []


# Fields


@pytest.fixture
def renamed(joined: Class) -> Torn:
    """A title changed on both sides."""
    student = joined.students()[0]
    quiz = joined.agreed(TITLE, {student: "8"})
    number = joined.aeries.assignment(joined.gradebook, TITLE)["assignment_number"]
    joined.edit(quiz, title="Rivers here")
    joined.aeries.edits(joined.gradebook, number, description="Rivers there")
    return Torn(joined, quiz, student, number)


def titles(torn: Torn) -> tuple[str, str]:
    (there,) = torn.school_class.aeries.titles(torn.school_class.gradebook)
    (here,) = torn.school_class.titles()
    return here, there


@pytest.mark.parametrize(("policy", "title"), [("lms", "Rivers here"), ("aeries", "Rivers there")])
def test_a_policy_decides_fields_as_well(policy: str, title: str, renamed: Torn) -> None:
    renamed.school_class.set(conflict_policy=policy)
    renamed.school_class.force()
    assert titles(renamed) == (title, title)
    assert renamed.school_class.codes() == []


def test_a_policy_applies_only_to_field_conflicts_that_arise_after_it_was_set(renamed: Torn) -> None:
    joined = renamed.school_class
    joined.force()
    joined.set(conflict_policy="lms")
    joined.force()
    assert titles(renamed) == ("Rivers here", "Rivers there")
    (question,) = joined.questions()
    assert (question["code"], question["field"]) == ("conflict", "title")
    assert (question["lms_value"], question["aeries_value"]) == ("Rivers here", "Rivers there")
    joined.answer("conflict", "aeries")
    joined.look()
    assert titles(renamed) == ("Rivers there", "Rivers there")
    joined.edit(renamed.quiz, title="Here again")
    joined.aeries.edits(joined.gradebook, renamed.number, description="There again")
    joined.force()
    assert titles(renamed) == ("Here again", "Here again")


def test_a_field_conflict_stays_open_when_ours_returns_to_what_was_agreed_and_its_scores_go_on(
    renamed: Torn,
) -> None:
    joined = renamed.school_class
    joined.force()
    joined.edit(renamed.quiz, title=TITLE)
    joined.save(renamed.quiz, renamed.student, "9")
    joined.force()
    assert titles(renamed) == (TITLE, "Rivers there")
    assert joined.codes() == ["conflict"]
    assert (
        joined.aeries.assignment(joined.gradebook, "Rivers there")["scores"][str(renamed.student)]["mark"]
        == "9"
    )
    joined.aeries.edits(joined.gradebook, renamed.number, description=TITLE)
    joined.force()
    assert joined.codes() == []
