"""What the proposer is given: both gradebooks of one class, as plain values.

Students are named by any key that both sides share (the district's student id); a student without a
key in `scores` is not in that gradebook.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class LmsCategory:
    """`weight` in percent; None when the category has none."""

    id: str
    name: str
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LmsActivity:
    """A score is a number in units of `points`, a mark word such as "excused", or None (blank).

    `external_id` is the id under which this activity was created in Aeries, when that id may decide
    (design A5: minted for this class and gradebook, pinned assignment gone or not yet known).
    """

    id: str
    title: str
    category_id: str | None
    points: Decimal
    assigned_on: date | None = None
    due_on: date | None = None
    scores: Mapping[str, Decimal | str | None] = field(default_factory=dict)
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class SisCategory:
    code: str
    name: str
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SisAssignment:
    """`scores` holds mark texts: a number in units of `number_correct_possible`, "95%", "NA", or ""."""

    id: str
    number: int
    name: str
    category_code: str
    points_possible: Decimal
    number_correct_possible: Decimal
    assigned_on: date | None = None
    due_on: date | None = None
    scores: Mapping[str, str] = field(default_factory=dict)
    external_id: str | None = None
