"""Restoring a class from a backup (G4): our side at once, Aeries only after a second plan was confirmed.

Our side is written in one transaction, which also leaves the class paused; what would follow in Aeries is shown by a force
sync with `dry_run`, and its fingerprint confirms exactly that (`second_plan`). Every value overwritten is in the history, and
the run can be undone.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import msgspec

from twinbook.core.fields import Field
from twinbook.core.sentence import sentence
from twinbook.gradebook import activities, categories, classes, scores
from twinbook.gradebook.activities import ActivityChanges
from twinbook.gradebook.categories import CategoryFields
from twinbook.gradebook.change import lock_class
from twinbook.gradebook.errors import GradebookError, NotFoundError
from twinbook.gradebook.models import Activity, Side
from twinbook.gradebook.origin import Origin, OriginKind
from twinbook.gradebook.scores import ValueChange
from twinbook.sync import backup, codec, errors, journal, lease, load, restore_plan, runs
from twinbook.sync.backup import Backup
from twinbook.sync.look import live_links
from twinbook.sync.models import (
    CellBaseRow,
    ClassSync,
    Mode,
    MovedCell,
    MovedField,
    Pair,
    Run,
    RunKind,
    RunState,
)
from twinbook.sync.restore_plan import NEW
from twinbook.sync.undo import notes

Json = dict[str, Any]

LEASE_WAIT_SECONDS = 60.0
WHY = "restored from a backup"


def begin(class_id: int, raw: bytes, actor: str, *, dry_run: bool = False, awake: bool = True) -> Run:
    """Nothing is changed when it is refused. Raises NotFoundError, BackupUnusable, SetupRunning, Observing."""
    classes.get(class_id)
    found = backup.read(raw, class_id)
    _check(class_id)
    if not dry_run:
        load.check_not_observing(class_id)
    _forget_previews(class_id)
    params = {"backup": msgspec.to_builtins(found)}
    return runs.create(RunKind.RESTORE, class_id, actor, params, dry_run=dry_run, awake=awake)


def confirm(preview: Run, actor: str, *, awake: bool = True) -> Run:
    """Restores what a dry run has shown, and only that: when the class has changed since, the run fails and says so.

    Raises SummaryOutOfDate (the preview's file is not kept any more), SetupRunning, Observing.
    """
    class_id = runs.class_of(preview)
    kept = preview.params.get("backup")
    if kept is None or not preview.dry_run or preview.state != RunState.DONE:
        raise errors.SummaryOutOfDate(
            sentence("This preview is no longer the newest one."),
            hint=sentence("Choose the file once more, and read its preview."),
        )
    _check(class_id)
    load.check_not_observing(class_id)
    params = {"backup": kept, "fingerprint": preview.plan["fingerprint"]}
    run = runs.create(RunKind.RESTORE, class_id, actor, params, awake=awake)
    _forget_previews(class_id)
    return run


def _forget_previews(class_id: int) -> None:
    """Their files are large; only the newest one can be confirmed."""
    for row in Run.objects.filter(
        school_class_id=class_id, kind=RunKind.RESTORE, dry_run=True, params__has_key="backup"
    ):
        row.params = _without_file(row)
        row.save(update_fields=["params"])


def _without_file(run: Run) -> Json:
    return {key: value for key, value in run.params.items() if key != "backup"}


def _check(class_id: int) -> None:
    if ClassSync.objects.filter(school_class_id=class_id, setting_up=True).exists():
        raise errors.SetupRunning


def carry_out(run: Run) -> None:
    """Killed at any point: nothing of it is there, or all of it."""
    class_id = runs.class_of(run)
    _check(class_id)
    if "backup" not in run.params:
        runs.finish(run)  # it was written, and its process died before it said so
        return
    found = msgspec.convert(run.params["backup"], type=Backup, strict=False)
    with (
        lease.hold(class_id, lease.this_process(), timeout=LEASE_WAIT_SECONDS) as held,
        held.committing(),
    ):
        _write(run, class_id, found)
    runs.finish(run)


def _write(run: Run, class_id: int, found: Backup) -> None:
    """Planned and written while nobody else can save in the class."""
    lock_class(class_id)
    links = live_links(class_id)
    planned = restore_plan.plan(class_id, found, links[0].id if links else 0)
    expected = run.params.get("fingerprint")
    if expected is not None and expected != planned.plan["fingerprint"]:
        raise errors.SummaryOutOfDate(
            sentence("The class has changed since the preview, so nothing was restored."),
            hint=sentence("Choose the file once more, and read its preview."),
        )
    run.plan, run.counts = {**planned.plan, "backup": _made(found)}, planned.plan["counts"]
    if not run.dry_run:
        run.params = _without_file(run)
        missed = _Writer(run, class_id).write(planned.steps)
        run.counts = {**run.counts, "skipped": run.counts["skipped"] + missed}
        if links:
            _pause(class_id, run)
    run.save(update_fields=["params", "plan", "counts"])


def _made(found: Backup) -> str:
    return sentence(
        "From the backup of “%(name)s” made at %(value)s.",
        name=found.school_class.name,
        value=found.made_at.isoformat(timespec="minutes"),
    )


def _pause(class_id: int, run: Run) -> None:
    """Until a person has confirmed what would follow in Aeries."""
    ClassSync.objects.update_or_create(
        school_class_id=class_id, defaults={"mode": Mode.PAUSED, "restored_by": run}
    )


class _Writer:
    def __init__(self, run: Run, class_id: int) -> None:
        self.run = run
        self.class_id = class_id
        self.origin = Origin(OriginKind.PERSON, run.created_by, None, run.id)
        self.made: dict[str, int] = {}
        self.missed = 0

    def write(self, steps: Json) -> int:
        """How many steps were no longer true. Raises LeaseLost."""
        for step in steps["categories"]:
            self._category(step)
        for activity in steps["bring_back"]:
            activities.restore(self.class_id, activity, self.origin, why=WHY)
        self._fields(steps["fields"])
        self._cells(steps["cells"])
        for step in steps["notes"]:
            self._note(step)
        return self.missed

    def _category(self, step: Json) -> None:
        weight = None if step["weight"] is None else Decimal(step["weight"])
        wanted = CategoryFields(step["name"], weight, step["drop_lowest"])
        if step["id"] is None:
            made = categories.create(self.class_id, wanted, self.origin)
            self.made[f"{NEW}{step['file_id']}"] = made.id
            return
        try:
            categories.update(
                self.class_id,
                step["id"],
                {"name": wanted.name, "weight": wanted.weight, "drop_lowest": wanted.drop_lowest},
                self.origin,
            )
        except GradebookError:
            self.missed += 1

    def _fields(self, steps: list[Json]) -> None:
        by_activity: dict[int, list[Json]] = defaultdict(list)
        for step in steps:
            by_activity[step["activity"]].append(step)
        for activity_id, group in sorted(by_activity.items()):
            activity = Activity.objects.get(id=activity_id)
            wanted: ActivityChanges = {}
            for step in group:
                text = str(self.made.get(step["after"], step["after"]))
                wanted.update(notes.changes(step["field"], text, paired=False))
                self._keep_field(activity, step["field"], notes.half(step["field"], activity), text)
            activities.update(self.class_id, activity_id, wanted, self.origin, why=WHY)

    def _keep_field(self, activity: Activity, name: str, before: str, after: str) -> None:
        pair = Pair.objects.filter(activity=activity, link__ended_on=None).first()
        agreed = None if pair is None or name not in set(Field) else pair.fields.get(name)
        moved = MovedField(
            run_id=self.run.id,
            link_id=None,
            activity=activity,
            field=name,
            ours=before,
            theirs=None if agreed is None else agreed[1],
            after_ours=after,
        )
        journal.store(journal.Moved(fields=(moved,)))

    def _cells(self, steps: list[Json]) -> None:
        by_activity: dict[int, list[Json]] = defaultdict(list)
        for step in steps:
            by_activity[step["activity"]].append(step)
        for activity, group in sorted(by_activity.items()):
            wanted = [
                ValueChange(step["student"], step["version"], codec.value_from(step["kind"], step["text"]))
                for step in group
            ]
            kept = self._keep_cells(activity, group)
            lost = scores.compare_and_set(self.class_id, activity, wanted, self.origin, why=WHY, wakes=True)
            self.missed += len(lost)
            journal.store(journal.Moved(kept), lost=lost)

    def _keep_cells(self, activity: int, group: list[Json]) -> tuple[MovedCell, ...]:
        present = scores.of_activity(activity)
        students = [step["student"] for step in group]
        bases = {
            row.student_id: row
            for row in CellBaseRow.objects.select_related("pair").filter(
                pair__activity_id=activity, pair__link__ended_on=None, student_id__in=students
            )
        }
        return tuple(self._moved(activity, step, present, bases) for step in group)

    def _moved(
        self, activity: int, step: Json, present: dict[int, Any], bases: dict[int, CellBaseRow]
    ) -> MovedCell:
        cell, base = present.get(step["student"]), bases.get(step["student"])
        kind, text = ("blank", "") if cell is None else codec.value_columns(cell.value)
        return MovedCell(
            run_id=self.run.id,
            link_id=None if base is None else base.pair.link_id,
            activity_id=activity,
            student_id=step["student"],
            side=Side.LMS,
            agreed=True,
            ours_kind=kind,
            ours_text=text,
            theirs_kind=None if base is None else base.theirs_kind,
            theirs_text="" if base is None else base.theirs_text,
            after_version=step["version"] + 1,
        )

    def _note(self, step: Json) -> None:
        write = notes.write(step["field"], step["student"], step["after"])
        try:
            scores.save_scores(self.class_id, step["activity"], [write], self.origin, why=WHY)
        except (GradebookError, NotFoundError):
            self.missed += 1  # a student who has left the class keeps the note that stands
            return
        moved = MovedField(
            run_id=self.run.id,
            activity_id=step["activity"],
            student_id=step["student"],
            field=step["field"],
            ours=step["before"],
            after_ours=step["after"],
        )
        journal.store(journal.Moved(fields=(moved,)))
