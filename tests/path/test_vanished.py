"""Vanished items (A7): a question after a second look by another route; never a deletion on the other side."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F

from tests.district_and_sandbox import Class
from twinbook.district.models import AeriesConnection
from twinbook.gradebook import activities
from twinbook.gradebook.models import Activity
from twinbook.gradebook.origin import person
from twinbook.sync.models import CategoryPair, Link, Pair

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Quiz on rivers"


@pytest.fixture
def quiz(joined: Class) -> Activity:
    """There are two, so that the list is not empty when one of them is gone."""
    joined.agreed("Essay on tides", {joined.students()[0]: "5"})
    return joined.agreed(TITLE, {joined.students()[0]: "8"})


def _number(school_class: Class) -> int:
    return int(school_class.aeries.assignment(school_class.gradebook, TITLE)["assignment_number"])


def _second_look_is_due(school_class: Class) -> None:
    """`second_look_seconds` have passed."""
    long_ago = timedelta(seconds=60)
    pairs = Pair.objects.filter(link__school_class_id=school_class.id, missing_since__isnull=False)
    pairs.update(missing_since=F("missing_since") - long_ago, look_again_at=F("look_again_at") - long_ago)
    for rows in (CategoryPair.objects.filter(link__school_class_id=school_class.id), Link.objects.all()):
        rows.filter(missing_since__isnull=False).update(missing_since=F("missing_since") - long_ago)


def test_one_look_that_does_not_find_it_asks_nothing(joined: Class, quiz: Activity) -> None:
    joined.aeries.deletes(joined.gradebook, _number(joined))
    joined.force()
    assert joined.codes() == []
    assert joined.value(quiz, joined.students()[0]) == "8"


def test_a_second_look_asks_and_deletes_nothing(joined: Class, quiz: Activity) -> None:
    joined.aeries.deletes(joined.gradebook, _number(joined))
    joined.force()
    _second_look_is_due(joined)
    joined.look()
    assert joined.codes() == ["deleted_in_aeries"]
    assert TITLE in joined.titles()
    assert joined.value(quiz, joined.students()[0]) == "8"
    assert joined.stands(quiz, joined.students()[0]) in ("held", "synced")


def test_a_second_look_too_early_says_nothing(joined: Class, quiz: Activity) -> None:
    AeriesConnection.objects.update(second_look_seconds=600)
    joined.aeries.deletes(joined.gradebook, _number(joined))
    joined.force()
    joined.force()
    assert joined.codes() == []


def test_a_list_that_forgot_one_proves_nothing(joined: Class, quiz: Activity) -> None:
    joined.aeries.fault(kind="partial", method="GET", path="gradebooks/[0-9]+/assignments$")
    joined.force()
    _second_look_is_due(joined)
    joined.look()
    joined.aeries.heal()
    joined.force()
    assert joined.codes() == []
    assert len(joined.titles()) == 2
    assert len(joined.aeries.titles(joined.gradebook)) == 2


def test_a_save_into_a_vanished_assignment_is_kept_and_said(joined: Class, quiz: Activity) -> None:
    student = joined.students()[0]
    joined.aeries.deletes(joined.gradebook, _number(joined))
    joined.save(quiz, student, "9")
    joined.set(reuse_seconds=0)
    joined.look()
    _second_look_is_due(joined)
    joined.look()
    assert joined.codes() == ["deleted_in_aeries"]
    assert joined.value(quiz, student) == "9"
    assert joined.stands(quiz, student) == "held"


def test_an_empty_list_of_assignments_proves_nothing(joined: Class, quiz: Activity) -> None:
    joined.aeries.fault(kind="empty", method="GET", path="gradebooks/[0-9]+/assignments$")
    assert joined.force().state == "failed"
    assert Pair.objects.filter(missing_since__isnull=False).count() == 0
    _second_look_is_due(joined)
    joined.force()
    joined.aeries.heal()
    joined.force()
    assert joined.codes() == []
    assert joined.value(quiz, joined.students()[0]) == "8"


def test_an_empty_list_of_students_proves_nothing(joined: Class, quiz: Activity) -> None:
    student = joined.students()[0]
    joined.aeries.types(joined.gradebook, _number(joined), student, "")
    joined.aeries.fault(kind="empty", method="GET", path="students")
    joined.force()
    assert joined.value(quiz, student) == "8"
    assert joined.codes() == []
    joined.aeries.heal()
    joined.save(quiz, joined.students()[1], "4")
    joined.look()
    assert joined.aeries.mark(joined.gradebook, TITLE, joined.students()[1]) == "4"


def test_scores_of_another_assignment_are_not_taken_for_ours(joined: Class, quiz: Activity) -> None:
    joined.aeries.fault(kind="swap", method="GET", path="scores")
    joined.force()
    joined.aeries.heal()
    joined.force()
    assert joined.value(quiz, joined.students()[0]) == "8"
    assert joined.codes() == []


def test_deleted_here_stays_there_and_is_asked_about(joined: Class, quiz: Activity) -> None:
    activities.delete(joined.id, quiz.id, person("teacher@example.org"))
    joined.aeries.forget()
    joined.look()
    joined.force()
    assert TITLE in joined.aeries.titles(joined.gradebook)
    assert joined.aeries.writes() == []
    assert joined.codes() == ["deleted_in_lms"]


def test_a_category_that_vanished_is_named(joined: Class, quiz: Activity) -> None:
    book = joined.aeries.truth(joined.gradebook)
    left = [row for row in book["categories"] if row["code"] != "5"]
    joined.aeries.control("PATCH", f"/gradebooks/{joined.gradebook}", {"categories": left})
    joined.force()
    assert joined.codes() == []
    _second_look_is_due(joined)
    joined.force()
    (question,) = joined.questions()
    assert question["code"] == "category_gone"
    assert "Reports" in question["message"]


def test_a_gradebook_that_vanished_is_asked_about_and_nothing_is_lost(joined: Class, quiz: Activity) -> None:
    student = joined.students()[0]
    joined.aeries.fault(kind="status", status=404, path=f"gradebooks/{joined.gradebook}")
    assert joined.force().state == "failed"
    assert joined.codes() == []
    _second_look_is_due(joined)
    joined.force()
    assert joined.codes() == ["gradebook_gone"]
    assert joined.value(quiz, student) == "8"
    joined.aeries.heal()
    joined.force()
    assert joined.codes() == []
    assert joined.stands(quiz, student) == "synced"


def test_a_renumbered_assignment_stays_the_same_one(joined: Class, quiz: Activity) -> None:
    first, second, *_ = joined.students()
    joined.aeries.edits(joined.gradebook, _number(joined), assignment_number=77)
    joined.set(reuse_seconds=0)
    joined.save(quiz, first, "9")
    joined.look()
    assert joined.aeries.mark(joined.gradebook, TITLE, first) == "9"
    joined.aeries.types(joined.gradebook, 77, second, "3")
    joined.force()
    assert joined.value(quiz, second) == "3"
    assert len(joined.titles()) == 2
    assert joined.codes() == []
    assert Pair.objects.get(activity=quiz).number == 77
