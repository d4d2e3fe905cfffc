"""Control of gradebooks: the truth, and what teachers do to it."""

from datetime import date
from decimal import Decimal

from aeries_sandbox import documents
from aeries_sandbox.control.call import BadCall, ControlCall, Created, items
from aeries_sandbox.control.truth import assignment_truth, gradebook_truth, score_truth, student_truth
from aeries_sandbox.model import Enrolment, Row, Rule, TransferGrade
from aeries_sandbox.teacher.acting import the_gradebook
from aeries_sandbox.teacher.assignments import (
    AssignmentPatch,
    NewAssignmentBody,
    add_assignment,
    delete_assignment,
    edit_assignment,
    push_assignment,
)
from aeries_sandbox.teacher.cells import type_into_cell
from aeries_sandbox.teacher.copies import back_up, copy_gradebook, restore
from aeries_sandbox.teacher.gradebooks import (
    GradebookPatch,
    NewGradebookBody,
    edit_gradebook,
    end_term,
    make_gradebook,
)
from aeries_sandbox.teacher.rules import set_rules, set_transfer_grades
from aeries_sandbox.teacher.students import (
    add_student,
    drop_student,
    enrol,
    open_scores_by_class,
    withdraw,
)


class CellBody(Row):
    """`mark` may be a JSON number; without it the row's mark stays as it is."""

    mark: object = None
    number_correct_possible: Decimal | None = None
    points_possible: Decimal | None = None


class AddStudentBody(Row):
    student_id: int
    start_date: date | None = None


class DropStudentBody(Row):
    end_date: date | None = None


class EnrolBody(Row):
    student_id: int
    date_started: date | None = None


class WithdrawBody(Row):
    date_ended: date | None = None


class PushBody(Row):
    to: list[int]
    external_id: bool = True


class EndTermBody(Row):
    code: str
    end_date: date | None = None


class CopyBody(Row):
    name: str | None = None
    staff_id: int | None = None
    external_ids: bool = True


class RestoreBody(Row):
    backup: str
    mode: str | None = None


def gradebooks(call: ControlCall) -> object:
    return items([gradebook_truth(row) for row in call.world.database.gradebooks.values()])


def gradebook(call: ControlCall) -> object:
    return gradebook_truth(the_gradebook(call.world, _gradebook_number(call)))


def create_gradebook(call: ControlCall) -> object:
    made = make_gradebook(call.world, call.read(NewGradebookBody))
    return Created({"gradebook_number": made.gradebook_number})


def patch_gradebook(call: ControlCall) -> object:
    return gradebook_truth(edit_gradebook(call.world, _gradebook_number(call), call.read(GradebookPatch)))


def create_assignment(call: ControlCall) -> object:
    added = add_assignment(call.world, _gradebook_number(call), call.read(NewAssignmentBody))
    return Created(assignment_truth(added))


def patch_assignment(call: ControlCall) -> object:
    patch = call.read(AssignmentPatch)
    return assignment_truth(edit_assignment(call.world, *_assignment_key(call), patch))


def remove_assignment(call: ControlCall) -> object:
    return assignment_truth(delete_assignment(call.world, *_assignment_key(call)))


def push(call: ControlCall) -> object:
    body = call.read(PushBody)
    copies = push_assignment(call.world, *_assignment_key(call), body.to, body.external_id)
    return items([{"gradebook_number": number, **assignment_truth(copy)} for number, copy in copies])


def put_score(call: ControlCall) -> object:
    body = call.read(CellBody)
    mark = body.mark
    if isinstance(mark, bool) or not isinstance(mark, str | int | Decimal | None):
        raise BadCall("mark is a text, or a number")
    if mark is None and body.number_correct_possible is None and body.points_possible is None:
        raise BadCall('send a mark ("" clears the cell)')
    text = None if mark is None else str(mark)
    row = type_into_cell(
        call.world,
        *_assignment_key(call),
        call.number("student_id"),
        text,
        body.number_correct_possible,
        body.points_possible,
    )
    return score_truth(row)


def post_student(call: ControlCall) -> object:
    body = call.read(AddStudentBody)
    return student_truth(add_student(call.world, _gradebook_number(call), body.student_id, body.start_date))


def delete_student(call: ControlCall) -> object:
    body = call.read(DropStudentBody)
    number, student_id = _gradebook_number(call), call.number("student_id")
    return student_truth(drop_student(call.world, number, student_id, body.end_date))


def end_the_term(call: ControlCall) -> object:
    body = call.read(EndTermBody)
    return gradebook_truth(end_term(call.world, _gradebook_number(call), body.code, body.end_date))


def open_scores(call: ControlCall) -> object:
    added, dropped = open_scores_by_class(call.world, _gradebook_number(call))
    return {"added": added, "dropped": dropped}


def copy(call: ControlCall) -> object:
    body = call.read(CopyBody)
    made = copy_gradebook(call.world, _gradebook_number(call), body.name, body.staff_id, body.external_ids)
    return Created({"gradebook_number": made.gradebook_number})


def backup(call: ControlCall) -> object:
    return Created({"backup": back_up(call.world, _gradebook_number(call)).backup})


def restore_backup(call: ControlCall) -> object:
    body = call.read(RestoreBody)
    restored = restore(call.world, _gradebook_number(call), body.backup, body.mode)
    return {"gradebook_number": restored.gradebook_number}


def put_rules(call: ControlCall) -> object:
    changed = set_rules(call.world, _gradebook_number(call), call.read_list("rules", Rule))
    return items([documents.builtins(rule) for rule in changed.rules])


def put_transfer_grades(call: ControlCall) -> object:
    grades = call.read_list("transfer_grades", TransferGrade)
    changed = set_transfer_grades(call.world, _gradebook_number(call), grades)
    return items([documents.builtins(grade) for grade in changed.transfer_grades])


def enrol_student(call: ControlCall) -> object:
    body = call.read(EnrolBody)
    return _enrolment(enrol(call.world, *_section_key(call), body.student_id, body.date_started))


def withdraw_student(call: ControlCall) -> object:
    body = call.read(WithdrawBody)
    return _enrolment(withdraw(call.world, *_section_key(call), call.number("student_id"), body.date_ended))


def _enrolment(row: Enrolment) -> object:
    return documents.builtins(row)


def _gradebook_number(call: ControlCall) -> int:
    return call.number("gradebook_number")


def _assignment_key(call: ControlCall) -> tuple[int, int]:
    return call.number("gradebook_number"), call.number("assignment_number")


def _section_key(call: ControlCall) -> tuple[int, int]:
    return call.number("school_code"), call.number("section_number")
