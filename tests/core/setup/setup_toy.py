"""Two gradebooks of dictionaries on which a plan is carried out, step by step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from twinbook.core.cells import OurCell
from twinbook.core.fields import Field, FieldChange
from twinbook.core.remote import TheirCell
from twinbook.core.setup.steps import (
    NEW_CATEGORY,
    CellStep,
    CreateActivityHere,
    CreateAssignmentThere,
    CreateCategoryHere,
    MatchCategory,
    MatchPair,
    Outcome,
    SetupPlan,
)
from twinbook.core.snapshot import (
    ClassSnapshot,
    GradebookReading,
    OurActivity,
    OurCategory,
    TheirAssignment,
)
from twinbook.core.values import Form


@dataclass(frozen=True)
class Done:
    """`pairs`: UniqueID → activity; `categories`: Aeries code → category."""

    snapshot: ClassSnapshot
    reading: GradebookReading
    pairs: dict[str, int]
    categories: dict[str, int]


def carry_out(plan: SetupPlan, snapshot: ClassSnapshot, reading: GradebookReading) -> Done:
    toy = _Toy(snapshot, reading)
    for step in plan.steps:
        match step:
            case MatchCategory():
                toy.categories[step.code] = step.category_id
            case CreateCategoryHere():
                toy.create_category(step)
            case MatchPair():
                toy.match(step)
            case CreateActivityHere():
                toy.create_here(step)
            case CreateAssignmentThere():
                toy.create_there(step)
            case _:
                pass
    return toy.done()


class _Toy:
    def __init__(self, snapshot: ClassSnapshot, reading: GradebookReading) -> None:
        self._snapshot, self._reading = snapshot, reading
        self._our_categories = list(snapshot.categories)
        self._activities = {activity.id: activity for activity in snapshot.activities}
        self._assignments = {assignment.unique_id: assignment for assignment in reading.assignments}
        self._ours = {activity: dict(cells) for activity, cells in snapshot.scores.items()}
        self._theirs = {uid: dict(rows) for uid, rows in reading.scores.items()}
        self.pairs: dict[str, int] = {}
        self.categories: dict[str, int] = {}

    def create_category(self, step: CreateCategoryHere) -> None:
        new = 500 + len(self._our_categories)
        self._our_categories.append(OurCategory(new, step.name, step.weight))
        self.categories[step.code] = new

    def match(self, step: MatchPair) -> None:
        activity, assignment = self._activities[step.activity_id], self._assignments[step.unique_id]
        for change in step.to_lms:
            activity = replace(activity, **self._our_field(change))
        for change in step.to_aeries:
            assignment = replace(assignment, **_their_field(change))
            if change.field is Field.POINTS:
                self._theirs[step.unique_id] = {
                    student: replace(row, entry_max=assignment.entry_max, weight_max=assignment.weight_max)
                    for student, row in self._theirs.get(step.unique_id, {}).items()
                }
        self._pair(activity, assignment, step.cells)

    def create_here(self, step: CreateActivityHere) -> None:
        new = 900 + len(self._activities)
        activity = OurActivity(
            new,
            step.title,
            step.description,
            self.categories.get(step.category_code),
            step.points,
            step.assigned_on,
            step.due_on,
            step.extra_credit,
            step.grading_completed,
            True,
            1,
            1,
        )
        self._pair(activity, self._assignments[step.unique_id], step.cells)

    def create_there(self, step: CreateAssignmentThere) -> None:
        """Every student of the gradebook gets a blank row at once (reference §11.3)."""
        activity = self._activities[step.activity_id]
        points = Decimal(0) if activity.extra_credit else activity.points
        number = 50 + len(self._assignments)
        assignment = TheirAssignment(
            f"NEW{number}",
            number,
            activity.title,
            activity.description,
            step.category_code,
            activity.assigned_on,
            activity.due_on,
            points,
            points,
            activity.grading_completed,
        )
        self._theirs[assignment.unique_id] = {
            student.student_id: TheirCell(Form("blank"), points, points) for student in self._reading.students
        }
        self._pair(activity, assignment, step.cells)

    def _pair(self, activity: OurActivity, assignment: TheirAssignment, cells: tuple[CellStep, ...]) -> None:
        self._activities[activity.id] = activity
        self._assignments[assignment.unique_id] = assignment
        self.pairs[assignment.unique_id] = activity.id
        for cell in cells:
            self._write(activity.id, assignment.unique_id, cell)

    def _write(self, activity: int, unique_id: str, cell: CellStep) -> None:
        if cell.outcome is Outcome.TAKE_OVER:
            assert cell.becomes is not None
            self._ours.setdefault(activity, {})[cell.student] = OurCell(
                cell.becomes, cell.ours_version + 1, True
            )
        if cell.outcome is Outcome.SEND:
            assert cell.sends is not None
            row = self._theirs[unique_id][cell.sis_student_id]
            self._theirs[unique_id][cell.sis_student_id] = replace(row, form=cell.sends)

    def _our_field(self, change: FieldChange) -> dict[str, Any]:
        if change.field is Field.CATEGORY:
            new = change.after.startswith(NEW_CATEGORY)
            return {
                "category_id": self.categories[change.after.removeprefix(NEW_CATEGORY)]
                if new
                else int(change.after)
            }
        if change.field is Field.POINTS:
            return {"points": Decimal(change.after)}
        return {change.field.value: _parsed(change)}

    def done(self) -> Done:
        return Done(
            replace(
                self._snapshot,
                categories=tuple(self._our_categories),
                activities=tuple(self._activities.values()),
                scores=self._ours,
            ),
            replace(
                self._reading,
                assignments=tuple(self._assignments.values()),
                scores=self._theirs,
            ),
            self.pairs,
            self.categories,
        )


def _their_field(change: FieldChange) -> dict[str, Any]:
    if change.field is Field.CATEGORY:
        return {"category_code": change.after}
    if change.field is Field.POINTS:
        entry, _, weight = change.after.partition("/")
        return {"entry_max": Decimal(entry), "weight_max": Decimal(weight)}
    return {change.field.value: _parsed(change)}


def _parsed(change: FieldChange) -> str | bool | date | None:
    match change.field:
        case Field.GRADING_COMPLETED:
            return change.after == "yes"
        case Field.ASSIGNED_ON | Field.DUE_ON:
            return date.fromisoformat(change.after)
        case _:
            return change.after
