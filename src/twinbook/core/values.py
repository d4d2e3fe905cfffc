"""What an LMS cell can hold, and what a far side's cell holds, each in its own form.

Blank, missing, excused, incomplete and zero are five different things (promise 6): four classes and an enum,
so that no code can take one for another by comparing with None or 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum


class MarkKind(StrEnum):
    EXCUSED = "excused"
    MISSING = "missing"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Blank:
    """Nothing entered. Never zero."""

    def __str__(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Number:
    """A score in LMS points, at most four decimals."""

    value: Decimal

    def __str__(self) -> str:
        return plain(self.value)


@dataclass(frozen=True, slots=True)
class Mark:
    kind: MarkKind

    def __str__(self) -> str:
        return self.kind.value


@dataclass(frozen=True, slots=True)
class ForeignMark:
    """A mark of the far side that our table does not know, shown as it stands; it counts for nothing here (C8)."""

    text: str

    def __str__(self) -> str:
        return self.text


OurValue = Blank | Number | Mark | ForeignMark

BLANK = Blank()
FOUR_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Form:
    """A far side's cell in its own form (C1): compared exactly, never converted.

    `kind` is the adapter's own word ("blank", "number", "percent", "mark" for Aeries). Decimals compare as numbers,
    so 8.5, 8.5000 and "8.5" are one form.
    """

    kind: str
    value: Decimal | str | None = None

    def __str__(self) -> str:
        match self.value:
            case None:
                return ""
            case Decimal():
                return plain(self.value) + ("%" if self.kind == "percent" else "")
            case str():
                return self.value


@dataclass(frozen=True, slots=True)
class Maxima:
    """The maxima a value was agreed under: ours in LMS points; theirs as the unit of entry and the points it weighs.

    For Aeries `entry` is NumberCorrectPossible and `weight` PointsPossible (reference §11.2.2). 0 means extra credit.
    """

    ours: Decimal
    entry: Decimal
    weight: Decimal


def rescaled(value: OurValue, before: Decimal, after: Decimal) -> OurValue:
    """The same percentage of other points, to four decimals. Marks and blanks have none, and nothing is rescaled to or
    from 0 points: extra credit has no percentage (A3)."""
    if not isinstance(value, Number) or before == 0 or after == 0:
        return value
    return Number((value.value * after / before).quantize(FOUR_PLACES, rounding=ROUND_HALF_UP))


def plain(number: Decimal) -> str:
    """A decimal without exponent and trailing zeros, as the public surface prints it."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
