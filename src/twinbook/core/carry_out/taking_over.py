"""What a look would take over here, under the brake's verdict (G1), and what a person answered to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from twinbook.core.brake import BrakeScope, BrakeVerdict, Compared, Stop, judge
from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.mass_change import Planned, plan_of
from twinbook.core.carry_out.outcome import LookOutcome
from twinbook.core.carry_out.scores_outcome import Pending, ScoresOutcome
from twinbook.core.carry_out.views import LinkView, PairHead, PairView
from twinbook.core.cells import Policy
from twinbook.core.merge import resolved_base
from twinbook.core.sentence import sentence

CLASS, DISTRICT = "brake:class", "brake:district"


def planned(
    link: LinkView, pending: Sequence[Pending], compared: Sequence[Compared], at: datetime
) -> Planned:
    """Judged by the class's own brake; a stop of the whole district stands until it is answered or its cause is gone."""
    stops = judge(compared, link.brake).stops
    losing = [each for each in pending if each.loses]
    if DISTRICT in link.braked and losing:
        stops = (*stops, Stop(BrakeScope.DISTRICT, None, len(losing), len(compared)))
    verdict = BrakeVerdict(stops)
    settled = BrakeVerdict(
        (
            *_answered(link, verdict, pending, approved=True).stops,
            *_answered(link, verdict, pending, approved=False).stops,
        )
    )
    unasked = sum(not _under(settled, each) for each in losing)
    return Planned(tuple(pending), stops, len(compared), unasked, at)


def stopped_with_the_district(plan: Planned) -> Planned:
    """The district's brake stopped the night: nothing of this class is taken over either, if it would lose anything."""
    if not plan.losing:
        return plan
    stop = Stop(BrakeScope.DISTRICT, None, plan.losing, plan.compared)
    return replace(plan, stops=(*(s for s in plan.stops if s.scope is not BrakeScope.DISTRICT), stop))


def conclude(
    link: LinkView, plan: Planned, out: LookOutcome, *, later: bool = False
) -> Generator[ef.Effect, Any, None]:
    """Asks what must be asked, and takes over the rest. `later`: some time after the plan was made, under another lease."""
    verdict = BrakeVerdict(plan.stops)
    approved = _answered(link, verdict, plan.pending, approved=True)
    discarded = _answered(link, verdict, plan.pending, approved=False)
    open_stops = tuple(s for s in verdict.asked if s not in (*approved.stops, *discarded.stops))
    holding = BrakeVerdict(open_stops)
    out.held |= any(stop.scope in (BrakeScope.CLASS, BrakeScope.DISTRICT) for stop in open_stops)
    if link.writes:
        questions = {stop.subject: question(stop, plan.pending) for stop in open_stops}
        yield ef.Commit((ch.JudgeSubjects("brake", questions),))
    by_pair: dict[int, list[Pending]] = defaultdict(list)
    for each in plan.pending:
        by_pair[each.step.pair].append(each)
    heads = {head.id: head for head in link.pairs}
    for pair_id, pending in by_pair.items():
        head = heads.get(pair_id)
        if head is None:
            continue
        if later and _read_since(head, plan.at):
            yield from _look_again(link, head, out)
            continue
        kept: list[Pending] = []
        rest: list[Pending] = []
        for each in pending:
            ours_stays = each.loses and _under(discarded, each) and not _under(holding, each)
            (kept if ours_stays else rest).append(each)
        if kept:
            yield from _keep_ours(link, kept, out)
        explained = [_explained(link, approved, each) for each in rest]
        out.again |= yield from take_over(link, head, explained, holding, out)


def conclude_pair(
    link: LinkView, pair: PairView, scores: ScoresOutcome, out: LookOutcome
) -> Generator[ef.Effect, Any, None]:
    """For a push, which sees one activity only: what stands in question stays as it is, and a new mass change is left to
    a look at the whole class."""
    if not scores.pending:
        return
    if {CLASS, DISTRICT, f"brake:activity:{pair.activity.id}"} & link.braked:
        out.report.count("held", len(scores.pending))
        return
    verdict = judge(scores.compared, link.brake, values_in_class=link.values_in_class)
    held = tuple(
        Stop(BrakeScope.STUDENT, each.step.student, 0, 0)
        for each in scores.pending
        if f"brake:student:{each.step.student}" in link.braked
    )
    if verdict.stops and link.writes:
        asked = [stop for stop in verdict.stops if stop.scope is BrakeScope.ACTIVITY]
        questions = (
            ch.JudgeSubjects(stop.subject, {stop.subject: question(stop, scores.pending)}) for stop in asked
        )
        yield ef.Commit((*questions, ch.LookAtEverything()))
        out.again = True
    holding = BrakeVerdict((*verdict.stops, *held))
    out.again |= yield from take_over(link, pair, scores.pending, holding, out)


def take_over(
    link: LinkView,
    pair: PairView | PairHead,
    pending: Sequence[Pending],
    verdict: BrakeVerdict,
    out: LookOutcome,
) -> Generator[ef.Effect, Any, bool]:
    """What the brake lets through is taken over; the rest is left as it is. True: a save came between."""
    free = [each for each in pending if not _under(verdict, each)]
    out.report.count("held", len(pending) - len(free))
    for each in free:
        out.report.add(each.line, each.count)
    if not free or not link.writes:
        return False
    steps = [each.step for each in free]
    judged = frozenset(step.student for step in steps)
    committed: ef.Committed = yield ef.Commit((*steps, ch.JudgeCells(pair.id, steps[0].activity, judged, ())))
    return bool(committed.lost)


def question(stop: Stop, pending: Sequence[Pending]) -> ch.Held:
    """One question for a stop, with before and after counts."""
    return ch.Held(
        "mass_change",
        student=stop.key if stop.scope is BrakeScope.STUDENT else None,
        activity=stop.key if stop.scope is BrakeScope.ACTIVITY else None,
        details={"changed": str(stop.changed), "of": str(stop.of)},
        plan=plan_of(stop, pending),
    )


def _answered(
    link: LinkView, verdict: BrakeVerdict, pending: Sequence[Pending], *, approved: bool
) -> BrakeVerdict:
    """The stops whose very plan a person approved or discarded."""
    return BrakeVerdict(
        tuple(
            stop
            for stop in verdict.asked
            if (answer := link.answers.get(stop.subject)) is not None
            and answer.approved is approved
            and answer.fingerprint == plan_of(stop, pending).fingerprint
        )
    )


def _under(verdict: BrakeVerdict, each: Pending) -> bool:
    return verdict.holds(each.step.student, each.step.activity)


def _read_since(head: PairHead, at: datetime) -> bool:
    return head.scores_read_at is not None and head.scores_read_at > at


def _look_again(link: LinkView, head: PairHead, out: LookOutcome) -> Generator[ef.Effect, Any, None]:
    if link.writes:
        now: datetime = yield ef.Now()
        yield ef.Commit((ch.LookAgain(head.id, now),))
        out.again = True


def _keep_ours(link: LinkView, kept: Sequence[Pending], out: LookOutcome) -> Generator[ef.Effect, Any, None]:
    """A discarded plan: as in a conflict that the LMS wins (C3), cell by cell; the next look sends what stands here."""
    if not link.writes:
        return
    now: datetime = yield ef.Now()
    moves = [
        ch.MoveBase(
            step.pair,
            step.student,
            resolved_base(None, Policy.LMS, step.value, step.expected_version, step.theirs, step.maxima),
            step.membership,
        )
        for step in (each.step for each in kept)
    ]
    yield ef.Commit((*moves, ch.LookAgain(kept[0].step.pair, now)))
    out.again = True


def _explained(link: LinkView, approved: BrakeVerdict, each: Pending) -> Pending:
    """The history tells who approved it."""
    stop = next((s for s in approved.stops if s.covers(each.step.student, each.step.activity)), None)
    if stop is None or not each.loses:
        return each
    who = link.answers[stop.subject].who
    why = sentence("%(why)s; one of many at once, approved by %(who)s", why=each.step.why, who=who)
    return replace(each, step=replace(each.step, why=why))
