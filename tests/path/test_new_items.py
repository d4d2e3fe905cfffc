"""What is new on one side (A4), and that it becomes one item on the other and never two (A5)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F

from tests.district_and_sandbox import Class
from tests.sync.children import eventually
from twinbook.district.models import AeriesConnection
from twinbook.gradebook.models import Activity
from twinbook.sync import links
from twinbook.sync.models import Pair

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Volcano poster"


def _age(activity: Activity, seconds: int) -> None:
    """As if it had been left unedited for that long."""
    Activity.objects.filter(id=activity.id).update(edited_at=F("edited_at") - timedelta(seconds=seconds))


def _there(school_class: Class) -> list[str]:
    return school_class.aeries.titles(school_class.gradebook)


def _look_when_due(school_class: Class) -> None:
    """A doubtful ending is looked at again when its time has come, as the sweeper does."""

    def came() -> bool:
        school_class.look()
        return Pair.objects.filter(link__school_class_id=school_class.id, unique_id=None).count() == 0

    eventually(came)


def test_new_here_goes_with_its_first_score_at_once(joined: Class) -> None:
    poster = joined.assigned(TITLE)
    joined.look()
    assert _there(joined) == []
    joined.save(poster, joined.students()[0], "8")
    joined.look()
    assert _there(joined) == [TITLE]
    assert joined.aeries.mark(joined.gradebook, TITLE, joined.students()[0]) == "8"


def test_new_here_without_a_score_goes_once_it_was_left_alone(joined: Class) -> None:
    poster = joined.assigned(TITLE)
    joined.look()
    assert _there(joined) == []
    _age(poster, 31)
    Pair.objects.filter(activity=poster).update(look_again_at=F("look_again_at") - timedelta(seconds=31))
    joined.look()
    assert _there(joined) == [TITLE]


def test_a_draft_never_leaves(joined: Class) -> None:
    draft = joined.assigned(TITLE, published=False)
    joined.save(draft, joined.students()[0], "8")
    _age(draft, 3600)
    joined.look()
    joined.force()
    assert _there(joined) == []
    assert joined.stands(draft, joined.students()[0]) == "local"
    joined.edit(draft, published=True)
    joined.look()
    assert joined.aeries.mark(joined.gradebook, TITLE, joined.students()[0]) == "8"


def test_new_here_in_a_category_without_partner_waits_and_says_so(joined: Class) -> None:
    student = joined.students()[0]
    lost = joined.activity(TITLE, category_id=joined.category("Projects"))
    joined.save(lost, student, "8")
    other = joined.assigned("Quiz on rivers")
    joined.save(other, student, "7")
    joined.look()
    assert joined.codes() == ["category_unmapped"]
    assert joined.aeries.mark(joined.gradebook, "Quiz on rivers", student) == "7"
    joined.edit(lost, category_id=joined.matched_category())
    joined.look()
    assert joined.aeries.mark(joined.gradebook, TITLE, student) == "8"
    assert joined.codes() == []


def test_new_in_aeries_is_made_here_with_its_scores(joined: Class) -> None:
    student = joined.students()[0]
    number = joined.aeries.adds(joined.gradebook, TITLE, "15", comment="bring glue")
    joined.aeries.types(joined.gradebook, number, student, "14")
    run = joined.force()
    made = joined.named(TITLE)
    assert (made.points, made.description, made.published) == (15, "bring glue", True)
    assert joined.value(made, student) == "14"
    assert run.counts["lms"]["activities_created"] == 1
    joined.force()
    assert joined.titles() == [TITLE]
    assert _there(joined) == [TITLE]


def test_new_in_aeries_in_a_category_without_partner_is_asked_about(joined: Class) -> None:
    book = joined.aeries.truth(joined.gradebook)
    categories = [*book["categories"], {"code": "9", "description": "Field trips", "percent": "0"}]
    joined.aeries.control("PATCH", f"/gradebooks/{joined.gradebook}", {"categories": categories})
    joined.aeries.adds(joined.gradebook, TITLE, category_code="9")
    joined.force()
    assert joined.titles() == []
    assert joined.codes() == ["category_unmapped"]


def test_ignore_leaves_new_items_of_aeries_there(joined: Class) -> None:
    joined.set(new_in_aeries="ignore")
    joined.aeries.adds(joined.gradebook, TITLE)
    joined.force()
    assert joined.titles() == []
    assert joined.codes() == []
    assert [item["state"] for item in links.of_class(joined.id)] == ["ignored_in_aeries"]
    joined.set(new_in_aeries="create")
    joined.force()
    assert joined.titles() == []


def test_ignore_leaves_new_items_of_the_lms_here(joined: Class) -> None:
    joined.set(new_in_lms="ignore")
    poster = joined.assigned(TITLE)
    joined.save(poster, joined.students()[0], "8")
    joined.look()
    joined.force()
    assert _there(joined) == []
    assert joined.stands(poster, joined.students()[0]) == "local"


@pytest.mark.parametrize(("choice", "titles"), [("create", [TITLE]), ("ignore", [])])
def test_ask_waits_for_an_answer_about_a_new_item_of_aeries(
    joined: Class, choice: str, titles: list[str]
) -> None:
    joined.set(new_in_aeries="ask")
    joined.aeries.adds(joined.gradebook, TITLE)
    joined.force()
    assert joined.titles() == []
    joined.answer("possible_duplicate", choice)
    joined.look()
    joined.force()
    assert joined.titles() == titles
    assert joined.codes() == []


@pytest.mark.parametrize(("choice", "titles"), [("create", [TITLE]), ("ignore", [])])
def test_ask_waits_for_an_answer_about_a_new_item_of_the_lms(
    joined: Class, choice: str, titles: list[str]
) -> None:
    joined.set(new_in_lms="ask")
    poster = joined.assigned(TITLE)
    joined.save(poster, joined.students()[0], "8")
    joined.look()
    assert _there(joined) == []
    assert joined.codes() == ["possible_duplicate"]
    joined.answer("possible_duplicate", choice)
    joined.look()
    joined.force()
    assert _there(joined) == titles
    assert joined.codes() == []


def _twins(school_class: Class) -> tuple[Activity, int]:
    """The teacher made the same work on both sides, before anything was synced; one score on each."""
    first, second, *_ = school_class.students()
    number = school_class.aeries.adds(school_class.gradebook, TITLE)
    school_class.aeries.types(school_class.gradebook, number, second, "6")
    here = school_class.assigned(TITLE)
    school_class.save(here, first, "8")
    return here, number


def test_a_likely_partner_there_holds_the_create(joined: Class) -> None:
    _twins(joined)
    joined.look()
    joined.force()
    assert _there(joined) == [TITLE]
    assert joined.titles() == [TITLE]
    assert set(joined.codes()) == {"possible_duplicate"}


def test_matching_a_possible_duplicate_joins_the_two(joined: Class) -> None:
    first, second, *_ = joined.students()
    here, _ = _twins(joined)
    joined.look()
    joined.answer("possible_duplicate", "match")
    joined.look()
    joined.force()
    assert (_there(joined), joined.titles()) == ([TITLE], [TITLE])
    assert [joined.value(here, sis) for sis in (first, second)] == ["8", "6"]
    assert [joined.aeries.mark(joined.gradebook, TITLE, sis) for sis in (first, second)] == ["8", "6"]
    assert joined.codes() == []


def test_creating_in_spite_of_a_possible_duplicate_makes_both(joined: Class) -> None:
    first = joined.students()[0]
    _twins(joined)
    joined.look()
    joined.answer("possible_duplicate", "create")
    joined.look()
    assert _there(joined) == [TITLE, TITLE]
    marks = [a["scores"][str(first)]["mark"] for a in joined.aeries.truth(joined.gradebook)["assignments"]]
    assert sorted(marks) == ["", "8"]


def test_ignoring_a_possible_duplicate_keeps_it_here(joined: Class) -> None:
    here, _ = _twins(joined)
    joined.look()
    joined.answer("possible_duplicate", "ignore")
    joined.look()
    assert _there(joined) == [TITLE]
    assert joined.stands(here, joined.students()[0]) == "local"


def test_a_likely_partner_here_holds_the_create_of_a_new_item_of_aeries(joined: Class) -> None:
    """The one here is still a draft that was never sent."""
    joined.assigned(TITLE, published=False)
    joined.look()
    joined.aeries.adds(joined.gradebook, TITLE)
    joined.force()
    assert joined.titles() == [TITLE]
    assert joined.codes() == ["possible_duplicate"]
    joined.answer("possible_duplicate", "match")
    joined.look()
    joined.force()
    assert (_there(joined), joined.titles()) == ([TITLE], [TITLE])
    assert joined.codes() == []


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_after"},
        {"kind": "status", "status": 500, "after": True},
        {"kind": "late", "delay_ms": 1500},
        {"kind": "html"},
        {"kind": "truncate"},
    ],
    ids=lambda fault: fault["kind"],
)
def test_an_insert_that_ended_doubtfully_is_found_again_and_repeated_only_if_it_never_happened(
    joined: Class, fault: dict[str, object]
) -> None:
    AeriesConnection.objects.update(longest_timeout_seconds=3)
    student = joined.students()[0]
    poster = joined.assigned(TITLE)
    joined.save(poster, student, "8")
    joined.aeries.fault(method="POST", path="assignments$", times=1, **fault)
    joined.aeries.forget()
    joined.look()
    _look_when_due(joined)
    joined.look()
    assert joined.aeries.asked()["insert"] == (2 if fault["kind"] == "html" else 1)
    assert _there(joined) == [TITLE]
    assert joined.aeries.mark(joined.gradebook, TITLE, student) == "8"


def test_an_insert_that_never_arrived_is_repeated_after_the_longest_time_out(joined: Class) -> None:
    student = joined.students()[0]
    poster = joined.assigned(TITLE)
    joined.save(poster, student, "8")
    joined.aeries.fault(kind="drop_before", method="POST", path="assignments$", times=1)
    joined.look()
    assert _there(joined) == []
    _look_when_due(joined)
    joined.look()
    assert _there(joined) == [TITLE]
    assert joined.aeries.mark(joined.gradebook, TITLE, student) == "8"


def test_a_copy_with_our_id_is_asked_about_and_never_taken_for_ours(joined: Class) -> None:
    student = joined.students()[0]
    joined.agreed(TITLE, {student: "8"})
    ours = joined.aeries.assignment(joined.gradebook, TITLE)
    joined.aeries.adds(joined.gradebook, "Volcano poster 2", external_id=ours["external_id"])
    joined.force()
    assert joined.titles() == [TITLE]
    assert joined.codes() == ["copy_suspected"]
