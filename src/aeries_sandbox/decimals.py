"""Exact decimals: at most four places are stored, and each number has one stored form."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction

ZERO = Decimal(0)
FOUR_PLACES = Decimal("0.0001")
_LARGEST = Decimal("1e12")


def tidy(number: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent: 8.50 is 8.5, 1E+2 is 100."""
    if number == number.to_integral_value():
        return number.quantize(Decimal(1)) + ZERO
    return number.normalize()


def plain(number: Decimal) -> str:
    return format(tidy(number), "f")


def four_places(number: Decimal) -> Decimal:
    return tidy(number.quantize(FOUR_PLACES, ROUND_HALF_UP))


def cut_to_four(number: Decimal) -> Decimal:
    return tidy(number.quantize(FOUR_PLACES, ROUND_DOWN))


def rounded(number: Fraction) -> Decimal:
    """A fraction at four places, halves away from zero."""
    scaled = abs(number) * 20_000
    units = (scaled.numerator // scaled.denominator + 1) // 2
    return tidy(Decimal(units if number >= 0 else -units).scaleb(-4))


def share(part: Decimal, whole: Decimal, of: Decimal) -> Decimal:
    """part / whole * of at four places; 0 when there is no whole."""
    if whole == 0:
        return ZERO
    if whole == of:
        return four_places(part)
    return rounded(Fraction(part) / Fraction(whole) * Fraction(of))


def storable(number: Decimal) -> bool:
    """Finite, of a sane size, and with at most four decimals."""
    return number.is_finite() and abs(number) < _LARGEST and number == number.quantize(FOUR_PLACES)


def whole(text: str) -> int | None:
    """A whole number of at most 18 digits, without a sign; else None."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def parse(text: str) -> Decimal | None:
    """A plain finite decimal number, or None; no exponents, no infinities, no absurd sizes."""
    if "e" in text.lower() or "_" in text:
        return None
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= _LARGEST:
        return None
    return number
