"""Linking again later: what was paired, ignored and mapped before is proposed as sure, and nothing is doubled."""

from __future__ import annotations

import pytest

from tests.district_and_sandbox import Aeries, Class, answers, row_of
from twinbook.district.models import ClassSection
from twinbook.gradebook.models import Category
from twinbook.sync import links, overview, setup

pytestmark = pytest.mark.django_db(transaction=True)


def test_linking_again_offers_no_duplicates_even_after_renaming_both_sides(joined: Class) -> None:
    first, second, *_ = joined.students()
    quiz = joined.agreed("Quiz on rivers", {first: "8", second: "9"})
    joined.set(new_in_aeries="ignore")
    joined.aeries.adds(joined.gradebook, "Warm-up")
    joined.force()
    links.unlink(joined.id)
    joined.edit(quiz, title="Streams")
    number = int(joined.aeries.assignment(joined.gradebook, "Quiz on rivers")["assignment_number"])
    joined.aeries.edits(joined.gradebook, number, description="Water")
    draft = joined.draft()
    row = row_of(draft["aeries_activities"], "Water")
    assert (row["action"], row["lms_id"], row["confidence"]) == ("match", str(quiz.id), "sure")
    assert row_of(draft["aeries_activities"], "Warm-up")["action"] == "ignore"
    assert draft["lms_activities"] == []
    assert {row["action"] for row in draft["categories"]} == {"match"}
    before = (joined.titles(), joined.aeries.titles(joined.gradebook))
    joined.aeries.forget()
    joined.confirm()
    joined.look()
    assert (joined.titles(), joined.aeries.titles(joined.gradebook)) == before
    assert joined.aeries.writes() == []
    assert joined.stands(quiz, first) == "synced"


def _class_of(aeries: Aeries, section: int, name: str) -> Class:
    gradebook = aeries.opens(section, name, [])
    return Class(ClassSection.objects.get(section__number=section).school_class_id, gradebook, aeries)


def test_a_sibling_section_proposes_the_answers_given_for_the_first(district: Aeries) -> None:
    """Two sections of one course and teacher, the second gradebook with the same plan as the first."""
    first, second = (_class_of(district, section, f"English {section}") for section in (1038, 1039))
    for one in (first, second):
        for student in one.students():
            district.seats(one.gradebook, student)
        district.adds(one.gradebook, "Quiz on rivers")
        district.adds(one.gradebook, "Warm-up", points="5")
    quizzes = [one.activity("Rivers") for one in (first, second)]
    category = second.category("Work at home")
    first.category("Work at home")
    draft = first.draft()
    body = answers(draft)
    body["categories"] = [
        {
            **one,
            "action": "match",
            "lms_id": str(Category.objects.get(school_class_id=first.id, name="Work at home").id),
        }
        if one.get("aeries_code") == "0"
        else one
        for one in body["categories"]
    ]
    rows = {row["name"]: row["aeries_id"] for row in draft["aeries_activities"]}
    body["aeries_activities"] = [
        {"aeries_id": rows["Quiz on rivers"], "action": "match", "lms_id": str(quizzes[0].id)},
        {"aeries_id": rows["Warm-up"], "action": "ignore"},
    ]
    body["lms_activities"] = []
    setup.patch(first.id, body)
    first.confirm()
    proposed = second.draft()
    row = row_of(proposed["aeries_activities"], "Quiz on rivers")
    assert (row["action"], row["lms_id"], row["confidence"]) == ("match", str(quizzes[1].id), "sure")
    assert row_of(proposed["aeries_activities"], "Warm-up")["action"] == "ignore"
    assert row_of(proposed["categories"], "Homework")["lms_id"] == str(category)


def test_a_class_is_ended_once_every_term_is_past_its_grace_days(joined: Class) -> None:
    last = max(term["ends_on"] for term in joined.link().terms)
    joined.set(grace_days=3)
    joined.move_clock(last)
    joined.force()
    assert overview.class_sync(joined.id)["state"] == "synced"
    joined.move_clock(f"{last[:8]}{int(last[8:]) + 4:02}")
    joined.force()
    assert overview.class_sync(joined.id)["state"] == "ended"
