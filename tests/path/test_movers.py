"""A student who moves between sections of one class, each with its own gradebook (C7): nothing goes along by itself."""

from __future__ import annotations

import pytest

from tests.district_and_sandbox import TEACHER, Class
from tests.path.combined import FIRST, SECOND, Combined, combine, join_second, read_roster
from twinbook.core.values import Mark, MarkKind
from twinbook.gradebook.models import Activity
from twinbook.sync import errors, problems
from twinbook.sync.models import StudentHome
from twinbook.sync.problems import Seen

pytestmark = pytest.mark.django_db(transaction=True)

ESSAY = "Essay on lakes"


@pytest.fixture
def combined(joined: Class) -> Combined:
    found = combine(joined)
    join_second(found)
    return found


@pytest.fixture
def mover(combined: Combined) -> int:
    return combined.of(combined.one.gradebook)[0]


def _agreed(combined: Combined, mover: int) -> Activity:
    """8 of the mover in the first gradebook, 9 of another student in the second."""
    return combined.agreed({mover: "8", combined.of(combined.second_gradebook)[0]: "9"})


@pytest.fixture
def quiz(combined: Combined, mover: int) -> Activity:
    """8 in the first gradebook, and the mover is in the second one now, where the quiz is known as well."""
    found = _agreed(combined, mover)
    combined.moves(mover)
    combined.aeries.forget()
    combined.one.look()
    return found


def test_a_mover_takes_nothing_along_by_itself(combined: Combined, mover: int, quiz: Activity) -> None:
    combined.one.force()
    assert combined.aeries.writes() == []
    assert combined.mark(combined.second_gradebook, mover) == ""
    assert combined.mark(combined.one.gradebook, mover) == "8"
    assert combined.one.value(quiz, mover) == "8"
    (question,) = combined.one.questions()
    assert question["code"] == "student_moved"
    assert "Quiz on rivers: 8" in question["message"]
    assert (question["lms_value"], question["aeries_value"]) == ("Quiz on rivers: 8", "Quiz on rivers: blank")
    assert combined.one.stands(quiz, mover) == "held"


def test_what_was_offered_goes_along_once_a_person_confirms(
    combined: Combined, mover: int, quiz: Activity
) -> None:
    combined.one.answer("student_moved", "take_along")
    combined.one.look()
    assert combined.mark(combined.second_gradebook, mover) == "8"
    assert combined.one.stands(quiz, mover) == "synced"
    assert combined.one.codes() == []
    combined.aeries.forget()
    combined.one.force()
    assert combined.aeries.writes() == []


def test_what_is_left_here_stays_and_is_not_asked_again(
    combined: Combined, mover: int, quiz: Activity
) -> None:
    combined.one.answer("student_moved", "leave_here")
    combined.one.look()
    combined.one.force()
    assert combined.one.codes() == []
    assert combined.mark(combined.second_gradebook, mover) == ""
    assert (combined.one.value(quiz, mover), combined.one.stands(quiz, mover)) == ("8", "local")
    combined.one.save(quiz, mover, "9")
    combined.one.look()
    assert combined.mark(combined.second_gradebook, mover) == "9"


def test_what_is_saved_after_the_move_goes_by_itself(combined: Combined, mover: int, quiz: Activity) -> None:
    essay = combined.assigned(ESSAY)
    combined.one.save(essay, mover, "7")
    combined.one.look()
    assert combined.mark(combined.second_gradebook, mover, ESSAY) == "7"
    assert ESSAY not in combined.aeries.titles(combined.one.gradebook)
    assert combined.one.codes() == ["student_moved"]


def test_what_stands_in_the_new_gradebook_is_asked_about_whatever_the_policy(
    combined: Combined, mover: int
) -> None:
    """Both hold a value that was never agreed: no policy decides over what a mover brought."""
    combined.one.set(conflict_policy="lms")
    quiz = _agreed(combined, mover)
    combined.moves(mover)
    second = combined.second_gradebook
    combined.aeries.types(second, combined.number(second), mover, "5")
    combined.one.look()
    assert combined.one.codes() == ["conflict"]
    assert (combined.one.value(quiz, mover), combined.mark(second, mover)) == ("8", "5")
    combined.one.answer("conflict", "aeries")
    combined.one.look()
    assert combined.one.value(quiz, mover) == "5"


def test_what_only_the_new_gradebook_holds_is_taken_over(combined: Combined, mover: int) -> None:
    other = combined.of(combined.second_gradebook)[0]
    quiz = combined.agreed({other: "8"})
    combined.moves(mover)
    second = combined.second_gradebook
    combined.aeries.types(second, combined.number(second), mover, "5")
    combined.one.look()
    assert combined.one.value(quiz, mover) == "5"
    assert combined.one.codes() == []


def test_a_plan_that_has_changed_since_it_was_read_is_not_carried_out(
    combined: Combined, mover: int, quiz: Activity
) -> None:
    (question,) = combined.one.questions()
    combined.one.save(quiz, mover, "9")
    with pytest.raises(errors.ProblemChanged):
        problems.resolve(int(question["id"]), "take_along", TEACHER)
    other = Seen("Quiz on rivers: 7", "Quiz on rivers: blank")
    with pytest.raises(errors.ProblemChanged):
        problems.resolve(int(question["id"]), "take_along", TEACHER, other)
    assert combined.mark(combined.second_gradebook, mover) == ""


def test_a_value_typed_there_after_the_offer_is_not_overwritten(
    combined: Combined, mover: int, quiz: Activity
) -> None:
    second = combined.second_gradebook
    combined.aeries.types(second, combined.number(second), mover, "3")
    combined.one.answer("student_moved", "take_along")
    combined.one.look()
    assert combined.mark(second, mover) == "3"
    assert combined.one.codes() == ["conflict"]


def test_a_mark_is_offered_too_and_then_asked_to_be_typed(combined: Combined, mover: int) -> None:
    quiz = _agreed(combined, mover)
    combined.one.save(quiz, mover, Mark(MarkKind.EXCUSED))
    combined.moves(mover)
    combined.one.look()
    assert combined.one.codes() == ["student_moved"]
    combined.one.answer("student_moved", "take_along")
    combined.one.look()
    assert combined.one.codes() == ["mark_needs_typing"]


def test_who_moves_back_finds_the_old_agreement_and_is_asked_about_what_differs(
    combined: Combined, mover: int, quiz: Activity
) -> None:
    combined.one.save(quiz, mover, "9")
    combined.one.look()
    assert combined.mark(combined.second_gradebook, mover) == "9"
    combined.moves(mover, SECOND, FIRST)
    combined.one.look()
    (question,) = combined.one.questions()
    assert (question["code"], question["lms_value"]) == ("student_moved", "Quiz on rivers: 9")
    assert question["aeries_value"] == "Quiz on rivers: 8"
    assert combined.mark(combined.one.gradebook, mover) == "8"


def test_a_student_who_is_active_in_both_gradebooks_is_written_at_home_only(combined: Combined) -> None:
    first, second = combined.gradebooks
    student = combined.of(first)[0]
    combined.aeries.seats(second, student, start_date="2020-08-01")
    _agreed(combined, student)
    combined.aeries.types(second, combined.number(second), student, "3")
    combined.one.force()
    assert combined.mark(second, student) == "3"
    assert combined.one.codes() == []
    assert StudentHome.objects.filter(since__isnull=False).count() == 0


def test_a_mover_whose_new_section_has_no_gradebook_stays_here(joined: Class) -> None:
    half = combine(joined)
    student = half.of(joined.gradebook)[0]
    quiz = half.agreed({student: "8"})
    half.aeries.withdraws(FIRST, student)
    half.aeries.enrols(SECOND, student)
    read_roster()
    half.one.save(quiz, student, "9")
    half.one.look()
    assert half.one.stands(quiz, student) == "local"
    assert half.mark(joined.gradebook, student) == "8"
