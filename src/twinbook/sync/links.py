"""Pairs as the public route `links` shows them, and stopping to sync a class."""

from __future__ import annotations

from typing import Any

from twinbook.sync import announce, clock, errors, homes, lease, load, questions
from twinbook.sync.look import live_links
from twinbook.sync.models import ClassSync, Link, Pair, PairState, SetupDraft

Json = dict[str, Any]

LEASE_WAIT_SECONDS = 60.0
_SHOWN = {
    PairState.LINKED: "linked",
    PairState.CREATING: "linked",
    PairState.HELD: "held",
    PairState.IGNORED_IN_LMS: "ignored_in_lms",
    PairState.IGNORED_IN_AERIES: "ignored_in_aeries",
}


def of_class(class_id: int) -> list[Json]:
    """Every pair of the live links; an activity that is still to be created in Aeries has no `aeries_id`.

    The halves of a pair that was unlinked stand as two, each on its own side, as far as they are not gone.
    """
    pairs = Pair.objects.filter(link__school_class_id=class_id, link__ended_on=None).select_related(
        "activity", "link"
    )
    held = set(
        questions.open_problems(class_id)
        .filter(subject__startswith="activity:")
        .values_list("link_id", "activity_id")
    )
    return [
        item
        for pair in pairs.order_by("id")
        for item in _items(pair, held=(pair.link_id, pair.activity_id) in held)
    ]


def _items(pair: Pair, *, held: bool) -> list[Json]:
    if pair.state != PairState.UNLINKED:
        return [_shown(pair, held=held)]
    alone = {
        "activity_id": None,
        "aeries_id": None,
        "number": None,
        "gradebook_number": pair.link.gradebook_number,
    }
    here = {"activity_id": str(pair.activity_id), "name": _title(pair), "state": "ignored_in_lms"}
    there = {"aeries_id": pair.unique_id, "number": pair.number, "name": pair.their_title}
    halves: list[Json] = []
    if pair.activity is not None and pair.activity.deleted_at is None:
        halves.append({**alone, **here})
    if pair.unique_id is not None and pair.missing_since is None:
        halves.append({**alone, **there, "state": "ignored_in_aeries"})
    return halves


def _title(pair: Pair) -> str:
    return pair.activity.title if pair.activity is not None else pair.their_title


def _shown(pair: Pair, *, held: bool) -> Json:
    return {
        "activity_id": None if pair.activity_id is None else str(pair.activity_id),
        "aeries_id": pair.unique_id,
        "gradebook_number": pair.link.gradebook_number,
        "number": pair.number,
        "name": _title(pair),
        "state": "held" if held and pair.state in ("linked", "creating") else _SHOWN[PairState(pair.state)],
    }


def unlink(class_id: int, gradebook_number: int | None = None) -> None:
    """Ends the class's links, or the one with this gradebook. Both gradebooks keep all their data; what was agreed stays
    on record.

    Waits for a look that is under way. Raises NotSynced, SetupRunning, LeaseBusy.
    """
    if ClassSync.objects.filter(school_class_id=class_id, setting_up=True).exists():
        raise errors.SetupRunning
    if not _to_end(class_id, gradebook_number):
        raise errors.NotSynced
    with lease.hold(class_id, lease.this_process(), timeout=LEASE_WAIT_SECONDS) as held, held.committing():
        if gradebook_number is None:
            end(class_id)
        else:
            for link in _to_end(class_id, gradebook_number):
                end_one(link, "syncing was stopped")
            SetupDraft.objects.filter(school_class_id=class_id).delete()
        homes.settle(class_id)
    announce.announce(class_id)


def _to_end(class_id: int, gradebook_number: int | None) -> list[Link]:
    found = live_links(class_id)
    return [link for link in found if gradebook_number in (None, link.gradebook_number)]


def end(class_id: int, why: str = "syncing was stopped") -> None:
    """All links of a class. Call it in a transaction under the class's lease."""
    for link in live_links(class_id):
        end_one(link, why)
    ClassSync.objects.filter(school_class_id=class_id).update(restored_by=None)
    SetupDraft.objects.filter(school_class_id=class_id).delete()


def end_one(link: Link, why: str) -> None:
    """Call it in a transaction under the class's lease."""
    Link.objects.filter(id=link.id).update(ended_on=load.today(link.connection_id, clock.now()))
    questions.close_all(link.school_class_id, link.id, why)
