"""Backup and restore of a class (G4): our side at once, Aeries only after its own plan was confirmed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.district_and_sandbox import TEACHER, Class, finished
from twinbook.core.values import Mark, MarkKind
from twinbook.gradebook import activities, categories, history, scores
from twinbook.gradebook.models import Activity
from twinbook.gradebook.origin import person
from twinbook.gradebook.scores import ScoreWrite
from twinbook.sync import backup, errors, force, links, overview, restore
from twinbook.sync import settings as class_settings
from twinbook.sync.models import Run
from twinbook.sync.undo import request

pytestmark = pytest.mark.django_db(transaction=True)

QUIZ, ESSAY = "Quiz on rivers", "Essay on tides"


def _file(school_class: Class) -> bytes:
    return backup.as_text(backup.body(school_class.id, backup.read_aeries(school_class.id))).encode()


def _restore(school_class: Class, raw: bytes, *, dry_run: bool = False) -> Run:
    done = finished(restore.begin(school_class.id, raw, TEACHER, dry_run=dry_run, awake=False))
    assert done.state == "done", done.error
    return done


def _mode(school_class: Class) -> str:
    return str(class_settings.get(school_class.id)["mode"])


def _there(school_class: Class, sis: int) -> str:
    return school_class.aeries.mark(school_class.gradebook, QUIZ, sis)


def _confirm(school_class: Class) -> Run:
    preview = school_class.force(dry_run=True)
    body = {"mode": "sync", "fingerprint": preview.plan["fingerprint"]}
    class_settings.patch(school_class.id, body, TEACHER)
    school_class.look()  # a look that comes first leaves it to the confirmed run
    run = Run.objects.filter(kind="force", dry_run=False).order_by("-id")[0]
    return finished(run)


@pytest.fixture
def kept(joined: Class) -> tuple[Class, Activity, bytes]:
    """Agreed on 8, 7, and excused with a comment; then a backup; then everything was changed."""
    first, second, third, *_ = joined.students()
    quiz = joined.agreed(QUIZ, {first: "8", second: "7"})
    joined.aeries.types(joined.gradebook, 1, third, "NA")
    joined.force()
    note = ScoreWrite(joined.student(first), late=True, comment="well done")
    scores.save_scores(joined.id, quiz.id, [note], person(TEACHER))
    raw = _file(joined)
    joined.save(quiz, first, "1")
    joined.save(quiz, second, Mark(MarkKind.MISSING))
    scores.save_scores(
        joined.id, quiz.id, [ScoreWrite(joined.student(first), late=None, comment=None)], person(TEACHER)
    )
    joined.edit(quiz, title="Renamed")
    joined.look()
    return joined, quiz, raw


def test_the_file_is_readable_versioned_and_holds_both_sides(joined: Class) -> None:
    first = joined.students()[0]
    quiz = joined.agreed(QUIZ, {first: "8.50"})
    kept = json.loads(_file(joined))
    assert (kept["format"], kept["version"]) == ("twinbook-class-backup", 2)
    assert kept["class"]["id"] == joined.id
    assert kept["lms"]["scores"] == [
        {"activity_id": quiz.id, "student_id": joined.student(first), "score": "8.5000"}
    ]
    assert [row["title"] for row in kept["lms"]["activities"]] == [QUIZ]
    (there,) = kept["aeries"]
    assert there["gradebook_number"] == joined.gradebook
    assert [row["title"] for row in there["assignments"]] == [QUIZ]


def test_a_restore_sets_our_side_and_leaves_the_class_paused(kept: tuple[Class, Activity, bytes]) -> None:
    joined, quiz, raw = kept
    first, second, third, *_ = joined.students()
    joined.aeries.forget()
    _restore(joined, raw)
    assert [joined.value(quiz, sis) for sis in (first, second, third)] == ["8", "7", "excused"]
    cell = scores.of_activity(quiz.id)[joined.student(first)]
    assert (cell.late, cell.comment) == (True, "well done")
    quiz.refresh_from_db()
    assert quiz.title == QUIZ
    assert joined.aeries.requests() == []
    assert _mode(joined) == "paused"
    assert "restored" in overview.class_sync(joined.id)["why"]
    joined.look()
    assert joined.aeries.writes() == []
    with pytest.raises(errors.Paused):
        force.begin(joined.id, TEACHER)


def test_a_dry_run_shows_it_value_by_value_and_changes_nothing(kept: tuple[Class, Activity, bytes]) -> None:
    joined, quiz, raw = kept
    entries = history.of_class(joined.id).count()
    preview = _restore(joined, raw, dry_run=True)
    assert history.of_class(joined.id).count() == entries
    assert _mode(joined) == "sync"
    told = {(c["kind"], c["before"], c["after"]) for c in preview.plan["changes"]}
    assert told == {
        ("set_score", "1", "8"),
        ("set_score", "missing", "7"),
        ("update_activity", "title: Renamed", f"title: {QUIZ}"),
        ("set_late", None, "late"),
        ("set_comment", None, "well done"),
    }
    assert _restore(joined, raw).plan["fingerprint"] == preview.plan["fingerprint"]
    assert joined.value(quiz, joined.students()[0]) == "8"


def test_every_value_that_it_overwrites_is_in_the_history(kept: tuple[Class, Activity, bytes]) -> None:
    joined, _, raw = kept
    run = _restore(joined, raw)
    rows = history.of_class(joined.id).filter(run_id=run.id)
    assert {(row.field, row.before, row.after) for row in rows} == {
        ("score", "1", "8"),
        ("score", "missing", "7"),
        ("title", "Renamed", QUIZ),
        ("late", None, "late"),
        ("comment", None, "well done"),
    }
    assert {(row.who, row.side) for row in rows} == {(TEACHER, "lms")}


def test_the_second_plan_is_confirmed_by_its_fingerprint(kept: tuple[Class, Activity, bytes]) -> None:
    joined, quiz, raw = kept
    first = joined.students()[0]
    _restore(joined, raw)
    run = _confirm(joined)
    assert (run.kind, run.state, run.params["confirmed"] != "") == ("force", "done", True)
    assert ("aeries", "1", "8") in {(c["side"], c["before"], c["after"]) for c in run.plan["changes"]}
    assert _mode(joined) == "sync"
    assert _there(joined, first) == "8"
    assert joined.stands(quiz, first) == "synced"
    assert overview.class_sync(joined.id)["why"] is None


def test_no_other_way_leads_out_of_the_pause(kept: tuple[Class, Activity, bytes]) -> None:
    joined, quiz, raw = kept
    first, second, *_ = joined.students()
    _restore(joined, raw)
    for body in ({"mode": "sync"}, {"mode": "sync", "fingerprint": "0" * 64}):
        with pytest.raises(errors.SummaryOutOfDate):
            class_settings.patch(joined.id, body)
    stale = joined.force(dry_run=True).plan["fingerprint"]
    joined.save(quiz, second, "3")
    with pytest.raises(errors.SummaryOutOfDate) as refused:
        class_settings.patch(joined.id, {"mode": "sync", "fingerprint": stale})
    assert refused.value.extra["summary"]["fingerprint"] != stale
    stale = joined.force(dry_run=True).plan["fingerprint"]
    joined.aeries.types(joined.gradebook, 1, first, "4")
    with pytest.raises(errors.SummaryOutOfDate):
        class_settings.patch(joined.id, {"mode": "sync", "fingerprint": stale})
    assert _mode(joined) == "paused"
    assert joined.aeries.assignment(joined.gradebook, "Renamed")["scores"][str(first)]["mark"] == "4"
    with pytest.raises(errors.InvalidSetting):
        class_settings.patch(joined.id, {"mode": "paused", "fingerprint": stale})


def test_while_aeries_is_down_nothing_is_confirmed(kept: tuple[Class, Activity, bytes]) -> None:
    joined, _, raw = kept
    _restore(joined, raw)
    fingerprint = joined.force(dry_run=True).plan["fingerprint"]
    joined.aeries.fault(kind="status", status=503)
    with pytest.raises(errors.AeriesUnavailable):
        class_settings.patch(joined.id, {"mode": "sync", "fingerprint": fingerprint})
    assert _mode(joined) == "paused"


def test_a_restore_can_be_undone_before_and_after_it_was_confirmed(
    kept: tuple[Class, Activity, bytes],
) -> None:
    joined, quiz, raw = kept
    first, second, *_ = joined.students()
    run = _restore(joined, raw)
    undo = finished(request.begin(run.id, TEACHER, awake=False))
    assert undo.state == "done", undo.error
    assert [joined.value(quiz, sis) for sis in (first, second)] == ["1", "missing"]
    cell = scores.of_activity(quiz.id)[joined.student(first)]
    assert (cell.late, cell.comment) == (None, None)
    quiz.refresh_from_db()
    assert quiz.title == "Renamed"
    assert _mode(joined) == "paused"
    again = _restore(joined, raw)
    _confirm(joined)
    assert _there(joined, first) == "8"
    finished(request.begin(again.id, TEACHER, awake=False))
    assert joined.value(quiz, first) == "1"
    assert joined.aeries.assignment(joined.gradebook, "Renamed")["scores"][str(first)]["mark"] == "1"


def test_what_was_made_since_stays_and_what_was_deleted_comes_back(joined: Class) -> None:
    first = joined.students()[0]
    quiz = joined.agreed(QUIZ, {first: "8"})
    extra = joined.category("Extra")
    essay = joined.assigned(ESSAY, category_id=extra)
    raw = _file(joined)
    activities.delete(joined.id, quiz.id, person(TEACHER))
    activities.delete(joined.id, essay.id, person(TEACHER))
    categories.delete(joined.id, extra, person(TEACHER))
    later = joined.activity("Made since")
    joined.save(later, first, "3")
    run = _restore(joined, raw)
    assert joined.titles() == sorted([QUIZ, ESSAY, "Made since"])
    assert joined.value(joined.named("Made since"), first) == "3"
    category = Activity.objects.get(id=essay.id).category
    assert category is not None and (category.name, category.deleted_at) == ("Extra", None)
    assert [line["code"] for line in run.plan["left"]] == ["made_since"]


def test_a_class_that_is_not_joined_is_restored_and_not_paused(joined: Class) -> None:
    first = joined.students()[0]
    quiz = joined.agreed(QUIZ, {first: "8"})
    links.unlink(joined.id)
    raw = _file(joined)
    joined.save(quiz, first, "1")
    _restore(joined, raw)
    assert joined.value(quiz, first) == "8"
    assert _mode(joined) == "sync"


def _changed(raw: bytes, **changes: Any) -> bytes:
    document = json.loads(raw)
    for path, value in changes.items():
        part, _, name = path.rpartition("__")
        (document[part] if part else document)[name] = value
    return json.dumps(document).encode()


def test_unusable_files_are_refused_in_clear_words_and_nothing_changes(joined: Class) -> None:
    first = joined.students()[0]
    joined.agreed(QUIZ, {first: "8"})
    raw = _file(joined)
    score = {"activity_id": 1, "student_id": 1, "score": "3"}
    cases = {
        "newer Twinbook": _changed(raw, version=3),
        "version 1": _changed(raw, version=1),
        "no backup": b"PK\x03\x04 not json",
        "no backup of a class": b'{"format": "other", "version": 2}',
        "another class": _changed(raw, class__id=joined.id + 1),
        "broken": _changed(raw, lms={"students": [], "categories": [], "activities": []}),
        "do not fit": _changed(raw, lms__scores=[score]),
        "is broken": _changed(raw, lms__activities=[{"id": "one"}]),
    }
    for words, broken in cases.items():
        with pytest.raises(errors.BackupUnusable) as refused:
            restore.begin(joined.id, broken, TEACHER)
        assert words in f"{refused.value.message} {refused.value.hint}", (words, refused.value.message)
    with pytest.raises(errors.BackupUnusable):
        restore.begin(joined.id, raw[: len(raw) // 2], TEACHER)
    assert not Run.objects.filter(kind="restore").exists()


def test_a_restore_whose_process_died_before_it_said_so_is_not_done_twice(
    kept: tuple[Class, Activity, bytes],
) -> None:
    joined, quiz, raw = kept
    run = _restore(joined, raw)
    joined.save(quiz, joined.students()[0], "2")
    entries = history.of_class(joined.id).count()
    Run.objects.filter(id=run.id).update(state="running", finished_at=None)
    again = finished(Run.objects.get(id=run.id))
    assert (again.state, again.counts) == ("done", run.counts)
    assert joined.value(quiz, joined.students()[0]) == "2"
    assert history.of_class(joined.id).count() == entries


def test_a_confirmed_preview_is_what_is_restored_or_nothing_is(kept: tuple[Class, Activity, bytes]) -> None:
    """As the page does it."""
    joined, quiz, raw = kept
    first = joined.students()[0]
    preview = _restore(joined, raw, dry_run=True)
    joined.save(quiz, first, "3")
    stale = finished(restore.confirm(preview, TEACHER, awake=False))
    assert (stale.state, (stale.error or {})["code"]) == ("failed", "summary_out_of_date")
    assert (joined.value(quiz, first), _mode(joined)) == ("3", "sync")
    preview.refresh_from_db()
    with pytest.raises(errors.SummaryOutOfDate):
        restore.confirm(preview, TEACHER)
    fresh = _restore(joined, raw, dry_run=True)
    done = finished(restore.confirm(fresh, TEACHER, awake=False))
    assert done.state == "done", done.error
    assert joined.value(quiz, first) == "8"
