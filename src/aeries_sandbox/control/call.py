"""What a control route gets, and the ways in which it says no."""

from dataclasses import dataclass
from typing import TypeVar

import msgspec

from aeries_sandbox import documents
from aeries_sandbox.router import Params
from aeries_sandbox.store import DocumentError
from aeries_sandbox.world import World

B = TypeVar("B")


class BadCall(ValueError):
    """A wrong call: answered with 400 and this message, nothing changed."""


class Holder:
    """The world in force; a reset puts another one in its place, from `seed` unless it names another."""

    def __init__(self, world: World, seed: "str | dict[str, object]") -> None:
        self.world = world
        self.seed = seed


@dataclass(slots=True)
class ControlCall:
    holder: Holder
    params: Params
    query: dict[str, str]
    body: bytes

    @property
    def world(self) -> World:
        return self.holder.world

    def number(self, name: str) -> int:
        value = self.params[name]
        assert isinstance(value, int)
        return value

    def json(self, absent: object = None) -> object:
        """The parsed body; `absent` when there is none. Raises BadCall."""
        if not self.body.strip():
            return absent
        try:
            return documents.parse(self.body)
        except DocumentError as error:
            raise BadCall(f"the body must be JSON: {error}") from error

    def read(self, kind: type[B]) -> B:
        """The body as `kind`; an empty one is {}. Raises BadCall that names the wrong field."""
        try:
            return msgspec.convert(self.json({}), kind, str_keys=True)
        except msgspec.ValidationError as error:
            raise BadCall(str(error)) from error

    def read_list(self, name: str, kind: type[B]) -> list[B]:
        """A list, bare or as the only field `name` of an object."""
        value = self.json([])
        if isinstance(value, dict) and set(value) == {name}:
            value = value[name]
        try:
            return msgspec.convert(value, list[kind], str_keys=True)  # type: ignore[valid-type]
        except msgspec.ValidationError as error:
            raise BadCall(str(error)) from error


@dataclass(frozen=True, slots=True)
class Created:
    """A value to be answered with 201."""

    value: object


def items(rows: list[object]) -> dict[str, object]:
    return {"items": rows, "next": None}
