"""Connection, district settings, roster and night over REST (public surface §3.1)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.asking import Caller
from tests.district_and_sandbox import CERTIFICATE, Aeries, Class, finished
from twinbook.district.models import AeriesConnection
from twinbook.sync.models import Run, RunState

HERE = {"url": "http://127.0.0.1:9", "certificate": CERTIFICATE, "database_year": 2020}
transactional = pytest.mark.django_db(transaction=True)


def carried_out(reply: Any) -> dict[str, Any]:
    """The run of a 202, carried out in this thread."""
    return {"id": str(finished(Run.objects.get(id=reply.ok(202)["id"])).id)}


# Connection


@pytest.mark.django_db
def test_a_new_installation_is_not_connected(admin: Caller) -> None:
    shown = admin.get("/aeries-connection").ok()
    assert shown == {
        "url": "",
        "database_year": None,
        "requests_per_second": 10,
        "burst": 10,
        "in_flight": 6,
        "connect_timeout": 10,
        "read_timeout": 60,
        "total_timeout": 90,
        "longest_timeout_seconds": 180,
        "second_look_seconds": 60,
        "allow_http": False,
        "certificate_set": False,
        "state": "never_checked",
        "checked_at": None,
    }
    assert admin.post("/aeries-connection/check").problem(409, "not_connected")["hint"]


@pytest.mark.django_db
def test_fields_left_out_stay_and_the_certificate_never_comes_out(admin: Caller) -> None:
    first = admin.put("/aeries-connection", {**HERE, "burst": 20, "second_look_seconds": 5})
    assert (first.ok()["burst"], first.ok()["certificate_set"]) == (20, True)
    second = admin.put("/aeries-connection", {"requests_per_second": 3})
    assert second.ok() == {**first.ok(), "requests_per_second": 3}
    assert admin.get("/aeries-connection").ok() == second.ok()
    row = AeriesConnection.objects.get()
    assert CERTIFICATE not in row.certificate_encrypted
    for reply in (first, second, admin.get("/aeries-connection")):
        assert CERTIFICATE not in str(reply.body)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://aeries.example.org"}, "url"),
        ({"url": "ftp://aeries.example.org"}, "url"),
        ({"url": "not an address"}, "url"),
        ({"url": ""}, "url"),
        ({"certificate": ""}, "certificate"),
        ({"certificate": "two\nlines"}, "certificate"),
        ({"certificate": "x" * 300}, "certificate"),
        ({"database_year": 20}, "database_year"),
        ({"requests_per_second": 0}, "requests_per_second"),
        ({"burst": -1}, "burst"),
        ({"in_flight": 1.5}, "in_flight"),
        ({"speed": 9}, "speed"),
    ],
)
def test_a_wrong_connection_is_refused_whole(change: dict[str, Any], field: str, admin: Caller) -> None:
    before = admin.put("/aeries-connection", HERE).ok()
    problem = admin.put("/aeries-connection", {"burst": 99, **change}).problem(422, "invalid")
    assert problem["field"] == field
    assert CERTIFICATE not in str(problem)
    assert admin.get("/aeries-connection").ok() == before


@pytest.mark.django_db
def test_plain_http_is_for_loopback_or_when_allowed(admin: Caller) -> None:
    for url in ("http://127.0.0.1:8080", "http://localhost/aeries", "http://[::1]:1"):
        admin.put("/aeries-connection", {"url": url}).ok()
    problem = admin.put("/aeries-connection", {"url": "http://10.0.0.7"}).problem(422, "invalid")
    assert "https" in problem["detail"] + problem["hint"]
    admin.put("/aeries-connection", {"url": "http://10.0.0.7", "allow_http": True}).ok()


@transactional
def test_a_check_tells_version_year_and_each_permission(office: Caller) -> None:
    found = office.post("/aeries-connection/check").ok()
    assert (found["reachable"], found["database_year"], found["error"]) == (True, 2020, None)
    assert found["aeries_version"]
    granted = {row["granted"] for row in found["permissions"] if row["needed"] == "yes"}
    assert granted <= {"yes", "unknown"} and "yes" in granted
    shown = office.get("/aeries-connection").ok()
    assert shown["state"] == "ok" and shown["checked_at"]


@transactional
def test_a_missing_permission_is_told(office: Caller, district: Aeries) -> None:
    district.control("PATCH", "/rights", {"denied_areas": ["Gradebook Scores"]})
    found = office.post("/aeries-connection/check").ok()
    missing = [row for row in found["permissions"] if row["granted"] == "no" and row["needed"] == "yes"]
    assert missing, found


@transactional
def test_a_wrong_certificate_a_wrong_address_and_html_each_say_what_to_do(
    office: Caller, district: Aeries
) -> None:
    def check(**change: Any) -> dict[str, Any]:
        office.put("/aeries-connection", {"url": district.url, "certificate": CERTIFICATE, **change}).ok()
        found = office.post("/aeries-connection/check").ok()
        assert found["error"]["message"] and found["error"]["hint"], found
        return {**found, "state": office.get("/aeries-connection").ok()["state"]}

    refused = check(certificate="0" * 32)
    assert "certificate" in refused["error"]["message"] and refused["state"] == "refused"
    elsewhere = check(url=f"{district.url}/elsewhere")
    assert elsewhere["state"] == "refused", elsewhere
    nobody = check(url="http://127.0.0.1:9")
    assert (nobody["reachable"], nobody["state"]) == (False, "unreachable")
    district.fault(kind="html", path=".*")
    html = check()
    assert html["state"] in ("unreachable", "refused"), html
    district.heal()
    office.post("/aeries-connection/check").ok()
    assert office.get("/aeries-connection").ok()["state"] == "ok"


@transactional
def test_a_wrong_year_is_told(office: Caller) -> None:
    office.put("/aeries-connection", {"database_year": 2033}).ok()
    found = office.post("/aeries-connection/check").ok()
    assert "2033" in found["error"]["message"]
    assert office.get("/aeries-connection").ok()["state"] == "refused"


@transactional
def test_an_aeries_that_answers_again_is_not_shown_as_unreachable(office: Caller, district: Aeries) -> None:
    """The state once stayed at the last check's, whatever runs had found out since."""
    office.put("/aeries-connection", {"url": "http://127.0.0.1:9"}).ok()
    office.post("/aeries-connection/check").ok()
    AeriesConnection.objects.update(url=district.url)
    assert office.get("/aeries-connection").ok()["state"] == "unreachable"
    carried_out(office.post("/roster-sync", {}))
    assert office.get("/aeries-connection").ok()["state"] == "ok"


# District settings


@pytest.mark.django_db
def test_the_districts_settings_are_changed_field_by_field(admin: Caller) -> None:
    first = admin.get("/district-settings").ok()
    assert (first["timezone"], first["night_at"], first["mode"]) == ("America/Los_Angeles", "02:00", "sync")
    assert (first["conflict_policy"], first["marks"], first["missing_mark"]) == ("ask", {}, None)
    changes = {
        "timezone": "America/Denver",
        "night_at": "03:30",
        "mode": "observe",
        "conflict_policy": "aeries",
        "marks": {"MI": "missing", "INC": "incomplete", "EX": "excused"},
        "missing_mark": "MI",
        "brake": {"class": {"percent": 30}},
    }
    changed = admin.patch("/district-settings", changes).ok()
    brake = {**first["brake"], "class": {**first["brake"]["class"], "percent": 30}}
    assert changed == {**first, **changes, "brake": brake}
    assert admin.patch("/district-settings", {"missing_mark": None}).ok() == {**changed, "missing_mark": None}
    assert admin.get("/district-settings").ok() == {**changed, "missing_mark": None}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"timezone": "Mars"},
        {"timezone": None},
        {"night_at": "2"},
        {"night_at": "25:00"},
        {"night_at": "02:00:00"},
        {"mode": "off"},
        {"conflict_policy": "newest"},
        {"marks": {"MI": "gone"}},
        {"marks": {"8": "missing"}},
        {"marks": {"mi": "missing", "MI": "excused"}},
        {"marks": ["MI"]},
        {"missing_mark": ""},
        {"missing_mark": "0"},
        {"brake": {"class": {"percent": 101}}},
        {"brake": {"class": {"percent": -1}}},
        {"brake": {"school": {}}},
        {"brake": {"class": {"percent": "20"}}},
        {"name": "x\x00"},
        {"motto": "x"},
    ],
)
def test_a_wrong_setting_is_refused_whole(change: dict[str, Any], admin: Caller) -> None:
    before = admin.get("/district-settings").ok()
    assert admin.patch("/district-settings", {"name": "Other", **change}).problem(422, "invalid")["field"]
    assert admin.get("/district-settings").ok() == before


# Roster and night


@transactional
def test_a_roster_sync_is_a_run_that_names_what_it_found(office: Caller, district: Aeries) -> None:
    reply = office.post("/roster-sync", {"school_code": 994})
    run = reply.ok(202)
    assert (run["kind"], run["state"], run["class_id"], run["dry_run"]) == ("roster", "queued", None, False)
    assert (run["created_by"], run["error"], run["started_at"], run["finished_at"]) == (
        "admin@example.org",
        None,
        None,
        None,
    )
    carried_out(reply)
    done = office.get(f"/runs/{run['id']}").ok()
    assert (done["state"], done["error"]) == ("done", None)
    assert done["started_at"] and done["finished_at"]
    assert done["progress"]["done"] == done["progress"]["total"]
    plan = office.get(f"/runs/{run['id']}/plan").ok()
    assert plan["roster"]["school_codes"] == [994]
    assert len(office.get("/classes").items) == 4


@transactional
def test_a_school_that_aeries_does_not_have_fails_with_a_sentence(office: Caller) -> None:
    run = carried_out(office.post("/roster-sync", {"school_code": "123"}))
    failed = office.get(f"/runs/{run['id']}").ok()
    assert failed["state"] == "failed"
    assert "123" in failed["error"]["message"] and "994" in failed["error"]["hint"]


@transactional
def test_a_roster_run_says_that_the_certificate_is_wrong(office: Caller) -> None:
    office.put("/aeries-connection", {"certificate": "0" * 32}).ok()
    run = carried_out(office.post("/roster-sync"))
    error = office.get(f"/runs/{run['id']}").ok()["error"]
    assert error["code"] == "certificate_refused"
    assert "certificate" in error["message"] and error["hint"]


@transactional
def test_a_night_names_each_class(office: Caller, joined: Any) -> None:
    run = carried_out(office.post("/nightly"))
    done = office.get(f"/runs/{run['id']}").ok()
    assert (done["kind"], done["state"], done["created_by"]) == ("nightly", "done", "admin@example.org")
    plan = office.get(f"/runs/{run['id']}/plan").ok()
    (one,) = plan["classes"]
    assert (one["class_id"], one["state"]) == (str(joined.id), "done")
    newest = office.get(f"/classes/{joined.id}/runs").items[0]
    assert (newest["kind"], newest["class_id"]) == ("nightly", str(joined.id))
    assert Run.objects.exclude(state=RunState.DONE).count() == 0


@transactional
def test_a_stopped_night_is_one_question_that_is_answered_by_its_fingerprint(
    office: Caller, joined: Class
) -> None:
    """A district of one class, so that one class stops it."""
    office.patch("/district-settings", {"brake": {"district": {"classes": 1}}}).ok()
    (work,) = joined.all_agreed(["Alpine lakes"], "8")
    number = joined.aeries.assignment(joined.gradebook, work.title)["assignment_number"]
    joined.aeries.types(joined.gradebook, number, joined.students()[0], "3")
    assert office.get("/district-problems").items == []
    run = carried_out(office.post("/nightly"))
    assert office.get(f"/runs/{run['id']}").ok()["state"] == "held"
    (question,) = office.get("/district-problems").items
    assert question["choices"] == ["approve", "discard"]
    assert question["night"]["run_id"] == run["id"]
    path = f"/district-problems/{question['id']}/resolve"
    body = {"choice": "approve", "fingerprint": question["fingerprint"]}
    office.post(path, {**body, "fingerprint": "0" * 64}).problem(409, "problem_changed")
    office.post(path, {**body, "choice": "lms"}).problem(422, "invalid_choice")
    assert office.post(path, body).items[0]["classes"][0]["plan"]["answered"] == "approve"
    joined.look()
    assert joined.value(work, joined.students()[0]) == "3"
    assert office.get("/district-problems").items == []
    office.post(path, body).problem(409, "problem_changed")
