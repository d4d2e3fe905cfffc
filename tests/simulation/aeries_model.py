"""A tiny Aeries by the reference alone: rows as a teacher's gradebook stores them, with the documented traps.

It knows nothing of Twinbook; `AeriesRemote` puts it into the machine's words, as the connector does for the real one.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

FOUR = Decimal("0.0001")


@dataclass(frozen=True)
class Row:
    """reference §12.2: a blank row carries zeros; only Mark tells blank from zero (§12.3)."""

    mark: str
    number_correct: Decimal
    number_correct_possible: Decimal
    points_possible: Decimal
    date_completed: date | None = None


@dataclass(frozen=True)
class Assignment:
    unique_id: str
    number: int
    description: str
    comment: str
    category: str
    date_assigned: date
    date_due: date
    number_correct_possible: Decimal
    points_possible: Decimal
    grading_completed: bool
    external_id: str
    kind: str = "S"


@dataclass(frozen=True)
class Student:
    student_id: int
    start: date | None = None
    end: date | None = None
    tag: str = ""


class Refusal(Exception):
    """400 with a Message."""


class Missing(Exception):
    """404."""


class Aeries:
    def __init__(self, today: date) -> None:
        self.today = today
        self.categories: dict[str, str] = {"H": "Homework", "T": "Tests"}
        self.students: dict[int, Student] = {}
        self.assignments: dict[str, Assignment] = {}
        self.rows: dict[tuple[str, int], Row] = {}
        self.inserted = 0
        self.refuses: set[tuple[str, int]] = set()
        """Cells whose write Aeries refuses with a 400."""
        self.locked = False
        self.deleted = False
        self.year = "2025-2026"
        self.writes = 0

    def fork(self) -> Aeries:
        other = copy.copy(self)
        for name, value in vars(self).items():
            if isinstance(value, (dict, set)):
                setattr(other, name, value.copy())
        return other

    # What a teacher does there

    def type_in(self, unique_id: str, student: int, text: str) -> None:
        """behaviour §5.1"""
        row = self.rows[unique_id, student]
        self.rows[unique_id, student] = self._typed(row, text, self.assignments[unique_id].date_due)

    def _typed(self, row: Row, text: str, due: date) -> Row:
        text = text.strip()
        if not text:
            return replace(row, mark="", number_correct=Decimal(0), date_completed=None)
        if text.endswith("%"):
            number = Decimal(text[:-1]) * row.number_correct_possible / 100
            return replace(row, mark=text, number_correct=_four(number), date_completed=due)
        try:
            number = _four(Decimal(text))
        except ArithmeticError:
            return replace(row, mark=text.upper(), number_correct=Decimal(0), date_completed=due)
        return replace(row, mark=f"{number:.4f}", number_correct=number, date_completed=due)

    def set_row_maximum(self, unique_id: str, student: int, possible: Decimal) -> None:
        """behaviour §4.2: the row's own possible can be edited for one student"""
        row = self.rows[unique_id, student]
        self.rows[unique_id, student] = replace(row, number_correct_possible=possible)

    def enrol(self, student: int, start: date | None = None, end: date | None = None) -> None:
        """Blank rows for a new student; the old rows of one who comes back are gone (behaviour §8)."""
        self.students[student] = Student(student, start, end)
        for assignment in self.assignments.values():
            self.rows[assignment.unique_id, student] = _blank(assignment)

    def drop(self, student: int) -> None:
        self.students[student] = replace(self.students[student], end=self.today, tag="I")

    def add(self, description: str, points: Decimal, category: str = "H", **more: object) -> str:
        values: dict[str, object] = {
            "Description": description,
            "AssignmentCategoryCode": category,
            "PointsPossible": points,
            **more,
        }
        return self.insert(values).unique_id

    def change(self, unique_id: str, **fields: object) -> None:
        self.assignments[unique_id] = replace(self.assignments[unique_id], **fields)  # type: ignore[arg-type]

    def change_points(self, unique_id: str, entry: Decimal, weight: Decimal) -> None:
        """The rows' copies follow, those with a maximum of their own keep it; what was entered stays (sandbox switch
        keep_number_correct)."""
        old = self.assignments[unique_id]
        self.change(unique_id, number_correct_possible=entry, points_possible=weight)
        for key, row in self.rows.items():
            if key[0] != unique_id:
                continue
            if row.number_correct_possible == old.number_correct_possible:
                row = replace(row, number_correct_possible=entry)
            if row.points_possible == old.points_possible:
                row = replace(row, points_possible=weight)
            self.rows[key] = row

    def delete(self, unique_id: str) -> None:
        del self.assignments[unique_id]

    def copy_assignment(self, unique_id: str) -> str:
        """behaviour §4.1: an independent copy, possibly with the external id"""
        original = self.assignments[unique_id]
        number, key = self._next()
        self.assignments[key] = replace(original, unique_id=key, number=number)
        self._give_rows(key)
        return key

    # What the API does

    def scores(self, unique_id: str) -> dict[int, Row]:
        if unique_id not in self.assignments:
            raise Missing
        return {student: row for (key, student), row in self.rows.items() if key == unique_id}

    def post_scores(self, unique_id: str, elements: list[tuple[int, Decimal, date | None]]) -> dict[int, Row]:
        """reference §12.4, §12.6: all or nothing on a 400; a student outside the gradebook is ignored"""
        if unique_id not in self.assignments:
            raise Missing
        if self.locked:
            raise Refusal("The gradebook is locked.")
        for student, number, _ in elements:
            if (unique_id, student) in self.refuses or number < 0:
                raise Refusal("NumberCorrect is not valid.")
        due = self.assignments[unique_id].date_due
        for student, number, completed in elements:
            if student not in self.students or self.students[student].tag:
                continue
            number = _four(number)
            old = self.rows[unique_id, student]
            self.rows[unique_id, student] = replace(
                old, mark=f"{number:.4f}", number_correct=number, date_completed=completed or due
            )
        self.writes += 1
        return self.scores(unique_id)

    def insert(self, body: dict[str, object]) -> Assignment:
        """reference §11.3: not idempotent, an unknown category becomes the first, grading is never completed"""
        category = str(body.get("AssignmentCategoryCode") or "")
        points = Decimal(str(body.get("PointsPossible") or 0))
        assigned = body.get("DateAssigned") or body.get("DateDue") or self.today
        due = body.get("DateDue") or body.get("DateAssigned") or self.today
        assert isinstance(assigned, date) and isinstance(due, date)
        if self.locked:
            raise Refusal("The gradebook is locked.")
        number, key = self._next()
        self.assignments[key] = Assignment(
            unique_id=key,
            number=number,
            description=str(body["Description"]),
            comment=str(body.get("Comment") or ""),
            category=category if category in self.categories else next(iter(self.categories)),
            date_assigned=assigned,
            date_due=due,
            number_correct_possible=Decimal(str(body.get("NumberCorrectPossible") or points)),
            points_possible=points,
            grading_completed=False,
            external_id=str(body.get("ExternalID") or ""),
        )
        self._give_rows(key)
        self.writes += 1
        return self.assignments[key]

    def put(self, unique_id: str, body: dict[str, object]) -> Assignment:
        """reference §11.4: Comment and GradingCompleted that are left out are lost"""
        old = self.assignments.get(unique_id)
        if old is None:
            raise Missing
        points = Decimal(str(body["PointsPossible"]))
        entry = Decimal(str(body.get("NumberCorrectPossible") or 0)) or points
        category = str(body.get("AssignmentCategoryCode") or old.category)
        if self.locked or category not in self.categories:
            raise Refusal("The category is not valid.")
        assigned, due = body.get("DateAssigned") or old.date_assigned, body.get("DateDue") or old.date_due
        assert isinstance(assigned, date) and isinstance(due, date)
        self.assignments[unique_id] = replace(
            old,
            description=str(body.get("Description", old.description)),
            comment=str(body.get("Comment") or ""),
            category=category,
            date_assigned=assigned,
            date_due=due,
            grading_completed=bool(body.get("GradingCompleted", False)),
            external_id=str(body.get("ExternalID") or ""),
        )
        if (entry, points) != (old.number_correct_possible, old.points_possible):
            self.change_points(unique_id, entry, points)
        self.writes += 1
        return self.assignments[unique_id]

    def _next(self) -> tuple[int, str]:
        self.inserted += 1
        number = max((a.number for a in self.assignments.values()), default=0) + 1
        return number, f"UI-{self.inserted:04d}"

    def _give_rows(self, unique_id: str) -> None:
        for student in self.students:
            self.rows[unique_id, student] = _blank(self.assignments[unique_id])


def shown_text(text: str) -> str:
    """reference §3.11: the character filter works on output"""
    return text.translate({ord(c): None for c in '"<>'})


def _four(number: Decimal) -> Decimal:
    return number.quantize(FOUR, rounding=ROUND_HALF_UP)


def _blank(assignment: Assignment) -> Row:
    return Row("", Decimal(0), assignment.number_correct_possible, assignment.points_possible)
