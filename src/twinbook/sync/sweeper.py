"""Every two seconds: what was forgotten is found in the state and woken (design J1, J2, J5).

A thread in every worker; several at once do no harm, since a wake-up is a job with a queueing lock, of which the
second is refused, and the night is claimed by compare-and-set.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import Error as DatabaseTrouble
from django.db import connection, transaction

from twinbook.district.models import DistrictSettings
from twinbook.sync import clock, installation, lease, statements, wake
from twinbook.sync.models import Installation, LeaseKind, Run, RunKind, RunState

SWEEP_SECONDS = 2.0
ROUNDS_BETWEEN_TICKS = round(installation.TICK_SECONDS / SWEEP_SECONDS)
SILENT_WORKER_SECONDS = 10
"""A worker tells that it lives every 2 seconds (`worker`); after this long its jobs are taken for dead."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Forgotten:
    """A class that nobody is about to look at. `taking`: how often its lease was taken. `never_started`: not since the
    newest save, so that the save's own wake-up was lost. `crashed`: its last holder never gave it back."""

    class_id: int
    taking: int
    never_started: bool
    crashed: bool


class Sweeper:
    """`sweep` once, or `run` until stopped. Remembers what it saw last time: a save is forgotten only when its own
    wake-up has had a whole round to arrive."""

    def __init__(self) -> None:
        self._suspects: dict[int, int] = {}
        self._rounds = 0

    def run(self, stop: threading.Event) -> None:
        try:
            while not stop.wait(SWEEP_SECONDS):
                self.sweep()
                self._rounds += 1
                if self._rounds % ROUNDS_BETWEEN_TICKS == 0:
                    _try(keep_mark)
        finally:
            connection.close()

    def sweep(self) -> None:
        """Raises nothing: each part is tried, also when another fails."""
        for part in (drop_dead_jobs, wake_abandoned, self.wake_classes, wake_runs, start_night):
            _try(part)

    def wake_classes(self) -> None:
        suspects: dict[int, int] = {}
        rescued = 0
        for found in forgotten_classes():
            if found.never_started and not found.crashed and not self._seen_before(found):
                suspects[found.class_id] = found.taking
            elif wake.wake_class(found.class_id) and found.never_started:
                rescued += 1
        self._suspects = suspects
        if rescued:
            _log.warning("%s classes had been saved in without anybody being woken", rescued)
            statements.run(_COUNT_RESCUES, {"rescued": rescued})

    def _seen_before(self, found: Forgotten) -> bool:
        return self._suspects.get(found.class_id) == found.taking


def keep_mark() -> None:
    """Moves the installation's high-water mark on, or finds that its database was exchanged (G3)."""
    installation.judge()


def forgotten_classes() -> list[Forgotten]:
    """Live and synced (a look at a class that is paused, observed or set up does nothing), nobody working on them, no
    job; and saved in, or due, or with a pair that is due. The oldest attempt first."""
    return [Forgotten(*row) for row in statements.rows(_FORGOTTEN, {})]


def wake_abandoned() -> None:
    """What a process was working on that was killed, or that lost the database: taken up at once, and not when its lease
    runs out."""
    for kind, subject in lease.free_abandoned():
        match kind:
            case LeaseKind.CLASS:
                wake.wake_class(subject)
            case LeaseKind.RUN:
                wake.wake_run(subject)
            case _:
                assert_never(kind)


def wake_runs() -> None:
    """Runs without an end that nobody carries out: their wake-up was lost or their worker is gone."""
    for (run_id,) in statements.rows(_FORGOTTEN_RUNS, {}):
        wake.wake_run(run_id)


def drop_dead_jobs() -> None:
    """Jobs of workers that are gone or silent, and such as ended badly: a job is only a hint."""
    statements.run(
        _DROP_DEAD_JOBS, {"silent": SILENT_WORKER_SECONDS, "ours": [wake.LOOK_TASK, wake.RUN_TASK]}
    )


def start_night() -> None:
    """Claims the night when it is due and starts its run; keeps `next_night_at` true to the district's settings."""
    row = Installation.objects.filter(id=1).first()
    district = DistrictSettings.objects.first()
    if row is None or district is None:
        return
    now = clock.now()
    due = row.next_night_at
    following = next_night(now, _zone(district.timezone), district.night_at)
    if due == following:
        return
    with transaction.atomic():
        claimed = Installation.objects.filter(id=1, next_night_at=due).update(next_night_at=following)
        if not claimed or due is None or due > now or _a_night_is_open():
            return
        run = Run.objects.create(kind=RunKind.NIGHTLY, created_by="schedule")
        wake.wake_run(run.id)


def next_night(after: datetime, zone: ZoneInfo, at: time) -> datetime:
    """The first instant later than `after` (aware) at which clocks in `zone` show `at`; in UTC.

    A time that the spring change skips comes as much later as clocks were put forward; one that the autumn shows twice
    counts the first time. So there is exactly one night for each date.
    """
    day = after.astimezone(zone).date() - timedelta(days=1)
    while True:
        night = datetime.combine(day, at, zone).astimezone(UTC)
        if night > after:
            return night
        day += timedelta(days=1)


def _a_night_is_open() -> bool:
    return Run.objects.filter(
        kind=RunKind.NIGHTLY, dry_run=False, state__in=[RunState.QUEUED, RunState.RUNNING]
    ).exists()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        _log.error("the district's time zone is unknown; the night is reckoned in UTC")
        return ZoneInfo("UTC")


def _try(part: Callable[[], None]) -> None:
    try:
        part()
    except DatabaseTrouble:
        _log.warning("%s: the database does not answer", part.__name__, exc_info=True)
        connection.close()
    except Exception:  # noqa: BLE001 the sweeper is what everything else is found again by
        _log.exception("%s failed", part.__name__)


# The three ways to be forgotten; due links and pairs by their partial indexes (which need a time that stands still in the
# statement). A link that is put off is left alone, unless somebody saved after the attempt that was put off. Generations
# are compared row by row, since they stand in two tables: 10,000 links take 6 ms.
_FORGOTTEN = """
    WITH due AS (
        SELECT link.id FROM sync_link AS link JOIN gradebook_schoolclass AS class ON class.id = link.school_class_id
        WHERE link.ended_on IS NULL
          AND (class.generation > link.looked_generation OR link.look_at_everything)
        UNION
        SELECT id FROM sync_link WHERE ended_on IS NULL AND next_attempt_at <= statement_timestamp()
        UNION
        SELECT link_id FROM sync_pair WHERE look_again_at <= statement_timestamp()
    ), candidate AS (
        SELECT link.school_class_id, link.next_attempt_at, coalesce(lease.number, 0) AS taking,
               class.generation > greatest(link.looked_generation, coalesce(lease.generation, 0)) AS never_started,
               lease.until IS NOT NULL AS crashed
        FROM due
        JOIN sync_link AS link ON link.id = due.id
        JOIN gradebook_schoolclass AS class ON class.id = link.school_class_id
        LEFT JOIN sync_lease AS lease ON lease.kind = 'class' AND lease.subject = class.id
        JOIN sync_classsync AS settings ON settings.school_class_id = class.id
        WHERE link.ended_on IS NULL
          AND (lease.until IS NULL OR lease.until < clock_timestamp())
          AND settings.mode = 'sync' AND NOT settings.setting_up
    )
    SELECT school_class_id, max(taking), bool_or(never_started), bool_or(crashed)
    FROM candidate
    WHERE EXISTS (SELECT 1 FROM district_districtsettings WHERE mode = 'sync')
      AND NOT EXISTS (SELECT 1 FROM sync_installation WHERE observe_only_since IS NOT NULL)
      AND (never_started OR next_attempt_at IS NULL OR next_attempt_at <= clock_timestamp())
      AND NOT EXISTS (
        SELECT 1 FROM procrastinate_jobs AS job
        WHERE job.queueing_lock = 'class:' || school_class_id AND job.status IN ('todo', 'doing'))
    GROUP BY school_class_id
    ORDER BY min(next_attempt_at) NULLS FIRST, school_class_id
"""
_FORGOTTEN_RUNS = """
    SELECT run.id FROM sync_run AS run
    LEFT JOIN sync_lease AS lease ON lease.kind = 'run' AND lease.subject = run.id
    WHERE run.state IN ('queued', 'running') AND run.parent_id IS NULL
      AND (lease.until IS NULL OR lease.until < clock_timestamp())
      AND NOT EXISTS (
        SELECT 1 FROM procrastinate_jobs AS job
        WHERE job.queueing_lock = 'run:' || run.id AND job.status IN ('todo', 'doing'))
    ORDER BY run.id
"""
_DROP_DEAD_JOBS = """
    DELETE FROM procrastinate_jobs WHERE id IN (
        SELECT job.id FROM procrastinate_jobs AS job
        LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
        WHERE job.task_name = ANY(%(ours)s) AND (
            job.status IN ('failed', 'aborted', 'cancelled')
            OR (job.status = 'doing' AND (
                worker.id IS NULL
                OR worker.last_heartbeat < clock_timestamp() - %(silent)s * interval '1 second')))
        ORDER BY job.id FOR UPDATE OF job SKIP LOCKED)
"""
_COUNT_RESCUES = "UPDATE sync_installation SET sweeper_rescues = sweeper_rescues + %(rescued)s"
