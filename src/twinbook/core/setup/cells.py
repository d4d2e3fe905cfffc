"""The cells of a set-up: table C2 without a base, over every student whom both sides know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from twinbook.core.cells import (
    CellState,
    Decision,
    Hold,
    Membership,
    NewBase,
    Nothing,
    OurCell,
    Policy,
    ProblemCode,
    Send,
    TakeOver,
)
from twinbook.core.merge import decide
from twinbook.core.remote import CellTerms, FarSide, TheirCell
from twinbook.core.setup.checks import class_list, seats_of
from twinbook.core.setup.context import SetupContext
from twinbook.core.setup.steps import CellStep, Outcome
from twinbook.core.setup.terms import membership, term_open
from twinbook.core.snapshot import ClassSnapshot, GradebookReading, OurStudent, TheirStudent
from twinbook.core.values import BLANK, Blank, Form, Maxima

UNTOUCHED = OurCell(BLANK, 0, False)
BLANK_FORM = Form("blank")


@dataclass(frozen=True, slots=True)
class PairTerms:
    """What holds for all cells of one pair: the flag and the due date as they will be when its fields are done."""

    maxima: Maxima
    grading_completed: bool
    due_on: date | None
    scores_from: Policy


class Cells:
    """Decides the cells of any pair of one class and one reading."""

    def __init__(
        self, snapshot: ClassSnapshot, reading: GradebookReading, far: FarSide, context: SetupContext
    ) -> None:
        self._snapshot, self._reading, self._far, self._context = snapshot, reading, far, context
        self._students = class_list(snapshot)
        self._seats: Mapping[int, list[TheirStudent]] = seats_of(reading)

    def of_pair(self, activity: int, unique_id: str, terms: PairTerms) -> tuple[CellStep, ...]:
        ours = self._snapshot.scores.get(activity, {})
        theirs = self._reading.scores.get(unique_id, {})
        return tuple(
            self._steps(
                terms,
                {s.id: ours.get(s.id, UNTOUCHED) for s in self._students.values()},
                {sis: theirs.get(sis) for sis in self._students},
            )
        )

    def of_new_activity(self, unique_id: str, terms: PairTerms) -> tuple[CellStep, ...]:
        """The LMS activity does not exist yet: its cells are blanks that nobody ever touched."""
        theirs = self._reading.scores.get(unique_id, {})
        return tuple(
            self._steps(
                terms,
                {s.id: UNTOUCHED for s in self._students.values()},
                {sis: theirs.get(sis) for sis in self._students},
            )
        )

    def of_new_assignment(self, activity: int, terms: PairTerms) -> tuple[CellStep, ...]:
        """The Aeries assignment does not exist yet: each active student will have a blank row (reference §11.3)."""
        ours = self._snapshot.scores.get(activity, {})
        blank = TheirCell(BLANK_FORM, terms.maxima.entry, terms.maxima.weight)
        steps = self._steps(
            terms,
            {s.id: ours.get(s.id, UNTOUCHED) for s in self._students.values()},
            {sis: blank if self._is_active(sis) else None for sis in self._students},
        )
        return tuple(replace(step, theirs=None) for step in steps)

    def _is_active(self, sis: int) -> bool:
        return any(not seat.tag.strip() for seat in self._seats.get(sis, []))

    def scored(self, activity: int, unique_id: str) -> bool:
        """Whether either side holds a value of any student, in the class or not."""
        ours = self._snapshot.scores.get(activity, {}).values()
        theirs = self._reading.scores.get(unique_id, {}).values()
        return any(not isinstance(cell.value, Blank) for cell in ours) or any(
            cell.form != BLANK_FORM for cell in theirs
        )

    def term_is_open(self, due_on: date | None) -> bool:
        return term_open(self._reading, due_on, self._context)

    def _steps(
        self, terms: PairTerms, ours: Mapping[int, OurCell], theirs: Mapping[int, TheirCell | None]
    ) -> Iterator[CellStep]:
        for sis, student in self._students.items():
            step = self._step(terms, student, sis, ours[student.id], theirs[sis])
            if step is not None:
                yield step

    def _step(
        self, terms: PairTerms, student: OurStudent, sis: int, ours: OurCell, theirs: TheirCell | None
    ) -> CellStep | None:
        seat = membership(self._seats.get(sis, []), terms.due_on, self._context.today)
        both_blank = isinstance(ours.value, Blank) and (theirs is None or theirs.form == BLANK_FORM)
        if both_blank:
            return None
        form = None if theirs is None else theirs.form
        step = CellStep(student.id, sis, Outcome.AGREE, ours.value, ours.version, form)
        if theirs is None:
            return _without_row(step, seat)
        state = CellState(
            student=student.id,
            ours=ours,
            theirs=theirs,
            base=None,
            intents=(),
            problem=None,
            membership=seat,
            students_read_after=True,
            term_open=self.term_is_open(terms.due_on),
        )
        cell_terms = CellTerms(terms.maxima, terms.grading_completed)
        decision = decide(state, self._far, cell_terms, Policy.ASK, overwrite=terms.scores_from)
        return _with_decision(step, decision)


def _without_row(step: CellStep, seat: Membership) -> CellStep:
    if seat is Membership.ABSENT:
        return replace(step, outcome=Outcome.HOLD, code=ProblemCode.NOT_IN_GRADEBOOK)
    return replace(step, outcome=Outcome.UNREAD)


def _with_decision(step: CellStep, decision: Decision) -> CellStep:
    match decision:
        case Nothing() | NewBase():
            return step
        case Send():
            return replace(step, outcome=Outcome.SEND, sends=decision.form)
        case TakeOver():
            return replace(step, outcome=Outcome.TAKE_OVER, becomes=decision.value)
        case Hold(code=ProblemCode.CONFLICT):
            return replace(step, outcome=Outcome.CONFLICT, code=ProblemCode.CONFLICT)
        case Hold():
            return replace(step, outcome=Outcome.HOLD, code=decision.code, to_type=decision.to_type)
        case other:
            assert_never(other)
