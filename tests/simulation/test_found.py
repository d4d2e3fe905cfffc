"""Bugs that seeded histories found, each by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.simulation.network import Fate, scripted
from tests.simulation.room import Class, Work, activity, classroom, sis
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.look import push
from twinbook.core.cells import Policy


def wakings(world: Class, seconds: float) -> int:
    """The sweeper wakes what is due every two seconds; how often it did."""
    woken, until = 0, world.clock.now + timedelta(seconds=seconds)
    while world.clock.now < until:
        if world.store.waiting():
            world.push()
            woken += 1
        world.clock.advance(2)
        world.land()
    return woken


def test_cells_that_wait_for_points_are_not_asked_for_every_two_seconds() -> None:
    """A doubtful write had made the pair due; then its points became a question."""
    world = classroom()
    world.type_here(1, 1, "9")
    world.network.fates = scripted(Fate.ANSWER_LOST)
    world.push()
    world.store.edit(1, points=Decimal(20))
    world.aeries.change_points(world.uid(1), Decimal(30), Decimal(30))
    assert wakings(world, 1000) <= 3
    assert world.codes() == {"field:1:points": "conflict"}


def test_a_create_that_becomes_a_question_is_not_asked_again_every_two_seconds() -> None:
    """It had waited for its thirty seconds when a likely partner appeared."""
    world = classroom()
    world.store.add_activity(activity(50, title="Volcano project"))
    world.push()
    fields: dict[str, Any] = {"DateDue": activity(1).due_on, "DateAssigned": activity(1).assigned_on}
    world.aeries.add("Volcano project", Decimal(10), **fields)
    assert wakings(world, 1000) <= 3
    assert world.codes() == {"activity:50": "possible_duplicate"}


def test_an_insert_that_is_refused_after_a_doubt_is_not_repeated_every_two_seconds() -> None:
    world = classroom()
    world.store.add_activity(activity(50, title="Volcano project"))
    world.type_here(50, 1, "9")
    world.network.fates = scripted(Fate.NEVER)
    world.push()
    world.aeries.locked = True
    wakings(world, 1000)
    assert world.codes() == {"activity:50": "rejected_by_aeries"}
    assert sum(isinstance(write, ef.Insert) for write in world.writes) == 2


def test_a_value_that_lost_by_a_rule_is_in_the_history_also_when_the_answer_was_lost() -> None:
    world = classroom(policy=Policy.LMS)
    world.type_there(1, 1, "7")
    world.type_here(1, 1, "9")
    world.network.fates = scripted(Fate.ANSWER_LOST)
    world.push()
    world.settle()
    (overwritten,) = [entry for entry in world.store.history if entry.side == "aeries"]
    assert (overwritten.before, overwritten.after) == ("7", "9")


def test_the_same_number_under_a_new_row_maximum_is_no_echo_of_ours() -> None:
    """A teacher gave the row a maximum of its own while a write of ours was in doubt: 9 of 16 is not 9 of 10."""
    world = classroom()
    world.type_here(1, 1, "9")
    world.network.fates = scripted(Fate.ANSWER_LOST)
    world.push()
    world.aeries.set_row_maximum(world.uid(1), sis(1), Decimal(16))
    world.settle()
    assert (world.here(1, 1), world.there(1, 1)) == ("5.625", "9")
    assert world.codes() == {}


def test_a_worker_that_dies_before_a_write_that_overrules_still_overrules_only_what_it_saw() -> None:
    world = classroom([Work((("8", "8"),))], policy=Policy.LMS)
    world.type_there(1, 1, "7")
    world.type_here(1, 1, "9")
    worker = world.worker(push())
    worker.run_until(ef.WriteScores)
    worker.die()
    world.set_link(policy=Policy.ASK)
    world.type_there(1, 1, "6")
    world.settle()
    assert (world.here(1, 1), world.there(1, 1)) == ("9", "6")
    assert world.codes() == {"cell:1:1": "conflict"}


def test_a_reading_without_the_row_settles_no_doubt_about_it() -> None:
    """Half a list came when the time was over; the write that had landed then passed for an edit in Aeries."""
    world = classroom()
    world.type_here(1, 1, "9")
    world.network.fates = scripted(Fate.LATE)
    world.push()
    world.type_here(1, 1, "6")
    world.wait_for_late_effects()
    world.network.lie = lambda effect, shown: (
        replace(shown, rows={}) if isinstance(effect, ef.ReadScores) else shown
    )
    world.push()
    world.network.lie = lambda effect, shown: shown
    world.settle()
    assert (world.here(1, 1), world.there(1, 1)) == ("6", "6")
    assert not world.store.intents


def test_a_doubt_about_a_row_that_is_gone_ends_after_a_day() -> None:
    world = classroom()
    world.type_here(1, 1, "9")
    world.network.fates = scripted(Fate.NEVER)
    world.push()
    del world.aeries.rows[world.uid(1), sis(1)]
    world.wait_for_late_effects()
    world.look()
    assert world.store.intents
    world.clock.advance(86_401)
    world.look()
    assert not world.store.intents


def test_a_value_that_lost_and_was_typed_over_unseen_is_in_the_history() -> None:
    """The rule let the LMS win; the answer was lost, and before anybody read, a person typed over our write."""
    for later, after in (("5", "5"), ("", None)):
        world = classroom(policy=Policy.LMS)
        world.type_there(1, 1, "7")
        world.type_here(1, 1, "9")
        world.network.fates = scripted(Fate.ANSWER_LOST)
        world.push()
        world.type_there(1, 1, later)
        world.settle()
        gone = [entry for entry in world.store.history if entry.side == "aeries" and entry.before == "7"]
        assert [entry.after for entry in gone] == [after]
        assert "answer was lost" in gone[0].why


def test_a_value_that_a_person_chose_against_is_named_once_behind_the_new_question() -> None:
    world = classroom(policy=Policy.LMS)
    world.type_there(1, 1, "7")
    world.type_here(1, 1, "9")
    world.network.fates = scripted(Fate.ANSWER_LOST)
    world.push()
    world.set_link(policy=Policy.ASK)
    world.type_there(1, 1, "5")
    world.settle()
    assert world.codes() == {"cell:1:1": "conflict"}
    assert [(e.before, e.after) for e in world.store.history if e.side == "aeries"] == [("7", "5")]


def test_an_edit_that_the_answer_to_one_half_shows_is_not_overwritten_by_the_other_half() -> None:
    """A batch was refused and halved; what the first half's answer showed of the second was not looked at."""
    world = classroom(policy=Policy.LMS)
    for student in (1, 2):
        world.type_here(1, student, "9")
    world.aeries.refuses.add((world.uid(1), sis(2)))
    worker = world.worker(push())
    worker.run_until(ef.WriteScores)
    worker.step()
    world.aeries.refuses.clear()
    world.type_there(1, 2, "6")
    worker.run()
    world.settle()
    assert [(e.student, e.before, e.after) for e in world.store.history if e.side == "aeries"] == [
        (1, "8", "9"),
        (2, "6", "9"),
    ]


def test_typed_away_and_back_while_the_points_changed_there_is_no_agreement() -> None:
    """33.3333 of 100 was typed again while Aeries made it 20 points: ours stood as 6.6667, theirs as 33.3333 of 20."""
    world = classroom([Work((("8", "8"),), "10", "10")])
    world.type_here(1, 1, "9")
    world.type_here(1, 1, "8")
    world.aeries.change_points(world.uid(1), Decimal(20), Decimal(20))
    world.settle()
    assert (world.here(1, 1), world.there(1, 1)) == ("16", "16")


def test_what_was_equal_to_an_older_value_only_agrees_with_nothing() -> None:
    """While the scores were read, 9 was typed here over 8, and in Aeries exactly that 8: each side changed."""
    world = classroom([Work((("7", "7"),))])
    world.type_here(1, 1, "8")
    worker = world.worker(push())
    worker.run_until(ef.ReadScores)
    world.type_here(1, 1, "9")
    world.type_there(1, 1, "8")
    worker.run()
    world.settle()
    assert (world.here(1, 1), world.there(1, 1)) == ("9", "8")
    assert world.codes() == {"cell:1:1": "conflict"}
