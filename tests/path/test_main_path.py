"""The main job on real parts: join, push, pull, force."""

from __future__ import annotations

import pytest

from tests.district_and_sandbox import Class
from twinbook.gradebook import scores
from twinbook.sync import overview, problems
from twinbook.sync.models import CategoryPair

pytestmark = pytest.mark.django_db(transaction=True)


def _a_category(school_class: Class) -> int:
    row = CategoryPair.objects.filter(category__isnull=False).order_by("id").first()
    assert row is not None and row.category_id is not None
    return row.category_id


def test_a_score_arrives_and_a_change_comes_back(school_class: Class) -> None:
    aeries, book = school_class.aeries, school_class.gradebook
    school_class.join()
    school_class.look()
    quiz = school_class.activity("Quiz on rivers", "10", category_id=_a_category(school_class))
    student = school_class.students()[0]
    school_class.save(quiz, student, "8.5")
    school_class.look()
    assert aeries.mark(book, "Quiz on rivers", student) == "8.5"
    number = aeries.assignment(book, "Quiz on rivers")["assignment_number"]
    aeries.types(book, number, student, "7.25")
    run = school_class.force()
    assert run.state == "done", run.error
    assert run.counts["lms"]["scores_set"] == 1
    assert str(scores.of_activity(quiz.id)[school_class.student(student)].value) == "7.25"
    assert overview.class_sync(school_class.id)["waiting"] == 0


def test_a_second_run_right_after_the_first_sends_no_write(school_class: Class) -> None:
    school_class.join()
    quiz = school_class.activity("Quiz on rivers", "10", category_id=_a_category(school_class))
    for student in school_class.students():
        school_class.save(quiz, student, "8.5")
    school_class.look()
    school_class.aeries.forget()
    run = school_class.force()
    assert run.state == "done"
    writes = [item for item in school_class.aeries.requests() if item["method"] != "GET"]
    assert writes == []
    assert run.plan["changes"] == []


def test_both_sides_changed_is_a_conflict_and_a_person_chooses(school_class: Class) -> None:
    aeries, book = school_class.aeries, school_class.gradebook
    school_class.join()
    quiz = school_class.activity("Quiz on rivers", "10", category_id=_a_category(school_class))
    first, second = school_class.students()[:2]
    school_class.save(quiz, first, "8")
    school_class.save(quiz, second, "8")
    school_class.look()
    number = aeries.assignment(book, "Quiz on rivers")["assignment_number"]
    for student in (first, second):
        aeries.types(book, number, student, "6")
        school_class.save(quiz, student, "9")
    school_class.force()
    questions = problems.of_class(school_class.id)
    assert [(q["code"], q["lms_value"], q["aeries_value"], q["agreed_value"]) for q in questions] == [
        ("conflict", "9", "6", "8"),
        ("conflict", "9", "6", "8"),
    ]
    by_student = {q["student_id"]: q["id"] for q in questions}
    ours = by_student[str(school_class.student(first))]
    theirs = by_student[str(school_class.student(second))]
    problems.resolve(int(ours), "lms", "teacher@example.org", problems.Seen("9", "6"))
    problems.resolve(int(theirs), "aeries", "teacher@example.org", problems.Seen("9", "6"))
    school_class.look()
    assert problems.of_class(school_class.id) == []
    assert aeries.mark(book, "Quiz on rivers", first) == "9"
    assert aeries.mark(book, "Quiz on rivers", second) == "6"
    assert str(scores.of_activity(quiz.id)[school_class.student(second)].value) == "6"
