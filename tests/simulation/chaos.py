"""A week in one class from one seed: people type on both sides, requests and workers are lost, and nothing may be.

What is judged in the end: both sides agree or a question stands, and no value of a person gave way to an older one.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass

from tests.core.cell_cases import ours
from tests.simulation.aeries_model import Row
from tests.simulation.moves import HERE, STUDENTS, THERE
from tests.simulation.network import Fate, InFlight, seeded
from tests.simulation.one_cell import Typed
from tests.simulation.room import Class, disagreements, sis
from tests.simulation.world import Worker
from twinbook.aeries.side import form_of
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.look import look_through, push
from twinbook.core.remote import CellTerms, Sendable, TheirCell
from twinbook.core.values import Maxima

CHANCES = {Fate.NEVER: 0.08, Fate.ANSWER_LOST: 0.12, Fate.LATE: 0.12, Fate.TWICE: 0.05, Fate.PUT_OFF: 0.05}
Cell = tuple[int, int]


@dataclass(frozen=True)
class Chances:
    type_between: float = 0.03
    die: float = 0.15
    freeze: float = 0.1
    reads_fail: float = 0.03


CALM = Chances()


class Week:
    def __init__(self, beginning: Class, seed: int, chances: Chances = CALM) -> None:
        self.random = random.Random(seed)
        self.chances = chances
        self.world = beginning.fork()
        world = self.world
        world.network.random = random.Random(seed + 1)
        world.network.fates = seeded(CHANCES, self.random)
        world.network.reads_fail = lambda: self.random.random() < chances.reads_fail
        world.between = self._between
        world.on_landing = self._landed
        self.here: dict[Cell, list[Typed]] = defaultdict(list)
        self.there: dict[Cell, list[Typed]] = defaultdict(list)
        self.excused: set[Cell] = set()
        self.frozen: list[Worker] = []
        self.dead: list[int] = []

    def run(self, days: int = 5) -> None:
        for _ in range(days):
            for _ in range(self.random.randint(0, 3)):
                self._type()
            self._work()
            self.world.clock.advance(self.random.choice((1, 5, 60, 300, 4000)))
            self._thaw()

    def end(self) -> None:
        """The storm is over; everything comes to rest."""
        world = self.world
        world.between = lambda _: None
        world.network.fates = lambda _: Fate.DONE
        world.network.reads_fail = lambda: False
        self._thaw(surely=True)
        world.settle()

    # People

    def _type(self) -> None:
        cell = self.random.randint(1, 2), self.random.randint(1, STUDENTS)
        self.world.turn += 1
        if self.random.random() < 0.4:
            self._type_there(cell, self.random.choice(THERE))
        else:
            self._type_here(cell, self.random.choice(HERE))

    def _type_here(self, cell: Cell, text: str) -> None:
        version = self.world.store.cell(*cell).version
        self.world.type_here(*cell, text)
        if self.world.store.cell(*cell).version != version:
            self.here[cell].append(Typed(text, self.world.turn))

    def _type_there(self, cell: Cell, text: str) -> None:
        row = self._row(cell)
        self.world.type_there(*cell, text)
        if self._row(cell).mark != row.mark:
            self.there[cell].append(Typed(text, self.world.turn))
            self.excused.discard(cell)
            if self._indistinguishable(cell, text):
                self.excused.add(cell)

    def _indistinguishable(self, cell: Cell, text: str) -> bool:
        """Typing what was agreed takes an edit back: the LMS value is then sent (C3). Typing what a write in doubt has sent
        looks like that write's own effect (C4)."""
        pair, form = self.world.pair(cell[0]).id, form_of(text, None)
        known = self.world.store.bases.get((pair, cell[1]))
        doubts = [
            stored.intent.sent
            for stored in self.world.store.intents.values()
            if (stored.pair, stored.student) == (pair, cell[1])
        ]
        return form in doubts or (known is not None and known[0].theirs == form)

    def _row(self, cell: Cell) -> Row:
        return self.world.aeries.rows[self.world.uid(cell[0]), sis(cell[1])]

    def _between(self, effect: ef.Effect) -> None:
        if self.random.random() < self.chances.type_between:
            self._type()

    def _landed(self, flight: InFlight) -> None:
        """What was typed in Aeries after a write's reading is overwritten by it: the stated gap (promise 3), at its worst
        with a request that lands late. No client can prevent that, since Aeries has no conditional write."""
        if isinstance(flight.write, ef.WriteScores):
            for entry in flight.write.entries:
                cell = self._cell(flight.write.unique_id, entry.student_id)
                if self.there[cell] and self.there[cell][-1].turn > flight.turn:
                    self.excused.add(cell)

    def _cell(self, unique_id: str, student: int) -> Cell:
        pair = next(p for p in self.world.store.pairs.values() if p.unique_id == unique_id)
        assert pair.activity is not None
        return pair.activity, student - sis(0)

    # Workers

    def _work(self) -> None:
        worker = self.world.worker(push() if self.random.random() < 0.6 else look_through())
        fate = self.random.random()
        if fate < self.chances.die:
            self._die(worker)
        elif fate < self.chances.die + self.chances.freeze:
            if self._some_steps(worker):
                self.frozen.append(worker)
        else:
            worker.run()

    def _some_steps(self, worker: Worker) -> bool:
        return all(worker.step() for _ in range(self.random.randint(0, 30)))

    def _die(self, worker: Worker) -> None:
        """Anywhere, also with a request on its way."""
        if not self._some_steps(worker):
            return
        if isinstance(worker.effect, (ef.WriteScores, ef.Insert, ef.Update)):
            self._left(worker)
        worker.die()
        self.dead.append(worker.lease)
        if self.random.random() < 0.5:
            self.world.store.worker_known_dead(self.dead.pop())

    def _left(self, worker: Worker) -> None:
        """What became of the request that a worker was about to send."""
        assert isinstance(worker.effect, (ef.WriteScores, ef.Insert, ef.Update))
        flight = self.world.leaving(worker.effect, worker.lease)
        match self.random.choice((Fate.NEVER, Fate.DONE, Fate.LATE)):
            case Fate.DONE:
                self.world.take_effect(flight)
            case Fate.LATE:
                self.world.network.delay(flight, self.world.clock.now)

    def _thaw(self, *, surely: bool = False) -> None:
        """A worker that slept goes on with what it was about to do: its request may still leave, its commit may not."""
        for worker in list(self.frozen):
            if not surely and self.random.random() < 0.5:
                continue
            self.frozen.remove(worker)
            if worker.lease == self.world.store.lease:
                worker.run()
                continue
            if isinstance(worker.effect, (ef.WriteScores, ef.Insert, ef.Update)):
                self._left(worker)
            worker.die()
            self.world.store.worker_known_dead(worker.lease)

    # Judging

    def disagreements(self) -> list[str]:
        return disagreements(self.world)

    def wrongs(self) -> list[str]:
        found = self.disagreements()
        for cell in set(self.here) | set(self.there):
            found += self._older_won(cell)
        return found

    def _older_won(self, cell: Cell) -> list[str]:
        world = self.world
        row = self._row(cell)
        theirs = TheirCell(
            form_of(row.mark, row.number_correct), row.number_correct_possible, row.points_possible
        )
        found = []
        if self.here[cell]:
            last = self.here[cell][-1]
            later = [typed.text for typed in self.there[cell] if typed.turn > last.turn]
            value = world.store.cell(*cell).value
            if str(value) != last.text and not any(self._taken(theirs, text, value, cell) for text in later):
                found.append(f"{cell}: {last.text!r} typed here became {value!s}")
        if self.there[cell] and cell not in self.excused:
            last = self.there[cell][-1]
            later = [typed.text for typed in self.here[cell] if typed.turn > last.turn]
            if theirs.form != form_of(last.text, None) and not any(
                self._sent(theirs, text, cell) for text in later
            ):
                found.append(f"{cell}: {last.text!r} typed in Aeries became {theirs.form}")
        return found

    def _taken(self, theirs: TheirCell, text: str, value: object, cell: Cell) -> bool:
        typed = TheirCell(form_of(text, None), theirs.entry_max, theirs.weight_max)
        return self.world.store.link.far.decode(typed, self.world.points(cell[0])) == value

    def _sent(self, theirs: TheirCell, text: str, cell: Cell) -> bool:
        maxima = Maxima(self.world.points(cell[0]), theirs.entry_max, theirs.weight_max)
        encoded = self.world.store.link.far.encode(ours(text), CellTerms(maxima, grading_completed=False))
        return isinstance(encoded, Sendable) and encoded.form == theirs.form
