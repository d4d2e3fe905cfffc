"""Sections, rosters and courses (reference §7)."""

from collections.abc import Iterable
from decimal import Decimal

from aeries_sandbox.api.call import Answer, Call, Json, not_found, one, rows
from aeries_sandbox.model import Course, Enrolment, Section, SectionStaff
from aeries_sandbox.wire import Wire

_CREDIT = Decimal(5)


def sections(call: Call) -> Answer:
    school, number = call.number("school_code"), call.optional("section_number")
    if number is not None:
        section = call.database.sections.get((school, number))
        if section is None:
            raise not_found(f"Section {number} of school {school}")
        return one(call, "Section", shown_sections(call, [section])[0])
    own = [section for section in call.database.sections.values() if section.school_code == school]
    if call.world.on("combine_class_ids"):
        own = [section for section in own if _combined(call, section) is section]
    return rows("Section", shown_sections(call, own))


def section_students(call: Call) -> Answer:
    school, number = call.number("school_code"), call.number("section_number")
    roster = call.database.roster(school, number)
    if call.world.on("combine_class_ids") and (school, number) in call.database.sections:
        main = call.database.sections[school, number]
        roster = [
            row
            for section in _group(call, main)
            for row in call.database.roster(school, section.section_number)
        ]
    return rows("Enrollment", [_enrolment(call, row) for row in roster])


def classes(call: Call) -> Answer:
    """The schedule of one student or of the whole school."""
    school, student = call.number("school_code"), call.optional("student_id")
    wanted = [
        row
        for row in call.database.enrolments()
        if row.school_code == school and student in (None, row.student_id)
    ]
    return rows("Enrollment", [_enrolment(call, row) for row in wanted])


def courses(call: Call) -> Answer:
    course_id = call.params.get("course_id")
    if course_id is None or course_id == "0":
        return rows("Course", [_course(call.wire, course) for course in call.database.courses.values()])
    course = call.database.courses.get(str(course_id))
    if course is None:
        raise not_found(f"Course {course_id}")
    return one(call, "Course", _course(call.wire, course))


def shown_sections(call: Call, wanted: Iterable[Section]) -> list[Json]:
    return [_section(call, section) for section in wanted]


def _group(call: Call, section: Section) -> list[Section]:
    """Sections presented as one: a common class id that is one of their section numbers (reference §3.3)."""
    if section.class_id != section.section_number:
        return [section]
    return [
        other
        for other in call.database.sections.values()
        if other.school_code == section.school_code and other.class_id == section.class_id
    ]


def _combined(call: Call, section: Section) -> Section:
    return call.database.sections.get((section.school_code, section.class_id), section)


def _section(call: Call, section: Section) -> Json:
    database, wire, today = call.database, call.wire, call.world.today()
    roster = database.roster(section.school_code, section.section_number)
    present = [row for row in roster if row.date_ended is None or row.date_ended >= today]
    return {
        "SchoolCode": section.school_code,
        "SectionNumber": section.section_number,
        "CourseID": section.course_id,
        "Period": section.period,
        "PeriodBlock": 1,
        "Semester": section.semester,
        "ClassCalendar": "MTWTF",
        "SectionStaffMembers": [
            _member(call, member) for member in section.staff if member.staff_id in database.staff
        ],
        "Room": section.room,
        "InactiveStatusCode": section.inactive_status_code,
        "ClassID": section.class_id,
        "MaxStudents": 40,
        "TotalStudents": len({row.student_id for row in present}),
        "TotalBoys": 0,
        "TotalGirls": 0,
        "TotalOtherGender": 0,
        "LowGrade": 9,
        "HighGrade": 12,
        "Credit": wire.decimal(_CREDIT),
        "MultiTeacherCode": "",
        "ProgramCode": "",
        "Track": "",
        "PrimaryClass": False,
    }


def _member(call: Call, member: SectionStaff) -> Json:
    person = call.database.staff[member.staff_id]
    return {
        "StaffID": member.staff_id,
        "LastName": call.wire.text(person.last_name),
        "FirstName": call.wire.text(person.first_name),
        "IsPrimaryTeacher": member.primary,
        "StaffRoleCode": "",
        "TeacherPositionCode": "",
        "AttendancePermission": "",
        "GradebookPermissionCode": member.gradebook_permission,
        "GradeReportingAccess": "",
        "StudentAccess": "",
        "IncludeInStateReporting": "",
        "StartDate": call.wire.day(member.start_date),
        "EndDate": call.wire.day(member.end_date),
        "InactiveStatusCode": member.inactive_status_code,
    }


def _enrolment(call: Call, row: Enrolment) -> Json:
    section = call.database.sections.get((row.school_code, row.section_number))
    number = row.section_number
    if section is not None and call.world.on("combine_class_ids"):
        number = _combined(call, section).section_number
    return {
        "StudentID": row.student_id,
        "SchoolCode": row.school_code,
        "SectionNumber": number,
        "SequenceNumber": row.sequence_number,
        "CourseID": section.course_id if section is not None else "",
        "DateStarted": call.wire.day(row.date_started),
        "DateEnded": call.wire.day(row.date_ended),
    }


def _course(wire: Wire, course: Course) -> Json:
    return {
        "ID": course.course_id,
        "Title": wire.text(course.title),
        "LongDescription": wire.text(course.long_description),
        "InactiveStatusCode": course.inactive_status_code,
        "DepartmentCode": course.department_code,
        "TermTypeCode": "Y",
        "LowGrade": 9,
        "HighGrade": 12,
        "CreditDefault": wire.decimal(_CREDIT),
        "CreditMax": wire.decimal(_CREDIT),
        "NonAcademicOrHonorsCode": "",
    }
