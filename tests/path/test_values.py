"""Numbers, percents, maxima and texts that Aeries shows otherwise: carried over once, never back and forth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.district_and_sandbox import TEACHER, Class, finished
from twinbook.gradebook.models import Activity
from twinbook.sync import night

pytestmark = pytest.mark.django_db(transaction=True)

NIGHTS = 2


def _pull(school_class: Class, title: str) -> Activity:
    school_class.force()
    return school_class.named(title)


def _quiet_nights(school_class: Class) -> None:
    """Nothing is sent, and nothing changes here, over further nights."""
    school_class.aeries.forget()
    for _ in range(NIGHTS):
        run = finished(night.begin(TEACHER, awake=False))
        assert run.plan["changes"] == []
    assert school_class.aeries.writes() == []


@pytest.mark.parametrize(
    ("points", "items", "mark", "value"),
    [
        ("150", "100", "33.3333", "50"),
        ("150", "100", "33.33", "49.995"),
        ("40", "30", "17", "22.6667"),
        ("10", "10", "8.5", "8.5"),
        ("7", "3", "2", "4.6667"),
    ],
)
def test_a_value_from_aeries_under_other_maxima_rests_where_it_is(
    joined: Class, points: str, items: str, mark: str, value: str
) -> None:
    student = joined.students()[0]
    number = joined.aeries.adds(joined.gradebook, "Items", points, number_correct_possible=items)
    joined.aeries.types(joined.gradebook, number, student, mark)
    made = _pull(joined, "Items")
    assert joined.value(made, student) == value
    assert joined.stands(made, student) == "synced"
    _quiet_nights(joined)
    assert joined.aeries.mark(joined.gradebook, "Items", student) == mark


@pytest.mark.parametrize(
    ("points", "items", "saved", "mark"),
    [("150", "100", "50", "33.3333"), ("40", "30", "17", "12.75"), ("150", "100", "49.9999", "33.3333")],
)
def test_a_value_from_here_under_other_maxima_rests_where_it_is(
    joined: Class, points: str, items: str, saved: str, mark: str
) -> None:
    student = joined.students()[0]
    joined.aeries.adds(joined.gradebook, "Items", points, number_correct_possible=items)
    made = _pull(joined, "Items")
    joined.save(made, student, saved)
    joined.look()
    assert joined.aeries.mark(joined.gradebook, "Items", student) == mark
    _quiet_nights(joined)
    assert joined.value(made, student) == saved


def test_a_percent_mark_is_taken_over_as_points_and_not_sent_back(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed("Quiz on rivers", {student: "8"}, "30")
    number = joined.aeries.assignment(joined.gradebook, "Quiz on rivers")["assignment_number"]
    joined.aeries.types(joined.gradebook, number, student, "95%")
    joined.force()
    assert joined.value(quiz, student) == "28.5"
    _quiet_nights(joined)
    assert joined.aeries.mark(joined.gradebook, "Quiz on rivers", student) == "95%"


def test_a_number_with_other_decimals_there_is_the_same_number(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed("Quiz on rivers", {student: "8.5"})
    number = joined.aeries.assignment(joined.gradebook, "Quiz on rivers")["assignment_number"]
    joined.aeries.types(joined.gradebook, number, student, "8.5000")
    run = joined.force()
    assert run.plan["changes"] == []
    assert joined.value(quiz, student) == "8.5"


def test_a_score_above_the_maximum_goes_as_it_is(joined: Class) -> None:
    student = joined.students()[0]
    joined.agreed("Quiz on rivers", {student: "12.25"})
    assert joined.aeries.mark(joined.gradebook, "Quiz on rivers", student) == "12.25"


def test_extra_credit_goes_both_ways_with_both_maxima_zero(joined: Class) -> None:
    first, second, *_ = joined.students()
    bonus = joined.agreed("Bonus riddle", {first: "3"}, "0", extra_credit=True)
    there = joined.aeries.assignment(joined.gradebook, "Bonus riddle")
    assert (there["number_correct_possible"], there["points_possible"]) == ("0", "0")
    joined.aeries.types(joined.gradebook, there["assignment_number"], second, "2.5")
    joined.force()
    assert joined.value(bonus, second) == "2.5"
    _quiet_nights(joined)


def test_extra_credit_made_in_aeries_is_extra_credit_here(joined: Class) -> None:
    student = joined.students()[0]
    number = joined.aeries.adds(joined.gradebook, "Bonus riddle", "0", number_correct_possible="0")
    joined.aeries.types(joined.gradebook, number, student, "4")
    made = _pull(joined, "Bonus riddle")
    assert (made.points, made.extra_credit) == (0, True)
    assert joined.value(made, student) == "4"


def test_no_points_with_items_is_only_read(joined: Class) -> None:
    joined.agreed("Quiz on rivers", {joined.students()[0]: "8"})
    number = joined.aeries.adds(joined.gradebook, "Odd one", "0", number_correct_possible="10")
    joined.aeries.types(joined.gradebook, number, joined.students()[0], "4")
    joined.force()
    joined.aeries.forget()
    joined.force()
    assert joined.aeries.writes() == []
    assert joined.codes() == ["unsupported_maxima"]


def test_a_title_with_quotes_and_brackets_does_not_go_back_and_forth(joined: Class) -> None:
    student = joined.students()[0]
    title = 'Read "Tides" <chapter 2>'
    quiz = joined.assigned(title, description='Say "why" in <b>two</b> lines')
    joined.save(quiz, student, "8")
    joined.look()
    joined.force()
    (there,) = joined.aeries.titles(joined.gradebook)
    _quiet_nights(joined)
    assert joined.titles() == [title]
    assert joined.aeries.titles(joined.gradebook) == [there]
    assert joined.codes() == []


def test_an_edited_title_with_quotes_is_sent_once(joined: Class) -> None:
    quiz = joined.agreed("Quiz on rivers", {joined.students()[0]: "8"})
    joined.edit(quiz, title='Quiz on "lakes"')
    joined.aeries.forget()
    joined.look()
    joined.look()
    joined.force()
    assert joined.aeries.asked()["update"] == 1
    _quiet_nights(joined)
    assert joined.titles() == ['Quiz on "lakes"']


def test_quotes_alone_are_no_change_that_aeries_could_hold(joined: Class) -> None:
    quiz = joined.agreed("Quiz on rivers", {joined.students()[0]: "8"})
    joined.edit(quiz, title='Quiz on "rivers"')
    joined.aeries.forget()
    joined.look()
    assert joined.aeries.writes() == []
    _quiet_nights(joined)
    assert joined.titles() == ['Quiz on "rivers"']


def test_a_title_changed_in_aeries_comes_over_and_other_fields_stay(joined: Class) -> None:
    quiz = joined.agreed("Quiz on rivers", {joined.students()[0]: "8"}, description="in the lab")
    number = joined.aeries.assignment(joined.gradebook, "Quiz on rivers")["assignment_number"]
    joined.aeries.edits(joined.gradebook, number, description="Quiz on lakes", date_due="2020-10-09")
    joined.force()
    quiz.refresh_from_db()
    assert (quiz.title, str(quiz.due_on), quiz.description) == ("Quiz on lakes", "2020-10-09", "in the lab")


def test_fields_changed_on_both_sides_are_one_question_each_and_scores_go_on(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed("Quiz on rivers", {student: "8"})
    number = joined.aeries.assignment(joined.gradebook, "Quiz on rivers")["assignment_number"]
    joined.aeries.edits(joined.gradebook, number, description="Quiz on lakes")
    joined.edit(quiz, title="Quiz on seas")
    joined.save(quiz, student, "7")
    joined.look()
    joined.force()
    (question,) = joined.questions()
    assert (question["code"], question["field"]) == ("conflict", "title")
    assert joined.aeries.mark(joined.gradebook, "Quiz on lakes", student) == "7"
    joined.answer("conflict", "lms")
    joined.look()
    joined.force()
    assert joined.aeries.titles(joined.gradebook) == ["Quiz on seas"]
    assert joined.codes() == []


def test_points_before_any_score_are_an_ordinary_field(joined: Class) -> None:
    joined.set(create_after_seconds=0)
    quiz = joined.assigned("Quiz on rivers")
    joined.look()
    joined.edit(quiz, points=Decimal(25))
    joined.look()
    there = joined.aeries.assignment(joined.gradebook, "Quiz on rivers")
    assert (there["points_possible"], there["number_correct_possible"]) == ("25", "25")
    assert joined.codes() == []


def test_the_date_a_row_was_completed_on_is_sent_back(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed("Quiz on rivers", {student: "8"})
    completed = joined.aeries.assignment(joined.gradebook, "Quiz on rivers")["scores"][str(student)]
    joined.edit(quiz, due_on=date(2020, 10, 9))
    joined.save(quiz, student, "9")
    joined.look()
    after = joined.aeries.assignment(joined.gradebook, "Quiz on rivers")
    assert after["date_due"] == "2020-10-09"
    assert after["scores"][str(student)]["date_completed"] == completed["date_completed"] == "2020-10-02"


def test_a_refused_change_of_a_field_is_not_sent_again_at_every_save(joined: Class) -> None:
    """Only once somebody says so, when it reads otherwise, or by the next look at everything."""
    first = joined.students()[0]
    quiz = joined.agreed("Quiz on rivers", {first: "8"})
    joined.aeries.fault(kind="status", status=400, method="PUT", path="assignments/")
    joined.aeries.forget()
    joined.edit(quiz, title="Quiz on lakes")
    joined.look()
    assert joined.codes() == ["rejected_by_aeries"]
    for value in ("7", "6"):
        joined.save(quiz, first, value)
        joined.look()
        assert joined.aeries.mark(joined.gradebook, "Quiz on rivers", first) == value
    assert joined.aeries.asked()["update"] == 1
    assert joined.codes() == ["rejected_by_aeries"]
    joined.edit(quiz, title="Quiz on seas")
    joined.look()
    assert joined.aeries.asked()["update"] == 2
    joined.aeries.heal()
    joined.answer("rejected_by_aeries", "retry")
    joined.look()
    assert joined.aeries.titles(joined.gradebook) == ["Quiz on seas"]
    assert joined.codes() == []
