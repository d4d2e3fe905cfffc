"""Answers that prove nothing, or less than they seem to (C5, A7, G5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.core.cell_cases import form
from tests.simulation.network import Fate, scripted
from tests.simulation.room import Class, Work, activity, classroom, sis
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.look import push
from twinbook.core.carry_out.scores_outcome import Decided
from twinbook.core.carry_out.setup import set_up
from twinbook.core.cells import Policy
from twinbook.core.remote import TheirCell


@pytest.fixture
def world() -> Class:
    return classroom([Work((("8", "8"), ("7", "7")))])


def emptied(world: Class, kind: type[ef.Effect], name: str) -> None:
    def lie(effect: ef.Effect, shown: Any) -> Any:
        return replace(shown, **{name: ()}) if isinstance(effect, kind) else shown

    world.network.lie = lie


def test_an_answer_that_does_not_show_the_value_proves_nothing(world: Class) -> None:
    world.type_here(1, 1, "9")
    scores = world.remote.scores

    def ignored(unique_id: str, entries: tuple[ef.ScoreEntry, ...]) -> Mapping[int, TheirCell]:
        return scores(unique_id)

    world.remote.write_scores = ignored  # type: ignore[method-assign]
    world.push()
    assert world.codes() == {"cell:1:1": "rejected_by_aeries"}
    assert (world.here(1, 1), world.there(1, 1)) == ("9", "8")


def test_the_day_on_which_a_row_was_completed_goes_back_as_it_was(world: Class) -> None:
    key = world.uid(1), sis(1)
    world.aeries.rows[key] = replace(world.aeries.rows[key], date_completed=date(2026, 3, 4))
    world.type_here(1, 1, "9")
    world.push()
    assert world.aeries.rows[key].date_completed == date(2026, 3, 4)
    assert world.there(1, 1) == "9"


def test_an_empty_list_of_assignments_proves_nothing(world: Class) -> None:
    emptied(world, ef.ListAssignments, "assignments")
    out = world.look()
    assert out.trouble is not None and out.trouble.family is ef.Family.BAD_ANSWER
    assert world.pair(1).missing_since is None
    assert world.codes() == {}


def test_an_empty_list_of_students_takes_nobody_out(world: Class) -> None:
    emptied(world, ef.ReadStudents, "students")
    out = world.look()
    assert out.trouble is not None and out.trouble.family is ef.Family.BAD_ANSWER
    assert "no students" in out.trouble.message
    assert len(world.store.link.students) == 3


def test_an_empty_list_does_not_allow_the_repeat_of_an_insert(world: Class) -> None:
    world.store.add_activity(activity(50, title="Volcano project"))
    world.type_here(50, 1, "9")
    world.network.fates = scripted(Fate.NEVER)
    world.push()
    emptied(world, ef.ListAssignments, "assignments")
    world.clock.advance(400)
    world.push()
    assert sum(isinstance(write, ef.Insert) for write in world.writes) == 1
    assert world.codes() == {}, "nor is it a question for anybody"
    world.network.lie = lambda effect, shown: shown
    world.settle()
    assert world.there(50, 1) == "9"


def test_a_summary_decides_only_what_it_showed() -> None:
    world = classroom([Work((("5", "6"),))], agreed=False)
    decided = {world.pair(1).id: Decided(Policy.LMS, {1: (1, form("6"))})}
    world.type_there(1, 1, "7")
    world.worker(set_up(decided)).run()
    assert world.there(1, 1) == "7"
    assert world.codes() == {"cell:1:1": "conflict"}


def test_a_second_look_too_early_asks_nothing(world: Class) -> None:
    del world.aeries.assignments[world.uid(1)]
    world.aeries.add("Another one", Decimal(10))
    world.look()
    world.clock.advance(30)
    world.look()
    assert "activity:1" not in world.codes()
    world.clock.advance(40)
    world.look()
    assert world.codes()["activity:1"] == "deleted_in_aeries"


def test_a_write_that_was_given_up_is_in_doubt_until_a_reading_that_began_late_enough(world: Class) -> None:
    world.type_here(1, 1, "9")
    world.network.fates = scripted(Fate.NEVER)
    world.push()
    world.push()
    assert len(world.store.intents) == 1
    world.wait_for_late_effects()
    world.push()
    assert not world.store.intents


def test_a_late_landing_is_looked_for_and_mended_without_any_night(world: Class) -> None:
    """Only what is due is looked at, as the sweeper does it."""
    world.type_here(1, 1, "9")
    world.network.fates = scripted(Fate.LATE)
    world.push()
    world.type_here(1, 1, "6")
    for _ in range(150):
        if world.store.waiting():
            world.push()
        world.clock.advance(4)
        world.land()
    assert (world.here(1, 1), world.there(1, 1)) == ("6", "6")
    assert not world.store.intents


@pytest.mark.parametrize(("last", "sent"), [(date(2026, 3, 9), True), (date(2026, 3, 8), False)])
def test_the_last_day_of_a_students_span_counts(last: date, sent: bool) -> None:
    """The work is due on 9 March."""
    world = classroom([Work((("8", "8"),))])
    world.aeries.students[sis(1)] = replace(world.aeries.students[sis(1)], end=last)
    world.catch_up()
    world.type_here(1, 1, "9")
    world.push()
    assert (world.there(1, 1) == "9") is sent


def test_what_was_not_sent_is_found_by_the_next_push_and_needs_no_night(world: Class) -> None:
    world.type_here(1, 1, "9")
    world.network.fates = scripted(Fate.PUT_OFF)
    world.push()
    assert world.there(1, 1) == "8"
    world.push()
    assert world.there(1, 1) == "9"


def test_an_edit_that_an_answer_showed_is_taken_over_by_the_next_push_and_needs_no_night() -> None:
    world = classroom([Work((("8", "8"), ("7", "7")))])
    world.type_here(1, 1, "9")
    worker = world.worker(push())
    worker.run_until(ef.WriteScores)
    world.type_there(1, 2, "6")
    worker.run()
    assert world.here(1, 2) == "7"
    world.push()
    assert world.here(1, 2) == "6"
