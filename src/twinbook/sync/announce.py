"""Telling live pages that something changed: a hint over PostgreSQL's NOTIFY, after the commit that it is about.

Never inside the transaction: a commit that notifies waits for every other one that does. Nothing depends on a hint; pages
read again by themselves after a while.
"""

from __future__ import annotations

import logging

from django.db import Error as DatabaseTrouble
from django.db import connection, transaction

CHANNEL = "twinbook_live"
EVERYBODY = "everybody"

_log = logging.getLogger(__name__)


def class_subject(class_id: int) -> str:
    return f"class:{class_id}"


def run_subject(run_id: int) -> str:
    return f"run:{run_id}"


def announce(class_id: int) -> None:
    """Something of the class changed: a cell, how it stands, a question, its state. Raises nothing."""
    _after_commit(class_subject(class_id))


def announce_run(run_id: int) -> None:
    _after_commit(run_subject(run_id))


def announce_everybody() -> None:
    """Something changed for every class, such as whether Aeries can be reached."""
    _after_commit(EVERYBODY)


def _after_commit(subject: str) -> None:
    if connection.in_atomic_block:
        transaction.on_commit(lambda: _notify(subject))
    else:
        _notify(subject)


def _notify(subject: str) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, subject])
    except DatabaseTrouble:
        _log.warning("a hint to live pages was lost", exc_info=True)
