"""What the seeds have in common: custom marks, and blank score rows."""

from decimal import Decimal

from aeries_sandbox.model import Assignment, CustomMark, Gradebook, Score


def usual_custom_marks() -> list[CustomMark]:
    return [
        CustomMark(mark="MI", kind="missing", title="Missing"),
        CustomMark(mark="NT", kind="placeholder", title="Not taken"),
        CustomMark(mark="INC", kind="temporarily_excused", title="Incomplete"),
        CustomMark(mark="CR", kind="quick_points", title="Credit", percent=Decimal(100)),
    ]


def fill_blank_rows(gradebook: Gradebook, assignment: Assignment) -> None:
    for student in gradebook.students:
        assignment.scores.setdefault(
            student.student_id,
            Score(
                number_correct_possible=assignment.number_correct_possible,
                points_possible=assignment.points_possible,
            ),
        )
