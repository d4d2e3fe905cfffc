"""Reading request bodies as loosely as Aeries does: names in any case, trailing commas, numbers in strings."""

import re
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

import msgspec

from aeries_sandbox.api.call import Call, Refused
from aeries_sandbox.decimals import parse

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_TRAILING_COMMA = re.compile(rb'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])')


class Absent:
    """The property was not in the body."""


ABSENT = Absent()


def decoded(call: Call) -> object:
    """The JSON of the body. Raises Refused 400."""
    body = call.body
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        if call.world.on("lenient_json"):
            try:
                return _DECODER.decode(_TRAILING_COMMA.sub(lambda match: match.group(1) or b"", body))
            except (msgspec.DecodeError, RecursionError):
                pass
        raise Refused(400, f"The request body is not valid JSON: {error}") from error


class Fields:
    """The properties of one object of a body, by name regardless of case."""

    def __init__(self, call: Call, item: object, known: Collection[str]) -> None:
        if not isinstance(item, dict):
            raise Refused(400, "The request body must be an object")
        self._values = {name.lower(): value for name, value in item.items()}
        if call.world.switches["unknown_property"] == "error400":
            unknown = self._values.keys() - {name.lower() for name in known}
            if unknown:
                raise Refused(400, f"Unknown property {sorted(unknown)[0]}")

    def raw(self, name: str) -> object:
        """The value as it came, or ABSENT."""
        return self._values.get(name.lower(), ABSENT)

    def is_absent(self, name: str) -> bool:
        return self.raw(name) is ABSENT

    def text(self, name: str) -> str | None:
        value = self.raw(name)
        if value is None or value is ABSENT:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise Refused(400, f"{name} must be text")
        return str(value)

    def decimal(self, name: str) -> Decimal | None:
        value = self.raw(name)
        if value is None or value is ABSENT:
            return None
        number = as_decimal(value)
        if number is None:
            raise Refused(400, f"{name} must be a number")
        return number

    def boolean(self, name: str, absent: bool) -> bool:
        value = self.raw(name)
        if value is None or value is ABSENT:
            return absent
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lower() in ("true", "false"):
            return value.strip().lower() == "true"
        raise Refused(400, f"{name} must be true or false")

    def day(self, name: str) -> date | None:
        value = self.raw(name)
        if value is None or value is ABSENT or value == "":
            return None
        day = as_day(value)
        if day is None:
            raise Refused(400, f"{name} must be a date such as 2017-02-17")
        return day


def as_decimal(value: object) -> Decimal | None:
    """A finite number from a JSON number or a string that holds one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        number = Decimal(value)
        if not number.is_finite() or abs(number.adjusted()) > 30:
            return None
        return parse(format(number, "f"))
    if isinstance(value, str):
        return parse(value)
    return None


def as_day(value: object) -> date | None:
    """`2017-02-17`, `2017/02/17`, or a date-time that starts so."""
    if not isinstance(value, str):
        return None
    text = value.strip().replace("/", "-")
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None
