"""After a restore: what the API and the command line say, and how either confirms."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.asking import Caller
from tests.api.test_commands import Command
from tests.district_and_sandbox import Class, finished
from tests.older_database import url_of_test_database
from twinbook.sync import installation
from twinbook.sync.models import Run, RunKind

pytestmark = pytest.mark.django_db(transaction=True)

WHY = "It was restored from a backup taken yesterday."


@pytest.fixture
def twinbook(
    transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Command:
    monkeypatch.setenv("TWINBOOK_DATABASE_URL", url_of_test_database())
    monkeypatch.setenv("TWINBOOK_HOME", str(tmp_path / "home"))
    return Command(monkeypatch, capsys)


def test_preview_and_confirmation_over_rest(
    joined: Class, office: Caller, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TWINBOOK_HOME", str(tmp_path / "home"))
    installation.ensure()
    assert office.get("/installation").ok() == {"state": "ok", "since": None, "why": None, "preview": None}
    office.post("/installation/preview").problem(409, "nothing_to_confirm")
    installation.stop(WHY)
    stand = office.get("/installation").ok()
    assert (stand["state"], stand["why"], stand["preview"]) == ("observing", WHY, None)
    office.post("/installation/confirm", {"fingerprint": "x"}).problem(422, "not_ready")
    run = office.post("/installation/preview").ok(202)
    assert (run["kind"], run["dry_run"], run["class_id"]) == ("nightly", True, None)
    assert office.post("/installation/preview").ok(202)["id"] == run["id"]
    finished(Run.objects.get(id=int(run["id"])))
    assert office.get("/installation").ok()["preview"]["id"] == run["id"]
    plan = office.get(f"/runs/{run['id']}/plan").ok()
    office.post("/installation/confirm", {"fingerprint": "x"}).problem(409, "summary_out_of_date")
    assert office.post("/installation/confirm", {"fingerprint": plan["fingerprint"]}).ok()["state"] == "ok"
    assert joined.link().look_at_everything
    installation.stop_watching()


def test_a_dry_run_of_the_night_over_rest(joined: Class, office: Caller) -> None:
    joined.save(joined.assigned("Quiz"), joined.students()[0], "8")
    joined.aeries.forget()
    run = office.post("/nightly", {"dry_run": True}).ok(202)
    done = finished(Run.objects.get(id=int(run["id"])))
    assert done.counts["aeries"]["scores_set"] == 1 and joined.aeries.writes() == []


def test_the_command_line_says_previews_and_confirms(twinbook: Command, joined: Class) -> None:
    assert "Nothing waits" in twinbook("database", "confirm", code=1).err
    installation.stop(WHY)
    stand = twinbook("status", code=3)
    assert WHY in stand.out and "twinbook database confirm" in stand.out
    assert twinbook("status", "--json", code=3).document["installation"]["state"] == "observing"
    asked = twinbook("database", "confirm", code=3)
    assert asked.out == f"{joined.id}\tnothing would change\n"
    assert "--fingerprint" in asked.err
    plan = twinbook("database", "confirm", "--json", code=3).document["plan"]
    assert "summary" not in twinbook("database", "confirm", "--fingerprint", "x", code=1).out
    assert (
        twinbook("database", "confirm", "--fingerprint", plan["fingerprint"], "--json").document["state"]
        == "ok"
    )
    assert Run.objects.filter(kind=RunKind.NIGHTLY, dry_run=True, parent=None).count() == 2
    assert "observ" not in twinbook("status").out
