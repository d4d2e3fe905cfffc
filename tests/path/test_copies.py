"""Copies made in Aeries, of single assignments and of whole gradebooks: recognised, never adopted, and asked about (A5).
What looks like the same work on both sides is asked about before any create (A4)."""

from __future__ import annotations

import pytest

from tests.district_and_sandbox import TEACHER, Class, finished
from twinbook.sync import errors, links, night, problems
from twinbook.sync.models import Pair

pytestmark = pytest.mark.django_db(transaction=True)

TITLE, COPY = "Volcano poster", "Volcano poster, second try"


def _there(school_class: Class) -> list[str]:
    return school_class.aeries.titles(school_class.gradebook)


def _copied(school_class: Class) -> str:
    """The teacher copies the assignment in Aeries; its UniqueID."""
    ours = school_class.aeries.assignment(school_class.gradebook, TITLE)
    school_class.aeries.adds(school_class.gradebook, COPY, external_id=ours["external_id"])
    school_class.force()
    assert school_class.codes() == ["copy_suspected"]
    return str(school_class.aeries.assignment(school_class.gradebook, COPY)["unique_id"])


def _two_quiet_nights(school_class: Class) -> None:
    school_class.aeries.forget()
    for _ in range(2):
        assert finished(night.begin(TEACHER, awake=False)).plan["changes"] == []
    assert school_class.aeries.writes() == []


def test_a_copy_is_named_with_its_number_and_the_number_of_ours(joined: Class) -> None:
    joined.agreed(TITLE, {joined.students()[0]: "8"})
    _copied(joined)
    (question,) = joined.questions()
    numbers = [joined.aeries.assignment(joined.gradebook, t)["assignment_number"] for t in (COPY, TITLE)]
    assert f"“{COPY}” (number {numbers[0]})" in question["message"]
    assert f"number {numbers[1]} as its partner" in question["message"]


def test_ours_is_the_original_brings_the_copy_here_as_new_work(joined: Class) -> None:
    student = joined.students()[0]
    poster = joined.agreed(TITLE, {student: "8"})
    _copied(joined)
    number = joined.aeries.assignment(joined.gradebook, COPY)["assignment_number"]
    joined.aeries.types(joined.gradebook, number, student, "3")
    joined.answer("copy_suspected", "ours")
    joined.look()
    joined.force()
    assert joined.titles() == [TITLE, COPY]
    assert (joined.value(poster, student), joined.value(joined.named(COPY), student)) == ("8", "3")
    assert joined.codes() == []
    _two_quiet_nights(joined)
    joined.save(joined.named(COPY), student, "4")
    joined.look()
    assert [joined.aeries.mark(joined.gradebook, t, student) for t in (TITLE, COPY)] == ["8", "4"]


def test_the_other_is_the_original_takes_the_place_of_ours_and_overwrites_nothing(joined: Class) -> None:
    """A blank is filled, two different values are asked about, and the one that was ours is asked about no more."""
    first, second, third, *_ = joined.students()
    poster = joined.agreed(TITLE, {first: "8", second: "6", third: "5"})
    unique_id = _copied(joined)
    number = joined.aeries.assignment(joined.gradebook, COPY)["assignment_number"]
    joined.aeries.types(joined.gradebook, number, second, "6")
    joined.aeries.types(joined.gradebook, number, third, "1")
    joined.answer("copy_suspected", "other")
    joined.look()
    joined.force()
    assert Pair.objects.get(activity=poster).unique_id == unique_id
    assert joined.aeries.mark(joined.gradebook, COPY, first) == "8"
    assert [joined.value(poster, sis) for sis in (first, second, third)] == ["8", "6", "5"]
    assert "conflict" in joined.codes()
    assert joined.aeries.mark(joined.gradebook, COPY, third) == "1"
    assert joined.aeries.mark(joined.gradebook, TITLE, first) == "8"
    assert joined.titles() == [TITLE]


def test_the_one_that_was_ours_is_asked_about_until_somebody_says_what_it_is(joined: Class) -> None:
    joined.agreed(TITLE, {joined.students()[0]: "8"})
    _copied(joined)
    joined.answer("copy_suspected", "other")
    joined.look()
    joined.force()
    (question,) = joined.questions()
    assert (question["code"], f"“{TITLE}”" in question["message"]) == ("copy_suspected", True)
    joined.answer("copy_suspected", "ignore")
    joined.look()
    assert joined.codes() == []
    _two_quiet_nights(joined)
    assert sorted(item["state"] for item in links.of_class(joined.id)) == ["ignored_in_aeries", "linked"]


def test_ignore_leaves_the_copy_in_aeries(joined: Class) -> None:
    joined.agreed(TITLE, {joined.students()[0]: "8"})
    _copied(joined)
    joined.answer("copy_suspected", "ignore")
    joined.look()
    _two_quiet_nights(joined)
    assert joined.titles() == [TITLE]
    assert joined.codes() == []


def test_a_copy_that_is_deleted_in_aeries_closes_its_question(joined: Class) -> None:
    joined.agreed(TITLE, {joined.students()[0]: "8"})
    _copied(joined)
    joined.aeries.deletes(
        joined.gradebook, joined.aeries.assignment(joined.gradebook, COPY)["assignment_number"]
    )
    joined.force()
    assert joined.codes() == []


def test_a_copy_of_another_classes_work_has_no_original_to_replace(joined: Class) -> None:
    joined.agreed(TITLE, {joined.students()[0]: "8"})
    joined.aeries.adds(joined.gradebook, COPY, external_id="tb1:11111111-2222-4333-8444-555555555555")
    joined.force()
    (question,) = joined.questions()
    assert question["code"] == "copy_suspected"
    with pytest.raises(errors.InvalidChoice):
        problems.resolve(int(question["id"]), "other", TEACHER)
    assert joined.codes() == ["copy_suspected"]


def test_a_gradebook_copied_for_the_next_term_is_no_part_of_this_one(joined: Class) -> None:
    """With the external ids of all its assignments: nothing of it is adopted, and nothing is written to it."""
    student = joined.students()[0]
    poster = joined.agreed(TITLE, {student: "8"})
    body = {"name": "Next term", "external_ids": True}
    copied = joined.aeries.control("POST", f"/gradebooks/{joined.gradebook}/copy", body)["gradebook_number"]
    (there,) = joined.aeries.truth(copied)["assignments"]
    assert there["external_id"] == joined.aeries.assignment(joined.gradebook, TITLE)["external_id"]
    joined.force()
    joined.save(poster, student, "9")
    joined.look()
    assert joined.aeries.mark(joined.gradebook, TITLE, student) == "9"
    assert joined.aeries.truth(copied)["assignments"] == [there]
    assert joined.codes() == []


def test_what_is_left_alone_in_aeries_still_holds_a_create_of_the_same_work(joined: Class) -> None:
    student = joined.students()[0]
    joined.set(new_in_aeries="ignore")
    joined.aeries.adds(joined.gradebook, TITLE)
    joined.force()
    here = joined.assigned(TITLE)
    joined.save(here, student, "8")
    joined.look()
    assert (joined.codes(), _there(joined)) == (["possible_duplicate"], [TITLE])
    joined.answer("possible_duplicate", "match")
    joined.look()
    assert joined.aeries.mark(joined.gradebook, TITLE, student) == "8"
    assert joined.codes() == []


def test_what_is_kept_here_only_still_holds_a_create_of_the_same_work(joined: Class) -> None:
    student = joined.students()[0]
    joined.set(new_in_lms="ignore")
    here = joined.assigned(TITLE)
    joined.save(here, student, "8")
    joined.look()
    joined.aeries.adds(joined.gradebook, TITLE)
    joined.force()
    assert (joined.codes(), joined.titles()) == (["possible_duplicate"], [TITLE])
    joined.answer("possible_duplicate", "match")
    joined.look()
    assert joined.aeries.mark(joined.gradebook, TITLE, student) == "8"
    assert joined.codes() == []


def test_a_class_that_asks_about_new_work_of_the_lms_names_its_likely_partner(joined: Class) -> None:
    joined.set(new_in_lms="ask", new_in_aeries="ask")
    joined.aeries.adds(joined.gradebook, TITLE)
    joined.save(joined.assigned(TITLE), joined.students()[0], "8")
    joined.look()
    (question,) = joined.questions()
    assert f"may be the same work as “{TITLE}”" in question["message"]
    joined.answer("possible_duplicate", "match")
    joined.look()
    joined.force()
    assert (_there(joined), joined.titles(), joined.codes()) == ([TITLE], [TITLE], [])


def test_leaving_the_assignment_alone_lets_the_work_here_go_its_own_way(joined: Class) -> None:
    student = joined.students()[0]
    joined.aeries.adds(joined.gradebook, TITLE)
    here = joined.assigned(TITLE)
    joined.save(here, student, "8")
    joined.force()
    there = next(q for q in joined.questions() if "is new in Aeries" in q["message"])
    problems.resolve(int(there["id"]), "ignore", TEACHER)
    joined.look()
    joined.force()
    assert _there(joined) == [TITLE, TITLE]
    assert joined.codes() == []
    assert joined.stands(here, student) == "synced"
