"""The tolerant reader: JSON as Aeries prints it, field by field (reference §3.8–§3.10).

A number may come as a string, an integer with four decimals, a boolean as "true", "nothing" as
null, "", blanks, a sentinel date or a field that is not there; unknown fields are not looked at.
What cannot be read even so raises `BadAnswer` naming the field, never the value.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import msgspec

from twinbook.aeries.errors import BadAnswer
from twinbook.core.sentence import sentence

# Far beyond any grade, id or percentage; keeps 1e999999999 out of arithmetic and of the database.
_LARGEST = Decimal(10) ** 15
_MOST_DECIMALS = 12
_UTF8_MARK = b"\xef\xbb\xbf"
_NO_DATE = date(1, 1, 1)

_decoder = msgspec.json.Decoder(float_hook=Decimal)


def parse(body: bytes) -> object:
    """JSON with exact decimals; an empty body is None, like null. Raises `BadAnswer`."""
    text = body.removeprefix(_UTF8_MARK).strip()
    if not text:
        return None
    if text.startswith(b"<"):
        raise BadAnswer(sentence("a web page where data belongs"))
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ArithmeticError):
        raise BadAnswer(sentence("not JSON, or cut off")) from None


class Row:
    """One JSON object. `kind` names it in errors: "score", "assignment"."""

    def __init__(self, kind: str, fields: Mapping[str, object]) -> None:
        self._kind = kind
        self._fields = fields

    def odd(self, name: str) -> BadAnswer:
        return BadAnswer(sentence("a %(kind)s whose %(name)s cannot be read", kind=self._kind, name=name))

    def has(self, name: str) -> bool:
        """Whether the field is there at all; null counts as there."""
        return name in self._fields

    def raw_text(self, name: str) -> str:
        """The text as it stands; nothing is ""."""
        value = self._fields.get(name)
        if value is None:
            return ""
        if isinstance(value, str):
            return value.replace("\x00", "")  # which PostgreSQL does not store
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or not _fits(value):
            raise self.odd(name)
        return format(value, "f") if isinstance(value, Decimal) else str(value)

    def text(self, name: str) -> str:
        return self.raw_text(name).strip()

    def required_text(self, name: str) -> str:
        if text := self.text(name):
            return text
        raise self.odd(name)

    def decimal(self, name: str) -> Decimal | None:
        """Exact; None for nothing."""
        value = self._fields.get(name)
        if isinstance(value, str):
            value = _decimal(value.strip()) if value.strip() else None
            if value is None and self.text(name):
                raise self.odd(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or not _fits(value):
            raise self.odd(name)
        return Decimal(value)

    def required_decimal(self, name: str) -> Decimal:
        number = self.decimal(name)
        if number is None:
            raise self.odd(name)
        return number

    def integer(self, name: str) -> int | None:
        number = self.decimal(name)
        if number is None:
            return None
        if number != number.to_integral_value():
            raise self.odd(name)
        return int(number)

    def required_integer(self, name: str) -> int:
        number = self.integer(name)
        if number is None:
            raise self.odd(name)
        return number

    def key(self, name: str) -> int:
        """An id of ours to keep: a positive integer."""
        number = self.required_integer(name)
        if number < 1:
            raise self.odd(name)
        return number

    def boolean(self, name: str) -> bool:
        """Nothing is False."""
        value = self._fields.get(name)
        if isinstance(value, bool):
            return value
        match str(value).strip().lower() if isinstance(value, str | int) else value:
            case None | "" | "false" | "0":
                return False
            case "true" | "1":
                return True
        raise self.odd(name)

    def day(self, name: str) -> date | None:
        """The date of a local date-time; None also for the sentinel 0001-01-01."""
        value = self._fields.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.odd(name)
        text = value.strip()
        if not text:
            return None
        try:
            day = date.fromisoformat(text[:10].replace("/", "-"))
        except ValueError:
            raise self.odd(name) from None
        return None if day == _NO_DATE else day

    def moment(self, name: str) -> datetime | None:
        """An aware instant, printed with seven digits of a second, or None (reference §3.8)."""
        text = self.text(name)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise self.odd(name) from None
        return moment if moment.tzinfo is not None else None

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, trimmed; nothing is an empty list, one text a list of one."""
        value = self._fields.get(name)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        return tuple(Row(self._kind, {name: item}).text(name) for item in items)

    def row(self, name: str, kind: str) -> Row:
        """A nested object; nothing is an object without fields; [object] is the object."""
        value = self._fields.get(name)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if value is None or value == "" or value == []:
            return Row(kind, {})
        if not isinstance(value, dict):
            raise self.odd(name)
        return Row(kind, value)

    def rows(self, name: str, kind: str) -> list[Row]:
        """A nested list; nothing is an empty list; an object is a list of one."""
        value = self._fields.get(name)
        if value is None or value == "":
            return []
        if isinstance(value, dict):
            value = [value]
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.odd(name)
        return [Row(kind, item) for item in value]


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text.isascii() else None
    except InvalidOperation:
        return None


def _fits(value: int | Decimal) -> bool:
    if isinstance(value, int):
        return abs(value) < _LARGEST
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and -_MOST_DECIMALS <= exponent <= 15 and abs(value) < _LARGEST
