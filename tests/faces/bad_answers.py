"""Bodies that Aeries, or something in front of it, may answer with in place of what was asked (issue 6.6).

As data: each is an order for the sandbox's faults. `REPLACING` put another body in the place of the honest one, whatever was
asked; `SPOILING` make one out of the honest body; `KINDS` are the sandbox's own. All with status 200 unless they say another.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

LOGIN = "<!DOCTYPE html><html><body><form>Sign in</form></body></html>"
_OF_ELSEWHERE = {
    "GradebookNumber": 1,
    "AssignmentNumber": 77,
    "UniqueID": "00000000-0000-4000-8000-000000000001",
    "StudentID": 1,
    "SchoolCode": 1,
    "SectionNumber": 1,
    "ID": 1,
    "DatabaseYear": "1999-2000",
    "TermCode": "Q",
    "Mark": "1",
    "NumberCorrectPossible": 1,
    "PointsPossible": 1,
    "IsPrimaryTeacher": True,
}
"""Well-formed, with every key there is, and of nothing that is known here."""


@dataclass(frozen=True)
class Bad:
    """`order`: for the sandbox's faults. `spoil`: makes the body out of the honest one (its JSON), then `order` carries it.

    `empty`: an empty list is what it says, which may even be true of a list.
    `plausible`: no single answer can show that it is wrong; only what was known before can.
    """

    name: str
    order: dict[str, Any] = field(default_factory=dict)
    spoil: Callable[[Any], Any] | None = None
    empty: bool = False
    plausible: bool = False

    def __str__(self) -> str:
        return self.name

    def ordered(self, honest: Any) -> dict[str, Any]:
        return self.order if self.spoil is None else {"kind": "body", "body": json.dumps(self.spoil(honest))}


def _body(name: str, body: str, **more: Any) -> Bad:
    return Bad(name, {"kind": "body", "body": body, **more})


REPLACING: tuple[Bad, ...] = (
    _body("nothing", ""),
    _body("blanks", " \r\n\t "),
    _body("null", "null"),
    _body("list of null", "[null]"),
    _body("list of nulls", "[null, null, null]"),
    _body("empty object", "{}"),
    _body("list of an empty object", "[{}]"),
    _body("true", "true"),
    _body("false", "false"),
    _body("zero", "0"),
    _body("number", "42.5"),
    _body("text", '"OK"'),
    _body("empty text", '""'),
    _body("list of lists", "[[], []]"),
    _body("list of numbers", "[1, 2, 3]"),
    _body("list of texts", '["a", "b"]'),
    _body("message", '{"Message": "An error has occurred."}'),
    _body("message denied", '{"Message": "Authorization has been denied for this request."}'),
    _body("list of messages", '[{"Message": "Object reference not set to an instance of an object."}]'),
    _body("wrapped", '{"value": [], "odata.count": 0}'),
    _body("wrapped data", '{"d": {"results": []}, "success": true}'),
    _body("login page as JSON", LOGIN),
    _body("XML", '<?xml version="1.0" encoding="utf-8"?><ArrayOfAssignment />'),
    _body("two documents", "[][]"),
    _body("trailing words", "[] cached"),
    _body("cut in a word", '[{"StudentID": 994'),
    _body("cut in a text", '[{"Description": "Alpi'),
    _body("open bracket", "["),
    _body("JSONP", "callback([])"),
    _body("undefined", "undefined"),
    _body("not a number", '[{"StudentID": NaN}]'),
    _body("beyond all measure", '[{"StudentID": 1e999999999, "ID": 1e999999999, "GradebookNumber": 1e999999999}]'),
    _body("negative keys", '[{"StudentID": -1, "ID": -1, "GradebookNumber": -1, "AssignmentNumber": -1}]'),
    _body("deep nesting", "[" * 3000),
    _body("of elsewhere", json.dumps(_OF_ELSEWHERE)),
    _body("list of elsewhere", json.dumps([_OF_ELSEWHERE])),
    _body("comment", "/* moved */ []"),
    _body("byte order mark alone", "\ufeff"),
    _body("a page with 500", LOGIN, status=500),
    _body("a page with 302", LOGIN, status=302),
    _body("a page with 404", LOGIN, status=404),
)  # fmt: skip


def _rows(honest: Any) -> list[dict[str, Any]]:
    return honest if isinstance(honest, list) else [honest]


def _each(value: Callable[[str, Any], Any]) -> Callable[[Any], Any]:
    """Every field of every row anew, in the honest shape."""

    def spoil(honest: Any) -> Any:
        rows = [{name: value(name, held) for name, held in row.items()} for row in _rows(honest)]
        return rows if isinstance(honest, list) else rows[0]

    return spoil


_KEYS = ("ID", "StudentID", "GradebookNumber", "AssignmentNumber", "UniqueID", "SchoolCode", "SectionNumber")


def _without_keys(honest: Any) -> Any:
    rows = [{name: held for name, held in row.items() if name not in _KEYS} for row in _rows(honest)]
    return rows if isinstance(honest, list) else rows[0]


SPOILING: tuple[Bad, ...] = (
    Bad("every value null", spoil=_each(lambda name, held: None)),
    Bad("every value a list", spoil=_each(lambda name, held: [held, held])),
    Bad("every value an object", spoil=_each(lambda name, held: {"Value": held})),
    Bad("every number a word", spoil=_each(lambda name, held: "many" if isinstance(held, int | float) else held)),
    Bad("without its keys", spoil=_without_keys),
    Bad("names in lower case", spoil=lambda honest: [{n.lower(): v for n, v in row.items()} for row in _rows(honest)]),
    Bad("wrapped", spoil=lambda honest: {"value": honest}),
    Bad("in a list of lists", spoil=lambda honest: [[row] for row in _rows(honest)]),
    Bad("as its own text", spoil=lambda honest: json.dumps(honest)),
)  # fmt: skip

KINDS: tuple[Bad, ...] = (
    Bad("HTML with 200", {"kind": "html"}),
    Bad("truncated", {"kind": "truncate"}),
    Bad("empty list", {"kind": "empty"}, empty=True),
    Bad("half a list", {"kind": "partial"}, plausible=True),
    Bad("another assignment's rows", {"kind": "swap"}, plausible=True),
)
ALL = (*REPLACING, *SPOILING, *KINDS)
