"""Assignments: list, one, insert, update (reference §11), with Aeries' own defaults and traps."""

from datetime import date
from decimal import Decimal
from typing import Literal, TypeVar

from aeries_sandbox.api.bodies import ABSENT, Fields, decoded
from aeries_sandbox.api.call import Answer, Call, Json, Refused, not_found, one, rows
from aeries_sandbox.api.gradebooks import gradebook_of, shown_category
from aeries_sandbox.assignments import (
    NewAssignment,
    add,
    change_maxima,
    complete_what_is_due,
    first_category,
    has_category,
    next_number,
)
from aeries_sandbox.decimals import ZERO, four_places
from aeries_sandbox.model import Assignment, Gradebook
from aeries_sandbox.store import assignment_numbered, live_assignments
from aeries_sandbox.wire import Wire

T = TypeVar("T")
TITLE_MAX = 255
_COMMON = (
    "Description",
    "AssignmentCategoryCode",
    "DateAssigned",
    "DateDue",
    "NumberCorrectPossible",
    "PointsPossible",
    "Comment",
    "FormativeSummativeIndicator",
    "RubricAssignment",
    "ExternalID",
)
INSERT_FIELDS = (*_COMMON, "CreateInLinkedGradebooksToo")
UPDATE_FIELDS = (*_COMMON, "GradingCompleted", "UpdateLinkedGradebooksToo")


def assignment_of(call: Call) -> tuple[Gradebook, Assignment]:
    """The assignment of the path, by UniqueID or by its number in a gradebook. Raises Refused 404."""
    if "unique_id" in call.params:
        unique_id = call.text("unique_id")
        found = call.database.by_unique_id(unique_id)
        if found is None:
            raise not_found(f"Assignment {unique_id}")
        complete_what_is_due(call.world, found[0])
        return found
    gradebook = gradebook_of(call)
    number = call.number("assignment_number")
    assignment = assignment_numbered(gradebook, number)
    if assignment is None:
        raise not_found(f"Assignment {number} of gradebook {gradebook.gradebook_number}")
    return gradebook, assignment


def assignments(call: Call) -> Answer:
    if call.v2_quirks and call.number("gradebook_number") not in call.database.gradebooks:
        return rows("Assignment", [])
    if call.params.get("assignment_number") is None:
        gradebook = gradebook_of(call)
        return rows(
            "Assignment",
            [
                shown_assignment(call.wire, gradebook, assignment)
                for assignment in live_assignments(gradebook)
            ],
        )
    return assignment(call)


def assignment(call: Call) -> Answer:
    try:
        gradebook, found = assignment_of(call)
    except Refused as refused:
        if call.v2_quirks and refused.status == 404:
            return Answer(None, "Assignment")
        raise
    return one(call, "Assignment", shown_assignment(call.wire, gradebook, found))


def insert(call: Call) -> Answer:
    gradebook = gradebook_of(call)
    fields = Fields(call, decoded(call), INSERT_FIELDS)
    refuse_locked(gradebook)
    new = _new_assignment(call, gradebook, fields)
    _check_external_id(call, new.external_id)
    fan_out = fields.boolean("CreateInLinkedGradebooksToo", absent=True)
    group = [gradebook, *(call.database.linked(gradebook) if fan_out else [])]
    shared = call.world.switches["linked_number"] == "shared"
    same_id = call.world.guids.new() if call.world.switches["linked_unique_id"] == "same" else None
    number = next_number(group)
    added = []
    for member in group:
        own_number = number if shared else next_number([member])
        added.append((member, add(call.world, call.database, member, new, own_number, same_id)))
    answer = rows("Assignment", [shown_assignment(call.wire, *pair) for pair in added])
    answer.status = call.world.number("insert_status")
    return answer


def update(call: Call) -> Answer:
    gradebook, found = assignment_of(call)
    fields = Fields(call, decoded(call), UPDATE_FIELDS)
    refuse_locked(gradebook)
    targets = [(gradebook, found)]
    if fields.boolean("UpdateLinkedGradebooksToo", absent=True):
        for other in call.database.linked(gradebook):
            same = assignment_numbered(other, found.assignment_number)
            if same is not None:
                targets.append((other, same))
    change = _Change(call, gradebook, found, fields)
    for owner, target in targets:
        change.apply(owner, target)
    return rows("Assignment", [shown_assignment(call.wire, *target) for target in targets])


def refuse_locked(gradebook: Gradebook) -> None:
    if gradebook.locked:
        raise Refused(400, f"Gradebook {gradebook.gradebook_number} is locked")


def shown_assignment(wire: Wire, gradebook: Gradebook, assignment: Assignment) -> Json:
    number = gradebook.gradebook_number
    category = next((row for row in gradebook.categories if row.code == assignment.category_code), None)
    return {
        "GradebookNumber": number,
        "AssignmentNumber": assignment.assignment_number,
        "UniqueID": assignment.unique_id,
        "ExternalID": assignment.external_id,
        "Description": wire.text(assignment.description),
        "AssignmentCategory": None if category is None else shown_category(wire, number, category),
        "DateAssigned": wire.gradebook_day(assignment.date_assigned),
        "DateDue": wire.gradebook_day(assignment.date_due),
        "NumberCorrectPossible": wire.decimal(assignment.number_correct_possible),
        "PointsPossible": wire.decimal(assignment.points_possible),
        "GradingCompleted": assignment.grading_completed,
        "Comment": wire.text(assignment.comment),
        "DueTime": wire.moment(assignment.due_time),
        "AllowStudentDropBox": assignment.drop_box,
        "VisibleToParents": assignment.visible_to_parents,
        "ScoresVisibleToParents": assignment.scores_visible_to_parents,
        "FormativeSummativeIndicator": assignment.formative_summative,
        "AeriesAnalyticsExamID": 0,
        "AeriesAnalyticsExamTestAdmin": 0,
        "RubricAssignment": assignment.rubric,
        "InputScoresByStandard": assignment.input_by_standard,
        "Standards": [
            {
                "StandardId": standard.standard_id,
                "AcademicBenchmarkId": standard.academic_benchmark_id,
                "StandardDescription": wire.text(standard.description),
                "NumberCorrectPossible": wire.decimal(standard.number_correct_possible),
                "AssignmentNumber": assignment.assignment_number,
                "GradebookNumber": number,
            }
            for standard in assignment.standards
        ],
        "NarrativeGradeSetID": assignment.narrative_set_id,
        "NarrativeGradeSet": [
            {
                "Mark": mark.mark,
                "NarrativeGradeSetID": mark.narrative_set_id,
                "PercentValue": wire.decimal(mark.percent),
            }
            for mark in gradebook.narrative_marks
            if assignment.narrative_set_id == mark.narrative_set_id
        ],
    }


def _new_assignment(call: Call, gradebook: Gradebook, fields: Fields) -> NewAssignment:
    """The insert's own defaults (reference §11.3)."""
    description = fields.text("Description")
    if description is None:
        raise Refused(400, "Description is required")
    assigned, due = fields.day("DateAssigned"), fields.day("DateDue")
    assigned, due = assigned or due or call.world.today(), due or assigned or call.world.today()
    _check_dates(call, gradebook, assigned, due)
    points = fields.decimal("PointsPossible") or ZERO
    possible = fields.decimal("NumberCorrectPossible") or points
    _check_maxima(call, possible, points)
    return NewAssignment(
        description=_title(call, description),
        category_code=fields.text("AssignmentCategoryCode"),
        date_assigned=assigned,
        date_due=due,
        number_correct_possible=possible,
        points_possible=points,
        comment=call.wire.incoming_text(fields.text("Comment") or ""),
        external_id=_external_id(call, fields.text("ExternalID") or ""),
        formative_summative=_indicator(fields) or "S",
        rubric=fields.boolean("RubricAssignment", absent=False),
    )


class _Change:
    """One PUT, checked as a whole before anything is changed (reference §11.4).

    Comment, GradingCompleted, NumberCorrectPossible and RubricAssignment have documented meanings when
    absent; `put_absent` and its siblings decide the others.
    """

    def __init__(self, call: Call, gradebook: Gradebook, assignment: Assignment, fields: Fields) -> None:
        self._call = call
        self._clear = call.world.switches["put_absent"] == "clear"
        points = fields.decimal("PointsPossible")
        if points is None and call.world.on("put_requires_points"):
            raise Refused(400, "PointsPossible is required")
        self._points = points
        self._possible = fields.decimal("NumberCorrectPossible") or points
        if points is not None and self._possible is not None:
            _check_maxima(call, self._possible, points)
        self._comment = call.wire.incoming_text(fields.text("Comment") or "").rstrip()
        self._completed = fields.boolean("GradingCompleted", absent=False)
        self._rubric = fields.boolean("RubricAssignment", absent=False)
        description = fields.text("Description")
        self._description = self._or_cleared(None if description is None else _title(call, description), "")
        self._kind: Literal["F", "S"] | None = self._or_cleared(_indicator(fields), "S")
        assigned, due = fields.day("DateAssigned"), fields.day("DateDue")
        self._assigned = self._or_cleared(assigned, due or call.world.today())
        self._due = self._or_cleared(due, assigned or call.world.today())
        _check_dates(
            call, gradebook, self._assigned or assignment.date_assigned, self._due or assignment.date_due
        )
        self._external_id = self._external(call, fields)
        if self._external_id is not None and self._external_id != assignment.external_id:
            _check_external_id(call, self._external_id)
        self._category = self._category_code(call, gradebook, fields)

    def apply(self, gradebook: Gradebook, assignment: Assignment) -> None:
        rubric = self._rubric and gradebook.settings.doing_rubric
        if rubric:
            change_maxima(self._call.world, assignment, ZERO, ZERO)
        elif self._points is not None:
            change_maxima(self._call.world, assignment, self._possible or self._points, self._points)
        assignment.rubric = rubric
        assignment.comment = self._comment
        assignment.grading_completed = self._completed
        if self._description is not None:
            assignment.description = self._description
        if self._kind is not None:
            assignment.formative_summative = self._kind
        if self._assigned is not None:
            assignment.date_assigned = self._assigned
        if self._due is not None:
            assignment.date_due = self._due
        if self._external_id is not None:
            assignment.external_id = self._external_id
        if self._category is not None:
            known = has_category(gradebook, self._category)
            assignment.category_code = self._category if known else first_category(gradebook)

    def _or_cleared(self, value: T | None, cleared: T) -> T | None:
        return cleared if value is None and self._clear else value

    def _external(self, call: Call, fields: Fields) -> str | None:
        raw = fields.raw("ExternalID")
        if raw is ABSENT:
            return self._or_cleared(None, "")
        if raw is None:
            return "" if call.world.switches["put_external_id_null"] == "clear" else None
        return _external_id(call, fields.text("ExternalID") or "")

    def _category_code(self, call: Call, gradebook: Gradebook, fields: Fields) -> str | None:
        code = fields.text("AssignmentCategoryCode")
        if code is None:
            return self._or_cleared(None, first_category(gradebook))
        if has_category(gradebook, code):
            return code
        match call.world.switches["put_bad_category"]:
            case "keep":
                return None
            case "first":
                return first_category(gradebook)
            case _:
                raise Refused(400, f"AssignmentCategoryCode {code} is not a category of this gradebook")


def _indicator(fields: Fields) -> Literal["F", "S"] | None:
    match (fields.text("FormativeSummativeIndicator") or "").strip().upper():
        case "F":
            return "F"
        case "S":
            return "S"
        case _:
            return None


def _title(call: Call, title: str) -> str:
    text = call.wire.incoming_text(title)
    if len(text) <= TITLE_MAX:
        return text
    if call.world.switches["overlong"] == "truncate":
        return text[:TITLE_MAX]
    raise Refused(400, f"Description must not be longer than {TITLE_MAX} characters")


def _external_id(call: Call, external_id: str) -> str:
    longest = call.world.number("external_id_max")
    if len(external_id) <= longest:
        return external_id
    if call.world.switches["overlong"] == "truncate":
        return external_id[:longest]
    raise Refused(400, f"ExternalID must not be longer than {longest} characters")


def _check_external_id(call: Call, external_id: str) -> None:
    if not external_id or not call.world.on("external_id_unique"):
        return
    for gradebook in call.database.gradebooks.values():
        if any(assignment.external_id == external_id for assignment in live_assignments(gradebook)):
            raise Refused(400, "ExternalID is in use already")


def _check_maxima(call: Call, possible: Decimal, points: Decimal) -> None:
    if min(possible, points) < 0 and call.world.switches["negative_points"] == "error":
        raise Refused(400, "NumberCorrectPossible and PointsPossible must not be negative")
    for number in (possible, points):
        if four_places(number) != number and call.world.switches["score_decimals"] == "error":
            raise Refused(400, "Maxima have at most four decimals")


def _check_dates(call: Call, gradebook: Gradebook, assigned: date, due: date) -> None:
    if not call.world.on("strict_dates"):
        return
    for day in (assigned, due):
        if not gradebook.start_date <= day <= gradebook.end_date:
            raise Refused(400, f"{day} lies outside the dates of the gradebook")
