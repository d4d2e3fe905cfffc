"""What the simulator needs of a far system, and Aeries in these words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Protocol

from tests.simulation.aeries_model import Aeries, Assignment, Missing, Refusal, shown_text
from twinbook.aeries.side import form_of
from twinbook.core.carry_out.effects import GradebookHead, ScoreEntry
from twinbook.core.fields import AssignmentBody
from twinbook.core.remote import TheirCell
from twinbook.core.snapshot import TheirAssignment, TheirCategory, TheirStudent, TheirTerm

__all__ = ["AeriesRemote", "Missing", "Refusal", "Remote"]


class Remote(Protocol):
    """Reads and writes raise Missing and Refusal. `proves`: whether the answer of a write shows its effect."""

    proves: bool

    def fork(self) -> Remote: ...
    def head(self) -> GradebookHead: ...
    def students(self) -> tuple[TheirStudent, ...]: ...
    def listing(self) -> tuple[TheirAssignment, ...]: ...
    def assignment(self, unique_id: str) -> TheirAssignment: ...
    def scores(self, unique_id: str) -> Mapping[int, TheirCell]: ...
    def write_scores(self, unique_id: str, entries: tuple[ScoreEntry, ...]) -> Mapping[int, TheirCell]: ...
    def insert(self, body: AssignmentBody) -> TheirAssignment: ...
    def update(self, unique_id: str, body: AssignmentBody) -> TheirAssignment: ...


class AeriesRemote:
    proves = True

    def __init__(self, aeries: Aeries) -> None:
        self.aeries = aeries

    def fork(self) -> AeriesRemote:
        return AeriesRemote(self.aeries.fork())

    def head(self) -> GradebookHead:
        if self.aeries.deleted:
            raise Missing
        categories = tuple(TheirCategory(code, name, None) for code, name in self.aeries.categories.items())
        return GradebookHead(
            categories, (TheirTerm("S", "Spring", date(2026, 1, 5), date(2026, 6, 5)),), False
        )

    def students(self) -> tuple[TheirStudent, ...]:
        return tuple(TheirStudent(s.student_id, s.start, s.end, s.tag) for s in self.aeries.students.values())

    def listing(self) -> tuple[TheirAssignment, ...]:
        if self.aeries.deleted:
            return ()
        return tuple(_assignment(a) for a in self.aeries.assignments.values())

    def assignment(self, unique_id: str) -> TheirAssignment:
        if unique_id not in self.aeries.assignments:
            raise Missing
        return _assignment(self.aeries.assignments[unique_id])

    def scores(self, unique_id: str) -> Mapping[int, TheirCell]:
        return {
            student: TheirCell(
                form_of(row.mark, row.number_correct),
                row.number_correct_possible,
                row.points_possible,
                row.date_completed.isoformat() if row.date_completed else None,
            )
            for student, row in self.aeries.scores(unique_id).items()
        }

    def write_scores(self, unique_id: str, entries: tuple[ScoreEntry, ...]) -> Mapping[int, TheirCell]:
        self.aeries.post_scores(
            unique_id,
            [
                (
                    entry.student_id,
                    Decimal(entry.entry_text),
                    date.fromisoformat(entry.date_completed) if entry.date_completed else None,
                )
                for entry in entries
            ],
        )
        return self.scores(unique_id)

    def insert(self, body: AssignmentBody) -> TheirAssignment:
        return _assignment(self.aeries.insert(_wire(body)))

    def update(self, unique_id: str, body: AssignmentBody) -> TheirAssignment:
        return _assignment(self.aeries.put(unique_id, _wire(body)))


def _wire(body: AssignmentBody) -> dict[str, object]:
    return {
        "Description": body.title,
        "AssignmentCategoryCode": body.category_code,
        "DateAssigned": body.assigned_on,
        "DateDue": body.due_on,
        "NumberCorrectPossible": body.entry_max,
        "PointsPossible": body.weight_max,
        "Comment": body.description,
        "GradingCompleted": body.grading_completed,
        "ExternalID": body.external_id,
    }


def _assignment(stored: Assignment) -> TheirAssignment:
    return TheirAssignment(
        unique_id=stored.unique_id,
        number=stored.number,
        title=shown_text(stored.description),
        description=shown_text(stored.comment),
        category_code=stored.category,
        assigned_on=stored.date_assigned,
        due_on=stored.date_due,
        entry_max=stored.number_correct_possible,
        weight_max=stored.points_possible,
        grading_completed=stored.grading_completed,
        external_id=stored.external_id,
        formative_summative=stored.kind,
    )
