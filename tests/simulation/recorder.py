"""Writes down for the judge what happens in a simulated class: plain values, and an instant for each event."""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal

from tests.judge import (
    AERIES,
    LMS,
    Changed,
    Choice,
    Effect,
    Here,
    Made,
    Moved,
    Problem,
    Read,
    Record,
    Row,
    There,
)
from tests.judge import Typed as TypedValue
from tests.simulation.clock import START
from tests.simulation.network import InFlight
from tests.simulation.room import Class
from twinbook.core.carry_out import effects as ef

TABLE = {"NA": "excused", "TX": "incomplete", "EX": "excused", "MI": "missing"}
_TICK = 0.000001


class Recorder:
    """`world.turn` is the instant of what happens now; `tick` makes a new one."""

    def __init__(self, world: Class, *, agreed: bool) -> None:
        self.world = world
        self._last = 0.0
        world.on_landing = self._landing
        world.on_landed = self._landed
        world.on_reading = self._read
        self._before: dict[str, str] = {}
        self._history_from = len(world.store.history)
        self.record = Record(here(world), there(world), agreed=agreed, marks=TABLE)
        self.tick()

    def tick(self) -> float:
        now = (self.world.clock.now - START).total_seconds()
        self._last = max(now, self._last + _TICK)
        self.world.turn = self._last
        return self._last

    # People

    def type_here(self, activity: int, student: int, text: str) -> None:
        world = self.world
        version = world.store.cell(activity, student).version
        world.type_here(activity, student, text)
        if world.store.cell(activity, student).version != version:
            self.record.typed.append(TypedValue(self.tick(), LMS, (str(activity), str(student)), text))

    def type_there(self, unique_id: str, student: int, text: str) -> None:
        row = self.world.aeries.rows[unique_id, student + 1000]
        self.world.aeries.type_in(unique_id, student + 1000, text)
        self.row_changed(unique_id, student, row.mark)

    def row_changed(self, unique_id: str, student: int, before: str) -> None:
        """By a person, or by Aeries itself because a person moved the student."""
        mark = self.world.aeries.rows[unique_id, student + 1000].mark
        if mark != before:
            self.record.typed.append(TypedValue(self.tick(), AERIES, (unique_id, str(student)), mark))

    def made(self, side: str, item: str) -> None:
        self.record.made.append(Made(self.tick(), LMS if side == LMS else AERIES, item))

    def changed(
        self, side: str, *, item: str | None = None, student: int | None = None, points: bool = False
    ) -> None:
        name = None if student is None else str(student)
        where = LMS if side == LMS else AERIES
        self.record.changed.append(Changed(self.tick(), where, item, name, points))

    def chose(self, activity: int | None = None, student: int | None = None) -> None:
        about = [None if key is None else str(key) for key in (activity, student)]
        self.record.choices.append(Choice(self.tick(), *about))

    def undo_since(self, at: float) -> None:
        """A backup of that instant was restored here: what was typed later never happened on this side."""
        self.record.forgotten.append((at, self.tick()))
        self.record.typed = [
            typed
            if typed.side == AERIES or typed.at <= at
            else TypedValue(typed.at, typed.side, typed.cell, typed.value, undone=True)
            for typed in self.record.typed
        ]

    def left_over(self, unique_id: str) -> None:
        """An assignment whose activity a restore took back: from now on it is Aeries' own, with what stands in it."""
        self.made(AERIES, unique_id)
        for (key, student), row in self.world.aeries.rows.items():
            if key == unique_id and row.mark:
                cell = (unique_id, str(student - 1000))
                self.record.typed.append(TypedValue(self.tick(), AERIES, cell, row.mark))

    # Aeries

    def _landing(self, flight: InFlight) -> None:
        self._before = self._marks(flight)

    def _marks(self, flight: InFlight) -> dict[str, str]:
        match flight.write:
            case ef.WriteScores(unique_id, entries):
                rows = self.world.aeries.rows
                keys = [(entry.student_id, rows.get((unique_id, entry.student_id))) for entry in entries]
                return {str(student - 1000): row.mark for student, row in keys if row is not None}
            case _:
                return {}

    def _landed(self, flight: InFlight, shown: object) -> None:
        at = self.tick()
        match flight.write:
            case ef.WriteScores(unique_id):
                after = self._marks(flight)
                marks = {student: (self._before[student], mark) for student, mark in after.items()}
                effect = Effect(at, "scores", unique_id, marks, flight.turn)
            case ef.Insert(body):
                effect = Effect(at, "insert", getattr(shown, "unique_id", ""), label=body.title)
            case ef.Update(unique_id):
                effect = Effect(at, "update", unique_id)
        self.record.effects.append(effect)

    def _read(self, unique_id: str, reading: ef.Reading, began_at: float) -> None:
        """Half a list shows nothing of the other half."""
        if reading.rows.keys() >= {s for key, s in self.world.aeries.rows if key == unique_id}:
            self.record.reads.append(Read(unique_id, began_at, self.tick()))

    # The end

    def end(self) -> None:
        record, world = self.record, self.world
        record.end_here, record.end_there = here(world), there(world)
        record.pairs = tuple(
            (str(pair.activity), pair.unique_id)
            for pair in world.store.pairs.values()
            if pair.activity is not None and pair.unique_id is not None
        )
        record.history = [
            Moved(
                LMS if entry.side == "lms" else AERIES,
                (str(entry.activity), str(entry.student)),
                entry.before or "",
                entry.after or "",
                entry.why,
            )
            for entry in world.store.history[self._history_from :]
            if entry.field == "score" and entry.student is not None
        ]
        record.problems = [
            problem(subject, entry.held.code) for subject, entry in world.store.problems.items()
        ]

    def rest(self, writes: int) -> None:
        record = self.record
        record.further_writes = writes
        record.rest_here, record.rest_there = here(self.world), there(self.world)


def problem(subject: str, code: str) -> Problem:
    match subject.split(":"):
        case ["cell", activity, student]:
            return Problem(code, activity=activity, student=student)
        case ["student", student] | ["brake", "student", student]:
            return Problem(code, student=student)
        case ["activity", activity] | ["brake", "activity", activity]:
            return Problem(code, activity=activity)
        case ["field", activity, name]:
            return Problem(code, activity=activity, field=name)
        case ["aeries", unique_id]:
            return Problem(code, assignment=unique_id)
        case ["brake", "class"] | ["gradebook"]:
            return Problem(code)
        case _:
            raise ValueError(f"an unknown subject: {subject}")


def here(world: Class) -> Here:
    store = world.store
    works = {key: work for key, work in store.activities.items() if key not in store.deleted}
    return Here(
        {(str(a), str(s)): str(cell.value) for (a, s), cell in store.scores.items() if a in works},
        {str(key): Decimal(0) if work.extra_credit else work.points for key, work in works.items()},
        {
            str(key): {"title": work.title, "due_on": str(work.due_on or ""), "description": work.description}
            for key, work in works.items()
        },
        frozenset(map(str, store.students)),
    )


def there(world: Class) -> There:
    aeries = world.aeries
    rows = {
        (unique_id, str(student - 1000)): Row(row.mark, row.number_correct_possible)
        for (unique_id, student), row in aeries.rows.items()
        if unique_id in aeries.assignments
    }
    works = aeries.assignments
    return There(
        rows,
        frozenset(works),
        frozenset(key for key, work in works.items() if work.grading_completed),
        {
            key: {"title": work.description, "due_on": str(work.date_due), "description": work.comment}
            for key, work in works.items()
        },
        elsewhere=_elsewhere(world),
    )


def _elsewhere(world: Class) -> Hashable:
    """Its categories; the students are a person's."""
    return tuple(world.aeries.categories.items())
