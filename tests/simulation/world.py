"""Both gradebooks, the network between them, and workers that carry looks out effect by effect.

A worker is a generator of effects; `step` performs one. Killing it at any step, freezing it, or giving its lease to
another is therefore nothing but not stepping it any further.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import timedelta
from typing import Any

from tests.simulation.call import Call
from tests.simulation.clock import Clock
from tests.simulation.network import InFlight, Network, Write
from tests.simulation.remote import Missing, Refusal, Remote
from tests.simulation.store import Store
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.look import look_through, push
from twinbook.core.carry_out.outcome import LookOutcome
from twinbook.core.carry_out.report import Report

Machine = Generator[ef.Effect, Any, LookOutcome]


class World:
    def __init__(self, clock: Clock, store: Store, remote: Remote, network: Network) -> None:
        self.clock = clock
        self.store = store
        self.remote = remote
        self.network = network
        self.between: Callable[[ef.Effect], None] = lambda _: None
        """People go on typing: called before each effect."""
        self.turn: float = 0
        self.on_landing: Callable[[InFlight], None] = lambda _: None
        """Told of each write that takes effect, with the turn at which its reading was made."""
        self.on_landed: Callable[[InFlight, Any], None] = lambda flight, shown: None
        """The same, afterwards, with what it made there."""
        self.on_reading: Callable[[str, ef.Reading, float], None] = lambda unique_id, reading, turn: None
        """Told of each complete reading of scores, with the turn at which it began."""
        self._read_at_turn: dict[tuple[int, str], float] = {}
        self.reuse = timedelta(0)
        self.give_up = 30.0
        """Seconds after which our side ends a request without an answer."""
        self._readings: dict[str, tuple[int, ef.Reading]] = {}
        self._began: dict[int, int] = {}
        self.external_ids = 0
        self.writes: list[Write] = []
        self.reads = 0

    def fork(self) -> World:
        clock = self.clock.fork()
        other = World(clock, self.store.fork(clock), self.remote.fork(), self.network.fork())
        other.reuse, other.give_up = self.reuse, self.give_up
        other._readings = dict(self._readings)
        other.external_ids = self.external_ids
        return other

    # Working

    def worker(self, machine: Machine) -> Worker:
        return Worker(self, machine, self.store.take_lease())

    def work_begins(self, lease: int) -> None:
        self._began[lease] = self.store.generation

    def push(self) -> LookOutcome:
        return self.worker(push()).run()

    def look(self) -> LookOutcome:
        return self.worker(look_through()).run()

    def preview(self) -> Report:
        """A dry run: the same machine over the same link in `observe`."""
        return self.worker(look_through()).run().report

    def catch_up(self, limit: int = 12) -> Report:
        """Looks until nothing is left that a look by itself can do; waits where the machine asks to wait."""
        whole = Report()
        for _ in range(limit):
            out = self.look()
            _add(whole, out.report)
            if out.trouble is not None:
                self.clock.advance(5)
            elif not out.again and not self.store.waiting():
                return whole
        raise AssertionError(f"never quiet: {self.store.problems}")

    def wait_for_late_effects(self) -> None:
        """Time passes until nothing is under way any more, and past every doubt; everybody dead is known to be."""
        for lease in range(self.store.lease + 1):
            self.store.worker_known_dead(lease)
        self.clock.advance((self.network.longest + timedelta(seconds=2)).total_seconds())
        self.land()

    def settle(self) -> None:
        """Late effects land, doubts pass, looks go on until both sides stand still."""
        self.catch_up()
        self.wait_for_late_effects()
        self.catch_up()
        self.wait_for_late_effects()
        self.catch_up()

    def land(self) -> None:
        for flight in self.network.landing(self.clock.now):
            self.take_effect(flight)

    def leaving(self, write: Write, lease: int) -> InFlight:
        """A request as it leaves: what was typed since its reading is not in it."""
        turn = self.turn
        if isinstance(write, ef.WriteScores):
            turn = self._read_at_turn.get((lease, write.unique_id), turn)
        return InFlight(write, self.clock.now, turn)

    def take_effect(self, flight: InFlight) -> Any:
        """None where Aeries refuses it: nobody hears the answer."""
        try:
            return self.do(flight)
        except (Refusal, Missing):
            return None

    def do(self, flight: InFlight) -> Any:
        self.on_landing(flight)
        shown = self._in_effect(flight.write)
        self.on_landed(flight, shown)
        return shown

    def _in_effect(self, write: Write) -> Any:
        match write:
            case ef.WriteScores(unique_id, entries):
                return self.remote.write_scores(unique_id, entries)
            case ef.Insert(body):
                return self.remote.insert(body)
            case ef.Update(unique_id, body):
                return self.remote.update(unique_id, body)

    # One effect

    def perform(self, effect: ef.Effect, lease: int) -> Any:
        self.land()
        match effect:
            case ef.Commit(changes):
                return self.store.apply(changes, lease)
            case ef.LoadLink():
                return self.store.link_view()
            case ef.LoadPair(pair):
                return self.store.pair_view(pair)
            case ef.LoadUnpaired(activity):
                return self.store.unpaired_view(activity)
            case ef.Now():
                return self.clock.now
            case ef.MintExternalId():
                self.external_ids += 1
                return f"tb1:{self.external_ids:08d}"
            case ef.Progress():
                return None
            case ef.NextDirty():
                return self._next_dirty(lease)
            case _:
                return self._ask(effect, lease)

    def _ask(self, effect: ef.Effect, lease: int) -> Any:
        """A request with nothing in between."""
        known = self.known_reading(effect, lease)
        if known is not None:
            self.lease_check(lease)
            return known
        call = Call(self, effect, lease)
        call.leave()
        call.arrive()
        return call.answer()

    def _next_dirty(self, lease: int) -> int | None:
        began = self._began.get(lease, 0)
        return next(
            (
                pair.id
                for pair in self.store.pairs.values()
                if pair.activity is not None
                and self.store.dirty(pair)
                and self.store.activities[pair.activity].generation > began
            ),
            None,
        )

    def lease_check(self, lease: int) -> None:
        """Immediately before each request (J3)."""
        if lease != self.store.lease:
            raise ef.LeaseLost

    # Readings

    def known_reading(self, effect: ef.Effect, lease: int) -> ef.Reading | None:
        """One made under the same lease, young enough to serve (C5)."""
        if not isinstance(effect, ef.ReadScores) or not effect.may_reuse:
            return None
        known = self._readings.get(effect.unique_id)
        fresh = known is not None and known[0] == lease and self.clock.now - known[1].began_at < self.reuse
        return known[1] if fresh and known is not None else None

    def keep_reading(self, unique_id: str, lease: int, reading: ef.Reading, turn: float) -> None:
        self._readings[unique_id] = lease, reading
        self.on_reading(unique_id, reading, turn)
        self.know_as_of(unique_id, lease, turn)

    def know_as_of(self, unique_id: str, lease: int, turn: float) -> None:
        self._read_at_turn[lease, unique_id] = turn

    def forget_leases(self) -> None:
        """Of workers that are no more."""
        self._began.clear()
        self._read_at_turn.clear()
        self._readings.clear()

    def forget_readings(self) -> None:
        """None serves after a doubtful ending (C5)."""
        self._readings.clear()


class Worker:
    def __init__(self, world: World, machine: Machine, lease: int) -> None:
        self.world = world
        self.machine = machine
        self.lease = lease
        self.steps = 0
        self.outcome: LookOutcome | None = None
        world.work_begins(lease)
        self.effect: ef.Effect = next(machine)

    def step(self) -> bool:
        """Performs the effect that is due; False when the look is over. Raises LeaseLost as the machine does."""
        self.world.between(self.effect)
        try:
            answer = self.world.perform(self.effect, self.lease)
        except ef.LeaseLost as lost:
            self.machine.throw(lost)
            raise
        return self.hear(answer)

    def hear(self, answer: Any) -> bool:
        self.steps += 1
        try:
            self.effect = self.machine.send(answer)
        except StopIteration as end:
            self.outcome = end.value
            return False
        return True

    def run(self) -> LookOutcome:
        while self.step():
            pass
        assert self.outcome is not None
        return self.outcome

    def run_until(self, kind: type[ef.Effect]) -> bool:
        """Stops before the next effect of this kind is performed."""
        while not isinstance(self.effect, kind):
            if not self.step():
                return False
        return True

    def die(self) -> None:
        self.machine.close()


def _add(whole: Report, part: Report) -> None:
    whole.lines += part.lines
    whole.counts += part.counts
    whole.troubles += part.troubles
