"""Both sides changed (C2, C3): the three policies, and what closes a question."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.district_and_sandbox import Class
from twinbook.core.values import BLANK
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
