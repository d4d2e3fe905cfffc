"""Waking: "look at this class" as a job, which is only a hint (design J1, J2).

What is to be done is found by comparing states, so that a lost, doubled or late job does no harm; the sweeper wakes
what was forgotten. A job is enqueued after the commit that it is about, with a queueing lock and nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import Error as DatabaseTrouble
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, ProcrastinateException

from twinbook.gradebook import hooks
from twinbook.sync import announce, statements
from twinbook.sync.sentence_columns import to_text

LOOK_TASK = "twinbook.look"
RUN_TASK = "twinbook.run"
LONGEST_WAIT_SECONDS = 300

_log = logging.getLogger(__name__)


def listen() -> None:
    """From now on every committed change of a class wakes it. Safe to repeat."""
    hooks.register(wake_class)


def class_lock(class_id: int) -> str:
    return f"class:{class_id}"


def run_lock(run_id: int) -> str:
    return f"run:{run_id}"


def wake_class(class_id: int) -> bool:
    """Has somebody look at the class soon; True when a job was added. Without a live link, or with a job waiting,
    nothing is added: a waiting job starts later than the commit that is now known.

    Inside a transaction it takes effect after the commit. Raises nothing: what is lost here, the sweeper finds.
    """
    if connection.in_atomic_block:
        transaction.on_commit(lambda: _quietly(_enqueue_look, class_id))
        return False
    return _quietly(_enqueue_look, class_id)


def wake_run(run_id: int) -> bool:
    """Has somebody carry out or resume the run soon; otherwise like `wake_class`."""
    if connection.in_atomic_block:
        transaction.on_commit(lambda: _quietly(_enqueue_run, run_id))
        return False
    return _quietly(_enqueue_run, run_id)


def wake_if_saved_since(class_id: int, generation: int) -> bool:
    """For who has just given a lease back: a save that came meanwhile found the lease taken, and its job ended."""
    behind = statements.one(_SAVED_AND_NOT_LOOKED_AT, {"class": class_id, "since": generation})
    return behind is not None and wake_class(class_id)


def put_off(
    class_id: int,
    why: str,
    *,
    seconds: float | None = None,
    until: datetime | None = None,
    link_id: int | None = None,
) -> None:
    """The class, or one of its links, cannot be served now and is tried again then; without a time after 1, 2, 4 …
    seconds. `why` is a sentence for people, without names or grades."""
    values = {"class": class_id, "why": to_text(why), "until": until, "seconds": seconds, "link": link_id}
    statements.run(_PUT_OFF, {**values, "longest": LONGEST_WAIT_SECONDS})
    announce.announce(class_id)


def served(class_id: int, *, link_id: int | None = None) -> None:
    """The class, or one of its links, was looked through: nothing is put off any more."""
    statements.run(_SERVED, {"class": class_id, "link": link_id})


_SAVED_AND_NOT_LOOKED_AT = """
    SELECT 1 FROM gradebook_schoolclass AS class
    WHERE class.id = %(class)s AND class.generation > %(since)s AND EXISTS (
        SELECT 1 FROM sync_link AS link
        WHERE link.school_class_id = class.id AND link.ended_on IS NULL AND link.looked_generation < class.generation)
"""
_LIVE_AND_NO_JOB = """
    SELECT 1 FROM sync_link
    WHERE school_class_id = %(class)s AND ended_on IS NULL
      AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = %(lock)s AND status = 'todo')
    LIMIT 1
"""
_PUT_OFF = """
    UPDATE sync_link
    SET attempts = attempts + 1, why = %(why)s,
        waiting_since = CASE WHEN attempts = 0 THEN clock_timestamp() ELSE coalesce(waiting_since, clock_timestamp()) END,
        next_attempt_at = coalesce(
            %(until)s::timestamptz,
            clock_timestamp() + interval '1 second'
                * coalesce(%(seconds)s::float8, least(2.0 ^ least(attempts, 20), %(longest)s::float8)))
    WHERE school_class_id = %(class)s AND ended_on IS NULL AND id = coalesce(%(link)s::bigint, id)
"""
_SERVED = """
    UPDATE sync_link SET attempts = 0, why = NULL, waiting_since = NULL, next_attempt_at = NULL
    WHERE school_class_id = %(class)s AND ended_on IS NULL AND id = coalesce(%(link)s::bigint, id)
      AND (attempts > 0 OR why IS NOT NULL OR waiting_since IS NOT NULL OR next_attempt_at IS NOT NULL)
"""


def _quietly(enqueue: Callable[[int], bool], subject: int) -> bool:
    try:
        return enqueue(subject)
    except AlreadyEnqueued:
        return False
    except (DatabaseTrouble, ProcrastinateException):
        _log.warning("%s of %s was lost; the sweeper finds it", enqueue.__name__, subject, exc_info=True)
        return False


def _enqueue_look(class_id: int) -> bool:
    if statements.one(_LIVE_AND_NO_JOB, {"class": class_id, "lock": class_lock(class_id)}) is None:
        return False
    _defer(LOOK_TASK, class_lock(class_id), class_id=class_id)
    return True


def _enqueue_run(run_id: int) -> bool:
    _defer(RUN_TASK, run_lock(run_id), run_id=run_id)
    return True


def _defer(task: str, queueing_lock: str, **arguments: int) -> None:
    """Does not wait for the disk: a hint may be lost in a crash of the database."""
    with transaction.atomic():
        statements.run("SET LOCAL synchronous_commit TO off", {})
        app.configure_task(task, allow_unknown=False, queueing_lock=queueing_lock).defer(**arguments)
