"""C4 for fields: a PUT replaces everything, and may land after a newer one."""

from __future__ import annotations

import random
from datetime import date

import pytest

from tests.simulation.network import Fate, InFlight, scripted, seeded
from tests.simulation.properties import check_quiet
from tests.simulation.room import Class, classroom
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out import fields
from twinbook.core.carry_out.look import look_through, push

CHANCES = {Fate.NEVER: 0.1, Fate.ANSWER_LOST: 0.15, Fate.LATE: 0.2, Fate.TWICE: 0.05, Fate.PUT_OFF: 0.05}


def titles(world: Class) -> tuple[str, str]:
    return world.store.activities[1].title, world.aeries.assignments[world.uid(1)].description


def an_older_title_lands_after_a_newer(world: Class) -> None:
    world.store.edit(1, title='The "first" one')
    world.network.fates = scripted(Fate.LATE)
    world.push()
    world.store.edit(1, title="The second one")
    world.push()
    assert titles(world) == ("The second one", "The second one")
    world.settle()


def test_a_late_title_does_not_win_over_a_newer_one() -> None:
    world = classroom()
    an_older_title_lands_after_a_newer(world)
    assert titles(world) == ("The second one", "The second one")
    assert world.codes() == {}
    check_quiet(world)


def test_without_the_doubt_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "echo", lambda *_: None)
    world = classroom()
    an_older_title_lands_after_a_newer(world)
    assert titles(world)[0] != "The second one"


def test_a_late_put_brings_nothing_else_back() -> None:
    """It carries the comment of its time; the newer one, taken over meanwhile, is sent again."""
    world = classroom()
    world.store.edit(1, title="Work one")
    world.network.fates = scripted(Fate.LATE)
    world.push()
    world.aeries.change(world.uid(1), comment="Bring a pencil.", date_due=date(2026, 3, 16))
    world.look()
    assert world.store.activities[1].description == "Bring a pencil."
    world.settle()
    assert world.store.activities[1].description == "Bring a pencil."
    assert world.store.activities[1].due_on == date(2026, 3, 16)
    assert world.aeries.assignments[world.uid(1)].comment == "Bring a pencil."
    assert world.codes() == {}


def test_a_change_there_that_stood_in_conflict_is_not_taken_for_our_echo() -> None:
    world = classroom()
    world.aeries.change(world.uid(1), comment="theirs")
    world.store.edit(1, description="ours", title="Work one")
    world.network.fates = scripted(Fate.LATE)
    world.push()
    world.settle()
    assert world.store.activities[1].description == "ours"
    assert world.aeries.assignments[world.uid(1)].comment == "theirs"
    assert world.codes() == {"field:1:description": "conflict"}


def test_nothing_stays_in_doubt_for_ever() -> None:
    world = classroom()
    an_older_title_lands_after_a_newer(world)
    assert not [key for key in world.pair(1).fields if "!" in key]
    assert not world.store.waiting()


def test_what_aeries_answers_without_taking_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    world = classroom()
    put = world.aeries.put
    monkeypatch.setattr(
        world.aeries, "put", lambda key, body: put(key, {**body, "AssignmentCategoryCode": "H"})
    )
    world.store.edit(1, category_id=2, title="Work one")
    world.catch_up()
    assert world.codes() == {"field:1:category": "rejected_by_aeries"}
    assert titles(world) == ("Work one", "Work one")


class Titles:
    """Two people who rename one activity, on a bad network."""

    def __init__(self, beginning: Class, seed: int) -> None:
        self.random = random.Random(seed)
        self.world = beginning.fork()
        self.world.network.random = random.Random(seed + 1)
        self.world.network.fates = seeded(CHANCES, self.random)
        self.world.on_landing = self._landed
        self.here: list[tuple[float, str]] = []
        self.there: list[tuple[float, str]] = []
        self.excused = False

    def _landed(self, flight: InFlight) -> None:
        if isinstance(flight.write, ef.Update) and self.there and self.there[-1][0] > flight.turn:
            self.excused = True

    def run(self) -> None:
        for _ in range(6):
            self.world.turn += 1
            text = f"{self.world.turn}"
            if self.random.random() < 0.6:
                self.world.store.edit(1, title=f"ours {text}")
                self.here.append((self.world.turn, f"ours {text}"))
            elif self.random.random() < 0.6:
                self.world.aeries.change(self.world.uid(1), description=f"theirs {text}")
                self.there.append((self.world.turn, f"theirs {text}"))
                self.excused = False
            if self.random.random() < 0.8:
                self.world.worker(self.random.choice((push, look_through))()).run()
            self.world.clock.advance(self.random.choice((1, 20, 200)))
        self.world.network.fates = scripted()
        self.world.settle()

    def wrong(self) -> str:
        ours, theirs = titles(self.world)
        if ours != theirs and "field:1:title" not in self.world.store.problems:
            return "differs without a question"
        last_here, last_there = (self.here or [(0, "Work 1")])[-1], (self.there or [(0, "Work 1")])[-1]
        if ours != last_here[1] and ours not in [text for turn, text in self.there if turn > last_here[0]]:
            return f"{last_here[1]} here became {ours}"
        if self.excused or theirs == last_there[1]:
            return ""
        later = [text for turn, text in self.here if turn > last_there[0]]
        return "" if theirs in later else f"{last_there[1]} there became {theirs}"


def test_seeded_renamings_lose_nothing() -> None:
    beginning = classroom()
    for seed in range(600):
        story = Titles(beginning, seed)
        story.run()
        assert story.wrong() == "", f"seed {seed}"
        check_quiet(story.world)
