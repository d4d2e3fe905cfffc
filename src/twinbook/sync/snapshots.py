"""Both gradebooks of a class, whole: ours from the database, theirs read request by request."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from twinbook.aeries.client import AeriesClient
from twinbook.aeries.models import Gradebook
from twinbook.aeries.permits import Lane
from twinbook.core.cells import OurCell
from twinbook.core.remote import TheirCell
from twinbook.core.snapshot import (
    ClassSnapshot,
    GradebookReading,
    OurCategory,
    OurStudent,
)
from twinbook.gradebook import overview
from twinbook.sync import clock, far, homes, load

Told = Callable[[int, int, str], None]


def of_class(class_id: int) -> ClassSnapshot:
    """Raises NotFoundError."""
    book = overview.gradebook(class_id)
    scores: dict[int, dict[int, OurCell]] = {activity.id: {} for activity in book.activities}
    for (activity_id, student_id), cell in book.cells.items():
        scores[activity_id][student_id] = load.our_cell(cell)
    return ClassSnapshot(
        class_id=class_id,
        generation=book.school_class.generation,
        students=tuple(
            OurStudent(row.student.id, row.student.sis_student_id, row.student.name, row.active)
            for row in book.students
        ),
        categories=tuple(
            OurCategory(row.id, row.name, row.weight, row.drop_lowest) for row in book.categories
        ),
        activities=tuple(load.our_activity(activity) for activity in book.activities),
        scores=scores,
    )


def of_sections(class_id: int, sections: Collection[int]) -> ClassSnapshot:
    """The same with the students of these sections of the class only; one whose section is not known stays in."""
    whole = of_class(class_id)
    section_of = homes.sections_of(class_id)
    away = {s.id for s in whole.students if section_of.get(s.id, next(iter(sections), 0)) not in sections}
    if not away:
        return whole
    return replace(
        whole,
        students=tuple(student for student in whole.students if student.id not in away),
        scores={
            activity: {student: cell for student, cell in cells.items() if student not in away}
            for activity, cells in whole.scores.items()
        },
    )


def read_gradebook(
    client: AeriesClient,
    number: int,
    year: str,
    told: Told,
    lane: Lane = Lane.BULK,
    *,
    scores_of: frozenset[str] | None = None,
) -> GradebookReading:
    """About a request an assignment; `scores_of` only for these. Students are read after the scores (C7).

    Raises the connector's errors.
    """
    told(0, 0, "the gradebook")
    head = client.gradebook(number, via=lane).value
    assignments = [far.assignment(found) for found in client.assignments(number, via=lane)]
    scores: dict[str, dict[int, TheirCell]] = {}
    total = len(assignments) + len(head.terms)
    for done, found in enumerate(assignments):
        told(done, total, found.title)
        if found.untouchable or (scores_of is not None and found.unique_id not in scores_of):
            scores[found.unique_id] = {}
            continue
        answer = client.scores(number, found.unique_id, found.number, via=lane)
        scores[found.unique_id] = far.rows(answer.value)
    lists = []
    for done, term in enumerate(head.terms):
        told(len(assignments) + done, total, "the students")
        lists.append(
            tuple(far.student(row) for row in client.gradebook_students(number, term.code, via=lane))
        )
    told(total, total, "")
    return GradebookReading(
        gradebook_number=number,
        school_code=head.school_code,
        database_year=year,
        name=head.name,
        linked_group=head.linked_group,
        rubric=head.settings.doing_rubric,
        terms=tuple(far.term(term) for term in head.terms),
        categories=tuple(far.category(category) for category in head.categories),
        assignments=tuple(assignments),
        students=far.merged_students(lists),
        scores=scores,
        read_at=clock.now(),
        starts_on=head.start,
        ends_on=head.end,
        settings=_settings(head),
        sections=far.sections(head),
    )


def _settings(head: Gradebook) -> dict[str, bool]:
    settings = head.settings
    return {
        "CountCompletedNow": settings.count_completed_now,
        "DoingWeight": settings.doing_weight,
        "DoingRubric": settings.doing_rubric,
        "DoingFormativeSummativeWeight": settings.doing_formative_summative_weight,
        "DoingMinMaxAssignmentValues": settings.doing_min_max,
        "AddDropStudentsAutomatically": settings.add_drop_automatically,
    }
