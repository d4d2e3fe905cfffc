"""The worker on real parts: started by a notification, survives its database's connections, ends in time."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest
from django.db import connection
from psycopg.sql import SQL, Identifier

from tests.sync.children import child, eventually
from tests.sync.classes import (
    clear_jobs,
    forget_leases,
    generation,
    jobs,
    look_through,
    looked,
    make_class,
    save,
    sql,
)
from twinbook.sync import lease, look, runs, wake, worker
from twinbook.sync.models import Installation, Run, RunKind, RunState

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def class_id(transactional_db: None) -> Iterator[int]:
    clear_jobs()
    Installation.objects.update_or_create(id=1, defaults={"identity": uuid4()})
    yield make_class()
    forget_leases()
    clear_jobs()


@contextmanager
def working(concurrency: int = 2) -> Iterator[list[bool]]:
    """A running worker; what it returned is in the list when the block has ended."""
    stop = threading.Event()
    ended: list[bool] = []
    thread = threading.Thread(target=lambda: ended.append(worker.run(concurrency, stop)), name="worker")
    thread.start()
    try:
        eventually(lambda: len(_listeners()) >= 2)
        yield ended
    finally:
        stop.set()
        thread.join(120)
        assert not thread.is_alive()


def _listeners() -> set[int]:
    """The server's processes for connections that wait for notifications."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"
        )
        return {row[0] for row in cursor}


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A look that sees everything that was saved before it; the classes in order."""
    looked_at: list[int] = []

    def look_at(class_id: int, *, holder: str) -> None:
        with lease.hold(class_id, holder):
            look_through(class_id, generation(class_id))
        looked_at.append(class_id)

    monkeypatch.setattr(look, "look_at_class", look_at)
    return looked_at


def never_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "POLLING_SECONDS", 3600.0)


def test_a_save_is_looked_at_and_its_job_leaves_nothing(class_id: int, looks: list[int]) -> None:
    with working() as ended:
        for _ in range(5):
            save(class_id)
            eventually(lambda: looked(class_id) == generation(class_id))
        eventually(lambda: jobs("doing") == [])
    assert ended == [True]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone() == (0,)
    assert Installation.objects.get().sweeper_rescues == 0


def test_it_is_the_notification_that_starts_a_job(
    class_id: int, looks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    never_polls(monkeypatch)
    with working():
        save(class_id)
        eventually(lambda: looks == [class_id])


def test_with_every_connection_cut_it_listens_again(
    class_id: int, looks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    never_polls(monkeypatch)
    with working():
        for _ in range(2):
            cut = _listeners()
            cut_every_connection()
            eventually(lambda cut=cut: len(_listeners() - cut) >= 2)  # type: ignore[misc]
            save(class_id)
            eventually(lambda: looked(class_id) == generation(class_id))


def test_after_the_database_was_away_it_starts_anew(
    class_id: int, looks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Procrastinate by itself would go on without its listener and its heartbeat, as if nothing were missing."""
    never_polls(monkeypatch)
    began: list[object] = []
    reach = worker._reach_database

    async def reach_database() -> None:
        began.append(None)
        await reach()

    monkeypatch.setattr(worker, "_reach_database", reach_database)
    with working(), _from_another_database() as elsewhere:
        name = Identifier(str(connection.settings_dict["NAME"]))
        elsewhere.execute(SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        try:
            cut_every_connection()
            eventually(lambda: len(began) >= 3)
        finally:
            elsewhere.execute(SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))
        eventually(lambda: len(_listeners()) >= 2)
        save(class_id)
        eventually(lambda: looked(class_id) == generation(class_id))


@contextmanager
def _from_another_database() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname="postgres",
        autocommit=True,
    ) as elsewhere:
        yield elsewhere


def cut_every_connection() -> None:
    sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


def test_a_forgotten_save_is_found_by_the_sweeper(class_id: int, looks: list[int]) -> None:
    with working():
        save(class_id, and_wake=False)
        eventually(lambda: looks == [class_id])
    assert Installation.objects.get().sweeper_rescues == 1


def test_long_runs_keep_no_save_waiting(
    class_id: int, looks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    release, carried = threading.Event(), threading.Semaphore(0)

    def carry_out(run_id: int) -> None:
        carried.release()
        assert release.wait(60)
        Run.objects.filter(id=run_id).update(state=RunState.DONE)

    monkeypatch.setattr(runs, "carry_out", carry_out)
    with working(concurrency=1):
        for _ in range(5):
            wake.wake_run(Run.objects.create(kind=RunKind.NIGHTLY, created_by="schedule").id)
        for _ in range(worker.RUNS_AT_ONCE):
            assert carried.acquire(timeout=60)
        save(class_id)
        eventually(lambda: looks == [class_id])
        release.set()
        eventually(lambda: not Run.objects.exclude(state=RunState.DONE).exists())


def test_at_the_stop_a_long_job_ends_at_its_next_check(
    class_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = threading.Event()

    def look_at(class_id: int, *, holder: str) -> None:
        with lease.hold(class_id, holder) as held:
            began.set()
            while True:
                held.check()

    monkeypatch.setattr(look, "look_at_class", look_at)
    with working() as ended:
        save(class_id)
        assert began.wait(60)
    assert ended == [True]
    taken = lease.try_take(class_id, "another")
    assert taken is not None, "it was given back"


def test_a_job_that_does_not_end_is_left_behind_in_bounded_time(
    class_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, release = threading.Event(), threading.Event()

    def look_at(class_id: int, *, holder: str) -> None:
        began.set()
        assert release.wait(100)

    monkeypatch.setattr(look, "look_at_class", look_at)
    monkeypatch.setattr(worker, "LEAVE_SECONDS", 1)
    with working() as ended:
        save(class_id)
        assert began.wait(60)
    assert ended == [False]
    release.set()
    eventually(lambda: not any(thread.name.startswith("job") for thread in threading.enumerate()))


def test_no_connection_is_left_open(class_id: int, looks: list[int]) -> None:
    with working(concurrency=3):
        for _ in range(5):
            save(class_id)
            eventually(lambda: looked(class_id) == generation(class_id))
    eventually(lambda: _others() == 0)


def _others() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        row = cursor.fetchone()
    return 0 if row is None else int(row[0])


WORKER = """
import threading
from twinbook.sync import lease, look, worker
from tests.sync.classes import generation, look_through
lease.LEASE_SECONDS, lease.RENEW_SECONDS = 3.0, 0.5
def look_at(class_id, *, holder):
    with lease.hold(class_id, holder):
        if {stuck}:
            say("stuck")
            threading.Event().wait()
        look_through(class_id, generation(class_id))
look.look_at_class = look_at
threading.Thread(target=worker.run, args=(2, threading.Event()), daemon=True).start()
say("up")
hear()
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP])
def test_the_class_of_a_killed_or_frozen_worker_is_served_by_another(
    class_id: int, end: signal.Signals
) -> None:
    with child(WORKER.format(stuck=True)) as first:
        assert first.hear() == "up"
        save(class_id)
        assert first.hear() == "stuck"
        os.kill(first.pid, end)
        with child(WORKER.format(stuck=False)) as second:
            assert second.hear() == "up"
            save(class_id)
            eventually(lambda: looked(class_id) == generation(class_id))
