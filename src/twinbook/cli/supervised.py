"""How a child process learns that it should stop: by a signal, or because its supervisor is gone."""

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

LIFELINE = "TWINBOOK_LIFELINE"
"""The number of a pipe's read end whose write end only the supervisor holds."""


class ThreadsLeftError(Exception):
    """The work is over, but some threads do not end in time: the process ends without them."""


def on_stop(stop: Callable[[], None]) -> None:
    """Calls `stop`, in a thread of its own, at SIGTERM, SIGINT, SIGHUP and when the supervisor ended, even by SIGKILL.

    A thread, because a signal handler runs in the middle of the main thread, which may hold the very lock that an
    Event needs.
    """

    def handle(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=stop, name="stop").start()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, handle)
    lifeline = os.environ.pop(LIFELINE, None)
    if lifeline:
        threading.Thread(
            target=_wait_for_end, args=(int(lifeline), stop), name="lifeline", daemon=True
        ).start()


def is_supervised() -> bool:
    return LIFELINE in os.environ


def _wait_for_end(lifeline: int, stop: Callable[[], None]) -> None:
    os.read(lifeline, 1)
    stop()
