"""Which decimals the gradebook's columns can hold."""

from decimal import Decimal

_STEP = Decimal("0.0001")
LARGEST = Decimal("99999999.9999")
LARGEST_WEIGHT = Decimal("99999.9999")


def fault(number: Decimal, what: str, largest: Decimal = LARGEST) -> str | None:
    """A sentence that says why `what` cannot be this number; None when it can."""
    if not number.is_finite():
        return f"The {what} is not a number."
    if number < 0:
        return f"The {what} cannot be negative."
    if number > largest:
        return f"The {what} is larger than {largest}."
    if number % _STEP != 0:
        return f"The {what} has more than four decimals."
    return None
