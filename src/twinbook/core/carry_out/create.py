"""Creating an assignment exactly once (A4, A5), although an insert is not idempotent and may land late.

The intent, with an external id from a random UUID, is committed before the insert. After a doubtful ending the list is
looked at again and again and the assignment adopted as soon as it is there; only the *repeat* of the insert waits longer
than the longest time-out.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.fields import maxima_of, sent_base
from twinbook.core.carry_out.report import Line, Report
from twinbook.core.carry_out.views import LinkView, PairState, PairView
from twinbook.core.fields import AssignmentBody, Field, FieldBase, agree, new_body, their_half
from twinbook.core.matching import LmsActivity, SisAssignment, likely_partners
from twinbook.core.remote import TheirCell
from twinbook.core.sentence import sentence
from twinbook.core.snapshot import OurActivity, TheirAssignment
from twinbook.core.values import Blank, ForeignMark, Mark, Number, OurValue

EXTERNAL_PREFIX = "tb1:"
_FIRST_LOOK = timedelta(seconds=2)
_LATER = timedelta(seconds=1)
_BETWEEN_DOUBTS = timedelta(minutes=10)
ELSEWHERE = sentence("none of the assignments of this class stands in the Aeries gradebook any more")
"""Why an activity is not created: a person has to look whether it is still the right gradebook (G2)."""


@dataclass(slots=True)
class Created:
    """`known_blank`: the insert's own answer; its rows are blank without a reading (A5)."""

    assignment: TheirAssignment
    known_blank: bool


CreateSteps = Generator[ef.Effect, Any, "Created | ef.Trouble | None"]


def create_assignment(link: LinkView, pair: PairView, lane: ef.Lane, report: Report) -> CreateSteps:
    """None: not yet, or a person is asked; the pair knows when to look again."""
    now: datetime = yield ef.Now()
    listing: ef.Listing | ef.Trouble | None = None
    if pair.create_sent_at is not None:
        listing = yield ef.ListAssignments(lane, reuse=False)
        if isinstance(listing, ef.Trouble):
            return listing
        found = _ours(pair, listing)
        if found:
            return (yield from _adopt(link, pair, found, report))
        if not _may_repeat(link, pair, listing.began_at):
            yield from _look_later(link, pair, now)
            return None
        doubted = yield from _is_doubted(link, listing, lane)
        if isinstance(doubted, ef.Trouble):
            return doubted
        if doubted:
            waited = max(now - (pair.create_ended_at or now), _FIRST_LOOK)
            yield from _looked(link, pair, now + min(waited, _BETWEEN_DOUBTS))
            return None
    if not pair.activity.published:
        yield from _looked(link, pair, None)
        return None
    ready_at = _ready_at(link, pair)
    if ready_at is not None and ready_at > now:
        yield from _looked(link, pair, ready_at)
        return None
    category = pair.activity.category_id
    code = None if category is None else link.categories.code_of.get(category)
    if code is None:
        # An insert without a valid category would silently land in the first one (reference §11.3).
        yield from _hold(link, pair, report, "category_unmapped", {})
        return None
    if listing is None:
        listing = yield ef.ListAssignments(lane)
    if isinstance(listing, ef.Trouble):
        return listing
    if not pair.create_confirmed:
        twins = likely_there(link, lms_item(pair), listing, known=pair.confirmed_in_summary)
        twins = twins or _elsewhere(link, listing)
        if twins:
            yield from _hold(link, pair, report, "possible_duplicate", twins)
            return None
    return (yield from _insert(link, pair, code, lane, report))


def _elsewhere(link: LinkView, listing: ef.Listing) -> dict[str, str]:
    """None of the pairs stands in the list: this may be another gradebook under the same number (G2). An insert is for
    ever, so a person is asked first."""
    linked = {head.unique_id for head in link.pairs if head.state is PairState.LINKED}
    if not linked or linked & {assignment.unique_id for assignment in listing.assignments}:
        return {}
    return {"reason": ELSEWHERE}


def _ready_at(link: LinkView, pair: PairView) -> datetime | None:
    """A4: with its first score at once; without one when it has been left unedited for a while. A draft never leaves."""
    if any(not isinstance(cell.ours.value, Blank) and not cell.older for cell in pair.cells):
        return None
    return pair.edited_at + link.create_after


def _looked(link: LinkView, pair: PairView, again_at: datetime | None) -> Generator[ef.Effect, Any, None]:
    if link.writes:
        yield ef.Commit((ch.Looked(pair.id, pair.activity.generation), ch.LookAgain(pair.id, again_at)))


def _insert(link: LinkView, pair: PairView, code: str, lane: ef.Lane, report: Report) -> CreateSteps:
    report.add(
        Line("aeries", "create_activity", pair.activity.id, None, None, pair.activity.title),
        "activities_created",
    )
    if not link.writes:
        return Created(planned(new_body(pair.activity, code, "")), known_blank=True)
    external_id = pair.external_id
    if external_id is None:
        external_id = yield ef.MintExternalId()
    body: AssignmentBody = new_body(pair.activity, code, external_id)
    yield ef.Commit(
        (
            ch.StartCreate(pair.id, external_id, sent_base(pair.activity, planned(body))),
            ch.JudgePair(pair.id, pair.activity.id, None),
        )
    )
    ending = yield ef.Insert(body, lane)
    match ending:
        case ef.Inserted(assignment):
            base = sent_base(pair.activity, assignment)
            yield from _pin(pair, assignment, _found_base(link, base, assignment), adopted=False)
            return Created(assignment, known_blank=True)
        case ef.Refused(message, _):
            held = ch.Held("rejected_by_aeries", details={"message": message})
            yield ef.Commit(
                (
                    ch.CancelCreate(pair.id),
                    ch.JudgePair(pair.id, pair.activity.id, held),
                    ch.Looked(pair.id, pair.activity.generation),
                    ch.LookAgain(pair.id, None),
                )
            )
            report.count("held")
            return None
        case ef.NotSent(trouble):
            yield ef.Commit((ch.CancelCreate(pair.id),))
            return trouble
        case ef.Doubtful(trouble, ended_at):
            yield ef.Commit((ch.EndCreate(pair.id, ended_at), ch.LookAgain(pair.id, ended_at + _FIRST_LOOK)))
            return trouble
        case _:
            raise TypeError(f"not an ending of an insert: {ending!r}")


def _ours(pair: PairView, listing: ef.Listing) -> list[TheirAssignment]:
    return sorted(
        (a for a in listing.assignments if a.external_id and a.external_id == pair.external_id),
        key=lambda a: a.number,
    )


def _adopt(link: LinkView, pair: PairView, found: list[TheirAssignment], report: Report) -> CreateSteps:
    """The fields that were sent stand in the pair since the intent: what was edited since, on either side, is a change."""
    first = found[0]
    if not link.writes:
        return Created(first, known_blank=False)
    sent = pair.fields or sent_base(pair.activity, first)
    yield from _pin(pair, first, _found_base(link, sent, first), adopted=True)
    if len(found) > 1:
        report.count("held", len(found) - 1)
        yield ef.Commit(tuple(_second(pair, first, other) for other in found[1:]))
    return Created(first, known_blank=False)


def _second(pair: PairView, first: TheirAssignment, other: TheirAssignment) -> ch.JudgeSubjects:
    """One that landed or was doubled after all: named as the next look at everything names it, with no scores in it."""
    subject = f"aeries:{other.unique_id}"
    details = copy_details(other, pair.activity.id, first.number)
    return ch.JudgeSubjects(subject, {subject: ch.Held("copy_suspected", details=details)})


def copy_details(copy: TheirAssignment, activity: int | None, number: int | None) -> dict[str, str]:
    """`activity`, `number`: the work here that it is a copy of, and the number of the assignment that is known as its
    partner."""
    details = {"aeries_id": copy.unique_id, "number": str(copy.number), "name": copy.title}
    if activity is not None:
        details["activity_id"] = str(activity)
    if number is not None:
        details["partner_number"] = str(number)
    return details


def _found_base(link: LinkView, sent: FieldBase, found: TheirAssignment) -> FieldBase:
    """What was sent, in the form in which Aeries shows it, where the two say the same."""
    base: dict[str, tuple[str, str]] = {}
    for field in Field:
        ours, theirs = sent[field.value]
        shown = their_half(field, found)
        base[field.value] = (ours, shown if agree(field, ours, shown, link.categories) else theirs)
    return base


def _pin(
    pair: PairView, assignment: TheirAssignment, base: FieldBase, *, adopted: bool
) -> Generator[ef.Effect, Any, None]:
    yield ef.Commit(
        (
            ch.Pin(pair.id, assignment, base, maxima_of(pair.activity, assignment), adopted),
            ch.RecordWrite(
                pair.activity.id, None, "activity", None, pair.activity.title, "created in Aeries"
            ),
            ch.JudgePair(pair.id, pair.activity.id, None),
        )
    )


def _may_repeat(link: LinkView, pair: PairView, began_at: datetime) -> bool:
    """Only a list that began later than the longest time-out after the insert ended proves that it never landed."""
    return pair.create_ended_at is not None and began_at > pair.create_ended_at + link.longest_timeout


def _is_doubted(
    link: LinkView, listing: ef.Listing, lane: ef.Lane
) -> Generator[ef.Effect, Any, bool | ef.Trouble]:
    """Whether the list lacks what is there, so that what it lacks may be there as well (A7): it is empty although the
    class has partners in it, or one of them answers by its own address."""
    known = [
        head.unique_id for head in link.pairs if head.state is PairState.LINKED and head.unique_id is not None
    ]
    listed = {assignment.unique_id for assignment in listing.assignments}
    if known and not listed:
        return True
    for unique_id in known:
        if unique_id in listed:
            continue
        read = yield ef.ReadAssignment(unique_id, lane)
        if not isinstance(read, ef.Trouble):
            return True
        if read.family is not ef.Family.NOT_FOUND:
            return read
    return False


def _look_later(link: LinkView, pair: PairView, now: datetime) -> Generator[ef.Effect, Any, None]:
    """At growing intervals, and once for certain when the repeat is allowed. After a death nobody knows when the request
    ended: then the intervals grow from its beginning, up to the longest time-out."""
    sent_at = pair.create_sent_at or now
    if pair.create_ended_at is None:
        waited = min(max(now - sent_at, _FIRST_LOOK), link.longest_timeout)
        yield from _looked(link, pair, now + waited)
        return
    allowed = pair.create_ended_at + link.longest_timeout + _LATER
    waited = max(now - pair.create_ended_at, _FIRST_LOOK)
    yield from _looked(link, pair, min(now + waited, max(allowed, now + _LATER)))


def likely_there(
    link: LinkView, item: LmsActivity, listing: ef.Listing, *, known: bool = False
) -> dict[str, str]:
    """The likeliest partner among the assignments without one; empty: none. `known`: not of those that are left alone
    there, which a person has seen."""
    paired = {head.unique_id for head in link.pairs if known or not head.without_partner}
    unpaired = [sis_item(a) for a in listing.assignments if a.unique_id not in paired]
    partners = likely_partners(item, unpaired, known_pairs(link, listing)) if unpaired else ()
    if not partners:
        return _stranger(link, listing)
    by_id = {a.unique_id: a for a in listing.assignments}
    return _partner(by_id[partners[0].id], partners[0].reason)


def _partner(assignment: TheirAssignment, reason: str) -> dict[str, str]:
    return {
        "aeries_id": assignment.unique_id,
        "number": str(assignment.number),
        "name": assignment.title,
        "reason": reason,
    }


MADE_AFTER_THE_BACKUP = "created by Twinbook after the backup was taken that this database comes from"


def _stranger(link: LinkView, listing: ef.Listing) -> dict[str, str]:
    """In a restored database anything that Twinbook made since may be this very activity, whatever it is called now."""
    for assignment in listing.assignments:
        if is_stranger(link, listing, assignment):
            return _partner(assignment, MADE_AFTER_THE_BACKUP)
    return {}


def is_stranger(link: LinkView, listing: ef.Listing, assignment: TheirAssignment) -> bool:
    """Made by Twinbook, but unknown to this restored database (G3). A teacher's copy bears the id of one that is known."""
    if not link.base_doubtful or not assignment.external_id.startswith(EXTERNAL_PREFIX):
        return False
    paired = {head.unique_id for head in link.pairs if head.unique_id is not None}
    known = {a.external_id for a in listing.assignments if a.unique_id in paired}
    return assignment.unique_id not in paired and assignment.external_id not in known


def _hold(
    link: LinkView, pair: PairView, report: Report, code: str, details: dict[str, str]
) -> Generator[ef.Effect, Any, None]:
    report.count("held")
    if link.writes:
        held = ch.Held(code, details=details)
        yield ef.Commit(
            (
                ch.JudgePair(pair.id, pair.activity.id, held),
                ch.Looked(pair.id, pair.activity.generation),
                ch.LookAgain(pair.id, None),
            )
        )


def known_pairs(link: LinkView, listing: ef.Listing) -> list[tuple[LmsActivity, SisAssignment]]:
    """The class's pairs as the proposer's examples: how this teacher shifts dates, numbers and shortens names."""
    listed = {assignment.unique_id: assignment for assignment in listing.assignments}
    return [
        (activity_item(head.ours), sis_item(listed[head.unique_id]))
        for head in link.pairs
        if head.state is PairState.LINKED and head.ours is not None and head.unique_id in listed
    ]


def lms_item(pair: PairView) -> LmsActivity:
    scores = {str(cell.sis_student_id): _score(cell.ours.value) for cell in pair.cells}
    return replace(activity_item(pair.activity), scores=scores)


def activity_item(activity: OurActivity) -> LmsActivity:
    return LmsActivity(
        id=str(activity.id),
        title=activity.title,
        category_id=None if activity.category_id is None else str(activity.category_id),
        points=activity.points,
        assigned_on=activity.assigned_on,
        due_on=activity.due_on,
    )


def _score(value: OurValue) -> Decimal | str | None:
    match value:
        case Blank():
            return None
        case Number(number):
            return number
        case Mark() | ForeignMark():
            return str(value)


def sis_item(assignment: TheirAssignment) -> SisAssignment:
    return SisAssignment(
        id=assignment.unique_id,
        number=assignment.number,
        name=assignment.title,
        category_code=assignment.category_code,
        points_possible=assignment.weight_max,
        number_correct_possible=assignment.entry_max,
        assigned_on=assignment.assigned_on,
        due_on=assignment.due_on,
    )


def planned(body: AssignmentBody) -> TheirAssignment:
    """The assignment that an insert asks for. It has no identity yet."""
    return TheirAssignment(
        unique_id="",
        number=0,
        title=body.title,
        description=body.description,
        category_code=body.category_code,
        assigned_on=body.assigned_on,
        due_on=body.due_on,
        entry_max=body.entry_max,
        weight_max=body.weight_max,
        grading_completed=False,
        external_id=body.external_id,
        formative_summative=body.formative_summative,
    )


def blank_rows(pair: PairView, assignment: TheirAssignment, link: LinkView, began_at: datetime) -> ef.Reading:
    """The rows of an assignment that was just created: blank for every student of the gradebook (reference §11.3)."""
    blank = TheirCell(link.far.blank, assignment.entry_max, assignment.weight_max)
    active = {student.student_id for student in link.students if not student.tag.strip()}
    return ef.Reading(
        {cell.sis_student_id: blank for cell in pair.cells if cell.sis_student_id in active}, began_at
    )
