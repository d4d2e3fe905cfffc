"""Every value moved is in the history with its run, and what an undo needs is kept."""

from __future__ import annotations

import pytest

from tests.district_and_sandbox import TEACHER, Class, answers
from twinbook.core.values import BLANK
from twinbook.gradebook import activities, history, scores
from twinbook.gradebook.models import HistoryEntry
from twinbook.gradebook.origin import person
from twinbook.sync import errors, force, links, overview, setup
from twinbook.sync.models import CellBaseRow, Link, MovedCell, MovedField, Pair, Run

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Quiz on rivers"


def _entries(school_class: Class, since: int = 0) -> list[HistoryEntry]:
    return list(history.of_class(school_class.id).filter(id__gt=since).order_by("id"))


def _newest(school_class: Class) -> int:
    return _entries(school_class)[-1].id


def _types(school_class: Class, student: int, mark: str) -> None:
    number = school_class.aeries.assignment(school_class.gradebook, TITLE)["assignment_number"]
    school_class.aeries.types(school_class.gradebook, number, student, mark)


def test_a_push_is_two_entries_the_persons_and_the_one_in_aeries(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed(TITLE, {student: "8"})
    since = _newest(joined)
    joined.save(quiz, student, "9")
    joined.look()
    ours, theirs = _entries(joined, since)
    assert (ours.side, ours.before, ours.after, ours.who) == ("lms", "8", "9", TEACHER)
    assert (theirs.side, theirs.before, theirs.after) == ("aeries", "8", "9")
    assert theirs.run_id is not None
    run = Run.objects.get(id=theirs.run_id)
    assert (run.kind, run.state) == ("push", "done")
    assert run.plan["changes"] != []


def test_a_pull_is_one_entry_with_before_after_and_the_run(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed(TITLE, {student: "8"})
    since = _newest(joined)
    _types(joined, student, "6")
    run = joined.force()
    (entry,) = _entries(joined, since)
    assert (entry.side, entry.before, entry.after, entry.run_id) == ("lms", "8", "6", run.id)
    assert (entry.activity_id, entry.student_id) == (quiz.id, joined.student(student))
    assert entry.why == "changed in Aeries"


def test_every_line_of_a_runs_plan_is_in_the_history_with_its_values(joined: Class) -> None:
    first, second, *_ = joined.students()
    quiz = joined.agreed(TITLE, dict.fromkeys(joined.students(), "8"))
    since = _newest(joined)
    _types(joined, first, "")
    joined.save(quiz, second, "3")
    joined.edit(quiz, description="in the lab")
    run = joined.force()
    told = {
        (change["side"], change["before"], change["after"])
        for change in run.plan["changes"]
        if change["kind"] in ("set_score", "clear_score")
    }
    kept = {
        (entry.side, entry.before, entry.after)
        for entry in _entries(joined, since)
        if entry.run_id == run.id and entry.field == "score"
    }
    assert told == kept == {("lms", "8", None), ("aeries", "8", "3")}
    fields = [entry for entry in _entries(joined, since) if entry.field == "description" and entry.run_id]
    assert [(entry.side, entry.after) for entry in fields] == [("aeries", "in the lab")]


def test_what_a_run_agreed_names_the_run(joined: Class) -> None:
    """An undo finds the cells of a run, and what they held before."""
    student = joined.students()[0]
    quiz = joined.agreed(TITLE, {student: "8"})
    _types(joined, student, "6")
    run = joined.force()
    base = CellBaseRow.objects.get(pair__activity=quiz, student_id=joined.student(student))
    assert (base.run_id, base.ours_text, base.theirs_text) == (run.id, "6", "6")


def test_a_look_that_moves_nothing_leaves_no_run(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed(TITLE, {student: "8"})
    pushes = Run.objects.filter(kind="push").count()
    joined.save(quiz, student, "9")
    joined.save(quiz, student, "8")
    joined.look()
    assert Run.objects.filter(kind="push").count() == pushes


def test_a_score_of_a_run_whose_answer_was_lost_is_in_the_history_once(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed(TITLE, {student: "8"})
    since = _newest(joined)
    joined.aeries.fault(kind="drop_after", method="POST", path="scores", times=1)
    joined.save(quiz, student, "9")
    joined.look()
    joined.look()
    joined.force()
    there = [(e.before, e.after) for e in _entries(joined, since) if e.side == "aeries"]
    assert there == [("8", "9")]


def test_creates_on_either_side_are_in_the_history(joined: Class) -> None:
    since = _newest(joined)
    joined.aeries.adds(joined.gradebook, "Bell work")
    poster = joined.assigned("Volcano poster")
    joined.save(poster, joined.students()[0], "8")
    joined.force()
    made = {(e.side, e.after) for e in _entries(joined, since) if e.field == "activity" and e.run_id}
    assert made == {("aeries", "Volcano poster"), ("lms", "Bell work")}


def test_unlinking_keeps_all_data_on_both_sides(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed(TITLE, {student: "8"})
    joined.save(quiz, student, BLANK)
    joined.look()
    truth = joined.aeries.truth(joined.gradebook)
    entries = len(_entries(joined))
    joined.aeries.forget()
    links.unlink(joined.id)
    assert joined.aeries.truth(joined.gradebook) == truth
    assert joined.titles() == [TITLE]
    assert joined.value(quiz, student) == ""
    assert len(_entries(joined)) == entries
    assert joined.codes() == []
    assert overview.class_sync(joined.id)["state"] == "not_synced"
    link = Link.objects.get(school_class_id=joined.id)
    assert link.ended_on is not None
    assert Pair.objects.filter(link=link, activity=quiz).exists()
    assert CellBaseRow.objects.filter(pair__link=link).exists()


def test_after_unlinking_nothing_is_sent_and_nothing_is_forced(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed(TITLE, {student: "8"})
    links.unlink(joined.id)
    joined.save(quiz, student, "9")
    joined.aeries.forget()
    joined.look()
    assert joined.aeries.requests() == []
    with pytest.raises(errors.NotSynced):
        force.begin(joined.id, TEACHER)


def test_a_class_joined_again_finds_its_items_and_makes_no_second_ones(joined: Class) -> None:
    first, second, *_ = joined.students()
    quiz = joined.agreed(TITLE, {first: "8", second: "7"})
    links.unlink(joined.id)
    _types(joined, second, "5")
    joined.join()
    joined.look()
    assert joined.titles() == [TITLE]
    assert joined.aeries.titles(joined.gradebook) == [TITLE]
    assert joined.value(quiz, first) == "8"
    assert joined.codes() == ["conflict"]


def test_unlinking_waits_for_a_set_up(joined: Class) -> None:
    links.unlink(joined.id)
    draft = joined.draft()
    assert draft["state"] == "ready"
    setup.patch(joined.id, answers(draft))
    summary = setup.summary(joined.id)
    setup.confirm(joined.id, summary["fingerprint"], TEACHER)
    with pytest.raises(errors.SetupRunning):
        links.unlink(joined.id)


def test_a_deleted_activity_keeps_its_scores_in_aeries_and_comes_back(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed(TITLE, {student: "8"})
    activities.delete(joined.id, quiz.id, person(TEACHER))
    joined.force()
    activities.restore(joined.id, quiz.id, person(TEACHER))
    joined.force()
    assert joined.codes() == []
    assert joined.value(quiz, student) == "8"
    assert joined.stands(quiz, student) == "synced"


def test_what_a_run_moved_is_kept_exactly_as_it_stood_before(joined: Class) -> None:
    """Pushes and pulls of one run: once each, with what was agreed before, also when the run moves a cell twice."""
    first, second, third, *_ = joined.students()
    quiz = joined.agreed(TITLE, {first: "8", second: "7"})
    _types(joined, first, "6")
    joined.save(quiz, second, "9")
    _types(joined, third, "5")
    joined.edit(quiz, title="Quiz on streams")
    run = joined.force()
    moved = {
        row.student_id: (row.side, row.agreed, row.ours_text, row.theirs_text)
        for row in MovedCell.objects.filter(run_id=run.id)
    }
    assert moved == {
        joined.student(first): ("lms", True, "8", "8"),
        joined.student(second): ("aeries", True, "7", "7"),
        joined.student(third): ("lms", True, "", ""),
    }
    assert all(
        row.after_version == scores.of_activity(quiz.id)[row.student_id].value_version
        for row in MovedCell.objects.filter(run_id=run.id)
    )
    (field,) = MovedField.objects.filter(run_id=run.id)
    assert (field.field, field.ours, field.theirs) == ("title", TITLE, TITLE)
    assert (field.after_ours, field.after_theirs) == ("Quiz on streams", "Quiz on streams")
