"""One class in a night: read and planned first, taken over once its wave was judged (G1).

Between the two the class is free for saves. What was planned is kept with the class's part of the run, so that a night
that goes on after a kill does not read again what it has read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from twinbook.aeries import errors as wire_errors
from twinbook.core.carry_out.mass_change import Planned
from twinbook.core.carry_out.outcome import LookOutcome
from twinbook.core.carry_out.taking_over import stopped_with_the_district
from twinbook.core.district_brake import ClassCount
from twinbook.core.sentence import sentence
from twinbook.sync import errors, force, homes, lease, planned_codec, runs, wake
from twinbook.sync.lease import Lease
from twinbook.sync.look import live_links
from twinbook.sync.models import ClassSync, Mode, Run, RunKind, RunState

Json = dict[str, Any]

STOPPED = sentence(
    "The night changes too many values in too many classes at once; an administrator is asked."
)


@dataclass(slots=True)
class Visit:
    """`plans`: by link, what waits to be taken over. `counted`: what the district's brake judges; None: nothing was read."""

    class_id: int
    part: Run | None = None
    skipped: str | None = None
    plans: dict[int, Planned] = field(default_factory=dict)
    counted: ClassCount | None = None


def plan(run: Run, class_id: int, earlier: Run | None) -> Visit:
    """Reads and sends, and takes nothing over yet. `earlier`: its part of the same night, before an interruption."""
    if earlier is not None and (_ended(earlier) or "counted" in earlier.params):
        return _resumed(class_id, earlier)
    skipped = _skipped(class_id)
    if skipped is not None:
        return Visit(class_id, skipped=skipped)
    part = earlier or runs.create(
        RunKind.NIGHTLY, class_id, run.created_by, dry_run=run.dry_run, parent=run, awake=False
    )
    runs.start(part)
    visit = Visit(class_id, part)
    _serve(visit, part, lambda held: _read(visit, part, held))
    return visit


def take_over(visit: Visit, *, stopped: bool) -> None:
    """`stopped`: the district's brake holds everything of a class that would lose a value."""
    part = visit.part
    if part is None or _ended(part):
        return
    plans = {link: stopped_with_the_district(p) if stopped else p for link, p in visit.plans.items()}
    by_district = stopped and any(p.losing for p in plans.values())
    outcomes: list[LookOutcome] = []

    def work(held: Lease) -> None:
        for link in live_links(visit.class_id):
            if link.id in plans:
                outcomes.append(force.take_over_planned(part, link, held, plans[link.id]))

    _serve(visit, part, work)
    if _ended(part):
        return
    again = any(outcome.again for outcome in outcomes)
    still_held = any(outcome.held for outcome in outcomes)
    part.params = {**_without_plans(part), "by_district": by_district and still_held}
    part.save(update_fields=["params"])
    force.close(part, held=still_held)
    if again:
        wake.wake_class(visit.class_id)


def result(visit: Visit) -> Json:
    """What came of the class, for the night's plan."""
    part = visit.part
    if part is None:
        return {"class_id": str(visit.class_id), "state": "skipped", "why": visit.skipped}
    why = None if part.error is None else part.error["message"]
    return {
        "class_id": str(visit.class_id),
        "run_id": str(part.id),
        "state": part.state,
        "why": STOPPED if held_by_district(visit) else why,
        "counts": part.counts,
    }


def held_by_district(visit: Visit) -> bool:
    return visit.part is not None and bool(visit.part.params.get("by_district"))


def _read(visit: Visit, part: Run, held: Lease) -> None:
    if not part.dry_run:
        homes.settle(visit.class_id)
    part.params = {key: value for key, value in part.params.items() if key != force.BROKEN}
    compared, losing, stops, waits = 0, 0, False, False
    for link in live_links(visit.class_id):
        outcome = force.read_link(part, link, held, only_plan=True)
        if outcome.planned is None:
            continue
        compared += outcome.planned.compared
        losing += outcome.planned.losing
        stops |= bool(outcome.planned.stops)
        waits |= outcome.held
        if outcome.planned.pending:
            visit.plans[link.id] = outcome.planned
    visit.counted = ClassCount(compared, losing, stopped=stops)
    part.params = {
        **part.params,
        "counted": [compared, losing, stops],
        "planned": {str(link): planned_codec.to_json(one) for link, one in visit.plans.items()},
    }
    part.save(update_fields=["params"])
    if not visit.plans:
        force.close(part, held=waits)


def _resumed(class_id: int, part: Run) -> Visit:
    visit = Visit(class_id, part)
    if "counted" in part.params:
        compared, losing, stops = part.params["counted"]
        visit.counted = ClassCount(compared, losing, stopped=stops)
    if not _ended(part):
        stored = part.params.get("planned", {})
        visit.plans = {int(link): planned_codec.from_json(one) for link, one in stored.items()}
    return visit


def _without_plans(part: Run) -> Json:
    return {key: value for key, value in part.params.items() if key != "planned"}


def _ended(part: Run) -> bool:
    return part.state not in (RunState.QUEUED, RunState.RUNNING)


def _serve(visit: Visit, part: Run, work: Callable[[Lease], None]) -> None:
    """Under the class's lease. Whatever keeps the class from being served ends its part as failed, and stops no other."""
    try:
        with lease.hold(visit.class_id, lease.this_process(), timeout=force.LEASE_WAIT_SECONDS) as held:
            work(held)
    except (lease.LeaseBusy, lease.LeaseLost):
        runs.fail(
            part,
            "busy",
            sentence("Another worker kept this class busy."),
            sentence("It is looked at again the next night."),
        )
    except errors.SyncError as error:
        runs.fail(part, error.code, error.message, error.hint or "")
        wake.put_off(visit.class_id, f"{error.message} {error.hint or ''}".strip())
    except wire_errors.FixSetup as error:
        runs.fail(part, "aeries_refused", sentence("Aeries: %(text)s.", text=error.text), error.hint)
        wake.put_off(visit.class_id, sentence("Aeries: %(text)s. %(hint)s", text=error.text, hint=error.hint))


def _skipped(class_id: int) -> str | None:
    sync = ClassSync.objects.get(school_class_id=class_id)
    if sync.setting_up:
        return sentence("It is being joined with its Aeries gradebook; the set-up looks at everything.")
    if sync.mode == Mode.PAUSED:
        return sentence("Syncing is paused for this class.")
    return None
