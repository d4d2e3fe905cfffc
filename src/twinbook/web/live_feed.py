"""Feeds: what is watched is read once per process and change, however many pages watch it.

A notification is only a hint (`sync.announce`); what has changed is found by reading again and comparing. A lost hint is
made good by the next one or after LOOK_AGAIN_SECONDS.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import psycopg
from django.db import connection

from twinbook.sync.announce import CHANNEL, EVERYBODY

LOOK_AGAIN_SECONDS = 60.0
AT_MOST_EVERY_SECONDS = 0.25
LISTEN_AGAIN_SECONDS = 2.0
BEAT_SECONDS = 15.0
_READERS = 2

_log = logging.getLogger(__name__)
_readers = ThreadPoolExecutor(_READERS, thread_name_prefix="live")


@dataclass(frozen=True, slots=True)
class Event:
    """`data` is sent as JSON."""

    name: str
    data: Any


class Picture(Protocol):
    """What a feed shows at one moment."""

    def whole(self) -> list[Event]:
        """For who has just come."""
        ...

    def since(self, earlier: Any) -> list[Event]:
        """For who has seen `earlier`, a picture of the same feed."""
        ...

    @property
    def last(self) -> bool:
        """Nothing will change any more."""
        ...


class Feed:
    """One class or one run, while somebody watches it."""

    def __init__(self, read: Callable[[], Picture]) -> None:
        self._read = read
        self._watchers: set[asyncio.Queue[list[Event] | None]] = set()
        self._hinted = asyncio.Event()
        self._picture: Picture | None = None
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._coming = 0

    def hint(self) -> None:
        self._hinted.set()

    def end(self) -> None:
        for queue in self._watchers:
            queue.put_nowait(None)

    async def join(self) -> asyncio.Queue[list[Event] | None]:
        """A queue of events, the whole first; None ends it. Raises what reading raises."""
        queue: asyncio.Queue[list[Event] | None] = asyncio.Queue()
        self._coming += 1
        try:
            async with self._lock:
                await self._refresh()
                assert self._picture is not None
                queue.put_nowait(self._picture.whole())
                if self._picture.last:
                    queue.put_nowait(None)
                self._watchers.add(queue)
        finally:
            self._coming -= 1
        if self._task is None:
            self._task = asyncio.create_task(self._keep_current())
        return queue

    def leave(self, queue: asyncio.Queue[list[Event] | None]) -> None:
        self._watchers.discard(queue)

    def stop_if_unwatched(self) -> bool:
        """Whether nobody watches; then the feed has stopped."""
        if self._watchers or self._coming:
            return False
        if self._task is not None:
            self._task.cancel()
            self._task = None
        return True

    async def _keep_current(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hinted.wait(), LOOK_AGAIN_SECONDS)
            self._hinted.clear()
            try:
                async with self._lock:
                    await self._refresh()
            except Exception:  # noqa: BLE001 pages keep what they show; the next hint tries again
                _log.warning("a live feed could not be read", exc_info=True)
            await asyncio.sleep(AT_MOST_EVERY_SECONDS)

    async def _refresh(self) -> None:
        earlier, now = self._picture, await _in_a_thread(self._read)
        self._picture = now
        if earlier is None:
            return
        events = now.since(earlier)
        for queue in self._watchers:
            if events:
                queue.put_nowait(events)
            if now.last:
                queue.put_nowait(None)


class Hub:
    """All feeds of this process; listens to the database while there are any."""

    def __init__(self) -> None:
        self._feeds: dict[str, Feed] = {}
        self._listener: asyncio.Task[None] | None = None

    async def watch(self, subject: str, read: Callable[[], Picture]) -> AsyncIterator[list[Event]]:
        """The events of `subject`, which is what `sync.announce` calls it; an empty list every BEAT_SECONDS of quiet."""
        feed = self._feeds.setdefault(subject, Feed(read))
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen())
        queue = None
        try:
            queue = await feed.join()
            while True:
                try:
                    events = await asyncio.wait_for(queue.get(), BEAT_SECONDS)
                except TimeoutError:
                    events = []
                if events is None:
                    return
                yield events
        finally:
            if queue is not None:
                feed.leave(queue)
            if feed.stop_if_unwatched():
                self._feeds.pop(subject, None)
            if not self._feeds and self._listener is not None:
                self._listener.cancel()
                self._listener = None

    def end(self) -> None:
        """Every stream ends; who watched comes again, to another process."""
        for feed in self._feeds.values():
            feed.end()

    async def _listen(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**_parameters()) as listening:
                    await listening.execute(f"LISTEN {CHANNEL}")
                    self._hint(EVERYBODY)
                    async for told in listening.notifies():
                        self._hint(told.payload)
            except psycopg.Error:
                _log.warning("live pages do not hear the database; listening again")
            await asyncio.sleep(LISTEN_AGAIN_SECONDS)

    def _hint(self, subject: str) -> None:
        for key, feed in self._feeds.items():
            if subject in (key, EVERYBODY):
                feed.hint()


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """Of the running loop: one per process."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())


def end_streams() -> None:
    """For a server that is about to stop; from any thread."""
    for loop, found in list(_hubs.items()):
        if not loop.is_closed():
            loop.call_soon_threadsafe(found.end)


def _parameters() -> dict[str, Any]:
    known = connection.get_connection_params()
    return {
        **{key: value for key, value in known.items() if key not in ("cursor_factory", "context")},
        "autocommit": True,
    }


async def _in_a_thread(read: Callable[[], Picture]) -> Picture:
    return await asyncio.get_running_loop().run_in_executor(_readers, partial(_read_and_give_back, read))


def _read_and_give_back(read: Callable[[], Picture]) -> Picture:
    """The connection goes back to the pool: these threads serve many pages."""
    try:
        return read()
    finally:
        connection.close()
