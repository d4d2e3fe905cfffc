"""The rows of pairs as a person changes them: freeing one half, unlinking, ignoring. Both gradebooks keep all their data.

Called inside a transaction under the class's lease.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from twinbook.core.sentence import sentence
from twinbook.sync import clock, errors, questions
from twinbook.sync.models import CellBaseRow, IntentRow, Link, Pair, PairState, Problem

REPAIRED = "the pair was changed by a person"


def of_activity(link: Link, activity_id: int) -> Pair | None:
    return _pairs(link).filter(activity_id=activity_id).first()


def of_assignment(link: Link, unique_id: str) -> Pair | None:
    return _pairs(link).filter(unique_id=unique_id).first()


def _pairs(link: Link) -> QuerySet[Pair]:
    return Pair.objects.select_related("activity").filter(link=link)


def check_free(pair: Pair | None) -> None:
    """Raises PartnerTaken for a pair that is linked, or whose assignment may be on its way to Aeries."""
    if pair is None:
        return
    if pair.state in (PairState.LINKED, PairState.HELD):
        raise errors.PartnerTaken(
            sentence("%(pair)s is paired already.", pair=_named(pair)),
            hint=sentence("Unlink that pair first; nothing is lost by it."),
        )
    check_not_creating(pair)


def check_not_creating(pair: Pair) -> None:
    if pair.state == PairState.CREATING and pair.create_sent_at is not None:
        raise errors.PartnerTaken(
            sentence("%(pair)s is being created in Aeries right now.", pair=_named(pair)),
            hint=sentence("Try again in a few minutes."),
        )


def unlink(pair: Pair) -> None:
    """The pair rests: what was agreed stays on record, and both halves are known to belong together."""
    check_not_creating(pair)
    linked = pair.state in (PairState.LINKED, PairState.HELD)
    Pair.objects.filter(id=pair.id).update(
        state=PairState.UNLINKED if linked else PairState.IGNORED_IN_LMS,
        look_again_at=None,
        missing_since=None,
    )
    close_questions(pair)


def free(pair: Pair | None) -> None:
    """Afterwards the pair is no more. The half that nobody asked about stays on its own side."""
    if pair is None:
        return
    check_free(pair)
    close_questions(pair)
    Problem.objects.filter(pair=pair).update(pair=None)
    pair.delete()


def part(pair: Pair | None) -> None:
    """Both halves of a resting pair stand alone from now on, each on its own side."""
    if pair is None:
        return
    check_free(pair)
    link, activity, unique_id = pair.link, pair.activity, pair.unique_id
    shown = {"number": pair.number, "their_title": pair.their_title}
    free(pair)
    if activity is not None:
        Pair.objects.create(link=link, activity=activity, state=PairState.IGNORED_IN_LMS)
    if unique_id is not None:
        Pair.objects.create(link=link, unique_id=unique_id, state=PairState.IGNORED_IN_AERIES, **shown)


def let_go(pair: Pair, state: PairState, why: str, **partner: Any) -> None:
    """The activity goes on in `state` without its assignment, or with another (`partner`): nothing was ever agreed with
    what it meets next.

    The assignment that it had is remembered by itself, so that it is recognised, and asked about, where it turns up.
    """
    old = {
        name: getattr(pair, name) for name in ("link_id", "unique_id", "external_id", "number", "their_title")
    }
    questions.close_of_pair(pair.id, why)
    CellBaseRow.objects.filter(pair=pair).delete()
    IntentRow.objects.filter(pair=pair, settled_at=None).update(settled_at=clock.now())
    Pair.objects.filter(id=pair.id).update(
        state=state, looked_generation=0, look_again_at=Now(), **{**_UNMET, **partner}
    )
    if old["unique_id"] is not None:
        Pair.objects.create(state=PairState.UNLINKED, missing_since=pair.missing_since, **old)


def end(pair: Pair, why: str) -> None:
    """Neither side takes part any more; both are remembered, so that neither is created again."""
    questions.close_of_pair(pair.id, why)
    Pair.objects.filter(id=pair.id).update(state=PairState.UNLINKED, look_again_at=None)


_UNMET: dict[str, Any] = {
    "unique_id": None,
    "external_id": None,
    "number": None,
    "their_title": "",
    "fields": {},
    "max_ours": None,
    "max_entry": None,
    "max_weight": None,
    "their_due_on": None,
    "their_grading_completed": False,
    "create_sent_at": None,
    "create_ended_at": None,
    "create_lease": None,
    "create_holder": "",
    "create_confirmed": False,
    "confirmed_in_summary": False,
    "rule_fired": False,
    "scores_read_at": None,
    "fields_read_at": None,
    "missing_since": None,
}
"""A pair that has not met an assignment yet."""


def close_questions(pair: Pair) -> None:
    """About the pair, its cells and its fields, and about its halves where they stood alone."""
    about = Q(pair=pair)
    if pair.activity_id is not None:
        about |= Q(link=pair.link, subject=questions.activity_subject(pair.activity_id))
    if pair.unique_id is not None:
        about |= Q(link=pair.link, subject=f"aeries:{pair.unique_id}")
    for row in Problem.objects.filter(about, closed_at=None):
        questions.close(row, REPAIRED)


def _named(pair: Pair) -> str:
    return f"“{pair.activity.title if pair.activity is not None else pair.their_title}”"
