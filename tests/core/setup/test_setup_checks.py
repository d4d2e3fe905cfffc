"""The checks before a set-up and the offers of gradebooks: each says what to do, mostly in Aeries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from setup_world import ANA, BEN, CONTEXT, HOMEWORK, SIS, answered, opened, reading, snapshot, summary

from twinbook.core.setup.checks import checks
from twinbook.core.setup.draft import Check, Level
from twinbook.core.setup.offers import GradebookFacts, offer
from twinbook.core.snapshot import OurCategory, OurStudent, TheirStudent, TheirTerm

FACTS = GradebookFacts(1, "Algebra", 994, "2020", ("F",), 0, False, date(2020, 12, 18), 30, 12)


def found(snap: Any = None, read: Any = None) -> dict[str, Check]:
    return {check.code: check for check in checks(snap or snapshot(), read or reading(), CONTEXT)}


def test_a_class_that_fits_its_gradebook_has_nothing_to_say() -> None:
    assert found() == {}


def test_a_student_missing_in_the_aeries_gradebook_is_a_warning_with_what_to_do_there() -> None:
    check = found(read=reading(students=reading().students[1:]))["students_missing"]
    assert (check.level, check.items) == (Level.WARNING, ("Ana Abel",))
    assert "Aeries" in check.hint


def test_a_dropped_student_counts_as_missing() -> None:
    dropped = replace(reading().students[0], tag="D")
    check = found(read=reading(students=(dropped, *reading().students[1:])))["students_missing"]
    assert check.items == ("Ana Abel",)


def test_an_aeries_gradebook_without_students_blocks() -> None:
    read = reading(students=(), settings={"AddDropStudentsAutomatically": True, "DoingWeight": True})
    check = found(read=read)["no_students"]
    assert check.level is Level.BLOCKING
    assert "Scores by Class" in check.hint
    assert "no_students" in [
        stop["code"] for stop in summary(answered(opened(read=read)), read=read)["blocking"]
    ]


def test_an_aeries_gradebook_without_categories_blocks() -> None:
    check = found(read=reading(categories=(), assignments=(), scores={}))["no_categories"]
    assert (check.level, check.items) == (Level.BLOCKING, ("Homework", "Tests", "Projects"))


def test_students_in_the_gradebook_but_not_in_the_section_are_a_warning_and_nothing_is_pulled_for_them() -> (
    None
):
    snap = snapshot(students=snapshot().students[1:])
    assert found(snap)["extra_students"].items == (f"student {SIS[ANA]}",)
    seen = summary(answered(opened(snap)), snap)
    assert not [change for change in seen["changes"] if change.get("student_id") == str(ANA)]


def test_a_student_who_left_the_class_is_not_pulled_for() -> None:
    left = replace(snapshot().students[0], active=False)
    snap = snapshot(students=(left, *snapshot().students[1:]))
    seen = summary(answered(opened(snap)), snap)
    assert not [change for change in seen["changes"] if change.get("student_id") == str(ANA)]


def test_a_student_unknown_to_aeries_is_named_and_stays_here() -> None:
    snap = snapshot(students=(*snapshot().students, OurStudent(9, None, "Gast Hörer", True)))
    assert found(snap)["students_unknown_in_aeries"].items == ("Gast Hörer",)


def test_a_linked_group_is_a_warning() -> None:
    assert found(read=reading(linked_group=3))["linked_group"].level is Level.WARNING


@pytest.mark.parametrize(
    "wrong",
    [
        {"rubric": True},
        {"school_code": 990},
        {"database_year": "2019"},
        {"ends_on": date(2020, 8, 1), "terms": ()},
    ],
)
def test_an_unsuitable_gradebook_blocks(wrong: dict[str, Any]) -> None:
    check = found(read=reading(**wrong))["gradebook_unsuitable"]
    assert check.level is Level.BLOCKING


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"CountCompletedNow": False}, "scores_wait_for_completion"),
        ({"DoingMinMaxAssignmentValues": True}, "scaled_scores"),
        ({"DoingFormativeSummativeWeight": True}, "formative_weighting"),
        ({"DoingWeight": False}, "weighting_differs"),
    ],
)
def test_options_that_give_other_totals_are_warnings(settings: dict[str, bool], code: str) -> None:
    assert found(read=reading(settings=reading().settings | settings))[code].level is Level.WARNING


def test_drop_lowest_here_is_a_warning_because_rules_of_aeries_cannot_be_read() -> None:
    snap = snapshot(
        categories=(OurCategory(HOMEWORK, "Homework", Decimal(40), 1), *snapshot().categories[1:])
    )
    assert found(snap)["drop_rules"].items == ("Homework: lowest 1 dropped here",)


def test_dates_outside_the_terms_are_named() -> None:
    read = reading(terms=(TheirTerm("S", "Spring", date(2020, 9, 15), date(2021, 6, 1)),))
    assert "Essay, due 2020-09-14 (here)" in found(read=read)["dates_outside_term"].items


def test_scores_outside_a_students_span_are_named() -> None:
    late = TheirStudent(SIS[BEN], date(2020, 9, 20), None)
    read = reading(students=(reading().students[0], late, reading().students[2]))
    assert found(read=read)["students_outside_dates"].items == (
        "Ben Bode: Homework 1, due 2020-09-14",
        "Ben Bode: Essay, due 2020-09-14",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"rubric": True},
        {"school_code": 990},
        {"database_year": "2019"},
        {"ends_on": date(2020, 9, 16)},
        {"already_used_by": "8"},
    ],
)
def test_an_offer_that_cannot_be_joined_says_why(wrong: dict[str, Any]) -> None:
    shown = offer(replace(FACTS, **wrong), CONTEXT)
    assert shown["suitable"] is False
    assert shown["why_not"]


def test_a_linked_group_and_a_gradebook_within_its_grace_days_are_suitable() -> None:
    for facts in (replace(FACTS, linked_group=4), replace(FACTS, ends_on=date(2020, 9, 17))):
        assert offer(facts, CONTEXT)["suitable"] is True


def test_an_offer_has_exactly_the_documented_fields() -> None:
    assert set(offer(FACTS, CONTEXT)) == {
        "gradebook_number",
        "name",
        "term_codes",
        "students",
        "assignments",
        "linked_group",
        "already_used_by",
        "suitable",
        "why_not",
    }
