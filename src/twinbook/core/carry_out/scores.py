"""The scores of one pair: read, merge, send, prove (C4 to C7).

One request carries only the cells that must change; its answer holds all scores of the assignment and is both the proof
and a new reading. A refused batch is halved until the refused cell is alone.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, assert_never

from twinbook.core.brake import Compared
from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.report import Line, Report
from twinbook.core.carry_out.views import CellView, LinkView, PairView, membership_token
from twinbook.core.cells import (
    CellBase,
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
from twinbook.core.field_doubts import doubtful_until
from twinbook.core.merge import answered_base, decide, resolved_base
from twinbook.core.remote import CellTerms, Sendable, TheirCell
from twinbook.core.sentence import sentence
from twinbook.core.values import Blank, ForeignMark, Form, Mark, Maxima, Number, OurValue

Steps = Generator[ef.Effect, Any, "ScoresOutcome"]


@dataclass(frozen=True, slots=True)
class Decided:
    """Cells that a person decided in a summary: student → (our version, their form) as the summary showed them."""

    overwrite: Policy
    cells: Mapping[int, tuple[int, Form]]


UNSEEN = timedelta(hours=24)
"""How long a doubt lasts about a cell whose row the readings do not show."""
LATER = timedelta(seconds=1)
"""Past the longest time-out by this much, so that a reading certainly began after it."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A take-over that waits for the brake's verdict, with its line and count in the report."""

    step: ch.TakeOverCell
    line: Line
    count: str

    @property
    def loses(self) -> bool:
        """A value here would be replaced or blanked; filling a blank loses nothing (G1)."""
        return self.line.before is not None


@dataclass(frozen=True, slots=True)
class BlankedThere:
    """A value here, a blank there, both as agreed but for that: judged once the student list was read after the scores."""

    pending: Pending
    sis_student_id: int
    agreed_as: str | None


@dataclass(frozen=True, slots=True)
class Older:
    """A value saved before the student's home began, which would go to the new gradebook: only a person takes it along
    (C7). `theirs`: what stands there."""

    activity: int
    student: int
    ours: OurCell
    theirs: Form


@dataclass(slots=True)
class ScoresOutcome:
    """`pending`: take-overs that wait for the brake's verdict over the whole class."""

    trouble: ef.Trouble | None = None
    pending: list[Pending] = field(default_factory=list)
    blanks: list[BlankedThere] = field(default_factory=list)
    """Blanks there over values here: only a run that reads the student list afterwards may take them over (C7)."""
    older: list[Older] = field(default_factory=list)
    compared: list[Compared] = field(default_factory=list)
    rows: Mapping[int, TheirCell] = field(default_factory=dict)
    """As last read, with the answers to what was sent."""
    wrote: bool = False
    again: bool = False
    """Something moved while this look went on: the pair stays dirty."""
    unseen: int = 0
    """Students of the gradebook whose agreed value has no row in the reading: it was not the whole list (A7)."""


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
        self.uncertain: list[datetime] = []
        self._converted: set[int] = set()
        """Whose number was said anew for other maxima of the row: a second time it is refused."""
        self._rows: Mapping[int, TheirCell] = {}
        self._decided_on: dict[int, TheirCell | None] = {}
        """The row on which it was decided to send a student's value."""

    def run(self, reading: ef.Reading) -> Steps:
        self._rows = self.out.rows = reading.rows
        self.out.unseen = sum(self._is_unseen(view) for view in self.pair.cells)
        decisions = self._decide(reading.rows, self.pair.cells)
        sends = {view.student: step for view, step in decisions if isinstance(step, Send)}
        self._note(decisions)
        if not self.link.writes:
            return self.out
        seen: list[ch.Change] = [
            *self._own_side(decisions),
            *self._intents(sends),
            *self._settled_by(reading.began_at),
            ch.ScoresRead(self.pair.id, reading.began_at),
        ]
        if not sends:
            yield ef.Commit((*seen, *self._looked(reading)))
            return self.out
        committed: ef.Committed = yield ef.Commit(tuple(seen))
        yield from self._send(sends, committed.intents)
        yield ef.Commit(tuple(self._looked(reading)))
        return self.out

    def _is_unseen(self, view: CellView) -> bool:
        if view.sis_student_id in self._rows or view.base is None or view.base.theirs is None:
            return False
        member = self.link.membership(view.sis_student_id, self.pair.their_due_on, view.agreed_as)
        return view.base.theirs != self.link.far.blank and member is Membership.WRITABLE

    def _looked(self, reading: ef.Reading) -> list[ch.Change]:
        due = ch.LookAgain(self.pair.id, self._look_again(reading.began_at))
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
        return [self._base(view, echo), record, *_named(view)]

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
        return [ch.RecordGone(self.pair.activity.id, view.student, before, after, why), *_named(view)]

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
        return ch.MoveBase(self.pair.id, view.student, base, self._membership(view))

    def _membership(self, view: CellView) -> str:
        row = next((s for s in self.link.students if s.student_id == view.sis_student_id), None)
        return "" if row is None else membership_token(row)

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

    # Sending

    def _intents(self, sends: Mapping[int, Send]) -> list[ch.Change]:
        return [
            ch.StoreIntent(
                self.pair.id,
                student,
                step.ours.value,
                step.ours.version,
                step.form,
                step.terms.maxima,
                self._never_agreed(student),
            )
            for student, step in sends.items()
        ]

    def _never_agreed(self, student: int) -> Form | None:
        """What stands there and is in nobody's history yet: typed there, and about to be overruled."""
        base = next(view.base for view in self.pair.cells if view.student == student)
        form = self._form_of(student)
        agreed = base is not None and base.ours is not None and base.theirs == form
        return None if agreed or form == self.link.far.blank else form

    def _send(self, sends: Mapping[int, Send], intents: Mapping[int, int]) -> Generator[ef.Effect, Any, None]:
        """Batches, halved where refused. Everything else ends the sending: the next look finds what is left."""
        waiting = [dict(sends)]
        refused_at: datetime | None = None
        self._decided_on = {student: self._row_in(self._rows, student) for student in sends}
        while waiting:
            batch = waiting.pop()
            ending = yield ef.WriteScores(self._unique_id, self._entries(batch), self.lane)
            ids = tuple(intents[student] for student in batch)
            match ending:
                case ef.Accepted(reading):
                    self.out.wrote = True
                    converted, more = yield from self._prove(batch, ids, reading, last=not waiting)
                    intents = {**intents, **more}
                    waiting += [converted] if converted else []
                    waiting = yield from self._unmoved(waiting, intents, reading, refused_at)
                case ef.Taken(ended_at):
                    self.out.wrote = True
                    self.uncertain.append(ended_at)
                    yield ef.Commit((ch.EndIntents(ids, ended_at),))
                case ef.Refused(message, _) if len(batch) == 1:
                    yield ef.Commit((ch.SettleIntents(ids), self._rejected(batch, message)))
                case ef.Refused(_, ended_at):
                    refused_at = ended_at
                    waiting += _halves(batch)
                case ef.Doubtful(trouble, ended_at):
                    self.uncertain.append(ended_at)
                    self.out.trouble = trouble
                    yield ef.Commit((ch.EndIntents(self._rest(ids, waiting, intents), ended_at),))
                    return
                case ef.NotSent(trouble):
                    self.out.trouble = trouble
                    rest = self._rest(ids, waiting, intents)
                    # A refused batch may have been stored in part (reference U7): its cells stay unsettled.
                    yield ef.Commit(
                        (ch.SettleIntents(rest) if refused_at is None else ch.EndIntents(rest, refused_at),)
                    )
                    return
                case _:
                    raise TypeError(f"not an ending of a write: {ending!r}")

    def _unmoved(
        self,
        waiting: list[dict[int, Send]],
        intents: Mapping[int, int],
        reading: ef.Reading,
        refused_at: datetime | None,
    ) -> Generator[ef.Effect, Any, list[dict[int, Send]]]:
        """What still waits, without the cells whose row the answer shows changed: somebody typed there since the reading
        on which it was decided, and what has been seen is not overwritten (promise 3). They are looked at once more."""
        moved = {
            student
            for batch in waiting
            for student in batch
            if self._row_in(reading.rows, student) != self._decided_on[student]
        }
        if not moved:
            return waiting
        self.out.again = True
        ids = tuple(intents[student] for student in moved)
        # A batch that was refused may have been stored in part (reference U7).
        yield ef.Commit((ch.SettleIntents(ids) if refused_at is None else ch.EndIntents(ids, refused_at),))
        kept = [{s: step for s, step in batch.items() if s not in moved} for batch in waiting]
        return [batch for batch in kept if batch]

    def _row_in(self, rows: Mapping[int, TheirCell], student: int) -> TheirCell | None:
        sis = next(view.sis_student_id for view in self.pair.cells if view.student == student)
        return rows.get(sis)

    def _rest(
        self, ids: tuple[int, ...], waiting: list[dict[int, Send]], intents: Mapping[int, int]
    ) -> tuple[int, ...]:
        return (*ids, *(intents[student] for later in waiting for student in later))

    @property
    def _unique_id(self) -> str:
        if self.pair.unique_id is None:
            raise ValueError("a pair without an assignment has no scores")
        return self.pair.unique_id

    def _entries(self, batch: Mapping[int, Send]) -> tuple[ef.ScoreEntry, ...]:
        sis = {view.student: view.sis_student_id for view in self.pair.cells}
        return tuple(
            ef.ScoreEntry(sis[student], step.entry_text, step.date_completed)
            for student, step in batch.items()
        )

    def _prove(
        self, batch: Mapping[int, Send], ids: tuple[int, ...], reading: ef.Reading, *, last: bool
    ) -> Generator[ef.Effect, Any, tuple[dict[int, Send], Mapping[int, int]]]:
        """The base is what was sent and answered, never the LMS value of this later moment (C6). Cells that were not
        sent are reconciled, not copied.

        Returns what is to be sent once more, converted for maxima that the row has got meanwhile (A3), with its intents.
        """
        views = {view.student: view for view in self.pair.cells}
        result: list[ch.Change] = []
        rejected: list[ch.Held] = []
        converted: dict[int, Send] = {}
        for student, step in batch.items():
            view = views[student]
            answered = reading.rows.get(view.sis_student_id)
            if answered is not None and self._took(step, answered):
                result.append(self._base(view, answered_base(step, answered)))
                result += [self._recorded(student, step), *_named(view)]
            elif (
                answered is not None and (other := self._for_its_maxima(student, step, answered)) is not None
            ):
                converted[student] = other
                self._decided_on[student] = answered
                result.append(self._base(view, _unsaid(other, answered)))
            else:
                rejected.append(self._not_taken(view, step, answered))
        self.out.rows = {**self.out.rows, **reading.rows}
        self.report.count("held", len(rejected))
        judged = frozenset(batch) - frozenset(converted)
        result.append(ch.JudgeCells(self.pair.id, self.pair.activity.id, judged, tuple(rejected)))
        result.append(ch.SettleIntents(ids))
        result += self._intents(converted)
        self._converted |= set(converted)
        if last and self._others_moved(reading, set(batch)):
            self.out.again = True
        result.append(ch.ScoresRead(self.pair.id, reading.began_at))
        committed: ef.Committed = yield ef.Commit(tuple(result))
        self.out.again |= bool(committed.lost)
        return converted, committed.intents

    def _for_its_maxima(self, student: int, step: Send, answered: TheirCell) -> Send | None:
        """The number arrived, in a row that has other maxima than it was converted for: said anew for these, once."""
        if student in self._converted or not self.link.far.took(step.form, answered):
            return None
        maxima = Maxima(step.terms.maxima.ours, answered.entry_max, answered.weight_max)
        terms = replace(step.terms, maxima=maxima)
        encoded = self.link.far.encode(step.ours.value, terms)
        if not isinstance(encoded, Sendable):
            return None
        return replace(step, form=encoded.form, entry_text=encoded.text, terms=terms, echo=None)

    def _took(self, step: Send, answered: TheirCell) -> bool:
        """The value, under the maxima that it was converted for: under others the same number says another thing (A3)."""
        maxima = step.terms.maxima
        same_unit = (answered.entry_max, answered.weight_max) == (maxima.entry, maxima.weight)
        return same_unit and self.link.far.took(step.form, answered)

    def _others_moved(self, reading: ef.Reading, sent: set[int]) -> bool:
        """Rows of the answer, other than ours, that changed since the reading before it: the pair is looked at again."""
        return any(
            view.student not in sent
            and view.sis_student_id in reading.rows
            and reading.rows[view.sis_student_id] != self._rows.get(view.sis_student_id)
            for view in self.pair.cells
        )

    def _recorded(self, student: int, step: Send) -> ch.RecordWrite:
        before, after = str(step.replaces) or None, str(step.ours.value)
        replaced = self._form_of(student)
        return ch.RecordWrite(self.pair.activity.id, student, "score", before, after, step.why, replaced)

    def _not_taken(self, view: CellView, step: Send, answered: TheirCell | None) -> ch.Held:
        """Aeries ignores a student who is not in the gradebook (reference §12.6): then the answer has no row."""
        code = ProblemCode.NOT_IN_GRADEBOOK if answered is None else ProblemCode.REJECTED
        return ch.Held(
            code=code.value,
            student=view.student,
            ours=step.ours.value,
            ours_version=step.ours.version,
            theirs=None if answered is None else answered.form,
            details={"message": sentence("Aeries answered without taking the value.")},
        )

    def _rejected(self, batch: Mapping[int, Send], message: str) -> ch.JudgeCells:
        (student, step), *_ = batch.items()
        self.report.count("held")
        held = ch.Held(
            code=ProblemCode.REJECTED.value,
            student=student,
            ours=step.ours.value,
            ours_version=step.ours.version,
            theirs=self._form_of(student),
            details={"message": message},
        )
        return ch.JudgeCells(self.pair.id, self.pair.activity.id, frozenset({student}), (held,))

    def _form_of(self, student: int) -> Form | None:
        row = self._row_in(self._rows, student)
        return None if row is None else row.form

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

    def _look_again(self, began_at: datetime) -> datetime | None:
        """When the pair must be looked at once more because something of it is unsettled."""
        open_ends = [
            intent.ended_at
            for view in self.pair.cells
            for intent in view.intents
            if intent.ended_at is not None and began_at <= intent.ended_at + self.link.longest_timeout
        ]
        open_ends += self.uncertain
        if any(intent.ended_at is None for view in self.pair.cells for intent in view.intents):
            open_ends.append(began_at)
        latest = [max(open_ends) + self.link.longest_timeout] if open_ends else []
        until = doubtful_until(self.pair.fields)
        if until is not None and began_at <= until:
            latest.append(until)
        return max(latest) + LATER if latest else None


def _named(view: CellView) -> list[ch.Change]:
    """What was overruled in this cell is in the history by now."""
    ids = tuple(intent.id for intent in view.intents if intent.replaced is not None)
    return [ch.Named(ids)] if ids else []


def _unsaid(step: Send, answered: TheirCell) -> CellBase:
    """Our number stands there under maxima that it was not meant for: it is known there, and ours is still to be said."""
    return CellBase(None, step.ours.version, answered.form, step.terms.maxima)


def kind_of(value: OurValue) -> str:
    match value:
        case Blank():
            return "clear_score"
        case Number():
            return "set_score"
        case Mark() | ForeignMark():
            return "set_mark"
        case _:
            assert_never(value)


def _halves(batch: Mapping[int, Send]) -> list[dict[int, Send]]:
    items = list(batch.items())
    middle = len(items) // 2
    return [dict(items[middle:]), dict(items[:middle])]
