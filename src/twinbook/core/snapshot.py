"""The two gradebooks of one class as plain values: what the LMS holds, and what was read from the far side.

Ids: ours are database ids; a far student is known by the district-wide StudentID, an assignment by its permanent
UniqueID. Numbers and names are for show (A7).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from twinbook.core.cells import OurCell
from twinbook.core.remote import TheirCell


@dataclass(frozen=True, slots=True)
class OurCategory:
    id: int
    name: str
    weight: Decimal | None
    drop_lowest: int = 0


@dataclass(frozen=True, slots=True)
class OurActivity:
    id: int
    title: str
    description: str
    category_id: int | None
    points: Decimal
    assigned_on: date | None
    due_on: date | None
    extra_credit: bool
    grading_completed: bool
    published: bool
    version: int
    """Counts field changes of the activity."""
    generation: int
    """The class's change counter when the activity or one of its scores last changed (J1)."""


@dataclass(frozen=True, slots=True)
class OurStudent:
    id: int
    sis_student_id: int | None
    name: str
    active: bool


@dataclass(frozen=True, slots=True)
class ClassSnapshot:
    """`scores`: activity id → student id → cell; a student without a key holds a blank at version 0."""

    class_id: int
    generation: int
    students: tuple[OurStudent, ...]
    categories: tuple[OurCategory, ...]
    activities: tuple[OurActivity, ...]
    scores: Mapping[int, Mapping[int, OurCell]]


@dataclass(frozen=True, slots=True)
class TheirCategory:
    code: str
    name: str
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class TheirTerm:
    code: str
    name: str
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class TheirStudent:
    student_id: int
    starts_on: date | None
    ends_on: date | None
    tag: str = ""
    """Blank: active (reference §10.6)."""
    name: str = ""

    def spans(self, day: date) -> bool:
        """Both ends count (behaviour §7, inclusive by the vendor's wording)."""
        return (self.starts_on is None or self.starts_on <= day) and (
            self.ends_on is None or day <= self.ends_on
        )


@dataclass(frozen=True, slots=True)
class TheirAssignment:
    unique_id: str
    number: int
    title: str
    description: str
    category_code: str
    assigned_on: date | None
    due_on: date | None
    entry_max: Decimal
    weight_max: Decimal
    grading_completed: bool
    external_id: str = ""
    formative_summative: str = "S"
    rubric: bool = False
    by_standard: bool = False
    narrative: bool = False

    @property
    def untouchable(self) -> bool:
        """Kinds that are never written (promise 4): the set-up offers `ignore` only."""
        return self.rubric or self.by_standard or self.narrative


@dataclass(frozen=True, slots=True)
class GradebookReading:
    """One full reading of a far gradebook. `scores`: UniqueID → StudentID → cell; an absent row is unknown, not blank."""

    gradebook_number: int
    school_code: int
    database_year: str
    name: str
    linked_group: int
    rubric: bool
    terms: tuple[TheirTerm, ...]
    categories: tuple[TheirCategory, ...]
    assignments: tuple[TheirAssignment, ...]
    students: tuple[TheirStudent, ...]
    scores: Mapping[str, Mapping[int, TheirCell]]
    read_at: datetime
    starts_on: date | None = None
    ends_on: date | None = None
    settings: Mapping[str, bool] = field(default_factory=dict)
    """CountCompletedNow, DoingWeight, AddDropStudentsAutomatically … as read."""
    sections: tuple[int, ...] = ()
    """Numbers of the sections that the gradebook names; of its own school."""
