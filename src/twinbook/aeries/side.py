"""Aeries as a far side of the merge: marks, percents, four decimals, and what a request cannot say.

Pure. Facts: reference §11.2.2 (two maxima), §12.3 (marks), §12.6 (what cannot be written), behaviour §4.2, §5.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import assert_never

from twinbook.core.remote import CellTerms, Encoded, Impossible, Sendable, TheirCell
from twinbook.core.sentence import sentence
from twinbook.core.values import (
    BLANK,
    Blank,
    ForeignMark,
    Form,
    Mark,
    MarkKind,
    Maxima,
    Number,
    OurValue,
    plain,
)

FOUR_PLACES = Decimal("0.0001")
HUNDRED = Decimal(100)

BLANK_FORM = Form("blank")
NOT_APPLICABLE = Form("mark", "NA")
TEMPORARILY_EXCUSED = Form("mark", "TX")


def number_form(value: Decimal) -> Form:
    return Form("number", value)


def form_of(mark: str, number_correct: Decimal | None) -> Form:
    """The form of an Aeries cell (C1). Blank is decided by the mark alone: a blank row carries zeros (reference §12.3).

    NumberCorrect counts when the mark is a number: the mark's text may be cut for show.
    """
    text = mark.strip()
    if not text:
        return BLANK_FORM
    if text.endswith("%"):
        percent = _decimal(text[:-1])
        if percent is not None:
            return Form("percent", percent)
    number = _decimal(text)
    if number is not None:
        return number_form(number if number_correct is None else number_correct)
    return Form("mark", text.upper())


def round_four(value: Decimal) -> Decimal:
    return value.quantize(FOUR_PLACES, rounding=ROUND_HALF_UP)


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


@dataclass(frozen=True)
class AeriesSide:
    """`marks`: custom mark (upper case) → our mark, the district's table. `missing_mark`: what a teacher types there for
    missing; None when the district has no such mark."""

    marks: Mapping[str, MarkKind] = field(default_factory=dict)
    missing_mark: str | None = None

    def decode(self, cell: TheirCell, ours_max: Decimal) -> OurValue:
        match cell.form:
            case Form("blank"):
                return BLANK
            case Form("number", Decimal() as entered):
                if cell.entry_max == 0 or ours_max == 0:
                    return Number(round_four(entered))
                return Number(round_four(entered * ours_max / cell.entry_max))
            case Form("percent", Decimal() as percent):
                return Number(round_four(percent * ours_max / HUNDRED))
            case Form("mark", str() as text):
                kind = self._mark_kind(text)
                return ForeignMark(text) if kind is None else Mark(kind)
            case _:
                raise ValueError(f"not a form of Aeries: {cell.form.kind}")

    def encode(self, ours: OurValue, terms: CellTerms) -> Encoded:
        match ours:
            case Number(value):
                maxima = terms.maxima
                entry = value if maxima.ours == 0 or maxima.entry == 0 else value * maxima.entry / maxima.ours
                entry = round_four(entry)
                return Sendable(number_form(entry), format(entry, "f"))
            case Blank():
                return Impossible("clear_needs_typing", sentence("clear the cell (leave it empty)"))
            case Mark(kind):
                return Impossible("mark_needs_typing", self.to_type(kind))
            case ForeignMark(text):
                return Impossible("mark_needs_typing", text)
            case _:
                assert_never(ours)

    def to_type(self, kind: MarkKind) -> str:
        match kind:
            case MarkKind.EXCUSED:
                return "NA"
            case MarkKind.INCOMPLETE:
                return "TX"
            case MarkKind.MISSING:
                return self.missing_mark or sentence("leave it blank and complete grading, or type 0")
            case _:
                assert_never(kind)

    def agrees(self, ours: OurValue, theirs: TheirCell, terms: CellTerms) -> bool:
        match ours, theirs.form:
            case Blank(), Form("blank"):
                return True
            case Mark(MarkKind.MISSING), Form("blank"):
                return terms.grading_completed
            case Number(value), Form("number"):
                encoded = self.encode(ours, terms)
                same_entry = isinstance(encoded, Sendable) and encoded.form == theirs.form
                return same_entry or self.decode(theirs, terms.maxima.ours) == Number(value)
            case Number(value), Form("percent"):
                return self.decode(theirs, terms.maxima.ours) == Number(round_four(value))
            case ((Mark() | ForeignMark()), Form("mark")):
                return self.decode(theirs, terms.maxima.ours) == ours
            case _:
                return False

    @property
    def blank(self) -> Form:
        return BLANK_FORM

    def in_row_units(self, form: Form) -> bool:
        return form.kind == "number"

    def rescaled(self, agreed: Form, under: Maxima, theirs: TheirCell) -> bool:
        """Whether existing scores are scaled with new maxima is undocumented (reference §11.4)."""
        match agreed, theirs.form:
            case Form("number", Decimal() as old), Form("number", Decimal() as new) if under.entry != 0:
                return new == round_four(old * theirs.entry_max / under.entry)
            case _:
                return False

    def is_unknown_mark(self, form: Form) -> bool:
        return form.kind == "mark" and self._mark_kind(str(form.value)) is None

    def took(self, sent: Form, answered: TheirCell) -> bool:
        return answered.form == sent

    def describe(self, cell: TheirCell) -> str:
        """The cell as a teacher sees it in Aeries."""
        match cell.form:
            case Form("number", Decimal() as entered):
                return plain(entered)
            case _:
                return str(cell.form)

    def meaning(self, mark: str) -> MarkKind | None:
        """What a mark says here; None: unknown."""
        return self._mark_kind(mark.upper())

    def _mark_kind(self, text: str) -> MarkKind | None:
        if text == "NA":
            return MarkKind.EXCUSED
        if text == "TX":
            return MarkKind.INCOMPLETE
        if self.missing_mark is not None and text == self.missing_mark.upper():
            return MarkKind.MISSING
        return self.marks.get(text)
