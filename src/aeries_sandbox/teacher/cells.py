"""A teacher types into cells."""

from decimal import Decimal

from aeries_sandbox.decimals import four_places
from aeries_sandbox.marks import MarkError, typed
from aeries_sandbox.model import Score
from aeries_sandbox.scores import type_mark
from aeries_sandbox.teacher.acting import NotPossible, the_assignment, the_gradebook, the_member
from aeries_sandbox.world import World


def type_into_cell(
    world: World,
    gradebook_number: int,
    assignment_number: int,
    student_id: int,
    mark: str | None,
    number_correct_possible: Decimal | None = None,
    points_possible: Decimal | None = None,
) -> Score:
    """Types a mark, with the row's own maxima if given. Raises NotPossible or NothingThere, changing nothing."""
    gradebook = the_gradebook(world, gradebook_number)
    assignment = the_assignment(gradebook, assignment_number)
    the_member(gradebook, student_id)
    row = assignment.scores[student_id]
    for number in (number_correct_possible, points_possible):
        if number is not None and (number < 0 or four_places(number) != number):
            raise NotPossible("a row's maximum is 0 or more, with at most four decimals")
    text = row.mark if mark is None else mark
    possible = (
        row.number_correct_possible
        if number_correct_possible is None
        else four_places(number_correct_possible)
    )
    points = row.points_possible if points_possible is None else four_places(points_possible)
    undefined = world.switches["undefined_mark"] == "placeholder"
    try:
        typed(text, gradebook, assignment, possible, points, world.custom_marks, undefined)
    except MarkError as error:
        raise NotPossible(str(error)) from error
    row.number_correct_possible, row.points_possible = possible, points
    type_mark(world, gradebook, assignment, row, text)
    return row
