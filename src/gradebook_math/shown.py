"""From an exact percentage to what people see: cut digits and final marks (behaviour §6.2, §6.8)."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class FinalMarkRange:
    """`low` is the threshold in percent; `high` is for information, except that 0 means not in use."""

    mark: str
    low: Decimal
    high: Decimal


def cut(percent: Fraction, places: int = 2) -> Decimal:
    """The percentage with `places` decimals, cut towards zero and never rounded: 90.2367 is 90.23."""
    scaled = percent * 10**places
    whole = abs(scaled.numerator) // scaled.denominator
    return Decimal(whole if scaled >= 0 else -whole).scaleb(-places)


def final_mark(percent: Fraction | None, ranges: tuple[FinalMarkRange, ...]) -> str:
    """The mark whose threshold is the highest one reached; empty without a grade or below all of them."""
    if percent is None:
        return ""
    reached = [r for r in ranges if r.high != 0 and percent >= Fraction(r.low)]
    if not reached:
        return ""
    return max(reached, key=lambda r: (r.low, r.mark)).mark
