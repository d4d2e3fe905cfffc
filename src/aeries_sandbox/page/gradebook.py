"""One gradebook: students by assignments, each cell to be typed into, and what else a teacher does there."""

from decimal import Decimal

from aeries_sandbox import marks
from aeries_sandbox.decimals import plain, whole
from aeries_sandbox.grades import Totals
from aeries_sandbox.messages import Response
from aeries_sandbox.model import Assignment, Gradebook, GradebookStudent, GradebookTerm
from aeries_sandbox.page import categories, copies
from aeries_sandbox.page.fields import day_in, number_in
from aeries_sandbox.page.html import button, checkbox, choice, field, form, page, tag, text
from aeries_sandbox.router import Params
from aeries_sandbox.store import live_assignments
from aeries_sandbox.teacher.acting import NotPossible, the_gradebook
from aeries_sandbox.teacher.assignments import NewAssignmentBody, add_assignment
from aeries_sandbox.teacher.cells import type_into_cell
from aeries_sandbox.teacher.gradebooks import GradebookPatch, edit_gradebook
from aeries_sandbox.teacher.students import add_student, drop_student, open_scores_by_class
from aeries_sandbox.world import World

_OPTIONS = {
    "DoingWeight": "Category weights",
    "CountCompletedNow": "Apply scores immediately",
    "SetGradingCompletedAutomatically": "Complete grading automatically",
    "AddDropStudentsAutomatically": "Add and drop students automatically",
    "DoingMinMaxAssignmentValues": "Scale scores between the smallest and largest value",
    "DoingRubric": "Rubric gradebook",
}


def show(world: World, params: Params, problem: str) -> Response:
    gradebook = the_gradebook(world, _number(params))
    term = _term_of_today(world, gradebook)
    parts = [
        _facts(gradebook, term),
        _scores(world, gradebook, term),
        _add_assignment(gradebook),
        categories.shown(gradebook),
        _students(gradebook),
        _options(gradebook),
        copies.shown(world, gradebook),
    ]
    return page(gradebook.name, "".join(parts), problem=problem)


def save_scores(world: World, params: Params, fields: dict[str, str]) -> str:
    """Types what was changed on the page; cells that came in meanwhile and were not touched stay."""
    number = _number(params)
    for name, typed in fields.items():
        kind, _, cell = name.partition(".")
        if kind != "cell" or typed.strip() == fields.get(f"was.{cell}", "").strip():
            continue
        assignment, student = map(whole, (cell.partition(".")[0], cell.partition(".")[2]))
        if assignment is not None and student is not None:
            type_into_cell(world, number, assignment, student, typed)
    return f"/gradebooks/{number}"


def new_assignment(world: World, params: Params, fields: dict[str, str]) -> str:
    points = number_in(fields, "points_possible")
    body = NewAssignmentBody(
        description=fields.get("description", ""),
        category_code=fields.get("category_code", ""),
        points_possible=points,
        number_correct_possible=number_in(fields, "number_correct_possible", points),
        date_due=day_in(fields, "date_due"),
        grading_completed="grading_completed" in fields,
    )
    add_assignment(world, _number(params), body)
    return f"/gradebooks/{_number(params)}"


def change_student(world: World, params: Params, fields: dict[str, str]) -> str:
    student = whole(fields.get("student_id", ""))
    if student is None:
        raise NotPossible("a student id is a number")
    if fields.get("act") == "drop":
        drop_student(world, _number(params), student, day_in(fields, "day"))
    else:
        add_student(world, _number(params), student, day_in(fields, "day"))
    return f"/gradebooks/{_number(params)}"


def change_options(world: World, params: Params, fields: dict[str, str]) -> str:
    patch = GradebookPatch(
        settings={
            **{name: name in fields for name in _OPTIONS},
            "MinAssignmentValue": number_in(fields, "MinAssignmentValue", Decimal(0)),
            "MaxAssignmentValue": number_in(fields, "MaxAssignmentValue", Decimal(100)),
        },
        locked="locked" in fields,
        linked_group=int(number_in(fields, "linked_group", Decimal(0))),
    )
    edit_gradebook(world, _number(params), patch)
    return f"/gradebooks/{_number(params)}"


def open_by_class(world: World, params: Params, _fields: dict[str, str]) -> str:
    open_scores_by_class(world, _number(params))
    return f"/gradebooks/{_number(params)}"


def change_categories(world: World, params: Params, fields: dict[str, str]) -> str:
    gradebook = the_gradebook(world, _number(params))
    edit_gradebook(world, _number(params), GradebookPatch(categories=categories.sent(gradebook, fields)))
    return f"/gradebooks/{_number(params)}"


ACTS = {
    "categories": change_categories,
    "scores": save_scores,
    "new-assignment": new_assignment,
    "students": change_student,
    "options": change_options,
    "open-scores-by-class": open_by_class,
    **copies.ACTS,
}


def _number(params: Params) -> int:
    number = params["gradebook_number"]
    assert isinstance(number, int)
    return number


def _term_of_today(world: World, gradebook: Gradebook) -> GradebookTerm | None:
    today = world.today()
    for term in gradebook.terms:
        if term.start_date <= today <= term.end_date:
            return term
    return gradebook.terms[0] if gradebook.terms else None


def _facts(gradebook: Gradebook, term: GradebookTerm | None) -> str:
    sections = ", ".join(str(row.section_number) for row in gradebook.sections) or "none"
    shown = f"Gradebook {gradebook.gradebook_number}, sections {sections}"
    shown += f", grades of term {term.code}." if term else "."
    names = ", ".join(f"{row.description} {plain(row.percent)} %" for row in gradebook.categories)
    return text("p", shown) + text("p", f"Categories: {names or 'none'}.")


def _scores(world: World, gradebook: Gradebook, term: GradebookTerm | None) -> str:
    assignments = live_assignments(gradebook)
    head = text("th", "Student", scope="col") + text("th", "Grade", scope="col")
    head += "".join(_assignment_head(gradebook, assignment) for assignment in assignments)
    totals = Totals(world, gradebook, term)
    rows = "".join(
        _student_row(world, gradebook, member, assignments, totals) for member in gradebook.students
    )
    table = tag("div", tag("table", tag("tr", head) + rows, class_="scores"), class_="wide")
    save = tag("p", button("Save scores")) if assignments and gradebook.students else ""
    return form(f"/gradebooks/{gradebook.gradebook_number}/scores", table + save)


def _assignment_head(gradebook: Gradebook, assignment: Assignment) -> str:
    number = assignment.assignment_number
    address = f"/gradebooks/{gradebook.gradebook_number}/assignments/{number}"
    of = plain(assignment.number_correct_possible)
    if assignment.points_possible != assignment.number_correct_possible:
        of += f", worth {plain(assignment.points_possible)}"
    completed = "graded" if assignment.grading_completed else "open"
    small = text("small", f"of {of} · due {assignment.date_due:%m/%d} · {completed}")
    return tag("th", text("a", f"{number}. {assignment.description}", href=address) + small, scope="col")


def _student_row(
    world: World,
    gradebook: Gradebook,
    member: GradebookStudent,
    assignments: list[Assignment],
    totals: Totals,
) -> str:
    person = world.database.student(member.student_id, gradebook.school_code)
    name = f"{person.last_name}, {person.first_name}" if person else str(member.student_id)
    grade = totals.grade(member)
    shown = "" if grade.percent is None else f"{grade.percent:.2f} {grade.mark}"
    left = text("small", f"left {member.end_date}") if member.inactive else ""
    head = tag("th", text("span", name) + left, scope="row") + text("td", shown)
    cells = "".join(_cell(assignment, member, name) for assignment in assignments)
    return tag("tr", head + cells, class_="left" if member.inactive else None)


def _cell(assignment: Assignment, member: GradebookStudent, name: str) -> str:
    row = assignment.scores.get(member.student_id)
    if row is None:
        return text("td", "-")
    mark, key = marks.shown(row.mark), f"{assignment.assignment_number}.{member.student_id}"
    own = row.number_correct_possible != assignment.number_correct_possible
    note = text("small", f"of {plain(row.number_correct_possible)}") if own else ""
    over = row.number_correct > row.number_correct_possible > 0
    missing = not mark and assignment.grading_completed
    box = field(f"cell.{key}", mark, size=5, aria_label=f"{name}: {assignment.description}")
    before = field(f"was.{key}", mark, type="hidden")
    return tag("td", box + before + note, class_="missing" if missing else "over" if over else None)


def _add_assignment(gradebook: Gradebook) -> str:
    if not gradebook.categories:
        return text("p", "There are no categories, so no assignment can be added.")
    known = [(row.code, row.description) for row in gradebook.categories]
    boxes = [
        field("description", "", "Name", required=True),
        choice("category_code", known, "", "Category"),
        field("points_possible", "10", "Points", size=5),
        field("number_correct_possible", "", "Number correct possible", size=5),
        field("date_due", "", "Due", type="date"),
        checkbox("grading_completed", False, "Grading completed"),
    ]
    inner = text("legend", "Add an assignment") + "".join(boxes) + button("Add")
    return form(f"/gradebooks/{gradebook.gradebook_number}/new-assignment", tag("fieldset", inner))


def _students(gradebook: Gradebook) -> str:
    boxes = field("student_id", "", "Student id", size=9) + field("day", "", "From or until", type="date")
    buttons = button("Add", name="act", value="add") + button("Drop", name="act", value="drop")
    inner = text("legend", "Add or drop a student") + boxes + buttons
    return form(f"/gradebooks/{gradebook.gradebook_number}/students", tag("fieldset", inner)) + form(
        f"/gradebooks/{gradebook.gradebook_number}/open-scores-by-class",
        tag("fieldset", text("legend", "Scores by class") + button("Open (adds and drops automatically)")),
    )


def _options(gradebook: Gradebook) -> str:
    settings = dict(
        zip(
            gradebook.settings.__struct_encode_fields__,
            (getattr(gradebook.settings, name) for name in gradebook.settings.__struct_fields__),
            strict=True,
        )
    )
    boxes = "".join(checkbox(name, bool(settings[name]), label) for name, label in _OPTIONS.items())
    for name, label in (("MinAssignmentValue", "Smallest value"), ("MaxAssignmentValue", "Largest value")):
        number = settings[name]
        assert isinstance(number, Decimal)
        boxes += field(name, plain(number), label, size=4)
    boxes += checkbox("locked", gradebook.locked, "Locked")
    boxes += field("linked_group", gradebook.linked_group, "Linked group", size=3)
    inner = text("legend", "Options") + boxes + button("Save options")
    return form(f"/gradebooks/{gradebook.gradebook_number}/options", tag("fieldset", inner))
