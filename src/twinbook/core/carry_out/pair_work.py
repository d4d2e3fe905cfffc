"""One pair inside a look: points before cells, then scores; what is not found is looked for a second time (A7)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.create import (
    Created,
    blank_rows,
    create_assignment,
)
from twinbook.core.carry_out.fields import (
    LATER,
    carry_out_fields,
    maxima_of,
    must_be_read,
    ours_moved,
    points_moved,
    sent_base,
)
from twinbook.core.carry_out.grading import follow_rule
from twinbook.core.carry_out.report import Report
from twinbook.core.carry_out.scores import carry_out_scores
from twinbook.core.carry_out.scores_outcome import Decided, ScoresOutcome
from twinbook.core.carry_out.vanished import found_again, not_found
from twinbook.core.carry_out.views import LinkView, PairHead, PairState, PairView
from twinbook.core.field_doubts import doubtful_until
from twinbook.core.snapshot import TheirAssignment
from twinbook.core.values import Maxima

LONG_AGO = datetime.min.replace(tzinfo=UTC)
_WAIT = object()


class PairWork:
    """One pair inside a look. `assignment`: from the run's listing, or None: then it is read only when needed."""

    def __init__(
        self, link: LinkView, pair: PairView, lane: ef.Lane, report: Report, decided: Decided | None = None
    ) -> None:
        self.link = link
        self.decided = decided
        self.pair = pair
        self.lane = lane
        self.report = report
        self.read_at = LONG_AGO
        self.trouble: ef.Trouble | None = None
        self.again = False
        self.wrote = False
        self.unsure = False
        """Not found where it stood; only a second look makes that a question (A7)."""
        self.planned: tuple[TheirAssignment, TheirAssignment] | None = None
        """In a preview: the assignment as it is and as it would be."""
        self.fields_left = False
        """Fields here that are to be sent once the scores are there."""

    def run(
        self, assignment: TheirAssignment | None, read_at: datetime = LONG_AGO
    ) -> Generator[ef.Effect, Any, ScoresOutcome | None]:
        """`read_at`: an instant before the reading of `assignment` began; unknown, it settles no doubt (C4)."""
        self.read_at = read_at
        created: Created | None = None
        if self.pair.state is PairState.CREATING:
            made = yield from create_assignment(self.link, self.pair, self.lane, self.report)
            if isinstance(made, ef.Trouble):
                self.trouble = made
                return None
            if made is None:
                return None
            created, assignment = made, made.assignment
            pair = yield from self._made(made)
            if pair is None:
                return None
            self.pair, self.wrote = pair, self.link.writes
        if self.pair.state is not PairState.LINKED or self.pair.unique_id is None:
            return None
        fresh = yield from self._fields_first(assignment, created)
        if fresh is _WAIT:
            return None
        scores = yield from self._scores(created)
        if scores is not None and self.trouble is None and not scores.again:
            switched = yield from follow_rule(self.link, self.pair, scores.rows, self.report)
            self.fields_left |= switched
        if self.fields_left and self.trouble is None:
            # The scores are looked through, so that nothing else would bring this pair back.
            self.again = True
            now: datetime = yield ef.Now()
            yield ef.Commit((ch.LookAgain(self.pair.id, now),))
        return scores

    def _made(self, made: Created) -> Generator[ef.Effect, Any, PairView | None]:
        """The pair with its new assignment; in a dry run as it would be."""
        if self.link.writes:
            pair: PairView | None = yield ef.LoadPair(self.pair.id)
            return pair
        found = made.assignment
        return replace(
            self.pair,
            state=PairState.LINKED,
            unique_id=found.unique_id,
            fields=sent_base(self.pair.activity, found),
            maxima=maxima_of(self.pair.activity, found),
            their_due_on=found.due_on,
            their_grading_completed=found.grading_completed,
        )

    def _fields_first(
        self, assignment: TheirAssignment | None, created: Created | None
    ) -> Generator[ef.Effect, Any, object]:
        """Points before cells (A3). What only changes flags waits behind the scores of a new assignment."""
        if created is not None and created.known_blank:
            self.fields_left = self.link.writes and ours_moved(self.pair)
            return _WAIT if points_moved(self.pair) else None
        if assignment is None:
            if not must_be_read(self.pair):
                return None
            self.read_at = yield ef.Now()
            read = yield ef.ReadAssignment(self._unique_id, self.lane)
            if isinstance(read, ef.Trouble):
                return (yield from self._not_readable(read))
            assignment = read
        done = yield from carry_out_fields(
            self.link,
            self.pair,
            assignment,
            self.lane,
            self.report,
            read_at=self.read_at,
        )
        self.again |= done.again
        self.wrote |= done.wrote
        if done.trouble is not None:
            self.trouble = done.trouble
            return _WAIT
        if done.cells_wait:
            yield from self._cells_wait()
            return _WAIT
        if done.planned is not None:
            self.pair, self.planned = done.planned, (assignment, done.assignment)
        elif done.moved:
            pair: PairView | None = yield ef.LoadPair(self.pair.id)
            if pair is None:
                return _WAIT
            self.pair = pair
        return None

    def _scores(self, created: Created | None) -> Generator[ef.Effect, Any, ScoresOutcome | None]:
        if created is not None and created.known_blank:
            now: datetime = yield ef.Now()
            reading: Any = blank_rows(self.pair, created.assignment, self.link, now)
        else:
            # Whoever asks for a look at everything, or looks for what was missing, wants to know how it is now.
            fresh = self.lane is ef.Lane.BULK or self._was_missing or self.wrote
            reading = yield ef.ReadScores(self._unique_id, self.lane, may_reuse=not fresh)
        if isinstance(reading, ef.Trouble):
            yield from self._not_readable(reading)
            return None
        if self.link.writes and (found := found_again(self._head, self.pair.open_question)):
            yield ef.Commit(found)
        reading = self._as_planned(reading)
        maxima = self._maxima()
        if maxima is None or self._surprising(reading, maxima):
            surprised = yield from self._surprise()
            if surprised is _WAIT:
                return None
            maxima = self._maxima()
        if maxima is None:
            return None
        if maxima.weight == 0 and maxima.entry != 0:
            yield from self._unsupported()
            return None
        if self.link.writes and self.pair.open_question == "unsupported_maxima":
            yield ef.Commit((ch.JudgePair(self.pair.id, self.pair.activity.id, None),))
        scores = yield from carry_out_scores(
            self.link,
            self.pair,
            maxima,
            reading,
            self.lane,
            self.report,
            grading_completed=self.pair.their_grading_completed,
            decided=self.decided,
        )
        self.trouble = self.trouble or scores.trouble
        self.again |= scores.again
        self.wrote |= scores.wrote
        return scores

    def _as_planned(self, reading: ef.Reading) -> ef.Reading:
        """For a preview: rows that hold the assignment's maxima follow a change of them that was not sent (reference §11.4)."""
        if self.planned is None:
            return reading
        old, new = self.planned
        rows = {
            sis: replace(
                row,
                entry_max=new.entry_max if row.entry_max == old.entry_max else row.entry_max,
                weight_max=new.weight_max if row.weight_max == old.weight_max else row.weight_max,
            )
            for sis, row in reading.rows.items()
        }
        return replace(reading, rows=rows)

    def _maxima(self) -> Maxima | None:
        """The agreed maxima of theirs, with ours as they stand."""
        agreed = self.pair.maxima
        if agreed is None:
            return None
        ours = self.pair.activity.points if not self.pair.activity.extra_credit else agreed.ours * 0
        return replace(agreed, ours=ours)

    def _surprising(self, reading: ef.Reading, maxima: Maxima) -> bool:
        """Every row has other maxima than were agreed: then it is the assignment's that moved, not a student's."""
        rows = reading.rows.values()
        return bool(rows) and all((r.entry_max, r.weight_max) != (maxima.entry, maxima.weight) for r in rows)

    def _surprise(self) -> Generator[ef.Effect, Any, object]:
        read = yield ef.ReadAssignment(self._unique_id, self.lane)
        if isinstance(read, ef.Trouble):
            return (yield from self._not_readable(read))
        return (yield from self._fields_first(read, None))

    def _unsupported(self) -> Generator[ef.Effect, Any, None]:
        self.report.count("held")
        if self.link.writes:
            held = ch.Held("unsupported_maxima")
            yield ef.Commit((ch.JudgePair(self.pair.id, self.pair.activity.id, held),))
            yield from self._cells_wait()

    def _cells_wait(self) -> Generator[ef.Effect, Any, None]:
        """For a person. A pair that stayed due meanwhile would be looked at every two seconds; a doubt of its scores is
        settled when its cells are looked at again, one of its fields by a later reading (C4)."""
        if not self.link.writes:
            return
        until = doubtful_until(self.pair.fields)
        again_at = until + LATER if until is not None and self.read_at <= until else None
        looked = ch.Looked(self.pair.id, self.pair.activity.generation)
        yield ef.Commit((looked, ch.LookAgain(self.pair.id, again_at)))

    def _looked_without_cells(self) -> Generator[ef.Effect, Any, None]:
        if self.link.writes:
            yield ef.Commit((ch.Looked(self.pair.id, self.pair.activity.generation),))

    def _not_readable(self, trouble: ef.Trouble) -> Generator[ef.Effect, Any, object]:
        """One assignment that cannot be read never stops the others. Not found is only a first look (A7)."""
        if trouble.family is not ef.Family.NOT_FOUND or not self.link.writes:
            self.trouble = trouble
            return _WAIT
        if self._head is None:
            self.trouble = trouble
            return _WAIT
        asked = self.report.counts["held"]
        self.trouble = yield from not_found(self.link, self._head, self.lane, self.report)
        self.unsure = self.trouble is None and self.report.counts["held"] == asked
        if self.trouble is None:
            yield from self._looked_without_cells()
        return _WAIT

    @property
    def _head(self) -> PairHead | None:
        return next((head for head in self.link.pairs if head.id == self.pair.id), None)

    @property
    def _was_missing(self) -> bool:
        return self._head is not None and self._head.missing_since is not None

    @property
    def _unique_id(self) -> str:
        if self.pair.unique_id is None:
            raise ValueError("a linked pair has an assignment")
        return self.pair.unique_id
