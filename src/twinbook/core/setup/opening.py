"""Opening a draft: one row for each item of both gradebooks, with what the proposer says about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from twinbook.core.matching import LmsActivity, LmsCategory, Proposals, SisAssignment, SisCategory, propose
from twinbook.core.remote import FarSide
from twinbook.core.sentence import sentence
from twinbook.core.setup.checks import checks
from twinbook.core.setup.context import SetupContext
from twinbook.core.setup.draft import (
    Action,
    ActivityRow,
    AssignmentRow,
    CategoryRow,
    Confidence,
    Draft,
    DraftState,
    LmsCategoryRow,
)
from twinbook.core.snapshot import ClassSnapshot, GradebookReading, OurActivity, TheirAssignment
from twinbook.core.values import Blank, Number, OurValue, plain

Proposer = Callable[[ClassSnapshot, GradebookReading], Proposals]


def proposals_for(snapshot: ClassSnapshot, reading: GradebookReading) -> Proposals:
    """Items that could not be matched anyway (rubric and the like) are not offered to the proposer."""
    activities, assignments = items_for_matching(snapshot, reading)
    return propose(
        [LmsCategory(str(c.id), c.name, c.weight) for c in snapshot.categories],
        activities,
        [SisCategory(c.code, c.name, c.percent) for c in reading.categories],
        assignments,
    )


def items_for_matching(
    snapshot: ClassSnapshot, reading: GradebookReading
) -> tuple[list[LmsActivity], list[SisAssignment]]:
    """Without those that can only be ignored."""
    sis_ids = {student.id: student.sis_student_id for student in snapshot.students}
    return [_for_matching(snapshot, activity, sis_ids) for activity in snapshot.activities], [
        SisAssignment(
            id=assignment.unique_id,
            number=assignment.number,
            name=assignment.title,
            category_code=assignment.category_code,
            points_possible=assignment.weight_max,
            number_correct_possible=assignment.entry_max,
            assigned_on=assignment.assigned_on,
            due_on=assignment.due_on,
            scores={
                str(student): str(cell.form)
                for student, cell in reading.scores.get(assignment.unique_id, {}).items()
            },
            external_id=assignment.external_id or None,
        )
        for assignment in reading.assignments
        if not only_ignore(assignment)
    ]


def _for_matching(
    snapshot: ClassSnapshot, activity: OurActivity, sis_ids: Mapping[int, int | None]
) -> LmsActivity:
    scores = {
        str(sis_ids[student]): _evidence(cell.value)
        for student, cell in snapshot.scores.get(activity.id, {}).items()
        if sis_ids.get(student) is not None
    }
    return LmsActivity(
        id=str(activity.id),
        title=activity.title,
        category_id=None if activity.category_id is None else str(activity.category_id),
        points=activity.points,
        assigned_on=activity.assigned_on,
        due_on=activity.due_on,
        scores=scores,
    )


def _evidence(value: OurValue) -> Decimal | str | None:
    match value:
        case Number(number):
            return number
        case Blank():
            return None
        case _:
            return str(value)


def open_draft(
    snapshot: ClassSnapshot,
    reading: GradebookReading,
    far: FarSide,
    context: SetupContext,
    proposer: Proposer = proposals_for,
) -> Draft:
    """Everything is proposed; only what the proposer is sure of carries an answer from the start."""
    return with_proposals(bare_draft(snapshot, reading, far, context), proposer(snapshot, reading))


def bare_draft(
    snapshot: ClassSnapshot, reading: GradebookReading, far: FarSide, context: SetupContext
) -> Draft:
    """The rows alone, without any proposal or answer."""
    return Draft(
        gradebook_number=reading.gradebook_number,
        state=DraftState.READY,
        read_at=reading.read_at,
        checks=checks(snapshot, reading, context),
        categories=tuple(CategoryRow(c.code, c.name, c.percent) for c in reading.categories),
        lms_categories=tuple(
            LmsCategoryRow(str(c.id), c.name, c.weight, c.drop_lowest) for c in snapshot.categories
        ),
        assignments=tuple(
            _assignment_row(assignment, reading, far)
            for assignment in sorted(reading.assignments, key=lambda a: (a.number, a.unique_id))
        ),
        activities=tuple(_activity_row(activity, snapshot) for activity in snapshot.activities),
    )


def _assignment_row(assignment: TheirAssignment, reading: GradebookReading, far: FarSide) -> AssignmentRow:
    cells = reading.scores.get(assignment.unique_id, {}).values()
    return AssignmentRow(
        aeries_id=assignment.unique_id,
        number=assignment.number,
        name=assignment.title,
        category_code=assignment.category_code,
        points=assignment.weight_max,
        entry_max=assignment.entry_max,
        due_on=assignment.due_on,
        scores=sum(not isinstance(far.decode(cell, Decimal(1)), Blank) for cell in cells),
        only_ignore=only_ignore(assignment),
    )


def only_ignore(assignment: TheirAssignment) -> str:
    """Why an assignment can only be left alone (promise 4, A3); blank when it can be synced."""
    if assignment.rubric:
        return sentence("It is scored by rubric, which cannot be synced; it can only be ignored.")
    if assignment.by_standard:
        return sentence("It is scored by standard, which cannot be synced; it can only be ignored.")
    if assignment.narrative:
        return sentence("It is scored with narrative marks, which cannot be synced; it can only be ignored.")
    if assignment.weight_max == 0 and assignment.entry_max != 0:
        return sentence(
            "It has 0 points possible but %(entry_max)s number correct possible, so its scores would always "
            "earn 0; make both 0 (extra credit) or give it points in Aeries. Now it can only be ignored.",
            entry_max=plain(assignment.entry_max),
        )
    return ""


def _activity_row(activity: OurActivity, snapshot: ClassSnapshot) -> ActivityRow:
    cells = snapshot.scores.get(activity.id, {}).values()
    return ActivityRow(
        lms_id=str(activity.id),
        title=activity.title,
        category_id=None if activity.category_id is None else str(activity.category_id),
        points=activity.points,
        due_on=activity.due_on,
        scores=sum(not isinstance(cell.value, Blank) for cell in cells),
        published=activity.published,
    )


def with_proposals(draft: Draft, proposals: Proposals) -> Draft:
    """Each row with its proposal; a sure one becomes the answer."""
    categories = {p.code: p for p in proposals.categories}
    activities = {p.sis_id: p for p in proposals.activities}
    doubts = {doubt.sis_id: doubt.reason for doubt in proposals.doubts}

    def category(row: CategoryRow) -> CategoryRow:
        proposal = categories.get(row.code)
        if proposal is None:
            return row
        sure = proposal.confidence.value == Confidence.SURE.value
        return replace(
            row,
            proposed=proposal.lms_id,
            confidence=Confidence(proposal.confidence.value),
            action=Action.MATCH if sure else None,
            lms_id=proposal.lms_id if sure else None,
        )

    def assignment(row: AssignmentRow) -> AssignmentRow:
        proposal = activities.get(row.aeries_id)
        if proposal is None or row.only_ignore:
            return replace(row, reason=doubts.get(row.aeries_id, ""))
        sure = proposal.confidence.value == Confidence.SURE.value
        return replace(
            row,
            proposed=proposal.lms_id,
            confidence=Confidence(proposal.confidence.value),
            reason=proposal.reason,
            action=Action.MATCH if sure else None,
            lms_id=proposal.lms_id if sure else None,
        )

    return replace(
        draft,
        categories=tuple(category(row) for row in draft.categories),
        assignments=tuple(assignment(row) for row in draft.assignments),
    )
