"""Each operation × each effect that it asks for × four moments. Whoever comes next ends in the same state as if nothing
had happened. What is covered is compared with the table, with all effects and with all changes that there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from typing import get_args

import pytest

from tests.simulation.call import REQUESTS, WRITES, Call
from tests.simulation.network import Fate, scripted
from tests.simulation.operations import OPERATIONS, Kinds, Operation
from tests.simulation.properties import check_agreement, gradebooks, standing
from tests.simulation.room import Class
from tests.simulation.world import Worker, World
from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef


class Moment(StrEnum):
    BEFORE = "dies before it"
    AFTER = "dies after it"
    ANSWER_LOST = "its answer is lost"
    ANSWER_LATE = "its answer is late"


def before(worker: Worker) -> None:
    worker.die()


def after(worker: Worker) -> None:
    """It took place, and nobody went on."""
    worker.world.perform(worker.effect, worker.lease)
    worker.die()


def answer_lost(worker: Worker) -> None:
    """A request took effect and nobody heard of it: the worker goes on with a doubt. What is asked of our own side is
    one transaction, whose loss ends the worker."""
    world, effect = worker.world, worker.effect
    if not isinstance(effect, REQUESTS):
        after(worker)
        return
    lost = iter([True])
    if isinstance(effect, WRITES):
        world.network.fates = scripted(Fate.ANSWER_LOST)
    else:
        world.network.reads_fail = lambda: next(lost, False)
    worker.run()


def answer_late(worker: Worker) -> None:
    """A write lands minutes later. A reading is answered, and what is asked of our own side is done, when another worker
    has meanwhile done everything."""
    world, effect = worker.world, worker.effect
    if isinstance(effect, WRITES):
        world.network.fates = scripted(Fate.LATE)
        worker.run()
        return
    call = None
    if isinstance(effect, REQUESTS):
        call = Call(world, effect, worker.lease)
        call.leave()
        call.arrive()
    world.clock.advance(timedelta(seconds=20).total_seconds())
    _leave_alone(world)
    with suppress(ef.LeaseLost):
        if call is not None:
            worker.hear(call.answer())
        worker.run()


DOING: dict[Moment, Callable[[Worker], None]] = {
    Moment.BEFORE: before,
    Moment.AFTER: after,
    Moment.ANSWER_LOST: answer_lost,
    Moment.ANSWER_LATE: answer_late,
}


def _leave_alone(world: World) -> None:
    for _ in range(4):
        for _ in range(6):
            if world.store.link.writes and world.store.waiting():
                world.push()
        if world.look().trouble is None and not world.store.waiting():
            return
        world.clock.advance(5)


def _finish(world: Class, operation: Operation) -> None:
    """The operation is taken up again where it must be, and then everything comes to rest."""
    for _ in range(3):
        if operation.again and world.worker(operation.machine(world)).run().trouble is None:
            break
        world.clock.advance(5)
    for _ in range(2):
        _leave_alone(world)
        world.wait_for_late_effects()
    _leave_alone(world)


def _undisturbed(operation: Operation) -> Class:
    world = operation.build()
    world.worker(operation.machine(world)).run()
    _finish(world, operation)
    return world


def _steps(operation: Operation) -> list[type[ef.Effect]]:
    world = operation.build()
    worker = world.worker(operation.machine(world))
    kinds: list[type[ef.Effect]] = [type(worker.effect)]
    while worker.step():
        kinds.append(type(worker.effect))
    return kinds


def _play(operation: Operation, step: int, moment: Moment, beginning: Class) -> tuple[Class, type[ef.Effect]]:
    world = beginning.fork()
    worker = world.worker(operation.machine(world))
    for _ in range(step):
        worker.step()
    kind = type(worker.effect)
    DOING[moment](worker)
    _finish(world, operation)
    return world, kind


@pytest.mark.parametrize("name", OPERATIONS)
def test_at_every_moment_the_end_is_the_same(name: str) -> None:
    operation = OPERATIONS[name]
    beginning, expected = operation.build(), gradebooks(_undisturbed(operation))
    covered: dict[Moment, set[type[ef.Effect]]] = {moment: set() for moment in Moment}
    for step in range(len(_steps(operation))):
        for moment in Moment:
            world, kind = _play(operation, step, moment, beginning)
            where = f"{name}, step {step}: {kind.__name__}, {moment}"
            assert gradebooks(world) == expected, where
            if operation.agrees:
                check_agreement(world)
            if operation.rests:
                _check_rest(world, where)
            covered[moment].add(kind)
    assert {moment: _names(kinds) for moment, kinds in covered.items()} == {
        moment: _names(operation.effects) for moment in Moment
    }


def _names(kinds: Iterable[type[ef.Effect]]) -> list[str]:
    return sorted(kind.__name__ for kind in kinds)


def _check_rest(world: Class, where: str) -> None:
    written, stood = len(world.writes), standing(world)
    world.clock.advance(86_400)
    world.look()
    assert len(world.writes) == written, where
    assert standing(world) == stood, where


def test_every_effect_stands_in_the_table() -> None:
    """A new effect, or one that no operation asks for any more, fails here."""
    covered: Kinds = frozenset().union(*(operation.effects for operation in OPERATIONS.values()))
    assert covered == set(get_args(ef.Effect))


ELSEWHERE = {ch.GradebookMissing: "test_vanished.py", ch.StudentsMissing: "faces/test_bad_answers.py"}
"""Changes that no operation of the table commits → where they are tested."""


def test_every_change_is_committed_by_some_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    committed: set[type[ch.Change]] = set()
    whole = Class.perform

    def watched(world: Class, effect: ef.Effect, lease: int) -> object:
        if isinstance(effect, ef.Commit):
            committed.update(map(type, effect.changes))
        return whole(world, effect, lease)

    monkeypatch.setattr(Class, "perform", watched)
    for operation in OPERATIONS.values():
        for step, kind in enumerate(_steps(operation)):
            if kind in WRITES:
                _play(operation, step, Moment.ANSWER_LOST, operation.build())
        _undisturbed(operation)
    assert set(get_args(ch.Change)) - committed == set(ELSEWHERE)
