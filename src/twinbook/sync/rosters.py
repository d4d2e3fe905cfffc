"""The roster sync as a run."""

from __future__ import annotations

from functools import partial
from typing import Any

from twinbook.aeries.permits import Lane
from twinbook.district import roster
from twinbook.district.roster import RosterReport
from twinbook.sync import handmade, health, homes, identity, remote, runs
from twinbook.sync.models import Run, RunKind


def begin(actor: str, school_code: int | None = None, *, whole: bool = False, awake: bool = True) -> Run:
    """`whole`: also what Aeries' change feeds tell nothing about."""
    params: dict[str, Any] = {} if school_code is None else {"school_code": school_code}
    if whole:
        params["whole"] = True
    return runs.create(RunKind.ROSTER, None, actor, params, awake=awake)


def carry_out(run: Run) -> None:
    """Interrupted: begun again; what was read is read again and changes nothing twice."""
    report = read(run, run.params.get("school_code"), whole=run.params.get("whole", False))
    runs.finish(run, plan={"roster": shown(report), "changes": []})


def read(run: Run, school_code: int | None, *, whole: bool = False) -> RosterReport:
    """Raises the connector's errors and NotConnected."""
    client = remote.client()
    with health.admitted(remote.connection_row().id) as admission:
        ask = partial(client.systeminfo, via=Lane.BULK)
        _, today = identity.check(remote.connection_row().id, client, lambda: ask().value)
        admission.answered()
        report = roster.sync_roster(client, school_code, today, runs.teller(run), whole=whole)
    for class_id in report.changed_classes:
        homes.settle(class_id)
        handmade.judge(class_id)
    return report


def shown(report: RosterReport) -> dict[str, Any]:
    return roster.shown(report)
