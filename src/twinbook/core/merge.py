"""The three-way merge of one cell: rules C1 to C4, C7 and C8 of the design, over the rows of table C2.

Blind to which far side it is: everything that is peculiar to one is asked of its adapter.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import assert_never

from twinbook.core.cells import (
    CellBase,
    CellState,
    Decision,
    Hold,
    Intent,
    Membership,
    NewBase,
    Nothing,
    OpenProblem,
    Policy,
    ProblemCode,
    Send,
    TakeOver,
)
from twinbook.core.remote import CellTerms, FarSide, Impossible, Sendable, TheirCell
from twinbook.core.sentence import sentence
from twinbook.core.table import Action, Compared, Moved, action_for
from twinbook.core.values import Blank, ForeignMark, Form, Mark, Maxima, Number, OurValue


def decide(
    cell: CellState, far: FarSide, assignment: CellTerms, policy: Policy, *, overwrite: Policy = Policy.ASK
) -> Decision:
    """What to do about one cell.

    `assignment`: the terms of the pair; a row's own maxima replace them here. `overwrite`: what a confirmed set-up
    decided for cells where both sides hold a value and nothing was agreed before (`scores_from`); ASK leaves them as
    conflicts.
    """
    if cell.theirs is None:
        return Nothing(agreed=False)
    theirs = cell.theirs
    terms = _row_terms(assignment, theirs)
    echoed = _echo(cell, theirs)
    base = echoed or cell.base
    decision = _decide(cell, base, theirs, far, terms, policy, overwrite)
    return _with_echo(decision, echoed)


def _decide(
    cell: CellState,
    base: CellBase | None,
    theirs: TheirCell,
    far: FarSide,
    terms: CellTerms,
    policy: Policy,
    overwrite: Policy,
) -> Decision:
    ours_moved, theirs_moved = movements(cell, base, theirs, far, terms.maxima.ours)
    # Nearly every cell of every night rests: there is nothing to convert.
    resting = ours_moved is theirs_moved is Moved.UNCHANGED
    compared = Compared.ANY if resting else _compare(cell.ours.value, theirs, far, terms)
    action = action_for(ours_moved, theirs_moved, compared)
    if action not in (Action.NOTHING, Action.NEW_BASE) and _still_rejected(cell, theirs):
        return Hold(ProblemCode.REJECTED, "")
    match action:
        case Action.NOTHING:
            return Nothing(agreed=True)
        case Action.NEW_BASE:
            return _new_base(cell, theirs, far, terms)
        case Action.SEND:
            moved = base is not None and points_moved_here(cell, base, terms.maxima.ours)
            why = sentence("points changed here") if moved else _why_ours(base)
            return _send(cell, theirs, far, terms, why)
        case Action.TAKE_OVER:
            if base is None and _is_open_conflict(cell.problem):
                return Hold(ProblemCode.CONFLICT, "")
            return _take_over(cell, theirs, far, terms, _why_theirs(base))
        case Action.CONFLICT:
            return _conflict(cell, theirs, far, terms, _policy_for(cell, base, policy, overwrite))
        case other:
            assert_never(other)


def _why_ours(base: CellBase | None) -> str:
    """A half that was never agreed is what an answer to a question leaves behind (C3)."""
    if base is not None and base.ours is None:
        return sentence("a person chose the value here")
    return sentence("changed here")


def _why_theirs(base: CellBase | None) -> str:
    if base is not None and base.theirs is None:
        return sentence("a person chose the value of Aeries")
    return sentence("changed in Aeries")


def _policy_for(cell: CellState, base: CellBase | None, policy: Policy, overwrite: Policy) -> Policy:
    """A policy applies to conflicts that arise after it was set: an open question stays a question (surface §3.6)."""
    if base is None and overwrite is not Policy.ASK:
        return overwrite
    return Policy.ASK if _is_open_conflict(cell.problem) else policy


def movements(
    cell: CellState, base: CellBase | None, theirs: TheirCell, far: FarSide, points: Decimal
) -> tuple[Moved, Moved]:
    """C1: a side has changed if and only if its own form differs from its own half of the base.

    A cell that was typed away and back counts as changed only when the far side changed too: someone chose that value
    again, and an older edit must not win unasked.

    `points`: the activity's, in LMS points. Where they are no longer those of the base, our number says another thing
    (A3): it counts as changed, and what our own change of the maxima did to the row there does not.
    """
    if base is None:
        return Moved.NO_BASE, Moved.NO_BASE
    if points_moved_here(cell, base, points):
        rescaled = base.theirs is not None and far.rescaled(base.theirs, base.maxima, theirs)
        return Moved.CHANGED, _moved(theirs.form != base.theirs and not rescaled)
    theirs_changed = base.theirs is None or theirs.form != base.theirs or _other_row_maxima(base, theirs, far)
    ours_changed = base.ours is None or cell.ours.value != base.ours
    chosen_again = theirs_changed and cell.ours.version != base.ours_version
    return _moved(ours_changed or chosen_again), _moved(theirs_changed)


def points_moved_here(cell: CellState, base: CellBase, points: Decimal) -> bool:
    numbers = isinstance(cell.ours.value, Number) and isinstance(base.ours, Number)
    return numbers and base.maxima.ours != points


def _other_row_maxima(base: CellBase, theirs: TheirCell, far: FarSide) -> bool:
    """A row whose own maxima moved says another thing with the same number (A3). Blanks and marks have no unit."""
    if not far.in_row_units(theirs.form):
        return False
    return (base.maxima.entry, base.maxima.weight) != (theirs.entry_max, theirs.weight_max)


def _moved(changed: bool) -> Moved:
    return Moved.CHANGED if changed else Moved.UNCHANGED


def _echo(cell: CellState, theirs: TheirCell) -> CellBase | None:
    """C4: a far value that differs from the base and equals what an unsettled intent sent is our own write.

    The base becomes that intent's pair, both halves. Of several, the latest counts: an earlier one with the same number
    says the same about the far side, and less about ours.
    """
    if cell.base is not None and cell.base.theirs == theirs.form:
        return None
    matching = [intent for intent in cell.intents if intent.sent == theirs.form]
    return intent_base(matching[-1]) if matching else None


def intent_base(intent: Intent) -> CellBase:
    """Under the maxima that it was sent for: where the row has others by now, the same number says another thing (A3)."""
    return CellBase(intent.ours, intent.ours_version, intent.sent, intent.maxima)


def _row_terms(assignment: CellTerms, theirs: TheirCell) -> CellTerms:
    ours = assignment.maxima.ours
    return CellTerms(Maxima(ours, theirs.entry_max, theirs.weight_max), assignment.grading_completed)


def _compare(ours: OurValue, theirs: TheirCell, far: FarSide, terms: CellTerms) -> Compared:
    if far.agrees(ours, theirs, terms):
        return Compared.EQUAL
    theirs_value = far.decode(theirs, terms.maxima.ours)
    if isinstance(ours, Blank):
        return Compared.OURS_BLANK
    return Compared.THEIRS_BLANK if isinstance(theirs_value, Blank) else Compared.DIFFERENT


def _new_base(cell: CellState, theirs: TheirCell, far: FarSide, terms: CellTerms) -> Decision:
    base = CellBase(cell.ours.value, cell.ours.version, theirs.form, terms.maxima)
    if far.is_unknown_mark(theirs.form):
        return NewBase(base, sentence("an unmapped mark, shown as it stands"))
    return NewBase(base, sentence("equal on both sides"))


def _send(cell: CellState, theirs: TheirCell, far: FarSide, terms: CellTerms, why: str) -> Decision:
    if cell.keep_here:
        return Nothing(agreed=False)
    if far.is_unknown_mark(theirs.form):
        return Hold(ProblemCode.UNKNOWN_MARK, "")
    encoded = far.encode(cell.ours.value, terms)
    if isinstance(encoded, Impossible):
        return Hold(ProblemCode(encoded.code), encoded.to_type)
    if cell.membership is Membership.ABSENT:
        return Hold(ProblemCode.NOT_IN_GRADEBOOK, "")
    if not cell.term_open and not cell.send_anyway:
        return Hold(ProblemCode.TERM_ENDED, "")
    return _sendable(cell, theirs, far, terms, encoded, why)


def _sendable(
    cell: CellState, theirs: TheirCell, far: FarSide, terms: CellTerms, encoded: Sendable, why: str
) -> Send:
    return Send(
        ours=cell.ours,
        form=encoded.form,
        entry_text=encoded.text,
        terms=terms,
        replaces=far.decode(theirs, terms.maxima.ours),
        date_completed=theirs.date_completed,
        why=why,
    )


def _still_rejected(cell: CellState, theirs: TheirCell) -> bool:
    """Aeries refused this very version: asking again by itself would go on for ever."""
    problem = cell.problem
    return (
        problem is not None
        and problem.code is ProblemCode.REJECTED
        and problem.ours_version == cell.ours.version
        and problem.theirs == theirs.form
    )


def _take_over(cell: CellState, theirs: TheirCell, far: FarSide, terms: CellTerms, why: str) -> Decision:
    value = far.decode(theirs, terms.maxima.ours)
    if isinstance(value, Blank) and not isinstance(cell.ours.value, Blank):
        if not cell.students_read_after:
            return Nothing(agreed=False)
        match cell.membership:
            case Membership.ABSENT | Membership.READDED:
                return Hold(ProblemCode.READDED, "")
            case Membership.WRITABLE:
                pass
            case other:
                assert_never(other)
    return TakeOver(cell.ours.version, cell.ours.value, value, theirs, terms.maxima, why)


def _conflict(cell: CellState, theirs: TheirCell, far: FarSide, terms: CellTerms, policy: Policy) -> Decision:
    theirs_blank = isinstance(far.decode(theirs, terms.maxima.ours), Blank)
    if isinstance(cell.ours.value, (Mark, ForeignMark)) and theirs_blank:
        return _send(cell, theirs, far, terms, "")
    match policy:
        case Policy.ASK:
            return Hold(ProblemCode.CONFLICT, "")
        case Policy.LMS:
            return _send(
                cell, theirs, far, terms, sentence("both sides changed; the class's rule lets the LMS win")
            )
        case Policy.AERIES:
            return _take_over(
                cell, theirs, far, terms, sentence("both sides changed; the class's rule lets Aeries win")
            )
        case other:
            assert_never(other)


def _is_open_conflict(problem: OpenProblem | None) -> bool:
    return problem is not None and problem.code is ProblemCode.CONFLICT


def _with_echo(decision: Decision, echoed: CellBase | None) -> Decision:
    if echoed is None:
        return decision
    match decision:
        case Nothing():
            return NewBase(echoed, sentence("our own earlier write, read back"), echo=echoed)
        case Send() | Hold() | NewBase():
            return replace(decision, echo=echoed)
        case TakeOver():
            return decision
        case other:
            assert_never(other)


def taken_over_base(step: TakeOver, new_version: int) -> CellBase:
    """The base after our cell was set to what the far side holds."""
    return CellBase(step.value, new_version, step.theirs.form, step.maxima)


def answered_base(step: Send, answered: TheirCell) -> CellBase:
    """The base after a push: what was sent and answered, never the LMS value of that later moment (C6)."""
    maxima = Maxima(step.terms.maxima.ours, answered.entry_max, answered.weight_max)
    return CellBase(step.ours.value, step.ours.version, answered.form, maxima)


def resolved_base(
    base: CellBase | None, winner: Policy, ours: OurValue, version: int, theirs: Form, maxima: Maxima
) -> CellBase:
    """C3: resolving writes no value itself; it moves the loser's half of the base to the value that was seen.

    The winner's half becomes "never agreed", so that its value moves even where it equals an older agreement.
    """
    match winner:
        case Policy.LMS:
            return CellBase(None, version, theirs, maxima)
        case Policy.AERIES:
            return CellBase(ours, version, None, maxima)
        case Policy.ASK:
            raise ValueError("a resolution needs a winner")
        case other:
            assert_never(other)
