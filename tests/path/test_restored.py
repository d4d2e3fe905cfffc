"""G3: a database that was restored or copied only observes until a person confirms a preview; nothing is lost by it."""

from __future__ import annotations

import json
import shutil
import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from tests.district_and_sandbox import TEACHER, Class, finished
from tests.older_database import Earlier, earlier
from twinbook.gradebook.models import Activity
from twinbook.home import Home
from twinbook.sync import confirming, errors, installation, night, runs, setup, status
from twinbook.sync.models import ClassSync, DraftState, Installation, Link, Run, RunKind, RunState, SetupDraft

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Quiz on rivers"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Home]:
    """The data folder of this installation."""
    yield Home(tmp_path / "home")
    installation.stop_watching()


@pytest.fixture
def quiz(joined: Class) -> Activity:
    return joined.agreed(TITLE, dict.fromkeys(joined.students(), "8"))


@pytest.fixture
def backup(joined: Class, quiz: Activity, own: Home) -> Iterator[Earlier]:
    installation.ensure()
    assert installation.judge(own) is None
    with earlier() as kept:
        yield kept


def _loss(backup: Earlier, own: Home) -> None:
    """What a worker did since is in the file; then the older rows are back."""
    assert installation.judge(own) is None
    installation.stop_watching()
    backup.put_back()


def _confirm(joined: Class, own: Home) -> None:
    run = finished(confirming.preview("admin@example.org", awake=False))
    installation.mark_file(own)
    plan = runs.plan(run)
    confirming.confirm(plan["fingerprint"])
    joined.look()
    joined.look()


def _types(joined: Class, student: int, mark: str, title: str = TITLE) -> None:
    number = joined.aeries.assignment(joined.gradebook, title)["assignment_number"]
    joined.aeries.types(joined.gradebook, number, student, mark)


def test_an_older_database_reads_and_shows_and_writes_nothing(
    joined: Class, quiz: Activity, backup: Earlier, own: Home
) -> None:
    first, second, *_ = joined.students()
    joined.save(quiz, first, "9")
    joined.look()
    _types(joined, second, "5")
    _loss(backup, own)
    why = installation.judge(own)
    assert why is not None and "restored" in why
    assert status.shown()["installation"]["state"] == "observing"
    joined.save(quiz, second, "3")
    joined.aeries.forget()
    joined.look()
    joined.force()
    finished(night.begin("system", awake=False))
    assert joined.aeries.writes() == []
    assert joined.aeries.asked()["read scores"] >= 2
    assert (joined.value(quiz, first), joined.value(quiz, second)) == ("8", "3")
    run = finished(confirming.preview("admin@example.org", awake=False))
    told = {(c["side"], c["kind"], c["after"]) for c in run.plan["changes"]}
    assert ("lms", "set_score", "9") in told
    assert run.counts["conflicts"] == 1
    assert joined.aeries.writes() == []


def test_what_was_lost_here_comes_back_from_aeries_and_both_sides_agree(
    joined: Class, quiz: Activity, backup: Earlier, own: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINBOOK_HOME", str(own.path))
    first, second, third, *_ = joined.students()
    joined.save(quiz, first, "9")
    joined.look()
    _types(joined, second, "5")
    _loss(backup, own)
    assert installation.judge(own) is not None
    joined.save(quiz, third, "4")
    joined.aeries.forget()
    _confirm(joined, own)
    assert (joined.value(quiz, first), joined.value(quiz, second)) == ("9", "5")
    assert joined.aeries.mark(joined.gradebook, TITLE, third) == "4"
    assert all(joined.stands(quiz, sis) == "synced" for sis in joined.students())
    assert joined.codes() == []
    assert len(joined.aeries.writes()) == 1
    assert installation.judge(own) is None


@pytest.mark.parametrize("policy", ["lms", "aeries"])
def test_no_policy_decides_over_a_base_that_may_be_too_old(
    joined: Class, quiz: Activity, backup: Earlier, own: Home, policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Typed after the restore, and Aeries holds what this installation had sent before it: neither may simply win."""
    monkeypatch.setenv("TWINBOOK_HOME", str(own.path))
    first = joined.students()[0]
    joined.save(quiz, first, "9")
    joined.look()
    _loss(backup, own)
    installation.judge(own)
    ClassSync.objects.update(conflict_policy=policy)
    joined.save(quiz, first, "3")
    _confirm(joined, own)
    assert joined.codes() == ["conflict"]
    assert (joined.value(quiz, first), joined.aeries.mark(joined.gradebook, TITLE, first)) == ("3", "9")
    joined.answer("conflict", "lms")
    joined.look()
    assert joined.aeries.mark(joined.gradebook, TITLE, first) == "3"
    joined.force()
    assert joined.link().base_doubtful_since is None


def test_what_was_created_after_the_backup_is_asked_about_and_never_doubled(
    joined: Class, quiz: Activity, backup: Earlier, own: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two in Aeries that this database does not know: one whose activity is lost here, and one whose activity it has, not
    yet created when the backup was taken and renamed in Aeries since."""
    monkeypatch.setenv("TWINBOOK_HOME", str(own.path))
    first = joined.students()[0]
    lost = joined.assigned("Volcano poster")
    joined.save(lost, first, "7")
    joined.look()
    _loss(backup, own)
    again = joined.assigned("Map of the delta")
    joined.save(again, first, "6")
    number = joined.aeries.assignment(joined.gradebook, "Volcano poster")["assignment_number"]
    joined.aeries.edits(joined.gradebook, number, description="Something else", date_due="2020-09-15")
    installation.judge(own)
    _confirm(joined, own)
    joined.force()
    assert joined.aeries.titles(joined.gradebook) == sorted([TITLE, "Something else"])
    assert joined.codes() == ["possible_duplicate", "possible_duplicate"]
    assert joined.link().base_doubtful_since is not None
    about = next(q for q in joined.questions() if q["activity_id"] == str(again.id))
    from twinbook.sync import problems

    problems.resolve(int(about["id"]), "create", TEACHER)
    joined.look()
    joined.answer("possible_duplicate", "create")
    joined.force()
    joined.force()
    assert joined.aeries.titles(joined.gradebook) == sorted([TITLE, "Something else", "Map of the delta"])
    assert joined.titles() == sorted([TITLE, "Something else", "Map of the delta"])
    assert joined.value(joined.named("Something else"), first) == "7"
    assert joined.link().base_doubtful_since is None


def test_a_confirmed_set_up_of_the_older_state_is_not_carried_out(
    school_class: Class, own: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.district_and_sandbox import answers

    installation.ensure()
    setup.patch(school_class.id, answers(school_class.draft()))
    run = setup.confirm(school_class.id, setup.summary(school_class.id)["fingerprint"], TEACHER)
    assert installation.judge(own) is None
    with earlier() as kept:
        _loss(kept, own)
    assert installation.judge(own) is not None
    finished(Run.objects.get(id=run.id))
    assert school_class.aeries.writes() == []
    assert Run.objects.get(id=run.id).state == RunState.FAILED
    assert SetupDraft.objects.get().state == DraftState.READY
    assert not ClassSync.objects.filter(setting_up=True).exists()
    with pytest.raises(errors.Observing):
        setup.confirm(school_class.id, setup.summary(school_class.id)["fingerprint"], TEACHER)


def test_a_database_exchanged_under_a_running_worker_is_noticed_at_the_next_look(
    joined: Class, quiz: Activity, backup: Earlier, own: Home
) -> None:
    assert installation.judge(own) is None
    backup.put_back()
    first = joined.students()[0]
    joined.save(quiz, first, "3")
    joined.aeries.forget()
    joined.look()
    assert joined.aeries.writes() == []
    assert "while Twinbook was running" in confirming.shown()["why"]


def test_marks_that_move_on_meanwhile_are_no_older_database(joined: Class, own: Home) -> None:
    """A worker moved both marks on between two readings of another process, and the whole district stopped writing."""
    assert installation.judge(own) is None
    done = threading.Event()

    def moves_on() -> None:
        try:
            while not done.is_set():
                installation.tick(own)
        finally:
            connection.close()

    other = threading.Thread(target=moves_on)
    other.start()
    try:
        found = {(installation.judge(own), installation.observes()) for _ in range(150)}
    finally:
        done.set()
        other.join()
    assert found == {(None, False)}


# What tells a copy


def test_a_copied_data_folder_is_noticed(joined: Class, own: Home, tmp_path: Path) -> None:
    assert installation.judge(own) is None
    copy = Home(tmp_path / "copy")
    shutil.copytree(own.path, copy.path)
    why = installation.judge(copy)
    assert why is not None and "copied" in why


def test_a_moved_data_folder_is_none(joined: Class, own: Home, tmp_path: Path) -> None:
    assert installation.judge(own) is None
    own.path.rename(tmp_path / "elsewhere")
    assert installation.judge(Home(tmp_path / "elsewhere")) is None


def test_a_database_that_stands_elsewhere_is_noticed(joined: Class, own: Home) -> None:
    assert installation.judge(own) is None
    Installation.objects.update(database_mark="another server:1")
    why = installation.judge(own)
    assert why is not None and "copy" in why


def test_the_database_of_another_installation_is_noticed_until_confirmed(
    joined: Class, own: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINBOOK_HOME", str(own.path))
    assert installation.judge(own) is None
    Installation.objects.update(identity=uuid.uuid4())
    installation.stop_watching()
    why = installation.judge(own)
    assert why is not None and "another installation" in why
    _confirm(joined, own)
    assert installation.judge(own) is None


def test_a_broken_file_is_noticed(joined: Class, own: Home) -> None:
    assert installation.judge(own) is None
    installation.mark_file(own).write_text("{")
    assert "broken" in (installation.judge(own) or "")


def test_a_further_machine_joins_while_another_works_and_not_after_a_long_silence(
    joined: Class, own: Home, tmp_path: Path
) -> None:
    assert installation.judge(own) is None
    assert installation.judge(Home(tmp_path / "second machine")) is None
    assert installation.judge(own) is None
    Installation.objects.update(ticked_at=Now() - timedelta(hours=1))
    assert "missing" in (installation.judge(Home(tmp_path / "third machine")) or "")


def test_the_file_is_never_ahead_of_its_database(joined: Class, own: Home) -> None:
    for _ in range(3):
        assert installation.judge(own) is None
    row = Installation.objects.get()
    assert json.loads(installation.mark_file(own).read_text())["high_water"] == row.high_water
    Installation.objects.update(high_water=F("high_water") - 1)
    installation.stop_watching()
    assert installation.judge(own) is not None


def test_an_installation_without_classes_has_nothing_to_confirm(district: object, own: Home) -> None:
    assert installation.judge(own) is None
    Installation.objects.update(identity=uuid.uuid4())
    installation.stop_watching()
    assert installation.judge(own) is None


# Confirming


def test_only_the_newest_preview_is_confirmed(
    joined: Class, quiz: Activity, backup: Earlier, own: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINBOOK_HOME", str(own.path))
    with pytest.raises(errors.NothingToConfirm):
        confirming.confirm("x")
    _loss(backup, own)
    installation.judge(own)
    with pytest.raises(errors.NotReady):
        confirming.confirm("x")
    older = runs.plan(finished(confirming.preview("admin@example.org", awake=False)))
    _types(joined, joined.students()[0], "1")
    newer = runs.plan(finished(confirming.preview("admin@example.org", awake=False)))
    assert older["fingerprint"] != newer["fingerprint"]
    with pytest.raises(errors.SummaryOutOfDate):
        confirming.confirm(older["fingerprint"])
    assert confirming.shown()["state"] == "observing"
    assert confirming.confirm(newer["fingerprint"])["state"] == "ok"


def test_nothing_is_confirmed_while_aeries_cannot_be_read(
    joined: Class, quiz: Activity, backup: Earlier, own: Home
) -> None:
    _loss(backup, own)
    installation.judge(own)
    joined.aeries.fault(kind="drop_before", path=".*")
    run = finished(confirming.preview("admin@example.org", awake=False))
    with pytest.raises(errors.NotReady):
        confirming.confirm(runs.plan(run)["fingerprint"])
    assert RunKind(run.kind) is RunKind.NIGHTLY and Link.objects.exclude(base_doubtful_since=None).exists()
