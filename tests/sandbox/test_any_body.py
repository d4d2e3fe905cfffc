"""Whatever is sent: a clear refusal or a plain success, never a failure of the sandbox itself."""

import json
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aeries_sandbox.sandbox import Sandbox
from tests.sandbox.conftest import Address

NAMES = [
    "StudentID", "NumberCorrect", "DateCompleted", "StandardScores", "AeriesStandardID", "Description",
    "AssignmentCategoryCode", "DateDue", "PointsPossible", "NumberCorrectPossible", "Comment", "ExternalID",
    "GradingCompleted", "RubricAssignment", "CreateInLinkedGradebooksToo",
]  # fmt: skip
CONTROL_NAMES = [
    "mark", "student_id", "start_date", "end_date", "description", "category_code", "points_possible",
    "assignment_number", "grading_completed", "settings", "categories", "terms", "linked_group", "locked", "seed",
    "profile", "switches", "kind", "path", "times", "delay_ms", "status", "now", "advance_seconds", "denied_areas",
    "students", "gradebooks", "clock", "number", "drop", "percent", "backup", "mode", "to", "code",
]  # fmt: skip
VALUES = [
    99400001,
    99400156,
    "2020-10-01",
    "2",
    "0",
    "95%",
    "NA",
    "F",
    "S",
    0,
    -1,
    4366926,
    1e300,
    "",
    None,
    "9" * 5000,
]
PATHS = [
    ("POST", "/gradebooks/4366926/assignments"),
    ("PUT", "/gradebooks/4366926/assignments/2"),
    ("POST", "/gradebooks/4366926/assignments/2/scores"),
    ("POST", "/gradebooks/4454703/assignments/80/scores"),
]
CONTROL_PATHS = [
    ("PUT", "/gradebooks/4366926/assignments/2/scores/99400001"),
    ("POST", "/gradebooks"),
    ("PATCH", "/gradebooks/4366926"),
    ("POST", "/gradebooks/4366926/assignments"),
    ("PATCH", "/gradebooks/4366926/assignments/2"),
    ("POST", "/gradebooks/4366926/students"),
    ("DELETE", "/gradebooks/4366926/students/99400001"),
    ("PUT", "/gradebooks/4366926/rules"),
    ("PUT", "/gradebooks/4366926/transfer-grades"),
    ("POST", "/gradebooks/4366926/restore"),
    ("POST", "/gradebooks/4366926/end-term"),
    ("POST", "/gradebooks/4366926/assignments/2/push"),
    ("PUT", "/custom-marks"),
    ("POST", "/clock"),
    ("PATCH", "/rights"),
    ("POST", "/switches"),
    ("POST", "/faults"),
    ("PATCH", "/state"),
    ("POST", "/reset"),
]
scalars = (
    st.sampled_from(VALUES)
    | st.text(max_size=5)
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
)


def values(names: list[str]) -> st.SearchStrategy[Any]:
    keys = st.sampled_from(names) | st.text(max_size=3)
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=6),
        max_leaves=12,
    )


some = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def truth(control: Address) -> Any:
    return control.get("/gradebooks").json()


@given(target=st.sampled_from(PATHS), body=values(NAMES))
@some
def test_api_bodies(control: Address, aeries: Address, target: tuple[str, str], body: Any) -> None:
    control.post("/reset", {"seed": "documentation", "switches": {"score_batch": "atomic"}})
    before = truth(control)
    answer = aeries.request(*target, json=body)
    assert answer.status_code in (200, 201, 400)
    if answer.status_code == 400:
        assert list(answer.json()) == ["Message"]
        assert truth(control) == before


@given(target=st.sampled_from(CONTROL_PATHS), body=values(CONTROL_NAMES))
@some
def test_control_bodies(
    control: Address, running: Sandbox, loopback: httpx2.Client, target: tuple[str, str], body: Any
) -> None:
    control.post("/reset", {"seed": "documentation", "profile": "documented"})
    before, switches = truth(control), control.get("/switches").json()
    answer = control.request(*target, json=body)
    assert answer.status_code in (200, 201, 400, 404)
    if answer.status_code >= 400:
        assert list(answer.json()) == ["message"]
        assert (truth(control), control.get("/switches").json()) == (before, switches)


@pytest.mark.parametrize("depth", [10_000])
def test_endless_nesting(control: Address, aeries: Address, depth: int) -> None:
    body = b"[" * depth + b"]" * depth
    headers = {"Content-Type": "application/json"}
    assert (
        aeries.request("POST", "/gradebooks/4366926/assignments", content=body, headers=headers).status_code
        == 400
    )
    assert control.request("POST", "/reset", content=body).status_code == 400


def test_numbers_beyond_all_measure(aeries: Address, control: Address) -> None:
    assert aeries.get(f"/gradebooks/{'9' * 5000}").status_code == 404
    assert aeries.get("/schools", params={"DatabaseYear": "9" * 5000}).status_code == 200
    body = {"Description": "x", "PointsPossible": json.loads("1e30")}
    assert aeries.post("/gradebooks/4366926/assignments", body).status_code == 400


@pytest.mark.parametrize(
    "jump",
    [
        {"advance_seconds": 10**15},
        {"advance_seconds": 10**12},
        {"advance_seconds": -(10**11)},
        {"now": "0001-01-01T00:00:00Z"},
        {"now": "9999-12-31T23:59:59-12:00"},
    ],
)
def test_a_clock_cannot_leave_the_calendar(control: Address, aeries: Address, jump: dict[str, Any]) -> None:
    answer = control.post("/clock", jump)
    assert (answer.status_code, list(answer.json())) == (400, ["message"])
    assert aeries.get("/systeminfo").json()["CurrentDateTime"].startswith("2020-10-01T09:0")
