"""Switches that no other test turns: what each value does."""

from pathlib import Path
from typing import Any

import pytest

from aeries_sandbox.sandbox import Sandbox
from aeries_sandbox.switches import DECLARED
from tests.sandbox.conftest import Address

ALLAN, MAYA = 99400001, 99400156
ALONE, LINKED, SIBLING = "/gradebooks/4500001", "/gradebooks/4366926", "/gradebooks/4366927"
NEW = {"description": "Essay", "category_code": "0", "points_possible": "20", "date_due": "2020-09-10"}
INSERT = {"Description": "x", "PointsPossible": 10}


def turn(control: Address, **switches: Any) -> None:
    assert control.post("/switches", switches).status_code == 200


def test_every_switch_is_turned_in_some_test() -> None:
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    fixed = {switch.name for switch in DECLARED if len(switch.values) == 1 and "TEXT" not in switch.values}
    assert [switch.name for switch in DECLARED if switch.name not in tests and switch.name not in fixed] == []


def test_statuses(control: Address, aeries: Address) -> None:
    turn(control, insert_status=200, forbidden_status=403, unknown_cert_status=403)
    assert aeries.post(f"{ALONE}/assignments", INSERT).status_code == 200
    assert aeries.get("/schools", headers={"AERIES-CERT": "x"}).status_code == 403
    control.patch("/rights", {"denied_areas": ["Staff Data"]})
    assert aeries.get("/staff").status_code == 403


def test_rate_limit_status(control: Address, aeries: Address) -> None:
    turn(control, rate_limit=1, rate_limit_burst=1, rate_limit_status=503)
    assert [aeries.get("/schools").status_code for _ in range(2)] == [200, 503]


def test_a_rate_limit_as_the_reference_writes_it(control: Address, aeries: Address) -> None:
    turn(control, rate_limit={"per_second": 1, "burst": 1, "status": 503, "retry_after": 7})
    assert [aeries.get("/schools").status_code for _ in range(2)] == [200, 503]
    assert aeries.get("/schools").headers["Retry-After"] == "7"
    assert control.post("/switches", {"rate_limit": {"per_minute": 1}}).status_code == 400


def test_extra_fields(control: Address, aeries: Address) -> None:
    assert "AddedLater" not in aeries.get(LINKED).text
    turn(control, extra_fields=True)
    book = aeries.get(LINKED).json()
    assert book["AddedLater"] and all(row["AddedLater"] for row in book["AssignmentCategories"])
    assert aeries.get("/gradebooks/1").json().keys() == {"Message"}


def test_shapes(control: Address, aeries: Address) -> None:
    control.post(f"{ALONE}/assignments", NEW)
    turn(control, single_as_array=True, empty_date="sentinel", percent_scale=1)
    assert [row["GradebookNumber"] for row in aeries.get(ALONE).json()] == [4500001]
    control.put(f"{ALONE}/assignments/1/scores/{ALLAN}", {"mark": "5"})
    (row,) = aeries.get(f"{ALONE}/assignments/1/scores/{ALLAN}").json()
    assert row["PercentCorrect"] == 0.25
    (blank,) = aeries.get(f"{ALONE}/assignments/1/scores/{MAYA}").json()
    assert blank["DateCompleted"] == "0001-01-01T00:00:00"


def test_tx_is_missing(control: Address, aeries: Address) -> None:
    graded(control, "TX")
    shown = f"{ALONE}/assignments/1/scores/{ALLAN}"
    assert aeries.get(shown).json()["IsMissing"] is True
    turn(control, tx_is_missing=False)
    assert aeries.get(shown).json()["IsMissing"] is False


def test_external_ids(control: Address, aeries: Address) -> None:
    turn(control, external_id_unique=True, external_id_max=5)
    assert aeries.post(f"{ALONE}/assignments", {**INSERT, "ExternalID": "abc"}).status_code == 201
    assert aeries.post(f"{ALONE}/assignments", {**INSERT, "ExternalID": "abc"}).status_code == 400
    assert aeries.post(f"{ALONE}/assignments", {**INSERT, "ExternalID": "abcdef"}).status_code == 400
    turn(control, overlong="truncate")
    (cut,) = aeries.post(
        f"{ALONE}/assignments", {**INSERT, "ExternalID": "xyzdef", "Description": "t" * 300}
    ).json()
    assert (cut["ExternalID"], len(cut["Description"])) == ("xyzde", 255)


def test_an_external_id_may_stay_on_its_own_assignment(control: Address, aeries: Address) -> None:
    turn(control, external_id_unique=True)
    aeries.post(f"{ALONE}/assignments", {**INSERT, "ExternalID": "abc"})
    assert aeries.put(f"{ALONE}/assignments/1", {**INSERT, "ExternalID": "abc"}).status_code == 200


def test_strict_dates(control: Address, aeries: Address) -> None:
    outside = {**INSERT, "DateDue": "2022-01-01"}
    assert aeries.post(f"{ALONE}/assignments", outside).status_code == 201
    turn(control, strict_dates=True)
    assert aeries.post(f"{ALONE}/assignments", outside).status_code == 400
    assert (
        aeries.put(f"{ALONE}/assignments/1", {"PointsPossible": 1, "DateDue": "2019-01-01"}).status_code
        == 400
    )


def test_negative_points(control: Address, aeries: Address) -> None:
    turn(control, negative_points="accept")
    (added,) = aeries.post(f"{ALONE}/assignments", {**INSERT, "PointsPossible": -5}).json()
    assert added["PointsPossible"] == -5


def test_new_visible(control: Address, aeries: Address) -> None:
    turn(control, new_visible=False)
    (added,) = aeries.post(f"{ALONE}/assignments", INSERT).json()
    assert (added["VisibleToParents"], added["ScoresVisibleToParents"]) == (False, False)


@pytest.mark.parametrize(("setting", "numbers"), [("shared", [7, 7]), ("independent", [7, 3])])
def test_linked_number(control: Address, aeries: Address, setting: str, numbers: list[int]) -> None:
    turn(control, linked_number=setting, teacher_spreads_to_linked=False)
    control.post(f"{LINKED}/assignments", {**NEW, "assignment_number": 6})
    copies = aeries.post(f"{LINKED}/assignments", INSERT).json()
    assert [row["AssignmentNumber"] for row in copies] == numbers


def test_linked_unique_id(control: Address, aeries: Address) -> None:
    turn(control, linked_unique_id="same")
    first, second = aeries.post(f"{LINKED}/assignments", INSERT).json()
    assert first["UniqueID"] == second["UniqueID"]
    assert aeries.get(f"/gradebooks/assignments/{first['UniqueID']}").json()["GradebookNumber"] == 4366926


def test_teacher_spreads_to_linked(control: Address) -> None:
    turn(control, teacher_spreads_to_linked=False)
    control.post(f"{LINKED}/assignments", NEW)
    assert len(control.get(SIBLING).json()["assignments"]) == 1


def test_unlinking_by_hand(control: Address, aeries: Address) -> None:
    control.patch(SIBLING, {"linked_group": 0})
    assert len(aeries.post(f"{LINKED}/assignments", INSERT).json()) == 1


def test_unknown_property_and_lenient_json(control: Address, aeries: Address) -> None:
    turn(control, unknown_property="error400", lenient_json=False)
    assert aeries.post(f"{ALONE}/assignments", {**INSERT, "Colour": "red"}).status_code == 400
    headers = {"Content-Type": "application/json"}
    trailing = aeries.request(
        "POST", f"{ALONE}/assignments", content=b'{"Description":"x",}', headers=headers
    )
    assert trailing.status_code == 400
    assert aeries.get(f"{ALONE}/assignments").json() == []


def test_changes_since_and_deleted_keys(control: Address, aeries: Address) -> None:
    control.post("/clock", {"now": "2020-10-01T10:00:00"})
    state = control.get("/state").json()
    state["changes"] = [
        {"feed": "roster", "key": [994, 1038], "at": "2020-10-01T09:30:00-07:00"},
        {"feed": "roster", "key": [994, 9999], "at": "2020-10-01T09:31:00-07:00"},
    ]
    control.post("/reset", {"seed": state})
    feed = "/SectionRosterDataChanges/2020/10/1/9/30"
    assert [row["SectionNumber"] for row in aeries.get(feed).json()] == [1038, 9999]
    turn(control, changes_since="gt")
    assert [row["SectionNumber"] for row in aeries.get(feed).json()] == [9999]
    turn(control, feed_includes_deleted=False)
    assert aeries.get(feed).json() == []


def test_return_student(control: Address, aeries: Address) -> None:
    turn(control, return_student="new_row")
    control.delete(f"{ALONE}/students/{ALLAN}", {"end_date": "2020-09-10"})
    control.post(f"{ALONE}/students", {"student_id": ALLAN, "start_date": "2020-09-20"})
    rows = [row for row in aeries.get(f"{ALONE}/F/students").json() if row["StudentID"] == ALLAN]
    assert [row["InactiveTag"] for row in rows] == ["I", ""]


def test_row_max_drift(control: Address) -> None:
    turn(control, row_max_drift="on_overwrite")
    control.post(f"{ALONE}/assignments", NEW)
    cell = f"{ALONE}/assignments/1/scores/{ALLAN}"
    assert control.put(cell, {"mark": "7"}).json()["number_correct_possible"] == "20"
    assert control.put(cell, {"mark": "8"}).json()["number_correct_possible"] == "21"


@pytest.mark.parametrize(("setting", "status"), [("placeholder", 200), ("error", 400)])
def test_undefined_mark(control: Address, setting: str, status: int) -> None:
    turn(control, undefined_mark=setting)
    control.post(f"{ALONE}/assignments", NEW)
    assert control.put(f"{ALONE}/assignments/1/scores/{ALLAN}", {"mark": "QQ"}).status_code == status


def graded(control: Address, mark: str, **fields: Any) -> None:
    number = control.post(f"{ALONE}/assignments", {**NEW, "grading_completed": True, **fields}).json()[
        "assignment_number"
    ]
    assert control.put(f"{ALONE}/assignments/{number}/scores/{ALLAN}", {"mark": mark}).status_code == 200


def percent(aeries: Address) -> float:
    shown: float = aeries.get(f"{ALONE}/F/students/{ALLAN}").json()["CurrentPercentage"]
    return shown


@pytest.mark.parametrize(("setting", "expected"), [("inclusive", 75), ("exclusive", 50)])
def test_span_boundary(control: Address, aeries: Address, setting: str, expected: float) -> None:
    turn(control, span_boundary=setting)
    graded(control, "10", date_due="2020-09-09")
    graded(control, "20", date_due="2020-09-10")
    control.delete(f"{ALONE}/students/{ALLAN}", {"end_date": "2020-09-10"})
    assert percent(aeries) == expected


@pytest.mark.parametrize(("setting", "expected"), [("assigned", 80), ("due", 0)])
def test_transfer_date(control: Address, aeries: Address, setting: str, expected: float) -> None:
    """Assigned before the start, due after it, and blank."""
    turn(control, transfer_date=setting)
    graded(control, "", date_assigned="2020-09-01", date_due="2020-09-10")
    control.delete(f"{ALONE}/students/{ALLAN}")
    control.post(f"{ALONE}/students", {"student_id": ALLAN, "start_date": "2020-09-05"})
    control.put(f"{ALONE}/transfer-grades", [{"student_id": ALLAN, "percent": "80"}])
    assert percent(aeries) == expected


@pytest.mark.parametrize(("setting", "expected"), [(True, 75), (False, 50)])
def test_rule_drops_missing(control: Address, aeries: Address, setting: bool, expected: float) -> None:
    turn(control, rule_drops_missing=setting)
    graded(control, "")
    graded(control, "10")
    graded(control, "20")
    control.put(f"{ALONE}/rules", [{"number": 1, "drop": 1}])
    assert percent(aeries) == expected


@pytest.mark.parametrize(("setting", "same"), [("same_ids", True), ("new_ids", False)])
def test_restore_without_a_mode(control: Address, setting: str, same: bool) -> None:
    turn(control, restore=setting)
    before = control.post(f"{ALONE}/assignments", NEW).json()["unique_id"]
    backup = control.post(f"{ALONE}/backup").json()["backup"]
    control.post(f"{ALONE}/restore", {"backup": backup})
    assert (control.get(ALONE).json()["assignments"][0]["unique_id"] == before) == same


def test_score_negative(control: Address, aeries: Address) -> None:
    control.post(f"{ALONE}/assignments", NEW)
    turn(control, score_negative="accept")
    scores = aeries.post(f"{ALONE}/assignments/1/scores", [{"StudentID": ALLAN, "NumberCorrect": -2}]).json()
    assert scores[0]["Mark"] == "-2.0000"


def test_score_wrong_mode(control: Address, aeries: Address) -> None:
    turn(control, score_wrong_mode="error")
    plain = [{"StudentID": 99000007, "NumberCorrect": 2}]
    assert aeries.post("/gradebooks/4454703/assignments/80/scores", plain).status_code == 400


def test_percent_display_is_fixed(control: Address, sandbox: Sandbox) -> None:
    assert control.post("/switches", {"percent_display": "rounded"}).status_code == 400
    assert control.post("/switches", {"api_hides_deleted": False}).status_code == 400


def test_score_not_a_number(control: Address, aeries: Address) -> None:
    control.post(f"{ALONE}/assignments", NEW)
    turn(control, score_not_a_number="ignore")
    scores = aeries.post(f"{ALONE}/assignments/1/scores", [{"StudentID": ALLAN, "NumberCorrect": "A"}]).json()
    assert scores[0]["Mark"] == ""
