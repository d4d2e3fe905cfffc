"""An insert that takes effect late, again and again: each time one assignment must come of it, and never a second one."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from functools import cache

from tests.simulation.network import Fate, InFlight
from tests.simulation.room import Class, activity, classroom
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.look import push

LATEST = 120.0
"""Seconds after our side has given up."""
WATCHED = 420
NEW = 50
TITLE = "Volcano project"


@cache
def _beginning() -> Class:
    return classroom()


def play(seed: int) -> str:
    """What is wrong, or ''."""
    source = random.Random(seed)
    world = _beginning().fork()
    world.store.add_activity(activity(NEW, title=TITLE))
    world.type_here(NEW, 1, "9")
    lands = source.uniform(0, LATEST)
    if source.random() < 0.3:
        _dies(world, lands, known_after=source.uniform(10, 60))
    else:
        _given_up(world, lands)
    world.network.reads_fail = lambda: source.random() < 0.1
    edited_at = source.uniform(0, 200) if source.random() < 0.3 else None
    _watch(world, edited_at)
    world.network.reads_fail = lambda: False
    world.settle()
    return _wrong(world)


def _given_up(world: Class, lands: float) -> None:
    _lands(world, lands)
    fates = iter([Fate.LATE])
    world.network.fates = lambda write: next(fates, Fate.DONE) if isinstance(write, ef.Insert) else Fate.DONE
    world.push()


def _dies(world: Class, lands: float, *, known_after: float) -> None:
    _lands(world, lands)
    worker = world.worker(push())
    worker.run_until(ef.Insert)
    assert isinstance(worker.effect, ef.Insert)
    world.network.delay(world.leaving(worker.effect, worker.lease), world.clock.now)
    worker.die()
    world.clock.advance(known_after)
    world.store.worker_known_dead(worker.lease)


def _lands(world: Class, seconds: float) -> None:
    def delay(flight: InFlight, ended_at: object) -> None:
        lands_at = world.clock.now + timedelta(seconds=world.give_up + seconds)
        world.network.in_flight.append(replace(flight, lands_at=lands_at))

    world.network.delay = delay  # type: ignore[method-assign]


def _watch(world: Class, edited_at: float | None) -> None:
    """The sweeper wakes what is due every two seconds."""
    until = world.clock.now + timedelta(seconds=WATCHED)
    edit = None if edited_at is None else world.clock.now + timedelta(seconds=edited_at)
    while world.clock.now < until:
        if edit is not None and world.clock.now >= edit:
            world.store.edit(NEW, description="with a poster")
            edit = None
        if world.store.waiting():
            world.push()
        world.clock.advance(2)
        world.land()


def _wrong(world: Class) -> str:
    found = [a.unique_id for a in world.aeries.assignments.values() if a.description == TITLE]
    if len(found) != 1:
        return f"{len(found)} assignments came of one activity"
    if world.pair(NEW).unique_id is None:
        return f"it never found its assignment: {world.codes()}"
    if world.there(NEW, 1) != "9":
        return f"its score is {world.there(NEW, 1)!r} there"
    return "" if world.codes() == {} else f"somebody is asked: {world.codes()}"


def wrongs(seeds: range) -> list[str]:
    return [f"seed {seed}: {wrong}" for seed in seeds if (wrong := play(seed))]
