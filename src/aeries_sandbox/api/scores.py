"""Scores of one assignment: read, and write in bulk (reference §12)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from aeries_sandbox import scores as rows_of_scores
from aeries_sandbox.api.assignments import assignment_of, refuse_locked
from aeries_sandbox.api.bodies import ABSENT, Fields, as_decimal, decoded
from aeries_sandbox.api.call import Answer, Call, Json, Refused, not_found, one, rows
from aeries_sandbox.assignments import blank_row
from aeries_sandbox.decimals import ZERO, cut_to_four, four_places, rounded, share
from aeries_sandbox.grades import Totals
from aeries_sandbox.marks import special
from aeries_sandbox.model import Assignment, Gradebook, Score, StandardScore
from aeries_sandbox.store import membership
from gradebook_math import AeriesCell

_FIELDS = ("StudentID", "PermanentID", "NumberCorrect", "DateCompleted", "StandardScores")
_STANDARD_FIELDS = ("AeriesStandardID", "AcademicBenchmarkID", "NumberCorrect")
_HUNDRED = Decimal(100)
_NULL_REFERENCE = "Object reference not set to an instance of an object."


def scores(call: Call) -> Answer:
    gradebook, assignment = _found(call)
    student_id = call.optional("student_id")
    if student_id is None:
        return _all_scores(call, gradebook, assignment)
    row = assignment.scores.get(student_id)
    if row is None:
        raise not_found(f"Score of student {student_id}")
    return one(call, "AssignmentScore", _printer(call, gradebook, assignment)(student_id, row))


def write(call: Call) -> Answer:
    """Stores the scores and answers all scores of the assignment, however few were sent."""
    gradebook, assignment = _found(call)
    items = decoded(call)
    if not isinstance(items, list):
        raise Refused(400, "The request body must be an array of scores")
    refuse_locked(gradebook)
    _check_batch(call, items)
    writes: list[_Write] = []
    problem: Refused | None = None
    for item in items:
        try:
            planned = _planned(call, gradebook, assignment, item)
        except Refused as refused:
            problem = problem or refused
            continue
        if planned is not None:
            writes.append(planned)
    if problem is None or call.world.switches["score_batch"] == "partial":
        for planned in writes:
            planned.carry_out(call, gradebook, assignment)
    if problem is not None:
        raise problem
    return _all_scores(call, gradebook, assignment)


@dataclass(frozen=True, slots=True)
class _Write:
    """One element that passed: a number, scores by standard, or a blank."""

    student_id: int
    number: Decimal | None
    standards: list[StandardScore]
    completed: date | None

    def carry_out(self, call: Call, gradebook: Gradebook, assignment: Assignment) -> None:
        row = assignment.scores.setdefault(self.student_id, blank_row(assignment))
        if self.standards:
            rows_of_scores.put_standards(
                call.world, gradebook, assignment, row, self.standards, self.completed
            )
        elif self.number is None:
            rows_of_scores.clear(row)
        else:
            rows_of_scores.put_number(call.world, gradebook, assignment, row, self.number, self.completed)


def _found(call: Call) -> tuple[Gradebook, Assignment]:
    try:
        return assignment_of(call)
    except Refused as refused:
        if call.v2_quirks and refused.status == 404:
            raise Refused(500, _NULL_REFERENCE) from refused
        raise


def _check_batch(call: Call, items: list[object]) -> None:
    largest = call.world.switches["score_max_batch"]
    if largest != "none" and len(items) > int(largest):
        raise Refused(400, f"At most {largest} scores in one request")
    if call.world.switches["score_duplicate"] == "error":
        ids = [item.get("StudentID") for item in items if isinstance(item, dict)]
        if len(ids) != len(set(map(str, ids))):
            raise Refused(400, "A student occurs twice")


def _planned(call: Call, gradebook: Gradebook, assignment: Assignment, item: object) -> _Write | None:
    """What an element asks for; None when it is to be ignored. Raises Refused 400."""
    fields = Fields(call, item, _FIELDS)
    switches = call.world.switches
    student_id = _student_id(call, fields)
    if student_id is None or not call.database.school_rows(student_id):
        return _ignored(switches["score_unknown_student"], f"Student {student_id} does not exist")
    member = membership(gradebook, student_id)
    if member is None or member.inactive:
        return _ignored(switches["score_not_in_gradebook"], f"Student {student_id} is not in the gradebook")
    row = assignment.scores.get(student_id) or blank_row(assignment)
    if special(row.mark) and switches["overwrite_special_mark"] != "replace":
        return _ignored(switches["overwrite_special_mark"], f"The mark {row.mark} stays")
    completed = fields.day("DateCompleted")
    sent = fields.raw("StandardScores")
    by_standard = sent is not ABSENT and sent is not None and sent != []
    if by_standard != assignment.input_by_standard:
        how = "by standard" if assignment.input_by_standard else "as one number"
        return _ignored(switches["score_wrong_mode"], f"This assignment takes scores {how}")
    if by_standard:
        return _Write(student_id, None, _standards(call, assignment, sent), completed)
    value = fields.raw("NumberCorrect")
    if value is ABSENT or value is None:
        return _without_number(
            call, student_id, "score_absent" if value is ABSENT else "score_null", completed
        )
    number = as_decimal(value)
    if number is None:
        return _ignored(switches["score_not_a_number"], "NumberCorrect must be a number")
    if number < 0 and switches["score_negative"] != "accept":
        return _ignored(switches["score_negative"], "NumberCorrect must not be negative")
    if number > row.number_correct_possible > 0 and switches["score_over_max"] == "error":
        raise Refused(400, f"NumberCorrect is above the maximum {row.number_correct_possible}")
    return _Write(student_id, _four_decimals(call, number), [], completed)


def _student_id(call: Call, fields: Fields) -> int | None:
    number = fields.decimal("PermanentID" if call.v3 else "StudentID")
    if number is None or number != number.to_integral_value():
        return None
    return int(number)


def _ignored(setting: str, message: str) -> _Write | None:
    """Nothing to write, unless the switch says that this is an error."""
    if setting == "error":
        raise Refused(400, message)
    return None


def _without_number(call: Call, student_id: int, switch: str, completed: date | None) -> _Write | None:
    match call.world.switches[switch]:
        case "clear":
            return _Write(student_id, None, [], None)
        case "zero":
            return _Write(student_id, ZERO, [], completed)
        case "error":
            raise Refused(400, "NumberCorrect is required")
        case _:
            return None


def _four_decimals(call: Call, number: Decimal) -> Decimal:
    cut = cut_to_four(number)
    if cut == number:
        return cut
    match call.world.switches["score_decimals"]:
        case "error":
            raise Refused(400, "NumberCorrect has at most four decimals")
        case "truncate":
            return cut
        case _:
            return four_places(number)


def _standards(call: Call, assignment: Assignment, sent: object) -> list[StandardScore]:
    if not isinstance(sent, list):
        raise Refused(400, "StandardScores must be an array")
    scores = []
    for item in sent:
        fields = Fields(call, item, _STANDARD_FIELDS)
        own, benchmark = fields.text("AeriesStandardID"), fields.text("AcademicBenchmarkID")
        standard = next(
            (
                row
                for row in assignment.standards
                if (own and row.standard_id == own)
                or (benchmark and row.academic_benchmark_id.upper() == benchmark.upper())
            ),
            None,
        )
        number = fields.decimal("NumberCorrect")
        if standard is None or number is None:
            raise Refused(400, "A standard score needs a standard of this assignment and NumberCorrect")
        scores.append(
            StandardScore(standard_id=standard.standard_id, number_correct=_four_decimals(call, number))
        )
    return scores


def _all_scores(call: Call, gradebook: Gradebook, assignment: Assignment) -> Answer:
    printed = _printer(call, gradebook, assignment)
    return rows(
        "AssignmentScore", [printed(student_id, row) for student_id, row in assignment.scores.items()]
    )


def _printer(call: Call, gradebook: Gradebook, assignment: Assignment) -> Callable[[int, Score], Json]:
    """Prints rows of one assignment; totals are computed only where a rule or a mark asks for them."""
    wire = call.wire
    decimal, zero = wire.decimal, wire.decimal(ZERO)
    number, gradebook_number = assignment.assignment_number, gradebook.gradebook_number
    members = {member.student_id: member for member in gradebook.students}
    rules = bool(gradebook.rules)
    totals: Totals | None = None

    def cell(student_id: int, mark: str) -> AeriesCell | None:
        nonlocal totals
        if student_id not in members or not (rules or _may_be_missing(mark, assignment)):
            return None
        totals = totals or Totals(call.world, gradebook, only=None if rules else assignment)
        return totals.cell(members[student_id], number)

    def printed(student_id: int, row: Score) -> Json:
        mark = row.mark
        figured = cell(student_id, mark)
        figure = decimal if mark.strip() else wire.blank_decimal
        replaced = figured.replaced_by if figured is not None else None
        return {
            "StudentID": student_id,
            "GradebookNumber": gradebook_number,
            "AssignmentNumber": number,
            "DateCompleted": wire.gradebook_day(row.date_completed),
            "IsMissing": figured is not None and figured.missing,
            "PointsPossible": decimal(row.points_possible),
            "PointsEarned": figure(row.points_earned),
            "NumberCorrectPossible": decimal(row.number_correct_possible),
            "NumberCorrect": figure(row.number_correct),
            "Mark": mark,
            "PercentCorrect": wire.percent(share(row.number_correct, row.number_correct_possible, _HUNDRED)),
            "RuleNumberApplied": (figured.rule or 0) if figured is not None else 0,
            "IsRuleReplacingScore": replaced is not None,
            "RuleReplacedScore": zero if replaced is None else decimal(rounded(replaced)),
            "StandardScores": [_standard(call, assignment, score) for score in row.standard_scores],
        }

    return printed


def _may_be_missing(mark: str, assignment: Assignment) -> bool:
    return special(mark) or (assignment.grading_completed and not mark.strip())


def _standard(call: Call, assignment: Assignment, score: StandardScore) -> Json:
    possible = next(
        (row.number_correct_possible for row in assignment.standards if row.standard_id == score.standard_id),
        ZERO,
    )
    decimal = call.wire.decimal
    return {
        "StandardId": score.standard_id,
        "Mark": f"{score.number_correct:.4f}",
        "NumberCorrect": decimal(score.number_correct),
        "NumberCorrectPossible": decimal(possible),
        "PointsEarned": decimal(score.number_correct),
        "PointsPossible": decimal(possible),
        "PercentCorrect": call.wire.percent(share(score.number_correct, possible, _HUNDRED)),
    }
