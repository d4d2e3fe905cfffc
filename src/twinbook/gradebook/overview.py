"""A whole gradebook as plain values, in five queries whatever its size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twinbook.gradebook import activities, categories, classes, scores, students
from twinbook.gradebook.cells import Cell
from twinbook.gradebook.models import Activity, Category, ClassStudent, SchoolClass


@dataclass(frozen=True, slots=True)
class Gradebook:
    """`cells` by (activity id, student id); one that is absent is blank."""

    school_class: SchoolClass
    students: Sequence[ClassStudent]
    categories: Sequence[Category]
    activities: Sequence[Activity]
    cells: Mapping[tuple[int, int], Cell]


def gradebook(class_id: int) -> Gradebook:
    """Raises NotFoundError."""
    return Gradebook(
        classes.get(class_id),
        students.of_class(class_id),
        categories.of_class(class_id),
        list(activities.of_class(class_id)),
        scores.of_class(class_id),
    )
