"""The fields of one pair: merged with a fresh reading of the assignment, sent complete, proven by the answer (A1)."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.points import CellMove, moved_views, moves
from twinbook.core.carry_out.report import Line, Report
from twinbook.core.carry_out.views import LinkView, PairView
from twinbook.core.field_doubts import doubts_of, echo, with_doubt
from twinbook.core.fields import (
    Field,
    FieldBase,
    FieldChange,
    FieldPlan,
    FieldQuestion,
    agree,
    halves,
    maxima_half,
    merge_fields,
    our_half,
    their_half,
    updated_body,
)
from twinbook.core.remote import FarSide, TheirCell
from twinbook.core.sentence import sentence
from twinbook.core.snapshot import OurActivity, TheirAssignment
from twinbook.core.values import Maxima

UNKNOWN = timedelta(hours=24)
"""How long a PUT whose worker died may be thought of as on its way (C4)."""
LATER = timedelta(seconds=1)


@dataclass(slots=True)
class FieldsOutcome:
    assignment: TheirAssignment
    trouble: ef.Trouble | None = None
    cells_wait: bool = False
    again: bool = False
    wrote: bool = False
    planned: PairView | None = None
    """For a preview: the pair as it would be, with the points settled."""
    moved: bool = False
    """Something of the pair was stored: a view of it that was loaded before is out of date."""


def ours_moved(pair: PairView) -> bool:
    """Whether a field here differs from our half of its base, so that the assignment must be read."""
    return any(
        field.value in pair.fields and our_half(field, pair.activity) != pair.fields[field.value][0]
        for field in Field
    )


def must_be_read(pair: PairView) -> bool:
    """Whether a push has to look at the fields as well."""
    chosen = any(both[1] == ch.NEVER_AGREED for both in pair.fields.values())
    return chosen or ours_moved(pair) or points_in_question(pair) or bool(doubts_of(pair.fields))


def points_moved(pair: PairView) -> bool:
    agreed = pair.fields.get(Field.POINTS.value)
    return agreed is not None and our_half(Field.POINTS, pair.activity) != agreed[0]


def points_in_question(pair: PairView) -> bool:
    """Their maxima, as last read, are not the agreed ones: the points are settled before any cell (A3)."""
    agreed = pair.fields.get(Field.POINTS.value)
    if agreed is None or pair.maxima is None:
        return False
    return agreed[1] != maxima_half(pair.maxima.entry, pair.maxima.weight)


def carry_out_fields(
    link: LinkView,
    pair: PairView,
    assignment: TheirAssignment,
    lane: ef.Lane,
    report: Report,
    *,
    read_at: datetime,
) -> Generator[ef.Effect, Any, FieldsOutcome]:
    """`read_at`: an instant before the reading of the assignment began.

    Interrupted around the PUT: what it asks for stays known as long as it may still land.
    """
    out = FieldsOutcome(assignment)
    agreed = _recognised(pair.fields, assignment)
    plan = merge_fields(
        pair.activity,
        assignment,
        agreed,
        link.categories,
        link.policy,
        in_conflict=pair.fields_in_conflict,
    )
    if lane is ef.Lane.PERSON:
        plan = _without_refused(plan, pair, agreed)
    out.cells_wait = plan.cells_wait
    _note(pair, plan, report)
    cells: tuple[CellMove, ...] = ()
    if _points_of(plan.to_lms) is not None:
        reading = yield ef.ReadScores(assignment.unique_id, lane, will_write=False)
        if isinstance(reading, ef.Trouble):
            out.trouble = reading
            return out
        cells = moves_with_points(pair, reading.rows, link.far, _points_after(plan.to_lms))
    if not link.writes:
        out.assignment, out.planned = _as_planned(pair, assignment, plan, cells)
        return out
    base, activity = plan.base, pair.activity
    questions = list(plan.questions)
    if plan.to_aeries:
        ending = yield from _update(link, pair, assignment, plan, lane)
        match ending:
            case ef.Updated(answered):
                out.assignment, out.wrote = answered, True
                base, refused = _answered_base(link, plan, agreed, answered)
                questions += refused
                out.cells_wait |= any(question.field is Field.POINTS for question in refused)
                yield ef.Commit(tuple(_recorded(pair, plan)))
            case ef.Refused(message, _):
                base = _without(base, plan.to_aeries, agreed)
                questions += [_refused(change, message) for change in plan.to_aeries]
                out.cells_wait |= _points_of(plan.to_aeries) is not None
            case ef.Doubtful(trouble, _) | ef.NotSent(trouble):
                out.trouble = trouble
                return out
            case _:
                raise TypeError(f"not an ending of an update: {ending!r}")
    if plan.to_lms:
        committed = yield ef.Commit((_taken_over(pair, plan.to_lms, cells),))
        if committed.lost:
            # A save came between: their change stays one that was not taken over yet.
            out.again = True
            out.cells_wait |= _points_of(plan.to_lms) is not None
            base = _without(base, plan.to_lms, agreed)
        else:
            activity = _with_points(activity, plan.to_lms)
    base = {**base, **doubts_of(pair.fields, at=read_at)}
    maxima = maxima_of(activity, out.assignment)
    if not plan.to_aeries and not plan.to_lms and not questions and _stands(pair, base, assignment, maxima):
        return out
    out.moved = True
    yield ef.Commit(
        (
            ch.MoveFields(pair.id, base, out.assignment, maxima),
            ch.JudgeFields(pair.id, pair.activity.id, tuple(_held(question) for question in questions)),
        )
    )
    return out


def _points_of(changes: Iterable[FieldChange]) -> FieldChange | None:
    return next((change for change in changes if change.field is Field.POINTS), None)


def _with_points(activity: OurActivity, changes: Iterable[FieldChange]) -> OurActivity:
    change = _points_of(changes)
    if change is None:
        return activity
    points = Decimal(change.after)
    return replace(activity, points=points, extra_credit=points == 0)


def _points_after(changes: Iterable[FieldChange]) -> Decimal:
    change = _points_of(changes)
    assert change is not None
    return Decimal(change.after)


def _taken_over(
    pair: PairView, changes: tuple[FieldChange, ...], cells: tuple[CellMove, ...]
) -> ch.SetOurFields | ch.MovePoints:
    """Points move together with the scores, in one transaction (A3)."""
    points, version = _points_of(changes), pair.activity.version
    if points is None:
        return ch.SetOurFields(pair.id, pair.activity.id, version, changes)
    why = sentence(
        "points changed in Aeries from %(before)s to %(after)s", before=points.before, after=points.after
    )
    return ch.MovePoints(pair.id, pair.activity.id, version, changes, cells, why)


def _as_planned(
    pair: PairView, assignment: TheirAssignment, plan: FieldPlan, cells: tuple[CellMove, ...]
) -> tuple[TheirAssignment, PairView]:
    there, here = _points_of(plan.to_aeries), _points_of(plan.to_lms)
    if there is not None:
        entry, _, weight = there.after.partition("/")
        assignment = replace(assignment, entry_max=Decimal(entry), weight_max=Decimal(weight))
    if here is not None:
        activity = _with_points(pair.activity, plan.to_lms)
        pair = replace(pair, activity=activity, cells=moved_views(pair.cells, cells))
    return assignment, replace(pair, maxima=maxima_of(pair.activity, assignment))


def moves_with_points(
    pair: PairView, rows: Mapping[int, TheirCell], far: FarSide, after: Decimal
) -> tuple[CellMove, ...]:
    before = Decimal(0) if pair.activity.extra_credit else pair.activity.points
    return moves(pair.cells, rows, far, before, after)


def _stands(pair: PairView, base: FieldBase, assignment: TheirAssignment, maxima: Maxima) -> bool:
    """Whether all that is stored of the fields is as it was just read, and no question about one is open: then there is
    nothing to commit. (Where both halves of a base are as read, so is the title that is kept for show.)"""
    shown = (pair.number, pair.their_due_on, pair.their_grading_completed)
    read = (assignment.number, assignment.due_on, assignment.grading_completed)
    return not pair.fields_in_question and base == pair.fields and maxima == pair.maxima and shown == read


def put_fields(
    link: LinkView,
    pair: PairView,
    assignment: TheirAssignment,
    changes: tuple[FieldChange, ...],
    lane: ef.Lane,
    report: Report,
) -> Generator[ef.Effect, Any, FieldsOutcome]:
    """Sets fields there that ours do not follow (undo of a set-up): both stand as agreed afterwards, also where they differ."""
    out = FieldsOutcome(assignment)
    ours = {change.field.value: our_half(change.field, pair.activity) for change in changes}
    base = {**pair.fields, **{c.field.value: (ours[c.field.value], c.after) for c in changes}}
    plan = FieldPlan((), changes, (), base, cells_wait=False)
    ending = yield from _update(link, pair, assignment, plan, lane)
    match ending:
        case ef.Updated(answered):
            out.assignment, out.wrote = answered, True
            shown = {name: (half, their_half(Field(name), answered)) for name, half in ours.items()}
            maxima = maxima_of(pair.activity, answered)
            moved = ch.MoveFields(pair.id, {**pair.fields, **shown}, answered, maxima)
            yield ef.Commit((*_recorded(pair, plan, "undone"), moved))
        case ef.Refused():
            report.count("skipped", len(changes))
            yield ef.Commit(
                (ch.MoveFields(pair.id, pair.fields, assignment, maxima_of(pair.activity, assignment)),)
            )
        case ef.Doubtful(trouble, _) | ef.NotSent(trouble):
            out.trouble = trouble
        case _:
            raise TypeError(f"not an ending of an update: {ending!r}")
    return out


def _recognised(base: FieldBase, assignment: TheirAssignment) -> FieldBase:
    """The base with the echoes of doubtful PUTs in it (C4)."""
    echoes = {field.value: echo(field, their_half(field, assignment), base) for field in Field}
    return {**base, **{name: both for name, both in echoes.items() if both is not None}}


def _update(
    link: LinkView, pair: PairView, assignment: TheirAssignment, plan: FieldPlan, lane: ef.Lane
) -> Generator[ef.Effect, Any, Any]:
    """The PUT between its intent and what is known of its end."""
    body = updated_body(pair.activity, assignment, plan.to_aeries, pair.fields, link.categories)
    sent = _sent(plan, assignment)
    maxima = pair.maxima or maxima_of(pair.activity, assignment)
    now: datetime = yield ef.Now()
    before = with_doubt(pair.fields, sent, now + UNKNOWN)
    yield ef.Commit((ch.MoveFields(pair.id, before, assignment, maxima),))
    ending = yield ef.Update(assignment.unique_id, body, lane)
    match ending:
        case ef.Doubtful(_, ended_at):
            past_at = ended_at + link.longest_timeout
            after = with_doubt(pair.fields, sent, past_at)
            again = ch.LookAgain(pair.id, past_at + LATER)
            yield ef.Commit((ch.MoveFields(pair.id, after, assignment, maxima), again))
        case ef.NotSent():
            yield ef.Commit((ch.MoveFields(pair.id, pair.fields, assignment, maxima),))
        case _:
            pass  # Its own complete answer: the caller moves the base, without a doubt.
    return ending


def _sent(plan: FieldPlan, assignment: TheirAssignment) -> FieldBase:
    """What the PUT makes of each field. One that stands in question is not ours to explain."""
    changed = {change.field.value for change in plan.to_aeries}
    return {
        name: both
        for name, both in plan.base.items()
        if name in changed or both[1] == their_half(Field(name), assignment)
    }


def maxima_of(activity: OurActivity, assignment: TheirAssignment) -> Maxima:
    ours = activity.points if not activity.extra_credit else assignment.weight_max * 0
    return Maxima(ours, assignment.entry_max, assignment.weight_max)


def sent_base(activity: OurActivity, sent: TheirAssignment) -> FieldBase:
    """The field base of an assignment as we ask for it. GradingCompleted cannot be set by an insert (reference §14): it is
    not set on either half, so that ours is sent, or what Aeries set by itself is taken over, at the next look."""
    return {**halves(activity, sent), Field.GRADING_COMPLETED.value: ("no", "no")}


def _answered_base(
    link: LinkView, plan: FieldPlan, agreed: FieldBase, answered: TheirAssignment
) -> tuple[FieldBase, list[FieldQuestion]]:
    """What we sent takes the form in which Aeries shows it: its character filter works on output (reference §3.11). What
    the answer does not show was not taken."""
    base = dict(plan.base)
    refused: list[FieldChange] = []
    for change in plan.to_aeries:
        ours, _ = base[change.field]
        shown = their_half(change.field, answered)
        base[change.field] = (ours, shown)
        if not agree(change.field, ours, shown, link.categories):
            refused.append(change)
    why = sentence("Aeries answered without taking the change.")
    return _without(base, refused, agreed), [_refused(change, why) for change in refused]


def _refused(change: FieldChange, message: str) -> FieldQuestion:
    return FieldQuestion(change.field, "rejected_by_aeries:" + message, change.after, change.before)


def _without_refused(plan: FieldPlan, pair: PairView, agreed: FieldBase) -> FieldPlan:
    """Nothing but what Aeries refused already, word for word: it is not asked again at every save, only by a look at
    everything, or once a person says so."""
    refusals = [pair.refused.get(change.field.value) for change in plan.to_aeries]
    same = [
        refusal is not None and refusal[:2] == (change.after, change.before)
        for refusal, change in zip(refusals, plan.to_aeries, strict=True)
    ]
    if not plan.to_aeries or not all(same):
        return plan
    questions = [
        _refused(change, refusal[2])
        for refusal, change in zip(refusals, plan.to_aeries, strict=True)
        if refusal is not None
    ]
    return replace(
        plan,
        to_aeries=(),
        questions=(*plan.questions, *questions),
        base=_without(plan.base, plan.to_aeries, agreed),
        cells_wait=plan.cells_wait or _points_of(plan.to_aeries) is not None,
    )


def _without(base: FieldBase, undone: Iterable[FieldChange], old: FieldBase) -> FieldBase:
    """The halves of changes that did not take place stay as they were."""
    kept = {change.field.value: old[change.field.value] for change in undone if change.field.value in old}
    return {**base, **kept}


def _recorded(pair: PairView, plan: FieldPlan, why: str = "changed here") -> list[ch.Change]:
    return [
        ch.RecordWrite(pair.activity.id, None, change.field.value, change.before, change.after, why)
        for change in plan.to_aeries
    ]


def _held(question: FieldQuestion) -> ch.Held:
    code, _, message = question.code.partition(":")
    details = {"ours": question.ours, "theirs": question.theirs}
    if message:
        details["message"] = message
    return ch.Held(code=code, field=question.field.value, details=details)


def _note(pair: PairView, plan: FieldPlan, report: Report) -> None:
    activity = pair.activity.id
    for side, changes in (("lms", plan.to_lms), ("aeries", plan.to_aeries)):
        if not changes:
            continue
        before = "; ".join(f"{c.field.value}: {c.before}" for c in changes)
        after = "; ".join(f"{c.field.value}: {c.after}" for c in changes)
        line = Line("lms" if side == "lms" else "aeries", "update_activity", activity, None, before, after)
        report.add(line, "activities_updated")
    for question in plan.questions:
        report.count("conflicts" if question.code == "conflict" else "held")
