"""Students of a school (reference §8): always an array, one row per student and school."""

from collections.abc import Iterable

from aeries_sandbox.api.call import Answer, Call, Json, Refused, rows
from aeries_sandbox.decimals import whole
from aeries_sandbox.model import Student
from aeries_sandbox.wire import Wire


def students(call: Call) -> Answer:
    student_id = call.optional("student_id")
    if student_id is not None:
        return _answer(call, call.database.school_rows(student_id))
    return _answer(call, _of_school(call))


def students_of_grade(call: Call) -> Answer:
    grade = call.number("grade")
    return _answer(call, [row for row in _of_school(call) if row.grade == grade])


def student_by_number(call: Call) -> Answer:
    number = call.number("student_number")
    return _answer(call, [row for row in _of_school(call) if row.student_number == number])


def _of_school(call: Call) -> list[Student]:
    school = call.number("school_code")
    return [row for row in call.database.students.values() if row.school_code == school]


def _answer(call: Call, found: Iterable[Student]) -> Answer:
    ordered = sorted(found, key=lambda row: (row.last_name, row.first_name, row.student_id))
    return rows("Student", [_shown(call.wire, row) for row in _page(call, ordered)])


def _page(call: Call, found: list[Student]) -> list[Student]:
    """StartingRecord and EndingRecord are 1-based and inclusive; past the end there is nothing."""
    if call.world.on("ignore_paging"):
        return found
    start = _record(call, "startingrecord", 1)
    end = _record(call, "endingrecord", len(found))
    return found[max(start, 1) - 1 : max(end, 0)]


def _record(call: Call, name: str, absent: int) -> int:
    text = call.query.get(name, "").strip()
    if not text:
        return absent
    number = whole(text)
    if number is None:
        raise Refused(400, f"{name} must be a whole number")
    return number


def _shown(wire: Wire, row: Student) -> Json:
    return {
        "StudentID": row.student_id,
        "OldStudentID": 0,
        "SchoolCode": row.school_code,
        "StudentNumber": row.student_number,
        "StateStudentID": "",
        "LastName": wire.text(row.last_name),
        "FirstName": wire.text(row.first_name),
        "MiddleName": wire.text(row.middle_name),
        "LastNameAlias": "",
        "FirstNameAlias": "",
        "MiddleNameAlias": "",
        "Grade": row.grade,
        "GradeLevelShortDescription": str(row.grade),
        "GradeLevelLongDescription": f"Grade {row.grade}",
        "Gender": row.gender,
        "Birthdate": None,
        "StudentEmailAddress": row.email,
        "StudentPersonalEmailAddress": "",
        "ParentEmailAddress": "",
        "NetworkLoginID": "",
        "InactiveStatusCode": row.inactive_status_code,
        "SchoolEnterDate": wire.day(row.enter_date),
        "SchoolLeaveDate": wire.day(row.leave_date),
        "DistrictEnterDate": wire.day(row.enter_date),
        "CounselorNumber": 0,
        "HomeRoomTeacherNumber": "",
        "NextSchoolCode": 0,
        "NextGrade": row.grade + 1,
        "FamilyKey": 0,
    }
