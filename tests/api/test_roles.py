"""Each route × role. A route that is added without a row here fails the first test."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import pytest
from django.utils import timezone

from tests.api.asking import Caller, operations
from tests.api.people import Room, caller, make_room, make_user, put_on_staff
from twinbook.district.models import AeriesConnection, ApiToken, Permission
from twinbook.gradebook.models import Activity, ClassStudent, HistoryEntry, SchoolClass, Score
from twinbook.sync.models import ClassSync, Link, Problem, Run, RunKind, RunState

pytestmark = pytest.mark.django_db


class Need(Enum):
    """What a caller must be for a route to do anything."""

    A_TOKEN = "any account"
    ADMIN = "administrator"
    SEE = "may see the class"
    EDIT = "may change the class"


CLASS = "/classes/{class_id}"
TABLE: dict[tuple[str, str], tuple[Need, Any]] = {
    ("GET", "/aeries-connection"): (Need.ADMIN, None),
    ("PUT", "/aeries-connection"): (Need.ADMIN, {"burst": 5}),
    ("POST", "/aeries-connection/check"): (Need.ADMIN, None),
    ("GET", "/district-settings"): (Need.ADMIN, None),
    ("PATCH", "/district-settings"): (Need.ADMIN, {"mode": "observe"}),
    ("POST", "/classes/{class_id}/problems/resolve"): (Need.EDIT, {"choice": "lms", "problems": []}),
    ("GET", "/district-problems"): (Need.ADMIN, None),
    ("POST", "/district-problems/mass_change/resolve"): (
        Need.ADMIN,
        {"choice": "approve", "fingerprint": "x"},
    ),
    ("POST", "/roster-sync"): (Need.ADMIN, {}),
    ("POST", "/nightly"): (Need.ADMIN, None),
    ("GET", "/installation"): (Need.ADMIN, None),
    ("POST", "/installation/preview"): (Need.ADMIN, None),
    ("POST", "/installation/confirm"): (Need.ADMIN, {"fingerprint": "x"}),
    ("GET", "/classes"): (Need.A_TOKEN, None),
    ("GET", CLASS): (Need.SEE, None),
    ("GET", f"{CLASS}/gradebook"): (Need.SEE, None),
    ("GET", f"{CLASS}/categories"): (Need.SEE, None),
    ("POST", f"{CLASS}/categories"): (Need.EDIT, {"name": "Tests"}),
    ("PATCH", f"{CLASS}/categories/{{category_id}}"): (Need.EDIT, {"name": "Work"}),
    ("DELETE", f"{CLASS}/categories/{{category_id}}"): (Need.EDIT, None),
    ("GET", f"{CLASS}/activities"): (Need.SEE, None),
    ("POST", f"{CLASS}/activities"): (Need.EDIT, {"title": "Quiz", "points": "5"}),
    ("GET", f"{CLASS}/activities/{{activity_id}}"): (Need.SEE, None),
    ("PATCH", f"{CLASS}/activities/{{activity_id}}"): (Need.EDIT, {"title": "Other"}),
    ("DELETE", f"{CLASS}/activities/{{activity_id}}"): (Need.EDIT, None),
    ("PUT", f"{CLASS}/activities/{{activity_id}}/scores/{{student_id}}"): (Need.EDIT, {"score": "8"}),
    ("PUT", f"{CLASS}/activities/{{activity_id}}/scores"): (Need.EDIT, {"scores": []}),
    ("GET", f"{CLASS}/students"): (Need.SEE, None),
    ("POST", f"{CLASS}/students"): (Need.EDIT, {"name": "Dee Dee"}),
    ("GET", f"{CLASS}/aeries-gradebooks"): (Need.SEE, None),
    ("POST", f"{CLASS}/setup"): (Need.EDIT, {"gradebook_number": 1}),
    ("GET", f"{CLASS}/setup"): (Need.SEE, None),
    ("PATCH", f"{CLASS}/setup"): (Need.EDIT, {}),
    ("DELETE", f"{CLASS}/setup"): (Need.EDIT, None),
    ("POST", f"{CLASS}/setup/refresh"): (Need.EDIT, None),
    ("GET", f"{CLASS}/setup/summary"): (Need.SEE, None),
    ("POST", f"{CLASS}/setup/confirm"): (Need.EDIT, {"fingerprint": "x"}),
    ("GET", f"{CLASS}/links"): (Need.SEE, None),
    ("POST", f"{CLASS}/links"): (Need.EDIT, {"action": "unlink"}),
    ("GET", f"{CLASS}/sections"): (Need.SEE, None),
    ("POST", f"{CLASS}/sections"): (Need.EDIT, {"sections": [1038]}),
    ("POST", f"{CLASS}/unlink"): (Need.EDIT, None),
    ("POST", f"{CLASS}/force-sync"): (Need.EDIT, None),
    ("GET", f"{CLASS}/runs"): (Need.SEE, None),
    ("GET", "/runs/{run_id}"): (Need.SEE, None),
    ("GET", "/runs/{run_id}/plan"): (Need.SEE, None),
    ("POST", "/runs/{run_id}/undo"): (Need.EDIT, None),
    ("GET", f"{CLASS}/history"): (Need.SEE, None),
    ("GET", f"{CLASS}/agreement"): (Need.SEE, None),
    ("GET", f"{CLASS}/sync-settings"): (Need.SEE, None),
    ("PATCH", f"{CLASS}/sync-settings"): (Need.EDIT, {"mode": "paused"}),
    ("GET", f"{CLASS}/problems"): (Need.SEE, None),
    ("POST", "/problems/{problem_id}/resolve"): (Need.EDIT, {"choice": "check_again"}),
}
NOT_YET = {
    ("GET", f"{CLASS}/agreement"),
}

# Role → what it may.
MAY = {
    "administrator": {Need.A_TOKEN, Need.ADMIN, Need.SEE, Need.EDIT},
    "teacher": {Need.A_TOKEN, Need.SEE, Need.EDIT},
    "co-teacher, full": {Need.A_TOKEN, Need.SEE, Need.EDIT},
    "co-teacher, read": {Need.A_TOKEN, Need.SEE},
    "co-teacher, none": {Need.A_TOKEN},
    "teacher of another class": {Need.A_TOKEN},
    "account without staff": {Need.A_TOKEN},
    "inactive administrator": set[Need](),
    "revoked token": set[Need](),
    "anonymous": set[Need](),
    "wrong token": set[Need](),
}


@dataclass(frozen=True)
class Stage:
    room: Room
    run: int
    problem: int

    def path(self, template: str) -> str:
        return template.format(
            class_id=self.room.id,
            category_id=self.room.category,
            activity_id=self.room.activity,
            student_id=self.room.ada,
            run_id=self.run,
            problem_id=self.problem,
        )


@pytest.fixture
def stage(db: None) -> Stage:
    room = make_room()
    AeriesConnection.objects.get_or_create(id=1)
    ClassSync.objects.create(school_class_id=room.id)
    run = Run.objects.create(
        school_class_id=room.id, kind=RunKind.FORCE, state=RunState.DONE, created_by="system"
    )
    problem = Problem.objects.create(
        school_class_id=room.id, subject="class", code="gradebook_gone", link=_ended_link(room)
    )
    return Stage(room, run.id, problem.id)


def _ended_link(room: Room) -> Link:
    day = timezone.now().date()
    return Link.objects.create(
        school_class_id=room.id,
        connection_id=1,
        gradebook_number=1,
        school_code=994,
        database_year="2026",
        started_on=day,
        ended_on=day,
    )


def actor(role: str, room: Room) -> Caller:
    match role:
        case "administrator":
            return caller(make_user("admin@example.org", admin=True))
        case "inactive administrator":
            return caller(make_user("gone@example.org", admin=True, active=False))
        case "account without staff":
            return caller(make_user("nobody@example.org"))
        case "anonymous":
            return Caller()
        case "wrong token":
            return Caller("twb_" + "x" * 43)
    user = make_user("somebody@example.org", sis=7)
    match role:
        case "teacher" | "revoked token":
            put_on_staff(user, room)
        case "teacher of another class":
            put_on_staff(user, make_room(2000))
        case _:
            put_on_staff(user, room, Permission(role.rpartition(" ")[2]), primary=False)
    found = caller(user)
    if role == "revoked token":
        ApiToken.objects.update(revoked_at=timezone.now())
    return found


def test_every_route_has_a_row_and_says_what_it_does() -> None:
    routes = {(verb, path) for verb, path, _ in operations()}
    assert routes == TABLE.keys()
    for verb, path, operation in operations():
        assert operation["summary"] and operation["description"], (verb, path)
        assert operation.get("x-not-yet", False) == ((verb, path) in NOT_YET)
        assert ("501" in operation["responses"]) >= ((verb, path) in NOT_YET)


@pytest.mark.parametrize("role", MAY)
def test_what_a_role_may(role: str, stage: Stage) -> None:
    who = actor(role, stage.room)
    before = _everything()
    for (verb, template), (need, body) in TABLE.items():
        reply = who.ask(verb, stage.path(template), body)
        place = (role, verb, template, reply.status, reply.body)
        allowed = MAY[role]
        if not allowed:
            assert reply.status == 401, place
            assert reply.headers["WWW-Authenticate"] == "Bearer"
        elif need in allowed:
            assert reply.status not in (401, 403), place
            assert reply.status != 404 or reply.body["code"] == "no_draft" or verb == "DELETE", place
            if (verb, template) in NOT_YET:
                reply.problem(501, "not_yet")
        elif need is Need.ADMIN or Need.SEE in allowed:
            reply.problem(403, "forbidden")
        else:
            reply.problem(404, "not_found")
        if verb != "GET" and need in allowed:
            _put_back(stage, verb)
            before = _everything()
        elif allowed:
            assert _everything() == before, place
    assert _everything() == before


def test_lists_hold_only_what_one_may_see(stage: Stage) -> None:
    make_room(2000)
    for role, seen in (("administrator", 2), ("co-teacher, read", 1), ("account without staff", 0)):
        assert len(actor(role, stage.room).get("/classes").items) == seen


def test_a_district_wide_run_is_an_administrators(stage: Stage) -> None:
    Run.objects.filter(id=stage.run).update(school_class=None, kind=RunKind.NIGHTLY)
    actor("teacher", stage.room).get(f"/runs/{stage.run}").problem(404, "not_found")
    assert actor("administrator", stage.room).get(f"/runs/{stage.run}").ok()["class_id"] is None


def test_a_token_of_another_form_is_no_token(stage: Stage) -> None:
    for token in ("", " ", "é" * 20, "twb_", "Basic x"):
        assert Caller(token).get("/classes").status == 401


def _everything() -> list[Any]:
    """The rows that a route of the table could change."""
    tables = (SchoolClass, Activity, Score, ClassStudent, HistoryEntry, ClassSync, Run, Problem)
    return [
        list(table.objects.order_by("id" if table is not ClassSync else "pk").values()) for table in tables
    ]


def _put_back(stage: Stage, verb: str) -> None:
    """A deleted item is there again for the next route."""
    if verb == "DELETE":
        Activity.objects.filter(id=stage.room.activity).update(deleted_at=None)
