"""One assignment: its fields to edit, and deleting it."""

from msgspec import UNSET

from aeries_sandbox.decimals import plain, whole
from aeries_sandbox.messages import Response
from aeries_sandbox.model import Gradebook
from aeries_sandbox.page.fields import day_in, number_in
from aeries_sandbox.page.html import button, checkbox, choice, field, form, page, tag, text
from aeries_sandbox.router import Params
from aeries_sandbox.teacher.acting import NotPossible, the_assignment, the_gradebook
from aeries_sandbox.teacher.assignments import (
    AssignmentPatch,
    delete_assignment,
    edit_assignment,
    push_assignment,
)
from aeries_sandbox.world import World


def show(world: World, params: Params, problem: str) -> Response:
    gradebook_number, number = _key(params)
    gradebook = the_gradebook(world, gradebook_number)
    assignment = the_assignment(gradebook, number)
    address = f"/gradebooks/{gradebook_number}/assignments/{number}"
    categories = [(row.code, row.description) for row in gradebook.categories]
    boxes = [
        field("assignment_number", number, "Number", size=5),
        field("description", assignment.description, "Name", size=40),
        field("comment", assignment.comment, "Description", size=40),
        choice("category_code", categories, assignment.category_code, "Category"),
        field("date_assigned", assignment.date_assigned, "Assigned", type="date"),
        field("date_due", assignment.date_due, "Due", type="date"),
        field(
            "number_correct_possible",
            plain(assignment.number_correct_possible),
            "Number correct possible",
            size=6,
        ),
        field("points_possible", plain(assignment.points_possible), "Points", size=6),
        checkbox("grading_completed", assignment.grading_completed, "Grading completed"),
        checkbox("visible_to_parents", assignment.visible_to_parents, "Visible to parents"),
    ]
    inner = text("legend", f"UniqueID {assignment.unique_id}") + "".join(boxes) + button("Save")
    parts = [
        tag("p", text("a", f"Back to {gradebook.name}", href=f"/gradebooks/{gradebook_number}")),
        form(f"{address}/edit", tag("fieldset", inner)),
        form(f"{address}/delete", button("Delete this assignment")),
        _pushing(world, gradebook, address),
    ]
    return page(f"{number}. {assignment.description}", "".join(parts), problem=problem)


def _pushing(world: World, gradebook: Gradebook, address: str) -> str:
    """A copy in another gradebook: what pushing and importing do."""
    others = [
        (str(row.gradebook_number), f"{row.gradebook_number} {row.name}")
        for row in world.database.gradebooks.values()
        if row is not gradebook
    ]
    if not others:
        return ""
    inner = text("legend", "Push a copy") + choice("to", others, others[0][0], "Gradebook") + button("Push")
    return form(f"{address}/push", tag("fieldset", inner))


def edit(world: World, params: Params, fields: dict[str, str]) -> str:
    gradebook_number, number = _key(params)
    patch = AssignmentPatch(
        assignment_number=int(number_in(fields, "assignment_number")),
        description=fields.get("description", UNSET),
        comment=fields.get("comment", UNSET),
        category_code=fields.get("category_code", UNSET),
        date_assigned=day_in(fields, "date_assigned") or UNSET,
        date_due=day_in(fields, "date_due") or UNSET,
        number_correct_possible=number_in(fields, "number_correct_possible"),
        points_possible=number_in(fields, "points_possible"),
        grading_completed="grading_completed" in fields,
        visible_to_parents="visible_to_parents" in fields,
    )
    edit_assignment(world, gradebook_number, number, patch)
    return f"/gradebooks/{gradebook_number}"


def delete(world: World, params: Params, _fields: dict[str, str]) -> str:
    gradebook_number, number = _key(params)
    delete_assignment(world, gradebook_number, number)
    return f"/gradebooks/{gradebook_number}"


def push(world: World, params: Params, fields: dict[str, str]) -> str:
    target = whole(fields.get("to", ""))
    if target is None:
        raise NotPossible("choose a gradebook")
    push_assignment(world, *_key(params), [target], True)
    return f"/gradebooks/{target}"


ACTS = {"edit": edit, "delete": delete, "push": push}


def _key(params: Params) -> tuple[int, int]:
    gradebook_number, number = params["gradebook_number"], params["assignment_number"]
    assert isinstance(gradebook_number, int) and isinstance(number, int)
    return gradebook_number, number
