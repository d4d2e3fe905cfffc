"""One cell's state as the merge sees it, and what the merge may decide about it.

A cell is (student, activity, gradebook). All types here are values; times are ISO-free aware datetimes given by the
caller, ids are the caller's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from twinbook.core.remote import CellTerms, TheirCell
from twinbook.core.values import Form, Maxima, OurValue


@dataclass(frozen=True, slots=True)
class CellBase:
    """What both sides held when they last agreed, each in its own form (C1).

    A half of None has never been agreed: that side counts as changed. Resolving a conflict leaves such a half behind on
    the winner's side, so that the winner's value moves even where it equals an older agreement.
    """

    ours: OurValue | None
    ours_version: int
    theirs: Form | None
    maxima: Maxima
    """ours in LMS points; entry and weight are the *row's* own, as read back with the value."""
    their_revision: str | None = None


@dataclass(frozen=True, slots=True)
class OurCell:
    value: OurValue
    version: int
    """Counts changes of the value only; 0 where no row exists yet."""
    typed: bool
    """A person typed it, a screen or a score route saved it, or a preview confirmed it: exempt from the brake (G1)."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that was committed before it was sent, and is not settled yet (C4)."""

    id: int
    ours: OurValue
    ours_version: int
    sent: Form
    maxima: Maxima
    ended_at: datetime | None
    """When the request ended on our side; None while it is under way or its worker died."""
    replaced: Form | None = None
    """What stood there when it was decided, if it was never agreed and is in no history yet."""


class Policy(StrEnum):
    ASK = "ask"
    LMS = "lms"
    AERIES = "aeries"


class Membership(StrEnum):
    """The student in the far gradebook, judged by the last reading of its student list (C7)."""

    WRITABLE = "writable"
    ABSENT = "absent"
    """Not in the gradebook, dropped, or the due date lies outside the student's span."""
    READDED = "readded"
    """Dropped and added again, or with other dates, since the base: a blank of theirs may be the new row's."""


class ProblemCode(StrEnum):
    """The codes of public surface §3.6 that concern one cell."""

    CONFLICT = "conflict"
    MARK_NEEDS_TYPING = "mark_needs_typing"
    CLEAR_NEEDS_TYPING = "clear_needs_typing"
    REJECTED = "rejected_by_aeries"
    UNKNOWN_MARK = "unknown_mark"
    NOT_IN_GRADEBOOK = "student_not_in_gradebook"
    READDED = "student_readded"
    TERM_ENDED = "term_ended"
    MASS_CHANGE = "mass_change"
    UNSUPPORTED_MAXIMA = "unsupported_maxima"


@dataclass(frozen=True, slots=True)
class OpenProblem:
    code: ProblemCode
    ours: OurValue | None
    theirs: Form | None
    ours_version: int


@dataclass(frozen=True, slots=True)
class CellState:
    """Everything `merge.decide` looks at. `theirs` None: the row was absent from the reading, which says nothing."""

    student: int
    ours: OurCell
    theirs: TheirCell | None
    base: CellBase | None
    intents: tuple[Intent, ...]
    problem: OpenProblem | None
    membership: Membership
    students_read_after: bool
    """The student list was read after these scores: only then may a blank be taken over (C7)."""
    term_open: bool
    """Whether the term of the due date is not past its grace days (G2)."""
    send_anyway: bool = False
    """A person answered `send_anyway` to `term_ended` for this version of the value."""
    keep_here: bool = False
    """A person answered `keep_here`: this version of the value is not sent, and nobody is asked again."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Both sides stand where they agreed, or nothing can be said this time."""

    agreed: bool
    """True when the reading shows the agreed value: the cell is synced as of this reading."""


@dataclass(frozen=True, slots=True)
class NewBase:
    base: CellBase
    why: str
    echo: CellBase | None = None
    """An unsettled write of ours was recognised first."""


@dataclass(frozen=True, slots=True)
class Send:
    ours: OurCell
    form: Form
    entry_text: str
    """What the request says."""
    terms: CellTerms
    replaces: OurValue
    """What the far side holds now, in our words: it goes into the history."""
    date_completed: str | None
    echo: CellBase | None = None
    """An unsettled write of ours was recognised first: this base is committed together with the new intent."""
    why: str = "changed here"


@dataclass(frozen=True, slots=True)
class TakeOver:
    expected_version: int
    before: OurValue
    value: OurValue
    theirs: TheirCell
    maxima: Maxima
    why: str


@dataclass(frozen=True, slots=True)
class Hold:
    code: ProblemCode
    to_type: str
    echo: CellBase | None = None


Decision = Nothing | NewBase | Send | TakeOver | Hold
