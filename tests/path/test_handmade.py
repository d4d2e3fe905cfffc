"""A student added by hand who turns up in the roster: offered for merging, cell by cell, with the history kept."""

from __future__ import annotations

import pytest

from tests.district_and_sandbox import TEACHER, Class
from tests.path.combined import FIRST, read_roster
from twinbook.gradebook import scores, students
from twinbook.gradebook.cells import parse_number
from twinbook.gradebook.models import Activity, ClassStudent, HistoryEntry
from twinbook.gradebook.origin import person
from twinbook.gradebook.scores import ScoreWrite
from twinbook.sync import problems

pytestmark = pytest.mark.django_db(transaction=True)

NEWCOMER, NAME = 99000007, "Ida Becker"
QUIZ, ESSAY = "Quiz on rivers", "Essay on lakes"


@pytest.fixture
def by_hand(joined: Class) -> int:
    """Our id of the student before Aeries knew of them: 7 in the quiz, 5 in the essay."""
    made = students.add_by_hand(joined.id, NAME, person(TEACHER)).student_id
    for title, value in ((QUIZ, "7"), (ESSAY, "5")):
        _types(joined, joined.assigned(title), made, value)
    return made


def _types(joined: Class, activity: Activity, student: int, value: str) -> None:
    write = ScoreWrite(student, parse_number(value))
    scores.save_scores(joined.id, activity.id, [write], person(TEACHER))


def _turns_up(joined: Class) -> None:
    joined.aeries.enrols(FIRST, NEWCOMER)
    joined.aeries.seats(joined.gradebook, NEWCOMER, start_date="2020-08-01")
    read_roster()


def test_the_two_are_offered_for_merging_and_nothing_moves_by_itself(joined: Class, by_hand: int) -> None:
    _turns_up(joined)
    joined.force()
    (question,) = joined.questions()
    assert (question["code"], question["student_id"]) == ("same_student", str(by_hand))
    assert NAME in question["message"]
    assert question["choices"] == ["merge", "keep_apart"]
    assert joined.value(joined.named(QUIZ), NEWCOMER) == ""


def test_a_merge_fills_the_blanks_and_the_scores_go_to_aeries(joined: Class, by_hand: int) -> None:
    _turns_up(joined)
    joined.answer("same_student", "merge")
    joined.look()
    joined.force()
    assert joined.aeries.mark(joined.gradebook, QUIZ, NEWCOMER) == "7"
    assert joined.aeries.mark(joined.gradebook, ESSAY, NEWCOMER) == "5"
    assert joined.codes() == []
    assert not ClassStudent.objects.get(student_id=by_hand).active
    kept = HistoryEntry.objects.filter(student_id=by_hand, field="score").values_list("after", flat=True)
    assert sorted(kept) == ["5", "7"]
    moved = HistoryEntry.objects.filter(student__sis_student_id=NEWCOMER, field="score", side="lms")
    assert {entry.why for entry in moved} == {"merged with the student added by hand"}


def test_cells_where_both_hold_another_value_are_asked_one_by_one(joined: Class, by_hand: int) -> None:
    _turns_up(joined)
    joined.save(joined.named(QUIZ), NEWCOMER, "9")
    joined.save(joined.named(ESSAY), NEWCOMER, "8")
    joined.answer("same_student", "merge")
    assert joined.codes() == ["merge_conflict", "merge_conflict"]
    assert ClassStudent.objects.get(student_id=by_hand).active
    for title, choice in ((QUIZ, "use_by_hand"), (ESSAY, "keep_roster")):
        (question,) = [q for q in joined.questions() if title in q["message"]]
        problems.resolve(int(question["id"]), choice, TEACHER)
    joined.force()
    assert (joined.value(joined.named(QUIZ), NEWCOMER), joined.value(joined.named(ESSAY), NEWCOMER)) == (
        "7",
        "8",
    )
    assert joined.codes() == []
    assert not ClassStudent.objects.get(student_id=by_hand).active


def test_two_students_of_one_name_may_stay_apart(joined: Class, by_hand: int) -> None:
    _turns_up(joined)
    joined.answer("same_student", "keep_apart")
    read_roster()
    assert joined.codes() == []
    assert ClassStudent.objects.get(student_id=by_hand).active


def test_another_name_is_not_offered(joined: Class) -> None:
    students.add_by_hand(joined.id, "Ida Bekker", person(TEACHER))
    _turns_up(joined)
    assert joined.codes() == []
