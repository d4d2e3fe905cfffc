"""What happened in a history, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Side = Literal["lms", "aeries"]
LMS: Side = "lms"
AERIES: Side = "aeries"
Cell = tuple[str, str]
"""(item, student): an activity or an assignment, by the side it is about."""
Fields = Mapping[str, str]


@dataclass(frozen=True)
class Row:
    mark: str
    entry: Decimal
    """The row's NumberCorrectPossible; 0: extra credit."""


@dataclass(frozen=True)
class Here:
    """The LMS gradebook. A cell that is not in `scores` is blank."""

    scores: Mapping[Cell, str]
    points: Mapping[str, Decimal]
    """Each activity, with its points; 0 for extra credit, whatever points it shows."""
    fields: Mapping[str, Fields] = field(default_factory=dict)
    """What else of an activity must not move by itself, and ends the same on both sides (title, due date, text)."""

    students: frozenset[str] | None = None
    """The class's own; None: everybody who has a score or a row. Whom the class does not know is left alone."""


@dataclass(frozen=True)
class There:
    """The Aeries gradebook. A cell that is not in `rows` has no row, which is not a blank."""

    rows: Mapping[Cell, Row]
    assignments: frozenset[str]
    completed: frozenset[str] = frozenset()
    """Assignments with grading completed: a blank says missing there."""
    fields: Mapping[str, Fields] = field(default_factory=dict)
    """By the same names as here."""
    elsewhere: object = None
    """Everything else in Aeries that must stay as it is (other gradebooks); compared, never understood."""


@dataclass(frozen=True)
class Typed:
    at: float
    side: Side
    cell: Cell
    value: str
    undone: bool = False
    """A later restore of a backup took it back here: it need not last, but it may have reached Aeries before."""


@dataclass(frozen=True)
class Made:
    at: float
    side: Side
    item: str


@dataclass(frozen=True)
class Changed:
    """A person changed something other than a value: of an item (its points, its title), or of a student's membership."""

    at: float
    side: Side
    item: str | None = None
    student: str | None = None
    points: bool = False
    """The scale of the item's values: they may be converted."""


@dataclass(frozen=True)
class Choice:
    """None: of all items, of all students. `activity` is the LMS's."""

    at: float
    activity: str | None = None
    student: str | None = None

    def is_about(self, cell: Cell) -> bool:
        return self.activity in (None, cell[0]) and self.student in (None, cell[1])


@dataclass(frozen=True)
class Read:
    """A reading of all scores of one assignment that was answered; it shows what stood there between both instants."""

    assignment: str
    began_at: float
    ended_at: float


@dataclass(frozen=True)
class Effect:
    """A write of ours takes effect in Aeries. For scores: student → (mark before, mark after), for each student sent."""

    at: float
    kind: Literal["scores", "insert", "update"]
    assignment: str
    marks: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    read_at: float | None = None
    """When the reading began on which the write was decided."""
    label: str = ""
    """Of an insert: what tells one work from another, if nobody gives two works the same (its title)."""


@dataclass(frozen=True)
class Moved:
    """A row of the product's history about one cell's score: of which side, named by the activity; values in our words."""

    side: Side
    cell: Cell
    before: str
    after: str
    why: str


@dataclass(frozen=True)
class Problem:
    """An open question. Names cells by activity or assignment and by student; with neither, the class as a whole."""

    code: str
    activity: str | None = None
    assignment: str | None = None
    student: str | None = None
    field: str | None = None


@dataclass
class Record:
    here: Here
    there: There
    agreed: bool = True
    """Whether both gradebooks were in sync at the beginning. Cells that never were may be filled from the other side."""
    marks: Mapping[str, str] = field(default_factory=lambda: {"NA": "excused", "TX": "incomplete"})
    """The district's table: mark in Aeries, in upper case → what it says here."""
    typed: list[Typed] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    forgotten: list[tuple[float, float]] = field(default_factory=list)
    """From a backup to its restore: what happened here between them is unknown here, with its history."""
    reads: list[Read] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    end_here: Here | None = None
    end_there: There | None = None
    pairs: tuple[tuple[str, str], ...] = ()
    history: list[Moved] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    further_writes: int = 0
    rest_here: Here | None = None
    rest_there: There | None = None
