"""The scores of one pair: read, merge, send, prove (C4 to C7).

One request carries only the cells that must change; its answer holds all scores of the assignment and is both the proof
and a new reading. A refused batch is halved until the refused cell is alone.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, assert_never

from twinbook.core.brake import Compared
from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.report import Line, Report
from twinbook.core.carry_out.scores_outcome import (
    BlankedThere,
    Decided,
    Older,
    Pending,
    ScoresOutcome,
    kind_of,
)
from twinbook.core.carry_out.sending import Sending, moved_base, named
from twinbook.core.carry_out.views import CellView, LinkView, PairView
from twinbook.core.cells import (
    CellBase,
    CellState,
    Decision,
    Hold,
    Membership,
    NewBase,
    Nothing,
    Policy,
    ProblemCode,
    Send,
    TakeOver,
)
from twinbook.core.field_doubts import doubtful_until
from twinbook.core.merge import decide, resolved_base
from twinbook.core.remote import CellTerms, TheirCell
from twinbook.core.sentence import sentence
from twinbook.core.values import Blank, Form, Maxima

Steps = Generator[ef.Effect, Any, "ScoresOutcome"]


UNSEEN = timedelta(hours=24)
"""How long a doubt lasts about a cell whose row the readings do not show."""
LATER = timedelta(seconds=1)
"""Past the longest time-out by this much, so that a reading certainly began after it."""


def carry_out_scores(
    link: LinkView,
    pair: PairView,
    maxima: Maxima,
    reading: ef.Reading,
    lane: ef.Lane,
    report: Report,
    *,
    grading_completed: bool,
    decided: Decided | None = None,
) -> Steps:
    """`maxima`: the assignment's own, with ours. `decided`: what a confirmed summary decided for single cells.

    Interrupted at any yield: the next look finds the same difference, or its own echo, and goes on.
    """
    look = Look(link, pair, CellTerms(maxima, grading_completed), lane, report, decided)
    return (yield from look.run(reading))


class Look:
    def __init__(
        self,
        link: LinkView,
        pair: PairView,
        terms: CellTerms,
        lane: ef.Lane,
        report: Report,
        decided: Decided | None,
    ) -> None:
        self.link = link
        self.pair = pair
        self.terms = terms
        self.lane = lane
        self.report = report
        self.decided = decided
        self.out = ScoresOutcome()
        self._rows: Mapping[int, TheirCell] = {}

    def run(self, reading: ef.Reading) -> Steps:
        self._rows = self.out.rows = reading.rows
        self.out.unseen = sum(self._is_unseen(view) for view in self.pair.cells)
        decisions = self._decide(reading.rows, self.pair.cells)
        sends = {view.student: step for view, step in decisions if isinstance(step, Send)}
        self._note(decisions)
        if not self.link.writes:
            return self.out
        sending = Sending(self.link, self.pair, self.lane, self.report, self.out, self._rows, self._recorded)
        seen: list[ch.Change] = [
            *self._own_side(decisions),
            *sending.intents(sends),
            *self._settled_by(reading.began_at),
            ch.ScoresRead(self.pair.id, reading.began_at),
        ]
        if not sends:
            yield ef.Commit((*seen, *self._looked(reading, sending.uncertain)))
            return self.out
        committed: ef.Committed = yield ef.Commit(tuple(seen))
        yield from sending.run(sends, committed.intents)
        yield ef.Commit(tuple(self._looked(reading, sending.uncertain)))
        return self.out

    def _is_unseen(self, view: CellView) -> bool:
        if view.sis_student_id in self._rows or view.base is None or view.base.theirs is None:
            return False
        member = self.link.membership(view.sis_student_id, self.pair.their_due_on, view.agreed_as)
        return view.base.theirs != self.link.far.blank and member is Membership.WRITABLE

    def _recorded(self, student: int, step: Send, replaced: Form | None) -> ch.RecordWrite:
        before, after = str(step.replaces) or None, str(step.ours.value)
        return ch.RecordWrite(self.pair.activity.id, student, "score", before, after, step.why, replaced)

    def _looked(self, reading: ef.Reading, uncertain: list[datetime]) -> list[ch.Change]:
        due = ch.LookAgain(self.pair.id, self._look_again(reading.began_at, uncertain))
        if self.out.trouble is not None or self.out.again:
            return [due]
        return [ch.Looked(self.pair.id, self.pair.activity.generation), due]

    # Deciding

    def _decide(
        self, rows: Mapping[int, TheirCell], views: Iterable[CellView]
    ) -> list[tuple[CellView, Decision]]:
        return [(view, self._decide_one(view, rows.get(view.sis_student_id))) for view in views]

    def _decide_one(self, view: CellView, theirs: TheirCell | None) -> Decision:
        state = CellState(
            student=view.student,
            ours=view.ours,
            theirs=theirs,
            base=view.base,
            intents=view.intents,
            problem=view.problem,
            membership=self.link.membership(view.sis_student_id, self.pair.their_due_on, view.agreed_as),
            students_read_after=True,
            term_open=self.link.term_open(self.pair.their_due_on),
            send_anyway=view.send_anyway,
            keep_here=view.keep_here,
        )
        overwrite = self._overwrite(view, theirs)
        policy = Policy.ASK if view.older else self.link.policy
        decision = decide(state, self.link.far, self.terms, policy, overwrite=overwrite)
        if view.older and self._stays_behind(view, theirs, decision):
            return Nothing(agreed=False)
        if (
            theirs is None
            and not isinstance(view.ours.value, Blank)
            and not isinstance(decision, (Send, TakeOver))
        ):
            return self._without_row(view)
        return self._without_blanks(view, state, decision, overwrite)

    def _stays_behind(self, view: CellView, theirs: TheirCell | None, decision: Decision) -> bool:
        """C7: of what a mover brings, a difference on both sides is asked about cell by cell; what would be sent is offered
        as one plan; what cannot be received there is no question. A person's own choice goes through."""
        chosen = view.base is not None and view.base.ours is None
        if chosen or (self.decided is not None and view.student in self.decided.cells):
            return False
        if theirs is None:
            return True
        match decision:
            case Send():
                offered = True
            case Hold(code=ProblemCode.MARK_NEEDS_TYPING):
                offered = True
            case Hold(
                code=ProblemCode.NOT_IN_GRADEBOOK | ProblemCode.TERM_ENDED | ProblemCode.CLEAR_NEEDS_TYPING
            ):
                offered = False
            case _:
                return False
        if offered and not view.left:
            self.out.older.append(Older(self.pair.activity.id, view.student, view.ours, theirs.form))
        return True

    def _without_blanks(
        self, view: CellView, state: CellState, decision: Decision, overwrite: Policy
    ) -> Decision:
        """Put a blank over a value aside: by itself it proves nothing."""
        if isinstance(decision, Hold) and decision.code is ProblemCode.READDED:
            proven = replace(state, membership=Membership.WRITABLE)
            decision = decide(proven, self.link.far, self.terms, self.link.policy, overwrite=overwrite)
        if not isinstance(decision, TakeOver) or not isinstance(decision.value, Blank):
            return decision
        if isinstance(decision.before, Blank):
            return decision
        pending = self._pending(view, decision)
        self.out.blanks.append(BlankedThere(pending, view.sis_student_id, view.agreed_as))
        return Nothing(agreed=False)

    def _overwrite(self, view: CellView, theirs: TheirCell | None) -> Policy:
        """A decision holds for the very values that its summary showed (A2, G5): else the cell is left to the rules."""
        if self.decided is None or theirs is None or view.student not in self.decided.cells:
            return Policy.ASK
        if self.decided.cells[view.student] == (view.ours.version, theirs.form):
            return self.decided.overwrite
        self.report.count("skipped")
        return Policy.ASK

    def _without_row(self, view: CellView) -> Decision:
        """A value here, and no row there: the student cannot receive a score (reference §10.6)."""
        if view.base is not None and view.base.ours == view.ours.value:
            return Nothing(agreed=False)
        return Hold(ProblemCode.NOT_IN_GRADEBOOK, "")

    def _note(self, decisions: list[tuple[CellView, Decision]]) -> None:
        """Tell the report and the brake what is about to happen. What waits for the brake is told once it has judged."""
        activity = self.pair.activity.id
        for view, step in decisions:
            overwritten = blanked = False
            match step:
                case Send():
                    before, after = str(step.replaces) or None, str(step.ours.value)
                    line = Line("aeries", kind_of(step.ours.value), activity, view.student, before, after)
                    self.report.add(line, "scores_set")
                case TakeOver():
                    self.out.pending.append(self._pending(view, step))
                    overwritten = not isinstance(step.before, Blank)
                    blanked = overwritten and isinstance(step.value, Blank)
                case Hold():
                    self.report.count("conflicts" if step.code is ProblemCode.CONFLICT else "held")
                case Nothing() | NewBase():
                    pass
                case _:
                    assert_never(step)
            if not isinstance(view.ours.value, Blank):
                self.out.compared.append(Compared(view.student, activity, overwritten, blanked, False))

    def _pending(self, view: CellView, step: TakeOver) -> Pending:
        blank = isinstance(step.value, Blank)
        before, after = str(step.before) or None, str(step.value) or None
        line = Line("lms", kind_of(step.value), self.pair.activity.id, view.student, before, after)
        count = "scores_cleared" if blank else "scores_set"
        return Pending(self._take_over_change(view, step), line, count)

    # Our own side

    def _own_side(self, decisions: list[tuple[CellView, Decision]]) -> list[ch.Change]:
        """Bases and questions. What would be taken over waits for the brake."""
        result: list[ch.Change] = []
        held: list[ch.Held] = []
        judged: set[int] = set()
        for view, step in decisions:
            if isinstance(step, (NewBase, Send, Hold)) and step.echo is not None:
                result += self._echoed(view, step.echo)
            else:
                result += self._gone(view)
            match step:
                case NewBase(base):
                    move = self._base(view, base)
                    result.append(move if step.echo is not None else ch.Agree(self.pair.activity.id, move))
                    judged.add(view.student)
                case TakeOver():
                    pass
                case Hold() if step.code is ProblemCode.REJECTED:
                    pass  # The question stands as it was asked, with Aeries' own words.
                case Hold():
                    held.append(self._held(view, step))
                    judged.add(view.student)
                case Nothing(agreed):
                    if agreed:
                        result += self._membership_seen(view)
                    if agreed or self._cause_gone(view):
                        judged.add(view.student)
                case Send():
                    result += self._overruled(view, step)
                    judged.add(view.student)
                case _:
                    assert_never(step)
        result.append(ch.JudgeCells(self.pair.id, self.pair.activity.id, frozenset(judged), tuple(held)))
        return result

    def _echoed(self, view: CellView, echo: CellBase) -> list[ch.Change]:
        """Our own write, recognised without its answer: it moved a value there, so it goes into the history as well."""
        base = view.base
        replaced, maxima = (None, None) if base is None else (base.theirs, base.maxima)
        for intent in view.intents:
            if intent.replaced is not None:
                replaced, maxima = intent.replaced, intent.maxima
        before = None if replaced is None or maxima is None else self._said(replaced, maxima)
        after = None if echo.ours is None else str(echo.ours) or None
        why = sentence("changed here; found in Aeries after an answer was lost")
        record = ch.RecordWrite(self.pair.activity.id, view.student, "score", before, after, why, replaced)
        return [self._base(view, echo), record, *named(view)]

    def _overruled(self, view: CellView, step: Send) -> list[ch.Change]:
        """Ours wins over a value that was never agreed, by a rule or a confirmed summary. As where a person chooses, the
        loser's half of the base moves to the value that was seen (C3): so the history names it also when the write is only
        recognised without its answer."""
        theirs = self._rows[view.sis_student_id]
        known = view.base is not None and view.base.theirs == theirs.form
        if known or step.echo is not None or isinstance(step.replaces, Blank):
            return []
        ours = step.ours
        seen = resolved_base(view.base, Policy.LMS, ours.value, ours.version, theirs.form, step.terms.maxima)
        return [self._base(view, seen)]

    def _gone(self, view: CellView) -> list[ch.Change]:
        """Ours was sent over a value that was never agreed, the answer was lost, and now something third stands there: what
        lost is named, though nobody knows whether our write or a person replaced it (promise 3)."""
        row = self._rows.get(view.sis_student_id)
        over = [intent for intent in view.intents if intent.replaced is not None]
        if row is None or not over or row.form in {i.replaced for i in over} | {i.sent for i in view.intents}:
            return []
        last = over[-1]
        before = None if last.replaced is None else self._said(last.replaced, last.maxima)
        after = str(self.link.far.decode(row, self.terms.maxima.ours)) or None
        why = sentence("a value from here was sent over it and the answer was lost; then this was found")
        return [ch.RecordGone(self.pair.activity.id, view.student, before, after, why), *named(view)]

    def _said(self, form: Form, maxima: Maxima) -> str | None:
        """A form of the far side, in our words."""
        return str(self.link.far.decode(TheirCell(form, maxima.entry, maxima.weight), maxima.ours)) or None

    def _membership_seen(self, view: CellView) -> list[ch.Change]:
        """An agreed value that still stands there is agreed under the student's present place in the gradebook (C7)."""
        if view.base is None or isinstance(view.ours.value, Blank):
            return []
        now = self._membership(view)
        return [self._base(view, view.base)] if now and now != view.agreed_as else []

    def _cause_gone(self, view: CellView) -> bool:
        """Nothing here any more that a student without a row could not receive."""
        if view.problem is None or view.problem.code is not ProblemCode.NOT_IN_GRADEBOOK:
            return False
        agreed = view.base is not None and view.base.ours == view.ours.value
        return agreed or isinstance(view.ours.value, Blank)

    def _take_over_change(self, view: CellView, step: TakeOver) -> ch.TakeOverCell:
        return ch.TakeOverCell(
            pair=self.pair.id,
            activity=self.pair.activity.id,
            student=view.student,
            expected_version=step.expected_version,
            value=step.value,
            theirs=step.theirs.form,
            maxima=step.maxima,
            membership=self._membership(view),
            why=step.why,
        )

    def _base(self, view: CellView, base: CellBase) -> ch.MoveBase:
        return moved_base(self.link, self.pair, view, base)

    def _membership(self, view: CellView) -> str:
        return self.link.membership_now(view.sis_student_id)

    def _held(self, view: CellView, step: Hold) -> ch.Held:
        theirs = self._rows.get(view.sis_student_id)
        return ch.Held(
            code=step.code.value,
            student=view.student,
            ours=view.ours.value,
            ours_version=view.ours.version,
            theirs=None if theirs is None else theirs.form,
            agreed=None if view.base is None or view.base.ours is None else str(view.base.ours),
            to_type=step.to_type,
        )

    # Settling

    def _settled_by(self, began_at: datetime) -> list[ch.Change]:
        """C4: an intent without a complete answer is settled only by a reading that began late enough. A reading without
        the cell's row says nothing of it: such a doubt lasts a day."""
        late_enough = tuple(
            intent.id
            for view in self.pair.cells
            for intent in view.intents
            if intent.ended_at is not None and began_at > intent.ended_at + self._doubtful_for(view)
        )
        return [ch.SettleIntents(late_enough)] if late_enough else []

    def _doubtful_for(self, view: CellView) -> timedelta:
        return self.link.longest_timeout if view.sis_student_id in self._rows else UNSEEN

    def _look_again(self, began_at: datetime, uncertain: list[datetime]) -> datetime | None:
        """When the pair must be looked at once more because something of it is unsettled."""
        open_ends = [
            intent.ended_at
            for view in self.pair.cells
            for intent in view.intents
            if intent.ended_at is not None and began_at <= intent.ended_at + self.link.longest_timeout
        ]
        open_ends += uncertain
        if any(intent.ended_at is None for view in self.pair.cells for intent in view.intents):
            open_ends.append(began_at)
        latest = [max(open_ends) + self.link.longest_timeout] if open_ends else []
        until = doubtful_until(self.pair.fields)
        if until is not None and began_at <= until:
            latest.append(until)
        return max(latest) + LATER if latest else None
