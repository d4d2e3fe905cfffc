"""Schools and terms (reference §5)."""

from datetime import date

from aeries_sandbox.api.call import Answer, Call, Json, not_found, rows
from aeries_sandbox.model import School
from aeries_sandbox.wire import Wire

# Codes for state reporting, which a gradebook sync has no use for.
_STATE_REPORTING: Json = {
    "RegionCode": "",
    "StateCharterNumber": "",
    "CharterStatusCode": "",
    "FederalTaxID": "",
    "FederalInformationProcessingStandardsCode": "",
    "QualityRatingAndImprovementSystemParticipationCode": "",
    "AccreditationStatusCode": "",
    "SchoolWebsite": "",
    "OrganizationCategoryCode": "",
    "SchoolCategoryCode": "",
    "LocalEducationAgencyTypeCode": "",
    "TitleIPartACode": "",
    "NSLPStatusCode": "",
    "NCESSchoolID": "",
    "CollegeBoardSchoolCode": "",
    "CampusEnrollmentTypeCode": "",
    "PreKSchoolTypeCode": "",
    "EarlyCollegeHighSchoolIndicator": False,
    "ScienceTechnologyEngineeringAndMathematicsIndicator": False,
    "PathwaysInTechnologyIndicator": False,
}


def schools(call: Call) -> Answer:
    code = call.optional("school_code")
    if code is None:
        return rows("School", [_school(call.wire, school) for school in call.database.schools.values()])
    school = _known(call, code)
    shown = _school(call.wire, school)
    as_object = call.world.switches["single_school_shape"] == "object"
    return Answer(shown if as_object else [shown], "School")


def terms(call: Call) -> Answer:
    return rows("Term", _terms(call.wire, _known(call, call.number("school_code"))))


def calendar(call: Call) -> Answer:
    """Monday to Friday of the school's terms, all in session; a sync needs no more of it."""
    school = _known(call, call.number("school_code"))
    if not school.terms:
        return rows("CalendarDay", [])
    first = min(term.start_date for term in school.terms)
    last = max(term.end_date for term in school.terms)
    days = [date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)]
    return rows(
        "CalendarDay",
        [
            {
                "SchoolCode": school.school_code,
                "CalendarDayNumber": number,
                "CalendarDate": call.wire.day(day),
                "HolidayCode": "",
                "AttendanceMonth": day.month,
                "TotalApportionment": 0,
                "TotalEnrollment": 0,
                "PeriodBlockPattern": "",
                "ABDay": "",
                "AttendanceMonthLocked": False,
                "TrackHolidays": [],
            }
            for number, day in enumerate((day for day in days if day.weekday() < 5), start=1)
        ],
    )


def _known(call: Call, code: int) -> School:
    school = call.database.schools.get(code)
    if school is None:
        raise not_found(f"School {code}")
    return school


def _terms(wire: Wire, school: School) -> list[Json]:
    return [
        {
            "TermCode": term.code,
            "TermDescription": wire.text(term.description),
            "StartDate": wire.day(term.start_date),
            "EndDate": wire.day(term.end_date),
            "FirstHalfEndDate": None,
            "SecondHalfStartDate": None,
            "TrackTerms": [],
        }
        for term in school.terms
    ]


def _school(wire: Wire, school: School) -> Json:
    return {
        "SchoolCode": school.school_code,
        "Name": wire.text(school.name),
        "ShortName": wire.text(school.short_name),
        "InactiveStatusCode": school.inactive_status_code,
        "Address": "",
        "AddressCity": "",
        "AddressState": "CA",
        "AddressZipCode": "",
        "AddressZipExt": "",
        "PhoneNumber": "",
        "DoNotReport": False,
        "StateCountyID": "",
        "StateDistrictID": "",
        "StateSchoolID": "",
        "LowGradeLevel": school.low_grade_level,
        "HighGradeLevel": school.high_grade_level,
        "PrincipalName": "",
        "PrincipalEmailAddress": "",
        "AttendancePeriod": 1,
        "Tracks": 0,
        "ScheduleType": school.schedule_type,
        "SessionType": "Regular",
        "AttendanceType": "Period",
        "AttendanceReporting": "Negative",
        "ScheduleBasis": "Semester",
        "UsingSectionStaffInMasterSchedule": False,
        "UsingSectionStaffInScheduling": False,
        **_STATE_REPORTING,
        "Terms": _terms(wire, school),
    }
