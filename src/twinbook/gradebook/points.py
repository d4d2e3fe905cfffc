"""Other points for an activity together with its scores: one change, one name in the history (design A3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from django.db import transaction

from twinbook.core.sentence import sentence
from twinbook.core.values import OurValue, rescaled
from twinbook.gradebook import activities, score_rows
from twinbook.gradebook.activities import ActivityChanges
from twinbook.gradebook.cells import Cell, value_text
from twinbook.gradebook.change import lock_class
from twinbook.gradebook.errors import VersionConflictError
from twinbook.gradebook.history import Entry
from twinbook.gradebook.origin import Origin


def change(
    class_id: int,
    activity_id: int,
    changes: ActivityChanges,
    values: Mapping[int, tuple[int, OurValue]],
    origin: Origin,
    *,
    expected_version: int,
    why: str,
) -> dict[int, int]:
    """For the sync: wakes nobody. `values`: student → (value version that the plan saw, new value); every other score of
    the activity, also of students who have left, keeps its percentage (to or from 0 points: its number). Returns the
    value versions afterwards.

    All or nothing. Raises NotFoundError, InvalidError, VersionConflictError when the activity or a cell was changed since.
    """
    with transaction.atomic():
        lock_class(class_id)
        before = activities.get(class_id, activity_id)
        old = Decimal(0) if before.extra_credit else before.points
        after = activities.update(
            class_id, activity_id, changes, origin, expected_version=expected_version, why=why, quiet=True
        )
        new = Decimal(0) if after.extra_credit else after.points
        cells = score_rows.of_activity(activity_id)
        for student, (version, _) in values.items():
            if cells.get(student, Cell(student, activity_id)).value_version != version:
                raise VersionConflictError(sentence("Someone else saved a score of this activity first."))
        written = [
            _moved(cell, values[student][1] if student in values else rescaled(cell.value, old, new), origin)
            for student, cell in cells.items()
        ]
        moved = [cell for cell in written if cell.value != cells[cell.student_id].value]
        if moved:
            entries = [_entry(cells[cell.student_id], cell) for cell in moved]
            score_rows.write(class_id, activity_id, moved, entries, origin, why=why, next_generation=False)
    return {cell.student_id: cell.value_version for cell in written}


def _moved(cell: Cell, value: OurValue, origin: Origin) -> Cell:
    if value == cell.value:
        return cell
    return replace(
        cell,
        value=value,
        version=cell.version + 1,
        value_version=cell.value_version + 1,
        origin=origin,
        saved_at=None,
    )


def _entry(old: Cell, new: Cell) -> Entry:
    return Entry(
        "score",
        value_text(old.value),
        value_text(new.value),
        activity_id=new.activity_id,
        student_id=new.student_id,
    )
