"""Carrying out an undo: read, plan, store the plan, write here in one transaction, and have Aeries follow.

Killed at any point: before the plan is stored nothing was done; afterwards the resumed run does exactly the stored steps,
each only where its before-value is still true. Brake exempt, since a person chose it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from twinbook.aeries import errors as wire_errors
from twinbook.core.carry_out.outcome import LookOutcome
from twinbook.core.carry_out.undo import Seen, observe, push_pairs
from twinbook.core.sentence import sentence
from twinbook.district import settings
from twinbook.sync import errors, health, lease, load, remote, runs, summary, wake
from twinbook.sync.interpreter import Interpreter
from twinbook.sync.lease import Lease
from twinbook.sync.look import live_links, note_pushed, put_off_or_served
from twinbook.sync.models import ClassSync, Link, MovedCell, MovedField, Pair, Run, RunKind
from twinbook.sync.undo import here, planning, request
from twinbook.sync.undo.planning import made_items
from twinbook.sync.undo.steps import Steps, from_json, to_json

Json = dict[str, Any]

LEASE_WAIT_SECONDS = 60.0


def carry_out(run: Run) -> None:
    """Raises Wait errors once the plan is stored: the run is resumed. Raises LeaseBusy when another keeps the class."""
    undone = runs.get(int(run.params["undo"]))
    if undone.school_class_id is None:
        _whole(run, undone)
        return
    with lease.hold(runs.class_of(run), lease.this_process(), timeout=LEASE_WAIT_SECONDS) as held:
        one_class(run, undone, held)


def one_class(run: Run, undone: Run, held: Lease) -> None:
    if apart(undone):
        from twinbook.sync.undo import of_setup

        of_setup.carry_out(run, undone, held)
        return
    steps = _planned(run, undone, held)
    if run.dry_run:
        runs.finish(run)
        return
    with held.committing():
        here.apply(run, steps, why(undone))
    _follow(run, steps, held)
    counts = {**run.counts, "skipped": run.counts["skipped"] + int(run.params.get("missed", 0))}
    runs.finish(run, counts=counts)
    wake.wake_class(runs.class_of(run))


def apart(undone: Run) -> bool:
    """Whether the run joined what its undo takes apart again."""
    return undone.kind == RunKind.SETUP or (undone.kind == RunKind.LINK and "pair" in undone.params)


def failed(run: Run) -> None:
    from twinbook.sync.undo import of_setup

    of_setup.failed(run)


def why(undone: Run) -> str:
    return f"run {undone.id} undone"


def _planned(run: Run, undone: Run, held: Lease) -> Steps:
    """The stored steps, or those of a plan that is made and stored now."""
    stored = run.params.get("steps")
    if stored is not None:
        return from_json(stored)
    found = planning.plan(run, undone, look(run, undone, held))
    if not run.dry_run:
        run.params = {**run.params, "steps": to_json(found.steps)}
    run.plan, run.counts = found.plan, found.plan["counts"]
    with held.committing():
        run.save(update_fields=["params", "plan", "counts"])
    return found.steps


def look(run: Run, undone: Run, held: Lease) -> Mapping[int, Seen]:
    """By live link, what both sides hold now of what the run moved. Raises AeriesUnavailable, AeriesRefuses."""
    return {
        link.id: seen_of(run, link, pairs, held)
        for link in live_links(runs.class_of(run))
        if (pairs := pairs_moved(undone, link.id))
    }


def seen_of(run: Run, link: Link, pairs: list[int], held: Lease) -> Seen:
    try:
        interpreter = Interpreter(
            link, held, dry_run=True, run_id=run.id, actor=run.created_by, told=runs.teller(run)
        )
    except health.RemoteDown as down:
        raise errors.AeriesUnavailable(hint=down.hint) from down
    seen = interpreter.drive(observe(pairs))
    if seen.trouble is not None:
        raise errors.AeriesUnavailable(
            seen.trouble.message, hint=sentence("Nothing was changed. Try again later.")
        )
    return seen


def pairs_moved(undone: Run, link_id: int) -> list[int]:
    touched = set(MovedCell.objects.filter(run_id=undone.id).values_list("activity_id", flat=True))
    touched |= set(MovedField.objects.filter(run_id=undone.id).values_list("activity_id", flat=True))
    touched |= {row.activity_id for row in made_items(runs.class_of(undone), undone) if row.activity_id}
    apart = [int(pair) for pair in undone.params.get("pairs", {})]
    pairs = Pair.objects.filter(Q(activity_id__in=touched) | Q(id__in=apart), link_id=link_id)
    return sorted(pairs.values_list("id", flat=True))


def _follow(run: Run, steps: Steps, held: Lease) -> None:
    """Aeries follows by the ordinary rules, as after any edit: read before write, intents, held where it cannot."""
    class_id = runs.class_of(run)
    sync = ClassSync.objects.filter(school_class_id=class_id).first()
    if sync is None or not load.writes(sync, settings.get()):
        return  # after a restore the class is paused until its second plan is confirmed
    for link in live_links(class_id):
        pairs = steps.push.get(str(link.id), [])
        if not pairs:
            continue
        interpreter = Interpreter(link, held, run_id=run.id, actor=run.created_by, told=runs.teller(run))
        outcome = interpreter.drive(push_pairs(pairs))
        note_pushed(link.id, outcome)
        put_off_or_served(link, outcome.trouble)
        if outcome.trouble is not None and outcome.trouble.stops_the_class:
            raise waiting(outcome.trouble.message, outcome.trouble.retry_at)
        _note_troubles(run, outcome)


def _note_troubles(run: Run, outcome: LookOutcome) -> None:
    if outcome.trouble is not None:
        run.plan = {**run.plan, "troubles": [*run.plan.get("troubles", []), outcome.trouble.message]}


def waiting(message: str, until: datetime | None) -> wire_errors.AeriesError:
    return health.RemoteDown(until) if until is not None else wire_errors.Wait(message)


def resumes(run: Run) -> bool:
    """Whether a run that Aeries broke off goes on by itself: once its plan is stored it does."""
    return run.kind == RunKind.UNDO and "steps" in run.params


# A district-wide run


def _whole(run: Run, undone: Run) -> None:
    """Class by class; one that cannot be undone stops no other."""
    mine = {part.params.get("undo"): part for part in run.parts.all()}
    results: list[Json] = []
    tell = runs.teller(run)
    parts = [part for part in undone.parts.order_by("id") if part.school_class_id is not None]
    for done, part in enumerate(parts):
        tell(done, len(parts), "")
        result = _part(run, part, mine.get(part.id))
        if result is not None:
            results.append(result)
    tell(len(parts), len(parts), "")
    found = list(run.parts.all())
    plan = {
        "classes": results,
        "changes": [change for one in found for change in one.plan.get("changes", [])][:5000],
        "left": [line for one in found for line in one.plan.get("left", [])][:5000],
        "tasks": [line for one in found for line in one.plan.get("tasks", [])][:5000],
    }
    runs.finish(run, counts=summary.added([one.counts for one in found]), plan=plan)


def _part(run: Run, undone: Run, mine: Run | None) -> Json | None:
    if mine is None:
        if not request.moved_anything(undone):
            return None
        try:
            request.check(undone, dry_run=run.dry_run)
        except errors.SyncError as error:
            return {"class_id": str(undone.school_class_id), "state": "skipped", "why": error.message}
        mine = runs.create(
            RunKind.UNDO,
            undone.school_class_id,
            run.created_by,
            {"undo": undone.id},
            dry_run=run.dry_run,
            parent=run,
            awake=False,
        )
    if mine.state in ("queued", "running"):
        _carry_part(mine, undone)
    mine.refresh_from_db()
    return {
        "class_id": str(mine.school_class_id),
        "run_id": str(mine.id),
        "state": mine.state,
        "why": None if mine.error is None else mine.error["message"],
        "counts": mine.counts,
    }


def _carry_part(mine: Run, undone: Run) -> None:
    runs.start(mine)
    try:
        with lease.hold(runs.class_of(mine), lease.this_process(), timeout=LEASE_WAIT_SECONDS) as held:
            one_class(mine, undone, held)
    except (lease.LeaseBusy, lease.LeaseLost):
        runs.fail(
            mine,
            "busy",
            sentence("Another worker kept this class busy."),
            sentence("Undo this class by itself, later."),
        )
    except errors.SyncError as error:
        runs.fail(mine, error.code, error.message, error.hint or "")
    except remote.NotConnected as missing:
        runs.fail(mine, "not_connected", missing.message, missing.hint)
    except wire_errors.FixSetup as error:
        runs.fail(mine, runs.code_of(error), sentence("Aeries: %(text)s.", text=error.text), error.hint)
