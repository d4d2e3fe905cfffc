"""The port to the request budget (design J4): nothing is sent to Aeries without a permit.

A permit is one in-flight slot together with the instants of one or more requests that its holder
sends one after the other. A push takes the permit of its read and its write at once (design C5), so
that the gap between the two is the wire's own.

The budget shared by all workers lives in the database and is written elsewhere; `LocalPermits` here
serves one process: tests, benches, a connection check before a database exists.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self

from twinbook.aeries.errors import OurBug


class Lane(StrEnum):
    """Whose request it is: a person who waits for it goes before bulk reading."""

    PERSON = "person"
    BULK = "bulk"


class Permits(Protocol):
    """What the connector needs of a budget. Implementations are safe to use from several threads."""

    def acquire(self, lane: Lane, requests: int = 1) -> Permit:
        """Wait until the slot is ours and all `requests` instants are reached, then return.

        `Lane.PERSON` may book instants ahead; `Lane.BULK` begins only when its first instant is free
        now (and then waits for the further ones of the same permit).
        Raises whatever the implementation's store raises; then nothing is held.
        """

    def release(self, permit: Permit) -> None:
        """Give the slot back; called once per permit by `Permit.release`."""

    def pause(self, seconds: float) -> None:
        """Let nobody, in no lane, take an instant for that long from now (Retry-After)."""


@dataclass(eq=False)
class Permit:
    """A taken slot with `requests` sends left. Use as a context manager: leaving releases it.

    `key` is the implementation's own (a slot's id).
    """

    permits: Permits = field(repr=False)
    key: int
    lane: Lane
    requests: int = 1
    released: bool = False

    def spend(self) -> None:
        """Count one request; raises `OurBug` when none is left or the permit was given back."""
        if self.released or self.requests < 1:
            raise OurBug("a request was about to be sent without a permit")
        self.requests -= 1

    def release(self) -> None:
        """Give the slot back; a second call does nothing."""
        if self.released:
            return
        self.released = True
        self.permits.release(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


class LocalPermits:
    """A budget for one process: `rate` requests a second, `burst` at once, `in_flight` at a time.

    No window of one second sees more than `rate + burst` requests. One slot is kept for persons when
    there are at least two. `clock` (seconds, monotonic) and `sleep` are injected; a full house is
    polled every `poll_seconds`.
    """

    def __init__(
        self,
        *,
        rate: float,
        burst: int,
        in_flight: int,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        poll_seconds: float = 0.005,
    ) -> None:
        if rate <= 0 or burst < 1 or in_flight < 1:
            raise ValueError("rate, burst and in_flight must be positive")
        self._interval = 1 / rate
        # A permit may be used up to a slot's holding time after its instant (the second of a pair):
        # so many instants must not be given out in advance (design J4).
        self._slack = (max(burst - in_flight, 1) - 1) * self._interval
        self._slots = {Lane.PERSON: in_flight, Lane.BULK: max(in_flight - 1, 1)}
        self._clock = clock
        self._sleep = sleep
        self._poll = poll_seconds
        self._lock = threading.Lock()
        self.taken = 0
        self._next_free = clock()
        self._paused_until = self._next_free
        self._key = 0
        self._instants: dict[int, float] = {}

    def acquire(self, lane: Lane, requests: int = 1) -> Permit:
        if requests < 1:
            raise OurBug("a permit for no request was asked for")
        while (permit := self._take(lane, requests)) is None:
            self._sleep(self._poll)
        try:
            self._wait_until(permit)
        except BaseException:
            permit.release()
            raise
        return permit

    def release(self, permit: Permit) -> None:
        with self._lock:
            self.taken -= 1
            self._instants.pop(permit.key, None)

    def pause(self, seconds: float) -> None:
        with self._lock:
            self._paused_until = max(self._paused_until, self._clock() + seconds)

    def _take(self, lane: Lane, requests: int) -> Permit | None:
        """A slot and booked instants, or None when the lane has to try again."""
        with self._lock:
            now = self._clock()
            start = max(self._next_free, now)
            first = max(start - self._slack, self._paused_until)
            if self.taken >= self._slots[lane] or (lane is Lane.BULK and first > now):
                return None
            self.taken += 1
            self._next_free = start + requests * self._interval
            self._key += 1
            self._instants[self._key] = start + (requests - 1) * self._interval - self._slack
            return Permit(self, self._key, lane, requests)

    def _wait_until(self, permit: Permit) -> None:
        """Sleep until the permit's last instant; a pause that began meanwhile is obeyed too."""
        while True:
            with self._lock:
                wait = max(self._instants[permit.key], self._paused_until) - self._clock()
            if wait <= 0:
                return
            self._sleep(wait)
