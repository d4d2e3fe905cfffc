"""What people do to one class on both sides, each act drawn from the history's own source and written down."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from tests.judge import AERIES, LMS
from tests.simulation.aeries_model import Student
from tests.simulation.recorder import Recorder
from tests.simulation.room import TESTS, Class, activity, sis
from tests.simulation.store import Pair, Problem
from twinbook.core.cells import Policy

MARKS_HERE = ("", "0", "8", "7.5", "33.3333", "excused", "missing", "incomplete")
MARKS_THERE = ("", "0", "8", "7.5", "66.6667", "95%", "NA", "TX", "MI", "QQ")
DUES = tuple(date(2026, 3, day) for day in (10, 12, 17, 20, 24))
MOST_WORKS = 6


class People:
    def __init__(self, world: Class, recorder: Recorder, source: random.Random, name: str = "") -> None:
        self.world = world
        self.recorder = recorder
        self.random = source
        self.name = name
        self.numbers = 0
        self.acts: list[tuple[Callable[[], None], int]] = [
            (self.type_here, 30),
            (self.type_there, 20),
            (self.correct_here, 6),
            (self.edit_here, 4),
            (self.edit_there, 4),
            (self.add_here, 4),
            (self.add_there, 2),
            (self.copy_there, 1),
            (self.drop, 1),
            (self.come_back, 1),
            (self.enrol, 1),
            (self.other_dates, 1),
            (self.points, 1),
            (self.row_maximum, 1),
            (self.refuse, 1),
            (self.answer, 6),
            (self.renumber, 1),
            (self.delete, 1),
        ]

    def act(self) -> None:
        acts, weights = zip(*self.acts, strict=True)
        self.random.choices(acts, weights)[0]()

    # Values

    def type_here(self) -> None:
        self.recorder.type_here(self._work(), self._student(), self._text(MARKS_HERE))

    def correct_here(self) -> None:
        """Typed, and typed once more."""
        work, student = self._work(), self._student()
        self.recorder.type_here(work, student, self._text(MARKS_HERE))
        self.recorder.type_here(work, student, self._text(MARKS_HERE))

    def type_there(self) -> None:
        unique_id = self._assignment()
        student = self._student()
        if unique_id is not None and (unique_id, sis(student)) in self.world.aeries.rows:
            self.recorder.type_there(unique_id, student, self._text(MARKS_THERE))

    def _text(self, known: tuple[str, ...]) -> str:
        """Half of them are typed only once, so that whose value stands in the end can be told."""
        if self.random.random() < 0.5:
            return self.random.choice(known)
        self.numbers += 1
        return f"{Decimal(self.numbers) / 16 + Decimal('0.0625'):f}"

    # Works

    def edit_here(self) -> None:
        work = self._work()
        self.numbers += 1
        changes: dict[str, Any] = self.random.choice(
            (
                {"title": self._title("Named here")},
                {"due_on": self.random.choice(DUES)},
                {"description": f"text {self.numbers}"},
                {"category_id": TESTS},
                {"published": True},
            )
        )
        self.world.store.edit(work, **changes)
        self.recorder.changed(LMS, item=str(work))

    def edit_there(self) -> None:
        unique_id = self._assignment()
        if unique_id is None:
            return
        changes: dict[str, Any] = self.random.choice(
            (
                {"description": self._title("Named there")},
                {"date_due": self.random.choice(DUES)},
                {"comment": f"text {self.numbers}"},
                {"category": "T"},
                {"grading_completed": True},
            )
        )
        self.world.aeries.change(unique_id, **changes)
        self.recorder.changed(AERIES, item=unique_id)

    def _title(self, words: str) -> str:
        """No two works have the same."""
        self.numbers += 1
        return f"{words} {self.name}{self.numbers}{self.random.choice(('x', 'y', 'z'))}"

    def add_here(self) -> None:
        store = self.world.store
        if len(store.activities) - len(store.deleted) >= MOST_WORKS:
            return
        key = store.next_id()
        published = self.random.random() < 0.8
        fields: dict[str, Any] = {
            "title": self._title("Made here"),
            "published": published,
            "due_on": self.random.choice(DUES),
        }
        store.add_activity(activity(key, **fields))
        self.recorder.made(LMS, str(key))
        if self.random.random() < 0.7:
            self.recorder.type_here(key, self._student(), self._text(MARKS_HERE))

    def add_there(self) -> None:
        if len(self.world.aeries.assignments) >= MOST_WORKS:
            return
        due = self.random.choice(DUES)
        unique_id = self.world.aeries.add(self._title("Made there"), Decimal(20), "T", DateDue=due)
        self.recorder.made(AERIES, unique_id)
        if self.random.random() < 0.5:
            self.recorder.type_there(unique_id, self._student(), self._text(MARKS_THERE))

    def copy_there(self) -> None:
        """behaviour §4.1; with the external id where the original has one."""
        unique_id = self._assignment()
        if unique_id is not None and len(self.world.aeries.assignments) < MOST_WORKS:
            self.recorder.made(AERIES, self.world.aeries.copy_assignment(unique_id))

    def delete(self) -> None:
        if self.random.random() < 0.5:
            work = self._work()
            if len(self.world.store.activities) - len(self.world.store.deleted) > 2:
                self.world.store.delete(work)
                self.recorder.changed(LMS, item=str(work))
            return
        unique_id = self._assignment()
        if unique_id is not None and len(self.world.aeries.assignments) > 2:
            self.world.aeries.delete(unique_id)
            self.recorder.changed(AERIES, item=unique_id)

    def points(self) -> None:
        points = Decimal(self.random.choice((20, 40, 50)))
        if self.random.random() < 0.5:
            work = self._work()
            self.world.store.edit(work, points=points)
            self.recorder.changed(LMS, item=str(work), points=True)
            return
        unique_id = self._assignment()
        if unique_id is not None:
            self.world.aeries.change_points(unique_id, points, points)
            self.recorder.changed(AERIES, item=unique_id, points=True)

    def row_maximum(self) -> None:
        unique_id, student = self._assignment(), self._student()
        if unique_id is not None and (unique_id, sis(student)) in self.world.aeries.rows:
            self.world.aeries.set_row_maximum(unique_id, sis(student), Decimal(16))
            self.recorder.changed(AERIES, item=unique_id, points=True)

    def renumber(self) -> None:
        unique_id = self._assignment()
        if unique_id is not None:
            self.world.aeries.change(unique_id, number=90 + self.random.randint(1, 9))

    def refuse(self) -> None:
        """Aeries refuses a cell's writes, or no longer."""
        unique_id = self._assignment()
        if unique_id is not None:
            self.world.aeries.refuses ^= {(unique_id, sis(self._student()))}

    # Students

    def drop(self) -> None:
        student = self._student()
        self.world.aeries.drop(sis(student))
        self.recorder.changed(AERIES, student=student)

    def come_back(self) -> None:
        """Dropped and added anew: the rows are blank (behaviour §8)."""
        self._enrol(self._student(), date(2026, 2, 20))

    def enrol(self) -> None:
        store = self.world.store
        student = max(store.students) + 1
        if student < 6:
            store.add_student(student, sis(student))
            self._enrol(student, date(2026, 2, 23))

    def _enrol(self, student: int, start: date) -> None:
        aeries = self.world.aeries
        before = {key: row.mark for key, row in aeries.rows.items() if key[1] == sis(student)}
        aeries.enrol(sis(student), start=start)
        for (unique_id, _), mark in before.items():
            self.recorder.row_changed(unique_id, student, mark)
        self.recorder.changed(AERIES, student=student)

    def other_dates(self) -> None:
        student = self._student()
        self.world.aeries.students[sis(student)] = Student(sis(student), start=date(2026, 1, 5))
        self.recorder.changed(AERIES, student=student)

    # Answers

    def answer(self) -> None:
        """One of the open questions, as the teacher decides."""
        asked = sorted(self.world.store.problems.items())
        if asked:
            self._answer(*self.random.choice(asked))

    def answer_all(self) -> None:
        for subject, asked in sorted(self.world.store.problems.items()):
            self._answer(subject, asked)

    def _answer(self, subject: str, asked: Problem) -> None:
        held, store = asked.held, self.world.store
        pair = store.pairs.get(asked.pair or 0)
        match held.code:
            case "conflict" if held.student is not None and held.theirs is not None and pair is not None:
                store.resolve(subject, self.random.choice((Policy.LMS, Policy.AERIES)))
                self.recorder.chose(pair.activity, held.student)
            case "possible_duplicate" if pair is not None:
                store.pairs[pair.id] = replace(
                    pair, create_confirmed=True, look_again_at=self.world.clock.now
                )
            case "points_changed" if pair is not None and pair.activity is not None:
                points = Decimal(held.details["theirs"].partition("/")[2])
                store.edit(pair.activity, points=points, extra_credit=points == 0)
                self.recorder.changed(LMS, item=str(pair.activity), points=True)
            case "mark_needs_typing" | "clear_needs_typing" | "unknown_mark" if held.student is not None:
                text = held.to_type if held.code == "mark_needs_typing" else ""
                self._type_in_pair(pair, held.student, text)
            case "rejected_by_aeries":
                self.world.aeries.refuses.clear()
            case "student_not_in_gradebook" if held.student is not None:
                self._enrol(held.student, date(2026, 2, 20))
            case "mass_change" if held.plan is not None:
                store.answer_mass_change(subject, approved=self.random.random() < 0.7)
                self.recorder.chose(held.activity, held.student)
            case _:
                pass

    def _type_in_pair(self, pair: Pair | None, student: int, text: str) -> None:
        unique_id = None if pair is None else pair.unique_id
        aeries = self.world.aeries
        if unique_id in aeries.assignments and (unique_id, sis(student)) in aeries.rows:
            assert unique_id is not None
            self.recorder.type_there(unique_id, student, text)

    def _work(self) -> int:
        store = self.world.store
        return self.random.choice([key for key in store.activities if key not in store.deleted])

    def _assignment(self) -> str | None:
        known = list(self.world.aeries.assignments)
        return self.random.choice(known) if known else None

    def _student(self) -> int:
        return self.random.choice(list(self.world.store.students))
