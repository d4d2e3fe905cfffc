"""How the LMS gradebook computes a student's total: exact, to be cut or rounded only for display."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import assert_never


class LmsMark(StrEnum):
    EXCUSED = "excused"
    INCOMPLETE = "incomplete"
    MISSING = "missing"


# A number, a mark, or None for a blank cell.
LmsValue = Decimal | LmsMark | None


@dataclass(frozen=True, slots=True)
class LmsCategoryRule:
    """A category as far as totals depend on it. `weight` in percent; None: the category has none."""

    category_id: str
    weight: Decimal | None = None
    drop_lowest: int = 0


@dataclass(frozen=True, slots=True)
class LmsItem:
    """An activity as far as totals depend on it. Extra credit adds to the points, never to the maximum."""

    activity_id: str
    category_id: str | None
    points: Decimal
    extra_credit: bool = False


@dataclass(frozen=True, slots=True)
class LmsCategoryTotal:
    category_id: str
    weight: Fraction | None
    points: Fraction
    maximum: Fraction
    percent: Fraction | None


@dataclass(frozen=True, slots=True)
class LmsTotal:
    """`percent` is exact on the 0-100 scale; None means that nothing counts yet, which is not a zero."""

    percent: Fraction | None
    points: Fraction
    maximum: Fraction
    categories: tuple[LmsCategoryTotal, ...]
    dropped: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Counted:
    item: LmsItem
    points: Fraction
    maximum: Fraction


def lms_total(
    categories: tuple[LmsCategoryRule, ...],
    items: tuple[LmsItem, ...],
    values: Mapping[str, LmsValue],
) -> LmsTotal:
    """The student's total; `values` by activity id, an absent one is a blank.

    Blank, excused and incomplete do not count, missing counts as zero of the maximum, scores above
    the maximum count in full. Weights are re-scaled over the categories that hold a counting maximum;
    when no category has a weight all points are added up. Each category drops its lowest scores by
    percentage (of equal ones the one that costs most points), but never its last one.
    """
    counted = [c for item in items if (c := _counted(item, values.get(item.activity_id))) is not None]
    dropped = frozenset(
        name
        for category in categories
        for name in _lowest(
            [c for c in counted if c.item.category_id == category.category_id], category.drop_lowest
        )
    )
    kept = [c for c in counted if c.item.activity_id not in dropped]
    totals = tuple(_category_total(category, kept) for category in categories)
    points = sum((c.points for c in kept), Fraction(0))
    maximum = sum((c.maximum for c in kept), Fraction(0))
    if all(category.weight is None for category in categories):
        percent = 100 * points / maximum if maximum else None
    else:
        percent = _weighted(totals)
    return LmsTotal(percent, points, maximum, totals, dropped)


def _counted(item: LmsItem, value: LmsValue) -> _Counted | None:
    maximum = Fraction(0) if item.extra_credit else Fraction(item.points)
    match value:
        case None | LmsMark.EXCUSED | LmsMark.INCOMPLETE:
            return None
        case LmsMark.MISSING:
            return _Counted(item, Fraction(0), maximum)
        case Decimal():
            return _Counted(item, Fraction(value), maximum)
        case _:
            assert_never(value)


def _lowest(counted: list[_Counted], drop: int) -> list[str]:
    droppable = [c for c in counted if c.maximum > 0]
    droppable.sort(key=lambda c: (c.points / c.maximum, c.points - c.maximum, c.item.activity_id))
    return [c.item.activity_id for c in droppable[: max(0, min(drop, len(droppable) - 1))]]


def _category_total(category: LmsCategoryRule, kept: list[_Counted]) -> LmsCategoryTotal:
    own = [c for c in kept if c.item.category_id == category.category_id]
    points = sum((c.points for c in own), Fraction(0))
    maximum = sum((c.maximum for c in own), Fraction(0))
    weight = None if category.weight is None else Fraction(category.weight)
    return LmsCategoryTotal(
        category.category_id, weight, points, maximum, 100 * points / maximum if maximum else None
    )


def _weighted(totals: tuple[LmsCategoryTotal, ...]) -> Fraction | None:
    present = [(t.weight, t.percent) for t in totals if t.weight is not None and t.percent is not None]
    weights = sum((weight for weight, _ in present), Fraction(0))
    if weights == 0:
        return None
    return sum((weight * percent for weight, percent in present), Fraction(0)) / weights
