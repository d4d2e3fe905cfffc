"""A cell as text: what it shows, and what a person types into it. The grid's parse.js keeps the same rules."""

from __future__ import annotations

import re

from twinbook.core.sentence import sentence
from twinbook.core.values import BLANK, Blank, ForeignMark, Mark, MarkKind, Number, OurValue
from twinbook.gradebook.cells import Cell, parse_number
from twinbook.gradebook.errors import InvalidScoreError
from twinbook.gradebook.scores import UNCHANGED, ScoreWrite, Unchanged

_SHOWN = {MarkKind.EXCUSED: "EX", MarkKind.MISSING: "MI", MarkKind.INCOMPLETE: "IN"}
_WORDS = {
    MarkKind.EXCUSED: ("E", "EX", "EXCUSED"),
    MarkKind.MISSING: ("M", "MI", "MISSING"),
    MarkKind.INCOMPLETE: ("I", "IN", "INC", "INCOMPLETE"),
}
_MARKS = {word: kind for kind, words in _WORDS.items() for word in words}
_LATE = re.compile(r"(?:(?P<rest>.*?[\s\d.,])\s*)?L", re.DOTALL)
_DECIMAL_COMMA = re.compile(r"\d*,\d*")


def shown(value: OurValue, late: bool | None) -> str:
    """`8.5`, `EX`, `8.5 L` for late, `L` for late without a value."""
    text = _value_text(value)
    if not late:
        return text
    return f"{text} L".strip()


def _value_text(value: OurValue) -> str:
    match value:
        case Blank():
            return ""
        case Number() | ForeignMark():
            return str(value)
        case Mark(kind):
            return _SHOWN[kind]


def write(cell: Cell, text: str) -> ScoreWrite | None:
    """What the whole text of a cell asks for; None when it is what the cell shows already. A late cell whose text
    has lost its L is late no more. Raises InvalidScoreError."""
    text = text.strip()
    if text == shown(cell.value, cell.late):
        return None
    rest, late = _without_late(text.upper())
    value: OurValue | Unchanged = UNCHANGED
    if rest != _value_text(cell.value).upper():
        value = _value(rest)
    return ScoreWrite(cell.student_id, value, late=_late(cell, late))


def _late(cell: Cell, typed: bool) -> bool | Unchanged | None:
    if typed == bool(cell.late):
        return UNCHANGED
    return True if typed else None


def _without_late(text: str) -> tuple[str, bool]:
    found = _LATE.fullmatch(text)
    return (text, False) if found is None else ((found["rest"] or "").strip(), True)


def _value(text: str) -> OurValue:
    if not text:
        return BLANK
    if text in _MARKS:
        return Mark(_MARKS[text])
    if _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    try:
        return parse_number(text)
    except InvalidScoreError as error:
        raise InvalidScoreError(
            error.message,
            hint=sentence("A number, EX, MI, IN, or nothing; L after it for late."),
            field="score",
        ) from None
