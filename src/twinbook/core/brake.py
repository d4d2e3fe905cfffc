"""The mass-change brake (G1) for a student, an activity and a class: how much of a plan is too much to do unasked.

Counted are non-blank values that would be blanked or replaced, on either side. Filling a blank never counts; what a
person typed or a preview confirmed is exempt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import assert_never


@dataclass(frozen=True, slots=True)
class BrakeLimits:
    """Shares are fractions of the compared non-blank values. Defaults: design G1."""

    group_cells: int = 5
    group_share: Decimal = Decimal("0.5")
    all_blanked: int = 3
    class_cells: int = 10
    class_share: Decimal = Decimal("0.2")


@dataclass(frozen=True, slots=True)
class Compared:
    """One compared cell that holds a value on the side that would lose it."""

    student: int
    activity: int
    overwritten: bool
    """The plan would replace or blank a non-blank value here."""
    blanked: bool
    exempt: bool


class BrakeScope(StrEnum):
    STUDENT = "student"
    ACTIVITY = "activity"
    CLASS = "class"
    DISTRICT = "district"
    """A class in a night that the district's brake stopped (`core.district_brake`)."""


@dataclass(frozen=True, slots=True)
class Stop:
    scope: BrakeScope
    key: int | None
    changed: int
    of: int

    @property
    def subject(self) -> str:
        """Names the question: one stands open for each."""
        return f"brake:{self.scope}" if self.key is None else f"brake:{self.scope}:{self.key}"

    def covers(self, student: int, activity: int) -> bool:
        match self.scope:
            case BrakeScope.STUDENT:
                return self.key == student
            case BrakeScope.ACTIVITY:
                return self.key == activity
            case BrakeScope.CLASS | BrakeScope.DISTRICT:
                return True
            case _:
                assert_never(self.scope)


@dataclass(frozen=True, slots=True)
class BrakeVerdict:
    stops: tuple[Stop, ...]

    def holds(self, student: int, activity: int) -> bool:
        """Whether the cell of this student and activity is held by any of the stops."""
        return any(stop.covers(student, activity) for stop in self.stops)

    @property
    def asked(self) -> tuple[Stop, ...]:
        """One question: a stop of the whole class speaks for those of its students and activities."""
        whole = [s for s in self.stops if s.scope in (BrakeScope.DISTRICT, BrakeScope.CLASS)]
        return (max(whole, key=lambda s: s.scope is BrakeScope.DISTRICT),) if whole else self.stops

    @property
    def class_stop(self) -> Stop | None:
        return next((stop for stop in self.stops if stop.scope is BrakeScope.CLASS), None)


def judge(cells: Iterable[Compared], limits: BrakeLimits, *, values_in_class: int = 0) -> BrakeVerdict:
    """Every cell that holds a value and was compared, also those that stay: the shares are of these.

    `values_in_class`: what the class holds altogether, where only a part of it was compared.
    """
    students, activities, whole = _Tally(), _Tally(), _Tally()
    for cell in cells:
        for tally, key in ((students, cell.student), (activities, cell.activity), (whole, 0)):
            tally.add(key, cell)
    stops = [Stop(BrakeScope.STUDENT, *stop) for stop in students.group_stops(limits)]
    stops += [Stop(BrakeScope.ACTIVITY, *stop) for stop in activities.group_stops(limits)]
    changed, of = whole.changed[0], max(whole.of[0], values_in_class)
    if changed >= limits.class_cells and changed > limits.class_share * of:
        stops.append(Stop(BrakeScope.CLASS, None, changed, of))
    return BrakeVerdict(tuple(stops))


class _Tally:
    def __init__(self) -> None:
        self.of: Counter[int] = Counter()
        self.changed: Counter[int] = Counter()
        self.blanked: Counter[int] = Counter()

    def add(self, key: int, cell: Compared) -> None:
        self.of[key] += 1
        if cell.exempt:
            return
        self.changed[key] += cell.overwritten
        self.blanked[key] += cell.blanked

    def group_stops(self, limits: BrakeLimits) -> list[tuple[int, int, int]]:
        return [
            (key, self.changed[key], of)
            for key, of in sorted(self.of.items())
            if self._many(key, of, limits) or self._all_blanked(key, of, limits)
        ]

    def _many(self, key: int, of: int, limits: BrakeLimits) -> bool:
        return self.changed[key] >= limits.group_cells and self.changed[key] > limits.group_share * of

    def _all_blanked(self, key: int, of: int, limits: BrakeLimits) -> bool:
        return self.blanked[key] == of >= limits.all_blanked
