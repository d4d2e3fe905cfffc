"""`twinbook user`, `token` and `roster` (public surface §2)."""

import json
from datetime import UTC, datetime

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from twinbook.cli import roster, token, user
from twinbook.cli.output import Failed
from twinbook.district import accounts, connection, tokens
from twinbook.district.errors import NotFoundError
from twinbook.gradebook.models import SchoolClass
from twinbook.sync.models import Run, RunState

from .conftest import SCHOOL, Aeries

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "nine green bottles"


def run(app: Typer, *arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, arguments, input=stdin)


def test_an_invited_user_gets_a_password_and_is_listed() -> None:
    assert run(user.app, "invite", "Ada@example.org").exit_code == 0
    assert run(user.app, "invite", "boss@example.org", "--admin").exit_code == 0
    assert run(user.app, "set-password", "ada@example.org", stdin=f"{PASSWORD}\n").exit_code == 0
    assert accounts.find("ada@example.org").check_password(PASSWORD)
    shown = run(user.app, "list").stdout.splitlines()
    assert shown == ["ada@example.org", "boss@example.org  (administrator, no password)"]
    items = json.loads(run(user.app, "list", "--json").stdout)["items"]
    assert [item["email"] for item in items] == ["ada@example.org", "boss@example.org"]


def test_a_password_is_needed_and_a_known_account() -> None:
    accounts.invite("ada@example.org")
    assert isinstance(run(user.app, "set-password", "ada@example.org").exception, Failed)
    unknown = run(user.app, "set-password", "bob@example.org", stdin=f"{PASSWORD}\n")
    assert isinstance(unknown.exception, NotFoundError)


def test_a_new_token_is_the_only_thing_on_stdout() -> None:
    made_for = accounts.invite("ada@example.org")
    ran = run(token.app, "create", "--user", "ADA@example.org", "--name", "script")
    assert ran.exit_code == 0
    (printed,) = ran.stdout.splitlines()
    assert tokens.verify(printed, datetime.now(UTC)) == made_for


def test_the_roster_is_read_and_told(aeries: Aeries) -> None:
    connection.put(
        {"url": aeries.url, "certificate": aeries.certificate, "requests_per_second": 500, "burst": 200}
    )
    first = run(roster.app, "sync", "--school", str(SCHOOL), "--json")
    assert first.exit_code == 0, first.stderr
    assert json.loads(first.stdout)["roster"]["counts"]["classes_created"] == SchoolClass.objects.count() == 4
    aeries.patch(staff=[{"staff_id": 1, "first_name": "No", "last_name": "Address"}])
    again = run(roster.app, "sync")
    assert again.exit_code == 0
    assert "staff 1" in again.stderr
    assert "sections unchanged: 4" in again.stdout
    assert "sections read: 4" in run(roster.app, "sync", "--whole").stdout


def test_a_roster_that_cannot_be_read_says_why(aeries: Aeries) -> None:
    assert isinstance(run(roster.app, "sync").exception, Failed)
    connection.put({"url": aeries.url, "certificate": "0" * 32})
    refused = run(roster.app, "sync").exception
    assert isinstance(refused, Failed)
    assert "certificate" in str(refused)


def test_a_run_without_a_chosen_school_ends_as_failed_and_names_the_schools(aeries: Aeries) -> None:
    """It once stayed unfinished, to be resumed for ever."""
    connection.put({"url": aeries.url, "certificate": aeries.certificate})
    term = {"code": "Y", "description": "Year", "start_date": "2020-07-06", "end_date": "2021-06-10"}
    aeries.patch(schools=[{"school_code": 995, "name": "Second", "terms": [term]}])
    refused = run(roster.app, "sync").exception
    assert isinstance(refused, Failed)
    assert (refused.code, "995 Second" in str(refused.hint)) == ("no_school_chosen", True)
    assert Run.objects.get().state == RunState.FAILED
