"""The worker: Procrastinate's, with threads of our own, the sweeper and the leases (design J2).

Looks and runs have threads apart, so that long runs never keep a save waiting. Every failure of the machinery (the
database restarts, the listening connection dies) ends in a new start of Procrastinate's workers; the jobs are hints,
and the sweeper finds what was left.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.jobs import DeleteJobCondition
from psycopg import AsyncConnection

from twinbook.sync import lease
from twinbook.sync.sweeper import SILENT_WORKER_SECONDS, Sweeper
from twinbook.sync.tasks import LOOK_QUEUE, RUN_QUEUE
from twinbook.sync.telling import telling

RUNS_AT_ONCE = 2
HEARTBEAT_SECONDS = 2
POLLING_SECONDS = 2.0
"""Only a fallback: a job is announced by LISTEN/NOTIFY."""
LEAVE_SECONDS = 20
"""A job that does not end by then is left behind; its lease runs out, and its request ends by its own time-out."""
HAND_BACK_SECONDS = 1
"""How long Procrastinate's worker waits for its jobs; longer ones go on in their threads without it."""
LONGEST_RESTART_SECONDS = 1.0
DATABASE_PATIENCE_SECONDS = 5
WATCH_SECONDS = 0.25
SIDE_TASKS = ("listener", "update_heartbeats")
CONNECTION_AGE_SECONDS = 600

_log = logging.getLogger(__name__)


def run(concurrency: int, stop: threading.Event) -> bool:
    """Serves `concurrency` classes at a time, and two runs, until `stop` is set; then ends within `LEAVE_SECONDS` and a
    little. True when every job had ended; else the caller should not wait for the threads that are left."""
    lease.may_go_on()
    with _sweeping(), telling(), _threads(concurrency + RUNS_AT_ONCE) as threads:
        wait = 0.0
        while not stop.wait(wait):
            wait = _serve_once(concurrency, threads, stop, wait)
        ended = threads.leave(LEAVE_SECONDS)
    if ended:
        lease.may_go_on()
    else:
        _log.warning("jobs were left behind at the stop; others take them up")
    return ended


def _serve_once(concurrency: int, threads: _Threads, stop: threading.Event, waited: float) -> float:
    """One life of Procrastinate's workers; the seconds to wait before the next."""
    try:
        with asyncio.Runner() as runner:
            runner.run(_until_stopped(_serve(concurrency, threads), stop))
    except Exception:  # noqa: BLE001 whatever broke, the next start finds everything again
        first = waited == 0
        _log.warning("the worker starts anew: its connection or its machinery broke", exc_info=first)
        return min(max(2 * waited, 0.25), LONGEST_RESTART_SECONDS)
    return 0.0


async def _until_stopped(serving: Coroutine[None, None, None], stop: threading.Event) -> None:
    """Raises what broke. At the stop, jobs end at their next `Lease.check`."""
    task = asyncio.create_task(serving)
    while not stop.is_set():
        await asyncio.wait([task], timeout=WATCH_SECONDS)
        if task.done():
            task.result()
            return
    lease.stop_all()
    task.cancel()
    await asyncio.wait([task], timeout=LEAVE_SECONDS)


async def _serve(concurrency: int, threads: _Threads) -> None:
    """Ends only by being cancelled; raises what broke."""
    await _reach_database()
    async with _database_app().open_async() as connected:
        workers = [
            asyncio.create_task(_worker(connected, LOOK_QUEUE, concurrency, threads)),
            asyncio.create_task(_worker(connected, RUN_QUEUE, RUNS_AT_ONCE, threads)),
        ]
        try:
            await _watch(workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)


async def _watch(workers: list[asyncio.Task[None]]) -> None:
    """Procrastinate goes on when its listener or its heartbeat died, slow and taken for dead: that must be noticed."""
    seen = 0
    while True:
        done, _ = await asyncio.wait(workers, timeout=WATCH_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for worker in done:
            worker.result()
            raise RuntimeError("a worker ended by itself")
        alive = sum(task.get_name() in SIDE_TASKS for task in asyncio.all_tasks())
        if alive < seen:
            raise RuntimeError("the worker's listener or heartbeat ended")
        seen = alive


async def _worker(connected: App, queue: str, concurrency: int, threads: _Threads) -> None:
    await connected.run_worker_async(
        queues=[queue],
        name=queue,
        concurrency=concurrency,
        delete_jobs=DeleteJobCondition.SUCCESSFUL.value,
        fetch_job_polling_interval=POLLING_SECONDS,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=SILENT_WORKER_SECONDS,
        shutdown_graceful_timeout=HAND_BACK_SECONDS,
        install_signal_handlers=False,
        additional_context={"in_thread": threads.run},
        task_middleware=[],
    )


async def _reach_database() -> None:
    """Raises at once when the database is away; the pool would try by itself for half a minute, at growing intervals."""
    reached = await AsyncConnection.connect(**connector_params(), connect_timeout=DATABASE_PATIENCE_SECONDS)
    await reached.close()


def _database_app() -> App:
    """Tasks keep their link to Django's app, so that what they enqueue goes over their own thread's connection."""
    connector = PsycopgConnector(
        kwargs=connector_params(), min_size=1, max_size=3, timeout=DATABASE_PATIENCE_SECONDS
    )
    return app.with_connector(connector)


class _Threads:
    """The threads in which the jobs run, each with a database connection that outlives the job. Twice as many as jobs:
    those that a new start left behind go on."""

    def __init__(self, size: int) -> None:
        self._pool = ThreadPoolExecutor(2 * size, thread_name_prefix="job", initializer=self._keep_connection)
        self._connections: list[BaseDatabaseWrapper] = []
        self._running = 0
        self._changed = threading.Condition()

    async def run(self, work: Callable[[int], None], subject: int) -> None:
        await asyncio.get_running_loop().run_in_executor(self._pool, self._work, work, subject)

    def leave(self, seconds: float) -> bool:
        """Waits for the jobs that run, closes the connections; False when some went on."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        with self._changed:
            ended = self._changed.wait_for(lambda: self._running == 0, seconds)
        if ended:
            self._pool.shutdown(wait=True)
            for kept in self._connections:
                kept.inc_thread_sharing()
                kept.close()
        return ended

    def _keep_connection(self) -> None:
        self._connections.append(connections["default"])

    def _work(self, work: Callable[[int], None], subject: int) -> None:
        with self._changed:
            self._running += 1
        try:
            connection.close_if_unusable_or_obsolete()
            work(subject)
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()


@contextmanager
def _threads(size: int) -> Iterator[_Threads]:
    settings = connections["default"].settings_dict
    before = settings["CONN_MAX_AGE"]
    settings["CONN_MAX_AGE"] = CONNECTION_AGE_SECONDS
    try:
        yield _Threads(size)
    finally:
        settings["CONN_MAX_AGE"] = before


@contextmanager
def _sweeping() -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=Sweeper().run, args=(stop,), name="sweeper", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(LEAVE_SECONDS)
