"""`twinbook aeries check` tells each right that is missing or wider than needed, by reads alone (issue 5.5)."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from tests.district_and_sandbox import Aeries
from twinbook.cli import aeries as aeries_command

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("face", ["documented", "v2_quirks", "hostile"]),
]

NEEDED = [
    "Staff Data",
    "Master Schedule",
    "Class Schedules/History",
    "Student Data",
    "Gradebook Data",
    "Gradebook Scores",
]
NEVER_NEEDED = ["Teacher Data", "Calendar"]


def check(*options: str) -> tuple[int, str, str]:
    ran = CliRunner().invoke(aeries_command.app, ["check", *options])
    return ran.exit_code, ran.stdout, ran.stderr


def granted(stdout: str) -> dict[tuple[str, str], str]:
    return {(p["area"], p["right"]): p["granted"] for p in json.loads(stdout)["permissions"]}


def test_each_missing_right_is_told_by_its_name_and_only_that(district: Aeries) -> None:
    district.forget()
    for area in NEEDED:
        district.control("PATCH", "/rights", {"denied_areas": [area, *NEVER_NEEDED]})
        code, stdout, _ = check("--json")
        assert code == 3
        found = granted(stdout)
        assert [key for key, answer in found.items() if answer == "no" and key[0] not in NEVER_NEEDED] == [
            (area, "Read")
        ]
        code, stdout, stderr = check()
        assert code == 3
        assert f"{area} (Read): missing" in stdout
        assert area in stderr
        assert stdout.count("missing") == 1
    assert district.writes() == []


def test_a_right_wider_than_needed_is_told(district: Aeries) -> None:
    code, stdout, _ = check()
    assert code == 0
    for area in NEVER_NEEDED:
        assert f"{area} (Read): too wide" in stdout
    district.control("PATCH", "/rights", {"denied_areas": NEVER_NEEDED})
    code, stdout, _ = check()
    assert (code, "too wide" in stdout, "missing" in stdout) == (0, False, False)


def test_rights_to_write_are_never_tried(district: Aeries) -> None:
    """Only a write could show them, and a check writes nothing."""
    district.forget()
    district.control(
        "PATCH", "/rights", {"denied_areas": ["Gradebook Data - Update", "Gradebook Scores - Update"]}
    )
    _, stdout, _ = check("--json")
    found = granted(stdout)
    assert {found[area, "Update"] for area in ("Gradebook Data", "Gradebook Scores")} == {"unknown"}
    assert district.requests()
    assert {item["method"] for item in district.requests()} == {"GET"}
