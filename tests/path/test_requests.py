"""How many requests each part of the job may send (design §6, C5)."""

from __future__ import annotations

import json

import pytest

from tests.district_and_sandbox import DUE, TEACHER, UNLINKED, Class, answers, finished
from twinbook.gradebook.models import Activity
from twinbook.sync import force, lease, look, setup
from twinbook.sync.models import RemoteState

pytestmark = pytest.mark.django_db(transaction=True)

TERMS = 2
"""Of the documentation's gradebook: its students are asked for term by term."""
HEAD = {"identity": 1, "gradebook": 1, "list": 1, "students": TERMS}
TITLES = ("Alpine lakes", "Weather diary", "Map drawing")


def _fill(school_class: Class, value: str) -> list[Activity]:
    made = [school_class.assigned(title) for title in TITLES]
    _save_all(school_class, made, value)
    return made


def _save_all(school_class: Class, activities: list[Activity], value: str) -> None:
    for activity in activities:
        for sis in school_class.students():
            school_class.save(activity, sis, value)


def _forget(school_class: Class) -> None:
    """From here on requests count, and the identity is no longer trusted."""
    RemoteState.objects.update(identity_checked_at=None)
    school_class.aeries.forget()


def test_a_first_sync_into_an_empty_gradebook_costs_an_insert_and_a_post_each(joined: Class) -> None:
    _fill(joined, "8")
    _forget(joined)
    run = joined.force()
    assert run.counts["aeries"]["scores_set"] == 12
    assert joined.aeries.asked() == {**HEAD, "insert": 3, "post scores": 3}


def test_without_a_change_a_sync_only_reads_each_assignment_once(joined: Class) -> None:
    _fill(joined, "8")
    joined.look()
    _forget(joined)
    joined.force()
    assert joined.aeries.asked() == {**HEAD, "read scores": 3}


def test_when_everything_changed_a_sync_adds_one_post_each(joined: Class) -> None:
    made = _fill(joined, "8")
    joined.look()
    _save_all(joined, made, "9")
    _forget(joined)
    joined.force()
    assert joined.aeries.asked() == {**HEAD, "read scores": 3, "post scores": 3}


def test_a_set_up_reads_everything_once_and_writes_each_activity_once(school_class: Class) -> None:
    school_class.aeries.adds(UNLINKED, "There only", "20", category_code="2")
    category = school_class.category("Homework")
    made = [school_class.activity(title, category_id=category, due_on=DUE) for title in TITLES]
    _save_all(school_class, made, "8")
    run, _ = setup.begin(school_class.id, UNLINKED, TEACHER)
    _forget(school_class)
    assert finished(run).state == "done"
    assert school_class.aeries.asked() == {**HEAD, "read scores": 1}
    setup.patch(school_class.id, answers(setup.draft(school_class.id)))
    school_class.aeries.forget()
    school_class.confirm()
    look_for_ours = {"list": 1}
    assert school_class.aeries.asked() == {**look_for_ours, "read scores": 1, "insert": 3, "post scores": 3}


def test_one_save_is_a_read_and_a_write(joined: Class) -> None:
    quiz = joined.agreed("Quiz on rivers", {joined.students()[0]: "8"})
    joined.set(reuse_seconds=0)
    joined.save(quiz, joined.students()[0], "9")
    joined.aeries.forget()
    joined.look()
    assert joined.aeries.asked() == {"read scores": 1, "post scores": 1}


def test_one_save_after_a_fresh_reading_is_one_request(joined: Class) -> None:
    quiz = joined.agreed("Quiz on rivers", {joined.students()[0]: "8"})
    joined.set(reuse_seconds=600)
    (link,) = look.live_links(joined.id)
    with lease.hold(joined.id, lease.this_process()) as held:
        joined.save(quiz, joined.students()[0], "9")
        look.look_once(link, held)
        joined.save(quiz, joined.students()[0], "7")
        joined.aeries.forget()
        look.look_once(link, held)
    assert joined.aeries.asked() == {"post scores": 1}
    assert joined.aeries.mark(joined.gradebook, "Quiz on rivers", joined.students()[0]) == "7"


def test_a_reading_of_an_earlier_look_never_serves_a_later_one(joined: Class) -> None:
    """Between two leases the teacher may have typed in Aeries: the score there is not overwritten."""
    student = joined.students()[0]
    quiz = joined.agreed("Quiz on rivers", {student: "8"})
    joined.set(reuse_seconds=600)
    number = joined.aeries.assignment(joined.gradebook, "Quiz on rivers")["assignment_number"]
    joined.aeries.types(joined.gradebook, number, student, "6")
    joined.save(quiz, student, "9")
    joined.look()
    assert joined.aeries.mark(joined.gradebook, "Quiz on rivers", student) == "6"
    assert joined.codes() == ["conflict"]


def test_no_reading_serves_after_a_write_that_ended_doubtfully(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed("Quiz on rivers", {student: "8"})
    joined.set(reuse_seconds=600)
    joined.aeries.fault(kind="drop_after", method="POST", path="scores", times=1)
    (link,) = look.live_links(joined.id)
    with lease.hold(joined.id, lease.this_process()) as held:
        joined.save(quiz, student, "9")
        look.look_once(link, held)
        joined.aeries.forget()
        look.look_once(link, held)
    assert joined.aeries.asked() == {"read scores": 1}
    assert joined.stands(quiz, student) == "synced"


def test_a_person_who_looks_at_everything_gets_no_older_reading(joined: Class) -> None:
    """Also under the very lease that made one: `synced` is then as of now."""
    student = joined.students()[0]
    quiz = joined.agreed("Quiz on rivers", {student: "8"})
    number = joined.aeries.assignment(joined.gradebook, "Quiz on rivers")["assignment_number"]
    joined.set(reuse_seconds=600)
    run = force.begin(joined.id, TEACHER, awake=False)
    (link,) = look.live_links(joined.id)
    with lease.hold(joined.id, lease.this_process()) as held:
        joined.save(quiz, student, "7")
        look.look_once(link, held)
        joined.aeries.types(joined.gradebook, number, student, "6")
        force.look_at_links(run, link.school_class_id, held)
    assert joined.value(quiz, student) == "6"


def test_scores_of_a_whole_class_go_in_one_request(joined: Class) -> None:
    quiz = joined.agreed("Quiz on rivers", {joined.students()[0]: "8"})
    joined.set(reuse_seconds=0)
    for sis in joined.students():
        joined.save(quiz, sis, "7")
    joined.aeries.forget()
    joined.look()
    assert joined.aeries.asked() == {"read scores": 1, "post scores": 1}


def test_only_the_cells_that_must_change_are_sent(joined: Class) -> None:
    first, second, *_ = joined.students()
    quiz = joined.agreed("Quiz on rivers", {first: "8", second: "6"})
    joined.save(quiz, second, "7")
    joined.aeries.forget()
    joined.look()
    (post,) = joined.aeries.writes()
    assert [row["StudentID"] for row in _rows(post["body"])] == [second]


def _rows(body: object) -> list[dict[str, object]]:
    found = json.loads(body) if isinstance(body, str) else body
    assert isinstance(found, list)
    return found
