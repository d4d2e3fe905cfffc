"""One history of one class from one seed: people, workers, the network and the clock under a single scheduler.

Whatever can happen, happens between any two moments: a request leaves, takes effect and is answered in three separate
steps; a worker dies or freezes at any of them and is thawed later, when another has the class. In the end the storm is
over, everything comes to rest, and the judge is asked. The same seed does the same again, which the digest shows.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from tests.judge import Verdict, judge
from tests.simulation.call import REQUESTS, WRITES, Call
from tests.simulation.moves import STUDENTS, beginnings
from tests.simulation.network import Fate, seeded
from tests.simulation.people import People
from tests.simulation.recorder import Recorder, problem
from tests.simulation.room import Class, Work, classroom, named, sis
from tests.simulation.store import Store
from tests.simulation.world import Machine
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.look import look_through, push
from twinbook.core.carry_out.scores_outcome import Decided
from twinbook.core.carry_out.setup import set_up
from twinbook.core.carry_out.views import PairState
from twinbook.core.cells import Policy
from twinbook.core.values import Blank

FATES = {Fate.NEVER: 0.06, Fate.ANSWER_LOST: 0.08, Fate.LATE: 0.08, Fate.TWICE: 0.03, Fate.PUT_OFF: 0.04}
LEASE_SECONDS = 11.0
MOST_STEPS = 260


class Hand:
    """A worker as the scheduler sees it: a machine, and the request that it is in the middle of."""

    def __init__(self, world: Class, machine: Machine) -> None:
        self.world = world
        self.machine = machine
        self.lease = world.store.take_lease()
        world.work_begins(self.lease)
        self.call: Call | None = None
        self.arrived = False
        self.effect: ef.Effect = next(machine)
        self.outcome: Any = None

    def step(self) -> bool:
        """One moment on; False when the look is over. Raises LeaseLost."""
        try:
            return self._step()
        except ef.LeaseLost as lost:
            self.machine.throw(lost)
            raise

    def _step(self) -> bool:
        world = self.world
        if self.call is None:
            if not isinstance(self.effect, REQUESTS):
                return self._hear(world.perform(self.effect, self.lease))
            known = world.known_reading(self.effect, self.lease)
            if known is not None:
                world.lease_check(self.lease)
                return self._hear(known)
            call = Call(world, self.effect, self.lease)
            call.leave()
            self.call, self.arrived = call, False
            return True
        if not self.arrived:
            world.land()
            self.call.arrive()
            self.arrived = True
            return True
        answer = self.call.answer()
        self.call = None
        return self._hear(answer)

    def _hear(self, answer: Any) -> bool:
        try:
            self.effect = self.machine.send(answer)
        except StopIteration as end:
            self.outcome = end.value
            return False
        return True


@dataclass(frozen=True)
class Weather:
    people: float = 0.12
    faults: float = 0.03
    reads_fail: float = 0.02
    lies: float = 0.02
    fates: dict[Fate, float] | None = None


STORMY = Weather()


class History:
    def __init__(
        self, beginning: Class, seed: int, *, agreed: bool = True, weather: Weather = STORMY
    ) -> None:
        self.random = random.Random(seed)
        self.weather = weather
        world = beginning.fork()
        self.world = world
        self.recorder = Recorder(world, agreed=agreed)
        self.people = People(world, self.recorder, self.random)
        world.reuse = self.random.choice((0, 3)) * world.reuse.resolution * 1_000_000
        world.network.random = self.random
        world.network.fates = seeded(FATES if weather.fates is None else weather.fates, self.random)
        world.network.reads_fail = lambda: self.random.random() < weather.reads_fail
        world.network.lie = self._lie
        self.hand: Hand | None = None
        self.frozen: list[Hand] = []
        self.dead: list[int] = []
        self.backup: tuple[Store, float] | None = None
        self.confirmed_from = world.clock.now
        self.setting_up: dict[int, Decided] | None = None
        self._log = hashlib.sha256()
        if world.store.link.policy is not Policy.ASK:
            self.recorder.chose()
        if not agreed:
            self._confirm_summary()

    def play(self) -> Verdict:
        return self.stretch(self.random.randint(60, MOST_STEPS))

    def stretch(self, steps: int) -> Verdict:
        for _ in range(steps):
            self.step()
        self.calm()
        return self.end()

    # The scheduler

    def step(self) -> None:
        drawn = self.random.random()
        if drawn < self.weather.people:
            self._told("people")
            self.people.act()
        elif drawn < self.weather.people + self.weather.faults:
            self._fault()
        elif self.hand is not None:
            self._work_on(self.hand)
        else:
            self._idle()

    def _work_on(self, hand: Hand) -> None:
        self.recorder.tick()
        self._told(f"{hand.lease} {type(hand.effect).__name__} {hand.arrived}")
        if not self._goes_on(hand):
            if hand is self.hand and hand.outcome is not None and self.setting_up is not None:
                self._set_up_ended(hand)
            self.hand = None

    def _goes_on(self, hand: Hand) -> bool:
        try:
            return hand.step()
        except ef.LeaseLost:
            # Seen again: whatever it sent has ended on our side (C4).
            self.world.store.worker_known_dead(hand.lease)
            return False

    def _idle(self) -> None:
        drawn = self.random.random()
        if self.frozen and drawn < 0.3:
            self._thaw(self.random.choice(self.frozen))
        elif not self.world.store.link.writes and self.world.clock.now > self.confirmed_from:
            self.world.land()
            self.world.set_link(writes=True)
        elif drawn < 0.55:
            self.world.clock.advance(self.random.choice((0.5, 2, 5, 30, 200, 1000, 5000)))
            self.world.land()
        elif self.setting_up is not None:
            self._begin(set_up(self.setting_up))
        elif self.world.store.waiting() and drawn < 0.9:
            self._begin(push())
        else:
            self._begin(look_through(self.random.choice((ef.Lane.BULK, ef.Lane.PERSON))))

    def _begin(self, machine: Machine) -> None:
        if self.frozen:
            self.world.clock.advance(LEASE_SECONDS)
        self.hand = Hand(self.world, machine)

    def _fault(self) -> None:
        drawn = self.random.random()
        if drawn < 0.1:
            self._back_up_or_restore()
        elif self.hand is None:
            return
        elif drawn < 0.55:
            self._told("dies")
            self._die(self.hand)
            self.hand = None
        else:
            self._told("freezes")
            self.frozen.append(self.hand)
            self.hand = None

    def _die(self, hand: Hand) -> None:
        """Between two moments, or with its commit done, or with a request on its way."""
        if hand.call is None and isinstance(hand.effect, ef.Commit) and self.random.random() < 0.5:
            self._goes_on(hand)
        elif hand.call is not None and not hand.arrived and isinstance(hand.effect, WRITES):
            self._on_its_way(hand)
        hand.machine.close()
        self.dead.append(hand.lease)
        if self.random.random() < 0.5:
            self.world.store.worker_known_dead(self.dead.pop())

    def _on_its_way(self, hand: Hand) -> None:
        assert isinstance(hand.effect, WRITES)
        flight = self.world.leaving(hand.effect, hand.lease)
        match self.random.choice((Fate.NEVER, Fate.DONE, Fate.LATE)):
            case Fate.DONE:
                self.world.take_effect(flight)
            case Fate.LATE:
                self.world.network.delay(flight, self.world.clock.now)

    def _thaw(self, hand: Hand) -> None:
        """It goes on beside whoever has the class now: what it was about to send still leaves, its commits do not."""
        self._told(f"{hand.lease} thaws")
        self.frozen.remove(hand)
        if hand.lease == self.world.store.lease and self.hand is None:
            self.hand = hand
            return
        while self._goes_on(hand):
            self.recorder.tick()
            if self.random.random() < 0.2:
                self.people.act()

    # Backups

    def _back_up_or_restore(self) -> None:
        if self.setting_up is not None:
            return
        if self.backup is None:
            self.backup = self.world.store.fork(self.world.clock), self.recorder.tick()
            self._told("backup")
            return
        if self.random.random() < 0.5:
            self._told("restore")
            self._restore(*self.backup)

    def _restore(self, store: Store, at: float) -> None:
        """An old base with live credentials (G3): it observes until a person confirms, which takes longer than any request
        of before may still be under way: what those sent is unknown here."""
        for hand in (*self.frozen, *([self.hand] if self.hand else [])):
            self._die(hand)
        self.frozen, self.hand = [], None
        world = self.world
        newer = world.store
        world.store = store.fork(world.clock)
        world.store.last_id = newer.last_id
        world.forget_readings()
        self.recorder.undo_since(at)
        known = {pair.unique_id for pair in world.store.pairs.values()}
        for unique_id in world.aeries.assignments:
            if unique_id not in known:
                self.recorder.left_over(unique_id)
        world.set_link(writes=False)
        self.confirmed_from = world.clock.now + world.network.longest

    # The wizard

    def _confirm_summary(self) -> None:
        """Confirmed as the summary showed it: for each pair, whose scores count where both sides hold one (A2, G5)."""
        store = self.world.store
        self.setting_up = {}
        for pair in store.pairs.values():
            winner = self.random.choice((Policy.ASK, Policy.LMS, Policy.AERIES))
            assert pair.activity is not None and pair.unique_id is not None
            rows = self.world.remote.scores(pair.unique_id)
            cells = {
                student: (store.cell(pair.activity, student).version, rows[sis(student)].form)
                for student in store.students
                if not isinstance(store.cell(pair.activity, student).value, Blank)
                and rows[sis(student)].form.kind != "blank"
            }
            self.setting_up[pair.id] = Decided(winner, cells)
            if winner is not Policy.ASK:
                for student in cells:
                    self.recorder.chose(pair.activity, student)

    def _set_up_ended(self, hand: Hand) -> None:
        if hand.outcome.trouble is None:
            self._told("set up")
            self.setting_up = None

    # Lies

    def _lie(self, effect: ef.Effect, shown: Any) -> Any:
        """An empty answer, or half of one (A7): it proves nothing."""
        if self.random.random() >= self.weather.lies:
            return shown
        self._told("lie")
        empty = self.random.random() < 0.5
        match shown:
            case ef.Listing(assignments):
                return replace(shown, assignments=() if empty else assignments[: len(assignments) // 2])
            case ef.StudentList(students):
                return replace(shown, students=() if empty else students[: len(students) // 2])
            case ef.Reading(rows):
                kept = list(rows.items())[: 0 if empty else len(rows) // 2]
                return replace(shown, rows=dict(kept))
            case _:
                return ef.Trouble(ef.Family.BAD_ANSWER, "Not an answer.")

    # The end

    def calm(self) -> None:
        world = self.world
        world.network.fates = lambda _: Fate.DONE
        world.network.reads_fail = lambda: False
        world.network.lie = lambda _, shown: shown
        for hand in (*self.frozen, *([self.hand] if self.hand else [])):
            while self._goes_on(hand):
                self.recorder.tick()
            if hand is self.hand and hand.outcome is not None and self.setting_up is not None:
                self._set_up_ended(hand)
        self.frozen, self.hand = [], None
        for lease in self.dead:
            world.store.worker_known_dead(lease)
        if not world.store.link.writes:
            world.wait_for_late_effects()
            world.set_link(writes=True)
        world.between = lambda _: self.recorder.tick()  # type: ignore[assignment]
        while self.setting_up is not None:
            outcome = world.worker(set_up(self.setting_up)).run()
            self.setting_up = None if outcome.trouble is None else self.setting_up
        for _ in range(3):
            self._left_alone()
            world.wait_for_late_effects()
        self._left_alone()

    def _left_alone(self, limit: int = 20) -> None:
        """As long as something is due the sweeper wakes a push; then a night looks at everything."""
        world = self.world
        for _ in range(limit):
            out = world.push() if world.store.waiting() else world.look()
            if out.trouble is not None:
                world.clock.advance(5)
            elif not out.again and not world.store.waiting() and world.look().again is False:
                return
        raise AssertionError(f"never at rest: {sorted(world.codes().items())}")

    def end(self) -> Verdict:
        world = self.world
        self.recorder.end()
        written = len(world.writes)
        world.clock.advance(86_400)
        world.push()
        world.look()
        self.recorder.rest(len(world.writes) - written)
        verdict = judge(self.recorder.record)
        verdict.wrongs += self._unsettled()
        self._told(repr(self.recorder.record.end_here))
        self._told(repr(self.recorder.record.history))
        return verdict

    def go_on(self) -> None:
        """Into another stretch of the same class's life, with a record of its own: what was before is judged."""
        world = self.world
        world.writes.clear()
        world.store.history.clear()
        world.forget_leases()
        self.backup = None
        self.recorder = Recorder(world, agreed=True)
        self.people.recorder = self.recorder
        if world.store.link.policy is not Policy.ASK:
            self.recorder.chose()
        for subject in world.codes():
            # An old question about a cell may end in favour of either value.
            asked = problem(subject, "")
            activity = None if asked.activity is None else int(asked.activity)
            self.recorder.chose(activity, None if asked.student is None else int(asked.student))

    def _unsettled(self) -> list[str]:
        """Cells that wait behind a question are not read; a doubt about them is settled once it is answered."""
        world = self.world
        found = []
        for stored in world.store.intents.values():
            pair = world.store.pairs[stored.pair]
            activity = pair.activity
            if pair.state is not PairState.LINKED or activity in world.store.deleted:
                continue
            if activity is not None and not named(world, activity, stored.student):
                found.append(f"unsettled for ever: {activity}, student {stored.student}: {stored.intent}")
        return found

    def _told(self, line: str) -> None:
        self._log.update(f"{self.world.clock.now} {line}\n".encode())

    @property
    def digest(self) -> str:
        """Of everything that happened, in its order."""
        return self._log.hexdigest()


@cache
def _worlds() -> list[Class]:
    return beginnings()


@cache
def _first_meetings() -> list[Class]:
    cells = (("8", "6"), ("", "7"), ("5", ""))
    other = (("100", "66.6667"), ("75", "33"), ("excused", "9"))
    return [
        classroom([Work(cells), Work(other, "150", "100")], STUDENTS, agreed=False, policy=policy)
        for policy in (Policy.ASK, Policy.LMS)
    ]


def history(seed: int) -> History:
    """Every sixth begins with a set-up."""
    worlds = _first_meetings() if seed % 6 == 5 else _worlds()
    return History(worlds[seed // 6 % len(worlds)], seed, agreed=seed % 6 != 5)
