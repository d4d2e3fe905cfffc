"""What the seeds have in common: custom marks, final marks, and blank score rows."""

from decimal import Decimal

from aeries_sandbox.model import Assignment, CustomMark, FinalMark, Gradebook, Score


def usual_custom_marks() -> list[CustomMark]:
    return [
        CustomMark(mark="MI", kind="missing", title="Missing"),
        CustomMark(mark="NT", kind="placeholder", title="Not taken"),
        CustomMark(mark="INC", kind="temporarily_excused", title="Incomplete"),
        CustomMark(mark="CR", kind="quick_points", title="Credit", percent=Decimal(100)),
    ]


def usual_final_marks() -> list[FinalMark]:
    rows = (("A", 90, 110), ("B", 80, "89.99"), ("C", 70, "79.99"), ("D", 60, "69.99"), ("F", 0, "59.99"))
    return [FinalMark(mark=mark, low=Decimal(low), high=Decimal(high)) for mark, low, high in rows]


def fill_blank_rows(gradebook: Gradebook, assignment: Assignment) -> None:
    for student in gradebook.students:
        assignment.scores.setdefault(
            student.student_id,
            Score(
                number_correct_possible=assignment.number_correct_possible,
                points_possible=assignment.points_possible,
            ),
        )
