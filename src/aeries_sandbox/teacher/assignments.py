"""A teacher adds, edits, renumbers, deletes, pushes assignments by hand."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import UNSET, UnsetType

from aeries_sandbox.assignments import NewAssignment, add, change_maxima, has_category, next_number
from aeries_sandbox.decimals import ZERO, four_places
from aeries_sandbox.model import Assignment, Gradebook, Row, Standard
from aeries_sandbox.store import assignment_numbered
from aeries_sandbox.teacher.acting import NotPossible, spread, the_assignment, the_gradebook
from aeries_sandbox.world import World


class NewAssignmentBody(Row):
    """The body of POST …/assignments on the control surface."""

    description: str
    category_code: str
    points_possible: Decimal
    number_correct_possible: Decimal | None = None
    date_assigned: date | None = None
    date_due: date | None = None
    grading_completed: bool = False
    assignment_number: int | None = None
    comment: str = ""
    external_id: str = ""
    formative_summative: Literal["F", "S"] = "S"
    rubric: bool = False
    input_by_standard: bool = False
    standards: list[Standard] = []
    narrative_set_id: int = 0


class AssignmentPatch(Row):
    """Only the fields to change; `assignment_number` renumbers."""

    description: str | UnsetType = UNSET
    comment: str | UnsetType = UNSET
    category_code: str | UnsetType = UNSET
    date_assigned: date | UnsetType = UNSET
    date_due: date | UnsetType = UNSET
    number_correct_possible: Decimal | UnsetType = UNSET
    points_possible: Decimal | UnsetType = UNSET
    grading_completed: bool | UnsetType = UNSET
    external_id: str | UnsetType = UNSET
    assignment_number: int | UnsetType = UNSET
    formative_summative: Literal["F", "S"] | UnsetType = UNSET
    rubric: bool | UnsetType = UNSET
    input_by_standard: bool | UnsetType = UNSET
    standards: list[Standard] | UnsetType = UNSET
    narrative_set_id: int | UnsetType = UNSET
    visible_to_parents: bool | UnsetType = UNSET
    scores_visible_to_parents: bool | UnsetType = UNSET
    drop_box: bool | UnsetType = UNSET


USABLE_CATEGORIES = 36
_SPECIAL = ("assignment_number", "number_correct_possible", "points_possible")


def add_assignment(world: World, gradebook_number: int, body: NewAssignmentBody) -> Assignment:
    gradebook = the_gradebook(world, gradebook_number)
    group = spread(world, gradebook)
    _check_category(gradebook, body.category_code)
    possible = body.points_possible if body.number_correct_possible is None else body.number_correct_possible
    _check_maxima(possible, body.points_possible)
    number = next_number(group) if body.assignment_number is None else body.assignment_number
    for member in group:
        _check_number(member, number)
    new = NewAssignment(
        description=body.description,
        category_code=body.category_code,
        date_assigned=body.date_assigned or body.date_due or world.today(),
        date_due=body.date_due or body.date_assigned or world.today(),
        number_correct_possible=possible,
        points_possible=body.points_possible,
        comment=body.comment,
        external_id=body.external_id,
        formative_summative=body.formative_summative,
        rubric=body.rubric,
        grading_completed=body.grading_completed,
    )
    added = [add(world, world.database, member, new, number) for member in group]
    for assignment in added:
        assignment.input_by_standard = body.input_by_standard
        assignment.standards = deepcopy(body.standards)
        assignment.narrative_set_id = body.narrative_set_id
    return added[0]


def edit_assignment(
    world: World, gradebook_number: int, assignment_number: int, patch: AssignmentPatch
) -> Assignment:
    gradebook = the_gradebook(world, gradebook_number)
    assignment = the_assignment(gradebook, assignment_number)
    targets = [assignment]
    for other in spread(world, gradebook)[1:]:
        same = assignment_numbered(other, assignment_number)
        if same is not None:
            targets.append(same)
    group = spread(world, gradebook)
    _check_patch(gradebook, assignment, patch)
    number = patch.assignment_number
    if number is not UNSET and number != assignment_number:
        for member in group:
            _check_number(member, number)
    for target in targets:
        _apply(world, target, patch)
    return assignment


def delete_assignment(world: World, gradebook_number: int, assignment_number: int) -> Assignment:
    """Deletion is soft: the row stays, and nothing of the API shows it any more (behaviour §2)."""
    gradebook = the_gradebook(world, gradebook_number)
    assignment = the_assignment(gradebook, assignment_number)
    for member in spread(world, gradebook):
        same = assignment_numbered(member, assignment_number)
        if same is not None:
            same.deleted = True
    return assignment


def push_assignment(
    world: World, gradebook_number: int, assignment_number: int, to: list[int], external_id: bool
) -> list[tuple[int, Assignment]]:
    """Independent copies in other gradebooks, also when they import it: new numbers, UniqueIDs, blank rows."""
    source = the_gradebook(world, gradebook_number)
    assignment = the_assignment(source, assignment_number)
    targets = [the_gradebook(world, number) for number in to]
    return [
        (target.gradebook_number, copy_assignment(world, assignment, target, external_id))
        for target in targets
    ]


def copy_assignment(world: World, source: Assignment, target: Gradebook, external_id: bool) -> Assignment:
    new = NewAssignment(
        description=source.description,
        category_code=source.category_code,
        date_assigned=source.date_assigned,
        date_due=source.date_due,
        number_correct_possible=source.number_correct_possible,
        points_possible=source.points_possible,
        comment=source.comment,
        external_id=source.external_id if external_id else "",
        formative_summative=source.formative_summative,
        rubric=source.rubric,
        grading_completed=source.grading_completed,
    )
    number = source.assignment_number
    if any(row.assignment_number == number for row in target.assignments):
        number = next_number([target])
    return add(world, world.database, target, new, number)


def _apply(world: World, assignment: Assignment, patch: AssignmentPatch) -> None:
    possible = _or(patch.number_correct_possible, assignment.number_correct_possible)
    points = _or(patch.points_possible, assignment.points_possible)
    if patch.rubric is True:
        possible = points = ZERO
    change_maxima(world, assignment, possible, points)
    if patch.assignment_number is not UNSET:
        assignment.assignment_number = patch.assignment_number
    for name in patch.__struct_fields__:
        value = getattr(patch, name)
        if name not in _SPECIAL and value is not UNSET:
            setattr(assignment, name, value)


def _or(value: Decimal | UnsetType, otherwise: Decimal) -> Decimal:
    return otherwise if value is UNSET else value


def _check_patch(gradebook: Gradebook, assignment: Assignment, patch: AssignmentPatch) -> None:
    if patch.category_code is not UNSET:
        _check_category(gradebook, patch.category_code)
    _check_maxima(
        _or(patch.number_correct_possible, assignment.number_correct_possible),
        _or(patch.points_possible, assignment.points_possible),
    )


def _check_number(gradebook: Gradebook, number: int) -> None:
    if number < 1:
        raise NotPossible("an assignment number is 1 or more")
    if assignment_numbered(gradebook, number) is not None:
        raise NotPossible(f"gradebook {gradebook.gradebook_number} has an assignment {number} already")


def _check_category(gradebook: Gradebook, code: str) -> None:
    """Categories beyond the 36th exist, and a teacher can no longer use them (behaviour §3)."""
    if any(category.code == code for category in gradebook.categories[USABLE_CATEGORIES:]):
        raise NotPossible(f"category {code!r} lies beyond the {USABLE_CATEGORIES}th and cannot be used")
    if not has_category(gradebook, code):
        codes = ", ".join(category.code for category in gradebook.categories) or "none"
        raise NotPossible(f"gradebook {gradebook.gradebook_number} has no category {code!r}; it has {codes}")


def _check_maxima(possible: Decimal, points: Decimal) -> None:
    for number in (possible, points):
        if number < 0:
            raise NotPossible("maxima are 0 or more")
        if four_places(number) != number:
            raise NotPossible("maxima have at most four decimals")
