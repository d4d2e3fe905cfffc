"""Undo of a set-up, and of a pair that was joined later (G4): each side back to what it held before, then apart."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.district_and_sandbox import DUE, TEACHER, Class, answers, finished, row_of
from twinbook.aeries.errors import Wait
from twinbook.core.cells import Policy
from twinbook.gradebook import categories, history
from twinbook.gradebook.models import Activity
from twinbook.sync import errors, force, links, overview, repair, setup
from twinbook.sync.models import RemoteState, Run
from twinbook.sync.repair_plan import Wish
from twinbook.sync.undo import request

pytestmark = pytest.mark.django_db(transaction=True)

ESSAY, HOMEWORK, BELL_WORK = "Essay on tides", "Worksheet 12", "Bell work"


@dataclass
class Filled:
    """“Essay on tides” on both sides: (Aeries, here) 8 and 8; 6 and nothing; nothing and 7; 5 and 4. “Bell work” with a
    score only in Aeries, “Worksheet 12” with a score only here."""

    school_class: Class
    essay: Activity
    homework: Activity
    number: int

    @property
    def students(self) -> list[int]:
        return self.school_class.students()

    def confirm(self, **more: str) -> Run:
        draft = self.school_class.draft()
        body = answers(draft)
        row = row_of(draft["aeries_activities"], ESSAY)
        body["aeries_activities"] = [
            {"aeries_id": row["aeries_id"], "action": "match", "lms_id": str(self.essay.id), **more},
            {"aeries_id": row_of(draft["aeries_activities"], BELL_WORK)["aeries_id"], "action": "create"},
        ]
        setup.patch(self.school_class.id, body)
        return self.school_class.confirm()

    def here(self) -> list[str]:
        return [self.school_class.value(self.essay, sis) for sis in self.students[:4]]

    def there(self) -> list[str]:
        return [
            self.school_class.aeries.mark(self.school_class.gradebook, ESSAY, sis)
            for sis in self.students[:4]
        ]


@pytest.fixture
def filled(school_class: Class) -> Filled:
    first, second, third, fourth = school_class.students()[:4]
    category = school_class.category("Homework")
    essay = school_class.activity(ESSAY, category_id=category, due_on=DUE)
    for sis, value in ((first, "8"), (third, "7"), (fourth, "4")):
        school_class.save(essay, sis, value)
    homework = school_class.activity(HOMEWORK, category_id=category, due_on=DUE)
    school_class.save(homework, first, "9")
    number = school_class.aeries.adds(school_class.gradebook, ESSAY)
    for sis, mark in ((first, "8"), (second, "6"), (fourth, "5")):
        school_class.aeries.types(school_class.gradebook, number, sis, mark)
    bell = school_class.aeries.adds(school_class.gradebook, BELL_WORK)
    school_class.aeries.types(school_class.gradebook, bell, first, "3")
    return Filled(school_class, essay, homework, number)


def _undo(run: Run, *, dry_run: bool = False) -> Run:
    done = finished(request.begin(run.id, TEACHER, dry_run=dry_run, awake=False))
    assert done.state == "done", done.error
    return done


def test_each_side_holds_what_it_held_before_and_the_class_is_unlinked(filled: Filled) -> None:
    """Scores of Aeries had won."""
    run = filled.confirm(scores_from="aeries")
    assert filled.here() == ["8", "6", "7", "5"]
    assert filled.there() == ["8", "6", "7", "5"]
    undo = _undo(run)
    assert filled.here() == ["8", "", "7", "4"]
    assert filled.there() == ["8", "6", "7", "5"], "a blank cannot be sent: it is a task"
    assert overview.class_sync(filled.school_class.id)["state"] == "not_synced"
    assert filled.school_class.titles() == [ESSAY, HOMEWORK]
    tasks = {(task["code"], task["activity"], task["student_id"]) for task in undo.plan["tasks"]}
    third = str(filled.school_class.student(filled.students[2]))
    assert tasks == {("delete_in_aeries", HOMEWORK, None), ("type_in_aeries", ESSAY, third)}


def test_scores_that_were_overwritten_in_aeries_are_sent_back(filled: Filled) -> None:
    run = filled.confirm(scores_from="lms")
    assert filled.there() == ["8", "6", "7", "4"]
    undo = _undo(run)
    assert filled.there() == ["8", "6", "7", "5"]
    assert filled.here() == ["8", "", "7", "4"]
    entries = history.of_class(filled.school_class.id).filter(run_id=undo.id, field="score")
    assert {(e.side, e.before, e.after) for e in entries} == {("lms", "6", None), ("aeries", "4", "5")}


def test_what_it_made_in_aeries_is_a_task_that_outlives_the_link(filled: Filled) -> None:
    run = filled.confirm()
    _undo(run)
    found = {q["message"].split("”")[0].strip("“"): q for q in filled.school_class.questions()}
    assert set(found) == {HOMEWORK, ESSAY}
    assert "Delete assignment" in found[HOMEWORK]["hint"]
    assert "clear it" in found[ESSAY]["hint"]
    titles = filled.school_class.aeries.titles(filled.school_class.gradebook)
    assert titles == sorted([ESSAY, HOMEWORK, BELL_WORK])


def test_categories_that_it_made_go_where_nothing_uses_them(filled: Filled) -> None:
    before = [category.name for category in categories.of_class(filled.school_class.id)]
    run = filled.confirm()
    assert len(categories.of_class(filled.school_class.id)) > len(before)
    _undo(run)
    assert [category.name for category in categories.of_class(filled.school_class.id)] == before


def test_an_activity_that_somebody_has_scored_since_stays(filled: Filled) -> None:
    run = filled.confirm()
    bell = filled.school_class.named(BELL_WORK)
    filled.school_class.save(bell, filled.students[1], "2")
    undo = _undo(run)
    assert BELL_WORK in filled.school_class.titles()
    assert filled.school_class.value(bell, filled.students[0]) == "3"
    assert ("in_use", BELL_WORK) in {(line["code"], line["activity"]) for line in undo.plan["left"]}


def test_scores_that_somebody_has_edited_since_stay(filled: Filled) -> None:
    run = filled.confirm(scores_from="lms")
    filled.school_class.look()
    filled.school_class.save(filled.essay, filled.students[1], "1")
    filled.school_class.aeries.types(filled.school_class.gradebook, filled.number, filled.students[3], "2")
    undo = _undo(run)
    assert filled.here()[1] == "1"
    assert filled.there()[3] == "2"
    assert {line["code"] for line in undo.plan["left"]} == {"changed_here", "changed_there"}


def test_fields_go_back_on_the_side_that_was_changed(filled: Filled) -> None:
    filled.school_class.edit(filled.essay, description="ours")
    filled.school_class.aeries.edits(filled.school_class.gradebook, filled.number, comment="theirs")
    run = filled.confirm(fields_from="lms")
    assert filled.school_class.aeries.assignment(filled.school_class.gradebook, ESSAY)["comment"] == "ours"
    _undo(run)
    assert filled.school_class.aeries.assignment(filled.school_class.gradebook, ESSAY)["comment"] == "theirs"
    filled.essay.refresh_from_db()
    assert filled.essay.description == "ours"


def test_a_preview_changes_nothing_and_is_what_the_undo_then_does(filled: Filled) -> None:
    run = filled.confirm(scores_from="lms")
    truth = filled.school_class.aeries.truth(filled.school_class.gradebook)
    entries = history.of_class(filled.school_class.id).count()
    preview = _undo(run, dry_run=True)
    assert filled.school_class.aeries.truth(filled.school_class.gradebook) == truth
    assert history.of_class(filled.school_class.id).count() == entries
    assert overview.class_sync(filled.school_class.id)["state"] == "synced"
    done = _undo(run)
    assert done.plan["fingerprint"] == preview.plan["fingerprint"]


def test_killed_between_the_two_sides_it_goes_on_and_nothing_is_half_done(filled: Filled) -> None:
    """Aeries does not answer after the plan was stored: the class stays as it is, nothing else writes, then it ends."""
    run = filled.confirm(scores_from="lms")
    undo = request.begin(run.id, TEACHER, awake=False)
    filled.school_class.aeries.fault(kind="status", status=503, method="POST")
    with pytest.raises(Wait):
        finished(undo)
    undo.refresh_from_db()
    assert undo.state == "running"
    assert filled.here() == ["8", "6", "7", "4"], "our side goes back in one step, at the end"
    assert overview.class_sync(filled.school_class.id)["state"] == "setting_up"
    filled.school_class.look()
    with pytest.raises(errors.SetupRunning):
        force.begin(filled.school_class.id, TEACHER)
    filled.school_class.aeries.heal()
    RemoteState.objects.update(down_since=None, next_probe_at=None)
    assert finished(undo).state == "done"
    assert filled.there() == ["8", "6", "7", "5"]
    assert filled.here() == ["8", "", "7", "4"]
    assert overview.class_sync(filled.school_class.id)["state"] == "not_synced"


def test_a_set_up_is_undone_once_and_only_while_it_stands(filled: Filled) -> None:
    run = filled.confirm()
    undo = _undo(run)
    with pytest.raises(errors.AlreadyUndone):
        request.begin(run.id, TEACHER)
    with pytest.raises(errors.NothingToUndo):
        request.begin(undo.id, TEACHER)


def test_a_set_up_whose_class_was_unlinked_is_not_undone(filled: Filled) -> None:
    run = filled.confirm()
    links.unlink(filled.school_class.id)
    with pytest.raises(errors.NotSynced):
        request.begin(run.id, TEACHER)
    again = filled.school_class.join()
    with pytest.raises(errors.NotSynced):
        request.begin(run.id, TEACHER)
    _undo(again)
    assert overview.class_sync(filled.school_class.id)["state"] == "not_synced"


def test_after_the_undo_the_class_can_be_joined_again(filled: Filled) -> None:
    run = filled.confirm(scores_from="lms")
    _undo(run)
    filled.confirm(scores_from="lms")
    assert filled.there() == ["8", "6", "7", "4"]
    assert filled.school_class.titles() == sorted([ESSAY, HOMEWORK, BELL_WORK])


def test_a_pair_that_was_joined_later_is_taken_apart_again(joined: Class) -> None:
    """The repair of one pair is a set-up of one row, and so is its undo; the class stays joined."""
    first, second, *_ = joined.students()
    quiz = joined.agreed("Quiz on rivers", {first: "8", second: "7"})
    apart = repair.begin(joined.id, Wish("unlink", activity_id=quiz.id), TEACHER, awake=False)
    finished(apart)
    joined.save(quiz, first, "5")
    unique_id = joined.aeries.assignment(joined.gradebook, "Quiz on rivers")["unique_id"]
    wish = Wish("match", activity_id=quiz.id, aeries_id=unique_id, scores_from=Policy.LMS)
    match = finished(repair.begin(joined.id, wish, TEACHER, awake=False))
    assert match.state == "done", match.error
    assert joined.aeries.mark(joined.gradebook, "Quiz on rivers", first) == "5"
    undo = _undo(match)
    assert joined.aeries.mark(joined.gradebook, "Quiz on rivers", first) == "8"
    assert joined.value(quiz, first) == "5"
    assert undo.plan["left"] == []
    assert overview.class_sync(joined.id)["state"] == "synced"
    joined.force()
    assert joined.aeries.mark(joined.gradebook, "Quiz on rivers", first) == "8"
    assert joined.stands(quiz, first) == "local"
    with pytest.raises(errors.NothingToUndo):
        request.begin(apart.id, TEACHER)
