"""The night (J5): the roster, then every synced class, recently active first.

One class, one odd answer never stops the others: a night in which a class was held or could not be served is done, and
names it. What it does not get to, the age of each class's last look shows.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.db.models import Max

from twinbook.aeries import errors as wire_errors
from twinbook.district.errors import DistrictError
from twinbook.sync import errors, force, lease, rosters, runs, summary, wake
from twinbook.sync.look import live_links
from twinbook.sync.models import ClassSync, Link, Mode, Run, RunKind, RunState

Json = dict[str, Any]

MOST_CHANGES = 5000
"""Of all classes together; each class's part shows all of its own."""

_log = logging.getLogger(__name__)


def begin(actor: str, *, dry_run: bool = False, awake: bool = True) -> Run:
    return runs.create(RunKind.NIGHTLY, None, actor, dry_run=dry_run, awake=awake)


def carry_out(run: Run) -> None:
    """Interrupted: goes on with the classes that it has not finished. Raises when Aeries is down before it began.

    A dry run leaves the roster as it is, since reading it changes it here.
    """
    roster_plan = None if run.dry_run else _roster(run)
    done = {part.school_class_id: part for part in run.parts.all()}
    classes = _classes()
    tell = runs.teller(run)
    results: list[Json] = []
    for position, class_id in enumerate(classes):
        tell(position, len(classes), "")
        results.append(_class(run, class_id, done.get(class_id)))
    tell(len(classes), len(classes), "")
    parts = list(run.parts.order_by("school_class_id"))
    plan: Json = {
        "roster": roster_plan,
        "classes": results,
        "changes": [
            {**change, "class_id": str(part.school_class_id)}
            for part in parts
            for change in part.plan.get("changes", [])
        ][:MOST_CHANGES],
    }
    if run.dry_run:
        looked_at = [part for part in parts if part.state in (RunState.DONE, RunState.HELD)]
        plan["ready"] = bool(looked_at) or not classes
        plan["fingerprint"] = summary.fingerprint(
            [[part.school_class_id, part.state, part.plan.get("fingerprint")] for part in parts]
        )
    runs.finish(run, counts=summary.added([part.counts for part in parts]), plan=plan)


def _roster(run: Run) -> Json:
    """The roster first; when it cannot be read the classes are still looked at."""
    if "roster" in run.params:
        stored: Json = run.params["roster"]
        return stored
    try:
        found = rosters.shown(rosters.read(run, None))
    except wire_errors.FixSetup:
        raise
    except wire_errors.AeriesError as error:
        _log.warning("the roster was not read: %s", type(error).__name__)
        found = {"error": f"Aeries: {error.text}. {error.hint}"}
    except DistrictError as error:
        _log.warning("the roster was not read: %s", error.code)
        found = {"error": f"{error.message} {error.advice or ''}".strip()}
    run.params = {**run.params, "roster": found}
    run.save(update_fields=["params"])
    return found


def _classes() -> list[int]:
    """Classes with a live link, those with the newest saves first."""
    links = Link.objects.filter(ended_on=None)
    rows: Any = links.values("school_class_id").annotate(active=Max("school_class__activities__edited_at"))
    rows = rows.annotate(scored=Max("school_class__activities__scores__saved_at"))
    return [row["school_class_id"] for row in sorted(rows, key=_recency, reverse=True)]


def _recency(row: Mapping[str, Any]) -> float:
    times = [moment.timestamp() for moment in (row["active"], row["scored"]) if moment is not None]
    return max(times, default=0.0)


def _class(run: Run, class_id: int, earlier: Run | None) -> Json:
    if earlier is not None and earlier.state not in (RunState.QUEUED, RunState.RUNNING):
        return _result(class_id, earlier)
    skipped = _skipped(class_id)
    if skipped is not None:
        return {"class_id": str(class_id), "state": "skipped", "why": skipped}
    part = earlier or runs.create(
        RunKind.NIGHTLY, class_id, run.created_by, dry_run=run.dry_run, parent=run, awake=False
    )
    runs.start(part)
    try:
        with lease.hold(class_id, lease.this_process(), timeout=force.LEASE_WAIT_SECONDS) as held:
            for link in live_links(class_id):
                force.look_at_link(part, link, held)
    except (lease.LeaseBusy, lease.LeaseLost):
        runs.fail(
            part, "busy", "Another worker kept this class busy.", "It is looked at again the next night."
        )
    except errors.SyncError as error:
        runs.fail(part, error.code, error.message, error.hint or "")
        wake.put_off(class_id, f"{error.message} {error.hint or ''}".strip())
    except wire_errors.FixSetup as error:
        runs.fail(part, "aeries_refused", f"Aeries: {error.text}.", error.hint)
        wake.put_off(class_id, f"Aeries: {error.text}. {error.hint}")
    part.refresh_from_db()
    return _result(class_id, part)


def _skipped(class_id: int) -> str | None:
    sync = ClassSync.objects.get(school_class_id=class_id)
    if sync.setting_up:
        return "It is being joined with its Aeries gradebook; the set-up looks at everything."
    if sync.mode == Mode.PAUSED:
        return "Syncing is paused for this class."
    return None


def _result(class_id: int, part: Run) -> Json:
    return {
        "class_id": str(class_id),
        "run_id": str(part.id),
        "state": part.state,
        "why": None if part.error is None else part.error["message"],
        "counts": part.counts,
    }
