"""Processes of their own on the test's database, and threads whose connections are closed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

from django.db import connection

PATIENCE_SECONDS = 60

SETUP = """
import sys
import django
django.setup()
def say(word): print(word, flush=True)
def hear(): return sys.stdin.readline().strip()
"""


def database_url() -> str:
    settings = connection.settings_dict
    return (
        f"postgresql://{settings['USER']}:{quote(settings['PASSWORD'])}@/{settings['NAME']}"
        f"?host={quote(settings['HOST'], safe='')}"
    )


class Child:
    """A Python process that talks in lines."""

    def __init__(self, code: str) -> None:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "twinbook.settings",
            "TWINBOOK_DATABASE_URL": database_url(),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", SETUP + code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def say(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()


@contextmanager
def child(code: str) -> Iterator[Child]:
    started = Child(code)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.communicate()


def together(*works: Callable[[], object]) -> list[object]:
    """Runs all at the same time, each in a thread with a connection of its own; their results, or raises the first
    error."""
    results: list[object] = [None] * len(works)
    errors: list[BaseException] = []
    start = threading.Barrier(len(works))

    def work(place: int) -> None:
        try:
            start.wait(PATIENCE_SECONDS)
            results[place] = works[place]()
        except BaseException as error:  # noqa: BLE001 raised again below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * PATIENCE_SECONDS)
    if errors:
        raise errors[0]
    return results


def eventually(true: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < give_up_at, "it did not come about"
        time.sleep(0.02)
