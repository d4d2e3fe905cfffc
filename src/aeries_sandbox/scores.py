"""Putting values into score rows: what the API's writes and a teacher's typing have in common."""

from datetime import date
from decimal import Decimal

from aeries_sandbox import marks
from aeries_sandbox.assignments import score_entered
from aeries_sandbox.decimals import ZERO
from aeries_sandbox.model import Assignment, Gradebook, Score, StandardScore
from aeries_sandbox.world import World


def put_number(
    world: World, gradebook: Gradebook, assignment: Assignment, row: Score, number: Decimal, done: date | None
) -> None:
    """A number as the API stores it: mark with four decimals, completed on the due date unless said otherwise."""
    entry = marks.number_entry(number, f"{number:.4f}", row.number_correct_possible, row.points_possible)
    if assignment.input_by_standard:
        entry = marks.Entry(entry.mark, entry.number_correct, entry.number_correct)
    row.mark, row.number_correct, row.points_earned = entry.mark, entry.number_correct, entry.points_earned
    row.date_completed = done or assignment.date_due
    score_entered(world, gradebook, assignment)


def put_standards(
    world: World,
    gradebook: Gradebook,
    assignment: Assignment,
    row: Score,
    scores: list[StandardScore],
    done: date | None,
) -> None:
    """Scores by standard; the row holds their sum, and points equal numbers (reference §12.2)."""
    held = {score.standard_id: score for score in row.standard_scores}
    held.update({score.standard_id: score for score in scores})
    row.standard_scores = list(held.values())
    total = sum((score.number_correct for score in row.standard_scores), ZERO)
    put_number(world, gradebook, assignment, row, total, done)


def clear(row: Score) -> None:
    row.mark, row.number_correct, row.points_earned = "", ZERO, ZERO
    row.date_completed = None
    row.standard_scores = []


def type_mark(world: World, gradebook: Gradebook, assignment: Assignment, row: Score, text: str) -> None:
    """A teacher types into a cell (behaviour §5.1). Raises MarkError; nothing is then changed."""
    entry = marks.typed(
        text,
        gradebook,
        assignment,
        row.number_correct_possible,
        row.points_possible,
        world.custom_marks,
        undefined_allowed=world.switches["undefined_mark"] == "placeholder",
    )
    if not entry.mark:
        clear(row)
        return
    if world.switches["row_max_drift"] == "on_overwrite" and row.mark.strip() and marks.is_number(row.mark):
        row.number_correct_possible = assignment.number_correct_possible + 1
        entry = marks.typed(
            text,
            gradebook,
            assignment,
            row.number_correct_possible,
            row.points_possible,
            world.custom_marks,
            True,
        )
    row.mark, row.number_correct, row.points_earned = entry.mark, entry.number_correct, entry.points_earned
    row.date_completed = assignment.date_due
    row.standard_scores = []
    score_entered(world, gradebook, assignment)
