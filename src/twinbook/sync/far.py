"""Aeries for the sync: the connector's objects as `core`'s values, and the district's mark table as an adapter."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from twinbook.aeries import models as wire
from twinbook.aeries.bodies import AssignmentInsert, AssignmentUpdate, ScoreWrite
from twinbook.aeries.side import AeriesSide, form_of
from twinbook.core.carry_out.effects import ScoreEntry
from twinbook.core.fields import AssignmentBody
from twinbook.core.remote import TheirCell
from twinbook.core.snapshot import (
    TheirAssignment,
    TheirCategory,
    TheirStudent,
    TheirTerm,
)
from twinbook.core.values import MarkKind
from twinbook.district.models import DistrictSettings

ZERO = Decimal(0)


def side_of(settings: DistrictSettings) -> AeriesSide:
    marks = {text.upper(): MarkKind(kind) for text, kind in settings.marks.items()}
    return AeriesSide(marks=marks, missing_mark=settings.missing_mark)


def cell(row: wire.ScoreRow) -> TheirCell:
    return TheirCell(
        form=form_of(row.mark, row.number_correct),
        entry_max=row.number_correct_possible or ZERO,
        weight_max=row.points_possible or ZERO,
        date_completed=None if row.date_completed is None else row.date_completed.isoformat(),
    )


def rows(scores: wire.Scores) -> dict[int, TheirCell]:
    return {student: cell(row) for student, row in scores.rows.items()}


def assignment(found: wire.Assignment) -> TheirAssignment:
    return TheirAssignment(
        unique_id=found.unique_id,
        number=found.number,
        title=found.description,
        description=found.comment,
        category_code=found.category_code,
        assigned_on=found.date_assigned,
        due_on=found.date_due,
        entry_max=found.number_correct_possible,
        weight_max=found.points_possible,
        grading_completed=found.grading_completed,
        external_id=found.external_id,
        formative_summative=found.formative_summative,
        rubric=found.rubric,
        by_standard=found.by_standard,
        narrative=found.narrative,
    )


def category(found: wire.Category) -> TheirCategory:
    return TheirCategory(found.code, found.name, found.percent)


def term(found: wire.Term) -> TheirTerm:
    return TheirTerm(found.code, found.name, found.start, found.end)


def sections(found: wire.Gradebook) -> tuple[int, ...]:
    """Numbers of the sections that the gradebook names, of its own school."""
    return tuple(sorted(row.section_number for row in found.sections if row.school_code == found.school_code))


def student(found: wire.GradebookStudent) -> TheirStudent:
    return TheirStudent(
        student_id=found.student_id,
        starts_on=found.start,
        ends_on=found.end,
        tag="" if found.active else "inactive",
        name=f"{found.first_name} {found.last_name}".strip(),
    )


def merged_students(lists: list[tuple[TheirStudent, ...]]) -> tuple[TheirStudent, ...]:
    """One row per student from the lists of all terms; of two rows of one student the active and later one counts."""
    best: dict[int, TheirStudent] = {}
    for listed in lists:
        for row in listed:
            known = best.get(row.student_id)
            if known is None or _newer(row, known):
                best[row.student_id] = row
    return tuple(sorted(best.values(), key=lambda row: row.student_id))


def _newer(row: TheirStudent, known: TheirStudent) -> bool:
    return (not row.tag, row.starts_on or date.min) > (not known.tag, known.starts_on or date.min)


def insert_body(body: AssignmentBody, today: date) -> AssignmentInsert:
    """Both dates are sent: Aeries would fill an absent one from the other, or with today (reference §11.3)."""
    due = body.due_on or body.assigned_on or today
    return AssignmentInsert(
        description=body.title,
        category_code=body.category_code,
        date_assigned=body.assigned_on or due,
        date_due=due,
        number_correct_possible=body.entry_max,
        points_possible=body.weight_max,
        comment=body.description,
        external_id=body.external_id,
        formative_summative=body.formative_summative,
    )


def update_body(body: AssignmentBody) -> AssignmentUpdate:
    return AssignmentUpdate(
        description=body.title,
        category_code=body.category_code,
        date_assigned=body.assigned_on,
        date_due=body.due_on,
        number_correct_possible=body.entry_max,
        points_possible=body.weight_max,
        comment=body.description,
        grading_completed=body.grading_completed,
        formative_summative=body.formative_summative,
        rubric=body.rubric,
        external_id=body.external_id,
    )


def score_write(entry: ScoreEntry) -> ScoreWrite:
    completed = None if entry.date_completed is None else date.fromisoformat(entry.date_completed)
    return ScoreWrite(entry.student_id, Decimal(entry.entry_text), completed)
