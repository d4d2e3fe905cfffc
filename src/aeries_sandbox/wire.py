"""How values are printed for a client of the API: decimals, dates and text (reference §3.8 to §3.11)."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from aeries_sandbox.decimals import FOUR_PLACES, tidy

SENTINEL = "0001-01-01T00:00:00"
_UNSAFE = str.maketrans("", "", '"<>')


def without_unsafe(text: str) -> str:
    return text.translate(_UNSAFE)


class Wire:
    """The printed forms under one setting of the switches."""

    def __init__(self, switches: Mapping[str, str]) -> None:
        self._minimal = switches["decimal_places"] == "minimal"
        self._strings = switches["numbers_as_strings"] == "on"
        self._strip = switches["strip_unsafe_text"] == "output"
        self._strip_input = switches["strip_unsafe_text"] == "input"
        self._percent_of_one = switches["percent_scale"] == "1"
        self._blank_null = switches["blank_numbers"] == "null"
        self.empty_date = SENTINEL if switches["empty_date"] == "sentinel" else None
        self.single_as_array = switches["single_as_array"] == "on"

    def decimal(self, number: Decimal) -> Decimal | str:
        shown = tidy(number) if self._minimal else number.quantize(FOUR_PLACES)
        return format(shown, "f") if self._strings else shown

    def blank_decimal(self, number: Decimal) -> Decimal | str | None:
        """A number of a blank row."""
        return None if self._blank_null else self.decimal(number)

    def percent(self, number: Decimal) -> Decimal | str:
        return self.decimal(number / 100 if self._percent_of_one else number)

    def text(self, text: str) -> str:
        return text.translate(_UNSAFE) if self._strip else text

    def incoming_text(self, text: str) -> str:
        return text.translate(_UNSAFE) if self._strip_input else text

    def day(self, day: date | None) -> str | None:
        return None if day is None else f"{day.isoformat()}T00:00:00"

    def gradebook_day(self, day: date | None) -> str | None:
        """The gradebook family may print the sentinel for an empty date."""
        return self.empty_date if day is None else f"{day.isoformat()}T00:00:00"

    def moment(self, moment: datetime | None) -> str:
        """DueTime: the documented example prints the sentinel for none."""
        return SENTINEL if moment is None else moment.replace(tzinfo=None).isoformat(timespec="seconds")
