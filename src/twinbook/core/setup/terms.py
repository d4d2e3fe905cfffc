"""Who and what may still be written in the far gradebook: students' spans and the end of terms (C7, G2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from twinbook.core.cells import Membership
from twinbook.core.setup.context import SetupContext
from twinbook.core.snapshot import GradebookReading, TheirStudent, TheirTerm


def membership(seats: Iterable[TheirStudent], due_on: date | None, today: date) -> Membership:
    """`seats`: the student's rows in the gradebook. Without a due date Aeries takes today."""
    day = due_on or today
    writable = any(not seat.tag.strip() and seat.spans(day) for seat in seats)
    return Membership.WRITABLE if writable else Membership.ABSENT


def term_holding(terms: Iterable[TheirTerm], day: date) -> TheirTerm | None:
    """The gradebook term that holds the day; of several the one that ends last."""
    holding = [
        term
        for term in terms
        if (term.starts_on is None or term.starts_on <= day) and (term.ends_on is None or day <= term.ends_on)
    ]
    return max(holding, key=lambda term: term.ends_on or date.max, default=None)


def term_open(reading: GradebookReading, due_on: date | None, context: SetupContext) -> bool:
    """Whether the term of the due date is not past its grace days; a date in no term has not ended."""
    term = None if due_on is None else term_holding(reading.terms, due_on)
    if term is None or term.ends_on is None:
        return True
    return context.today <= term.ends_on + timedelta(days=context.grace_days)


def ends_on(reading: GradebookReading) -> date | None:
    """The last day of the gradebook, as far as it is known."""
    days = [term.ends_on for term in reading.terms if term.ends_on is not None]
    return max([*days, *([reading.ends_on] if reading.ends_on else [])], default=None)
