"""Before and after an undo writes here: what both sides hold of the pairs that it is about, and their ordinary push."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.fields import put_fields
from twinbook.core.carry_out.one_pair import one_pair
from twinbook.core.carry_out.outcome import Look, LookOutcome
from twinbook.core.carry_out.ready import ready
from twinbook.core.carry_out.report import Report
from twinbook.core.carry_out.scores import Look as ScoresLook
from twinbook.core.carry_out.views import CellView, LinkView, PairView
from twinbook.core.cells import CellBase, Decision, Membership, NewBase, Nothing, Send
from twinbook.core.fields import FieldChange, their_half
from twinbook.core.remote import CellTerms, TheirCell
from twinbook.core.snapshot import TheirAssignment
from twinbook.core.values import Form, Maxima


@dataclass(frozen=True, slots=True)
class SeenPair:
    """`assignment` None: it is not listed any more. `reading` None: its scores could not be read."""

    view: PairView
    assignment: TheirAssignment | None
    reading: ef.Reading | None


@dataclass(slots=True)
class Seen:
    """`trouble`: what stopped the reading; then nothing can be planned."""

    link: LinkView
    pairs: dict[int, SeenPair] = field(default_factory=dict)
    listed: frozenset[str] = frozenset()
    trouble: ef.Trouble | None = None


def observe(pairs: Sequence[int], lane: ef.Lane = ef.Lane.BULK) -> Generator[ef.Effect, Any, Seen]:
    """Reads everything anew and writes nothing."""
    link: LinkView = yield ef.LoadLink()
    seen = Seen(link)
    seen.trouble = yield from ready(link, lane)
    if seen.trouble is not None:
        return seen
    seen.link = yield ef.LoadLink()
    listing = yield ef.ListAssignments(lane, reuse=False)
    if isinstance(listing, ef.Trouble):
        seen.trouble = listing
        return seen
    by_id = {assignment.unique_id: assignment for assignment in listing.assignments}
    seen.listed = frozenset(by_id)
    for done, pair_id in enumerate(pairs):
        view: PairView | None = yield ef.LoadPair(pair_id)
        if view is None:
            continue
        yield ef.Progress(done, len(pairs), view.activity.title)
        found = by_id.get(view.unique_id or "")
        reading = None
        if found is not None:
            reading = yield ef.ReadScores(found.unique_id, lane, may_reuse=False, will_write=False)
        if isinstance(reading, ef.Trouble):
            if reading.stops_the_class:
                seen.trouble = reading
                return seen
            reading = None
        seen.pairs[pair_id] = SeenPair(view, found, reading)
    return seen


def push_pairs(pairs: Sequence[int], lane: ef.Lane = ef.Lane.PERSON) -> Look:
    """These pairs, wholly, as after any edit. Interrupted: what was not looked through stays dirty."""
    out = LookOutcome()
    link: LinkView = yield ef.LoadLink()
    out.trouble = yield from ready(link, lane)
    if out.trouble is not None:
        return out
    link = yield ef.LoadLink()
    for done, pair_id in enumerate(pairs):
        yield ef.Progress(done, len(pairs), "")
        yield from one_pair(link, pair_id, lane, out)
        if out.trouble is not None and out.trouble.stops_the_class:
            return out
    yield ef.Progress(len(pairs), len(pairs), "")
    return out


@dataclass(frozen=True, slots=True)
class Target:
    """A cell there that goes back without ours following: only if it still shows `expected`, and ours has `version`."""

    version: int
    expected: Form
    form: Form
    text: str
    """What the request says."""


def put_back_there(
    cells: Mapping[int, Mapping[int, Target]],
    fields: Mapping[int, tuple[FieldChange, ...]],
    lane: ef.Lane = ef.Lane.BULK,
) -> Look:
    """Undo of a set-up: their side goes back to what it held, pair by pair, whatever ours goes back to. Afterwards the two
    are agreed as they stand. Interrupted and begun again: what was put back is found put back."""
    out = LookOutcome()
    link: LinkView = yield ef.LoadLink()
    out.trouble = yield from ready(link, lane)
    if out.trouble is not None:
        return out
    pairs = sorted({*cells, *fields})
    for done, pair_id in enumerate(pairs):
        yield ef.Progress(done, len(pairs), "")
        trouble = yield from _put_back_pair(
            pair_id, cells.get(pair_id, {}), fields.get(pair_id, ()), lane, out
        )
        if trouble is not None and trouble.stops_the_class:
            out.trouble = trouble
            return out
        if trouble is not None:
            out.report.troubles.append(trouble.message)
            out.report.count("skipped")
    yield ef.Progress(len(pairs), len(pairs), "")
    return out


def _put_back_pair(
    pair_id: int,
    cells: Mapping[int, Target],
    fields: tuple[FieldChange, ...],
    lane: ef.Lane,
    out: LookOutcome,
) -> Generator[ef.Effect, Any, ef.Trouble | None]:
    pair: PairView | None = yield ef.LoadPair(pair_id)
    if pair is None or pair.unique_id is None:
        return None
    link: LinkView = yield ef.LoadLink()
    assignment = yield ef.ReadAssignment(pair.unique_id, lane)
    if isinstance(assignment, ef.Trouble):
        return assignment
    still = tuple(change for change in fields if their_half(change.field, assignment) == change.before)
    if still:
        done = yield from put_fields(link, pair, assignment, still, lane, out.report)
        out.pushed |= done.wrote
        if done.trouble is not None:
            return done.trouble
        assignment = done.assignment
        pair = yield ef.LoadPair(pair_id)
        if pair is None:
            return None
    if not cells:
        return None
    reading = yield ef.ReadScores(assignment.unique_id, lane, may_reuse=False)
    if isinstance(reading, ef.Trouble):
        return reading
    activity = pair.activity
    ours = activity.points * 0 if activity.extra_credit else activity.points
    terms = CellTerms(Maxima(ours, assignment.entry_max, assignment.weight_max), assignment.grading_completed)
    look = _PutBack(link, pair, terms, lane, out.report, cells)
    scores = yield from look.run(reading)
    out.pushed |= scores.wrote
    return scores.trouble


class _PutBack(ScoresLook):
    """Sends the targets, and nothing else."""

    def __init__(
        self,
        link: LinkView,
        pair: PairView,
        terms: CellTerms,
        lane: ef.Lane,
        report: Report,
        targets: Mapping[int, Target],
    ) -> None:
        super().__init__(link, pair, terms, lane, report, None)
        self.targets = targets

    def _decide_one(self, view: CellView, theirs: TheirCell | None) -> Decision:
        target = self.targets.get(view.student)
        if target is None:
            return Nothing(agreed=False)
        membership = self.link.membership(view.sis_student_id, self.pair.their_due_on, view.agreed_as)
        possible = membership is not Membership.ABSENT and self.link.term_open(self.pair.their_due_on)
        if theirs is None or view.ours.version != target.version or not possible:
            self.report.count("skipped")
            return Nothing(agreed=False)
        maxima = Maxima(self.terms.maxima.ours, theirs.entry_max, theirs.weight_max)
        if theirs.form == target.form:
            return NewBase(CellBase(view.ours.value, view.ours.version, theirs.form, maxima), "put back")
        if theirs.form != target.expected:
            self.report.count("skipped")
            return Nothing(agreed=False)
        return Send(
            ours=view.ours,
            form=target.form,
            entry_text=target.text,
            terms=CellTerms(maxima, self.terms.grading_completed),
            replaces=self.link.far.decode(theirs, maxima.ours),
            date_completed=theirs.date_completed,
            why="undone",
        )

    def _recorded(self, student: int, step: Send, replaced: Form | None) -> ch.RecordWrite:
        maxima = step.terms.maxima
        written = self.link.far.decode(TheirCell(step.form, maxima.entry, maxima.weight), maxima.ours)
        before, after = str(step.replaces) or None, str(written) or None
        return ch.RecordWrite(self.pair.activity.id, student, "score", before, after, step.why, replaced)
