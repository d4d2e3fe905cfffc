"""What a value of one side says on the other, by Aeries' reference alone (§11.2.2 two maxima, §12.3 marks)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from tests.judge.record import Row

_FOUR = Decimal("0.0001")


def number(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def same(one: str, other: str) -> bool:
    """Of one side: 8, 8.0 and 8.0000 are one value, and nothing else is."""
    left, right = number(one.strip().rstrip("%")), number(other.strip().rstrip("%"))
    if left is not None and right is not None:
        return left == right and one.strip().endswith("%") == other.strip().endswith("%")
    return one.strip().upper() == other.strip().upper()


def says_here(mark: str, entry: Decimal, points: Decimal, marks: Mapping[str, str]) -> str:
    """A row's mark in LMS words, rounded to four decimals."""
    text = mark.strip()
    percent = number(text[:-1]) if text.endswith("%") else None
    if percent is not None:
        return str(_round(percent * points / 100))
    entered = number(text)
    if entered is not None:
        return str(_round(entered if not entry or not points else entered * points / entry))
    return marks.get(text.upper(), text.upper())


def says_there(value: str, entry: Decimal, points: Decimal) -> str | None:
    """The mark that a request with this number leaves; None for what no request can say."""
    points_typed = number(value)
    if points_typed is None:
        return None
    return str(_round(points_typed if not entry or not points else points_typed * entry / points))


def agree(here: str, row: Row, points: Decimal, marks: Mapping[str, str], *, completed: bool) -> bool:
    if same(here, says_here(row.mark, row.entry, points, marks)):
        return True
    if not row.mark.strip():
        return here == "missing" and completed
    sent = says_there(here, row.entry, points)
    return sent is not None and same(sent, row.mark)


def _round(value: Decimal) -> Decimal:
    return value.quantize(_FOUR, rounding=ROUND_HALF_UP)
