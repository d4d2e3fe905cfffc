"""The processes of a round: `twinbook serve` with its embedded database, and a sandbox that keeps its state."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil
from benchmarks.stage import prepare

from twinbook.demo import processes
from twinbook.demo.school import Aeries, Twinbook, until
from twinbook.embedded import find_place, remove_place
from twinbook.embedded.server import running_server
from twinbook.home import home

PATIENCE_SECONDS = 240.0


@dataclass
class Scene:
    """The processes, by name."""

    folder: Path
    environment: dict[str, str]
    supervisor: subprocess.Popen[bytes]
    aeries_process: subprocess.Popen[bytes]
    aeries_port: int
    twinbook: Twinbook
    aeries: Aeries

    def kill(self, victim: str) -> None:
        """SIGKILL. Whoever should bring it back does so: the supervisor, or for Aeries `start_aeries`."""
        if victim == "aeries":
            self.aeries_process.kill()
            self.aeries_process.wait()
            return
        process = self._database() if victim == "database" else self._child(victim)
        process.send_signal(signal.SIGKILL)

    def start_aeries(self) -> None:
        self.aeries_process = _sandbox(self.folder, self.aeries_port)

    def _child(self, command: str) -> psutil.Process:
        """One that runs; after a kill in the round before it may just be starting."""

        def found() -> psutil.Process | None:
            children = psutil.Process(self.supervisor.pid).children()
            return next((child for child in children if command in child.cmdline()), None)

        process = until(found, PATIENCE_SECONDS)
        if process is None:
            raise AssertionError(f"the supervisor does not bring {command} back")
        return process

    def _database(self) -> psutil.Process:
        place = find_place(home(self.folder / "home"))

        def found() -> int | None:
            return running_server(place)

        pid = until(found, PATIENCE_SECONDS)
        if pid is None:
            raise AssertionError("the supervisor does not bring the database back")
        return psutil.Process(pid)


def _sandbox(folder: Path, port: int) -> subprocess.Popen[bytes]:
    arguments = ["serve", "--seed", "demo", "--port", str(port), "--state", str(folder / "aeries.json")]
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "aeries_sandbox", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=(folder / "aeries.log").open("ab"),
        stderr=subprocess.STDOUT,
        env=processes.environment(folder),
    )
    until(lambda: _answers(port), PATIENCE_SECONDS)
    return process


def _answers(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/sandbox/health").status_code == 200
    except httpx2.HTTPError:
        return False


@contextmanager
def scene() -> Iterator[Scene]:
    """An installation that nobody uses yet, served. Everything that was started is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="twinbook-kill-") as name:
        folder = Path(name)
        environment = processes.environment(folder / "home")
        port = _free_port()
        aeries = _sandbox(folder, port)
        found: Scene | None = None
        try:
            token = prepare(environment, f"http://127.0.0.1:{port}")
            arguments = ["twinbook.cli.main", "serve", "--port", "0"]
            with _serving(arguments, folder / "serve.log", environment) as (supervisor, url):
                http = httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
                control = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
                with http, control:
                    found = Scene(
                        folder, environment, supervisor, aeries, port, Twinbook(http), Aeries(control)
                    )
                    yield found
        finally:
            last = aeries if found is None else found.aeries_process
            last.kill()
            last.wait()
            remove_place(home(folder / "home"))


@contextmanager
def _serving(
    arguments: list[str], log: Path, environment: dict[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    try:
        said = until(lambda: _said(log), PATIENCE_SECONDS)
        if not said:
            raise AssertionError(f"Twinbook did not start: {log.read_text()}")
        yield process, said
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _said(log: Path) -> str:
    words = "Twinbook is listening on "
    lines = log.read_text().splitlines()
    return next((line.split()[-1] for line in lines if line.startswith(words)), "")


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
