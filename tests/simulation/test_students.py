"""C7: blanks, and students who come and go."""

import pytest

from tests.simulation.room import Class, Work, classroom, disagreements, sis
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.look import look_through


@pytest.fixture
def world() -> Class:
    return classroom([Work((("8", "8"), ("7", "7"), ("6", "6"))), Work((("5", "5"), ("4", "4"), ("", "")))])


def test_a_cleared_cell_is_taken_over_by_a_run_that_read_the_students_after(world: Class) -> None:
    world.type_there(1, 1, "")
    world.type_here(1, 2, "9")
    world.push()
    assert world.here(1, 1) == "8", "a push does not read the student list after the scores"
    world.catch_up()
    assert world.here(1, 1) == ""
    assert world.codes() == {}


def test_blank_rows_of_a_student_added_again_are_a_question(world: Class) -> None:
    world.aeries.drop(sis(1))
    world.aeries.enrol(sis(1))
    world.aeries.students[sis(1)] = world.aeries.students[sis(1)].__class__(sis(1), start=world.aeries.today)
    world.catch_up()
    assert (world.here(1, 1), world.here(2, 1)) == ("8", "5")
    assert world.codes() == {"student:1": "student_readded"}


def test_a_student_dropped_and_added_between_reading_scores_and_students_loses_nothing(world: Class) -> None:
    """The blank rows are read first, the student list afterwards: it shows the new membership."""
    world.look()
    worker = world.worker(look_through())
    worker.run_until(ef.ReadScores)
    world.aeries.drop(sis(1))
    world.aeries.enrol(sis(1), start=world.aeries.today)
    worker.run()
    world.catch_up()
    assert world.here(1, 1) == "8"
    assert world.codes() == {"student:1": "student_readded"}


def test_a_dropped_student_keeps_everything_and_a_save_says_why(world: Class) -> None:
    world.aeries.drop(sis(1))
    world.catch_up()
    world.type_here(1, 1, "9")
    world.catch_up()
    assert world.there(1, 1) == "8"
    assert world.codes() == {"cell:1:1": "student_not_in_gradebook"}


def test_a_student_without_a_row_is_named_once_a_score_is_saved(world: Class) -> None:
    world.store.add_student(4, sis(4))
    world.catch_up()
    assert world.codes() == {}
    world.type_here(1, 4, "9")
    world.catch_up()
    assert world.codes() == {"cell:1:4": "student_not_in_gradebook"}


def test_the_question_closes_when_the_score_is_cleared_again(world: Class) -> None:
    world.store.add_student(4, sis(4))
    world.type_here(1, 4, "9")
    world.catch_up()
    world.type_here(1, 4, "")
    world.catch_up()
    assert world.codes() == {}


def test_the_score_is_sent_when_the_student_is_added(world: Class) -> None:
    world.store.add_student(4, sis(4))
    world.type_here(1, 4, "9")
    world.catch_up()
    world.aeries.enrol(sis(4))
    world.catch_up()
    assert world.there(1, 4) == "9"
    assert world.codes() == {}
    assert disagreements(world) == []


def test_a_score_that_aeries_ignores_is_named(world: Class) -> None:
    """Dropped after our last reading of the list: the answer has no trace of the value (reference §12.6)."""
    world.aeries.drop(sis(1))
    world.type_here(1, 1, "9")
    world.push()
    assert world.codes() == {"cell:1:1": "rejected_by_aeries"}
    assert world.there(1, 1) == "8"
    world.catch_up()
    assert world.there(1, 1) == "8"
    assert world.codes() == {"cell:1:1": "rejected_by_aeries"}


def test_nothing_is_taken_over_for_a_student_outside_the_class(world: Class) -> None:
    world.aeries.enrol(sis(9))
    world.aeries.type_in(world.uid(1), sis(9), "3")
    world.catch_up()
    assert all(student <= 3 for _, student in world.store.scores)
