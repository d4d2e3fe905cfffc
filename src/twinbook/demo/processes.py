"""The processes of the demonstration, and stopping exactly those."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx2

START_SECONDS = 120.0
STOP_SECONDS = 40.0


class DidNotStart(Exception):
    """`hint` says where to look."""

    hint = "Its words are in the file named above."


@contextmanager
def running(arguments: list[str], log: Path, environment: dict[str, str], ready: str) -> Iterator[str]:
    """A process of ours for as long as the block runs. `ready`: how its line begins that ends with its address, which is
    yielded. Raises DidNotStart."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    try:
        yield _address(process, log, ready)
    finally:
        _stop(process)


def _address(process: subprocess.Popen[bytes], log: Path, ready: str) -> str:
    deadline = time.monotonic() + START_SECONDS
    with log.open(encoding="utf-8") as lines:
        while time.monotonic() < deadline:
            found = _line(lines, ready)
            if found is not None:
                return found
            if process.poll() is not None:
                raise DidNotStart(f"A process ended at once; see {log}.")
            time.sleep(0.05)
    raise DidNotStart(f"A process did not start in {START_SECONDS:.0f} seconds; see {log}.")


def _line(lines: IO[str], ready: str) -> str | None:
    for line in lines:
        if line.startswith(ready):
            return line.split()[-1]
    return None


def _stop(process: subprocess.Popen[bytes]) -> None:
    """First as a person would; a process that does not end is killed."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def command(arguments: list[str], environment: dict[str, str], stdin: str = "") -> str:
    """A `twinbook` command that must succeed; what it printed. Raises DidNotStart with its words."""
    done = subprocess.run(
        [sys.executable, "-m", "twinbook.cli.main", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    if done.returncode not in (0, 3):
        raise DidNotStart(f"`twinbook {' '.join(arguments)}` failed: {done.stderr.strip()}")
    return done.stdout


def environment(home: Path) -> dict[str, str]:
    """As this process has it, with the data folder of the demonstration and a database of its own."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("TWINBOOK_")}
    return {**inherited, "TWINBOOK_HOME": str(home), "PYTHONUNBUFFERED": "1"}


def client(base: str, token: str | None = None) -> httpx2.Client:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return httpx2.Client(base_url=base, headers=headers, timeout=60)
