"""The life of one grade, step by step."""

from tests.simulation.room import Work, classroom, disagreements
from twinbook.core.cells import Policy


def test_a_saved_score_is_read_back_from_aeries() -> None:
    world = classroom()
    world.type_here(1, 1, "9")
    world.push()
    assert world.there(1, 1) == "9"
    assert len(world.writes) == 1
    assert not world.store.waiting()
    assert not world.store.intents


def test_a_second_look_writes_nothing() -> None:
    world = classroom([Work((("8", "8"), ("", ""), ("7.5", "7.5")))])
    world.type_here(1, 1, "9")
    world.push()
    world.catch_up()
    assert len(world.writes) == 1
    assert disagreements(world) == []


def test_a_change_there_comes_back() -> None:
    world = classroom()
    world.type_there(1, 1, "7")
    world.catch_up()
    assert world.here(1, 1) == "7"
    assert world.writes == []


def test_both_changed_is_asked_and_the_answer_carried_out() -> None:
    for winner, left in ((Policy.LMS, "9"), (Policy.AERIES, "7")):
        world = classroom()
        world.type_here(1, 1, "9")
        world.type_there(1, 1, "7")
        world.catch_up()
        assert world.codes() == {"cell:1:1": "conflict"}
        assert (world.here(1, 1), world.there(1, 1)) == ("9", "7")
        world.store.resolve("cell:1:1", winner)
        world.catch_up()
        assert (world.here(1, 1), world.there(1, 1)) == (left, left)
        assert world.codes() == {}
