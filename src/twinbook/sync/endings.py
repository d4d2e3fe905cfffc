"""When a request ended whose worker cannot tell any more (C4).

A worker that died, or was frozen and lost its lease, leaves intents without an end. They count as ended when the worker
is known to be dead, or was seen again (then its request can still be under way for one total time-out), at the latest a
day after they were committed. Until then nothing settles them.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import Error as DatabaseTrouble
from django.db.models import Q
from django.db.models.functions import Now

from twinbook.sync import clock, lease, statements
from twinbook.sync.lease import Lease
from twinbook.sync.models import IntentRow, Pair
from twinbook.sync.models import Lease as LeaseRow

LATEST = timedelta(hours=24)
_ANY_WITHOUT_END = """
    SELECT 1 WHERE
        EXISTS (SELECT FROM sync_intentrow WHERE pair_id = %(pair)s AND settled_at IS NULL AND ended_at IS NULL)
        OR EXISTS (SELECT FROM sync_pair WHERE id = %(pair)s AND create_sent_at IS NOT NULL AND create_ended_at IS NULL)
"""

_log = logging.getLogger(__name__)


def note(pair_id: int, held: Lease) -> None:
    """Sets the ends that have become known, for the intents and the create of one pair. One short statement when there
    are none: every look at a pair asks it."""
    if statements.one(_ANY_WITHOUT_END, {"pair": pair_id}) is None:
        return
    lost = list(
        IntentRow.objects.filter(pair_id=pair_id, settled_at=None, ended_at=None)
        .exclude(holder=held.holder, lease_number=held.number)
        .select_related("pair__link__connection")
    )
    for row in lost:
        ended_at = _ended_at(row.holder, row.created_at, row.pair)
        if ended_at is not None:
            IntentRow.objects.filter(id=row.id, ended_at=None).update(ended_at=ended_at)
    _note_create(pair_id, held)


def of_broken_work(held: Lease) -> None:
    """The work under this lease was broken off in this process, which has sent everything that it ever will under it:
    what it left unsettled has ended by now, also when another holds the lease since. Raises nothing."""
    try:
        IntentRow.objects.filter(
            pair__link__school_class_id=held.class_id,
            holder=held.holder,
            lease_number=held.number,
            settled_at=None,
            ended_at=None,
        ).update(ended_at=Now())
        Pair.objects.filter(
            create_holder=held.holder,
            create_lease=held.number,
            create_sent_at__isnull=False,
            create_ended_at=None,
            link__school_class_id=held.class_id,
        ).update(create_ended_at=Now())
    except DatabaseTrouble:
        _log.warning(
            "the ends of what %s sent were not noted; they become known otherwise", held, exc_info=True
        )


def _note_create(pair_id: int, held: Lease) -> None:
    pair = (
        Pair.objects.select_related("link__connection")
        .filter(Q(id=pair_id, create_sent_at__isnull=False, create_ended_at=None))
        .exclude(create_holder=held.holder, create_lease=held.number)
        .first()
    )
    if pair is None or pair.create_sent_at is None:
        return
    ended_at = _ended_at(pair.create_holder, pair.create_sent_at, pair)
    if ended_at is not None:
        Pair.objects.filter(id=pair_id, create_ended_at=None).update(create_ended_at=ended_at)


def _ended_at(holder: str, began_at: datetime, pair: Pair) -> datetime | None:
    now = clock.now()
    if now - began_at > LATEST:
        return began_at + LATEST
    if lease.is_known_dead(holder):
        return now
    if _seen_again(holder, now):
        return now + timedelta(seconds=pair.link.connection.total_timeout)
    return None


def _seen_again(holder: str, now: datetime) -> bool:
    """The process runs: it is this one, or it renews leases."""
    return holder == lease.this_process() or LeaseRow.objects.filter(holder=holder, until__gt=now).exists()
