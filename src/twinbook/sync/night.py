"""The night (J5): the roster, then every synced class, recently active first.

One class, one odd answer never stops the others: a night in which a class was held or could not be served is done, and
names it. What it does not get to, the age of each class's last look shows. Held is only a night that the district's
brake stopped.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.db.models import Max

from twinbook.aeries import errors as wire_errors
from twinbook.core.sentence import joined, sentence
from twinbook.district.errors import DistrictError
from twinbook.sync import night_class, rosters, runs, summary
from twinbook.sync.models import Link, RemoteState, Run, RunKind, RunState
from twinbook.sync.night_brake import NightBrake
from twinbook.sync.night_class import Visit

Json = dict[str, Any]

MOST_CHANGES = 5000
"""Of all classes together; each class's part shows all of its own."""

_log = logging.getLogger(__name__)


def begin(actor: str, *, dry_run: bool = False, awake: bool = True) -> Run:
    return runs.create(RunKind.NIGHTLY, None, actor, dry_run=dry_run, awake=awake)


def carry_out(run: Run) -> None:
    """Interrupted: goes on with the classes that it has not finished. Raises when Aeries is down before it began.

    It reads and plans in waves; a wave is taken over only while the night so far is below the district's limits (G1). A
    dry run leaves the roster as it is, since reading it changes it here.
    """
    roster_plan = None if run.dry_run else _roster(run)
    earlier = {part.school_class_id: part for part in run.parts.all()}
    classes = _classes()
    brake = NightBrake(len(classes))
    tell = runs.teller(run)
    visits: list[Visit] = []
    for wave in brake.waves(classes):
        planned: list[Visit] = []
        for class_id in wave:
            tell(len(visits) + len(planned), len(classes), "")
            planned.append(night_class.plan(run, class_id, earlier.get(class_id)))
        for visit in planned:
            brake.count(visit)
        stopped = brake.stopped()
        for visit in planned:
            night_class.take_over(visit, stopped=stopped)
        visits += planned
    tell(len(classes), len(classes), "")
    parts = list(run.parts.order_by("school_class_id"))
    plan: Json = {
        "roster": roster_plan,
        "classes": [night_class.result(visit) for visit in visits],
        "brake": brake.shown(),
        "observed": any(part.plan.get("observed") for part in parts),
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
    counts = summary.added([part.counts for part in parts])
    held = not run.dry_run and any(map(night_class.held_by_district, visits))
    runs.finish(run, counts=counts, plan=plan, held=held)


def _roster(run: Run) -> Json:
    """The roster first; when it cannot be read the classes are still looked at."""
    if "roster" in run.params:
        stored: Json = run.params["roster"]
        return stored
    try:
        found = rosters.shown(rosters.read(run, None))
    except (wire_errors.WrongAddress, wire_errors.PermissionMissing) as error:
        if not _identified(run):
            raise
        # Aeries is there: one list that it does not give, or may not give, does not stop the classes (promise 10).
        _log.warning("the roster was not read: %s", type(error).__name__)
        found = {"error": sentence("Aeries: %(text)s. %(hint)s", text=error.text, hint=error.hint)}
    except wire_errors.FixSetup:
        raise
    except wire_errors.AeriesError as error:
        _log.warning("the roster was not read: %s", type(error).__name__)
        found = {"error": sentence("Aeries: %(text)s. %(hint)s", text=error.text, hint=error.hint)}
    except DistrictError as error:
        _log.warning("the roster was not read: %s", error.code)
        found = {"error": joined([error.message, error.advice or ""])}
    run.params = {**run.params, "roster": found}
    run.save(update_fields=["params"])
    return found


def _identified(run: Run) -> bool:
    return RemoteState.objects.filter(identity_checked_at__gte=run.started_at).exists()


def _classes() -> list[int]:
    """Classes with a live link, those with the newest saves first."""
    links = Link.objects.filter(ended_on=None)
    rows: Any = links.values("school_class_id").annotate(active=Max("school_class__activities__edited_at"))
    rows = rows.annotate(scored=Max("school_class__activities__scores__saved_at"))
    return [row["school_class_id"] for row in sorted(rows, key=_recency, reverse=True)]


def _recency(row: Mapping[str, Any]) -> float:
    times = [moment.timestamp() for moment in (row["active"], row["scored"]) if moment is not None]
    return max(times, default=0.0)
