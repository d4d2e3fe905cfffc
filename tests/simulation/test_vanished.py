"""A7: what is missing becomes a question after a second look by another route; nothing is deleted because of it."""

from datetime import timedelta

import pytest

from tests.simulation.room import Class, Work, classroom
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.look import look_through


@pytest.fixture
def world() -> Class:
    return classroom([Work((("8", "8"),)), Work((("7", "7"),))])


def sweep(world: Class, seconds: int) -> int:
    """The sweeper wakes what is dirty every two seconds; how often it did."""
    woken = 0
    until = world.clock.now + timedelta(seconds=seconds)
    while world.clock.now < until:
        if world.store.waiting():
            world.push()
            woken += 1
        world.clock.advance(2)
    return woken


def test_an_assignment_missing_from_one_list_is_no_question_yet(world: Class) -> None:
    gone = world.aeries.assignments.pop(world.uid(1))
    world.look()
    assert world.codes() == {}
    world.aeries.assignments[gone.unique_id] = gone
    world.clock.advance(61)
    world.catch_up()
    assert world.codes() == {}
    assert world.pair(1).missing_since is None


def test_a_second_look_a_while_later_makes_it_a_question(world: Class) -> None:
    world.aeries.delete(world.uid(1))
    world.look()
    world.clock.advance(61)
    world.look()
    assert world.codes() == {"activity:1": "deleted_in_aeries"}
    assert world.here(1, 1) == "8"


def test_the_second_look_comes_by_itself_after_a_save(world: Class) -> None:
    """A push that finds nothing must not begin to wait anew each time."""
    world.aeries.delete(world.uid(1))
    world.type_here(1, 1, "9")
    woken = sweep(world, 120)
    assert world.codes() == {"activity:1": "deleted_in_aeries"}
    assert woken <= 3
    assert world.here(1, 1) == "9"


def test_what_came_back_by_the_second_look_gets_the_score_that_waited(world: Class) -> None:
    gone = world.aeries.assignments.pop(world.uid(1))
    world.type_here(1, 1, "9")
    world.push()
    world.aeries.assignments[gone.unique_id] = gone
    sweep(world, 120)
    assert world.there(1, 1) == "9"
    assert world.codes() == {}


def test_a_question_closes_when_the_assignment_is_back(world: Class) -> None:
    gone = world.aeries.assignments.pop(world.uid(1))
    world.look()
    world.clock.advance(61)
    world.look()
    world.aeries.assignments[gone.unique_id] = gone
    world.catch_up()
    assert world.codes() == {}


def test_a_saved_score_of_a_vanished_assignment_does_not_hang_a_long_look(world: Class) -> None:
    """The look gives way to dirty pairs; one that stays dirty must not be tried for ever."""
    worker = world.worker(look_through())
    worker.run_until(ef.Progress)
    world.aeries.delete(world.uid(2))
    world.type_here(2, 1, "9")
    for _ in range(200):
        if not worker.step():
            break
    assert worker.outcome is not None


def test_an_empty_list_proves_nothing(world: Class) -> None:
    world.aeries.assignments.clear()
    out = world.look()
    assert out.trouble is not None
    assert world.codes() == {}
    assert world.pair(1).missing_since is None


def test_an_empty_student_list_proves_nothing(world: Class) -> None:
    world.aeries.students.clear()
    out = world.look()
    assert out.trouble is not None
    assert world.store.link.students
    assert world.here(1, 1) == "8"


def test_an_activity_deleted_here_is_a_question_and_nothing_there_changes(world: Class) -> None:
    world.store.delete(1)
    world.catch_up()
    assert world.codes() == {"activity:1": "deleted_in_lms"}
    assert len(world.aeries.assignments) == 2
    assert len(world.store.activities) == 2
    assert world.writes == []


def test_a_gradebook_that_vanished_is_a_question_after_a_second_look(world: Class) -> None:
    world.aeries.deleted = True
    assert world.look().trouble is not None
    assert world.codes() == {}
    world.clock.advance(61)
    assert world.look().trouble is not None
    assert list(world.codes().values()) == ["gradebook_gone"]
    assert world.here(1, 1) == "8"
    world.aeries.deleted = False
    world.catch_up()
    assert world.codes() == {}
