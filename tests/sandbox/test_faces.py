"""The five profiles, XML, and the older routes (reference §2.1, §3.4, §17.3)."""

from typing import Any
from xml.etree import ElementTree

import pytest

from aeries_sandbox.profiles import PROFILES
from aeries_sandbox.sandbox import Sandbox
from aeries_sandbox.switches import BY_NAME, DECLARED, accepted
from tests.sandbox.conftest import Address

ALLAN = 99400001
BOOK = "/gradebooks/4366926"
XML = {"Accept": "text/xml, text/html, application/xhtml+xml, */*"}
NAMESPACE = "{http://schemas.datacontract.org/2004/07/Aeries.API.v3.Public.Models.Gradebook}"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_sets_declared_switches(profile: str, control: Address) -> None:
    assert accepted(dict(PROFILES[profile])) == PROFILES[profile]
    control.post("/reset", {"profile": profile})
    expected = {switch.name: switch.default for switch in DECLARED} | dict(PROFILES[profile])
    assert control.get("/switches").json() == expected
    assert control.get("/health").json()["profile"] == profile


@pytest.mark.parametrize("name", BY_NAME)
def test_each_switch_takes_its_values_and_no_other(name: str, control: Address) -> None:
    switch = BY_NAME[name]
    for value in switch.values:
        given = {"N": 7, "TEXT": "/x"}.get(value, value)
        assert control.post("/switches", {name: given}).json()[name] == str(given)
    if "TEXT" not in switch.values:
        assert control.post("/switches", {name: "no such value"}).status_code == 400
        assert control.post("/switches", {name: -1}).status_code == 400


@pytest.mark.parametrize("profile", PROFILES)
def test_the_ordinary_path_works_under_every_profile(profile: str, control: Address, aeries: Address) -> None:
    """Insert, complete update, score, read: what is documented holds whatever the face."""
    control.post("/reset", {"profile": profile})
    body = {"Description": "x", "AssignmentCategoryCode": "2", "PointsPossible": 10, "DateDue": "2020-10-05"}
    answer = aeries.post("/gradebooks/4500001/assignments", {**body, "CreateInLinkedGradebooksToo": False})
    assert answer.is_success
    (added,) = answer.json()
    complete = {**body, "DateAssigned": "2020-10-02", "NumberCorrectPossible": 10, "Comment": "c"}
    complete |= {"FormativeSummativeIndicator": "F", "RubricAssignment": False, "GradingCompleted": True}
    complete |= {"ExternalID": "e", "UpdateLinkedGradebooksToo": False, "Description": "y"}
    (changed,) = aeries.put(f"/gradebooks/assignments/{added['UniqueID']}", complete).json()
    assert (changed["Description"], changed["Comment"], changed["GradingCompleted"]) == ("y", "c", True)
    path = f"/gradebooks/4500001/assignments/{added['AssignmentNumber']}/scores"
    scores = aeries.post(path, [{"StudentID": ALLAN, "NumberCorrect": 8.5}]).json()
    assert [row["Mark"] for row in scores] == ["8.5000", "", "", ""]
    assert aeries.get(path).json() == scores


def test_strict_refuses_what_is_undocumented(control: Address, aeries: Address) -> None:
    control.post("/reset", {"profile": "strict"})
    path = f"{BOOK}/assignments/2/scores"
    good = {"StudentID": 99400156, "NumberCorrect": 1}
    for bad in (
        {"StudentID": ALLAN, "NumberCorrect": None},
        {"StudentID": ALLAN},
        {"StudentID": 1, "NumberCorrect": 1},
        {"StudentID": ALLAN, "NumberCorrect": 51},
        {"StudentID": ALLAN, "NumberCorrect": 1, "Mark": "NA"},
        {"StudentID": ALLAN, "NumberCorrect": "1.23456"},
    ):
        assert aeries.post(path, [good, bad]).status_code == 400
    assert aeries.get(f"{path}/99400156").json()["Mark"] == ""


def test_permissive_swallows_it(control: Address, aeries: Address) -> None:
    control.post("/reset", {"profile": "permissive"})
    before = aeries.get(f"{BOOK}/assignments/2/scores").json()
    items = [{"StudentID": ALLAN, "NumberCorrect": n} for n in (None, "A", -1, "")]
    assert aeries.post(f"{BOOK}/assignments/2/scores", [*items, {"StudentID": 1}, {}]).json() == before


def test_hostile_reads_everything_in_the_worst_way(control: Address, aeries: Address) -> None:
    control.post("/reset", {"profile": "hostile"})
    path = f"{BOOK}/assignments/2/scores"
    (row,) = aeries.get(f"{path}/{ALLAN}").json()
    assert (row["NumberCorrect"], row["PercentCorrect"]) == ("20.0000", "0.4000")
    blank = aeries.get(path).json()[1]
    assert (blank["Mark"], blank["NumberCorrect"], blank["DateCompleted"]) == (
        "",
        "0.0000",
        "0001-01-01T00:00:00",
    )
    zeroed = aeries.post(path, [{"StudentID": 99400156, "NumberCorrect": None}]).json()[1]
    assert zeroed["Mark"] == "0.0000"
    assert aeries.get("/schools/994").json()["SchoolCode"] == 994
    assert isinstance(aeries.get(BOOK).json(), list)


def test_xml_where_the_client_asks_for_it(aeries: Address, control: Address) -> None:
    answer = aeries.get(f"{BOOK}/assignments", headers=XML)
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    root = ElementTree.fromstring(answer.text)
    assert root.tag == f"{NAMESPACE}ArrayOfAssignment"
    (assignment,) = root
    names = [child.tag.removeprefix(NAMESPACE) for child in assignment]
    assert names == sorted(names)
    held = {child.tag.removeprefix(NAMESPACE): child for child in assignment}
    assert (held["UniqueID"].text, held["PointsPossible"].text) == (
        "76289310-6ACF-4124-9A42-057684DCE9F2",
        "50.0000",
    )
    assert held["AssignmentCategory"].findtext(f"{NAMESPACE}Description") == "Test"
    scores = ElementTree.fromstring(aeries.get(f"{BOOK}/assignments/2/scores", headers=XML).text)
    dates = [row.find(f"{NAMESPACE}DateCompleted") for row in scores]
    assert [date is not None and date.get(NIL) for date in dates] == [None, "true", None, "true"]
    order = [child.tag.removeprefix(NAMESPACE) for child in scores[0]]
    assert order.index("StudentID") == order.index("PercentCorrect") + 1
    one = ElementTree.fromstring(aeries.get(BOOK, headers=XML).text)
    assert one.tag == f"{NAMESPACE}Gradebook"
    assert len(one.findall(f"{NAMESPACE}Terms/{NAMESPACE}Term")) == 2
    refused = ElementTree.fromstring(aeries.get("/gradebooks/1", headers=XML).text)
    assert "was not found" in (refused.findtext(f"{NAMESPACE}Message") or "")
    control.post("/switches", {"xml_output": False})
    assert aeries.get(BOOK, headers=XML).json()["GradebookNumber"] == 4366926


@pytest.mark.parametrize(
    "accept",
    ["*/*", "application/json", "application/json, text/html, application/xhtml+xml, */*", "text/html"],
)
def test_json_otherwise(aeries: Address, accept: str) -> None:
    answer = aeries.get(BOOK, headers={"Accept": accept})
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


def test_the_older_routes_are_off_until_switched_on(
    sandbox: Sandbox, aeries: Address, control: Address
) -> None:
    v3 = f"{sandbox.url}/api/v3"
    assert aeries.get(f"{v3}{BOOK}").headers["content-type"].startswith("text/html")
    control.post("/switches", {"legacy_v3_routes": True})
    assert aeries.get(f"{v3}{BOOK}").json()["GradebookNumber"] == 4366926
    (added,) = aeries.post(
        f"{v3}/gradebooks/4500001/InsertAssignment", {"Description": "x", "PointsPossible": 5}
    ).json()
    changes = {"Description": "y", "PointsPossible": 6}
    (changed,) = aeries.post(f"{v3}/gradebooks/Assignments/{added['UniqueID']}", changes).json()
    assert (changed["Description"], changed["PointsPossible"]) == ("y", 6)
    scores: list[dict[str, Any]] = aeries.post(
        f"{v3}/gradebooks/4500001/assignments/1/UpdateScores", [{"PermanentId": ALLAN, "NumberCorrect": 3}]
    ).json()
    assert (scores[0]["PermanentID"], scores[0]["NumberCorrect"]) == (ALLAN, 3)
    assert "StudentID" not in scores[0]
    assert aeries.get(f"{v3}/gradebooks/4500001/F/students/{ALLAN}").json()["PermanentID"] == ALLAN


def test_permanent_id_means_nothing_in_v5(aeries: Address) -> None:
    scores = aeries.post(f"{BOOK}/assignments/2/scores", [{"PermanentID": ALLAN, "NumberCorrect": 3}]).json()
    assert scores[0]["NumberCorrect"] == 20
