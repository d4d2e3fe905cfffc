"""The `twinbook` command (public surface §2): exit codes, one JSON document on stdout, people's words on stderr.

The command runs in this process, from `main` on. `init`, `serve`, `web`, `worker` and `demo` are processes of their own
in the tests of the tooling.
"""

from __future__ import annotations

import io
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from tests.api.asking import Caller, operation_of, validator
from tests.district_and_sandbox import CERTIFICATE, UNLINKED, Aeries, Class
from twinbook.cli import main
from twinbook.district.models import AeriesConnection, ApiToken, User
from twinbook.sync import lease
from twinbook.sync.models import ClassSync, Mode, Problem

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


class Command:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch = monkeypatch
        self.capsys = capsys

    def __call__(self, *arguments: str, stdin: str = "", code: int | None = 0) -> Ran:
        self.capsys.readouterr()
        self.monkeypatch.setattr(sys, "argv", ["twinbook", *arguments])
        self.monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with _kept_signals(), pytest.raises(SystemExit) as ended:
            main.main()
        told = self.capsys.readouterr()
        ran = Ran(int(ended.value.code or 0), told.out, told.err)
        assert code is None or ran.code == code, (arguments, ran)
        assert "Traceback" not in ran.err
        return ran


@contextmanager
def _kept_signals() -> Iterator[None]:
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@pytest.fixture
def twinbook(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    settings = connection.settings_dict
    url = make_conninfo(
        dbname=settings["NAME"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        host=settings["HOST"],
        port=settings["PORT"],
    )
    monkeypatch.setenv("TWINBOOK_DATABASE_URL", url)
    return Command(monkeypatch, capsys)


# Accounts and tokens


def test_accounts_and_tokens(twinbook: Command) -> None:
    twinbook("user", "invite", "Ada@example.org")
    twinbook("user", "set-password", "ada@example.org", stdin="nine green bottles\n")
    assert [one["email"] for one in twinbook("user", "list", "--json").document["items"]] == [
        "ada@example.org"
    ]
    assert twinbook("user", "list").out.splitlines() == ["ada@example.org"]
    token = twinbook("token", "create", "--user", "ada@example.org", "--name", "script")
    (printed,) = token.out.splitlines()
    assert Caller(printed).get("/classes").items == []
    assert ApiToken.objects.get().name == "script"
    assert "account" in twinbook("token", "create", "--user", "bob@example.org", code=1).err
    assert "password" in twinbook("user", "set-password", "ada@example.org", code=1).err
    assert "password" in twinbook("user", "set-password", "ada@example.org", stdin="short\n", code=1).err
    assert twinbook("user", "invite", "no address", code=1).out == ""


# Aeries


def test_connecting_and_checking(twinbook: Command, aeries: Aeries) -> None:
    assert "not connected" in twinbook("aeries", "check", code=1).err
    refused = twinbook("aeries", "check", "--json", code=1).document["error"]
    assert refused["message"] and refused["hint"]
    stored = twinbook(
        "aeries",
        "connect",
        "--url",
        aeries.url + "/",
        "--certificate-file",
        "-",
        "--database-year",
        "2020",
        stdin=f"{CERTIFICATE}\n",
    )
    assert stored.out == "" and CERTIFICATE not in stored.err
    AeriesConnection.objects.update(requests_per_second=500, burst=500)
    found = twinbook("aeries", "check", "--json").document
    assert (found["reachable"], found["database_year"], found["error"]) == (True, 2020, None)
    assert {"area", "needed", "granted"} <= found["permissions"][0].keys()
    assert "granted" in twinbook("aeries", "check").out
    twinbook("aeries", "connect", "--url", "http://10.1.2.3", code=1)
    assert (
        "cannot be read"
        in twinbook("aeries", "connect", "--url", aeries.url, "--certificate-file", "/nowhere", code=1).err
    )
    twinbook("aeries", "connect", code=2)


def test_an_aeries_that_does_not_answer_ends_a_check_with_3(twinbook: Command, district: Aeries) -> None:
    district.fault(kind="drop_before", path=".*")
    ran = twinbook("aeries", "check", "--json", code=3)
    assert ran.document["reachable"] is False
    assert ran.err.strip()
    assert twinbook("aeries", "check", code=3).out == "Aeries does not answer.\n"


# Roster


def test_a_roster_without_addresses_ends_with_0_and_lists_them(twinbook: Command, district: Aeries) -> None:
    """Staff without an address of their own are listed, and nobody has to do anything at once."""
    people = [
        {"staff_id": 1, "first_name": "No", "last_name": "Address"},
        {"staff_id": 2, "first_name": "One", "last_name": "Shared", "email": "s@example.org"},
        {"staff_id": 3, "first_name": "Two", "last_name": "Shared", "email": "s@example.org"},
        {"staff_id": 4, "first_name": "An", "last_name": "Own", "email": "own@example.org"},
    ]
    district.control("PATCH", "/state", {"staff": people})
    ran = twinbook("roster", "sync", "--school", "994", "--json")
    assert {one["code"] for one in ran.document["roster"]["problems"]} == {"email_blank", "email_shared"}
    assert ran.document["run"]["state"] == "done"
    for number in (1, 2, 3):
        assert f"staff {number}" in ran.err
    assert User.objects.filter(email="own@example.org").exists()
    assert not User.objects.filter(email="s@example.org").exists()
    again = twinbook("roster", "sync")
    assert "staff 1" in again.err and "sections" in again.out


def test_a_roster_that_is_not_had(twinbook: Command, district: Aeries) -> None:
    unknown = twinbook("roster", "sync", "--school", "123", "--json", code=1)
    assert "994" in unknown.document["error"]["hint"]
    twinbook("roster", "sync", "--school", "x", code=2)
    district.fault(kind="drop_before", path=".*")
    down = twinbook("roster", "sync", "--json", code=3)
    assert down.document["run"]["error"]["code"] == "aeries_unavailable"
    assert twinbook("roster", "sync", code=3).out == ""


# Classes


def test_a_class_is_listed_with_its_id_first(twinbook: Command, joined: Class) -> None:
    lines = twinbook("class", "list").out.splitlines()
    assert len(lines) == 4
    (own,) = [line for line in lines if line.split()[0] == str(joined.id)]
    assert "synced" in own
    items = twinbook("class", "list", "--json").document["items"]
    assert {one["id"]: one["sync_state"] for one in items}[str(joined.id)] == "synced"


def test_a_class_is_synced_in_this_process(twinbook: Command, joined: Class) -> None:
    category = _category(joined)
    quiz = joined.activity("Quiz", category_id=category)
    sis = joined.students()[0]
    joined.save(quiz, sis, "8.5")
    planned = twinbook("class", "sync", str(joined.id), "--dry-run", "--json").document
    shape = operation_of("GET", "/runs/1/plan")
    assert shape is not None
    schema = shape["responses"]["200"]["content"]["application/json"]["schema"]
    assert list(validator(json.dumps(schema)).iter_errors(planned)) == []
    assert planned["counts"]["aeries"]["scores_set"] == 1
    assert [a["description"] for a in joined.aeries.truth(UNLINKED)["assignments"]] == []
    done = twinbook("class", "sync", str(joined.id), "--json").document
    assert done["counts"]["aeries"]["scores_set"] == 1
    assert joined.aeries.mark(UNLINKED, "Quiz", sis) == "8.5"
    told = twinbook("class", "sync", str(joined.id))
    assert told.out == "here: nothing to change\nin Aeries: nothing to change\n"


def test_a_student_whom_aeries_does_not_know_needs_nobody(
    twinbook: Command, joined: Class, office: Caller
) -> None:
    office.post(f"/classes/{joined.id}/students", {"name": "Dee Dee"}).ok(201)
    twinbook("class", "sync", str(joined.id), "--json", code=0)


def test_an_open_question_ends_with_3(twinbook: Command, joined: Class, office: Caller) -> None:
    quiz = joined.activity("Quiz", category_id=_category(joined))
    sis = joined.students()[0]
    path = f"/classes/{joined.id}/activities/{quiz.id}/scores/{joined.student(sis)}"
    office.put(path, {"mark": "excused"}).ok()
    ran = twinbook("class", "sync", str(joined.id), "--json", code=3)
    assert ran.document["counts"]["held"] == 1
    assert "NA" in ran.err
    twinbook("nightly", "--json", code=3)
    twinbook("status", "--json", code=3)


def test_a_class_that_cannot_be_synced(twinbook: Command, joined: Class) -> None:
    other = next(
        one["id"]
        for one in twinbook("class", "list", "--json").document["items"]
        if one["id"] != str(joined.id)
    )
    assert twinbook("class", "sync", other, "--json", code=1).document["error"]["code"] == "not_synced"
    for unknown in ("999999", "x", "9" * 30):
        missing = twinbook("class", "sync", unknown, "--json", code=1).document["error"]
        assert (missing["code"], "class list" in missing["hint"]) == ("not_found", True)
    ClassSync.objects.filter(school_class_id=joined.id).update(mode=Mode.PAUSED)
    assert twinbook("class", "sync", str(joined.id), "--json", code=1).document["error"]["code"] == "paused"
    twinbook("class", "sync", str(joined.id), "--dry-run", code=0)
    twinbook("class", "sync", code=2)


def test_a_class_while_aeries_is_down_ends_with_3(twinbook: Command, joined: Class) -> None:
    joined.aeries.fault(kind="drop_before", path=".*")
    ran = twinbook("class", "sync", str(joined.id), "--json", code=3)
    assert ran.document["run"]["error"]["code"] == "aeries_unavailable"
    assert "Aeries" in ran.err


def test_a_class_that_another_process_keeps_is_said_so(
    twinbook: Command, joined: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was once told as a mistake of ours."""
    monkeypatch.setattr("twinbook.sync.force.LEASE_WAIT_SECONDS", 0.1)
    with lease.hold(joined.id, "another@1-1"):
        refused = twinbook("class", "sync", str(joined.id), "--json", code=1)
    assert refused.document["error"]["code"] == "busy"


def test_a_held_class_ends_with_3(twinbook: Command, joined: Class) -> None:
    Problem.objects.create(school_class_id=joined.id, subject="brake:class", code="mass_change")
    assert twinbook("status", "--json", code=3).document["classes"]["held"] == 1


# Night and status


def test_a_night_looks_at_every_synced_class(twinbook: Command, joined: Class) -> None:
    ran = twinbook("nightly", "--json")
    (one,) = ran.document["plan"]["classes"]
    assert (one["class_id"], one["state"]) == (str(joined.id), "done")
    assert twinbook("nightly").out.split()[:2] == [str(joined.id), "done"]


def test_a_night_while_aeries_is_down_ends_with_3(twinbook: Command, joined: Class) -> None:
    joined.aeries.fault(kind="drop_before", path=".*")
    assert twinbook("nightly", "--json", code=3).document["plan"]["classes"][0]["state"] == "failed"


def test_a_night_with_a_wrong_certificate_has_failed(twinbook: Command, district: Aeries) -> None:
    twinbook("aeries", "connect", "--url", district.url, "--certificate-file", "-", stdin="0" * 32)
    error = twinbook("nightly", "--json", code=1).document["error"]
    assert (error["code"], bool(error["hint"])) == ("certificate_refused", True)


def test_a_night_skips_a_class_that_is_set_up_and_says_so(twinbook: Command, joined: Class) -> None:
    ClassSync.objects.filter(school_class_id=joined.id).update(setting_up=True)
    (one,) = twinbook("nightly", "--json").document["plan"]["classes"]
    assert one["state"] == "skipped" and one["why"]


def test_status_is_one_document(twinbook: Command, joined: Class) -> None:
    found = twinbook("status", "--json").document
    assert (found["classes"]["total"], found["classes"]["synced"], found["problems"]) == (4, 1, 0)
    assert CERTIFICATE not in json.dumps(found)
    assert "Aeries: ok" in twinbook("status").out


@pytest.mark.parametrize("arguments", [("nothing",), ("class", "nothing"), ("class", "list", "--nothing")])
def test_wrong_usage_ends_with_2(twinbook: Command, arguments: tuple[str, ...]) -> None:
    assert twinbook(*arguments, code=2).out == ""


def _category(joined: Class) -> int:
    from twinbook.gradebook import categories

    return categories.of_class(joined.id)[0].id
