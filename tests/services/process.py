"""Work of the product in a process of its own, which dies or freezes at one of its effects."""

from __future__ import annotations

import gc
import json
import os
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from twinbook.core.carry_out import effects as ef
from twinbook.sync import remote
from twinbook.sync.interpreter import Interpreter

Hook = Callable[[Interpreter, ef.Effect, Any], None]
"""Called before an effect with None, after it with its result."""


@contextmanager
def between_effects(hook: Hook) -> Iterator[None]:
    """Nothing of the product is replaced: the hook is called before and after what the interpreter does."""
    really = Interpreter._perform

    def perform(self: Interpreter, effect: ef.Effect) -> Any:
        hook(self, effect, None)
        result = really(self, effect)
        hook(self, effect, result)
        return result

    Interpreter._perform = perform  # type: ignore[method-assign]
    try:
        yield
    finally:
        Interpreter._perform = really  # type: ignore[method-assign]


@dataclass
class Process:
    pid: int
    said: Path
    frozen: bool = False

    def wait(self) -> None:
        """Until it ends, is killed, or freezes."""
        _, status = os.waitpid(self.pid, os.WUNTRACED)
        self.frozen = os.WIFSTOPPED(status)
        if not self.frozen and os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0:
            raise AssertionError(f"a worker failed:\n{self.said.with_suffix('.err').read_text()}")

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)
        self.wait()

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def readings(self) -> list[tuple[int, str, float]]:
        """(gradebook, assignment, instant at which the reading began) of each write that was about to be sent."""
        if not self.said.exists():
            return []
        return [tuple(json.loads(line)) for line in self.said.read_text().splitlines()]


def in_process(work: Callable[[], None], said: Path, at_effect: int, stop: signal.Signals) -> Process:
    """Begins `work` in a copy of this process; at the start of its effect number `at_effect` it sends itself `stop`."""
    connection.close()
    pid = os.fork()
    if pid:
        return Process(pid, said)
    try:
        _work(work, said, at_effect, stop)
        os._exit(0)
    except BaseException:  # noqa: BLE001 a copy of the tests' process must end here, whatever happens
        said.with_suffix(".err").write_text(traceback.format_exc())
        os._exit(1)


_inherited: list[object] = []


def _leave_what_is_the_parents() -> None:
    """Connections of the tests' process: of Django (where a browser's loop runs its thread has one more than it closed),
    of a browser, and the sandbox's own ends, which a frozen copy would keep open when the sandbox drops them.

    The objects are kept, since dropping one would tell its server good-bye; only their descriptors are closed here.
    """
    _inherited.extend((connection.connection, remote._open))
    connection.connection = None
    remote._open = None
    gc.disable()
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))


def _work(work: Callable[[], None], said: Path, at_effect: int, stop: signal.Signals) -> None:
    _leave_what_is_the_parents()
    began: dict[tuple[int, str], float] = {}
    count = 0

    def hook(interpreter: Interpreter, effect: ef.Effect, result: Any) -> None:
        nonlocal count
        if result is None:
            count += 1
            if isinstance(effect, ef.ReadScores):
                began[interpreter.gradebook, effect.unique_id] = time.monotonic()
            if isinstance(effect, ef.WriteScores):
                key = interpreter.gradebook, effect.unique_id
                with said.open("a") as out:
                    out.write(json.dumps([*key, began.get(key, time.monotonic())]) + "\n")
            if count == at_effect:
                os.kill(os.getpid(), stop)

    with between_effects(hook):
        work()
