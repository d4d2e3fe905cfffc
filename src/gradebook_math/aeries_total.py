"""How Aeries computes a student's total (behaviour §6): exact, to be cut only for display."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import assert_never

from gradebook_math.aeries_cells import AeriesCell, CellReason, Earned, cell_of
from gradebook_math.aeries_gradebook import (
    AeriesAssignment,
    AeriesGradebook,
    AeriesStudent,
    AeriesSwitches,
    AssignmentKind,
    KindWeights,
    MinMaxMethod,
    MinMaxRange,
)
from gradebook_math.aeries_rules import apply_rules


@dataclass(frozen=True, slots=True)
class AeriesCategoryTotal:
    """`percent` is None when the category has no counting maximum: it then leaves the total."""

    code: str
    weight: Fraction
    points: Fraction
    maximum: Fraction
    percent: Fraction | None


@dataclass(frozen=True, slots=True)
class AeriesTotal:
    """`percent` is exact on the 0-100 scale; None means no grade, which is not a zero."""

    percent: Fraction | None
    points: Fraction
    maximum: Fraction
    categories: tuple[AeriesCategoryTotal, ...]
    cells: tuple[AeriesCell, ...]


def aeries_total(
    gradebook: AeriesGradebook,
    student: AeriesStudent,
    switches: AeriesSwitches | None = None,
    as_of: date | None = None,
) -> AeriesTotal:
    """The student's total over the gradebook's assignments.

    `as_of` is Aeries' own date and matters to rules with an effective date only. Categories appear in
    the gradebook's order, cells by assignment number. An assignment whose category the gradebook does
    not hold weighs nothing while weighting is on. Raises ValueError when a number occurs twice.
    """
    switches = switches or AeriesSwitches()
    assignments = {assignment.number: assignment for assignment in gradebook.assignments}
    if len(assignments) != len(gradebook.assignments):
        raise ValueError("two assignments of one gradebook have the same number")
    cells = {n: cell_of(gradebook, assignments[n], student, switches) for n in sorted(assignments)}
    cells = apply_rules(gradebook.rules, assignments, cells, switches, as_of)
    if gradebook.min_max is not None:
        cells = {n: _scaled(cell, gradebook.min_max, switches.min_max) for n, cell in cells.items()}

    counted = [(assignments[n], cell.earned) for n, cell in cells.items() if cell.earned is not None]
    categories = tuple(
        _category_total(
            category.code,
            Fraction(category.percent),
            [(a, e) for a, e in counted if a.category_code == category.code],
            gradebook.kind_weights,
        )
        for category in gradebook.categories
    )
    everything = _sum(earned for _, earned in counted)
    if gradebook.weighting:
        percent = _weighted([(c.weight, c.percent) for c in categories])
    else:
        percent = _area_percent(counted, gradebook.kind_weights)
    return AeriesTotal(percent, everything.points, everything.maximum, categories, tuple(cells.values()))


def _category_total(
    code: str,
    weight: Fraction,
    counted: list[tuple[AeriesAssignment, Earned]],
    kind_weights: KindWeights | None,
) -> AeriesCategoryTotal:
    both = _sum(earned for _, earned in counted)
    return AeriesCategoryTotal(code, weight, both.points, both.maximum, _area_percent(counted, kind_weights))


def _area_percent(
    counted: list[tuple[AeriesAssignment, Earned]], kind_weights: KindWeights | None
) -> Fraction | None:
    """Percentage of one area; an empty side of formative/summative leaves (assumed, behaviour §6.7)."""
    if kind_weights is None:
        return _percent(_sum(earned for _, earned in counted))
    formative = _sum(earned for a, earned in counted if a.kind is AssignmentKind.FORMATIVE)
    summative = _sum(earned for a, earned in counted if a.kind is AssignmentKind.SUMMATIVE)
    return _weighted(
        [
            (Fraction(kind_weights.formative), _percent(formative)),
            (Fraction(kind_weights.summative), _percent(summative)),
        ]
    )


def _weighted(parts: list[tuple[Fraction, Fraction | None]]) -> Fraction | None:
    """Weighted mean of the parts that have a percentage, re-scaled to their own weights."""
    present = [(weight, percent) for weight, percent in parts if percent is not None]
    weights = sum((weight for weight, _ in present), Fraction(0))
    if weights == 0:
        return None
    return sum((weight * percent for weight, percent in present), Fraction(0)) / weights


def _percent(earned: Earned) -> Fraction | None:
    return None if earned.ratio is None else 100 * earned.ratio


def _sum(parts: Iterable[Earned]) -> Earned:
    points = maximum = Fraction(0)
    for earned in parts:
        points += earned.points
        maximum += earned.maximum
    return Earned(points, maximum)


def _scaled(cell: AeriesCell, limits: MinMaxRange, method: MinMaxMethod) -> AeriesCell:
    """Scores only: a transfer grade is taken as the teacher set it.

    Clamping lifts what is below the minimum and leaves the rest, also above the maximum
    (`max(score %, min)`, behaviour §6.5).
    """
    earned = cell.earned
    if earned is None or earned.ratio is None or cell.reason is CellReason.TRANSFER:
        return cell
    low, high = Fraction(limits.minimum) / 100, Fraction(limits.maximum) / 100
    match method:
        case MinMaxMethod.CLAMP:
            ratio = max(earned.ratio, low)
        case MinMaxMethod.LINEAR:
            ratio = low + earned.ratio * (high - low)
        case _:
            assert_never(method)
    return replace(cell, earned=Earned(ratio * earned.maximum, earned.maximum))
