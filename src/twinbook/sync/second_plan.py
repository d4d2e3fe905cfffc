"""Taking a class out of its pause by confirming one plan: what a force sync with `dry_run` showed, and nothing else (G4)."""

from __future__ import annotations

from typing import Any

from twinbook.aeries import errors as wire_errors
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.look import look_through
from twinbook.core.sentence import sentence
from twinbook.sync import errors, health, lease, runs, summary
from twinbook.sync.interpreter import Interpreter
from twinbook.sync.lease import Lease
from twinbook.sync.look import live_links
from twinbook.sync.models import ClassSync, Link, Mode, Run, RunKind, RunState

Json = dict[str, Any]

LEASE_WAIT_SECONDS = 20.0
HINT = sentence("Preview with a force sync (`dry_run`), then confirm with the fingerprint of that plan.")


def needed(class_id: int) -> bool:
    """Whether the class was restored and nobody has confirmed yet what follows in Aeries."""
    restored = ClassSync.objects.filter(school_class_id=class_id, restored_by__isnull=False).exists()
    return restored and bool(live_links(class_id))


def confirm(class_id: int, fingerprint: str | None, actor: str) -> Run:
    """Sets the class to `sync` and starts the run that carries the confirmed plan. Both gradebooks are read once more
    first, under the class's lease.

    Raises SummaryOutOfDate (with the plan as it is now) when anything that the plan shows would differ, NotSynced,
    SetupRunning, AeriesUnavailable, AeriesRefuses, LeaseBusy; then nothing is changed.
    """
    _check(class_id)
    known = _newest_preview(class_id)
    if known is None or fingerprint is None or known.plan.get("fingerprint") != fingerprint:
        raise errors.SummaryOutOfDate(
            sentence("This is not the plan that a force sync of the class shows now."),
            hint=HINT,
            extra={} if known is None else {"summary": runs.plan(known)},
        )
    with lease.hold(class_id, lease.this_process(), timeout=LEASE_WAIT_SECONDS) as held:
        _check(class_id)
        plan = _plan_now(class_id, held)
        if plan["fingerprint"] != fingerprint:
            raise errors.SummaryOutOfDate(hint=HINT, extra={"summary": plan})
        with held.committing():
            ClassSync.objects.filter(school_class_id=class_id).update(mode=Mode.SYNC, restored_by=None)
            run = runs.create(RunKind.FORCE, class_id, actor, {"confirmed": fingerprint})
    return run


def _check(class_id: int) -> None:
    sync = ClassSync.objects.filter(school_class_id=class_id).first()
    if sync is not None and sync.setting_up:
        raise errors.SetupRunning
    if sync is None or not live_links(class_id):
        raise errors.NotSynced


def _newest_preview(class_id: int) -> Run | None:
    return (
        Run.objects.filter(school_class_id=class_id, kind=RunKind.FORCE, dry_run=True, state=RunState.DONE)
        .order_by("-id")
        .first()
    )


def _plan_now(class_id: int, held: Lease) -> Json:
    """As a force sync with `dry_run` tells it: of several gradebooks as one."""
    plan: Json = {}
    for link in live_links(class_id):
        found = _of_link(link, held)
        if plan:
            counts = summary.added([plan["counts"], found["counts"]])
            plan = summary.joined(plan, found, counts)
        else:
            plan = found
    return plan


def _of_link(link: Link, held: Lease) -> Json:
    try:
        outcome = Interpreter(link, held, dry_run=True).drive(look_through(ef.Lane.PERSON))
    except health.RemoteDown as down:
        raise errors.AeriesUnavailable(hint=down.hint) from down
    except wire_errors.FixSetup as error:
        raise errors.AeriesRefuses(
            runs.code_of(error), sentence("Aeries: %(text)s.", text=error.text), hint=error.hint
        ) from error
    if outcome.trouble is not None and outcome.trouble.stops_the_class:
        raise errors.AeriesUnavailable(outcome.trouble.message)
    return summary.of_report(outcome.report, link.school_class_id, link.id)
