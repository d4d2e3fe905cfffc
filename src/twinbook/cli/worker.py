"""`twinbook worker`: carries grades in this process until it is told to stop."""

import threading
from typing import Annotated

import typer

from twinbook.cli.supervised import ThreadsLeftError, on_stop
from twinbook.sync import worker

JOBS = 10


def command(
    concurrency: Annotated[int, typer.Option(min=1, help="Classes that are served at the same time.")] = JOBS,
) -> None:
    """Ends at the next point where a job may be left, within some seconds; what is left is found again by looking."""
    stop = threading.Event()
    on_stop(stop.set)
    if not worker.run(concurrency, stop):
        raise ThreadsLeftError
