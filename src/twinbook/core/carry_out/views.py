"""What a generator is shown of the stored state: plain values, loaded in one snapshot per view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from twinbook.core.brake import BrakeLimits
from twinbook.core.cells import CellBase, Intent, Membership, OpenProblem, OurCell, Policy
from twinbook.core.fields import CategoryMap, FieldBase
from twinbook.core.remote import FarSide
from twinbook.core.snapshot import OurActivity, TheirStudent, TheirTerm
from twinbook.core.values import Maxima


class PairState(StrEnum):
    LINKED = "linked"
    CREATING = "creating"
    HELD = "held"
    IGNORED_IN_LMS = "ignored_in_lms"
    IGNORED_IN_AERIES = "ignored_in_aeries"
    UNLINKED = "unlinked"


class NewItems(StrEnum):
    CREATE = "create"
    ASK = "ask"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class MassAnswer:
    """What a person said to a mass change: about exactly the plan with this fingerprint, and no other (G1)."""

    approved: bool
    """False: discarded."""
    fingerprint: str
    who: str


class GradingRule(StrEnum):
    """When “grading completed” is switched (A6)."""

    BY_HAND = "by_hand"
    WHEN_EVERYONE = "when_everyone_has_a_value"
    ON_DUE_DATE = "on_due_date"


@dataclass(frozen=True, slots=True)
class PairHead:
    id: int
    state: PairState
    unique_id: str | None
    activity_id: int | None
    title: str
    dirty: bool
    """Its activity changed since this pair was last looked through, or an unsettled write makes it due."""
    missing_since: datetime | None
    activity_deleted: bool
    ours: OurActivity | None = None
    """The pair's activity: the class's pairs teach the proposer its habits."""
    scores_read_at: datetime | None = None
    external_id: str | None = None

    @property
    def remembered(self) -> bool:
        """An assignment that was ours once and is gone: should it turn up again, a person is asked."""
        return self.state is PairState.UNLINKED and self.activity_id is None

    @property
    def without_partner(self) -> bool:
        """Left alone on its side: a new item of the other side may be the same work (A4)."""
        return self.state in (PairState.IGNORED_IN_LMS, PairState.IGNORED_IN_AERIES) or self.remembered


@dataclass(frozen=True, slots=True)
class LinkView:
    link_id: int
    class_id: int
    generation: int
    """The class's change counter as of this view: the most that a look may claim to have seen (J1)."""
    writes: bool
    """False in `observe` mode: everything is read and planned, nothing is written on either side."""
    policy: Policy
    new_in_aeries: NewItems
    new_in_lms: NewItems
    grading_rule: GradingRule
    create_after: timedelta
    grace: timedelta
    longest_timeout: timedelta
    second_look: timedelta
    far: FarSide
    brake: BrakeLimits
    categories: CategoryMap
    ignored_codes: frozenset[str]
    students: tuple[TheirStudent, ...]
    students_read_at: datetime | None
    gradebook_read_at: datetime | None
    terms: tuple[TheirTerm, ...]
    today: date
    pairs: tuple[PairHead, ...]
    new_activities: tuple[OurActivity, ...]
    """Activities in no pair yet."""
    asked_about: frozenset[int]
    """Those of them about which a person is asked already (`new_in_lms` ask)."""
    missing_since: datetime | None
    """First look that did not find the gradebook itself (A7)."""
    students_missing_since: datetime | None
    """First reading of the list of students that lacked some that it had (A7)."""
    create_here: frozenset[str]
    """UniqueIDs of new assignments that a person said to create here although they look like something known."""
    roster: Mapping[int, int]
    """StudentID → our id: the class's active students whom Aeries knows."""
    values_in_class: int
    """Non-blank LMS values under linked pairs: what the class brake measures against."""
    braked: frozenset[str] = frozenset()
    """Subjects of the open questions about mass changes."""
    answers: Mapping[str, MassAnswer] = field(default_factory=dict)
    """By subject: what a person answered to one of these questions."""
    to_delete: frozenset[str] = frozenset()
    """UniqueIDs that a person is asked to delete there: the question closes once they are no longer listed."""
    base_doubtful: bool = False
    """The database was restored and this link was not looked through since: assignments that Twinbook made later are
    strangers to it (G3)."""

    def membership(self, sis_student_id: int, due_on: date | None, agreed_as: str | None) -> Membership:
        """By the last reading of the student list. `agreed_as`: the membership token stored with the base."""
        row = next((s for s in self.students if s.student_id == sis_student_id), None)
        if row is None or row.tag.strip() or not row.spans(due_on or self.today):
            return Membership.ABSENT
        if agreed_as and agreed_as != membership_token(row):
            return Membership.READDED
        return Membership.WRITABLE

    def membership_now(self, sis_student_id: int) -> str:
        """The token to store with a base that is agreed now; blank for who is not in the list."""
        row = next((s for s in self.students if s.student_id == sis_student_id), None)
        return "" if row is None else membership_token(row)

    def same_membership(self, sis_student_id: int, agreed_as: str | None) -> bool:
        """Whether the student is in the gradebook, and in the same way as when the value was agreed (C7)."""
        row = next((s for s in self.students if s.student_id == sis_student_id), None)
        return row is not None and not row.tag.strip() and agreed_as == membership_token(row)

    def term_open(self, due_on: date | None) -> bool:
        """G2: the gradebook term that holds the due date decides; of several the one that ends last; none: not ended."""
        if due_on is None:
            return True
        ends = [
            term.ends_on
            for term in self.terms
            if term.ends_on is not None
            and (term.starts_on is None or term.starts_on <= due_on)
            and due_on <= term.ends_on
        ]
        return not ends or self.today <= max(ends) + self.grace


def membership_token(row: TheirStudent) -> str:
    return f"{row.starts_on or ''}|{row.ends_on or ''}|{row.tag.strip()}"


@dataclass(frozen=True, slots=True)
class CellView:
    student: int
    sis_student_id: int
    ours: OurCell
    base: CellBase | None
    agreed_as: str | None
    intents: tuple[Intent, ...]
    problem: OpenProblem | None
    send_anyway: bool
    keep_here: bool = False
    older: bool = False
    """Saved before the student's home began: nothing of it goes along by itself (C7)."""
    left: bool = False
    """Older, and a person chose to leave it behind at this version."""


@dataclass(frozen=True, slots=True)
class PairView:
    """One pair with everything that deciding about it needs. `cells`: the class's active students whom Aeries knows."""

    id: int
    state: PairState
    activity: OurActivity
    edited_at: datetime
    unique_id: str | None
    number: int | None
    external_id: str | None
    create_sent_at: datetime | None
    create_ended_at: datetime | None
    """None with `create_sent_at` set: the worker died in the middle, and is not yet known to be dead."""
    create_confirmed: bool
    fields: FieldBase
    maxima: Maxima | None
    their_due_on: date | None
    their_grading_completed: bool
    cells: tuple[CellView, ...]
    open_question: str | None
    """Code of an open problem of the pair itself (possible_duplicate, rejected_by_aeries …)."""
    fields_in_question: bool
    """A problem about one of its fields is open: a look that finds them fine has to close it."""
    fields_in_conflict: frozenset[str]
    """Fields about which a conflict is open."""
    refused: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    """Field → what Aeries was asked to take, what stood there, and its refusal, as long as that question is open."""
    rule_fired: bool = False
    """The rule of grading completed has fired for it, or a person has switched: it never fires again (A6)."""
    zeros_asked: bool = False
    """Whether a person is asked about blanks that would become zeros."""
    confirmed_in_summary: bool = False
    """Who confirmed this create saw what is left alone there; only what has appeared since may hold it (A4)."""

    def sis_student_id(self, student: int) -> int:
        """Raises StopIteration for a student who has no cell here."""
        return next(view.sis_student_id for view in self.cells if view.student == student)
