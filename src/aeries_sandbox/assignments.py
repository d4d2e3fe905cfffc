"""Adding and changing assignments: what the API's writes and a teacher's hands have in common."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from aeries_sandbox.decimals import ZERO, four_places, plain, share
from aeries_sandbox.marks import is_number, number_entry, percent_entry
from aeries_sandbox.model import Assignment, Gradebook, GradebookStudent, Score
from aeries_sandbox.store import Database, live_assignments
from aeries_sandbox.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAssignment:
    description: str
    category_code: str | None
    date_assigned: date
    date_due: date
    number_correct_possible: Decimal
    points_possible: Decimal
    comment: str = ""
    external_id: str = ""
    formative_summative: Literal["F", "S"] = "S"
    rubric: bool = False
    grading_completed: bool = False


def first_category(gradebook: Gradebook) -> str:
    """The lowest code; what "first category" means is undefined (reference §10.3)."""
    return min((category.code for category in gradebook.categories), default="")


def has_category(gradebook: Gradebook, code: str | None) -> bool:
    return any(category.code == code for category in gradebook.categories)


def next_number(gradebooks: list[Gradebook]) -> int:
    """One above the highest number ever used, deleted ones included."""
    numbers = [a.assignment_number for gradebook in gradebooks for a in gradebook.assignments]
    return max(numbers, default=0) + 1


def add(
    world: World,
    database: Database,
    gradebook: Gradebook,
    new: NewAssignment,
    number: int,
    unique_id: str | None = None,
) -> Assignment:
    """Stores the assignment with a blank row for every student (reference §11.3).

    A category that the gradebook does not have becomes its first one. A rubric assignment has both maxima 0.
    """
    code = new.category_code if has_category(gradebook, new.category_code) else first_category(gradebook)
    rubric = new.rubric and gradebook.settings.doing_rubric
    assignment = Assignment(
        assignment_number=number,
        unique_id=unique_id or world.guids.new(),
        external_id=new.external_id,
        description=new.description,
        comment=new.comment,
        category_code=code or "",
        date_assigned=new.date_assigned,
        date_due=new.date_due,
        number_correct_possible=ZERO if rubric else four_places(new.number_correct_possible),
        points_possible=ZERO if rubric else four_places(new.points_possible),
        grading_completed=new.grading_completed,
        formative_summative=new.formative_summative,
        rubric=rubric,
        visible_to_parents=world.on("new_visible"),
        scores_visible_to_parents=world.on("new_visible"),
    )
    for student in gradebook.students:
        assignment.scores[student.student_id] = blank_row(assignment)
    database.add_assignment(gradebook, assignment)
    return assignment


def blank_row(assignment: Assignment) -> Score:
    return Score(
        number_correct_possible=assignment.number_correct_possible,
        points_possible=assignment.points_possible,
    )


def give_blank_rows(gradebook: Gradebook, student: GradebookStudent) -> None:
    """A student who is added gets a row in every assignment; rows from before stay."""
    for assignment in live_assignments(gradebook):
        assignment.scores.setdefault(student.student_id, blank_row(assignment))


def change_maxima(world: World, assignment: Assignment, possible: Decimal, points: Decimal) -> None:
    """New maxima; rows that held the old ones follow, rows with maxima of their own keep them.

    `rescale_on_points_change` decides whether numbers stay (their points change) or are scaled.
    """
    possible, points = four_places(possible), four_places(points)
    before = (assignment.number_correct_possible, assignment.points_possible)
    if (possible, points) == before:
        return
    assignment.number_correct_possible, assignment.points_possible = possible, points
    scale = world.switches["rescale_on_points_change"] == "scale"
    for row in assignment.scores.values():
        old_possible = row.number_correct_possible
        if row.number_correct_possible == before[0]:
            row.number_correct_possible = possible
        if row.points_possible == before[1]:
            row.points_possible = points
        _refigure(row, old_possible, scale)


def _refigure(row: Score, old_possible: Decimal, scale: bool) -> None:
    mark = row.mark.strip()
    if is_number(mark):
        number = row.number_correct
        if scale and old_possible != 0 and row.number_correct_possible != 0:
            number = share(number, old_possible, row.number_correct_possible)
        text = mark if number == row.number_correct else plain(number)
        entry = number_entry(number, text, row.number_correct_possible, row.points_possible)
    elif row.number_correct != 0 and old_possible != 0:
        percent = share(row.number_correct, old_possible, Decimal(100))
        entry = percent_entry(percent, mark, row.number_correct_possible, row.points_possible)
    else:
        return
    row.mark, row.number_correct, row.points_earned = entry.mark, entry.number_correct, entry.points_earned


def score_entered(world: World, gradebook: Gradebook, assignment: Assignment) -> None:
    """The automatic option may complete grading at the first score (behaviour §5.4)."""
    if (
        gradebook.settings.set_grading_completed_automatically
        and world.switches["auto_grading_completed"] == "on_first_score"
    ):
        assignment.grading_completed = True


def complete_what_is_due(world: World, gradebook: Gradebook) -> None:
    """The automatic option may complete grading when the due date has passed (behaviour §5.4)."""
    if (
        not gradebook.settings.set_grading_completed_automatically
        or world.switches["auto_grading_completed"] != "on_due_date"
    ):
        return
    today = world.today()
    for assignment in live_assignments(gradebook):
        if assignment.date_due < today:
            assignment.grading_completed = True
