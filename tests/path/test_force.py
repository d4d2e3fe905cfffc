"""The force button: its preview writes nothing and is what the real run then does; again, it does nothing (promise 7)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.district_and_sandbox import TEACHER, Class
from twinbook.core.values import Mark, MarkKind
from twinbook.gradebook import history
from twinbook.gradebook.models import Activity
from twinbook.sync import errors, force
from twinbook.sync.models import CellBaseRow, IntentRow, Pair, Problem, RemoteState

pytestmark = pytest.mark.django_db(transaction=True)

QUIZ, ESSAY, POSTER, BELL_WORK = "Quiz on rivers", "Essay on tides", "Volcano poster", "Bell work"


def _types(school_class: Class, title: str, student: int, mark: str) -> None:
    number = school_class.aeries.assignment(school_class.gradebook, title)["assignment_number"]
    school_class.aeries.types(school_class.gradebook, number, student, mark)


@pytest.fixture
def busy(joined: Class) -> Class:
    """Something of every kind is to be done: both ways, blanks, marks, conflicts, fields, new items on both sides."""
    first, second, third, fourth = joined.students()
    quiz = joined.agreed(QUIZ, dict.fromkeys(joined.students(), "8"))
    essay = joined.agreed(ESSAY, {first: "3", second: "4"})
    _types(joined, QUIZ, first, "7.5")
    _types(joined, QUIZ, second, "")
    joined.save(quiz, third, "9")
    _types(joined, QUIZ, fourth, "5")
    joined.save(quiz, fourth, "6")
    joined.save(essay, first, Mark(MarkKind.EXCUSED))
    _types(joined, ESSAY, third, "TX")
    joined.edit(essay, title=ESSAY + " and moon")
    number = joined.aeries.adds(joined.gradebook, BELL_WORK, "5")
    joined.aeries.types(joined.gradebook, number, first, "5")
    poster = joined.assigned(POSTER)
    joined.save(poster, second, "10")
    return joined


def _told(plan: dict[str, Any]) -> set[tuple[object, ...]]:
    return {
        (c["side"], c["kind"], c["activity"], c["student"], c["before"], c["after"]) for c in plan["changes"]
    }


def _everything(school_class: Class) -> tuple[object, ...]:
    """Both gradebooks, and what Twinbook knows about them."""
    return (
        school_class.aeries.truth(school_class.gradebook),
        [
            (activity.title, sis, school_class.value(activity, sis), school_class.stands(activity, sis))
            for activity in Activity.objects.filter(school_class_id=school_class.id).order_by("id")
            for sis in school_class.students()
        ],
        list(CellBaseRow.objects.order_by("id").values()),
        list(IntentRow.objects.order_by("id").values()),
        list(Pair.objects.order_by("id").values()),
        list(Problem.objects.order_by("id").values()),
        history.of_class(school_class.id).count(),
    )


def test_a_dry_run_writes_nothing_at_all(busy: Class) -> None:
    before = _everything(busy)
    busy.aeries.forget()
    run = busy.force(dry_run=True)
    assert run.state == "done"
    assert busy.aeries.writes() == []
    assert _everything(busy) == before


def test_the_preview_is_what_the_run_then_does(busy: Class) -> None:
    preview = busy.force(dry_run=True)
    done = busy.force()
    assert _told(done.plan) == _told(preview.plan)
    assert len(_told(preview.plan)) >= 7
    for side in ("lms", "aeries"):
        assert done.counts[side] == preview.counts[side]
    assert (done.counts["conflicts"], done.counts["held"]) == (
        preview.counts["conflicts"],
        preview.counts["held"],
    )


def test_two_previews_of_one_state_have_one_fingerprint(busy: Class) -> None:
    first, second = busy.force(dry_run=True), busy.force(dry_run=True)
    assert first.plan["fingerprint"] == second.plan["fingerprint"]
    busy.save(busy.named(POSTER), busy.students()[2], "1")
    assert busy.force(dry_run=True).plan["fingerprint"] != first.plan["fingerprint"]


def test_afterwards_both_sides_agree_but_for_what_is_named(busy: Class) -> None:
    busy.force()
    named = {(q["activity_id"], q["student_id"]) for q in busy.questions()}
    for activity in Activity.objects.filter(school_class_id=busy.id):
        for sis in busy.students():
            if (str(activity.id), str(busy.student(sis))) in named:
                continue
            here, there = busy.value(activity, sis), busy.aeries.mark(busy.gradebook, activity.title, sis)
            assert here == {"TX": "incomplete"}.get(there, there)
            assert busy.stands(activity, sis) == "synced"
    assert busy.codes() == ["conflict", "mark_needs_typing"]


def test_a_second_run_sends_no_write_and_plans_nothing(busy: Class) -> None:
    busy.force()
    before = _everything(busy)[1]
    busy.aeries.forget()
    run = busy.force()
    assert busy.aeries.writes() == []
    assert run.plan["changes"] == []
    assert (run.counts["conflicts"], run.counts["held"]) == (1, 1)
    assert _everything(busy)[1] == before


def test_a_class_that_is_not_joined_has_nothing_to_force(school_class: Class) -> None:
    with pytest.raises(errors.NotSynced):
        force.begin(school_class.id, TEACHER)


def test_an_outage_in_the_middle_ends_the_run_and_loses_nothing(busy: Class) -> None:
    busy.aeries.fault(kind="status", status=503, method="POST")
    run = busy.force()
    assert run.state == "failed"
    assert run.error is not None
    assert run.error["code"] == "aeries_unavailable"
    busy.aeries.heal()
    RemoteState.objects.update(down_since=None, next_probe_at=None)
    assert busy.force().state == "done"
    assert busy.aeries.mark(busy.gradebook, QUIZ, busy.students()[2]) == "9"
    assert busy.aeries.titles(busy.gradebook).count(POSTER) == 1


def test_one_assignment_that_answers_nonsense_stops_no_other(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed(QUIZ, {student: "8"})
    essay = joined.agreed(ESSAY, {student: "8"})
    _types(joined, QUIZ, student, "7")
    _types(joined, ESSAY, student, "6")
    unique_id = joined.aeries.assignment(joined.gradebook, QUIZ)["unique_id"]
    joined.aeries.fault(kind="status", status=500, path=f"{unique_id}/scores")
    run = joined.force()
    assert run.state == "done"
    assert joined.value(essay, student) == "6"
    assert joined.value(quiz, student) == "8"
    assert len(run.plan["troubles"]) == 1
    joined.aeries.heal()
    joined.force()
    assert joined.value(quiz, student) == "7"
