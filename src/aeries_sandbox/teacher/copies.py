"""Gradebooks are copied, backed up and restored (behaviour §11)."""

from copy import deepcopy

from aeries_sandbox.model import Backup, Gradebook
from aeries_sandbox.store import live_assignments
from aeries_sandbox.teacher.acting import NotPossible, the_gradebook
from aeries_sandbox.teacher.assignments import copy_assignment
from aeries_sandbox.world import World

RESTORE_MODES = ("same_ids", "new_ids", "copy")


def copy_gradebook(
    world: World, gradebook_number: int, name: str | None, staff_id: int | None, external_ids: bool
) -> Gradebook:
    """Options, categories, assignments and final marks go along; students, scores and links do not."""
    source = the_gradebook(world, gradebook_number)
    if staff_id is not None and staff_id not in world.database.staff:
        raise NotPossible(f"there is no staff member {staff_id}")
    copy = deepcopy(source)
    copy.gradebook_number = world.database.next_gradebook_number()
    copy.name = name or source.name
    if staff_id is not None:
        copy.staff_id, copy.teacher_number = staff_id, 0
    copy.linked_group, copy.locked = 0, False
    copy.students, copy.assignments, copy.transfer_grades = [], [], []
    world.database.add_gradebook(copy)
    for assignment in live_assignments(source):
        copy_assignment(world, assignment, copy, external_ids)
    return copy


def back_up(world: World, gradebook_number: int) -> Backup:
    gradebook = the_gradebook(world, gradebook_number)
    backup = Backup(
        backup=f"b{len(world.backups) + 1}",
        gradebook_number=gradebook_number,
        at=world.clock.now(),
        gradebook=deepcopy(gradebook),
    )
    world.backups.append(backup)
    return backup


def restore(world: World, gradebook_number: int, backup_id: str, mode: str | None) -> Gradebook:
    """Overwrites the gradebook with the backup, or makes a copy of it beside the gradebook.

    What a restore does to UniqueIDs is unknown; `mode` says it, else the switch `restore`.
    """
    the_gradebook(world, gradebook_number)
    mode = mode or world.switches["restore"]
    if mode not in RESTORE_MODES:
        raise NotPossible(f"mode is one of {', '.join(RESTORE_MODES)}, not {mode!r}")
    backup = next((row for row in world.backups if row.backup == backup_id), None)
    if backup is None or backup.gradebook_number != gradebook_number:
        raise NotPossible(f"gradebook {gradebook_number} has no backup {backup_id!r}")
    restored = deepcopy(backup.gradebook)
    if mode != "same_ids":
        for assignment in restored.assignments:
            assignment.unique_id = world.guids.new()
    if mode == "copy":
        restored.gradebook_number = world.database.next_gradebook_number()
        world.database.add_gradebook(restored)
    else:
        world.database.replace_gradebook(restored)
    return restored
