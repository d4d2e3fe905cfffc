"""One request in its moments: it leaves (after the check of the lease), takes effect, is answered.

Between them anything may happen: people type, another worker takes over, the one that asked freezes or dies.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.simulation.network import Fate, InFlight, Write
from tests.simulation.remote import Missing, Refusal
from twinbook.core.carry_out import effects as ef

if TYPE_CHECKING:
    from tests.simulation.world import World

ROUND_TRIP = 0.2
REQUESTS = (
    ef.CheckIdentity,
    ef.ReadGradebook,
    ef.ListAssignments,
    ef.ReadAssignment,
    ef.ReadStudents,
    ef.ReadScores,
    ef.WriteScores,
    ef.Insert,
    ef.Update,
)
WRITES = (ef.WriteScores, ef.Insert, ef.Update)


class Call:
    """`leave`, `arrive` and `answer`, in this order; `leave` raises LeaseLost."""

    def __init__(self, world: World, effect: ef.Effect, lease: int) -> None:
        self.world = world
        self.effect = effect
        self.lease = lease
        self.began_at: datetime = world.clock.now
        self._answer: Any = None
        self._takes = ROUND_TRIP
        self._read_turn: float = 0

    def leave(self) -> None:
        """Immediately after the check of the lease (J3)."""
        self.world.lease_check(self.lease)
        self.began_at = self.world.clock.now
        self._read_turn = self.world.turn

    def arrive(self) -> None:
        """What it does there, or shows of what stands there."""
        effect = self.effect
        if isinstance(effect, WRITES):
            self._answer = self._write(effect)
        else:
            self.world.reads += 1
            self._answer = self._read(effect)

    def answer(self) -> Any:
        world = self.world
        world.clock.advance(self._takes)
        answer = self._answer
        if isinstance(answer, ef.Doubtful):
            world.forget_readings()
            return ef.Doubtful(answer.trouble, world.clock.now)
        if isinstance(answer, ef.Refused):
            return ef.Refused(answer.message, world.clock.now)
        if isinstance(answer, ef.Taken):
            return ef.Taken(world.clock.now)
        if isinstance(self.effect, (ef.ReadScores, ef.WriteScores)):
            reading = answer.reading if isinstance(answer, ef.Accepted) else answer
            if isinstance(reading, ef.Reading):
                world.keep_reading(self.effect.unique_id, self.lease, reading, self._read_turn)
        if isinstance(answer, ef.Inserted):
            # Its rows are known blank: the answer is a reading (A5).
            world.know_as_of(answer.assignment.unique_id, self.lease, self._read_turn)
        return answer

    # Reading

    def _read(self, effect: ef.Effect) -> Any:
        world = self.world
        if world.network.reads_fail():
            self._takes = world.give_up if isinstance(effect, ef.ReadScores) else ROUND_TRIP
            return ef.Trouble(ef.Family.WAIT, "Aeries did not answer.")
        try:
            return world.network.lie(effect, self._shown(effect))
        except Missing:
            return ef.Trouble(ef.Family.NOT_FOUND, "It is not there.")

    def _shown(self, effect: ef.Effect) -> Any:
        remote = self.world.remote
        match effect:
            case ef.CheckIdentity():
                return ef.Identity(self.world.store.link.today)
            case ef.ReadGradebook():
                return remote.head()
            case ef.ReadStudents():
                return ef.StudentList(remote.students(), self.began_at)
            case ef.ListAssignments():
                return ef.Listing(remote.listing(), self.began_at)
            case ef.ReadAssignment(unique_id):
                return remote.assignment(unique_id)
            case ef.ReadScores(unique_id):
                return ef.Reading(remote.scores(unique_id), self.began_at)
            case _:
                raise TypeError(f"not a reading: {effect!r}")

    # Writing

    def _write(self, write: Write) -> Any:
        world = self.world
        world.writes.append(write)
        flight = world.leaving(write, self.lease)
        gives_up_at = world.clock.now + timedelta(seconds=world.give_up)
        match world.network.fates(write):
            case Fate.DONE:
                return self._done(flight)
            case Fate.PUT_OFF:
                self._takes = 0
                return ef.NotSent(ef.Trouble(ef.Family.WAIT, "Too many requests.", world.clock.now))
            case Fate.NEVER:
                pass
            case Fate.ANSWER_LOST:
                world.take_effect(flight)
            case Fate.LATE:
                world.network.delay(flight, gives_up_at)
            case Fate.TWICE:
                world.take_effect(flight)
                world.network.delay(flight, gives_up_at)
        self._takes = world.give_up
        return ef.Doubtful(ef.Trouble(ef.Family.WAIT, "No answer came."), gives_up_at)

    def _done(self, flight: InFlight) -> Any:
        world = self.world
        try:
            shown = world.do(flight)
        except Refusal as refusal:
            return ef.Refused(str(refusal), self.began_at)
        except Missing:
            self._takes = 0
            return ef.NotSent(ef.Trouble(ef.Family.NOT_FOUND, "The assignment is not there."))
        match flight.write:
            case ef.WriteScores() if not world.remote.proves:
                return ef.Taken(self.began_at)
            case ef.WriteScores():
                return ef.Accepted(ef.Reading(shown, self.began_at))
            case ef.Insert():
                return ef.Inserted(shown)
            case ef.Update():
                return ef.Updated(shown)
