"""G1 at work: what a look does not do by itself."""

from __future__ import annotations

import pytest

from tests.simulation.room import Class, Work, classroom

STUDENTS = 10


def room(works: int = 10, value: str = "8") -> Class:
    return classroom([Work(((value, value),) * STUDENTS) for _ in range(works)], STUDENTS)


def clear_there(world: Class, activity: int, students: int, text: str = "") -> None:
    for student in range(1, students + 1):
        world.type_there(activity, student, text)


def kept(world: Class, activity: int) -> int:
    return sum(world.here(activity, student) == "8" for student in range(1, STUDENTS + 1))


@pytest.mark.parametrize("text", ["", "3"])
def test_more_than_half_of_an_activity_is_held(text: str) -> None:
    world = room()
    clear_there(world, 1, 6, text)
    world.catch_up()
    assert kept(world, 1) == STUDENTS
    assert world.codes() == {"brake:activity:1": "mass_change"}
    assert world.store.problems["brake:activity:1"].held.details == {"changed": "6", "of": "10"}


@pytest.mark.parametrize("text", ["", "3"])
def test_half_of_an_activity_is_not(text: str) -> None:
    world = room()
    clear_there(world, 1, 5, text)
    world.catch_up()
    assert kept(world, 1) == STUDENTS - 5
    assert world.codes() == {}


def test_every_value_of_a_student_blanked_is_held() -> None:
    """Three of three: a student emptied by a roster accident."""
    world = classroom([Work((("8", "8"), ("7", "7"))) for _ in range(3)], 2)
    for activity in (1, 2, 3):
        world.type_there(activity, 1, "")
    world.type_there(1, 2, "")
    world.catch_up()
    assert [world.here(activity, 1) for activity in (1, 2, 3)] == ["8", "8", "8"]
    assert world.here(1, 2) == ""
    assert world.codes() == {"brake:student:1": "mass_change"}


def test_a_class_that_changed_by_more_than_a_fifth_takes_nothing_over() -> None:
    world = room()
    for activity in range(1, 8):
        clear_there(world, activity, 3, "3")
    world.type_here(10, 10, "9")
    out = world.look()
    assert out.held
    assert world.codes()["brake:class"] == "mass_change"
    assert all(kept(world, activity) == STUDENTS for activity in range(1, 8))
    assert world.there(10, 10) == "9", "single saves go on"


def test_filling_blanks_never_counts() -> None:
    world = room(value="")
    for activity in range(1, 11):
        clear_there(world, activity, STUDENTS, "3")
    world.catch_up()
    assert world.codes() == {}
    assert [world.here(activity, 1) for activity in range(1, 11)] == ["3"] * 10


def test_what_teachers_typed_here_is_sent_however_much_it_is() -> None:
    world = room()
    for activity in range(1, 11):
        for student in range(1, STUDENTS + 1):
            world.type_here(activity, student, "9")
    world.catch_up()
    assert world.codes() == {}
    assert all(row.mark == "9.0000" for row in world.aeries.rows.values())
    assert len(world.writes) == 10


def test_a_push_is_braked_as_well() -> None:
    """It reads the rows of its activity, and would take over what it finds there."""
    world = room()
    clear_there(world, 1, 6, "3")
    world.type_here(1, 10, "9")
    world.push()
    assert world.there(1, 10) == "9"
    assert kept(world, 1) == STUDENTS - 1
    assert world.codes() == {"brake:activity:1": "mass_change"}


def test_the_question_closes_when_the_cause_is_gone() -> None:
    world = room()
    clear_there(world, 1, 6)
    world.catch_up()
    clear_there(world, 1, 6, "8")
    world.catch_up()
    assert world.codes() == {}


def test_the_report_tells_held_cells_as_held_and_not_as_taken_over() -> None:
    world = room()
    clear_there(world, 1, 6, "3")
    report = world.catch_up()
    assert report.counts["held"] == 6
    assert report.counts["lms.scores_set"] == 0
    assert report.lines == []
