"""The district's brake (G1): whether one night changes too much in too many classes to be taken over unasked.

A class's own brake does not see a district that lost fifteen of a hundred values in every class. Pure arithmetic: what
is counted in each class is told by `core.carry_out.taking_over`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

REMEMBERED = 30
"""So many of the last nights say what is usual."""


@dataclass(frozen=True, slots=True)
class DistrictLimits:
    """Shares are fractions. Defaults: design G1."""

    from_classes: int = 20
    cells_share: Fraction = Fraction(3, 100)
    classes_share: Fraction = Fraction(10, 100)
    usual_share: Fraction = Fraction(2, 100)
    """Of classes; until `usual_nights` nights are known."""
    usual_nights: int = 10
    wave: int = 50
    class_cells: int = 10
    """A class counts from so many values on that would be lost (the number from which its own brake judges it), or when
    that brake stops anything: fewer are a teacher's everyday corrections."""


@dataclass(frozen=True, slots=True)
class ClassCount:
    """What a night read of one class. `losing`: values here that would be replaced or blanked unasked."""

    compared: int
    losing: int
    stopped: bool
    """Its own brake holds something."""


@dataclass(frozen=True, slots=True)
class NightCount:
    compared: int = 0
    losing: int = 0
    classes: int = 0
    changed_classes: int = 0

    def plus(self, one: ClassCount, limits: DistrictLimits) -> NightCount:
        changed = one.losing > 0 and (one.stopped or one.losing >= limits.class_cells)
        return NightCount(
            self.compared + one.compared,
            self.losing + one.losing,
            self.classes + 1,
            self.changed_classes + changed,
        )

    @property
    def changed_share(self) -> Fraction:
        return Fraction(self.changed_classes, self.classes) if self.classes else Fraction(0)


class TooMuch(StrEnum):
    CELLS = "cells"
    CLASSES = "classes"


def too_much(count: NightCount, limits: DistrictLimits, usual: Fraction, synced: int) -> TooMuch | None:
    """Of the night so far. `synced`: classes of the district, also those that could not be read."""
    if synced < limits.from_classes or not count.losing:
        return None
    if count.losing >= limits.cells_share * count.compared:
        return TooMuch.CELLS
    if count.changed_classes and count.changed_share >= usual + limits.classes_share:
        return TooMuch.CLASSES
    return None


def usual(past: Sequence[Fraction], limits: DistrictLimits) -> Fraction:
    """The share of classes that changed in a usual night: in nine of ten it was not more. `past`: the shares of nights
    that the brake did not stop, newest first."""
    known = sorted(past[:REMEMBERED])
    if len(known) < max(limits.usual_nights, 1):
        return limits.usual_share
    return known[(len(known) * 9 - 1) // 10]


def waves(classes: Sequence[int], limits: DistrictLimits) -> list[Sequence[int]]:
    """In the order given. None is smaller than the number of classes that a judgement needs, but for a district that has
    fewer: there every class is taken over by itself."""
    if len(classes) < limits.from_classes:
        return [[one] for one in classes]
    size = max(limits.wave, limits.from_classes, 1)
    return [classes[at : at + size] for at in range(0, len(classes), size)]
