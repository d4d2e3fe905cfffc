"""The supervisor: it says when it listens, brings back what died, and leaves nothing running."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil
import pytest

from twinbook.embedded import EmbeddedDatabase, remove_place
from twinbook.home import Home, home

# Longer than a healthy stop takes on a loaded machine, and no measure of speed.
PATIENCE_SECONDS = 60


@dataclass
class Serving:
    process: subprocess.Popen[str]
    home: Home
    url: str

    def everything(self) -> list[psutil.Process]:
        """The supervisor, its children, and the database server that it started."""
        return [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]

    def child(self, command: str) -> psutil.Process:
        return next(child for child in self.everything() if command in child.cmdline())


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TWINBOOK_")}
    where = home(tmp_path / "home")
    process = subprocess.Popen(
        [sys.executable, "-m", "twinbook.cli.main", "serve", "--port", "0"],
        env=environment | {"TWINBOOK_HOME": str(where.path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    line = process.stdout.readline()
    assert line.startswith("Twinbook is listening on http://127.0.0.1:")
    try:
        yield Serving(process, where, line.split()[-1])
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_SECONDS)
        EmbeddedDatabase(where).close()
        remove_place(where)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_clean_stop_ends_everything_and_exits_0(serving: Serving, number: signal.Signals) -> None:
    running = serving.everything()
    assert {"web", "worker"} <= {word for process in running for word in process.cmdline()}
    assert "postgres" in {process.name() for process in running}
    serving.process.send_signal(number)
    assert serving.process.wait(PATIENCE_SECONDS) == 0
    assert [process.name() for process in running if process.is_running()] == []


def test_web_and_worker_are_in_the_supervisors_process_group(serving: Serving) -> None:
    group = os.getpgid(serving.process.pid)
    assert {os.getpgid(serving.child(name).pid) for name in ("web", "worker")} == {group}


def test_a_killed_web_process_comes_back_on_the_same_address(serving: Serving) -> None:
    assert httpx2.get(f"{serving.url}/healthz").text == "ok\n"
    killed = serving.child("web")
    killed.kill()
    assert httpx2.get(f"{serving.url}/healthz", timeout=PATIENCE_SECONDS).text == "ok\n"
    assert serving.child("web").pid != killed.pid


def test_children_of_a_killed_supervisor_end_by_themselves(serving: Serving) -> None:
    children = [serving.child("web"), serving.child("worker")]
    serving.process.kill()
    _, left = psutil.wait_procs(children, timeout=PATIENCE_SECONDS)
    assert left == []
