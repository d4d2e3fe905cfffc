"""Keeps what a process holds for a few seconds at a time: leases (design J3) and request slots (J4).

What is held in the database has an end soon, so that it is free again soon after its holder died, whatever it was doing.
While the holder lives, one thread of the process moves the end on, in one statement for everything that is held.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from django.db import Error as DatabaseTrouble
from django.db import connection

RENEW_AGAIN_SECONDS = 0.2
"""After a round that left something unrenewed: a transaction of its own holder had its row, or the database was away."""

_log = logging.getLogger(__name__)


class Held(Protocol):
    """Something that is held until `deadline` (monotonic), by this process's own clock: early rather than late. Hashable by
    identity."""

    @property
    def deadline(self) -> float: ...


H = TypeVar("H", bound=Held)


class Renewer(Generic[H]):
    """Renews everything that was remembered and not forgotten. Its thread starts with the first and ends after the last.

    `renew` moves the ends of those that are still held, and their deadlines; it returns how many that were. What reached its
    deadline unrenewed is lost and not renewed any more. `seconds`: the time between two rounds.
    """

    def __init__(self, name: str, renew: Callable[[list[H]], int], seconds: Callable[[], float]) -> None:
        self.held: set[H] = set()
        self._name = name
        self._renew = renew
        self._seconds = seconds
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def remember(self, taken: H) -> None:
        with self._changed:
            self.held.add(taken)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def forget(self, taken: H) -> None:
        with self._changed:
            self.held.discard(taken)
            self._changed.notify()

    def _run(self) -> None:
        wait = self._seconds()
        try:
            while held := self._after(wait):
                wait = self._round(held)
        finally:
            connection.close()

    def _after(self, seconds: float) -> list[H]:
        """What is held when that time has passed; empty as soon as nothing is held, and the thread ends."""
        ends_at = time.monotonic() + seconds
        with self._changed:
            while self.held and (left := ends_at - time.monotonic()) > 0:
                self._changed.wait(left)
            self.held = {held for held in self.held if held.deadline > time.monotonic()}
            if not self.held:
                self._thread = None
            return list(self.held)

    def _round(self, held: list[H]) -> float:
        """Seconds until the next round."""
        try:
            renewed = self._renew(held)
        except DatabaseTrouble:
            _log.warning("%s: the database does not answer; nothing was renewed", self._name, exc_info=True)
            connection.close()
            return RENEW_AGAIN_SECONDS
        return self._seconds() if renewed == len(held) else RENEW_AGAIN_SECONDS
