"""The thread of a worker that tells people: alerts and digests. Its troubles are its own; nothing waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import Error as DatabaseTrouble
from django.db import connection

from twinbook.sync import alerts, clock, digest, outbox

ROUND_SECONDS = 5.0
ROUNDS_BETWEEN_DIGESTS = 12
ROUNDS_BETWEEN_CLEANING = 720
LEAVE_SECONDS = 1.0
"""A mail server that hangs does not keep the worker from ending."""

_log = logging.getLogger(__name__)


@contextmanager
def telling() -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=_run, args=(stop,), name="telling", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(LEAVE_SECONDS)


def _run(stop: threading.Event) -> None:
    rounds = 0
    try:
        while not stop.wait(ROUND_SECONDS):
            tell(rounds)
            rounds += 1
    finally:
        connection.close()


def tell(rounds: int = 0) -> None:
    """One round. Raises nothing."""
    _try(alerts.probe)
    _try(alerts.watch)
    if rounds % ROUNDS_BETWEEN_DIGESTS == 0:
        _try(_remind)
    _try(_deliver)
    if rounds % ROUNDS_BETWEEN_CLEANING == 0:
        _try(outbox.forget_old)


def _remind() -> None:
    digest.remind(clock.now())


def _deliver() -> None:
    outbox.deliver_due()


def _try(part: Callable[[], None]) -> None:
    try:
        part()
    except DatabaseTrouble:
        _log.warning("%s: the database does not answer", part.__name__, exc_info=True)
        connection.close()
    except Exception:  # noqa: BLE001 telling people never ends because one message is odd
        _log.exception("%s failed", part.__name__)
