"""One cell as plain values, and its form in the columns of `Score`."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import assert_never

from twinbook.core.sentence import sentence
from twinbook.core.values import BLANK, Blank, ForeignMark, Mark, MarkKind, Number, OurValue
from twinbook.gradebook import decimals
from twinbook.gradebook.errors import InvalidScoreError
from twinbook.gradebook.models import ScoreKind
from twinbook.gradebook.origin import Origin

_PLAIN_NUMBER = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")


@dataclass(frozen=True, slots=True)
class Cell:
    """What the gradebook holds for one student and activity.

    A cell without a row is blank with version 0, value_version 0, no origin and no `saved_at`.
    """

    student_id: int
    activity_id: int
    value: OurValue = BLANK
    late: bool | None = None
    comment: str | None = None
    version: int = 0
    value_version: int = 0
    origin: Origin | None = None
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ValueColumns:
    kind: str
    number: Decimal | None
    mark: str | None
    sis_mark: str | None


def over_maximum(value: OurValue, points: Decimal, extra_credit: bool) -> bool:
    """A number above the activity's points; extra credit has no maximum."""
    return isinstance(value, Number) and not extra_credit and value.value > points


def value_text(value: OurValue) -> str | None:
    """A value as the history shows it; None for a blank."""
    return None if isinstance(value, Blank) else str(value)


def parse_number(text: str) -> Number:
    """A score as a person or program wrote it. Raises InvalidScoreError."""
    text = text.strip()
    if text.startswith("-") and _PLAIN_NUMBER.fullmatch(text[1:]):
        raise InvalidScoreError(sentence("A score cannot be negative."), field="score")
    if not _PLAIN_NUMBER.fullmatch(text):
        raise InvalidScoreError(sentence("The score is not a number."), field="score")
    number = Number(Decimal(text))
    check_value(number)
    return number


def check_value(value: OurValue) -> None:
    """Raises InvalidScoreError when a cell cannot hold the value."""
    match value:
        case Blank() | Mark():
            return
        case ForeignMark(text):
            if not text.strip() or "\x00" in text:
                raise InvalidScoreError(sentence("A mark of Aeries cannot be blank text."), field="score")
        case Number(number):
            if fault := decimals.fault(number, sentence("score")):
                raise InvalidScoreError(fault, field="score")
        case _:
            assert_never(value)


def to_columns(value: OurValue) -> ValueColumns:
    match value:
        case Blank():
            return ValueColumns(ScoreKind.BLANK.value, None, None, None)
        case Number(number):
            return ValueColumns(ScoreKind.NUMBER.value, number, None, None)
        case Mark(kind):
            return ValueColumns(ScoreKind.MARK.value, None, kind.value, None)
        case ForeignMark(text):
            return ValueColumns(ScoreKind.SIS_MARK.value, None, None, text)
        case _:
            assert_never(value)


def from_columns(kind: str, number: Decimal | None, mark: str | None, sis_mark: str | None) -> OurValue:
    match ScoreKind(kind):
        case ScoreKind.BLANK:
            return BLANK
        case ScoreKind.NUMBER if number is not None:
            return Number(number)
        case ScoreKind.MARK if mark is not None:
            return Mark(MarkKind(mark))
        case ScoreKind.SIS_MARK if sis_mark is not None:
            return ForeignMark(sis_mark)
        case _:
            raise ValueError(f"a score row of kind {kind} without its value")
