"""Blanks and students (C7): an absent row is unknown, a blank proves little, nobody's scores are lost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.district_and_sandbox import TEACHER, Class, finished
from twinbook.core.values import Number
from twinbook.gradebook import scores, students
from twinbook.gradebook.models import Activity, ClassStudent
from twinbook.gradebook.origin import person
from twinbook.gradebook.scores import ScoreWrite
from twinbook.sync import night, rosters

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Quiz on rivers"


@pytest.fixture
def quiz(joined: Class) -> Activity:
    return joined.agreed(TITLE, dict.fromkeys(joined.students(), "8"))


def _types(school_class: Class, student: int, mark: str) -> None:
    number = school_class.aeries.assignment(school_class.gradebook, TITLE)["assignment_number"]
    school_class.aeries.types(school_class.gradebook, number, student, mark)


def _drop(school_class: Class, student: int) -> None:
    school_class.aeries.control("DELETE", f"/gradebooks/{school_class.gradebook}/students/{student}")


def _add(school_class: Class, student: int, **body: object) -> None:
    school_class.aeries.control(
        "POST", f"/gradebooks/{school_class.gradebook}/students", {"student_id": student, **body}
    )


def test_force_takes_a_blank_over(joined: Class, quiz: Activity) -> None:
    student = joined.students()[0]
    _types(joined, student, "")
    run = joined.force()
    assert joined.value(quiz, student) == ""
    assert run.counts["lms"]["scores_cleared"] == 1


def test_the_night_takes_a_blank_over(joined: Class, quiz: Activity) -> None:
    student = joined.students()[0]
    _types(joined, student, "")
    finished(night.begin(TEACHER, awake=False))
    assert joined.value(quiz, student) == ""


def test_a_push_never_takes_a_blank_over(joined: Class, quiz: Activity) -> None:
    first, second, *_ = joined.students()
    joined.set(reuse_seconds=0)
    _types(joined, first, "")
    joined.save(quiz, second, "7")
    joined.look()
    assert joined.value(quiz, first) == "8"
    assert joined.codes() == []


def test_a_row_that_is_absent_clears_nothing(joined: Class, quiz: Activity) -> None:
    joined.aeries.fault(kind="partial", method="GET", path="scores")
    joined.force()
    joined.aeries.heal()
    assert [joined.value(quiz, sis) for sis in joined.students()] == ["8"] * 4


def test_dropped_from_the_gradebook_loses_nothing(joined: Class, quiz: Activity) -> None:
    student = joined.students()[0]
    _drop(joined, student)
    joined.force()
    assert joined.value(quiz, student) == "8"


def test_blanks_of_a_student_added_again_are_not_taken_over_and_asked_about_once(
    joined: Class, quiz: Activity
) -> None:
    student, other, *_ = joined.students()
    joined.aeries.control("POST", "/switches", {"return_student": "new_row"})
    _drop(joined, student)
    joined.force()
    _add(joined, student, start_date="2020-09-15")
    for sis in (student, other):
        _types(joined, sis, "")
    joined.force()
    assert joined.value(quiz, student) == "8"
    assert joined.value(quiz, other) == ""
    (question,) = joined.questions()
    assert (question["code"], question["student_id"]) == ("student_readded", str(joined.student(student)))
    assert joined.stands(quiz, student) == "held"


def test_the_question_about_a_returned_student_closes_when_the_scores_are_back(
    joined: Class, quiz: Activity
) -> None:
    student = joined.students()[0]
    _drop(joined, student)
    joined.force()
    _add(joined, student, start_date="2020-09-15")
    _types(joined, student, "")
    joined.force()
    assert joined.codes() == ["student_readded"]
    _types(joined, student, "8")
    joined.force()
    assert joined.codes() == []
    assert joined.stands(quiz, student) == "synced"


def test_a_changed_value_of_a_returned_student_is_taken_over_all_the_same(
    joined: Class, quiz: Activity
) -> None:
    student = joined.students()[0]
    _drop(joined, student)
    joined.force()
    _add(joined, student, start_date="2020-09-15")
    _types(joined, student, "6")
    joined.force()
    assert joined.value(quiz, student) == "6"
    assert joined.codes() == []


def test_dropped_from_the_class_and_back_keeps_every_score(joined: Class, quiz: Activity) -> None:
    student = joined.students()[0]
    section = joined.aeries.truth(joined.gradebook)["sections"][0]
    roster = f"/sections/{section['school_code']}/{section['section_number']}/students"
    joined.aeries.control("DELETE", f"{roster}/{student}")
    finished(rosters.begin(TEACHER, 994, awake=False))
    place = ClassStudent.objects.get(school_class_id=joined.id, student__sis_student_id=student)
    assert not place.active
    joined.force()
    assert joined.value(quiz, student) == "8"
    joined.aeries.control("POST", roster, {"student_id": student})
    finished(rosters.begin(TEACHER, 994, awake=False))
    joined.force()
    assert joined.value(quiz, student) == "8"
    assert joined.aeries.mark(joined.gradebook, TITLE, student) == "8"
    assert joined.stands(quiz, student) == "synced"
    assert joined.codes() == []


def test_a_student_whose_span_does_not_hold_the_due_date_gets_no_write(joined: Class, quiz: Activity) -> None:
    student = joined.students()[0]
    _drop(joined, student)
    joined.force()
    _add(joined, student, start_date="2020-10-20")
    joined.force()
    joined.save(quiz, student, "3")
    joined.aeries.forget()
    joined.look()
    assert joined.aeries.writes() == []
    assert joined.codes() == ["student_not_in_gradebook"]


def test_a_student_added_by_hand_stays_here_and_stops_nobody(joined: Class, quiz: Activity) -> None:
    place = students.add_by_hand(joined.id, "Guest Student", person(TEACHER))
    write = ScoreWrite(place.student_id, Number(Decimal(5)))
    scores.save_scores(joined.id, quiz.id, [write], person(TEACHER))
    joined.save(quiz, joined.students()[0], "7")
    joined.look()
    assert joined.aeries.mark(joined.gradebook, TITLE, joined.students()[0]) == "7"
    assert joined.codes() == []
