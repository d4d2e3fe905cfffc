"""The control surface (public surface §5): each call, its answer, and that wrong calls change nothing."""

import re
from typing import Any

import pytest

from aeries_sandbox.sandbox import Sandbox
from aeries_sandbox.switches import DECLARED
from tests.sandbox.conftest import Address

ALLAN, MAYA, PETER, ROSA = 99400001, 99400156, 99400318, 99402373
ALONE = "/gradebooks/4500001"
NEW = {"description": "Essay", "category_code": "5", "points_possible": "20"}


def test_health(control: Address) -> None:
    assert control.get("/health").json() == {
        "profile": "documented",
        "seed": "documentation",
        "gradebooks": 4,
    }


def test_the_truth_has_exactly_its_shape(control: Address) -> None:
    truth = control.get("/gradebooks/4366926").json()
    settings = truth.pop("settings")
    assert settings["DoingWeight"] is True
    assert settings["MaxAssignmentValue"] == "100"
    categories = truth.pop("categories")
    assert categories[0] == {"code": "0", "description": "Homework", "percent": "10"}
    (assignment,) = truth.pop("assignments")
    students = truth.pop("students")
    assert students[0] == {
        "student_id": ALLAN,
        "start_date": "2020-07-06",
        "end_date": "2021-08-06",
        "inactive": False,
    }
    assert truth == {
        "gradebook_number": 4366926,
        "name": "English Literature P1",
        "school_code": 994,
        "staff_id": 994605,
        "linked_group": 1,
        "locked": False,
        "sections": [{"school_code": 994, "section_number": 1038}],
        "terms": [
            {"code": "F", "name": "Fall", "start_date": "2020-07-06", "end_date": "2020-12-23"},
            {"code": "S", "name": "Spring", "start_date": "2021-01-04", "end_date": "2021-08-06"},
        ],
    }
    scores = assignment.pop("scores")
    assert assignment == {
        "assignment_number": 2,
        "unique_id": "76289310-6ACF-4124-9A42-057684DCE9F2",
        "external_id": "",
        "description": "Chapter 1 Test",
        "comment": "Read chapter 1",
        "category_code": "2",
        "date_assigned": "2020-08-24",
        "date_due": "2020-08-28",
        "number_correct_possible": "50",
        "points_possible": "50",
        "grading_completed": True,
        "deleted": False,
    }
    assert scores[str(ALLAN)] == {
        "mark": "20",
        "number_correct": "20",
        "points_earned": "20",
        "number_correct_possible": "50",
        "points_possible": "50",
        "date_completed": "2020-08-28",
    }
    assert scores[str(MAYA)]["mark"] == ""
    assert scores[str(MAYA)]["date_completed"] is None


def test_all_gradebooks(control: Address) -> None:
    items = control.get("/gradebooks").json()["items"]
    assert [row["gradebook_number"] for row in items] == [4366926, 4366927, 4454703, 4500001]
    assert items[0] == control.get("/gradebooks/4366926").json()


GRADEBOOK: dict[str, Any] = {
    "school_code": 994,
    "staff_id": 994605,
    "name": "Poetry",
    "sections": [{"school_code": 994, "section_number": 1039}],
    "terms": [{"code": "F", "name": "Fall", "start_date": "2020-08-01", "end_date": "2020-12-20"}],
    "categories": [{"code": "H", "description": "Homework", "percent": "100"}],
    "students": [ALLAN, MAYA],
    "settings": {"count_completed_now": True, "DoingWeight": False},
}


def test_make_a_gradebook(control: Address, aeries: Address) -> None:
    answer = control.post("/gradebooks", GRADEBOOK)
    number = answer.json()["gradebook_number"]
    assert answer.json() == {"gradebook_number": number}
    truth = control.get(f"/gradebooks/{number}").json()
    for name in ("school_code", "staff_id", "name", "sections", "terms", "categories"):
        assert truth[name] == GRADEBOOK[name]
    assert [row["student_id"] for row in truth["students"]] == [ALLAN, MAYA]
    assert (truth["settings"]["CountCompletedNow"], truth["settings"]["DoingWeight"]) == (True, False)
    shown = aeries.get(f"/gradebooks/{number}").json()
    assert shown["TeacherNumber"] == 605
    assert shown["Period"] == "2"
    assert number in [row["GradebookNumber"] for row in aeries.get("/staff/994605/gradebooks").json()]
    assert number in [
        row["GradebookNumber"] for row in aeries.get("/schools/994/sections/1039/gradebooks").json()
    ]


def test_sections_as_numbers_and_terms_as_codes_of_the_school(control: Address) -> None:
    body = {**GRADEBOOK, "sections": [1039], "terms": ["F", "S"]}
    number = control.post("/gradebooks", body).json()["gradebook_number"]
    truth = control.get(f"/gradebooks/{number}").json()
    assert truth["sections"] == GRADEBOOK["sections"]
    assert [term["start_date"] for term in truth["terms"]] == ["2020-07-06", "2021-01-04"]


@pytest.mark.parametrize(
    "change",
    [
        {"school_code": 1},
        {"staff_id": 1},
        {"sections": [{"school_code": 994, "section_number": 1}]},
        {"terms": ["Q"]},
        {"terms": [{"code": "FF", "name": "Fall", "start_date": "2020-08-01", "end_date": "2020-12-20"}]},
        {"terms": [{"code": "F", "name": "Fall", "start_date": "2020-12-20", "end_date": "2020-08-01"}]},
        {"categories": [{"code": "H", "description": "a"}, {"code": "H", "description": "b"}]},
        {"students": [1]},
        {"students": [ALLAN, ALLAN]},
        {"settings": {"NoSuchSetting": True}},
        {"settings": {"DoingWeight": "yes"}},
        {"name": None},
        {"colour": "red"},
    ],
)
def test_a_wrong_gradebook_is_not_made(control: Address, change: dict[str, Any]) -> None:
    answer = control.post("/gradebooks", {**GRADEBOOK, **change})
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert len(control.get("/gradebooks").json()["items"]) == 4


def test_a_teacher_adds_an_assignment(control: Address, aeries: Address) -> None:
    answer = control.post(f"{ALONE}/assignments", NEW)
    assert answer.status_code == 201
    added = answer.json()
    assert added == control.get(ALONE).json()["assignments"][0]
    assert (added["number_correct_possible"], added["points_possible"]) == ("20", "20")
    assert (added["date_assigned"], added["date_due"]) == ("2020-10-01", "2020-10-01")
    assert added["assignment_number"] == 1
    assert re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", added["unique_id"])
    assert len(added["scores"]) == 4
    assert aeries.get(f"{ALONE}/assignments").json()[0]["Description"] == "Essay"


def test_a_chosen_number_and_the_next_after_it(control: Address) -> None:
    body = {**NEW, "assignment_number": 900, "number_correct_possible": 40, "grading_completed": True}
    added = control.post(f"{ALONE}/assignments", body).json()
    assert (added["assignment_number"], added["number_correct_possible"]) == (900, "40")
    assert added["grading_completed"] is True
    assert control.post(f"{ALONE}/assignments", NEW).json()["assignment_number"] == 901


@pytest.mark.parametrize(
    "change",
    [
        {"category_code": "9"},
        {"points_possible": "-1"},
        {"points_possible": "1.23456"},
        {"points_possible": "many"},
        {"points_possible": None},
        {"date_due": "soon"},
        {"assignment_number": 2},
        {"assignment_number": 0},
        {"titel": "x"},
    ],
)
def test_a_wrong_assignment_is_not_added(control: Address, change: dict[str, Any]) -> None:
    control.post(f"{ALONE}/assignments", {**NEW, "assignment_number": 2})
    before = control.get(ALONE).json()
    answer = control.post(f"{ALONE}/assignments", {**NEW, **change})
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert control.get(ALONE).json() == before


EDITS = {
    "description": "Novel",
    "comment": "long",
    "category_code": "2",
    "date_assigned": "2020-10-02",
    "date_due": "2020-10-03",
    "number_correct_possible": "30",
    "points_possible": "60",
    "grading_completed": True,
    "external_id": "x:1",
    "assignment_number": 7,
}


@pytest.mark.parametrize("name", EDITS)
def test_a_teacher_edits_one_field(control: Address, name: str) -> None:
    before = control.post(f"{ALONE}/assignments", NEW).json()
    answer = control.patch(f"{ALONE}/assignments/1", {name: EDITS[name]})
    assert answer.status_code == 200
    after = answer.json()
    scores = after.pop("scores")
    del before["scores"]
    assert after == {**before, name: EDITS[name]}
    if name.endswith("possible"):
        assert {row[name] for row in scores.values()} == {EDITS[name]}


def test_renumbering_keeps_the_unique_id_and_the_scores(control: Address, aeries: Address) -> None:
    added = control.post(f"{ALONE}/assignments", NEW).json()
    control.put(f"{ALONE}/assignments/1/scores/{ALLAN}", {"mark": "8.5"})
    control.patch(f"{ALONE}/assignments/1", {"assignment_number": 12})
    by_id = aeries.get(f"/gradebooks/assignments/{added['unique_id']}").json()
    assert by_id["AssignmentNumber"] == 12
    row = aeries.get(f"/gradebooks/assignments/{added['unique_id']}/scores/{ALLAN}").json()
    assert (row["AssignmentNumber"], row["Mark"]) == (12, "8.5")
    assert aeries.get(f"{ALONE}/assignments/1").status_code == 404


def test_a_number_in_use_is_not_taken(control: Address) -> None:
    control.post(f"{ALONE}/assignments", NEW)
    control.post(f"{ALONE}/assignments", NEW)
    assert (
        control.patch(f"{ALONE}/assignments/1", {"assignment_number": 2, "description": "x"}).status_code
        == 400
    )
    assert control.get(ALONE).json()["assignments"][0]["description"] == "Essay"


def test_a_teachers_changes_reach_the_linked_group(control: Address) -> None:
    linked, sibling = "/gradebooks/4366926", "/gradebooks/4366927"
    control.post(f"{linked}/assignments", NEW)
    control.patch(f"{linked}/assignments/3", {"description": "both"})
    assert control.get(sibling).json()["assignments"][1]["description"] == "both"
    control.delete(f"{linked}/assignments/3")
    assert control.get(sibling).json()["assignments"][1]["deleted"] is True
    control.patch(linked, {"categories": [{"code": "0", "description": "All", "percent": "100"}]})
    assert len(control.get(sibling).json()["categories"]) == 1
    control.put(f"{linked}/assignments/2/scores/{ALLAN}", {"mark": "1"})
    assert control.get(sibling).json()["assignments"][0]["scores"][str(ALLAN)]["mark"] == ""


def test_typing_into_a_cell_answers_the_row(control: Address) -> None:
    control.post(f"{ALONE}/assignments", NEW)
    cell = f"{ALONE}/assignments/1/scores/{ALLAN}"
    typed = control.put(cell, {"mark": "8.50", "number_correct_possible": "10"})
    assert typed.json() == {
        "mark": "8.5",
        "number_correct": "8.5",
        "points_earned": "17",
        "number_correct_possible": "10",
        "points_possible": "20",
        "date_completed": "2020-10-01",
    }
    assert control.get(ALONE).json()["assignments"][0]["scores"][str(ALLAN)] == typed.json()
    cleared = control.put(cell, {"mark": ""}).json()
    assert (cleared["mark"], cleared["number_correct"], cleared["date_completed"]) == ("", "0", None)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"{ALONE}/assignments/1/scores/{ALLAN}", {}, 400),
        (f"{ALONE}/assignments/1/scores/{ALLAN}", {"mark": True}, 400),
        (f"{ALONE}/assignments/1/scores/{ALLAN}", {"mark": "5", "number_correct_possible": "-1"}, 400),
        (f"{ALONE}/assignments/1/scores/99000007", {"mark": "5"}, 404),
        (f"{ALONE}/assignments/9/scores/{ALLAN}", {"mark": "5"}, 404),
        (f"/gradebooks/1/assignments/1/scores/{ALLAN}", {"mark": "5"}, 404),
    ],
)
def test_a_wrong_cell(control: Address, path: str, body: dict[str, Any], status: int) -> None:
    control.post(f"{ALONE}/assignments", NEW)
    before = control.get(ALONE).json()
    answer = control.put(path, body)
    assert (answer.status_code, bool(answer.json()["message"])) == (status, True)
    assert control.get(ALONE).json() == before


def test_drop_and_bring_back_a_student(control: Address, aeries: Address) -> None:
    control.post(f"{ALONE}/assignments", NEW)
    control.put(f"{ALONE}/assignments/1/scores/{ALLAN}", {"mark": "8"})
    dropped = control.delete(f"{ALONE}/students/{ALLAN}", {"end_date": "2020-09-15"}).json()
    assert dropped == {
        "student_id": ALLAN,
        "start_date": "2020-07-06",
        "end_date": "2020-09-15",
        "inactive": True,
    }
    shown = aeries.get(f"{ALONE}/F/students/{ALLAN}").json()
    assert (shown["InactiveTag"], shown["EndDate"]) == ("I", "2020-09-15T00:00:00")
    assert aeries.get(f"{ALONE}/assignments/1/scores/{ALLAN}").json()["Mark"] == "8"
    back = control.post(f"{ALONE}/students", {"student_id": ALLAN, "start_date": "2020-09-28"}).json()
    assert (back["start_date"], back["end_date"], back["inactive"]) == ("2020-09-28", "2021-08-06", False)
    assert len(control.get(ALONE).json()["students"]) == 4


def test_a_dropped_student_ends_today_unless_said_otherwise(control: Address) -> None:
    assert control.delete(f"{ALONE}/students/{ALLAN}").json()["end_date"] == "2020-10-01"


def test_a_new_student_gets_blank_rows(control: Address) -> None:
    control.post(f"{ALONE}/assignments", NEW)
    added = control.post(f"{ALONE}/students", {"student_id": 99000007}).json()
    assert (added["start_date"], added["inactive"]) == ("2020-07-06", False)
    assert control.get(ALONE).json()["assignments"][0]["scores"]["99000007"]["mark"] == ""


@pytest.mark.parametrize(
    "body",
    [{"student_id": 1}, {"student_id": ALLAN}, {}, {"student_id": 99000007, "start_date": "2022-01-01"}],
)
def test_a_wrong_student_is_not_added(control: Address, body: dict[str, Any]) -> None:
    assert control.post(f"{ALONE}/students", body).status_code == 400
    assert len(control.get(ALONE).json()["students"]) == 4


def test_edit_a_gradebook(control: Address, aeries: Address) -> None:
    patch = {
        "linked_group": 5,
        "locked": True,
        "start_date": "2020-08-01",
        "end_date": "2021-06-01",
        "settings": {"DoingWeight": False},
        "categories": [{"code": "0", "description": "Chores", "percent": "12.5"}],
    }
    truth = control.patch(ALONE, patch).json()
    assert truth == control.get(ALONE).json()
    assert (truth["linked_group"], truth["locked"], truth["settings"]["DoingWeight"]) == (5, True, False)
    assert truth["categories"] == patch["categories"]
    shown = aeries.get(ALONE).json()
    assert (shown["StartDate"], shown["LinkedGroup"]) == ("2020-08-01T00:00:00", 5)
    assert shown["AssignmentCategories"][0]["PercentageOfGrade"] == 12.5


@pytest.mark.parametrize(
    "patch",
    [
        {"start_date": "2022-01-01"},
        {"linked_group": -1},
        {"categories": [{"code": "AB", "description": "x"}]},
        {"settings": {"x": 1}},
        {"assignments": []},
        {"name": "y", "locked": "maybe"},
    ],
)
def test_a_wrong_edit_changes_nothing(control: Address, patch: dict[str, Any]) -> None:
    before = control.get(ALONE).json()
    assert control.patch(ALONE, patch).status_code == 400
    assert control.get(ALONE).json() == before


def test_copy_takes_assignments_along_and_neither_students_nor_scores(control: Address) -> None:
    control.post(f"{ALONE}/assignments", {**NEW, "external_id": "x:1"})
    number = control.post(f"{ALONE}/copy", {"name": "Copy"}).json()["gradebook_number"]
    copy, source = control.get(f"/gradebooks/{number}").json(), control.get(ALONE).json()
    assert copy["categories"] == source["categories"]
    assert (copy["name"], copy["students"], copy["linked_group"]) == ("Copy", [], 0)
    (assignment,) = copy["assignments"]
    assert assignment["scores"] == {}
    assert assignment["external_id"] == "x:1"
    assert assignment["unique_id"] != source["assignments"][0]["unique_id"]


@pytest.mark.parametrize("mode", ["same_ids", "new_ids", "copy"])
def test_restore_brings_the_backup_back(control: Address, aeries: Address, mode: str) -> None:
    control.post(f"{ALONE}/assignments", NEW)
    control.put(f"{ALONE}/assignments/1/scores/{ALLAN}", {"mark": "5"})
    before = control.get(ALONE).json()
    backup = control.post(f"{ALONE}/backup").json()["backup"]
    control.put(f"{ALONE}/assignments/1/scores/{ALLAN}", {"mark": "9"})
    control.post(f"{ALONE}/assignments", NEW)
    number = control.post(f"{ALONE}/restore", {"backup": backup, "mode": mode}).json()["gradebook_number"]
    assert (number == 4500001) == (mode != "copy")
    restored = control.get(f"/gradebooks/{number}").json()["assignments"]
    old_id = before["assignments"][0]["unique_id"]
    assert [row["scores"] for row in restored] == [before["assignments"][0]["scores"]]
    assert (restored[0]["unique_id"] == old_id) == (mode == "same_ids")
    assert aeries.get(f"/gradebooks/assignments/{old_id}").is_success == (mode != "new_ids")


def test_a_wrong_restore(control: Address) -> None:
    backup = control.post(f"{ALONE}/backup").json()["backup"]
    assert control.post(f"{ALONE}/restore", {"backup": "b9", "mode": "copy"}).status_code == 400
    assert control.post(f"{ALONE}/restore", {"backup": backup, "mode": "magic"}).status_code == 400
    assert control.post("/gradebooks/4366926/restore", {"backup": backup, "mode": "copy"}).status_code == 400


def test_push_makes_an_independent_copy(control: Address) -> None:
    control.post(f"{ALONE}/assignments", {**NEW, "external_id": "x:1"})
    (pushed,) = control.post(f"{ALONE}/assignments/1/push", {"to": [4454703]}).json()["items"]
    assert (pushed["gradebook_number"], pushed["external_id"]) == (4454703, "x:1")
    assert pushed["unique_id"] != control.get(ALONE).json()["assignments"][0]["unique_id"]


def test_a_category_beyond_the_36th_exists_but_is_of_no_use(control: Address, aeries: Address) -> None:
    codes = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZab"
    categories = [{"code": code, "description": code, "percent": "1"} for code in codes]
    assert len(control.patch(ALONE, {"categories": categories}).json()["categories"]) == 38
    assert len(aeries.get(ALONE).json()["AssignmentCategories"]) == 38
    assert control.post(f"{ALONE}/assignments", {**NEW, "category_code": "Z"}).status_code == 201
    assert control.post(f"{ALONE}/assignments", {**NEW, "category_code": "a"}).status_code == 400


def test_end_a_term(control: Address, aeries: Address) -> None:
    truth = control.post(f"{ALONE}/end-term", {"code": "F"}).json()
    assert truth["terms"][0]["end_date"] == "2020-09-30"
    control.post(f"{ALONE}/end-term", {"code": "S", "end_date": "2021-03-01"})
    assert aeries.get(ALONE).json()["EndDate"] == "2021-03-01T00:00:00"
    assert control.post(f"{ALONE}/end-term", {"code": "Q"}).status_code == 400
    assert control.post(f"{ALONE}/end-term", {"code": "S", "end_date": "2020-01-01"}).status_code == 400


def test_custom_marks(control: Address) -> None:
    marks = [{"mark": "LATE", "kind": "quick_points", "percent": "50"}, {"mark": "MI", "kind": "missing"}]
    assert control.put("/custom-marks", {"custom_marks": marks}).status_code == 200
    control.post(f"{ALONE}/assignments", NEW)
    typed = control.put(f"{ALONE}/assignments/1/scores/{ALLAN}", {"mark": "late"}).json()
    assert (typed["mark"], typed["points_earned"]) == ("LATE", "10")
    assert control.put("/custom-marks", marks[1:]).status_code == 400
    for wrong in ("TX", "NA", "5%", "12", "X", "TOOLONGX"):
        assert control.put("/custom-marks", [*marks, {"mark": wrong}]).status_code == 400
    assert [row["mark"] for row in control.get("/custom-marks").json()["items"]] == ["LATE", "MI"]


def test_roster_changes_feed_the_change_feeds(control: Address, aeries: Address) -> None:
    since = "/2020/10/1/9/0"
    feed = f"/SectionRosterDataChanges{since}"
    assert aeries.get(feed).json() == []
    control.post("/sections/994/1040/students", {"student_id": 99000007})
    assert aeries.get(feed).json() == [{"SchoolCode": 994, "SectionNumber": 1040}]
    assert aeries.get(f"/StudentDataChanges/class{since}").json() == [
        {"StudentID": 99000007, "SchoolCode": 994, "StudentNumber": 5}
    ]
    row = aeries.get("/schools/994/sections/1040/students").json()[-1]
    assert (row["StudentID"], row["DateStarted"], row["DateEnded"]) == (99000007, "2020-10-01T00:00:00", None)
    control.delete(f"/sections/994/1040/students/{ALLAN}")
    ended = next(
        r for r in aeries.get("/schools/994/sections/1040/students").json() if r["StudentID"] == ALLAN
    )
    assert ended["DateEnded"] == "2020-09-30T00:00:00"
    assert aeries.get("/schools/994/sections/1040").json()["TotalStudents"] == 4
    assert ALLAN in [row["student_id"] for row in control.get(ALONE).json()["students"]]
    assert aeries.get("/SectionRosterDataChanges/2020/10/01/09/00").json() == aeries.get(feed).json()


def test_change_feeds_lag_repeat_and_refuse(control: Address, aeries: Address) -> None:
    control.post("/sections/994/1040/students", {"student_id": 99000007})
    feed = "/SectionRosterDataChanges/2020/10/1/9/0"
    control.post("/switches", {"feed_duplicates": True})
    assert len(aeries.get(feed).json()) == 2
    control.post("/switches", {"feed_lag_minutes": 30})
    assert aeries.get(feed).json() == []
    control.post("/clock", {"advance_seconds": 1900})
    assert len(aeries.get(feed).json()) == 2
    for wrong in ("2020/13/1/0/0", "2020/10/1/24/0", "2031/1/1/0/0"):
        assert aeries.get(f"/SectionRosterDataChanges/{wrong}").status_code == 400
    assert aeries.get("/StudentDataChanges/shoes/2020/10/1/0/0").status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/sections/994/1/students", {"student_id": ALLAN}, 404),
        ("POST", "/sections/994/1040/students", {"student_id": 1}, 400),
        ("POST", "/sections/994/1040/students", {"student_id": ALLAN}, 400),
        ("DELETE", "/sections/994/1040/students/99000007", None, 404),
        ("POST", "/nothing", {}, 404),
        ("DELETE", "/health", None, 405),
    ],
)
def test_wrong_roster_calls(control: Address, method: str, path: str, body: Any, status: int) -> None:
    answer = control.request(method, path, json=body)
    assert (answer.status_code, bool(answer.json()["message"])) == (status, True)


def test_opening_scores_by_class_adds_and_drops_only_with_the_option(control: Address) -> None:
    control.post("/sections/994/1040/students", {"student_id": 99000007})
    control.delete(f"/sections/994/1040/students/{ALLAN}")
    assert control.post(f"{ALONE}/open-scores-by-class").json() == {"added": [], "dropped": []}
    control.patch(ALONE, {"settings": {"AddDropStudentsAutomatically": True}})
    opened = control.post(f"{ALONE}/open-scores-by-class").json()
    assert opened == {"added": [99000007], "dropped": [ALLAN]}


def test_the_clock(control: Address, aeries: Address) -> None:
    assert control.get("/clock").json()["now"].startswith("2020-10-01T09:0")
    assert (
        control.post("/clock", {"now": "2020-12-01T08:00:00"}).json()["now"].startswith("2020-12-01T08:00:0")
    )
    assert control.post("/clock", {"advance_seconds": 3600}).json()["now"].startswith("2020-12-01T09:00:0")
    control.post("/clock", {"now": "2020-12-01T20:00:00Z"})
    assert aeries.get("/systeminfo").json()["CurrentDateTime"].startswith("2020-12-01T12:00:0")
    for wrong in ({}, {"now": "soon"}, {"advance_seconds": 1, "now": "2020-12-01T08:00:00"}, {"advance": 1}):
        assert control.post("/clock", wrong).status_code == 400


def test_switches_and_their_names(control: Address) -> None:
    before = control.get("/switches").json()
    assert list(before) == [switch.name for switch in DECLARED]
    assert control.post("/switches", {"score_null": "zero", "external_id_unique": True}).status_code == 200
    assert control.get("/switches").json() == {**before, "score_null": "zero", "external_id_unique": "on"}
    for wrong in ({"score_null": "boom"}, {"no_such": "on"}, {"score_max_batch": "-1"}, ["x"]):
        changed = control.get("/switches").json()
        assert control.post("/switches", wrong).status_code == 400
        assert control.get("/switches").json() == changed


def test_reset_starts_over(control: Address, aeries: Address) -> None:
    control.post(f"{ALONE}/assignments", NEW)
    control.post("/faults", {"kind": "status", "status": 503})
    control.post("/switches", {"score_null": "zero"})
    control.patch("/rights", {"denied_areas": ["Staff Data"]})
    control.post("/clock", {"advance_seconds": 99999})
    aeries.get("/schools")
    assert control.post("/reset").json() == {
        "profile": "documented",
        "seed": "documentation",
        "gradebooks": 4,
    }
    assert control.get(ALONE).json()["assignments"] == []
    assert control.get("/requests").json()["items"] == []
    assert control.get("/switches").json()["score_null"] == "ignore"
    assert control.get("/clock").json()["now"].startswith("2020-10-01T09:0")
    assert aeries.get("/staff").status_code == 200
    changed = control.post(
        "/reset", {"seed": "empty", "profile": "strict", "switches": {"score_null": "clear"}}
    )
    assert changed.json() == {"profile": "strict", "seed": "empty", "gradebooks": 0}
    assert control.get("/switches").json()["score_null"] == "clear"
    assert control.get("/switches").json()["score_absent"] == "error"


@pytest.mark.parametrize(
    "body",
    [{"seed": "nope"}, {"profile": "nope"}, {"switches": {"nope": 1}}, {"seed": {"x": 1}}, {"nope": 1}],
)
def test_a_wrong_reset_changes_nothing(control: Address, body: dict[str, Any]) -> None:
    control.post(f"{ALONE}/assignments", NEW)
    assert control.post("/reset", body).status_code == 400
    assert len(control.get(ALONE).json()["assignments"]) == 1


@pytest.mark.parametrize("seed", ["documentation", "demo", "empty"])
def test_the_state_is_a_seed(control: Address, seed: str) -> None:
    control.post("/reset", {"seed": seed})
    state = control.get("/state").json()
    truth = control.get("/gradebooks").json()
    assert control.post("/reset", {"seed": state}).status_code == 200
    assert control.get("/gradebooks").json() == truth
    again = control.get("/state").json()
    again["clock"] = state["clock"]
    assert again == state


def test_a_partial_state_is_merged_and_feeds_the_change_feeds(control: Address, aeries: Address) -> None:
    patch = {
        "students": [{"student_id": ALLAN, "school_code": 994, "last_name": "Abbot"}],
        "staff": [{"staff_id": 994700, "first_name": "New", "last_name": "Person", "email": "n@x.example"}],
        "gradebooks": [
            {
                "gradebook_number": 4366926,
                "name": "Renamed",
                "students": [{"student_id": MAYA, "inactive": True}],
                "assignments": [{"assignment_number": 2, "scores": {str(PETER): {"mark": "NA"}}}],
            }
        ],
    }
    before = control.get("/gradebooks/4366926").json()
    assert control.patch("/state", patch).status_code == 200
    after = control.get("/gradebooks/4366926").json()
    before["name"] = "Renamed"
    before["students"][1]["inactive"] = True
    before["assignments"][0]["scores"][str(PETER)]["mark"] = "NA"
    assert after == before
    rows = aeries.get(f"/schools/994/students/{ALLAN}").json()
    assert [row["LastName"] for row in rows] == ["Abbot"]
    since = "/2020/10/1/9/0"
    assert aeries.get(f"/StudentDataChanges/student{since}").json() == [
        {"StudentID": ALLAN, "SchoolCode": 994, "StudentNumber": 1}
    ]
    assert aeries.get(f"/StaffDataChanges{since}").json() == [{"ID": 994700}]


@pytest.mark.parametrize(
    "patch",
    [
        {"students": [{"student_id": 5}]},
        {"gradebooks": [{"gradebook_number": 4366926, "locked": "maybe"}]},
        {
            "gradebooks": [
                {
                    "gradebook_number": 4366926,
                    "students": [{"student_id": 5, "start_date": "2020-09-01", "end_date": "2020-10-01"}],
                }
            ]
        },
        {"no_such_table": []},
        {"clock": "0001-01-01T00:00:00Z"},
        {"timezone": "America"},
        {"custom_marks": [{"mark": "QQ", "kind": "strange"}]},
        {
            "gradebooks": [
                {"gradebook_number": 4366926, "rules": [{"number": 1, "drop": 1, "lowest_by": "luck"}]}
            ]
        },
        {
            "gradebooks": [
                {
                    "gradebook_number": 4366926,
                    "assignments": [{"assignment_number": 2, "points_possible": "NaN"}],
                }
            ]
        },
        {"gradebooks": [{"gradebook_number": 4366926, "categories": [{"code": "0", "percent": "1.23456"}]}]},
        {"timezone": "Mars/Olympus"},
        [],
    ],
)
def test_a_wrong_state_changes_nothing(control: Address, patch: Any) -> None:
    before = control.get("/gradebooks").json()
    answer = control.patch("/state", patch)
    assert (answer.status_code, bool(answer.json()["message"])) == (400, True)
    assert control.get("/gradebooks").json() == before


def test_rights_of_an_unknown_area(control: Address) -> None:
    answer = control.patch("/rights", {"denied_areas": ["Staff Data", "Lunch"]})
    assert answer.status_code == 400
    assert "Gradebook Scores" in answer.json()["message"]
    assert set(control.get("/rights").json()["rights"].values()) == {"RUID"}


def test_the_request_log(control: Address, aeries: Address, sandbox: Sandbox) -> None:
    aeries.get("/schools", params={"DatabaseYear": "2020"})
    aeries.post("/gradebooks/4500001/assignments", {"Description": "x", "PointsPossible": 1.5})
    aeries.get("/gradebooks/1")
    control.get("/health")
    items = control.get("/requests").json()["items"]
    assert [(row["n"], row["method"], row["path"], row["status"]) for row in items] == [
        (1, "GET", "/api/v5/schools?DatabaseYear=2020", 200),
        (2, "POST", "/api/v5/gradebooks/4500001/assignments", 201),
        (3, "GET", "/api/v5/gradebooks/1", 404),
    ]
    assert items[1]["body"] == {"Description": "x", "PointsPossible": 1.5}
    assert "body" not in items[0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", items[0]["at"])
    assert sandbox.certificate not in control.get("/requests").text
    assert [row["n"] for row in control.get("/requests", params={"since": 2}).json()["items"]] == [3]
    control.delete("/requests")
    assert control.get("/requests").json()["items"] == []
    aeries.get("/schools")
    assert [row["n"] for row in control.get("/requests").json()["items"]] == [4]
    assert control.get("/requests", params={"since": "x"}).status_code == 400


def test_roll_the_year_over(control: Address, aeries: Address) -> None:
    assert control.post("/roll-year").json() == {"database_year": 2021}
    assert aeries.get("/systeminfo").json()["DatabaseYear"] == "2021-2022"
    assert aeries.get("/gradebooks/4366926").status_code == 404
    assert aeries.get("/gradebooks/4366926", params={"DatabaseYear": "2020"}).status_code == 200
    assert aeries.get("/schools/994/terms").json()[0]["StartDate"] == "2021-07-06T00:00:00"
    assert aeries.get(f"/schools/994/students/{ALLAN}").json()[0]["Grade"] == 11


def test_bulk_maintenance_shows_everything_as_changed(control: Address, aeries: Address) -> None:
    since = "2020/10/1/9/0"
    assert aeries.get(f"/SectionRosterDataChanges/{since}").json() == []
    assert control.post("/bulk-maintenance").json()["changed"] > 20
    sections = [row["SectionNumber"] for row in aeries.get("/schools/994/sections").json()]
    for feed in ("SectionRosterDataChanges", "SectionDataChanges"):
        assert [row["SectionNumber"] for row in aeries.get(f"/{feed}/{since}").json()] == sections
    students = {row["StudentID"] for row in aeries.get("/schools/994/students").json()}
    for area in ("student", "class", "enrollment"):
        changed = aeries.get(f"/StudentDataChanges/{area}/{since}").json()
        assert {row["StudentID"] for row in changed} == students
    assert aeries.get(f"/StaffDataChanges/{since}").json() == [{"ID": 994605}]
    assert aeries.get(f"/CourseDataChanges/{since}").json()


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[1,2"])
def test_control_bodies_that_are_no_json(control: Address, body: bytes) -> None:
    for path in ("/reset", "/gradebooks", "/faults", "/clock"):
        answer = control.request("POST", path, content=body)
        assert answer.status_code == 400
        assert "JSON" in answer.json()["message"]


def test_a_web_page_of_elsewhere_cannot_control(control: Address) -> None:
    answer = control.request("POST", "/reset", json={}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
