"""The supervisor: it says when it listens, brings back what died, and leaves nothing running."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil
import pytest

from twinbook.embedded import EmbeddedDatabase, remove_place
from twinbook.home import home

# Longer than a healthy stop takes on a loaded machine, and no measure of speed.
PATIENCE_SECONDS = 60


@dataclass
class Serving:
    process: subprocess.Popen[str]
    url: str

    def everything(self) -> list[psutil.Process]:
        """The supervisor, its children, and the database server where it started one."""
        return [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]

    def child(self, command: str) -> psutil.Process:
        return next(child for child in self.everything() if command in child.cmdline())


@contextmanager
def _serve(**environment: str) -> Iterator[Serving]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TWINBOOK_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "twinbook.cli.main", "serve", "--port", "0"],
        env=inherited | environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        line = process.stdout.readline()
        assert line.startswith("Twinbook is listening on http://127.0.0.1:")
        yield Serving(process, line.split()[-1])
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_SECONDS)


@pytest.fixture
def serving(tmp_path: Path, database_of_processes: str) -> Iterator[Serving]:
    with _serve(TWINBOOK_HOME=str(tmp_path), TWINBOOK_DATABASE_URL=database_of_processes) as serving:
        yield serving


def test_a_clean_stop_ends_web_worker_and_embedded_database(tmp_path: Path) -> None:
    where = home(tmp_path / "home")
    try:
        with _serve(TWINBOOK_HOME=str(where.path)) as serving:
            running = serving.everything()
            assert {"web", "worker"} <= {word for process in running for word in process.cmdline()}
            assert "postgres" in {process.name() for process in running}
            serving.process.send_signal(signal.SIGTERM)
            assert serving.process.wait(PATIENCE_SECONDS) == 0
            assert [process for process in running if process.is_running()] == []
    finally:
        EmbeddedDatabase(where).close()
        remove_place(where)


def test_control_c_ends_web_and_worker_too(serving: Serving) -> None:
    running = serving.everything()
    serving.process.send_signal(signal.SIGINT)
    assert serving.process.wait(PATIENCE_SECONDS) == 0
    assert [process for process in running if process.is_running()] == []


def test_web_and_worker_are_in_the_supervisors_group_and_come_back_when_killed(serving: Serving) -> None:
    group = os.getpgid(serving.process.pid)
    for name in ("web", "worker"):
        killed = serving.child(name)
        assert os.getpgid(killed.pid) == group
        killed.kill()
        killed.wait(PATIENCE_SECONDS)
    assert httpx2.get(f"{serving.url}/healthz", timeout=PATIENCE_SECONDS).text == "ok\n"
    assert serving.child("worker").is_running()


def test_children_of_a_killed_supervisor_end_by_themselves(serving: Serving) -> None:
    children = [serving.child("web"), serving.child("worker")]
    serving.process.kill()
    _, left = psutil.wait_procs(children, timeout=PATIENCE_SECONDS)
    assert left == []


def _status(page: str) -> int:
    return httpx2.get(page, timeout=PATIENCE_SECONDS).status_code


def test_a_killed_embedded_database_comes_back_and_web_and_worker_find_it(tmp_path: Path) -> None:
    """Nobody but the supervisor could start it: without that, all saves fail until a person comes."""
    where = home(tmp_path / "home")
    try:
        with _serve(TWINBOOK_HOME=str(where.path)) as serving:
            web = serving.child("web").pid
            postmaster = EmbeddedDatabase(where)
            assert postmaster.pid is not None
            killed = psutil.Process(postmaster.pid)
            killed.kill()
            killed.wait(PATIENCE_SECONDS)
            deadline = time.monotonic() + PATIENCE_SECONDS
            while postmaster.pid is None or _status(f"{serving.url}/accounts/login/") != 200:
                assert time.monotonic() < deadline
                time.sleep(0.1)
            assert postmaster.pid != killed.pid
            assert serving.child("web").pid == web
            assert serving.child("worker").is_running()
            postmaster.close()
    finally:
        EmbeddedDatabase(where).close()
        remove_place(where)
