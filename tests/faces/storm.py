"""Days in one class from one seed: people type on both sides while Aeries misbehaves; then calm, and judging.

Every value is typed once only, so that whose value stands in the end can be told.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.district_and_sandbox import TEACHER, Class, finished
from tests.faces.how_long import LONG
from tests.faces.passing import landed, pass_time, settle
from twinbook.aeries.errors import AeriesError as AeriesTrouble
from twinbook.gradebook.models import Activity
from twinbook.sync import force, night
from twinbook.sync.errors import SyncError

DAYS = 8 if LONG else 5
TITLES = ("Alpine lakes", "Weather diary", "Map drawing", "Rock samples")
COMMENT = "bring the book"
PLACES = ["", "/scores$", "assignments", r"/assignments$", "students$", "systeminfo", r"/gradebooks/\d+$"]
READS: list[dict[str, Any]] = [
    {"kind": "empty"},
    {"kind": "partial"},
    {"kind": "swap"},
    {"kind": "body", "body": "null"},
    {"kind": "body", "body": [None, None]},
    {"kind": "status", "status": 404},
]
ANYTHING: list[dict[str, Any]] = [
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503, "retry_after": 0},
    {"kind": "status", "status": 400},
    {"kind": "status", "status": 401},
    {"kind": "status", "status": 500, "after": True},
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "late", "delay_ms": 20},
    {"kind": "delay_before", "delay_ms": 5},
    {"kind": "delay_after", "delay_ms": 5},
    {"kind": "truncate"},
    {"kind": "html"},
    {"kind": "throttle", "retry_after": 0},
]
LOSING: list[dict[str, Any]] = [
    {"kind": "drop_after"},
    {"kind": "status", "status": 500, "after": True},
    {"kind": "late", "delay_ms": 20},
    {"kind": "truncate"},
]


@dataclass(frozen=True)
class Typed:
    turn: int
    value: str


class Storm:
    """`run`, then `calm`, then `wrongs`. The same seed does the same again."""

    def __init__(self, school_class: Class, seed: int) -> None:
        self.random = random.Random(seed)
        self.school_class, self.aeries, self.book = school_class, school_class.aeries, school_class.gradebook
        self.students = school_class.students()
        self.titles = list(TITLES)
        self.cell = self.titles[0], self.students[0]
        self.turn = 0
        self.here: dict[tuple[str, int], list[Typed]] = defaultdict(list)
        self.there: dict[tuple[str, int], list[Typed]] = defaultdict(list)
        for title in TITLES:
            activity = school_class.assigned(title, "1000", description=COMMENT, grading_completed=True)
            for sis in self.students:
                self._save(activity, title, sis)
        school_class.look()
        settle(school_class)

    def run(self) -> None:
        for _ in range(DAYS):
            self._order_faults()
            for _ in range(self.random.randint(1, 4)):
                if self.random.random() < 0.6:
                    self._lose_an_answer()
                self.random.choices([self._type_here, self._type_there, self._add], [5, 2, 2])[0]()
                self._work()
                pass_time(self.aeries, self.random.choice((0, 2, 5, 90)))
            self.aeries.heal()
            pass_time(self.aeries, self.random.choice((1, 30, 90, 600)))

    def calm(self) -> None:
        self.aeries.heal()
        settle(self.school_class)

    # The weather

    def _lose_an_answer(self) -> None:
        """Of a write that was done or is done later: what is worst for a client."""
        self.aeries.fault(
            method=self.random.choice(("POST", "POST", "PUT")),
            path=self.random.choice(("/assignments$", "/scores$", "assignments")),
            times=1,
            **self.random.choice(LOSING),
        )

    def _order_faults(self) -> None:
        for _ in range(self.random.randint(0, 2)):
            reads = self.random.random() < 0.4
            order = self.random.choice(READS if reads else ANYTHING)
            method = "GET" if reads else self.random.choice((None, "GET", "POST", "PUT"))
            self.aeries.fault(
                path=self.random.choice(PLACES),
                probability=self.random.choice((0.1, 0.3, 0.7)),
                seed=self.random.randrange(1_000_000),
                **({} if method is None else {"method": method}),
                **order,
            )

    # People

    def _next(self) -> str:
        self.turn += 1
        return f"{Decimal(self.turn) / 4 + 100:f}"

    def _a_cell(self) -> tuple[str, int]:
        """Every other time the one of just before: people correct what they typed."""
        if self.random.random() < 0.5:
            self.cell = self.random.choice(self.titles), self.random.choice(self.students)
        return self.cell

    def _type_here(self) -> None:
        title, sis = self._a_cell()
        self._save(self.school_class.named(title), title, sis)

    def _save(self, activity: Activity, title: str, sis: int) -> None:
        value = self._next()
        self.school_class.save(activity, sis, value)
        self.here[title, sis].append(Typed(self.turn, value))

    def _type_there(self) -> None:
        """Only once everything under way has landed: a write that lands after is the stated gap (promise 3)."""
        landed(self.aeries)
        title, sis = self._a_cell()
        found = [a for a in self.aeries.truth(self.book)["assignments"] if a["description"] == title]
        if not found:
            return
        value = self._next()
        self.aeries.types(self.book, found[0]["assignment_number"], sis, value)
        row = self.aeries.assignment(self.book, title)["scores"][str(sis)]
        self.there[title, sis].append(Typed(self.turn, _in_points(row)))

    def _add(self) -> None:
        title = f"Added on turn {self.turn}: {self.random.choice(('cliffs', 'tides', 'dunes'))}"
        activity = self.school_class.assigned(title, "1000", description=COMMENT)
        self.titles.append(title)
        self.cell = title, self.random.choice(self.students)
        self._save(activity, *self.cell)

    # Twinbook

    def _work(self) -> None:
        works: list[Callable[[], object]] = [self.school_class.look, self._force, self._night]
        self.random.choices(works, [4, 1, 1])[0]()

    def _force(self) -> None:
        try:
            finished(force.begin(self.school_class.id, TEACHER, awake=False))
        except (SyncError, AeriesTrouble):
            return

    def _night(self) -> None:
        try:
            finished(night.begin(TEACHER, awake=False))
        except (SyncError, AeriesTrouble):
            return

    # Judging

    def wrongs(self) -> list[str]:
        truth = [a for a in self.aeries.truth(self.book)["assignments"] if not a["deleted"]]
        shown = {a["description"]: a for a in truth}
        found = self._doubled(truth)
        asked = {(q["activity_id"], q["student_id"]) for q in self.school_class.questions()}
        found += self._asked_without_cause()
        for title in self.titles:
            if title not in shown:
                if not any(activity == str(self.school_class.named(title).id) for activity, _ in asked):
                    found.append(f"{title} is not in Aeries, and nobody is asked")
                continue
            if shown[title]["comment"] != COMMENT:
                found.append(f"{title} lost its comment")
            if title in TITLES and not shown[title]["grading_completed"]:
                found.append(f"{title} lost grading completed")
            for sis in self.students:
                found += self._cell(title, sis, shown[title]["scores"][str(sis)])
        return found

    def _asked_without_cause(self) -> list[str]:
        """A conflict takes two people; our own write that came back is none (C4). Nothing else is a question here."""
        titles = {str(self.school_class.named(title).id): title for title in self.titles}
        students = {str(self.school_class.student(sis)): sis for sis in self.students}
        found = []
        for question in self.school_class.questions():
            cell = titles.get(question["activity_id"], ""), students.get(question["student_id"], 0)
            if question["code"] not in ("conflict", "rejected_by_aeries"):
                found.append(f"{cell}: {question['code']} is asked")
            if question["code"] == "conflict" and not self.there[cell]:
                found.append(f"{cell}: a conflict, though nobody typed there in Aeries")
        return found

    def _doubled(self, truth: list[dict[str, Any]]) -> list[str]:
        found = []
        for name, titles in (
            ("Aeries", [a["description"] for a in truth]),
            ("Twinbook", self.school_class.titles()),
        ):
            found += [f"{title} stands twice in {name}" for title in set(titles) if titles.count(title) > 1]
            if set(titles) - set(self.titles):
                found.append(f"{name} has {sorted(set(titles) - set(self.titles))}, which nobody made")
        return found

    def _cell(self, title: str, sis: int, row: dict[str, Any]) -> list[str]:
        activity, where = self.school_class.named(title), f"{title}, student {sis}"
        ours, stands = self.school_class.value(activity, sis), self.school_class.stands(activity, sis)
        theirs = _in_points(row)
        found = []
        if stands == "synced" and ours != theirs:
            found.append(f"{where}: synced, but {ours!r} here and {theirs!r} there")
        if stands == "waiting":
            found.append(f"{where}: {ours!r} still waits, with {theirs!r} there")
        found += _older_won(where, "here", ours, self.here[title, sis], self.there[title, sis])
        found += _older_won(where, "in Aeries", theirs, self.there[title, sis], self.here[title, sis])
        return found


def _in_points(row: dict[str, Any]) -> str:
    """As our thousand points: a row may have got its own maximum under the hostile face."""
    if not row["mark"]:
        return ""
    value = Decimal(row["mark"]) / Decimal(row["number_correct_possible"]) * 1000
    return f"{round(value, 4).normalize():f}"


def _older_won(where: str, side: str, value: str, own: list[Typed], other: list[Typed]) -> list[str]:
    """What was typed last on a side stands there, unless something typed later on the other side came over."""
    if not own:
        return []
    last = own[-1]
    allowed = {last.value, *(typed.value for typed in other if typed.turn > last.turn)}
    same = {f"{Decimal(text).normalize():f}" for text in allowed}
    return [] if value in same else [f"{where}: {last.value!r} typed {side} became {value!r}"]
