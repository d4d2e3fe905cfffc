"""Looking at one link: the same three things for every trigger, over a narrower or wider scope (design §2).

`push` looks at what is dirty. `look_through` looks at everything: the night, the force button and the first look after
a set-up. It works pair by pair and gives way to pushes between them; what it would take over is judged as a whole before
any of it is.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from twinbook.core.brake import BrakeScope, BrakeVerdict, Compared, judge
from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.create import (
    EXTERNAL_PREFIX,
    Created,
    blank_rows,
    create_assignment,
    known_pairs,
    lms_item,
    sis_item,
)
from twinbook.core.carry_out.fields import (
    carry_out_fields,
    maxima_of,
    must_be_read,
    ours_moved,
    points_moved,
    sent_base,
)
from twinbook.core.carry_out.gone import gradebook_found, gradebook_missing
from twinbook.core.carry_out.report import Line, Report
from twinbook.core.carry_out.scores import (
    BlankedThere,
    Decided,
    Pending,
    ScoresOutcome,
    carry_out_scores,
    kind_of,
)
from twinbook.core.carry_out.views import LinkView, NewItems, PairHead, PairState, PairView
from twinbook.core.matching import LmsActivity, SisAssignment, likely_partners
from twinbook.core.snapshot import OurActivity, TheirAssignment
from twinbook.core.values import Blank, Maxima

TRUST = timedelta(hours=24)
"""How long the student list and the gradebook are trusted after their last reading (G2)."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class LookOutcome:
    """`trouble`: what stopped the look, if anything did. `again`: something moved meanwhile; look once more."""

    report: Report = field(default_factory=Report)
    trouble: ef.Trouble | None = None
    again: bool = False
    held: bool = False
    """The class brake stopped the taking-over."""
    pushed: bool = False


Habits = list[tuple[LmsActivity, SisAssignment]]
Look = Generator[ef.Effect, Any, LookOutcome]


def push() -> Look:
    """What is dirty, in the lane of a person who saves. Interrupted: what was not looked through stays dirty."""
    out = LookOutcome()
    link: LinkView = yield ef.LoadLink()
    trouble = yield from ready(link, ef.Lane.PERSON)
    if trouble is not None:
        out.trouble = trouble
        return out
    link = yield from _enrol_new(link)
    for head in _in_order(link.pairs):
        if not head.dirty:
            continue
        yield from _one_pair(link, head.id, ef.Lane.PERSON, out)
        if out.trouble is not None and out.trouble.stops_the_class:
            return out
    if not out.again and out.trouble is None and link.writes:
        yield ef.Commit((ch.LinkLooked(link.generation, pulled=False, pushed=out.pushed),))
    return out


def look_through(lane: ef.Lane = ef.Lane.BULK) -> Look:
    """Everything: fields, scores, students, new and vanished items, with the brake over the whole class."""
    whole = _Whole(lane)
    return (yield from whole.run())


def _in_order(pairs: tuple[PairHead, ...]) -> list[PairHead]:
    return sorted(pairs, key=lambda head: (not head.dirty, head.id))


def ready(link: LinkView, lane: ef.Lane) -> Generator[ef.Effect, Any, ef.Trouble | None]:
    """Identity, and the gradebook and its students where their last reading is too old (G2)."""
    identity = yield ef.CheckIdentity(lane)
    if isinstance(identity, ef.Trouble):
        return identity
    now: datetime = yield ef.Now()
    if _stale(link.gradebook_read_at, now):
        head = yield from read_gradebook(link, lane)
        if isinstance(head, ef.Trouble):
            return head
    if _stale(link.students_read_at, now):
        listed = yield from read_students(link, lane)
        if isinstance(listed, ef.Trouble):
            return listed
    return None


def _stale(read_at: datetime | None, now: datetime) -> bool:
    return read_at is None or now - read_at > TRUST


def read_gradebook(link: LinkView, lane: ef.Lane) -> Generator[ef.Effect, Any, ef.GradebookHead | ef.Trouble]:
    """A dry run keeps the reading to itself."""
    head: ef.GradebookHead | ef.Trouble = yield ef.ReadGradebook(lane)
    if isinstance(head, ef.Trouble):
        if head.family is ef.Family.NOT_FOUND:
            yield from gradebook_missing(link, lane)
        return head
    if link.writes:
        now: datetime = yield ef.Now()
        yield ef.Commit((ch.GradebookSeen(head.categories, head.terms, now), *gradebook_found(link)))
    return head


def read_students(link: LinkView, lane: ef.Lane) -> Generator[ef.Effect, Any, ef.StudentList | ef.Trouble]:
    """A dry run keeps the reading to itself."""
    listed: ef.StudentList | ef.Trouble = yield ef.ReadStudents(lane)
    if isinstance(listed, ef.Trouble):
        return listed
    if not listed.students and link.students:
        # An empty list proves nothing (A7): yesterday's stays, and nothing is written on the strength of it.
        return ef.Trouble(ef.Family.BAD_ANSWER, "Aeries listed no students for a gradebook that had some.")
    if link.writes:
        yield ef.Commit((ch.StudentsSeen(listed.students, listed.began_at),))
    return listed


def _enrol_new(link: LinkView) -> Generator[ef.Effect, Any, LinkView]:
    """Activities that stand in no pair yet, by the class's setting (A4). `ask` enrols nothing: the question stands."""
    if not link.new_activities or not link.writes:
        return link
    changes: list[ch.Change] = []
    for activity in link.new_activities:
        match link.new_in_lms:
            case NewItems.CREATE | NewItems.IGNORE:
                changes.append(ch.Enrol(activity.id, ignored=link.new_in_lms is NewItems.IGNORE))
            case NewItems.ASK:
                if activity.published:
                    changes.append(_ask_about(activity))
    yield ef.Commit(tuple(changes))
    fresh: LinkView = yield ef.LoadLink()
    return fresh


def _ask_about(activity: OurActivity) -> ch.JudgePair:
    return ch.JudgePair(
        0, activity.id, ch.Held("possible_duplicate", details={"reason": "new here; the class asks"})
    )


def _one_pair(
    link: LinkView, pair_id: int, lane: ef.Lane, out: LookOutcome
) -> Generator[ef.Effect, Any, PairView | None]:
    """One dirty pair, wholly: fields, create, scores, and its own take-overs under the activity's brake."""
    pair: PairView | None = yield ef.LoadPair(pair_id)
    if pair is None:
        return None
    link = yield ef.LoadLink()
    work = PairWork(link, pair, lane, out.report)
    scores = yield from work.run(None)
    out.again |= work.again
    out.pushed |= work.wrote
    out.trouble = out.trouble or work.trouble
    if scores is not None and scores.pending:
        verdict = judge(scores.compared, link.brake, values_in_class=link.values_in_class)
        if link.writes:
            questions = _brake_questions(verdict)
            yield ef.Commit(
                tuple(
                    ch.JudgeSubjects(subject, {subject: question}) for subject, question in questions.items()
                )
            )
        out.again |= yield from take_over(link, pair, scores.pending, verdict, out)
    return pair


def take_over(
    link: LinkView,
    pair: PairView | PairHead,
    pending: list[Pending],
    verdict: BrakeVerdict,
    out: LookOutcome,
) -> Generator[ef.Effect, Any, bool]:
    """What the brake lets through is taken over; the rest is left as it is. True: a save came between."""
    free = [each for each in pending if not verdict.holds(each.step.student, each.step.activity)]
    out.report.count("held", len(pending) - len(free))
    for each in free:
        out.report.add(each.line, each.count)
    if not free or not link.writes:
        return False
    steps = [each.step for each in free]
    judged = frozenset(step.student for step in steps)
    committed: ef.Committed = yield ef.Commit((*steps, ch.JudgeCells(pair.id, steps[0].activity, judged, ())))
    return bool(committed.lost)


def _brake_questions(verdict: BrakeVerdict) -> dict[str, ch.Held]:
    """One question per stop, with before and after counts."""
    return {
        f"brake:{stop.scope}" if stop.key is None else f"brake:{stop.scope}:{stop.key}": ch.Held(
            "mass_change",
            student=stop.key if stop.scope is BrakeScope.STUDENT else None,
            activity=stop.key if stop.scope is BrakeScope.ACTIVITY else None,
            details={"changed": str(stop.changed), "of": str(stop.of)},
        )
        for stop in verdict.stops
    }


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
        return (yield from self._scores(created))

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
            self.again = self.link.writes and ours_moved(self.pair)
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
            has_scores=self.pair.has_values,
            read_at=self.read_at,
        )
        self.again |= done.again
        self.wrote |= done.wrote
        if done.trouble is not None:
            self.trouble = done.trouble
            return _WAIT
        if done.cells_wait:
            yield from self._looked_without_cells()
            return _WAIT
        if self.link.writes:
            pair: PairView | None = yield ef.LoadPair(self.pair.id)
            if pair is None:
                return _WAIT
            self.pair = pair
        else:
            self.pair = replace(self.pair, maxima=maxima_of(self.pair.activity, done.assignment))
        return None

    def _scores(self, created: Created | None) -> Generator[ef.Effect, Any, ScoresOutcome | None]:
        if created is not None and created.known_blank:
            now: datetime = yield ef.Now()
            reading: Any = blank_rows(self.pair, created.assignment, self.link, now)
        else:
            # Whoever asks for a look at everything, or looks for what was missing, wants to know how it is now.
            fresh = self.lane is ef.Lane.BULK or self._was_missing
            reading = yield ef.ReadScores(self._unique_id, self.lane, may_reuse=not fresh)
        if isinstance(reading, ef.Trouble):
            yield from self._not_readable(reading)
            return None
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
            yield ef.Commit(
                (
                    ch.JudgePair(self.pair.id, self.pair.activity.id, held),
                    ch.Looked(self.pair.id, self.pair.activity.generation),
                )
            )

    def _looked_without_cells(self) -> Generator[ef.Effect, Any, None]:
        if self.link.writes:
            yield ef.Commit((ch.Looked(self.pair.id, self.pair.activity.generation),))

    def _not_readable(self, trouble: ef.Trouble) -> Generator[ef.Effect, Any, object]:
        """One assignment that cannot be read never stops the others. Not found is only a first look (A7)."""
        if trouble.family is not ef.Family.NOT_FOUND or not self.link.writes:
            self.trouble = trouble
            return _WAIT
        head = next(head for head in self.link.pairs if head.id == self.pair.id)
        self.trouble = yield from _not_found(self.link, head, self.lane, self.report)
        if self.trouble is None:
            yield from self._looked_without_cells()
        return _WAIT

    @property
    def _was_missing(self) -> bool:
        return any(head.id == self.pair.id and head.missing_since is not None for head in self.link.pairs)

    @property
    def _unique_id(self) -> str:
        if self.pair.unique_id is None:
            raise ValueError("a linked pair has an assignment")
        return self.pair.unique_id


_WAIT = object()
_GONE = ("deleted_in_lms", "deleted_in_aeries")


class _Whole:
    def __init__(self, lane: ef.Lane) -> None:
        self.lane = lane
        self.out = LookOutcome()
        self.pending: dict[int, list[Pending]] = {}
        self.compared: list[Compared] = []
        self.blanks: list[BlankedThere] = []
        self.questions: dict[str, ch.Held] = {}
        self.item_trouble: ef.Trouble | None = None
        self.head: ef.GradebookHead | None = None
        self.listed: ef.StudentList | None = None
        self.listed_at = LONG_AGO

    def run(self) -> Look:
        link: LinkView = yield ef.LoadLink()
        trouble = yield from self._header(link)
        if trouble is not None:
            self.out.trouble = trouble
            return self.out
        listing = yield ef.ListAssignments(self.lane, reuse=False)
        if isinstance(listing, ef.Trouble):
            self.out.trouble = listing
            return self.out
        self.listed_at = listing.began_at
        link = yield from self._link()
        if not listing.assignments and any(head.state is PairState.LINKED for head in link.pairs):
            self.out.trouble = ef.Trouble(
                ef.Family.BAD_ANSWER,
                "Aeries listed no assignments for a gradebook that has some; nothing was changed.",
            )
            return self.out
        link = yield from _enrol_new(link)
        yield from self._pairs(link, listing)
        if self._stopped():
            return self.out
        yield from self._finish(listing, seen=link.generation)
        return self.out

    def _link(self) -> Generator[ef.Effect, Any, LinkView]:
        """As it is stored now; a dry run stores nothing of what it read and puts it in here."""
        link: LinkView = yield ef.LoadLink()
        if link.writes:
            return link
        terms = link.terms if self.head is None else self.head.terms
        students = link.students if self.listed is None else self.listed.students
        return replace(link, terms=terms, students=students)

    def _stopped(self) -> bool:
        return self.out.trouble is not None and self.out.trouble.stops_the_class

    def _header(self, link: LinkView) -> Generator[ef.Effect, Any, ef.Trouble | None]:
        identity = yield ef.CheckIdentity(self.lane)
        if isinstance(identity, ef.Trouble):
            return identity
        head = yield from read_gradebook(link, self.lane)
        if isinstance(head, ef.Trouble):
            return head
        self.head = head
        now: datetime = yield ef.Now()
        return (yield from self._students(link)) if _stale(link.students_read_at, now) else None

    def _students(self, link: LinkView) -> Generator[ef.Effect, Any, ef.Trouble | None]:
        listed = yield from read_students(link, self.lane)
        if isinstance(listed, ef.Trouble):
            return listed
        self.listed = listed
        return None

    def _pairs(self, link: LinkView, listing: ef.Listing) -> Generator[ef.Effect, Any, None]:
        by_id = {assignment.unique_id: assignment for assignment in listing.assignments}
        heads = [
            head for head in _in_order(link.pairs) if head.state in (PairState.LINKED, PairState.CREATING)
        ]
        for done, head in enumerate(heads):
            yield ef.Progress(done, len(heads), head.title)
            yield from self._give_way(link)
            yield from self._pair(link, head, by_id)
            if self._stopped():
                return
        if not link.writes:
            yield from self._would_create(link)
        yield ef.Progress(len(heads), len(heads), "")

    def _would_create(self, link: LinkView) -> Generator[ef.Effect, Any, None]:
        """What a dry run would have enrolled first."""
        if link.new_in_lms is not NewItems.CREATE:
            return
        for activity in link.new_activities:
            pair: PairView | None = yield ef.LoadUnpaired(activity.id)
            if pair is not None:
                yield from self._work(link, pair, None)

    def _give_way(self, link: LinkView) -> Generator[ef.Effect, Any, None]:
        """Saves made meanwhile go first, in their own lane (J3). What stays dirty is tried once, and left to the next look."""
        if not link.writes:
            return
        tried: set[int] = set()
        while (dirty := (yield ef.NextDirty())) is not None and dirty not in tried:
            tried.add(dirty)
            side = LookOutcome(report=self.out.report)
            yield from _one_pair(link, dirty, ef.Lane.PERSON, side)
            self.out.pushed |= side.pushed
            self.out.again |= side.again
            self._note(side.trouble)
            if self._stopped():
                return

    def _pair(
        self, link: LinkView, head: PairHead, by_id: dict[str, TheirAssignment]
    ) -> Generator[ef.Effect, Any, None]:
        if self._stopped():
            return
        if head.state is PairState.LINKED and head.unique_id not in by_id:
            if link.writes:
                self._note(trouble=(yield from _not_found(link, head, self.lane, self.out.report)))
            return
        if head.activity_deleted and head.state is PairState.LINKED:
            yield from self._deleted_here(link, head)
            return
        pair: PairView | None = yield ef.LoadPair(head.id)
        if pair is None:
            return
        if link.writes and (head.missing_since is not None or pair.open_question in _GONE):
            yield ef.Commit((ch.Missing(head.id, None), ch.JudgePair(head.id, head.activity_id, None)))
        fresh = yield from self._link()
        yield from self._work(fresh, pair, by_id.get(head.unique_id or ""))

    def _work(
        self, link: LinkView, pair: PairView, assignment: TheirAssignment | None
    ) -> Generator[ef.Effect, Any, None]:
        work = PairWork(link, pair, self.lane, self.out.report)
        scores = yield from work.run(assignment, self.listed_at)
        self.out.again |= work.again
        self.out.pushed |= work.wrote
        self._note(work.trouble)
        if scores is None or self._stopped():
            return
        self.compared += scores.compared
        self.blanks += scores.blanks
        if scores.pending:
            self.pending[pair.id] = scores.pending

    def _note(self, trouble: ef.Trouble | None) -> None:
        """What stops one item is told; what stops the class ends the look."""
        if trouble is None:
            return
        if trouble.stops_the_class:
            self.out.trouble = trouble
            return
        self.item_trouble = trouble
        self.out.report.troubles.append(trouble.message)

    def _deleted_here(self, link: LinkView, head: PairHead) -> Generator[ef.Effect, Any, None]:
        """A7: its assignment stays as it is, and a person is asked."""
        self.out.report.count("held")
        if link.writes:
            yield ef.Commit((ch.JudgePair(head.id, head.activity_id, ch.Held("deleted_in_lms")),))

    def _finish(self, listing: ef.Listing, *, seen: int) -> Generator[ef.Effect, Any, None]:
        """Students are read after the scores (C7); then the brake judges, and what it lets through is taken over.

        `seen`: the generation of the view whose pairs were looked at; a later one may hold what nobody saw (J1).
        """
        before = yield from self._link()
        trouble = yield from self._students(before)
        if trouble is not None:
            self.out.trouble = trouble
            return
        link = yield from self._link()
        # Scores that waited for a student of this list go now, not at the next night.
        self.out.again |= link.writes and set(link.students) != set(before.students)
        yield from self._judge_blanks(link)
        verdict = judge(self.compared, link.brake)
        self.out.held = verdict.class_stop is not None
        yield from self._question(link, verdict)
        for pair_id, pending in self.pending.items():
            head = next(head for head in link.pairs if head.id == pair_id)
            self.out.again |= yield from take_over(link, head, pending, verdict, self.out)
        yield from self._new_in_aeries(link, listing)
        if link.writes and self.out.trouble is None and not self.out.again:
            complete = self.item_trouble is None
            yield ef.Commit((ch.LinkLooked(seen, pulled=complete, pushed=self.out.pushed),))
        self.out.trouble = self.out.trouble or self.item_trouble

    def _judge_blanks(self, link: LinkView) -> Generator[ef.Effect, Any, None]:
        """Cells that Aeries shows blank where a value stands here (C7): taken over only for a student whose place in the
        gradebook is the one the value was agreed under; else all cells of the student are one question."""
        readded: dict[int, ch.Held] = {}
        blanked: set[tuple[int, int]] = set()
        for blank in self.blanks:
            step = blank.pending.step
            if not link.same_membership(blank.sis_student_id, blank.agreed_as):
                readded[step.student] = ch.Held("student_readded", student=step.student)
                continue
            self.pending.setdefault(step.pair, []).append(blank.pending)
            blanked.add((step.student, step.activity))
        self.compared = [
            replace(cell, overwritten=True, blanked=True)
            if (cell.student, cell.activity) in blanked
            else cell
            for cell in self.compared
        ]
        self.out.report.count("held", len(readded))
        if link.writes:
            held = {f"student:{student}": question for student, question in readded.items()}
            yield ef.Commit((ch.JudgeSubjects("student", held),))

    def _question(self, link: LinkView, verdict: BrakeVerdict) -> Generator[ef.Effect, Any, None]:
        if link.writes:
            yield ef.Commit((ch.JudgeSubjects("brake", _brake_questions(verdict)),))

    def _new_in_aeries(self, link: LinkView, listing: ef.Listing) -> Generator[ef.Effect, Any, None]:
        """A4, the other direction: assignments that stand in no pair."""
        paired = {head.unique_id for head in link.pairs if head.unique_id is not None}
        waiting = yield from self._waiting_here(link)
        candidates = [lms_item(pair) for pair in waiting]
        habits = known_pairs(link, listing)
        creating = {pair.external_id for pair in waiting if pair.create_sent_at is not None}
        for assignment in listing.assignments:
            if assignment.unique_id in paired or assignment.external_id in creating:
                continue
            if assignment.category_code in link.ignored_codes:
                continue
            yield from self._one_new(link, assignment, candidates, habits)
        if link.writes:
            yield ef.Commit((ch.JudgeSubjects("aeries", self.questions),))

    def _waiting_here(self, link: LinkView) -> Generator[ef.Effect, Any, list[PairView]]:
        """Activities here that are in no pair with an assignment yet: a new one there may be the same work."""
        found: list[PairView] = []
        for head in link.pairs:
            if head.state is PairState.CREATING:
                pair: PairView | None = yield ef.LoadPair(head.id)
                if pair is not None:
                    found.append(pair)
        return found

    def _one_new(
        self, link: LinkView, assignment: TheirAssignment, candidates: list[LmsActivity], habits: Habits
    ) -> Generator[ef.Effect, Any, None]:
        report = self.out.report
        ignored = link.new_in_aeries is NewItems.IGNORE or assignment.untouchable
        if not ignored:
            asked = assignment.unique_id not in link.create_here
            question = self._question_about(link, assignment, candidates, habits) if asked else None
            if question is not None:
                report.count("held")
                self.questions[f"aeries:{assignment.unique_id}"] = question
                return
            report.add(
                Line("lms", "create_activity", None, None, None, assignment.title, assignment.title),
                "activities_created",
            )
            self.out.again |= link.writes
            if not link.writes:
                yield from self._would_fill(link, assignment)
        if link.writes:
            category = link.categories.category_of.get(assignment.category_code)
            yield ef.Commit((ch.CreateHere(assignment, category, ignored),))

    def _would_fill(self, link: LinkView, assignment: TheirAssignment) -> Generator[ef.Effect, Any, None]:
        """The scores that would come with a new activity: a look that writes takes them over in its next round."""
        reading = yield ef.ReadScores(assignment.unique_id, self.lane, will_write=False)
        if isinstance(reading, ef.Trouble):
            self._note(reading)
            return
        for sis_student_id, cell in reading.rows.items():
            value = link.far.decode(cell, assignment.weight_max)
            student = link.roster.get(sis_student_id)
            if student is not None and not isinstance(value, Blank):
                line = Line("lms", kind_of(value), None, student, None, str(value), assignment.title)
                self.out.report.add(line, "scores_set")

    def _question_about(
        self, link: LinkView, assignment: TheirAssignment, candidates: list[LmsActivity], habits: Habits
    ) -> ch.Held | None:
        details = {
            "aeries_id": assignment.unique_id,
            "number": str(assignment.number),
            "name": assignment.title,
        }
        if assignment.external_id.startswith(EXTERNAL_PREFIX):
            return ch.Held("copy_suspected", details=details)
        if assignment.category_code not in link.categories.category_of:
            return ch.Held("category_unmapped", details=details)
        partners = likely_partners(sis_item(assignment), candidates, habits) if candidates else ()
        if partners:
            return ch.Held(
                "possible_duplicate",
                details={**details, "activity_id": partners[0].id, "reason": partners[0].reason},
            )
        if link.new_in_aeries is NewItems.ASK:
            return ch.Held(
                "possible_duplicate", details={**details, "reason": "new in Aeries; the class asks"}
            )
        return None


def _not_found(
    link: LinkView, head: PairHead, lane: ef.Lane, report: Report
) -> Generator[ef.Effect, Any, ef.Trouble | None]:
    """A7: missing from one answer, then, a while later, by its own address as well: only then it is a question."""
    now: datetime = yield ef.Now()
    if head.missing_since is None:
        yield ef.Commit((ch.Missing(head.id, now), ch.LookAgain(head.id, now + link.second_look)))
        report.count("skipped")
        return None
    if now < head.missing_since + link.second_look:
        yield ef.Commit((ch.LookAgain(head.id, head.missing_since + link.second_look),))
        report.count("skipped")
        return None
    return (yield from _second_look(head, lane, report, now))


def _second_look(
    head: PairHead, lane: ef.Lane, report: Report, now: datetime
) -> Generator[ef.Effect, Any, ef.Trouble | None]:
    """Found after all: what was saved meanwhile is looked for at once."""
    read = yield ef.ReadAssignment(head.unique_id or "", lane)
    if not isinstance(read, ef.Trouble):
        yield ef.Commit(
            (
                ch.Missing(head.id, None),
                ch.JudgePair(head.id, head.activity_id, None),
                ch.LookAgain(head.id, now),
            )
        )
        return None
    if read.family is not ef.Family.NOT_FOUND:
        return read
    report.count("held")
    held = ch.Held("deleted_in_aeries")
    yield ef.Commit((ch.JudgePair(head.id, head.activity_id, held), ch.LookAgain(head.id, None)))
    return None
