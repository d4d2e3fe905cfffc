"""Which decimals the gradebook's columns can hold."""

from decimal import Decimal

from twinbook.core.sentence import sentence

_STEP = Decimal("0.0001")
LARGEST = Decimal("99999999.9999")
LARGEST_WEIGHT = Decimal("99999.9999")


def fault(number: Decimal, what: str, largest: Decimal = LARGEST) -> str | None:
    """A sentence that says why `what` cannot be this number; None when it can."""
    if not number.is_finite():
        return sentence("The %(what)s is not a number.", what=what)
    if number < 0:
        return sentence("The %(what)s cannot be negative.", what=what)
    if number > largest:
        return sentence("The %(what)s is larger than %(largest)s.", what=what, largest=str(largest))
    if number % _STEP != 0:
        return sentence("The %(what)s has more than four decimals.", what=what)
    return None
