"""`twinbook class backup` and `class restore`, and confirming over REST what follows in Aeries (public surface §2)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.api.asking import Caller
from tests.api.test_commands import Command, twinbook
from tests.district_and_sandbox import UNLINKED, Class, finished
from twinbook.gradebook.models import Activity
from twinbook.sync.models import Run

__all__ = ["twinbook"]

pytestmark = pytest.mark.django_db(transaction=True)

QUIZ = "Quiz on rivers"


@pytest.fixture
def quiz(joined: Class) -> Activity:
    return joined.agreed(QUIZ, {joined.students()[0]: "8"})


def test_backup_restore_preview_confirm(
    twinbook: Command, office: Caller, joined: Class, quiz: Activity, tmp_path: Path
) -> None:
    """The whole way: a file, a change, a restore, its second plan, and the plan that was read is carried out."""
    student, file, path = joined.students()[0], tmp_path / "algebra.json", f"/classes/{joined.id}"
    told = twinbook("class", "backup", str(joined.id), "--out", str(file), "--json").document
    assert (told["version"], told["activities"], told["scores"], told["aeries_assignments"]) == (2, 1, 1, 1)
    assert file.stat().st_mode & 0o077 == 0
    joined.save(quiz, student, "1")
    joined.look()
    assert joined.aeries.mark(UNLINKED, QUIZ, student) == "1"
    preview = twinbook("class", "restore", str(joined.id), str(file), "--dry-run", "--json").document
    assert [(c["before"], c["after"]) for c in preview["changes"]] == [("1", "8")]
    assert joined.value(quiz, student) == "1"
    ran = twinbook("class", "restore", str(joined.id), str(file), "--json")
    assert ran.document["run"]["kind"] == "restore" and "paused" in ran.err
    assert joined.value(quiz, student) == "8"
    assert office.get(path).ok()["sync_state"] == "paused"
    office.patch(f"{path}/sync-settings", {"mode": "sync"}).problem(409, "summary_out_of_date")
    office.post(f"{path}/force-sync").problem(409, "paused")
    dry = office.post(f"{path}/force-sync", {"dry_run": True}).ok(202)
    finished(Run.objects.get(id=dry["id"]))
    plan = office.get(f"/runs/{dry['id']}/plan").ok()
    assert [(c["side"], c["before"], c["after"]) for c in plan["changes"]] == [("aeries", "1", "8")]
    wrong = {"mode": "sync", "fingerprint": "0" * 64}
    refused = office.patch(f"{path}/sync-settings", wrong).problem(409, "summary_out_of_date")
    assert refused["summary"]["fingerprint"] == plan["fingerprint"]
    right = {"mode": "sync", "fingerprint": plan["fingerprint"]}
    assert office.patch(f"{path}/sync-settings", right).ok()["mode"] == "sync"
    run = Run.objects.filter(kind="force", dry_run=False).order_by("-id")[0]
    finished(run)
    assert joined.aeries.mark(UNLINKED, QUIZ, student) == "8"
    assert office.get(path).ok()["sync_state"] == "synced"


def test_without_aeries_the_backup_holds_this_side_and_says_so(
    twinbook: Command, joined: Class, quiz: Activity, tmp_path: Path
) -> None:
    file = tmp_path / "algebra.json"
    joined.aeries.fault(kind="status", status=503)
    ran = twinbook("class", "backup", str(joined.id), "--out", str(file), code=3)
    assert "this side only" in ran.err
    kept = json.loads(file.read_text())
    assert (kept["aeries"], len(kept["lms"]["scores"])) == ([], 1)


def test_files_that_cannot_be_used_end_with_1(
    twinbook: Command, joined: Class, quiz: Activity, tmp_path: Path
) -> None:
    file = tmp_path / "algebra.json"
    twinbook("class", "backup", str(joined.id), "--out", str(file))
    document = json.loads(file.read_text())
    newer = tmp_path / "newer.json"
    newer.write_text(json.dumps({**document, "version": 99}))
    other = tmp_path / "other.json"
    other.write_text(json.dumps({**document, "class": {**document["class"], "id": 1, "section_number": 5}}))
    broken = tmp_path / "broken.json"
    broken.write_text(file.read_text()[:200])
    for path, words in ((newer, "newer"), (other, "another class"), (broken, "broken")):
        ran = twinbook("class", "restore", str(joined.id), str(path), code=1)
        assert words in ran.err and ran.out == ""
    assert "cannot be read" in twinbook("class", "restore", str(joined.id), "/nowhere.json", code=1).err
    assert (
        "cannot be written" in twinbook("class", "backup", str(joined.id), "--out", "/nowhere/x", code=1).err
    )
    assert "no class" in twinbook("class", "backup", "999999", "--out", str(file), code=1).err
    assert not Run.objects.filter(kind="restore").exists()
