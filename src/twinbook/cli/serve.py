"""`twinbook serve`: database, web and worker under one supervisor."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from types import FrameType
from typing import Annotated

import typer

from twinbook.cli.installation import installation
from twinbook.cli.output import say
from twinbook.cli.supervised import LIFELINE
from twinbook.cli.web import Host, Port, listen, local_url
from twinbook.embedded import EmbeddedDatabase, EmbeddedError

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 3.0
"""A lease of a killed worker lasts ten seconds; with this and the start, a class is served again within fifteen."""
HEALTHY_AFTER_SECONDS = 10.0
STOP_SECONDS = 30.0
DATABASE_WATCH_SECONDS = 1.0
STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def command(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Without the worker: nothing is synced.")
    ] = False,
) -> None:
    """Ends with everything that it started, within STOP_SECONDS, at SIGTERM or SIGINT."""
    signals = Signals()
    with listen(host, port) as listener:
        _warn_of_foreign_names(host)
        os.environ.setdefault("TWINBOOK_URL", local_url(listener))
        with installation() as used:
            run = Supervisor(signals, used.embedded)
            run.add("web", "web", "--listener", str(listener.fileno()), listener=listener)
            if not no_worker:
                run.add("worker", "worker")
            run.until_stopped()


class Signals:
    """Collects signals in a pipe, so that waiting for them and for time is one `select`."""

    def __init__(self) -> None:
        self._read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        for number in (*STOPPING, signal.SIGCHLD):
            signal.signal(number, _ignore)

    def wait(self, seconds: float | None) -> bool:
        """Returns at a signal or when the time is up; whether one of them asked to stop."""
        select.select([self._read], [], [], seconds)
        try:
            received = os.read(self._read, 1024)
        except BlockingIOError:
            return False
        return any(number in received for number in STOPPING)


def _ignore(number: int, frame: FrameType | None) -> None:
    """The byte in the pipe is enough."""


@dataclass
class Child:
    name: str
    arguments: list[str]
    inherited: list[int]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE_SECONDS
    start_at: float = 0.0

    def start(self, lifeline: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "twinbook.cli.main", *self.arguments],
            stdin=subprocess.DEVNULL,
            pass_fds=[lifeline, *self.inherited],
            env=os.environ | {LIFELINE: str(lifeline)},
        )
        self.started_at = time.monotonic()

    def notice_end(self) -> None:
        """Plans the next start, after a pause that doubles while the child does not stay up."""
        if self.process is None or (code := self.process.poll()) is None:
            return
        self.process = None
        now = time.monotonic()
        if now - self.started_at > HEALTHY_AFTER_SECONDS:
            self.pause = FIRST_PAUSE_SECONDS
        self.start_at = now + self.pause
        say(f"The {self.name} process ended unexpectedly ({code}); it is started again in {self.pause:g} s.")
        self.pause = min(self.pause * 2, LONGEST_PAUSE_SECONDS)


@dataclass
class Supervisor:
    signals: Signals
    database: EmbeddedDatabase | None
    children: list[Child] = field(default_factory=list)

    def add(self, name: str, *arguments: str, listener: socket.socket | None = None) -> None:
        self.children.append(Child(name, list(arguments), [listener.fileno()] if listener else []))

    def until_stopped(self) -> None:
        lifeline, held = os.pipe()
        try:
            while True:
                self._keep_database()
                for child in self.children:
                    child.notice_end()
                    if child.process is None and child.start_at <= time.monotonic():
                        child.start(lifeline)
                if self.signals.wait(self._next_start()):
                    return
        finally:
            self._stop()
            os.close(lifeline)
            os.close(held)

    def _keep_database(self) -> None:
        """A database that died is started again; web and worker find it by themselves."""
        if self.database is None:
            return
        try:
            if self.database.revive():
                say("The database ended unexpectedly; it was started again.")
        except EmbeddedError as error:
            say(f"{error} It is tried again.")

    def _next_start(self) -> float | None:
        """Seconds; None: nothing is planned."""
        moments = [child.start_at - time.monotonic() for child in self.children if child.process is None]
        if self.database is not None:
            moments.append(DATABASE_WATCH_SECONDS)
        return max(0.0, min(moments)) if moments else None

    def _stop(self) -> None:
        running = [(child.name, child.process) for child in self.children if child.process]
        for _, process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for name, process in running:
            _end(name, process, deadline)


def _end(name: str, process: subprocess.Popen[bytes], deadline: float) -> None:
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        say(f"The {name} process does not end; it is killed. What it was doing is taken up again later.")
        process.kill()
        process.wait()


def _warn_of_foreign_names(host: str) -> None:
    if host in {"0.0.0.0", "::"} and not os.environ.get("TWINBOOK_URL"):
        say(
            "Set TWINBOOK_URL to the address that people use; other names than 127.0.0.1 are refused without it."
        )
