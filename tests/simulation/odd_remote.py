"""A deliberately odd far side (design §2.5): whole percents only, blanks can be written and are refilled with a
placeholder, one mark, and a write shows only some time after it was accepted. Nothing but its adapter knows it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from tests.simulation.clock import Clock
from tests.simulation.remote import Missing
from twinbook.core.carry_out.effects import GradebookHead, ScoreEntry
from twinbook.core.fields import AssignmentBody
from twinbook.core.remote import CellTerms, Encoded, Impossible, Sendable, TheirCell
from twinbook.core.snapshot import TheirAssignment, TheirCategory, TheirStudent
from twinbook.core.values import BLANK, Blank, ForeignMark, Form, Mark, MarkKind, Maxima, Number, OurValue

EMPTY, PLACEHOLDER, EXEMPT = Form("empty"), Form("placeholder", "to be done"), Form("word", "exempt")
HUNDRED = Decimal(100)


def whole(percent: Decimal) -> Decimal:
    return percent.quantize(Decimal(1), rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class OddSide:
    def decode(self, cell: TheirCell, ours_max: Decimal) -> OurValue:
        match cell.form:
            case Form("empty" | "placeholder"):
                return BLANK
            case Form("whole percent", Decimal() as percent):
                return Number((percent * ours_max / HUNDRED).quantize(Decimal("0.0001")))
            case Form("word", "exempt"):
                return Mark(MarkKind.EXCUSED)
            case _:
                return ForeignMark(str(cell.form.value))

    def encode(self, ours: OurValue, terms: CellTerms) -> Encoded:
        match ours:
            case Number(value):
                percent = whole(value * HUNDRED / terms.maxima.ours)
                return Sendable(Form("whole percent", percent), str(percent))
            case Blank():
                return Sendable(EMPTY, "")
            case Mark(MarkKind.EXCUSED):
                return Sendable(EXEMPT, "exempt")
            case _:
                return Impossible("mark_needs_typing", str(ours))

    def agrees(self, ours: OurValue, theirs: TheirCell, terms: CellTerms) -> bool:
        if isinstance(ours, Blank):
            return theirs.form in (EMPTY, PLACEHOLDER)
        encoded = self.encode(ours, terms)
        return isinstance(encoded, Sendable) and encoded.form == theirs.form

    @property
    def blank(self) -> Form:
        return EMPTY

    def in_row_units(self, form: Form) -> bool:
        return False

    def rescaled(self, agreed: Form, under: Maxima, theirs: TheirCell) -> bool:
        return False

    def is_unknown_mark(self, form: Form) -> bool:
        return False

    def took(self, sent: Form, answered: TheirCell) -> bool:
        return answered.form == sent


class OddRemote:
    proves = False

    def __init__(self, clock: Clock, delay: timedelta = timedelta(seconds=20)) -> None:
        self.clock = clock
        self.delay = delay
        self.work: dict[str, TheirAssignment] = {}
        self.cells: dict[tuple[str, int], Form] = {}
        self.pending: list[tuple[object, tuple[str, int], Form]] = []
        self.people: tuple[TheirStudent, ...] = ()

    def fork(self) -> OddRemote:
        other = copy.copy(self)
        other.work, other.cells, other.pending = dict(self.work), dict(self.cells), list(self.pending)
        return other

    def add(self, unique_id: str, title: str, students: tuple[int, ...]) -> None:
        points = Decimal(10)
        day = date(2026, 3, 9)
        self.work[unique_id] = TheirAssignment(unique_id, 1, title, "", "H", day, day, points, points, False)
        for student in students:
            self.cells[unique_id, student] = EMPTY

    def type_in(self, unique_id: str, student: int, text: str) -> None:
        self._show()
        self.cells[unique_id, student] = form_of(text)

    def refill_blanks(self) -> None:
        self._show()
        self.cells = {key: PLACEHOLDER if form == EMPTY else form for key, form in self.cells.items()}

    def _show(self) -> None:
        """What was accepted long enough ago shows now, in the order in which it was accepted."""
        due = [entry for entry in self.pending if entry[0] <= self.clock.now]  # type: ignore[operator]
        self.pending = [entry for entry in self.pending if entry not in due]
        for _, key, form in due:
            self.cells[key] = form

    def head(self) -> GradebookHead:
        return GradebookHead((TheirCategory("H", "Homework", None),), (), False)

    def students(self) -> tuple[TheirStudent, ...]:
        return self.people

    def listing(self) -> tuple[TheirAssignment, ...]:
        return tuple(self.work.values())

    def assignment(self, unique_id: str) -> TheirAssignment:
        if unique_id not in self.work:
            raise Missing
        return self.work[unique_id]

    def scores(self, unique_id: str) -> Mapping[int, TheirCell]:
        self._show()
        return {
            student: TheirCell(form, Decimal(10), Decimal(10))
            for (key, student), form in self.cells.items()
            if key == unique_id
        }

    def write_scores(self, unique_id: str, entries: tuple[ScoreEntry, ...]) -> Mapping[int, TheirCell]:
        for entry in entries:
            shows_at = self.clock.now + self.delay
            self.pending.append((shows_at, (unique_id, entry.student_id), form_of(entry.entry_text)))
        return self.scores(unique_id)

    def insert(self, body: AssignmentBody) -> TheirAssignment:
        raise Missing

    def update(self, unique_id: str, body: AssignmentBody) -> TheirAssignment:
        self.work[unique_id] = replace(self.work[unique_id], title=body.title, due_on=body.due_on)
        return self.work[unique_id]


def form_of(text: str) -> Form:
    if not text:
        return EMPTY
    return EXEMPT if text == "exempt" else Form("whole percent", whole(Decimal(text)))
