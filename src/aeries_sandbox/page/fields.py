"""Reading the fields of a posted form."""

from datetime import date
from decimal import Decimal

from aeries_sandbox.decimals import parse
from aeries_sandbox.teacher.acting import NotPossible


def number_in(fields: dict[str, str], name: str, absent: Decimal | None = None) -> Decimal:
    """Raises NotPossible."""
    typed = fields.get(name, "").strip()
    if not typed and absent is not None:
        return absent
    number = parse(typed)
    if number is None:
        raise NotPossible(f"{name.replace('_', ' ')} must be a number")
    return number


def day_in(fields: dict[str, str], name: str) -> date | None:
    """Raises NotPossible."""
    typed = fields.get(name, "").strip()
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise NotPossible(f"{name.replace('_', ' ')} must be a date") from error
