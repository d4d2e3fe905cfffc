"""Staff and teachers (reference §6)."""

from collections.abc import Callable
from datetime import date

from aeries_sandbox.api.call import Answer, Call, Json, not_found, one, rows
from aeries_sandbox.api.sections import shown_sections
from aeries_sandbox.model import Staff, Teacher
from aeries_sandbox.wire import Wire

_FILTERS: dict[str, Callable[[Staff], object]] = {
    "id": lambda row: row.staff_id,
    "firstname": lambda row: row.first_name,
    "lastname": lambda row: row.last_name,
    "emailaddress": lambda row: row.email,
    "username": lambda row: row.user_name,
    "primaryaeriesschool": lambda row: row.primary_school,
    "inactivestatuscode": lambda row: row.inactive_status_code.strip(),
    "leavedate": lambda row: row.leave_date,
}


# Personal data that the sandbox's people do not have.
_PERSONAL = (
    "Address",
    "AddressCity",
    "AddressState",
    "AddressZipCode",
    "AddressZipExt",
    "CellPhone",
    "HomePhone",
    "EmergencyContactName",
    "EmergencyContactPhone",
    "Gender",
    "EducationLevelCode",
    "EthnicityCode",
    "RaceCode1",
    "RaceCode2",
    "RaceCode3",
    "RaceCode4",
    "RaceCode5",
    "PositionStatusCode",
    "PreviousFirstName",
    "PreviousMiddleName",
    "PreviousLastName",
    "NotificationPreferenceCode",
    "EarlyChildhoodCertificationCode",
)


def staff(call: Call) -> Answer:
    staff_id = call.optional("staff_id")
    if staff_id is not None:
        member = _visible(call).get(staff_id)
        if member is None:
            if call.v2_quirks:
                return rows("Staff", [])
            raise not_found(f"Staff {staff_id}")
        return one(call, "Staff", _shown(call.wire, member))
    members = [member for member in _visible(call).values() if _passes(member, call.query)]
    return rows("Staff", [_shown(call.wire, member) for member in members])


def staff_classes(call: Call) -> Answer:
    staff_id = call.number("staff_id")
    _known(call, staff_id)
    own = [
        section
        for section in call.database.sections.values()
        if any(member.staff_id == staff_id for member in section.staff)
    ]
    return rows("Section", shown_sections(call, own))


def staff_teachers(call: Call) -> Answer:
    staff_id = call.number("staff_id")
    _known(call, staff_id)
    own = [teacher for teacher in call.database.teachers if teacher.staff_id == staff_id]
    return rows("Teacher", [_teacher(call.wire, teacher) for teacher in own])


def teachers(call: Call) -> Answer:
    school, number = call.number("school_code"), call.optional("teacher_number")
    found = [
        teacher
        for teacher in call.database.teachers
        if teacher.school_code == school and number in (None, teacher.teacher_number)
    ]
    if number is None:
        return rows("Teacher", [_teacher(call.wire, teacher) for teacher in found])
    if not found:
        raise not_found(f"Teacher {number} of school {school}")
    return one(call, "Teacher", _teacher(call.wire, found[0]))


def _visible(call: Call) -> dict[int, Staff]:
    if not call.world.on("exclude_expired_staff"):
        return call.database.staff
    return {number: member for number, member in call.database.staff.items() if not member.account_expired}


def _known(call: Call, staff_id: int) -> None:
    if staff_id not in _visible(call) and not call.v2_quirks:
        raise not_found(f"Staff {staff_id}")


def _passes(member: Staff, query: dict[str, str]) -> bool:
    """Query filters (reference §6.1); matched exactly but for case, since the rule is undocumented."""
    for name, wanted in query.items():
        value = _FILTERS.get(name)
        if value is None:
            continue
        held = value(member)
        if isinstance(held, date) or held is None:
            if wanted.lower() != ("null" if held is None else held.isoformat()):
                return False
        elif str(held).lower() != wanted.strip().lower():
            return False
    return True


def _shown(wire: Wire, member: Staff) -> Json:
    return {
        "ID": member.staff_id,
        "FirstName": wire.text(member.first_name),
        "LastName": wire.text(member.last_name),
        "MiddleName": "",
        "NameSuffix": "",
        "EmailAddress": member.email,
        "AlternateEmailAddress": "",
        "UserName": member.user_name,
        "NetworkLoginID": "",
        "HumanResourcesSystemID": "",
        "StateEducatorID": "",
        "PrimaryAeriesSchool": member.primary_school,
        "SchoolAccessPermissions": [
            {"SchoolCode": member.primary_school, "ReadOnlyAccess": False, "CommunicationGroup": False}
        ],
        "InactiveStatusCode": member.inactive_status_code,
        "HireDate": None,
        "LeaveDate": wire.day(member.leave_date),
        "BirthDate": None,
        "FullTimePercentage": 100,
        "BirthYear": 0,
        "TotalYearsOfEduService": 0,
        "TotalYearsInThisDistrict": 0,
        "Title": "",
        "ExtendedProperties": [],
        **dict.fromkeys(_PERSONAL, ""),
    }


def _teacher(wire: Wire, teacher: Teacher) -> Json:
    return {
        "SchoolCode": teacher.school_code,
        "TeacherNumber": teacher.teacher_number,
        "DisplayName": wire.text(teacher.display_name),
        "FirstName": "",
        "LastName": "",
        "Room": teacher.room,
        "EmailAddress": teacher.email,
        "StaffID1": teacher.staff_id,
        "StaffID2": 0,
        "StaffID3": 0,
        "LowGrade": 9,
        "HighGrade": 12,
        "InactiveStatusCode": teacher.inactive_status_code,
    }
