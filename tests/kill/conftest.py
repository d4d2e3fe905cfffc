"""Real workers as processes on the test's database, the sandbox over loopback HTTP, and SIGKILL."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.district_and_sandbox import (
    Aeries,
    Class,
    aeries,
    district,
    joined,
    loopback,
    running_sandbox,
    school_class,
)
from tests.sync.children import database_url
from tests.sync.classes import clear_jobs
from twinbook.district.models import AeriesConnection
from twinbook.sync.models import IntentRow

__all__ = ["aeries", "district", "joined", "loopback", "running_sandbox", "school_class"]

PATIENCE_SECONDS = 240
LEASE_SECONDS = 2.0
"""Of the quick workers; the real ones have 10."""

_QUICK = f"""
from twinbook.cli.installation import set_up_django
set_up_django()
from twinbook.sync import lease, sweeper, worker
lease.LEASE_SECONDS, lease.RENEW_SECONDS = {LEASE_SECONDS}, 0.4
sweeper.SWEEP_SECONDS = 0.3
sweeper.SILENT_WORKER_SECONDS = worker.SILENT_WORKER_SECONDS = 3
worker.HEARTBEAT_SECONDS = 0.5
from twinbook.cli.main import main
main()
"""
"""The same program with shorter times, so that a test need not wait for the real ones."""


class Workers:
    """The workers, and web servers, that a test started; all of them are gone after it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, *, quick: bool = True) -> subprocess.Popen[bytes]:
        return self._start("worker", "--concurrency", "2", quick=quick)

    def serve(self, port: int) -> subprocess.Popen[bytes]:
        """The web server, once it answers."""
        process = self._start("web", "--port", str(port), quick=True)
        eventually(lambda: process.poll() is not None or _answers(port))
        assert process.poll() is None, "the web server ended by itself"
        return process

    def _start(self, *command: str, quick: bool) -> subprocess.Popen[bytes]:
        log = self._folder / f"{command[0]}-{len(self._started)}.log"
        program = ["-c", _QUICK] if quick else ["-m", "twinbook.cli.main"]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, *program, *command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, "TWINBOOK_DATABASE_URL": database_url()},
            )
        self._started.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGKILL)
        process.wait()

    def kill_all(self) -> None:
        for process in self._started:
            if process.poll() is None:
                self.kill(process)


@pytest.fixture
def workers(transactional_db: None, tmp_path: Path) -> Iterator[Workers]:
    clear_jobs()
    found = Workers(tmp_path)
    yield found
    found.kill_all()
    clear_jobs()


def eventually(true: Callable[[], bool]) -> None:
    """Processes of a busy machine take their time to start: the deadline only ends what would never come."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < give_up_at, "it did not come about"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def takes_long(longest_timeout_seconds: int) -> None:
    """How long a request may go on in Aeries after it ended on our side."""
    AeriesConnection.objects.update(longest_timeout_seconds=longest_timeout_seconds)


def wait_until_taken(aeries: Aeries) -> None:
    """Every ordered fault with a number of times has hit its request."""
    eventually(lambda: all(item["left"] == 0 for item in aeries.control("GET", "/faults")["items"]))


def settled() -> bool:
    """Nothing that was sent may still take effect."""
    return not IntentRow.objects.filter(settled_at=None).exists()


def comes_to_rest(school_class: Class, expected: dict[tuple[str, int], str]) -> None:
    """Aeries and the class hold (title, student) → value, `synced`, and nothing is under way any more."""

    def stands(title: str, student: int, value: str) -> bool:
        activity = school_class.named(title)
        return (
            school_class.aeries.titles(school_class.gradebook).count(title) == 1
            and school_class.aeries.mark(school_class.gradebook, title, student) == value
            and school_class.value(activity, student) == value
            and school_class.stands(activity, student) == "synced"
        )

    eventually(lambda: settled() and all(stands(*key, value) for key, value in expected.items()))
    assert school_class.codes() == []
