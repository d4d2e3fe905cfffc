"""Answers as Aeries prints them (reference §4–§12, demo values of §17.4), and clients to ask with."""

import time
from decimal import Decimal

import msgspec

from twinbook.aeries.client import AeriesClient
from twinbook.aeries.permits import LocalPermits, Permits
from twinbook.aeries.transport import TimeOuts

CERTIFICATE = "477abe9e7d27439681d62f4e0de1f5e1"
UNIQUE_ID = "76289310-6ACF-4124-9A42-057684DCE9F2"
GRADEBOOK = 4366926


def generous_permits() -> LocalPermits:
    return LocalPermits(rate=10_000, burst=1_000, in_flight=50, clock=time.monotonic, sleep=time.sleep)


def client_of(
    address: str,
    *,
    permits: Permits | None = None,
    database_year: int | None = None,
    time_outs: TimeOuts | None = None,
    largest_answer: int = 1_000_000,
) -> AeriesClient:
    return AeriesClient(
        address,
        CERTIFICATE,
        permits=permits or generous_permits(),
        database_year=database_year,
        time_outs=time_outs,
        largest_answer=largest_answer,
    )


SYSTEM = """{"AeriesVersion": "9.21.2.25", "DatabaseYear": "2020-2021",
 "AvailableDatabaseYears": ["2020-2021", "2019-2020"], "LocalTimeZoneName": "(UTC-08:00) Pacific Time (US & Canada)",
 "CurrentDateTime": "2021-03-03T11:13:38.9539491-08:00"}"""

SCHOOL = """{"SchoolCode": 994, "Name": "Screaming Eagle High School", "ShortName": "SEHS ", "InactiveStatusCode": " ",
 "ScheduleType": "Flexible", "StateCountyID": "01", "Terms": [
  {"TermCode": "F", "TermDescription": "Fall", "StartDate": "2020-07-06T00:00:00", "EndDate": "2020-12-23T00:00:00",
   "FirstHalfEndDate": null, "TrackTerms": []}]}"""

STAFF_MEMBER = """{"ID": 994605, "FirstName": "Maria", "LastName": "Acosta", "EmailAddress": " acosta@example.org",
 "InactiveStatusCode": " ", "LeaveDate": null, "FullTimePercentage": 100}"""

SECTION = """{"SchoolCode": 994, "SectionNumber": 1038, "CourseID": "0726", "Period": "1", "Semester": "F",
 "Room": "12", "ClassID": 0, "InactiveStatusCode": "", "TotalStudents": 31, "SectionStaffMembers": [
  {"StaffID": 994605, "LastName": "Acosta", "FirstName": "Maria", "IsPrimaryTeacher": true,
   "GradebookPermissionCode": "F", "StartDate": null, "EndDate": null, "InactiveStatusCode": ""},
  {"StaffID": 994606, "IsPrimaryTeacher": false, "GradebookPermissionCode": "r",
   "StartDate": "2020-09-01T00:00:00", "EndDate": "2020-10-01T00:00:00", "InactiveStatusCode": "I"}]}"""

ENROLMENT = """{"StudentID": 99400001, "SchoolCode": 994, "SectionNumber": 1038, "SequenceNumber": 3,
 "CourseID": "0726", "DateStarted": "2020-07-06T00:00:00", "DateEnded": null}"""

STUDENT = """{"StudentID": 99400001, "SchoolCode": 994, "StudentNumber": 1, "LastName": "Abbott",
 "FirstName": "Allan", "Grade": 10, "StudentEmailAddress": "", "InactiveStatusCode": "*", "Birthdate": "2005-02-03T00:00:00"}"""

GRADEBOOK_JSON = """{"GradebookNumber": 4366926, "Name": "Biology", "SchoolCode": 994, "TeacherNumber": 605,
 "Period": 2, "StartDate": "2020-07-06T00:00:00", "EndDate": "2020-12-23T00:00:00", "Comment": "", "LinkedGroup": 1,
 "AssignmentCategories": [{"Code": "0", "Description": "Homework", "PercentageOfGrade": "10.0000", "Color": "FF0000"},
  {"Code": "2", "Description": "Test", "PercentageOfGrade": 25.5000}],
 "Sections": {"GradebookNumber": 4366926, "SchoolCode": 994, "SectionNumber": 1038},
 "Terms": [{"Code": "F", "Name": "Fall", "StartDate": "2020-07-06T00:00:00", "EndDate": "2020-12-23T00:00:00"}],
 "Settings": {"CountCompletedNow": "true", "DoingWeight": true, "DoingRubric": false}}"""

GRADEBOOK_STUDENT = """{"StudentID": 99400001, "SchoolCode": 994, "StudentNumber": 1, "StudentLastName": "Abbott",
 "StudentFirstName": "Allan", "StartDate": "2020-07-06T00:00:00", "EndDate": "2020-12-23T00:00:00",
 "InactiveTag": "", "CurrentMark": "A-", "CurrentPercentage": 91.5384, "CurrentTerm": "F"}"""

ASSIGNMENT = """{"GradebookNumber": 4366926, "AssignmentNumber": 2, "UniqueID": "76289310-6acf-4124-9a42-057684dce9f2",
 "ExternalID": "", "Description": "Chapter 1 ", "Comment": " read \\n it ", "AssignmentCategory": {"Code": "0",
 "Description": "Homework", "PercentageOfGrade": 10.0}, "DateAssigned": "2020-09-01T00:00:00",
 "DateDue": "2020-09-08T00:00:00", "DueTime": "0001-01-01T00:00:00", "NumberCorrectPossible": 40.0000,
 "PointsPossible": "100", "GradingCompleted": false, "FormativeSummativeIndicator": "S", "RubricAssignment": false,
 "InputScoresByStandard": false, "Standards": [], "NarrativeGradeSetID": 0, "NarrativeGradeSet": []}"""


def score(student_id: int, mark: str | None = "8.5000", **fields: object) -> dict[str, object]:
    return {
        "StudentID": student_id,
        "GradebookNumber": GRADEBOOK,
        "AssignmentNumber": 2,
        "Mark": mark,
        "NumberCorrect": Decimal("8.5"),
        "NumberCorrectPossible": 10,
        "PointsEarned": Decimal("8.5"),
        "PointsPossible": 10,
        "PercentCorrect": Decimal("85.0"),
        "DateCompleted": "2020-09-08T00:00:00",
        "IsMissing": False,
        "RuleNumberApplied": 0,
        "StandardScores": [],
    } | fields


def scores_text(*rows: dict[str, object]) -> str:
    return msgspec.json.Encoder(decimal_format="number").encode(rows).decode()
