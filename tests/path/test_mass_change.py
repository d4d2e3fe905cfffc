"""Answering a mass change (G1): one plan, approved or discarded; nothing else is carried out by the answer."""

from __future__ import annotations

import pytest

from tests.district_and_sandbox import TEACHER, Class
from tests.path.test_brake import TITLES
from twinbook.core.values import Mark, MarkKind
from twinbook.district import settings as district_settings
from twinbook.gradebook import history, scores
from twinbook.gradebook.models import Activity
from twinbook.sync import errors, overview, problems
from twinbook.sync.models import CellBaseRow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def work(joined: Class) -> list[Activity]:
    """Six activities of four students, all agreed at 8."""
    return joined.all_agreed(TITLES, "8")


def types(school_class: Class, title: str, student: int, mark: str) -> None:
    number = school_class.aeries.assignment(school_class.gradebook, title)["assignment_number"]
    school_class.aeries.types(school_class.gradebook, number, student, mark)


def clear(school_class: Class, title: str) -> None:
    for sis in school_class.students():
        types(school_class, title, sis, "")


def both(school_class: Class, activity: Activity) -> list[tuple[str, str]]:
    aeries, book = school_class.aeries, school_class.gradebook
    return [
        (school_class.value(activity, sis), aeries.mark(book, activity.title, sis))
        for sis in school_class.students()
    ]


def test_an_approved_blanking_is_taken_over_and_the_history_says_who_approved(
    joined: Class, work: list[Activity]
) -> None:
    clear(joined, TITLES[0])
    joined.force()
    joined.answer("mass_change", "approve")
    joined.look()
    assert both(joined, work[0]) == [("", "")] * 4
    assert joined.codes() == []
    newest = history.of_class(joined.id, activity_id=work[0].id).first()
    assert newest is not None
    assert (newest.before, newest.after) == ("8", None)
    assert f"approved by {TEACHER}" in newest.why


def test_a_discarded_blanking_is_put_right_in_aeries(joined: Class, work: list[Activity]) -> None:
    clear(joined, TITLES[0])
    joined.force()
    joined.answer("mass_change", "discard")
    joined.look()
    assert both(joined, work[0]) == [("8", "8")] * 4
    assert joined.codes() == []
    assert joined.stands(work[0], joined.students()[0]) == "synced"
    joined.aeries.forget()
    joined.force()
    assert joined.aeries.writes() == []


def test_a_discarded_mark_is_a_task_for_a_person(joined: Class, work: list[Activity]) -> None:
    """Aeries takes no marks from programs: what the answer cannot put back is said, not dropped."""
    first, *_ = joined.students()
    types(joined, TITLES[0], first, "NA")
    joined.force()
    assert joined.value(work[0], first) == str(Mark(MarkKind.EXCUSED))
    clear(joined, TITLES[0])
    joined.force()
    joined.answer("mass_change", "discard")
    joined.look()
    assert joined.codes() == ["mark_needs_typing"]
    assert both(joined, work[0]) == [("excused", "")] + [("8", "8")] * 3


def test_a_plan_that_changed_since_it_was_approved_is_asked_anew(joined: Class, work: list[Activity]) -> None:
    district_settings.patch({"brake": {"item": {"cells": 3}}})
    clear(joined, TITLES[0])
    joined.force()
    (before,) = joined.questions()
    joined.answer("mass_change", "approve")
    assert joined.questions()[0]["plan"]["answered"] == "approve"
    types(joined, TITLES[0], joined.students()[0], "1")
    joined.look()
    assert [ours for ours, _ in both(joined, work[0])] == ["8"] * 4
    (anew,) = joined.questions()
    assert anew["id"] == before["id"]
    assert anew["plan"]["fingerprint"] != before["plan"]["fingerprint"]
    assert anew["plan"]["answered"] is None
    assert "no longer the change" in anew["message"]


def test_an_answer_with_another_fingerprint_is_refused_and_changes_nothing(
    joined: Class, work: list[Activity]
) -> None:
    clear(joined, TITLES[0])
    joined.force()
    (question,) = joined.questions()
    with pytest.raises(errors.ProblemChanged):
        problems.resolve(int(question["id"]), "approve", TEACHER, fingerprint="0" * 64)
    joined.force()
    assert joined.value(work[0], joined.students()[0]) == "8"


def test_a_question_says_counts_and_the_worst_examples(joined: Class, work: list[Activity]) -> None:
    first, second, *others = joined.students()
    types(joined, TITLES[0], first, "7.5")
    types(joined, TITLES[0], second, "1")
    for sis in others:
        types(joined, TITLES[0], sis, "")
    types(joined, TITLES[1], first, "2")
    for title in TITLES[2:5]:
        for sis in (first, second):
            types(joined, title, sis, "7")
    joined.force()
    (question,) = joined.questions()
    plan = question["plan"]
    assert (plan["values_before"], plan["values_after"]) == (24, 22)
    assert (plan["replaced"], plan["blanked"]) == (9, 2)
    changes = [(e["before"], e["after"]) for e in plan["examples"]]
    assert changes[:4] == [("8", None), ("8", None), ("8", "1"), ("8", "2")]
    assert "9 replaced, 2 blanked" in question["message"]


def test_old_values_everywhere_are_called_a_restore_with_their_day(
    joined: Class, work: list[Activity]
) -> None:
    for activity in work:
        for sis in joined.students():
            joined.save(activity, sis, "9")
    joined.look()
    for title in TITLES:
        for sis in joined.students():
            types(joined, title, sis, "8")
    run = joined.force()
    assert run.state == "held"
    (question,) = joined.questions()
    assert question["plan"]["values_of"] is not None
    assert "These are the values of about" in question["message"]
    assert "restored" in question["message"]
    assert {ours for activity in work for ours, _ in both(joined, activity)} == {"9"}


def test_a_cleared_gradebook_is_not_called_a_restore_nor_seen_to_hold_the_values(
    joined: Class, work: list[Activity]
) -> None:
    student = joined.student(joined.students()[0])
    agreed_at = CellBaseRow.objects.get(pair__activity=work[0], student_id=student).agreed_at
    for title in TITLES:
        clear(joined, title)
    joined.force()
    (question,) = joined.questions()
    assert question["plan"]["values_of"] is None
    assert (question["plan"]["values_before"], question["plan"]["values_after"]) == (24, 0)
    value = scores.of_activity(work[0].id)[student].value
    assert overview.ClassStand(joined.id).of(work[0], student, value).synced_at == agreed_at
