"""An Aeries gradebook as far as its totals depend on it (reference: gradebook behaviour §2-§6).

Points and maxima are Decimals in the units of Aeries: a mark that is a number is typed in units of
`number_correct_possible` and weighs `points_possible`. Percentages are on the 0-100 scale.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class AssignmentKind(StrEnum):
    FORMATIVE = "F"
    SUMMATIVE = "S"


class CustomMarkKind(StrEnum):
    """The four fixed types of district marks (behaviour §5.3)."""

    MISSING = "missing"
    PLACEHOLDER = "placeholder"
    QUICK_POINTS = "quick_points"
    TEMPORARILY_EXCUSED = "temporarily_excused"


class LowestBy(StrEnum):
    PERCENT_SCORE = "percent_score"
    NEGATIVE_WEIGHT = "negative_weight"


class Replacement(StrEnum):
    NOTHING = "nothing"
    AVERAGE = "average"
    BEST = "best"


class MinMaxMethod(StrEnum):
    CLAMP = "clamp"
    LINEAR = "linear"


class RuleAverage(StrEnum):
    POINTS = "points"
    MEAN = "mean"


class SpanBoundary(StrEnum):
    INCLUSIVE = "inclusive"
    EXCLUSIVE = "exclusive"


class TransferDate(StrEnum):
    ASSIGNED = "assigned"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class AeriesSwitches:
    """Behaviour that no source settles (behaviour §16, §17); the defaults are the likelier halves.

    `tx_is_missing` moves only the missing flag, `span_boundary` only the end of a student's span.
    """

    blank_gc_counts_zero: bool = True
    min_max: MinMaxMethod = MinMaxMethod.CLAMP
    rule_average: RuleAverage = RuleAverage.POINTS
    rule_drops_missing: bool = True
    custom_missing_counts_zero: bool = True
    tx_is_missing: bool = True
    span_boundary: SpanBoundary = SpanBoundary.INCLUSIVE
    transfer_date: TransferDate = TransferDate.ASSIGNED


@dataclass(frozen=True, slots=True)
class AeriesCategory:
    code: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class AeriesAssignment:
    """`narrative` maps the marks of the assignment's narrative set to percentages."""

    number: int
    category_code: str
    points_possible: Decimal
    number_correct_possible: Decimal
    due_on: date | None = None
    assigned_on: date | None = None
    grading_completed: bool = False
    kind: AssignmentKind = AssignmentKind.FORMATIVE
    rubric: bool = False
    narrative: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AeriesScore:
    """One score row. A maximum of None means: the row holds the assignment's own."""

    mark: str
    number_correct_possible: Decimal | None = None
    points_possible: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CustomMark:
    """`percent` is the worth of a quick-points mark; the other kinds have none."""

    kind: CustomMarkKind
    percent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class DropRule:
    """Drop or replace the `drop` lowest scores (behaviour §6.4). None means: no limit.

    `due_from` and `due_to` (inclusive) stand for the term or the date range of the rule.
    """

    number: int
    drop: int
    lowest_by: LowestBy = LowestBy.PERCENT_SCORE
    replacement: Replacement = Replacement.NOTHING
    category_code: str | None = None
    kind: AssignmentKind | None = None
    due_from: date | None = None
    due_to: date | None = None
    minimum_assignments: int = 0
    effective_on: date | None = None


@dataclass(frozen=True, slots=True)
class MinMaxRange:
    """Lower and upper percentage of the option "min/max assignment values" (behaviour §6.5)."""

    minimum: Decimal
    maximum: Decimal = Decimal(100)


@dataclass(frozen=True, slots=True)
class KindWeights:
    """Percentages of formative and summative work inside each category (behaviour §6.7)."""

    formative: Decimal
    summative: Decimal


@dataclass(frozen=True, slots=True)
class TransferGrade:
    """Assumed percentages for work from before the student's start (behaviour §6.6)."""

    percent: Decimal
    by_category: Mapping[str, Decimal] = field(default_factory=dict)

    def for_category(self, code: str) -> Decimal:
        return self.by_category.get(code, self.percent)


@dataclass(frozen=True, slots=True)
class AeriesStudent:
    """A student in the gradebook; `scores` by assignment number, an absent row is a blank."""

    scores: Mapping[int, AeriesScore]
    start_on: date | None = None
    end_on: date | None = None
    active: bool = True
    transfer: TransferGrade | None = None


@dataclass(frozen=True, slots=True)
class AeriesGradebook:
    """`assignments` are those of the term whose total is wanted.

    `weighting` is the setting DoingWeight, `counts_immediately` CountCompletedNow. `min_max` and
    `kind_weights` are None while their option is off. `custom_marks` is keyed by upper-case text.
    """

    categories: tuple[AeriesCategory, ...]
    assignments: tuple[AeriesAssignment, ...]
    weighting: bool = True
    counts_immediately: bool = False
    rules: tuple[DropRule, ...] = ()
    min_max: MinMaxRange | None = None
    kind_weights: KindWeights | None = None
    custom_marks: Mapping[str, CustomMark] = field(default_factory=dict)
