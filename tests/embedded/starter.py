"""A process of its own, under an account of its own, that holds the embedded database open.

Forked, because the interpreter itself may lie in a folder that other accounts cannot enter.
"""

import json
import os
import pwd
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from twinbook.embedded import EmbeddedDatabase
from twinbook.home import Home

IS_ROOT = os.geteuid() == 0
STRANGER = "daemon"


@dataclass
class Started:
    url: str
    pid: int
    sockets: Path
    data: Path
    log: Path


@dataclass
class Starter:
    """Another process that starts or adopts the server and keeps it until told to close."""

    process: int
    answers: int
    orders: int
    server: Started | None = None

    def wait_until_started(self) -> Started:
        answer = json.loads(_read_line(self.answers))
        if "error" in answer:
            raise AssertionError(answer["error"])
        self.server = Started(
            answer["url"], answer["pid"], Path(answer["sockets"]), Path(answer["data"]), Path(answer["log"])
        )
        return self.server

    def close(self) -> None:
        os.write(self.orders, b"close\n")
        assert _read_line(self.answers) == "closed"
        os.waitpid(self.process, 0)
        self.process = 0

    def kill(self) -> None:
        if self.process:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        self.process = 0


@dataclass
class Installation:
    """A data folder below a private folder of the account that runs Twinbook."""

    home: Home
    account: pwd.struct_passwd
    fast_and_unsafe: bool = True
    starters: list[Starter] = field(default_factory=list)

    def start(self) -> Started:
        return self.begin().wait_until_started()

    def begin(self) -> Starter:
        answers, say = os.pipe()
        hear, orders = os.pipe()
        process = os.fork()
        if process == 0:
            _be_a_starter(self, say, hear)
        os.close(say)
        os.close(hear)
        starter = Starter(process, answers, orders)
        self.starters.append(starter)
        return starter

    def servers(self) -> list[int]:
        """Every process that works in this installation's database folder."""
        record = self.home.path / "database" / "place.json"
        folder = json.loads(record.read_text())["folder"] if record.exists() else self.home.path / "database"
        return [
            process.pid for process in psutil.process_iter() if _stands_in(process, Path(folder) / "data")
        ]


def _be_a_starter(installation: Installation, say: int, hear: int) -> None:
    try:
        _become(installation.account)
        with EmbeddedDatabase(installation.home, fast_and_unsafe=installation.fast_and_unsafe) as database:
            answer = {
                "url": database.url,
                "pid": database.pid,
                "sockets": str(database.sockets),
                "data": str(database.place.data),
                "log": str(database.place.log),
            }
            os.write(say, json.dumps(answer).encode() + b"\n")
            _read_line(hear)
        os.write(say, b"closed\n")
    except BaseException as error:  # noqa: BLE001 - the parent raises it
        os.write(say, json.dumps({"error": f"{type(error).__name__}: {error}"}).encode() + b"\n")
    finally:
        os._exit(0)


def _become(account: pwd.struct_passwd) -> None:
    if os.geteuid() != account.pw_uid:
        os.setgroups([])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)


def _read_line(descriptor: int) -> str:
    line = b""
    while not line.endswith(b"\n"):
        part = os.read(descriptor, 1)
        if not part:
            raise AssertionError("the other process ended without an answer")
        line += part
    return line.decode().strip()


def _stands_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == folder
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def as_stranger(attempt: Callable[[], object]) -> str:
    """What another local account gets: the result, or the name of the error."""
    answers, say = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            _become(pwd.getpwnam(STRANGER))
            text = f"{attempt()}"
        except BaseException as error:  # noqa: BLE001 - the parent compares it
            text = type(error).__name__
        finally:
            os.write(say, text.encode() + b"\n")
            os._exit(0)
    os.close(say)
    os.waitpid(process, 0)
    text = _read_line(answers)
    os.close(answers)
    return text


needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root can become another account")
