"""Runs that a command carries out itself, and how they end for it."""

from typing import Any

from twinbook.cli.output import Ending, Failed, end, print_json, say
from twinbook.sync import runs
from twinbook.sync.lease import LeaseBusy
from twinbook.sync.models import Run, RunState


def carried_out(run: Run) -> Run:
    """Here, also without a worker. Raises Failed when another process keeps the class or took the run first."""
    try:
        return runs.in_this_process(run)
    except LeaseBusy:
        raise Failed(
            "Another process is working on this just now.",
            "Try again in a moment; a running worker goes on with it by itself.",
            "busy",
        ) from None


def end_if_failed(run: Run, document: dict[str, Any] | None) -> None:
    """An Aeries that cannot be reached needs a person (3) and prints `document`; any other trouble is a failure (1)."""
    if run.state != RunState.FAILED:
        return
    error = run.error or {}
    message, hint = error.get("message", "It failed."), error.get("hint") or None
    if error.get("code") != "aeries_unavailable":
        raise Failed(message, hint, error.get("code", "failed"))
    if document is not None:
        print_json(document)
    say(f"{message}\n{hint}" if hint else message)
    end(Ending.NEEDS_PERSON)
