"""Schools, staff, sections, rosters, students and gradebooks as the API shows them (reference §5 to §10)."""

from typing import Any

import pytest

from tests.sandbox.conftest import Address

ALLAN, MAYA, PETER, ROSA = 99400001, 99400156, 99400318, 99402373


def test_one_school_is_an_array_of_one_or_an_object(aeries: Address, control: Address) -> None:
    (school,) = aeries.get("/schools/994").json()
    assert (school["SchoolCode"], school["Name"]) == (994, "Screaming Eagle High School")
    assert aeries.get("/schools").json() == [school]
    control.post("/switches", {"single_school_shape": "object"})
    assert aeries.get("/schools/994").json() == school
    assert aeries.get("/schools/995").status_code == 404


def test_terms_of_a_school(aeries: Address) -> None:
    terms = aeries.get("/schools/994/terms").json()
    assert [(row["TermCode"], row["StartDate"], row["EndDate"]) for row in terms] == [
        ("F", "2020-07-06T00:00:00", "2020-12-23T00:00:00"),
        ("S", "2021-01-04T00:00:00", "2021-08-06T00:00:00"),
        ("Y", "2020-07-06T00:00:00", "2021-08-06T00:00:00"),
    ]
    assert aeries.get("/schools/994").json()[0]["Terms"] == terms


def test_staff_one_and_all(aeries: Address) -> None:
    one = aeries.get("/staff/994605").json()
    assert (one["ID"], one["LastName"], one["EmailAddress"]) == (
        994605,
        "Acosta",
        "macosta@screamingeagle.example",
    )
    assert aeries.get("/staff").json() == [one]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"username": "MACOSTA"}, 1),
        ({"primaryaeriesschool": "994"}, 1),
        ({"primaryaeriesschool": "993"}, 0),
        ({"leavedate": "null"}, 1),
        ({"leavedate": "2020-01-01"}, 0),
        ({"DatabaseYear": "2020"}, 1),
    ],
)
def test_staff_filters(aeries: Address, query: dict[str, str], found: int) -> None:
    assert len(aeries.get("/staff", params=query).json()) == found


def test_expired_staff_can_be_left_out(aeries: Address, control: Address) -> None:
    control.post("/reset", {"seed": "demo"})
    everyone = aeries.get("/staff").json()
    control.post("/switches", {"exclude_expired_staff": True})
    assert {row["ID"] for row in everyone} - {row["ID"] for row in aeries.get("/staff").json()} == {990191}


def test_teachers(aeries: Address) -> None:
    one = aeries.get("/schools/994/teachers/605").json()
    assert (one["TeacherNumber"], one["StaffID1"], one["DisplayName"]) == (605, 994605, "Acosta")
    assert aeries.get("/schools/994/teachers").json() == [one]
    assert aeries.get("/staff/994605/teachers").json() == [one]
    assert aeries.get("/schools/994/teachers/9").status_code == 404


def test_sections_and_classes_of_staff(aeries: Address) -> None:
    one = aeries.get("/schools/994/sections/1038").json()
    assert (one["SectionNumber"], one["CourseID"], one["TotalStudents"]) == (1038, "0726", 4)
    (member,) = one["SectionStaffMembers"]
    assert (member["StaffID"], member["IsPrimaryTeacher"], member["StartDate"]) == (994605, True, None)
    everything = aeries.get("/schools/994/sections").json()
    assert [row["SectionNumber"] for row in everything] == [1038, 1039, 1040, 1041]
    assert aeries.get("/staff/994605/classes").json() == everything
    assert aeries.get("/schools/994/sections/1").status_code == 404
    assert aeries.get("/schools/0/sections").json() == []


def test_rosters_and_schedules(aeries: Address) -> None:
    roster = aeries.get("/schools/994/sections/1038/students").json()
    assert [row["StudentID"] for row in roster] == [ALLAN, MAYA, PETER, ROSA]
    assert roster[0] == {
        "StudentID": ALLAN,
        "SchoolCode": 994,
        "SectionNumber": 1038,
        "SequenceNumber": 1,
        "CourseID": "0726",
        "DateStarted": "2020-07-06T00:00:00",
        "DateEnded": "2021-08-06T00:00:00",
    }
    assert [row["SectionNumber"] for row in aeries.get(f"/schools/994/classes/{ALLAN}").json()] == [
        1038,
        1039,
        1040,
    ]
    assert len(aeries.get("/schools/994/classes").json()) == 12
    assert aeries.get("/schools/994/sections/1/students").json() == []


def test_sections_with_one_class_id_can_be_combined(aeries: Address, control: Address) -> None:
    sections = [{"school_code": 994, "section_number": number, "class_id": 1038} for number in (1038, 1041)]
    control.patch("/state", {"sections": sections})
    assert len(aeries.get("/schools/994/sections").json()) == 4
    control.post("/switches", {"combine_class_ids": True})
    assert [row["SectionNumber"] for row in aeries.get("/schools/994/sections").json()] == [1038, 1039, 1040]
    roster = aeries.get("/schools/994/sections/1038/students").json()
    assert len(roster) == 6
    assert {row["SectionNumber"] for row in roster} == {1038}


def test_courses_keep_their_leading_zero(aeries: Address) -> None:
    course = aeries.get("/courses/0726").json()
    assert (course["ID"], course["Title"]) == ("0726", "Eng Lit")
    assert [row["ID"] for row in aeries.get("/courses").json()] == ["0726", "0801"]
    assert aeries.get("/courses/9").status_code == 404


def test_students_are_always_an_array(aeries: Address, control: Address) -> None:
    (allan,) = aeries.get(f"/schools/994/students/{ALLAN}").json()
    assert (allan["StudentID"], allan["StudentNumber"], allan["LastName"]) == (ALLAN, 1, "Abbott")
    assert aeries.get("/schools/994/students/1").json() == []
    assert aeries.get("/schools/994/students/sn/1").json() == [allan]
    assert len(aeries.get("/schools/994/students/grade/10").json()) == 6
    moved = {**_row(control, ALLAN), "school_code": 993, "student_number": 44}
    control.patch("/state", {"students": [moved]})
    rows = aeries.get(f"/schools/1/students/{ALLAN}").json()
    assert [row["SchoolCode"] for row in rows] == [994, 993]


def _row(control: Address, student_id: int) -> dict[str, Any]:
    rows = control.get("/state").json()["students"]
    return next(row for row in rows if row["student_id"] == student_id)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["Abbott", "Becker", "Castro", "Nguyen", "Ortega", "Young"]),
        ({"StartingRecord": "1", "EndingRecord": "2"}, ["Abbott", "Becker"]),
        ({"startingrecord": "6", "endingrecord": "9"}, ["Young"]),
        ({"StartingRecord": "7", "EndingRecord": "9"}, []),
        ({"StartingRecord": "5"}, ["Ortega", "Young"]),
        ({"EndingRecord": "1"}, ["Abbott"]),
    ],
)
def test_paging(aeries: Address, query: dict[str, str], names: list[str]) -> None:
    assert [row["LastName"] for row in aeries.get("/schools/994/students", params=query).json()] == names


def test_paging_may_be_ignored_or_malformed(aeries: Address, control: Address) -> None:
    query = {"StartingRecord": "one"}
    assert aeries.get("/schools/994/students", params=query).status_code == 400
    control.post("/switches", {"ignore_paging": True})
    assert len(aeries.get("/schools/994/students", params=query).json()) == 6


GRADEBOOK_FIELDS = {
    "GradebookNumber", "Name", "SchoolCode", "TeacherNumber", "TeacherName", "TeacherEmailAddress", "Period",
    "StartDate", "EndDate", "Comment", "GradebookType", "LinkedGroup", "AssignmentCategories", "Sections", "Terms",
    "Settings",
}  # fmt: skip


def test_the_documented_gradebook(aeries: Address) -> None:
    one = aeries.get("/gradebooks/4366926").json()
    assert set(one) == GRADEBOOK_FIELDS
    assert (one["LinkedGroup"], one["TeacherNumber"], one["TeacherName"]) == (1, 605, "Acosta")
    assert [(row["Code"], row["PercentageOfGrade"]) for row in one["AssignmentCategories"]] == [
        ("0", 10),
        ("2", 25),
        ("3", 20),
        ("4", 25),
        ("5", 20),
    ]
    assert one["Sections"] == [{"GradebookNumber": 4366926, "SchoolCode": 994, "SectionNumber": 1038}]
    assert [row["Code"] for row in one["Terms"]] == ["F", "S"]
    assert one["Settings"]["DoingWeight"] is True
    assert "SetGradingCompletedAutomatically" not in one["Settings"]
    assert one in aeries.get("/staff/994605/gradebooks").json()
    assert aeries.get("/schools/994/sections/1038/gradebooks").json() == [one]
    assert aeries.get("/schools/994/sections/1/gradebooks").json() == []


def test_final_marks(aeries: Address) -> None:
    marks = aeries.get("/gradebooks/4366926/FinalMarks")
    assert marks.json()[0] == {"Mark": "A+", "LowValue": 98, "HighValue": 110}
    assert '"LowValue":98.0000,"HighValue":110.0000' in marks.text


def test_students_of_a_gradebook(aeries: Address) -> None:
    students = aeries.get("/gradebooks/4366926/F/students").json()
    assert [row["StudentID"] for row in students] == [ALLAN, MAYA, PETER, ROSA]
    assert aeries.get(f"/gradebooks/4366926/f/students/{ALLAN}").json() == students[0]
    assert set(students[0]) == {
        "StudentID", "SchoolCode", "StudentNumber", "StudentLastName", "StudentFirstName", "StudentMiddleName",
        "StudentGradeLevel", "StudentSex", "StartDate", "EndDate", "InactiveTag", "CurrentMark", "CurrentPercentage",
        "CurrentTerm", "CustomSortOrder", "LowAssignmentNumber", "HighAssignmentNumber",
    }  # fmt: skip
    assert aeries.get("/gradebooks/4366926/Q/students").json() == []
    assert aeries.get(f"/gradebooks/4366926/Q/students/{ALLAN}").status_code == 404


def test_a_co_teachers_gradebooks_can_be_listed(aeries: Address, control: Address) -> None:
    control.post("/reset", {"seed": "demo"})
    number = next(
        row["GradebookNumber"] for row in aeries.get("/schools/990/sections/1041/gradebooks").json()
    )
    own = [row["GradebookNumber"] for row in aeries.get("/staff/990112/gradebooks").json()]
    control.post("/switches", {"staff_gradebooks_co_teacher": True})
    both = [row["GradebookNumber"] for row in aeries.get("/staff/990112/gradebooks").json()]
    assert set(both) - set(own) == {number}


def test_a_list_of_one_row_may_come_as_an_object(aeries: Address, control: Address) -> None:
    control.post("/switches", {"one_row_as_object": True})
    assert aeries.get("/staff").json()["ID"] == 994605
    assert aeries.get("/schools/994/students/99400001").json()["StudentID"] == 99400001
    assert isinstance(aeries.get("/gradebooks/4366926/F/students").json(), list)
    assert aeries.get("/gradebooks/4500001/assignments").json() == []
