"""What a v5 route gets and gives: the call with its year's tables, and an answer not yet printed."""

from dataclasses import dataclass

from aeries_sandbox.router import Params
from aeries_sandbox.store import Database
from aeries_sandbox.wire import Wire
from aeries_sandbox.world import World

Json = dict[str, object]


class Refused(Exception):
    """A request that is answered with a status and a Message (reference §3.14); nothing was changed."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(slots=True)
class Call:
    world: World
    database: Database
    params: Params
    query: dict[str, str]
    body: bytes
    v3: bool = False

    @property
    def wire(self) -> Wire:
        return self.world.wire

    def number(self, name: str) -> int:
        value = self.params[name]
        assert isinstance(value, int)
        return value

    def optional(self, name: str) -> int | None:
        value = self.params[name]
        assert value is None or isinstance(value, int)
        return value

    def text(self, name: str) -> str:
        value = self.params[name]
        assert isinstance(value, str)
        return value

    @property
    def v2_quirks(self) -> bool:
        return self.world.switches["not_found_style"] == "v2_quirks"


@dataclass(slots=True)
class Answer:
    """`value` is a list of rows, one row or None; `name` is the XML element of a row.

    `is_list`: rows were asked for, however many there are.
    """

    value: object
    name: str
    status: int = 200
    is_list: bool = False


def rows(name: str, items: list[Json]) -> Answer:
    return Answer(items, name, is_list=True)


def one(call: Call, name: str, item: Json) -> Answer:
    return Answer([item] if call.wire.single_as_array else item, name)


def not_found(what: str) -> Refused:
    return Refused(404, f"{what} was not found")
