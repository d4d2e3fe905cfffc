"""Saving what a grid sends: each cell by itself, so that one that cannot be saved keeps no other from it.

A cell names the version that the person saw. If it has another one by now, nothing of it is written and the answer
holds the present cell; unless that is what the person wants: then a repeated request has simply arrived twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from twinbook.api import shapes
from twinbook.api.bodies import Body, IdText, ScoreBody, Whole
from twinbook.gradebook import activities, scores
from twinbook.gradebook.cells import Cell
from twinbook.gradebook.change import lock_class
from twinbook.gradebook.errors import (
    GradebookError,
    NotFoundError,
    PointsChangedError,
    VersionConflictError,
)
from twinbook.gradebook.models import Activity
from twinbook.gradebook.origin import Origin
from twinbook.gradebook.scores import ScoreWrite, Unchanged
from twinbook.said import said, said_if_any
from twinbook.sync.overview import ClassStand

MOST_CELLS = 2000

Json = dict[str, Any]


class CellBody(ScoreBody):
    student_id: IdText
    activity_id: IdText
    version: Whole = 0


class CellsBody(Body):
    """`user`: for whom the page was made; another may have signed in since, in another tab."""

    user: IdText
    cells: list[CellBody]


@dataclass(frozen=True, slots=True)
class Wanted:
    write: ScoreWrite
    version: int
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one activity: cells as they now are, and the students whose cell was not saved, each with why."""

    saved: list[Cell]
    refused: dict[int, GradebookError]


def save(class_id: int, sent: Iterable[CellBody], origin: Origin) -> Json:
    """Answers `cells` (saved, in REST's shape) and `refused` (with code, message, hint and, where it exists, the
    present cell and points). What stands in `cells` is committed."""
    wanted: dict[int, list[Wanted]] = defaultdict(list)
    refused: list[Json] = []
    for body in sent:
        try:
            write = body.write(int(body.student_id))
        except GradebookError as error:
            refused.append(_refusal(int(body.activity_id), int(body.student_id), error))
            continue
        wanted[int(body.activity_id)].append(Wanted(write, body.version, body.points))
    cells: list[Json] = []
    for activity_id, of_activity in sorted(wanted.items()):
        outcome = _save_activity(class_id, activity_id, of_activity, origin)
        shown, not_saved = _shown(class_id, activity_id, outcome)
        cells += shown
        refused += not_saved
    return {"cells": cells, "refused": refused}


def save_one(class_id: int, activity_id: int, wanted: list[Wanted], origin: Origin) -> Outcome:
    """The same for a page of one activity."""
    return _save_activity(class_id, activity_id, wanted, origin)


def _save_activity(class_id: int, activity_id: int, wanted: list[Wanted], origin: Origin) -> Outcome:
    refused: dict[int, GradebookError] = {}
    saved: list[Cell] = []
    try:
        with transaction.atomic():
            lock_class(class_id)
            activity = activities.get(class_id, activity_id)
            present = scores.of_activity(activity_id)
            fresh: list[ScoreWrite] = []
            for one in wanted:
                cell = present.get(one.write.student_id) or Cell(one.write.student_id, activity_id)
                if _holds(cell, one.write):
                    saved.append(cell)
                elif cell.version != one.version:
                    refused[cell.student_id] = VersionConflictError("This score was changed meanwhile.")
                elif one.points is not None and one.points != activity.points:
                    refused[cell.student_id] = PointsChangedError(
                        f"“{activity.title}” is now worth {shapes.decimal(activity.points)} points, "
                        f"not {shapes.decimal(one.points)}."
                    )
                else:
                    fresh.append(one.write)
            saved += _write(class_id, activity_id, fresh, origin, refused)
    except NotFoundError as error:
        return Outcome([], {one.write.student_id: error for one in wanted})
    return Outcome(saved, refused)


def _holds(cell: Cell, write: ScoreWrite) -> bool:
    asked = (write.value, cell.value), (write.late, cell.late), (write.comment, cell.comment)
    return all(isinstance(wanted, Unchanged) or wanted == held for wanted, held in asked)


def _write(
    class_id: int,
    activity_id: int,
    writes: list[ScoreWrite],
    origin: Origin,
    refused: dict[int, GradebookError],
) -> list[Cell]:
    """Saves what can be saved; who is at fault goes to `refused` and the rest is tried again."""
    while writes:
        try:
            return scores.save_scores(class_id, activity_id, writes, origin)
        except GradebookError as error:
            culprits = {write.student_id for write in writes if _names(error, write.student_id)}
            if not culprits:
                culprits = {write.student_id for write in writes}
            refused.update(dict.fromkeys(culprits, error))
            writes = [write for write in writes if write.student_id not in culprits]
    return []


def _names(error: GradebookError, student_id: int) -> bool:
    place = (error.field or "").split("/")
    return place[:2] == ["students", str(student_id)]


def _shown(class_id: int, activity_id: int, outcome: Outcome) -> tuple[list[Json], list[Json]]:
    try:
        activity = activities.get(class_id, activity_id)
    except NotFoundError:
        return [], [_refusal(activity_id, student, error) for student, error in outcome.refused.items()]
    stand = ClassStand(class_id, [activity_id])
    cells = [_cell(cell, activity, stand) for cell in outcome.saved]
    present = scores.of_activity(activity_id) if outcome.refused else {}
    refused = []
    for student_id, error in outcome.refused.items():
        cell = present.get(student_id) or Cell(student_id, activity_id)
        shown = {"cell": _cell(cell, activity, stand), "points": shapes.decimal(activity.points)}
        refused.append({**_refusal(activity_id, student_id, error), **shown})
    return cells, refused


def _cell(cell: Cell, activity: Activity, stand: ClassStand) -> Json:
    return shapes.cell(cell, activity, stand.of(activity, cell.student_id, cell.value))


def _refusal(activity_id: int, student_id: int, error: GradebookError) -> Json:
    return {
        "activity_id": str(activity_id),
        "student_id": str(student_id),
        "code": error.code,
        "message": said(error.message),
        "hint": said_if_any(error.advice),
    }
