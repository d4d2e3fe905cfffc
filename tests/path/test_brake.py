"""The mass-change brake (G1): one odd change of many values is asked about; everything else goes on."""

from __future__ import annotations

import pytest

from tests.district_and_sandbox import Class
from twinbook.district import settings as district_settings
from twinbook.gradebook.models import Activity
from twinbook.sync import overview

pytestmark = pytest.mark.django_db(transaction=True)

TITLES = ("Alpine lakes", "Weather diary", "Map drawing", "Rock cycle", "Star chart", "Pond life")


@pytest.fixture
def work(joined: Class) -> list[Activity]:
    """Six activities of four students, all agreed at 8."""
    return joined.all_agreed(TITLES, "8")


def _types(school_class: Class, title: str, student: int, mark: str) -> None:
    number = school_class.aeries.assignment(school_class.gradebook, title)["assignment_number"]
    school_class.aeries.types(school_class.gradebook, number, student, mark)


def test_a_students_cells_are_held_when_most_of_them_change(joined: Class, work: list[Activity]) -> None:
    odd, other, *_ = joined.students()
    for title in TITLES[:5]:
        _types(joined, title, odd, "2")
    _types(joined, TITLES[0], other, "7")
    joined.force()
    (question,) = joined.questions()
    assert (question["code"], question["student_id"]) == ("mass_change", str(joined.student(odd)))
    assert "5 of 6 values" in question["message"]
    assert [joined.value(activity, odd) for activity in work] == ["8"] * 6
    assert joined.value(work[0], other) == "7"
    assert joined.stands(work[0], odd) == "held"


def test_an_activitys_cells_are_held_when_every_value_is_blanked(joined: Class, work: list[Activity]) -> None:
    student = joined.students()[0]
    for sis in joined.students():
        _types(joined, TITLES[0], sis, "")
    _types(joined, TITLES[1], student, "5")
    joined.force()
    (question,) = joined.questions()
    assert (question["code"], question["activity_id"]) == ("mass_change", str(work[0].id))
    assert [joined.value(work[0], sis) for sis in joined.students()] == ["8"] * 4
    assert joined.value(work[1], student) == "5"


def test_a_class_takes_nothing_over_when_too_much_changes_and_saves_go_on(
    joined: Class, work: list[Activity]
) -> None:
    students = joined.students()
    for place, title in enumerate(TITLES[:5]):
        for sis in students[:2] if place % 2 else students[2:]:
            _types(joined, title, sis, "3")
    run = joined.force()
    assert run.state == "held"
    assert "mass_change" in joined.codes()
    assert {joined.value(activity, sis) for activity in work for sis in students} == {"8"}
    assert overview.class_sync(joined.id)["state"] == "held"
    joined.save(work[5], students[0], "9")
    joined.look()
    assert joined.aeries.mark(joined.gradebook, TITLES[5], students[0]) == "9"


def test_the_question_closes_when_aeries_is_as_it_was(joined: Class, work: list[Activity]) -> None:
    for sis in joined.students():
        _types(joined, TITLES[0], sis, "")
    joined.force()
    assert joined.codes() == ["mass_change"]
    for sis in joined.students():
        _types(joined, TITLES[0], sis, "8")
    joined.force()
    assert joined.codes() == []
    assert joined.stands(work[0], joined.students()[0]) == "synced"


def test_filling_blanks_never_counts(joined: Class) -> None:
    made = [joined.agreed(title, {joined.students()[0]: "8"}) for title in TITLES]
    for title in TITLES:
        for sis in joined.students()[1:]:
            _types(joined, title, sis, "6")
    run = joined.force()
    assert run.state == "done"
    assert run.counts["lms"]["scores_set"] == 18
    assert joined.value(made[0], joined.students()[1]) == "6"
    assert joined.codes() == []


def test_what_people_type_here_is_sent_however_much_it_is(joined: Class, work: list[Activity]) -> None:
    for activity in work:
        for sis in joined.students():
            joined.save(activity, sis, "4")
    joined.look()
    marks = {
        joined.aeries.mark(joined.gradebook, title, sis) for title in TITLES for sis in joined.students()
    }
    assert marks == {"4"}
    assert joined.codes() == []


def test_a_push_does_not_take_over_what_the_activitys_brake_holds(
    joined: Class, work: list[Activity]
) -> None:
    district_settings.patch({"brake": {"item": {"cells": 3}}})
    first, *others = joined.students()
    joined.set(reuse_seconds=0)
    for sis in others:
        _types(joined, TITLES[0], sis, "1")
    joined.save(work[0], first, "9")
    joined.look()
    assert joined.aeries.mark(joined.gradebook, TITLES[0], first) == "9"
    assert [joined.value(work[0], sis) for sis in others] == ["8"] * 3
    assert joined.codes() == ["mass_change"]
