"""Undo of a run (G4): both sides back to what was agreed before it, only where nobody has edited since."""

from __future__ import annotations

from typing import Any

import pytest

from tests.district_and_sandbox import TEACHER, Class, finished
from twinbook.aeries.errors import Wait
from twinbook.core.values import BLANK, Mark, MarkKind
from twinbook.gradebook import activities, history
from twinbook.gradebook.models import Activity
from twinbook.gradebook.origin import person
from twinbook.sync import errors, links, night
from twinbook.sync.models import RemoteState, Run, RunKind
from twinbook.sync.undo import here, request

pytestmark = pytest.mark.django_db(transaction=True)

QUIZ, ESSAY, POSTER, BELL_WORK = "Quiz on rivers", "Essay on tides", "Volcano poster", "Bell work"


def _types(school_class: Class, title: str, student: int, mark: str) -> None:
    number = school_class.aeries.assignment(school_class.gradebook, title)["assignment_number"]
    school_class.aeries.types(school_class.gradebook, number, student, mark)


def _undo(run: Run, **more: Any) -> Run:
    done = finished(request.begin(run.id, TEACHER, awake=False, **more))
    assert done.state == "done", done.error
    return done


def _last(kind: str) -> Run:
    found = Run.objects.filter(kind=kind).order_by("-id").first()
    assert found is not None
    return found


def _both(school_class: Class, activity: Activity, student: int) -> tuple[str, str]:
    there = school_class.aeries.mark(school_class.gradebook, activity.title, student)
    return school_class.value(activity, student), there


def _told(run: Run) -> set[tuple[object, ...]]:
    return {(c["side"], c["kind"], c["before"], c["after"]) for c in run.plan["changes"]}


def _pulled(joined: Class, before: str = "8", after: str = "6") -> tuple[Activity, int, Run]:
    student = joined.students()[0]
    quiz = joined.agreed(QUIZ, {student: before})
    _types(joined, QUIZ, student, after)
    return quiz, student, joined.force()


def test_a_push_goes_back_on_both_sides(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed(QUIZ, {student: "8"})
    joined.save(quiz, student, "9")
    joined.look()
    assert _both(joined, quiz, student) == ("9", "9")
    undo = _undo(_last("push"))
    assert _both(joined, quiz, student) == ("8", "8")
    assert joined.stands(quiz, student) == "synced"
    assert _told(undo) == {("lms", "set_score", "9", "8"), ("aeries", "set_score", "9", "8")}
    entries = history.of_class(joined.id, student_id=joined.student(student)).order_by("id")
    mine = [(e.side, e.before, e.after, e.who) for e in entries if e.run_id == undo.id]
    assert mine == [("lms", "9", "8", TEACHER), ("aeries", "9", "8", TEACHER)]


def test_a_pull_goes_back_on_both_sides(joined: Class) -> None:
    quiz, student, run = _pulled(joined)
    assert _both(joined, quiz, student) == ("6", "6")
    _undo(run)
    assert _both(joined, quiz, student) == ("8", "8")
    assert joined.codes() == []


def test_a_preview_writes_nothing_and_is_what_the_undo_then_does(joined: Class) -> None:
    *_, run = _pulled(joined)
    truth, entries = joined.aeries.truth(joined.gradebook), history.of_class(joined.id).count()
    joined.aeries.forget()
    preview = _undo(run, dry_run=True)
    assert joined.aeries.writes() == []
    assert joined.aeries.truth(joined.gradebook) == truth
    assert history.of_class(joined.id).count() == entries
    assert (preview.kind, preview.dry_run) == ("undo", True)
    done = _undo(run)
    assert _told(done) == _told(preview) != set()
    assert done.plan["fingerprint"] == preview.plan["fingerprint"]
    assert done.counts == preview.counts


def test_only_what_nobody_has_edited_since_goes_back(joined: Class) -> None:
    here, there, free, *_ = joined.students()
    quiz = joined.agreed(QUIZ, {here: "8", there: "8", free: "8"})
    for student in (here, there, free):
        _types(joined, QUIZ, student, "6")
    run = joined.force()
    joined.save(quiz, here, "9")
    _types(joined, QUIZ, there, "5")
    undo = _undo(run)
    assert joined.value(quiz, here) == "9"
    assert joined.aeries.mark(joined.gradebook, QUIZ, there) == "5"
    assert _both(joined, quiz, free) == ("8", "8")
    left = {(line["student_id"], line["code"]) for line in undo.plan["left"]}
    assert left == {
        (str(joined.student(here)), "changed_here"),
        (str(joined.student(there)), "changed_there"),
    }
    assert undo.counts["skipped"] == 2
    joined.force()
    assert _both(joined, quiz, there) == ("5", "5")
    assert _both(joined, quiz, here) == ("9", "9")


def test_typed_away_and_back_is_an_edit(joined: Class) -> None:
    quiz, student, run = _pulled(joined)
    joined.save(quiz, student, "1")
    joined.save(quiz, student, "6")
    assert _undo(run).counts["skipped"] == 1
    assert _both(joined, quiz, student) == ("6", "6")


def test_what_aeries_cannot_take_becomes_a_task_and_the_cell_is_held(joined: Class) -> None:
    first, second, *_ = joined.students()
    quiz = joined.agreed(QUIZ, {first: "8"})
    joined.save(quiz, second, "7")
    joined.look()
    undo = _undo(_last("push"))
    assert _both(joined, quiz, second) == ("", "7")
    assert joined.stands(quiz, second) == "held"
    assert joined.codes() == ["clear_needs_typing"]
    (task,) = undo.plan["tasks"]
    assert (task["code"], task["stands"], task["student_id"]) == (
        "clear_needs_typing",
        "7",
        str(joined.student(second)),
    )
    assert "clear the cell" in task["message"]
    _types(joined, QUIZ, second, "")
    joined.force()
    assert (joined.codes(), joined.stands(quiz, second)) == ([], "synced")


def test_a_mark_that_was_agreed_is_to_be_typed(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed(QUIZ, {student: "8"})
    _types(joined, QUIZ, student, "NA")
    joined.force()
    assert joined.value(quiz, student) == "excused"
    _types(joined, QUIZ, student, "4")
    run = joined.force()
    undo = _undo(run)
    assert joined.value(quiz, student) == "excused"
    (task,) = undo.plan["tasks"]
    assert (task["code"], task["wanted"]) == ("mark_needs_typing", "excused")
    assert "NA" in task["message"]
    assert joined.codes() == ["mark_needs_typing"]


def test_a_conflict_that_a_policy_decided_goes_back_to_what_was_agreed(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed(QUIZ, {student: "8"})
    joined.set(conflict_policy="aeries")
    _types(joined, QUIZ, student, "6")
    joined.save(quiz, student, "9")
    run = joined.force()
    assert _both(joined, quiz, student) == ("6", "6")
    _undo(run)
    assert _both(joined, quiz, student) == ("8", "8")


def test_an_undo_can_be_undone(joined: Class) -> None:
    quiz, student, run = _pulled(joined)
    undo = _undo(run)
    again = _undo(undo)
    assert _both(joined, quiz, student) == ("6", "6")
    assert joined.stands(quiz, student) == "synced"
    assert again.params["undo"] == undo.id


def test_an_undone_run_is_not_undone_again(joined: Class) -> None:
    quiz, student, run = _pulled(joined)
    undo = _undo(run)
    runs_before = Run.objects.count()
    for dry_run in (True, False):
        with pytest.raises(errors.AlreadyUndone) as refused:
            request.begin(run.id, TEACHER, dry_run=dry_run)
        assert str(undo.id) in refused.value.message
    assert Run.objects.count() == runs_before
    assert _both(joined, quiz, student) == ("8", "8")


def test_runs_that_moved_nothing_have_nothing_to_undo(joined: Class) -> None:
    joined.agreed(QUIZ, {joined.students()[0]: "8"})
    idle, preview = joined.force(), joined.force(dry_run=True)
    reading = Run.objects.filter(kind__in=[RunKind.READ, RunKind.ROSTER])
    assert reading.exists()
    for run in (idle, preview, *reading):
        with pytest.raises(errors.NothingToUndo):
            request.begin(run.id, TEACHER)
    waiting = Run.objects.create(school_class_id=joined.id, kind=RunKind.FORCE, created_by=TEACHER)
    with pytest.raises(errors.RunNotEnded):
        request.begin(waiting.id, TEACHER)


def test_fields_go_back_on_both_sides(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed(QUIZ, {student: "8"})
    essay = joined.agreed(ESSAY, {student: "3"})
    joined.edit(quiz, title="Quiz on streams", description="in the lab")
    number = joined.aeries.assignment(joined.gradebook, ESSAY)["assignment_number"]
    joined.aeries.edits(joined.gradebook, number, date_due="2020-10-05")
    run = joined.force()
    assert "Quiz on streams" in joined.aeries.titles(joined.gradebook)
    assert str(Activity.objects.get(id=essay.id).due_on) == "2020-10-05"
    _undo(run)
    quiz.refresh_from_db()
    essay.refresh_from_db()
    assert (quiz.title, quiz.description, str(essay.due_on)) == (QUIZ, "", "2020-10-02")
    there = joined.aeries.assignment(joined.gradebook, QUIZ)
    assert there["comment"] in ("", None)
    assert joined.aeries.assignment(joined.gradebook, ESSAY)["date_due"] == "2020-10-02"
    assert joined.force().plan["changes"] == []


def test_a_field_that_was_edited_since_stays(joined: Class) -> None:
    quiz = joined.agreed(QUIZ, {joined.students()[0]: "8"})
    joined.edit(quiz, title="Quiz on streams")
    run = joined.force()
    joined.edit(quiz, title="Quiz on lakes")
    undo = _undo(run)
    quiz.refresh_from_db()
    assert quiz.title == "Quiz on lakes"
    assert [line["code"] for line in undo.plan["left"]] == ["changed_here"]


def test_an_activity_that_came_from_aeries_is_removed_and_not_taken_for_new(joined: Class) -> None:
    student = joined.students()[0]
    number = joined.aeries.adds(joined.gradebook, BELL_WORK)
    joined.aeries.types(joined.gradebook, number, student, "5")
    run = joined.force()
    assert joined.value(joined.named(BELL_WORK), student) == "5"
    undo = _undo(run)
    assert joined.titles() == []
    joined.force()
    assert joined.titles() == []
    assert joined.aeries.mark(joined.gradebook, BELL_WORK, student) == "5"
    assert joined.codes() == []
    _undo(undo)
    assert joined.value(joined.named(BELL_WORK), student) == "5"
    assert joined.stands(joined.named(BELL_WORK), student) == "synced"


def test_an_activity_that_somebody_has_scored_since_stays(joined: Class) -> None:
    student = joined.students()[0]
    joined.aeries.adds(joined.gradebook, BELL_WORK)
    run = joined.force()
    joined.save(joined.named(BELL_WORK), student, "4")
    undo = _undo(run)
    assert joined.titles() == [BELL_WORK]
    assert [line["code"] for line in undo.plan["left"]] == ["in_use"]


def test_an_assignment_made_in_aeries_becomes_a_task_and_ours_stays(joined: Class) -> None:
    """The task closes by itself once the assignment is gone; an empty list would prove nothing."""
    student = joined.students()[0]
    joined.agreed(QUIZ, {student: "8"})
    poster = joined.assigned(POSTER)
    joined.save(poster, student, "9")
    joined.look()
    number = joined.aeries.assignment(joined.gradebook, POSTER)["assignment_number"]
    _undo(_last("push"))
    assert joined.value(poster, student) == "9"
    (question,) = joined.questions()
    assert question["code"] == "undo_by_hand"
    assert str(number) in question["message"] and "elete" in question["hint"]
    joined.force()
    assert joined.aeries.titles(joined.gradebook) == [QUIZ, POSTER]
    assert joined.stands(poster, student) == "local"
    joined.aeries.deletes(joined.gradebook, number)
    joined.force()
    assert joined.codes() == []
    assert joined.titles() == [QUIZ, POSTER]
    assert joined.aeries.titles(joined.gradebook) == [QUIZ]


def test_the_task_of_an_undone_create_is_gone_when_the_undo_is_undone(joined: Class) -> None:
    student = joined.students()[0]
    poster = joined.assigned(POSTER)
    joined.save(poster, student, "9")
    joined.look()
    undo = _undo(_last("push"))
    _undo(undo)
    assert joined.codes() == []
    joined.save(poster, student, "7")
    joined.look()
    assert _both(joined, poster, student) == ("7", "7")
    assert joined.aeries.titles(joined.gradebook) == [POSTER]


def test_a_task_can_be_called_done(joined: Class) -> None:
    poster = joined.assigned(POSTER)
    joined.save(poster, joined.students()[0], "9")
    joined.look()
    _undo(_last("push"))
    joined.answer("undo_by_hand", "done")
    assert joined.codes() == []


def test_after_syncing_was_stopped_our_side_goes_back_and_aeries_is_named(joined: Class) -> None:
    quiz, student, run = _pulled(joined)
    links.unlink(joined.id)
    joined.aeries.forget()
    undo = _undo(run)
    assert _both(joined, quiz, student) == ("8", "6")
    assert joined.aeries.requests() == []
    assert [line["code"] for line in undo.plan["left"]] == ["not_joined"]


def test_a_run_of_before_the_class_was_joined_anew_goes_back_on_both_sides(joined: Class) -> None:
    quiz, student, run = _pulled(joined)
    links.unlink(joined.id)
    joined.join()
    joined.look()
    undo = _undo(run)
    assert undo.plan["left"] == []
    assert _both(joined, quiz, student) == ("8", "8")
    assert joined.stands(quiz, student) == "synced"


def test_a_paused_class_is_previewed_only(joined: Class) -> None:
    quiz, student, run = _pulled(joined)
    for mode, refusal in (("paused", errors.Paused), ("observe", errors.Observing)):
        joined.set(mode=mode)
        _undo(run, dry_run=True)
        with pytest.raises(refusal):
            request.begin(run.id, TEACHER)
    joined.set(mode="sync")
    assert _both(joined, quiz, student) == ("6", "6")


def test_a_deleted_activity_is_left_alone(joined: Class) -> None:
    quiz, _, run = _pulled(joined)
    activities.delete(joined.id, quiz.id, person(TEACHER))
    undo = _undo(run)
    assert [line["code"] for line in undo.plan["left"]] == ["deleted"]


def test_a_night_is_undone_for_one_class_or_for_all(joined: Class) -> None:
    quiz, student, _ = _pulled(joined)
    _types(joined, QUIZ, student, "5")
    whole = finished(night.begin("schedule", awake=False))
    assert _both(joined, quiz, student) == ("5", "5")
    undo = _undo(whole, class_id=joined.id)
    assert undo.school_class_id == joined.id
    assert _both(joined, quiz, student) == ("6", "6")
    with pytest.raises(errors.NothingToUndo):
        request.begin(whole.id, TEACHER)
    _types(joined, QUIZ, student, "4")
    again = finished(night.begin("schedule", awake=False))
    undo = _undo(again)
    assert undo.school_class_id is None
    assert _both(joined, quiz, student) == ("6", "6")
    (result,) = undo.plan["classes"]
    assert (result["class_id"], result["state"]) == (str(joined.id), "done")


def test_a_large_undo_is_not_stopped_by_the_brake(joined: Class) -> None:
    students = joined.students()
    quiz = joined.agreed(QUIZ, dict.fromkeys(students, "8"))
    essay = joined.agreed(ESSAY, dict.fromkeys(students, "8"))
    for student in students:
        joined.save(quiz, student, "9")
        joined.save(essay, student, "9")
    joined.look()
    _undo(_last("push"))
    assert joined.codes() == []
    assert {_both(joined, one, student) for one in (quiz, essay) for student in students} == {("8", "8")}


def test_an_outage_in_the_middle_leaves_the_undo_running_and_it_ends_later(joined: Class) -> None:
    quiz, student, run = _pulled(joined)
    undo = request.begin(run.id, TEACHER, awake=False)
    joined.aeries.fault(kind="status", status=503, method="POST")
    with pytest.raises(Wait):
        finished(undo)
    undo.refresh_from_db()
    assert undo.state == "running"
    assert joined.value(quiz, student) == "8"
    joined.aeries.heal()
    RemoteState.objects.update(down_since=None, next_probe_at=None)
    assert finished(undo).state == "done"
    assert _both(joined, quiz, student) == ("8", "8")
    there = [
        (e.before, e.after)
        for e in history.of_class(joined.id, student_id=joined.student(student))
        if e.side == "aeries" and e.run_id == undo.id
    ]
    assert there == [("6", "8")]


def test_while_aeries_is_down_nothing_is_undone(joined: Class) -> None:
    quiz, student, run = _pulled(joined)
    joined.aeries.fault(kind="status", status=503)
    undo = finished(request.begin(run.id, TEACHER, awake=False))
    assert undo.state == "failed"
    assert undo.error is not None and undo.error["code"] == "aeries_unavailable"
    assert joined.value(quiz, student) == "6"


def test_blanks_and_marks_stay_five_things(joined: Class) -> None:
    first, second, *_ = joined.students()
    quiz = joined.agreed(QUIZ, {first: "0"})
    joined.save(quiz, second, Mark(MarkKind.MISSING))
    _types(joined, QUIZ, first, "7")
    run = joined.force()
    _undo(run)
    assert _both(joined, quiz, first) == ("0", "0")
    assert joined.value(quiz, second) == "missing"
    joined.save(quiz, second, BLANK)


def test_a_run_resumed_after_each_of_its_steps_does_nothing_twice(joined: Class) -> None:
    """As after a kill: the row says running, and what was done is found done."""
    quiz, student, run = _pulled(joined)
    undo = _undo(run)
    entries = history.of_class(joined.id).count()
    joined.aeries.forget()
    Run.objects.filter(id=undo.id).update(state="running", finished_at=None)
    again = finished(Run.objects.get(id=undo.id))
    assert (again.state, again.counts, again.plan) == ("done", undo.counts, undo.plan)
    assert _both(joined, quiz, student) == ("8", "8")
    assert history.of_class(joined.id).count() == entries
    assert joined.aeries.writes() == []


def test_what_was_stored_but_not_yet_written_is_written_by_the_resumed_run(joined: Class) -> None:
    """Killed between the plan and the first write: an edit made meanwhile stays."""
    first, second, *_ = joined.students()
    quiz = joined.agreed(QUIZ, {first: "8", second: "8"})
    for sis in (first, second):
        _types(joined, QUIZ, sis, "6")
    run = joined.force()
    undo = request.begin(run.id, TEACHER, awake=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(here, "apply", _killed)
        with pytest.raises(KeyboardInterrupt):
            finished(undo)
    undo.refresh_from_db()
    assert undo.state == "running" and undo.params["steps"]["cells"]
    joined.save(quiz, second, "1")
    done = finished(undo)
    assert done.state == "done", done.error
    assert _both(joined, quiz, first) == ("8", "8")
    assert joined.value(quiz, second) == "1"
    assert done.counts["skipped"] == 1


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt
