"""The values that were decided to be sent, on their way: batches, halved where refused, each answer both the proof and a new
reading (C4 to C6).

What an answer shows of a cell that still waits counts: it is not sent over what somebody has typed there meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.report import Report
from twinbook.core.carry_out.scores_outcome import ScoresOutcome
from twinbook.core.carry_out.views import CellView, LinkView, PairView
from twinbook.core.cells import CellBase, ProblemCode, Send
from twinbook.core.merge import answered_base
from twinbook.core.remote import Sendable, TheirCell
from twinbook.core.sentence import sentence
from twinbook.core.values import Form, Maxima


class Sending:
    """`rows`: the reading on which everything was decided. `recorded`: the history entry of a value that
    arrived, with what the row held until then.

    Interrupted at any yield: what was sent stays an unsettled intent, what was not is found by the next look.
    """

    def __init__(
        self,
        link: LinkView,
        pair: PairView,
        lane: ef.Lane,
        report: Report,
        out: ScoresOutcome,
        rows: Mapping[int, TheirCell],
        recorded: Callable[[int, Send, Form | None], ch.RecordWrite],
    ) -> None:
        self.link = link
        self.pair = pair
        self.lane = lane
        self.report = report
        self.out = out
        self.rows = rows
        self.recorded = recorded
        self.uncertain: list[datetime] = []
        """When requests without a complete answer ended on our side."""
        self._converted: set[int] = set()
        """Whose number was said anew for other maxima of the row: a second time it is refused."""
        self._decided_on: dict[int, TheirCell | None] = {}
        """The row on which it was decided to send a student's value."""

    def intents(self, sends: Mapping[int, Send]) -> list[ch.Change]:
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

    def run(self, sends: Mapping[int, Send], intents: Mapping[int, int]) -> Generator[ef.Effect, Any, None]:
        """Batches, halved where refused. Everything else ends the sending: the next look finds what is left.

        `intents`: student → id of the intent that was committed before."""
        waiting = [dict(sends)]
        refused_at: datetime | None = None
        self._decided_on = {student: self._row_in(self.rows, student) for student in sends}
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
            if self._row_in(reading.rows, student) not in (None, self._decided_on[student])
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
        return rows.get(self.pair.sis_student_id(student))

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
        return tuple(
            ef.ScoreEntry(self.pair.sis_student_id(student), step.entry_text, step.date_completed)
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
                result.append(moved_base(self.link, self.pair, view, answered_base(step, answered)))
                result += [self.recorded(student, step, self._form_of(student)), *named(view)]
            elif (
                answered is not None and (other := self._for_its_maxima(student, step, answered)) is not None
            ):
                converted[student] = other
                self._decided_on[student] = answered
                result.append(moved_base(self.link, self.pair, view, _unsaid(other, answered)))
            else:
                rejected.append(self._not_taken(view, step, answered))
        self.out.rows = {**self.out.rows, **reading.rows}
        self.report.count("held", len(rejected))
        judged = frozenset(batch) - frozenset(converted)
        result.append(ch.JudgeCells(self.pair.id, self.pair.activity.id, judged, tuple(rejected)))
        result.append(ch.SettleIntents(ids))
        result += self.intents(converted)
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
            and reading.rows[view.sis_student_id] != self.rows.get(view.sis_student_id)
            for view in self.pair.cells
        )

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
        row = self._row_in(self.rows, student)
        return None if row is None else row.form


def moved_base(link: LinkView, pair: PairView, view: CellView, base: CellBase) -> ch.MoveBase:
    """The base is agreed under the student's present place in the gradebook (C7)."""
    return ch.MoveBase(pair.id, view.student, base, link.membership_now(view.sis_student_id))


def named(view: CellView) -> list[ch.Change]:
    """What was overruled in this cell is in the history by now."""
    ids = tuple(intent.id for intent in view.intents if intent.replaced is not None)
    return [ch.Named(ids)] if ids else []


def _unsaid(step: Send, answered: TheirCell) -> CellBase:
    """Our number stands there under maxima that it was not meant for: it is known there, and ours is still to be said."""
    return CellBase(None, step.ours.version, answered.form, step.terms.maxima)


def _halves(batch: Mapping[int, Send]) -> list[dict[int, Send]]:
    items = list(batch.items())
    middle = len(items) // 2
    return [dict(items[middle:]), dict(items[:middle])]
