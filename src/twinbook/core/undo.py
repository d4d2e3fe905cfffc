"""Undo of one run, cell by cell and field by field (G4): where it goes back to, and where it is left alone and why.

An undo is a person's edit with a target for both sides: what was agreed before the run. Only what nobody has edited since,
on either side, goes back; what the far side cannot be given is left for a person to type there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from twinbook.core.carry_out.changes import NEVER_AGREED
from twinbook.core.cells import CellBase, Membership, OurCell, ProblemCode
from twinbook.core.fields import CategoryMap, Field, agree, to_ours, to_theirs
from twinbook.core.remote import CellTerms, FarSide, Impossible, Sendable, TheirCell
from twinbook.core.values import Form, Maxima, OurValue


class Reason(StrEnum):
    """Why something is left as it is."""

    CHANGED_HERE = "changed_here"
    CHANGED_THERE = "changed_there"
    NOT_IN_GRADEBOOK = "student_not_in_gradebook"
    NOT_IN_CLASS = "student_not_in_class"
    UNREADABLE = "unreadable"
    DELETED = "deleted"
    IN_USE = "in_use"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Moved:
    """A cell before a run moved it. `side`: where the run wrote. `agreed`: both halves were agreed before."""

    side: Literal["lms", "aeries"]
    agreed: bool
    ours: OurValue | None
    theirs: Form | None
    after_version: int


@dataclass(frozen=True, slots=True)
class CellNow:
    """`theirs` None: no row there. `base` None: never agreed."""

    ours: OurCell
    theirs: TheirCell | None
    base: CellBase | None
    membership: Membership = Membership.WRITABLE
    term_open: bool = True


@dataclass(frozen=True, slots=True)
class LeaveAlone:
    reason: Reason


@dataclass(frozen=True, slots=True)
class PutBack:
    """Our cell becomes `value`. `there`: their cell holds something else now and follows. `problem`: it cannot, and the
    cell is held with the text to type there."""

    value: OurValue
    expected_version: int
    there: OurValue | None
    problem: ProblemCode | None = None
    to_type: str = ""


def put_back(moved: Moved, now: CellNow, far: FarSide, terms: CellTerms) -> PutBack | LeaveAlone:
    """One cell of a class that is still joined with the gradebook. `terms`: as they are now."""
    if now.ours.version != moved.after_version:
        return LeaveAlone(Reason.CHANGED_HERE)
    theirs = now.theirs
    if theirs is None:
        return LeaveAlone(Reason.NOT_IN_GRADEBOOK)
    if now.base is None or now.base.theirs != theirs.form:
        return LeaveAlone(Reason.CHANGED_THERE)
    value = target(moved, theirs, far, terms.maxima)
    if value is None:
        return LeaveAlone(Reason.UNKNOWN)
    row_terms = CellTerms(
        Maxima(terms.maxima.ours, theirs.entry_max, theirs.weight_max), terms.grading_completed
    )
    if far.agrees(value, theirs, row_terms):
        return PutBack(value, now.ours.version, None)
    there = far.decode(theirs, terms.maxima.ours)
    problem, to_type = obstacle(value, theirs, now, far, row_terms)
    return PutBack(value, now.ours.version, there, problem, to_type)


def obstacle(
    value: OurValue, theirs: TheirCell, now: CellNow, far: FarSide, terms: CellTerms
) -> tuple[ProblemCode | None, str]:
    """What keeps the far side from being given the value, as the merge would judge it; and the text to type there."""
    encoded = far.encode(value, terms)
    text = encoded.text if isinstance(encoded, Sendable) else encoded.to_type
    if far.is_unknown_mark(theirs.form):
        return ProblemCode.UNKNOWN_MARK, text
    if isinstance(encoded, Impossible):
        return ProblemCode(encoded.code), text
    if now.membership is Membership.ABSENT:
        return ProblemCode.NOT_IN_GRADEBOOK, text
    if not now.term_open:
        return ProblemCode.TERM_ENDED, text
    return None, ""


def target(moved: Moved, theirs: TheirCell | None, far: FarSide, maxima: Maxima) -> OurValue | None:
    """What was agreed before the run. Where nothing had been, the value that the run overwrote, on the side where it did.
    None: nobody knows it."""
    if moved.agreed or moved.side == "lms" or theirs is None or moved.theirs is None:
        return moved.ours
    return far.decode(TheirCell(moved.theirs, theirs.entry_max, theirs.weight_max), maxima.ours)


@dataclass(frozen=True, slots=True)
class MovedHalves:
    """Both halves of a field: agreed before the run, and as the run left them (None: unknown)."""

    field: Field
    ours: str
    theirs: str
    after_ours: str | None
    after_theirs: str | None


@dataclass(frozen=True, slots=True)
class PutBackField:
    """`there`: what stands there until it follows; None: it agrees already. `to_type`: it stood otherwise there than here
    when both agreed, and is left for a person to type."""

    ours: str
    there: str | None
    to_type: str = ""


def put_back_field(
    moved: MovedHalves, ours_now: str, theirs_now: str | None, categories: CategoryMap
) -> PutBackField | LeaveAlone:
    """`theirs_now` None: the class is no longer joined, only our side counts."""
    if moved.after_ours is None:
        return LeaveAlone(Reason.UNKNOWN)  # the run died before it had agreed on anything
    if ours_now != moved.after_ours:
        return LeaveAlone(Reason.CHANGED_HERE)
    if theirs_now is not None and moved.after_theirs is not None and theirs_now != moved.after_theirs:
        return LeaveAlone(Reason.CHANGED_THERE)
    ours = moved.ours
    if ours == NEVER_AGREED:
        found = to_ours(moved.field, moved.theirs, categories)
        if found is None:
            return LeaveAlone(Reason.UNKNOWN)
        ours = found
    if theirs_now is None:
        return PutBackField(ours, None)
    if moved.theirs != NEVER_AGREED and not agree(moved.field, ours, moved.theirs, categories):
        return PutBackField(ours, theirs_now, moved.theirs)
    converted = to_theirs(moved.field, ours, categories, theirs_now)
    if converted is None or agree(moved.field, ours, theirs_now, categories):
        return PutBackField(ours, None)
    return PutBackField(ours, theirs_now)
