"""Which run may be undone, and the run that does it."""

from __future__ import annotations

from django.db import transaction

from twinbook.core.sentence import sentence
from twinbook.district import settings
from twinbook.district.models import DistrictSettings
from twinbook.sync import errors, load, runs
from twinbook.sync.look import live_links
from twinbook.sync.models import ClassSync, MovedCell, MovedField, Run, RunKind, RunState
from twinbook.sync.undo.planning import made_items

UNDOABLE = (
    RunKind.PUSH,
    RunKind.FORCE,
    RunKind.NIGHTLY,
    RunKind.SETUP,
    RunKind.LINK,
    RunKind.RESTORE,
    RunKind.UNDO,
)
_UNDER_WAY = (RunState.QUEUED, RunState.RUNNING)


def begin(
    run_id: int, actor: str, *, class_id: int | None = None, dry_run: bool = False, awake: bool = True
) -> Run:
    """Both sides of one class back to what was agreed before the run; with a district-wide run and no class, of every
    class that it moved something in. Nothing is changed when it is refused.

    Raises NoSuchRun, NothingToUndo, AlreadyUndone, RunNotEnded, Paused, Observing, SetupRunning.
    """
    undone = of_class(runs.get(run_id), class_id)
    with transaction.atomic():
        Run.objects.select_for_update().get(id=undone.id)
        check(undone, dry_run=dry_run)
        run = runs.create(
            RunKind.UNDO,
            undone.school_class_id,
            actor,
            {"undo": undone.id},
            dry_run=dry_run,
            awake=awake,
        )
        if _joins(undone) and not dry_run:
            ClassSync.objects.filter(school_class_id=undone.school_class_id).update(setting_up=True)
    return run


def of_class(run: Run, class_id: int | None) -> Run:
    """The part of a district-wide run that is about one class. Raises NothingToUndo."""
    if class_id is None or run.school_class_id == class_id:
        return run
    part = run.parts.filter(school_class_id=class_id).first() if run.school_class_id is None else None
    if part is None:
        raise errors.NothingToUndo(
            sentence("This run did nothing in this class."), hint=sentence("Look at the class's runs.")
        )
    return part


def check(undone: Run, *, dry_run: bool) -> None:
    """Raises what keeps the run from being undone."""
    if undone.dry_run or undone.kind not in UNDOABLE:
        raise errors.NothingToUndo(hint=sentence("Only runs that changed a gradebook can be undone."))
    if undone.state in _UNDER_WAY:
        raise errors.RunNotEnded
    earlier = undo_of(undone)
    if earlier is not None:
        _refuse_again(earlier)
    if undone.school_class_id is None:
        if not open_parts(undone):
            raise errors.NothingToUndo
        return
    if undone.kind == RunKind.UNDO and _undid_a_setup(undone):
        raise errors.NothingToUndo(
            sentence("What an undo took apart is not joined again by undoing it."),
            hint=sentence("Join it again under class › Setup; what is equal is found again."),
        )
    if not moved_anything(undone):
        raise errors.NothingToUndo
    _check_class(undone, dry_run=dry_run)


def undo_of(run: Run) -> Run | None:
    """The undo of this run that has been done or is under way."""
    return (
        Run.objects.filter(kind=RunKind.UNDO, dry_run=False, params__undo=run.id)
        .exclude(state=RunState.FAILED, params__applied__isnull=True)
        .order_by("id")
        .first()
    )


def _refuse_again(earlier: Run) -> None:
    if earlier.state in _UNDER_WAY:
        raise errors.AlreadyUndone(
            sentence("This run is being undone right now, by run %(id)s.", id=earlier.id),
            hint=sentence("Wait until that run has ended."),
        )
    raise errors.AlreadyUndone(
        sentence("This run has been undone already, by run %(id)s.", id=earlier.id),
        hint=sentence("To take that back, undo run %(id)s.", id=earlier.id),
    )


def _joins(run: Run) -> bool:
    return run.kind == RunKind.SETUP or (run.kind == RunKind.LINK and "pair" in run.params)


def _undid_a_setup(run: Run) -> bool:
    undone = Run.objects.filter(id=run.params.get("undo", 0)).first()
    return undone is not None and _joins(undone)


def open_parts(run: Run) -> list[Run]:
    """The parts of a district-wide run that moved something and have not been undone."""
    return [
        part
        for part in run.parts.order_by("id")
        if part.state not in _UNDER_WAY and moved_anything(part) and undo_of(part) is None
    ]


def moved_anything(run: Run) -> bool:
    if run.school_class_id is None:
        return any(moved_anything(part) for part in run.parts.all())
    return (
        _joins(run)
        or MovedCell.objects.filter(run_id=run.id).exists()
        or MovedField.objects.filter(run_id=run.id).exists()
        or bool(made_items(run.school_class_id, run))
        or bool(run.params.get("pairs"))
    )


def may_be_undone(run: Run) -> bool:
    """Whether to offer it on a page."""
    try:
        check(run, dry_run=True)
    except errors.SyncError:
        return False
    return True


def _check_class(undone: Run, *, dry_run: bool) -> None:
    class_id = runs.class_of(undone)
    sync = ClassSync.objects.filter(school_class_id=class_id).first()
    if sync is not None and sync.setting_up:
        raise errors.SetupRunning
    joined = bool(live_links(class_id))
    if _joins(undone):
        from twinbook.sync.undo.of_setup import link_of

        link_of(undone)
    if dry_run:
        return
    load.check_not_observing(class_id)
    if not joined or undone.kind == RunKind.RESTORE:
        return
    district: DistrictSettings = settings.get()
    if sync is not None and not load.writes(sync, district):
        raise errors.Paused(
            sentence("Syncing is paused for this class, so Aeries could not follow an undo."),
            hint=sentence("Set the class (or the district) back to `sync`, or preview with a dry run."),
        )
