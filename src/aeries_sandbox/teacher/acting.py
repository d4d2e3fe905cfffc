"""What all teacher actions share: errors, finding things, and the spread over a linked group."""

from aeries_sandbox.model import Assignment, Gradebook, GradebookStudent
from aeries_sandbox.store import assignment_numbered, membership
from aeries_sandbox.world import World


class NotPossible(ValueError):
    """The action makes no sense as it was asked for; nothing was changed."""


class NothingThere(LookupError):
    """The thing that the action is about does not exist."""


def the_gradebook(world: World, number: int) -> Gradebook:
    gradebook = world.database.gradebooks.get(number)
    if gradebook is None:
        raise NothingThere(f"there is no gradebook {number}")
    return gradebook


def the_assignment(gradebook: Gradebook, number: int) -> Assignment:
    assignment = assignment_numbered(gradebook, number)
    if assignment is None:
        raise NothingThere(f"gradebook {gradebook.gradebook_number} has no assignment {number}")
    return assignment


def the_member(gradebook: Gradebook, student_id: int) -> GradebookStudent:
    member = membership(gradebook, student_id)
    if member is None:
        raise NothingThere(f"gradebook {gradebook.gradebook_number} has no student {student_id}")
    return member


def spread(world: World, gradebook: Gradebook) -> list[Gradebook]:
    """The gradebook and, since a teacher's changes reach the whole group, those linked to it (behaviour §10)."""
    if not world.on("teacher_spreads_to_linked"):
        return [gradebook]
    return [gradebook, *world.database.linked(gradebook)]
