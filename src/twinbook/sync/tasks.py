"""The two jobs: look at a class, carry out a run. Each catches everything and ends (design J2).

A job has no Procrastinate lock and no retry; when to try again stands in the link's row, and a run without an end is
found by the sweeper. The work itself runs in the worker's threads.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from django.db import Error as DatabaseTrouble
from django.db import InterfaceError, OperationalError
from django.db.models.functions import Now
from procrastinate import JobContext
from procrastinate.contrib.django import app

from twinbook.aeries.errors import AeriesError, Wait
from twinbook.core.sentence import sentence
from twinbook.sync import announce, health, lease, wake
from twinbook.sync.models import Run, RunState

LOOK_QUEUE = "look"
RUN_QUEUE = "run"

InThread = Callable[[Callable[[int], None], int], Awaitable[None]]

_OUR_BUG = sentence(
    "Something unexpected went wrong in Twinbook. It is tried again; if it goes on, please report it."
)
_log = logging.getLogger(__name__)


@app.task(name=wake.LOOK_TASK, queue=LOOK_QUEUE, pass_context=True)
async def look(context: JobContext, class_id: int) -> None:
    in_thread: InThread = context.additional_context["in_thread"]
    await in_thread(look_now, class_id)


@app.task(name=wake.RUN_TASK, queue=RUN_QUEUE, pass_context=True)
async def run(context: JobContext, run_id: int) -> None:
    in_thread: InThread = context.additional_context["in_thread"]
    await in_thread(carry_out_now, run_id)


def look_now(class_id: int) -> None:
    """Looks at the class in this thread. Raises nothing; what stays to be done is put off in the link's row."""
    from twinbook.sync.look import look_at_class

    try:
        look_at_class(class_id, holder=lease.this_process())
    except lease.LeaseError as reason:
        _log.info("class %s was left to another: %s", class_id, reason)
    except Exception as error:  # noqa: BLE001 one class never stops the others (promise 10)
        _log.exception("looking at class %s failed", class_id)
        _put_off(class_id, error)


def carry_out_now(run_id: int) -> None:
    """Carries out or resumes the run in this thread, under the run's lease. Raises nothing."""
    from twinbook.sync.runs import carry_out

    try:
        with lease.hold_run(run_id, lease.this_process()):
            carry_out(run_id)
    except lease.LeaseError as reason:
        _log.info("run %s was left to another: %s", run_id, reason)
    except (Wait, OperationalError, InterfaceError):
        _log.warning("run %s was interrupted; it is resumed", run_id, exc_info=True)
    except Exception:  # noqa: BLE001 a run that always fails must end, else it would be resumed for ever
        _log.exception("run %s failed", run_id)
        _fail(run_id)


def _put_off(class_id: int, error: Exception) -> None:
    try:
        if isinstance(error, health.RemoteDown):
            wake.put_off(class_id, error.hint, until=error.until)
        else:
            wake.put_off(class_id, error.hint if isinstance(error, AeriesError) else _OUR_BUG)
    except DatabaseTrouble:
        _log.warning("class %s was not put off", class_id, exc_info=True)


def _fail(run_id: int) -> None:
    from twinbook.sync.undo import carrying as undoing

    try:
        Run.objects.filter(id=run_id, state__in=[RunState.QUEUED, RunState.RUNNING]).update(
            state=RunState.FAILED,
            error={"code": "internal", "message": _OUR_BUG, "hint": sentence("Start it again.")},
            finished_at=Now(),
        )
        failed = Run.objects.filter(id=run_id).first()
        if failed is not None:
            undoing.failed(failed)
        announce.announce_run(run_id)
    except DatabaseTrouble:
        _log.warning("run %s could not be ended", run_id, exc_info=True)
