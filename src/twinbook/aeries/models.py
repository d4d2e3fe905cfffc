"""What we keep of Aeries' objects (reference §4–§12). Everything else is dropped at the edge.

Values are as Aeries gave them: decimals exact, texts untouched except that marks and codes are
trimmed, dates without time, no date for its sentinels. Names, marks and numbers of a person stay
out of `repr`, so that they cannot get into a log.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, TypeVar

from twinbook.aeries.errors import Request

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Reading(Generic[T_co]):
    """One object and how we came by it. `request` says when it was asked for."""

    value: T_co = field(repr=False)
    request: Request


@dataclass(frozen=True)
class ListReading(Generic[T_co]):
    """A list and how we came by it.

    `complete` is False when rows of it could not be read, so that what is missing here may exist.
    """

    items: tuple[T_co, ...] = field(repr=False)
    complete: bool
    request: Request

    @property
    def proves_absence(self) -> bool:
        """Whether "not in this list" means anything. An empty list proves nothing: sites answer so
        for a parent that does not exist (reference §3.15)."""
        return self.complete and len(self.items) > 0

    def __iter__(self) -> Iterator[T_co]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True)
class SystemInfo:
    """`database_year` is the starting year (2020 for 2020-2021); `now` Aeries' clock, aware."""

    version: str
    database_year: int
    available_years: tuple[int, ...]
    now: datetime | None

    @property
    def today(self) -> date | None:
        """Aeries' own date (design G2)."""
        return None if self.now is None else self.now.date()


@dataclass(frozen=True)
class Term:
    code: str
    name: str
    start: date | None
    end: date | None

    def contains(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class School:
    """`is_flex`: staff are attached to sections directly, and a blank permission means unknown."""

    code: int
    name: str
    short_name: str
    active: bool
    is_flex: bool
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class StaffMember:
    id: int
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    email: str = field(repr=False)
    active: bool
    leave_date: date | None


@dataclass(frozen=True)
class SectionStaff:
    """`gradebook_permission`: F full, R read-only, N none, or blank (reference §7.1)."""

    staff_id: int
    is_primary: bool
    gradebook_permission: str
    active: bool
    start: date | None
    end: date | None

    def active_on(self, day: date) -> bool:
        return self.active and _within(day, self.start, self.end)


@dataclass(frozen=True)
class Section:
    """`term_code` is the school term in which it meets (Aeries calls the field Semester)."""

    school_code: int
    number: int
    course_id: str
    period: str
    term_code: str
    room: str
    class_id: int | None
    active: bool
    total_students: int | None
    staff: tuple[SectionStaff, ...]


@dataclass(frozen=True)
class Course:
    id: str
    title: str
    long_description: str
    active: bool


@dataclass(frozen=True)
class Enrolment:
    """A student's span in a section. A student who left and came back has two."""

    student_id: int
    school_code: int
    section_number: int
    sequence_number: int | None
    start: date | None
    end: date | None

    def active_on(self, day: date) -> bool:
        return _within(day, self.start, self.end)


@dataclass(frozen=True)
class Student:
    """A student's row in one school; the same student may have rows in several."""

    id: int
    school_code: int
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    email: str = field(repr=False)
    active: bool


@dataclass(frozen=True)
class Category:
    code: str
    name: str
    percent: Decimal | None


@dataclass(frozen=True)
class GradebookSection:
    school_code: int
    section_number: int


@dataclass(frozen=True)
class Settings:
    """The options of a gradebook that the sync looks at (reference §10.7); absent ones are off."""

    count_completed_now: bool
    doing_weight: bool
    doing_rubric: bool
    doing_formative_summative_weight: bool
    doing_min_max: bool
    add_drop_automatically: bool
    single_term: bool


@dataclass(frozen=True)
class Gradebook:
    """`linked_group` 0: not linked."""

    number: int
    name: str
    school_code: int
    period: str
    start: date | None
    end: date | None
    linked_group: int
    categories: tuple[Category, ...]
    sections: tuple[GradebookSection, ...]
    terms: tuple[Term, ...]
    settings: Settings


@dataclass(frozen=True)
class GradebookStudent:
    """A student as listed in a gradebook for one of its terms. Percentages are 0 to 100."""

    student_id: int
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    start: date | None
    end: date | None
    active: bool
    current_mark: str = field(repr=False)
    current_percentage: Decimal | None = field(repr=False)

    def active_on(self, day: date) -> bool:
        return self.active and _within(day, self.start, self.end)


@dataclass(frozen=True)
class Assignment:
    """`unique_id` (upper case) is the only stable key; a teacher can change the number.

    `by_standard`, `rubric` and `narrative` assignments are read-only for the sync.
    """

    gradebook_number: int
    number: int
    unique_id: str
    external_id: str
    description: str
    comment: str
    category_code: str
    date_assigned: date | None
    date_due: date | None
    number_correct_possible: Decimal
    points_possible: Decimal
    grading_completed: bool
    formative_summative: str
    rubric: bool
    by_standard: bool
    narrative: bool


@dataclass(frozen=True)
class ScoreRow:
    """One student's score of one assignment, with that row's own maxima.

    `mark` is what was typed, trimmed; "" is blank, whatever the numbers say (reference §12.3).
    """

    student_id: int
    mark: str = field(repr=False)
    number_correct: Decimal | None = field(repr=False)
    number_correct_possible: Decimal | None
    points_earned: Decimal | None = field(repr=False)
    points_possible: Decimal | None
    date_completed: date | None = field(repr=False)
    is_missing: bool = field(repr=False)


@dataclass(frozen=True)
class Scores:
    """All rows of one assignment. A student without a row is unknown, never blank (design C7)."""

    gradebook_number: int
    assignment_number: int
    rows: Mapping[int, ScoreRow] = field(repr=False)


@dataclass(frozen=True)
class Inserted:
    """The assignment that an insert made. When `external_id_kept` is False, Aeries stored another
    external id than was sent: the unique id is then the only way to find it again."""

    assignment: Assignment
    external_id_kept: bool
    request: Request


@dataclass(frozen=True)
class Written:
    """The complete answer to a score write: a new reading of the whole assignment.

    `unanswered` are students whom we sent and who have no row in the answer (not in the gradebook).
    """

    scores: Scores
    unanswered: frozenset[int]
    request: Request


@dataclass(frozen=True)
class SectionKey:
    school_code: int
    section_number: int


def _within(day: date, start: date | None, end: date | None) -> bool:
    return (start is None or start <= day) and (end is None or day <= end)
