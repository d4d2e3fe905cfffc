"""Runs: pieces of work that a person starts, watches and finds again. A run without an end is resumed by the next worker."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, assert_never

from django.db.models import QuerySet
from django.db.models.functions import Now

from twinbook.aeries import errors as wire_errors
from twinbook.core.sentence import sentence
from twinbook.district.errors import DistrictError
from twinbook.said import all_said
from twinbook.sync import announce, errors, lease, remote, summary, wake
from twinbook.sync.models import Run, RunKind, RunState

Json = dict[str, Any]
Told = Callable[[int, int, str], None]

_WRITES_UNASKED = (RunKind.SETUP, RunKind.UNDO, RunKind.RESTORE)
"""What looks at the mode only here; every other run looks, and is shown a link that may not write."""

_log = logging.getLogger(__name__)


def create(
    kind: RunKind,
    class_id: int | None,
    actor: str,
    params: Json | None = None,
    *,
    dry_run: bool = False,
    parent: Run | None = None,
    awake: bool = True,
) -> Run:
    """Stores the run and has a worker carry it out after the commit. `awake` False: the caller does it itself."""
    run = Run.objects.create(
        school_class_id=class_id,
        kind=kind,
        dry_run=dry_run,
        params=params or {},
        created_by=actor,
        parent=parent,
        counts=summary.empty_counts(),
    )
    run.refresh_from_db(fields=["created_at"])
    if awake:
        wake.wake_run(run.id)
    return run


def get(run_id: int) -> Run:
    """Raises NoSuchRun."""
    run = Run.objects.filter(id=run_id).first()
    if run is None:
        raise errors.NoSuchRun
    return run


def of_class(class_id: int) -> QuerySet[Run]:
    """Newest first."""
    return Run.objects.filter(school_class_id=class_id).order_by("-id")


def shown(run: Run) -> Json:
    """The run object of public surface §3.4."""
    return {
        "id": str(run.id),
        "kind": run.kind,
        "dry_run": run.dry_run,
        "class_id": None if run.school_class_id is None else str(run.school_class_id),
        "state": run.state,
        "progress": {"done": run.progress_done, "total": run.progress_total, "label": run.progress_label},
        "counts": run.counts or summary.empty_counts(),
        "error": all_said(run.error),
        "created_by": run.created_by,
        "started_at": _iso(run.started_at),
        "finished_at": _iso(run.finished_at),
    }


def plan(run: Run) -> Json:
    """What it did or would do: a summary. Of a night: also each class with what came of it. `observed`: it was no dry run,
    but Twinbook only observed, and nothing of it was written."""
    empty = {"fingerprint": "", "ready": True, "read_at": None, "blocking": [], "changes": [], "backup": ""}
    empty |= {"left": [], "tasks": [], "observed": False}
    return {**empty, "counts": run.counts or summary.empty_counts(), **all_said(run.plan)}


def _iso(instant: Any) -> str | None:
    return None if instant is None else instant.isoformat()


def class_of(run: Run) -> int:
    if run.school_class_id is None:
        raise ValueError(f"run {run.id} belongs to no class")
    return run.school_class_id


def teller(run: Run) -> Told:
    """Stores how far a run is, for whoever watches."""

    def tell(done: int, total: int, label: str) -> None:
        Run.objects.filter(id=run.id).update(
            progress_done=done, progress_total=total, progress_label=label[:200]
        )
        announce.announce_run(run.id)

    return tell


def start(run: Run) -> None:
    Run.objects.filter(id=run.id, state=RunState.QUEUED).update(state=RunState.RUNNING, started_at=Now())
    run.refresh_from_db()
    _announce(run)


def finish(run: Run, *, counts: Json | None = None, plan: Json | None = None, held: bool = False) -> None:
    run.state = RunState.HELD if held else RunState.DONE
    run.counts = counts if counts is not None else run.counts
    run.plan = plan if plan is not None else run.plan
    run.error = None
    run.save(update_fields=["state", "counts", "plan", "error"])
    Run.objects.filter(id=run.id).update(finished_at=Now())
    _announce(run)


def fail(run: Run, code: str, message: str, hint: str) -> None:
    run.state = RunState.FAILED
    run.error = {"code": code, "message": message, "hint": hint}
    run.save(update_fields=["state", "error"])
    Run.objects.filter(id=run.id).update(finished_at=Now())
    _announce(run)


def _announce(run: Run) -> None:
    announce.announce_run(run.id)
    if run.school_class_id is not None:
        announce.announce(run.school_class_id)


def carry_out(run_id: int) -> None:
    """Carries out or resumes a run in this thread. A run that has ended is left alone.

    Raises Wait errors (it is resumed later) and LeaseError; everything a person must change ends the run as failed.
    """
    run = get(run_id)
    if run.state not in (RunState.QUEUED, RunState.RUNNING):
        return
    start(run)
    try:
        _carry_out(run)
    except remote.NotConnected as missing:
        _failed(run, "not_connected", missing.message, missing.hint)
    except errors.SyncError as error:
        _failed(run, error.code, error.message, error.hint or "")
    except DistrictError as error:
        _failed(run, error.code, error.message, error.advice or "")
    except (wire_errors.FixSetup, wire_errors.AskPerson) as error:
        _failed(run, code_of(error), sentence("Aeries: %(text)s.", text=error.text), error.hint)
    except wire_errors.Wait as error:
        if _resumes(run):
            raise
        _failed(run, "aeries_unavailable", sentence("Aeries: %(text)s.", text=error.text), error.hint)


def in_this_process(run: Run) -> Run:
    """For the command line: carries the run out here, also without a worker, and returns it as it ended. Were a worker
    quicker, it is left to that one, and LeaseBusy says so. Raises Wait errors of a set-up only."""
    with lease.hold_run(run.id, lease.this_process()):
        carry_out(run.id)
    run.refresh_from_db()
    return run


def _carry_out(run: Run) -> None:
    from twinbook.sync import force, load, night, repair, restore, rosters, setup, setup_run
    from twinbook.sync.undo import carrying as undoing

    if RunKind(run.kind) in _WRITES_UNASKED and not run.dry_run and run.school_class_id is not None:
        load.check_not_observing(run.school_class_id)
    match RunKind(run.kind):
        case RunKind.READ:
            setup.carry_out_reading(run)
            finish(run)
        case RunKind.SETUP:
            setup_run.carry_out(run)
        case RunKind.FORCE:
            force.carry_out(run)
        case RunKind.NIGHTLY:
            night.carry_out(run)
        case RunKind.ROSTER:
            rosters.carry_out(run)
        case RunKind.PUSH:
            finish(run)
        case RunKind.LINK:
            repair.carry_out(run)
        case RunKind.UNDO:
            undoing.carry_out(run)
        case RunKind.RESTORE:
            restore.carry_out(run)
        case other:
            assert_never(other)


def _resumes(run: Run) -> bool:
    """Whether the run goes on by itself when Aeries answers again."""
    from twinbook.sync.undo import carrying as undoing

    return RunKind(run.kind) is RunKind.SETUP or undoing.resumes(run)


def _failed(run: Run, code: str, message: str, hint: str) -> None:
    from twinbook.sync import setup, setup_run
    from twinbook.sync.undo import carrying as undoing

    _log.info("run %s failed: %s", run.id, code)
    if RunKind(run.kind) is RunKind.READ:
        setup.reading_failed(run)
    if RunKind(run.kind) is RunKind.SETUP:
        setup_run.failed(run)
    if RunKind(run.kind) is RunKind.UNDO:
        undoing.failed(run)
    fail(run, code, message, hint)


def code_of(error: wire_errors.AeriesError) -> str:
    match error:
        case wire_errors.WrongYear():
            return "wrong_year"
        case wire_errors.CertificateRefused() | wire_errors.CertificateMalformed():
            return "certificate_refused"
        case wire_errors.PermissionMissing():
            return "permission_missing"
        case wire_errors.WrongAddress() | wire_errors.InsecureAddress() | wire_errors.UntrustedServer():
            return "wrong_address"
        case wire_errors.NotFound():
            return "not_found_in_aeries"
        case wire_errors.Rejected():
            return "rejected_by_aeries"
        case _:
            return "aeries_error"
