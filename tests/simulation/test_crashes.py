"""Deaths that `test_every_moment.py` does not play: with a request on its way, twice in a row, and a worker that was only
frozen. Whoever comes next ends in the same state as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from tests.simulation.operations import (
    a_first_meeting,
    a_new_activity,
    a_night,
    one_refused,
    one_score,
    several_saves,
)
from tests.simulation.properties import check_agreement, check_quiet, gradebooks, standing
from tests.simulation.room import Class
from tests.simulation.world import Machine, Worker
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.look import look_through, push
from twinbook.core.carry_out.setup import set_up

SCENARIOS: dict[str, tuple[Callable[[], Class], Callable[[], Machine]]] = {
    "one score": (one_score, push),
    "several saves": (several_saves, push),
    "one refused": (one_refused, push),
    "a new activity": (a_new_activity, push),
    "a night": (a_night, look_through),
    "a first meeting": (a_first_meeting, look_through),
    "a set-up": (a_first_meeting, lambda: set_up({})),
}
Kill = Callable[[Worker], None]


def after_it(worker: Worker) -> None:
    """It took place, and nobody went on."""
    worker.world.perform(worker.effect, worker.lease)
    worker.die()


def on_its_way(worker: Worker) -> None:
    """Only for requests that write: it takes effect some time later."""
    if isinstance(worker.effect, (ef.WriteScores, ef.Insert, ef.Update)):
        flight = worker.world.leaving(worker.effect, worker.lease)
        worker.world.network.delay(flight, worker.world.clock.now)
    worker.die()


def effects_of(scenario: str) -> int:
    build, machine = SCENARIOS[scenario]
    worker = build().worker(machine())
    worker.run()
    return worker.steps


def kills(scenario: str, kill: Kill) -> Iterator[tuple[int, Class, Worker]]:
    build, machine = SCENARIOS[scenario]
    beginning = build()
    for step in range(effects_of(scenario)):
        world = beginning.fork()
        worker = world.worker(machine())
        for _ in range(step):
            worker.step()
        kill(worker)
        yield step, world, worker


def undisturbed(scenario: str) -> Class:
    build, machine = SCENARIOS[scenario]
    world = build()
    world.worker(machine()).run()
    world.settle()
    return world


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_killed_with_a_request_on_its_way_the_end_is_the_same(scenario: str) -> None:
    expected = gradebooks(undisturbed(scenario))
    count = 0
    for step, world, worker in kills(scenario, on_its_way):
        effect = type(worker.effect).__name__
        world.settle()
        assert gradebooks(world) == expected, f"killed at {step}, {effect}"
        check_agreement(world)
        check_quiet(world)
        count += 1
    assert count == effects_of(scenario) > 8


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_killed_twice_in_a_row(scenario: str) -> None:
    """The second worker dies one step after where the first had come to."""
    _, machine = SCENARIOS[scenario]
    expected = gradebooks(undisturbed(scenario))
    for step, world, _ in kills(scenario, after_it):
        second = world.worker(machine())
        if all(second.step() for _ in range(step + 1)):
            after_it(second)
        world.settle()
        assert gradebooks(world) == expected, f"killed at {step}"


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_worker_whose_lease_was_taken_commits_nothing_more(scenario: str) -> None:
    """Frozen at each effect while another does the work; then it wakes up."""
    build, machine = SCENARIOS[scenario]
    beginning = build()
    expected = gradebooks(undisturbed(scenario))
    for step in range(effects_of(scenario)):
        world = beginning.fork()
        frozen = world.worker(machine())
        for _ in range(step):
            frozen.step()
        world.catch_up()
        before = standing(world)
        if isinstance(frozen.effect, (ef.WriteScores, ef.Insert, ef.Update)):
            # Frozen between its check of the lease and the wire: the request still leaves.
            world.take_effect(world.leaving(frozen.effect, frozen.lease))
            frozen.die()
        else:
            with suppress(ef.LeaseLost):
                frozen.run()
            assert standing(world) == before
        world.settle()
        assert gradebooks(world) == expected, f"frozen at {step}, {type(frozen.effect).__name__}"
        check_quiet(world)


def test_an_insert_that_leaves_a_day_after_its_worker_was_given_up_is_named_never_doubled() -> None:
    """What Aeries makes impossible to exclude (promise 2)."""
    world = a_new_activity()
    frozen = world.worker(push())
    frozen.run_until(ef.Insert)
    world.store.worker_known_dead(frozen.lease)
    world.settle()
    assert isinstance(frozen.effect, ef.Insert)
    world.take_effect(world.leaving(frozen.effect, frozen.lease))
    world.settle()
    assert "copy_suspected" in world.codes().values()
    check_agreement(world)
    doubled = [
        a for a in world.aeries.assignments if a not in {p.unique_id for p in world.store.pairs.values()}
    ]
    assert [row.mark for key in doubled for row in world.aeries.scores(key).values()] == ["", "", ""]
