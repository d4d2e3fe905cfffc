"""The summary: what Confirm will do, value by value, and the fingerprint over everything it shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from setup_world import (
    ANA,
    BEN,
    CLEO,
    CONTEXT,
    FAR,
    SIS,
    activity,
    answered,
    assignment,
    opened,
    our,
    reading,
    snapshot,
    summary,
    their,
    with_activity,
    with_assignment,
    with_rows,
    with_scores,
)

from twinbook.core.setup.context import SetupContext
from twinbook.core.setup.draft import Draft
from twinbook.core.setup.patching import patch
from twinbook.core.setup.planning import confirmed_plan
from twinbook.core.setup.steps import (
    CreateActivityHere,
    CreateAssignmentThere,
    MatchPair,
    Outcome,
)
from twinbook.core.setup.summary import shown_summary, summarise
from twinbook.core.snapshot import TheirStudent, TheirTerm


def pair_answers(**choices: str) -> Draft:
    return patch(answered(), {"aeries_activities": [{"aeries_id": "U1", **choices}]})


def changes_of(seen: dict[str, Any], activity_title: str) -> list[tuple[Any, ...]]:
    return [
        (c["side"], c["kind"], c["student"], c["before"], c["after"])
        for c in seen["changes"]
        if c["activity"] == activity_title
    ]


def test_the_summary_has_the_documented_shape() -> None:
    seen = summary(answered())
    assert set(seen) >= {"fingerprint", "ready", "read_at", "blocking", "counts", "changes", "backup"}
    assert seen["counts"] == {
        "matched": 2,
        "ignored_in_aeries": 0,
        "ignored_in_lms": 1,
        "lms": {
            "categories_created": 1,
            "activities_created": 1,
            "activities_updated": 0,
            "scores_set": 3,
            "scores_cleared": 0,
        },
        "aeries": {"activities_created": 1, "activities_updated": 0, "scores_set": 2, "scores_cleared": 0},
        "conflicts": 1,
        "held": 1,
        "field_differences": 1,
    }
    assert set(seen["changes"][0]) >= {"side", "kind", "activity", "student", "before", "after"}
    assert seen["ready"] is True
    assert seen["backup"] == CONTEXT.backup


def test_rows_without_an_answer_make_it_not_ready_and_are_named() -> None:
    seen = summary(opened())
    assert seen["ready"] is False
    assert {b["code"]: b["items"] for b in seen["blocking"]} == {
        "unanswered_categories": ["Labs"],
        "unanswered_aeries_activities": ["Quiz one", "Lab 1"],
        "unanswered_lms_activities": ["Quiz 1", "Poster", "Essay"],
    }
    assert all(b["message"] and b["hint"] for b in seen["blocking"])


def test_ask_leaves_cells_where_both_hold_a_value_as_conflicts_and_fills_blanks() -> None:
    seen = summary(pair_answers(scores_from="ask"))
    assert changes_of(seen, "Homework 1") == [("lms", "set_score", "Cleo Cruz", None, "9")]
    assert [(c["student"], c["lms"], c["aeries"]) for c in seen["conflicts"]] == [("Ben Bode", "7", "6")]


def test_aeries_overwrites_the_lms_score() -> None:
    seen = summary(pair_answers(scores_from="aeries"))
    assert ("lms", "set_score", "Ben Bode", "7", "6") in changes_of(seen, "Homework 1")
    assert seen["counts"]["conflicts"] == 0


def test_lms_overwrites_the_aeries_score() -> None:
    seen = summary(pair_answers(scores_from="lms"))
    assert ("aeries", "set_score", "Ben Bode", "6", "7") in changes_of(seen, "Homework 1")
    assert ("lms", "set_score", "Cleo Cruz", None, "9") in changes_of(seen, "Homework 1")
    assert seen["counts"]["conflicts"] == 0


@pytest.mark.parametrize("scores_from", ["ask", "aeries", "lms"])
def test_a_blank_never_overwrites_a_score(scores_from: str) -> None:
    snap = with_scores(snapshot(), 101, {ANA: our("8"), BEN: our(None, 3)})
    read = with_rows(reading(), "U1", {ANA: their(""), BEN: their("6"), CLEO: their("")})
    seen = summary(pair_answers(scores_from=scores_from), snap, read)
    assert changes_of(seen, "Homework 1") == [
        ("aeries", "set_score", "Ana Abel", None, "8"),
        ("lms", "set_score", "Ben Bode", None, "6"),
    ]


@pytest.mark.parametrize("scores_from", ["ask", "aeries", "lms"])
def test_a_mark_here_that_aeries_cannot_take_is_counted_in_held(scores_from: str) -> None:
    snap = with_scores(snapshot(), 101, {ANA: our("excused")})
    read = with_rows(reading(), "U1", {ANA: their(""), BEN: their(""), CLEO: their("")})
    seen = summary(pair_answers(scores_from=scores_from), snap, read)
    assert [
        (h["student"], h["code"], h["lms"], h["to_type"])
        for h in seen["held"]
        if h["activity"] == "Homework 1"
    ] == [("Ana Abel", "mark_needs_typing", "excused", "NA")]


def test_missing_agrees_with_a_blank_while_grading_is_completed() -> None:
    snap = with_scores(snapshot(), 101, {ANA: our("missing")})
    blank = {ANA: their(""), BEN: their(""), CLEO: their("")}
    for completed, held in ((True, []), (False, ["mark_needs_typing"])):
        read = with_rows(with_assignment(reading(), "U1", grading_completed=completed), "U1", blank)
        seen = summary(answered(), snap, read)
        assert [h["code"] for h in seen["held"] if h["activity"] == "Homework 1"] == held


def test_a_student_who_is_not_in_the_gradebook_is_held_with_the_score() -> None:
    read = reading(students=reading().students[1:])
    read = with_rows(read, "U1", {BEN: their("6"), CLEO: their("9")})
    seen = summary(answered(), read=read)
    held = [(h["activity"], h["code"]) for h in seen["held"] if h["student"] == "Ana Abel"]
    assert ("Homework 1", "student_not_in_gradebook") in held
    assert ("Essay", "student_not_in_gradebook") in held


def test_a_score_for_a_day_outside_the_students_span_is_held() -> None:
    late = TheirStudent(SIS[ANA], date(2020, 9, 20), None)
    seen = summary(answered(), read=reading(students=(late, *reading().students[1:])))
    assert ("Essay", "student_not_in_gradebook") in [(h["activity"], h["code"]) for h in seen["held"]]


def test_a_score_of_a_student_who_was_dropped_there_is_held() -> None:
    dropped = replace(reading().students[0], tag="D")
    seen = summary(answered(), read=reading(students=(dropped, *reading().students[1:])))
    held = [(h["activity"], h["code"]) for h in seen["held"] if h["student"] == "Ana Abel"]
    assert ("Quiz 1", "student_not_in_gradebook") in held


def test_a_row_that_aeries_did_not_show_is_unknown_and_not_blank() -> None:
    read = with_rows(reading(), "U1", {BEN: their("6"), CLEO: their("9")})
    seen = summary(answered(), read=read)
    assert [(u["student"], u["lms"]) for u in seen["unread"]] == [("Ana Abel", "8")]
    assert "Ana Abel" not in [student for _, _, student, _, _ in changes_of(seen, "Homework 1")]


def test_an_unknown_mark_is_shown_here_and_never_overwritten() -> None:
    read = with_rows(reading(), "U1", {ANA: their("XQ"), BEN: their("6"), CLEO: their("XQ")})
    seen = summary(pair_answers(scores_from="lms"), read=read)
    assert ("lms", "set_mark", "Cleo Cruz", None, "XQ") in changes_of(seen, "Homework 1")
    assert [(h["student"], h["code"]) for h in seen["held"] if h["activity"] == "Homework 1"] == [
        ("Ana Abel", "unknown_mark")
    ]


def test_scores_are_shown_in_the_unit_of_their_side() -> None:
    read = with_rows(
        reading(),
        "U2",
        {ANA: their("", "40", "20"), BEN: their("30", "40", "20"), CLEO: their("", "40", "20")},
    )
    assert changes_of(summary(answered(), read=read), "Quiz 1") == [
        ("aeries", "set_score", "Ana Abel", None, "36"),
        ("lms", "set_score", "Ben Bode", None, "15"),
    ]


def test_a_score_is_converted_with_the_maxima_of_its_own_row() -> None:
    read = with_rows(
        reading(), "U2", {ANA: their("", "20", "20"), BEN: their("", "40", "20"), CLEO: their("", "40", "20")}
    )
    assert changes_of(summary(answered(), read=read), "Quiz 1") == [
        ("aeries", "set_score", "Ana Abel", None, "18")
    ]


def test_creating_here_copies_the_activity_its_scores_and_its_category() -> None:
    plan = confirmed_plan(answered(), snapshot(), reading(), FAR, CONTEXT)
    [step] = [s for s in plan.steps if isinstance(s, CreateActivityHere)]
    assert (step.title, step.category_code, step.points, step.extra_credit) == (
        "Lab 1",
        "2",
        Decimal(10),
        False,
    )
    assert changes_of(summary(answered()), "Lab 1")[1:] == [
        ("lms", "set_score", "Ana Abel", None, "4"),
        ("lms", "set_mark", "Ben Bode", None, "excused"),
    ]
    assert summary(answered())["categories_created"] == [{"name": "Labs", "weight": "0"}]


def test_an_aeries_activity_without_points_becomes_extra_credit_here() -> None:
    read = with_assignment(reading(), "U3", entry_max=Decimal(0), weight_max=Decimal(0))
    read = with_rows(read, "U3", {ANA: their("3", "0")})
    draft = answered(opened(read=read))
    plan = confirmed_plan(draft, snapshot(), read, FAR, CONTEXT)
    [step] = [s for s in plan.steps if isinstance(s, CreateActivityHere)]
    assert (step.points, step.extra_credit) == (Decimal(0), True)
    assert ("lms", "set_score", "Ana Abel", None, "3") in changes_of(summary(draft, read=read), "Lab 1")


def test_an_aeries_activity_without_a_name_gets_one_here() -> None:
    read = with_assignment(reading(), "U3", title=" ")
    draft = answered(opened(read=read))
    assert ("lms", "create_activity", None, None, "Labs, 10 points, due 2020-09-14") in changes_of(
        summary(draft, read=read), "Assignment 3"
    )


def test_creating_there_sends_the_scores_and_holds_what_cannot_be_sent() -> None:
    plan = confirmed_plan(answered(), snapshot(), reading(), FAR, CONTEXT)
    [step] = [s for s in plan.steps if isinstance(s, CreateAssignmentThere)]
    assert step.category_code == "0"
    assert [(c.student, c.outcome, c.theirs) for c in step.cells] == [
        (ANA, Outcome.SEND, None),
        (BEN, Outcome.HOLD, None),
    ]


def test_extra_credit_here_is_sent_as_plain_points() -> None:
    snap = with_scores(with_activity(snapshot(), 104, extra_credit=True), 104, {ANA: our("2.5")})
    assert changes_of(summary(answered(opened(snap)), snap), "Essay") == [
        ("aeries", "create_activity", None, None, "Homework, extra credit, due 2020-09-14"),
        ("aeries", "set_score", "Ana Abel", None, "2.5"),
    ]


def test_a_draft_here_cannot_be_created_in_aeries() -> None:
    snap = with_activity(snapshot(), 104, published=False)
    seen = summary(answered(opened(snap)), snap)
    assert [(b["code"], b["items"]) for b in seen["blocking"]] == [("draft_activity", ["Essay"])]


def test_nothing_is_created_in_a_term_that_ended_and_saves_into_one_are_held() -> None:
    ended = TheirTerm("Q", "Quarter", date(2020, 8, 10), date(2020, 9, 14))
    later = TheirTerm("L", "Later", date(2020, 9, 15), date(2020, 12, 18))
    read = reading(terms=(ended, later))
    seen = summary(answered(opened(read=read)), read=read)
    assert [b["code"] for b in seen["blocking"]] == ["term_ended"]
    assert ("Quiz 1", "term_ended") in [(h["activity"], h["code"]) for h in seen["held"]]
    within = replace(CONTEXT, today=date(2020, 9, 28))
    shown: Any = shown_summary(summarise(answered(opened(read=read)), snapshot(), read, FAR, within))
    assert shown["ready"]


def test_a_category_cannot_be_created_where_its_name_is_taken() -> None:
    draft = patch(answered(), {"categories": [{"aeries_code": "0", "action": "create"}]})
    codes = [b["code"] for b in summary(draft)["blocking"]]
    assert codes == ["category_without_partner", "category_name_taken"]


# Fields


def different() -> tuple[Any, Any]:
    snap = with_activity(
        snapshot(),
        101,
        title="Homework One",
        description="",
        due_on=date(2020, 9, 15),
        grading_completed=True,
    )
    read = with_assignment(reading(), "U1", description="Read first", category_code="1")
    return snap, read


def fields_of(seen: dict[str, Any], side: str) -> dict[str, tuple[Any, Any]]:
    return {
        c["field"]: (c["before"], c["after"])
        for c in seen["changes"]
        if c["kind"] == "update_activity" and c["side"] == side
    }


def differences_of(seen: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {
        d["field"]: (d["lms"], d["aeries"])
        for d in seen["field_differences"]
        if d["activity"].startswith("Homework")
    }


def seen_with(fields_from: str, snap: Any, read: Any) -> dict[str, Any]:
    draft = patch(
        answered(opened(snap, read)), {"aeries_activities": [{"aeries_id": "U1", "fields_from": fields_from}]}
    )
    return summary(draft, snap, read)


def test_fields_that_differ_are_kept_and_listed() -> None:
    seen = seen_with("keep", *different())
    assert (fields_of(seen, "lms"), fields_of(seen, "aeries")) == ({}, {})
    assert differences_of(seen) == {
        "title": ("Homework One", "Homework 1"),
        "description": (None, "Read first"),
        "category": ("Homework", "Tests"),
        "due_on": ("2020-09-15", "2020-09-14"),
        "grading_completed": ("yes", "no"),
    }


def test_fields_from_aeries_are_taken_over_here() -> None:
    seen = seen_with("aeries", *different())
    assert fields_of(seen, "lms") == {
        "title": ("Homework One", "Homework 1"),
        "description": (None, "Read first"),
        "category": ("Homework", "Tests"),
        "due_on": ("2020-09-15", "2020-09-14"),
        "grading_completed": ("yes", "no"),
    }
    assert (seen["counts"]["lms"]["activities_updated"], differences_of(seen)) == (1, {})


def test_fields_from_the_lms_are_sent_but_a_blank_overwrites_nothing() -> None:
    seen = seen_with("lms", *different())
    assert fields_of(seen, "aeries") == {
        "title": ("Homework 1", "Homework One"),
        "category": ("Tests", "Homework"),
        "due_on": ("2020-09-14", "2020-09-15"),
        "grading_completed": ("no", "yes"),
    }
    assert differences_of(seen) == {"description": (None, "Read first")}
    assert seen["counts"]["aeries"]["activities_updated"] == 1


def test_a_blank_field_of_aeries_overwrites_nothing_here() -> None:
    snap = with_activity(snapshot(), 101, description="Read first")
    seen = seen_with("aeries", snap, reading())
    assert (fields_of(seen, "lms"), differences_of(seen)) == ({}, {"description": ("Read first", None)})


def test_a_blank_date_here_agrees_with_any_date_of_aeries() -> None:
    """Aeries gives every assignment its dates (reference §11.3), so a date there says nothing against none here."""
    snap = with_activity(snapshot(), 101, due_on=None)
    for fields_from in ("keep", "aeries", "lms"):
        seen = seen_with(fields_from, snap, reading())
        assert (fields_of(seen, "lms"), fields_of(seen, "aeries"), differences_of(seen)) == ({}, {}, {})


def test_text_that_differs_by_the_character_filter_of_aeries_alone_is_no_difference() -> None:
    snap = with_activity(snapshot(), 101, title='Homework "1" <')
    assert differences_of(seen_with("keep", snap, reading())) == {}


def test_a_category_that_this_set_up_creates_can_be_taken_over() -> None:
    read = with_assignment(reading(), "U1", category_code="2")
    draft = patch(
        answered(opened(read=read)), {"aeries_activities": [{"aeries_id": "U1", "fields_from": "aeries"}]}
    )
    assert fields_of(summary(draft, read=read), "lms") == {"category": ("Homework", "Labs")}
    plan = confirmed_plan(draft, snapshot(), read, FAR, CONTEXT)
    [pair] = [s for s in plan.steps if isinstance(s, MatchPair) and s.unique_id == "U1"]
    assert [change.after for change in pair.to_lms] == ["new:2"]


@pytest.mark.parametrize("fields_from", ["keep", "aeries", "lms"])
@pytest.mark.parametrize("scored", ["here", "there"])
def test_different_points_stay_where_either_side_holds_scores(fields_from: str, scored: str) -> None:
    snap = with_activity(snapshot(), 101, points=Decimal(20))
    if scored == "here":
        world = snap, with_rows(reading(), "U1", {ANA: their(""), BEN: their(""), CLEO: their("")})
    else:
        world = with_scores(snap, 101, {}), reading()
    seen = seen_with(fields_from, *world)
    assert differences_of(seen)["points"] == ("20", "10")
    assert fields_of(seen, "lms") == fields_of(seen, "aeries") == {}


def test_points_move_while_there_is_no_score_on_either_side() -> None:
    snap = with_scores(with_activity(snapshot(), 101, points=Decimal(20)), 101, {})
    read = with_rows(reading(), "U1", {ANA: their(""), BEN: their(""), CLEO: their("")})
    assert fields_of(seen_with("lms", snap, read), "aeries") == {"points": ("10", "20")}
    assert fields_of(seen_with("aeries", snap, read), "lms") == {"points": ("20", "10")}


def test_extra_credit_is_never_moved_by_a_set_up() -> None:
    snap = with_scores(with_activity(snapshot(), 101, extra_credit=True), 101, {})
    read = with_rows(reading(), "U1", {})
    assert differences_of(seen_with("lms", snap, read))["points"] == ("0", "10")
    assert differences_of(seen_with("aeries", snap, read))["points"] == ("0", "10")


# Fingerprint


def test_the_fingerprint_does_not_depend_on_read_at_or_on_the_order_of_rows() -> None:
    first = summary(answered())
    snap, read = snapshot(), reading()
    read = replace(
        read,
        read_at=datetime(2020, 10, 2, 9, tzinfo=UTC),
        assignments=read.assignments[::-1],
        students=read.students[::-1],
        categories=read.categories[::-1],
    )
    snap = replace(
        snap, activities=snap.activities[::-1], students=snap.students[::-1], categories=snap.categories[::-1]
    )
    assert summary(answered(), snap, read)["fingerprint"] == first["fingerprint"]
    assert summary(answered(opened(snap, read)), snap, read)["fingerprint"] == first["fingerprint"]


def test_the_fingerprint_changes_with_each_thing_that_is_shown() -> None:
    """One change at a time; all fingerprints differ."""
    variants: list[tuple[Any, Any, Any]] = [
        (answered(), snapshot(), reading()),
        (pair_answers(scores_from="lms"), snapshot(), reading()),
        (pair_answers(fields_from="lms"), snapshot(), reading()),
        (
            patch(answered(), {"lms_activities": [{"lms_id": "104", "action": "ignore"}]}),
            snapshot(),
            reading(),
        ),
        (answered(), with_scores(snapshot(), 104, {ANA: our("6")}), reading()),
        (answered(), with_scores(snapshot(), 101, {ANA: our("8"), BEN: our("7.5")}), reading()),
        (answered(), with_scores(snapshot(), 104, {ANA: our("5"), BEN: our("incomplete")}), reading()),
        (answered(), with_activity(snapshot(), 102, title="Quiz I"), reading()),
        (answered(), with_activity(snapshot(), 104, due_on=date(2020, 9, 30)), reading()),
        (answered(), snapshot(), with_assignment(reading(), "U2", title="Quiz 1!")),
        (answered(), snapshot(), with_assignment(reading(), "U3", grading_completed=True)),
        (answered(), snapshot(), with_rows(reading(), "U3", {ANA: their("5"), BEN: their("NA")})),
        (
            answered(),
            snapshot(),
            with_rows(reading(), "U1", {BEN: their("5"), ANA: their("8"), CLEO: their("9")}),
        ),
        (answered(), replace(snapshot(), students=snapshot().students[1:]), reading()),
    ]
    prints = [summary(draft, snap, read)["fingerprint"] for draft, snap, read in variants]
    assert len(set(prints)) == len(prints)


def test_the_backup_sentence_is_part_of_the_fingerprint() -> None:
    other: SetupContext = replace(CONTEXT, backup="Saved elsewhere.")
    one: Any = summarise(answered(), snapshot(), reading(), FAR, CONTEXT)
    two: Any = summarise(answered(), snapshot(), reading(), FAR, other)
    assert one.fingerprint != two.fingerprint


def test_two_activities_of_the_same_name_are_told_apart() -> None:
    snap = replace(snapshot(), activities=(*snapshot().activities, activity(105, "Homework 1")), scores={})
    read = replace(reading(), assignments=(*reading().assignments, assignment("U4", 4, "Homework 1")))
    base = answered(opened(snap, read))

    def matched(first: str, second: str) -> Any:
        rows = [
            {"aeries_id": "U1", "action": "match", "lms_id": first},
            {"aeries_id": "U4", "action": "match", "lms_id": second},
        ]
        return summary(patch(base, {"aeries_activities": rows}), snap, read)["fingerprint"]

    assert matched("101", "105") != matched("105", "101")


def test_a_new_assignment_has_no_row_for_a_student_who_is_not_in_the_gradebook() -> None:
    """Else a mark of theirs would pass for agreed with a blank that is not there."""
    snap = with_scores(with_activity(snapshot(), 104, grading_completed=True), 104, {ANA: our("missing")})
    read = reading(students=reading().students[1:])
    seen = summary(answered(opened(snap, read)), snap, read)
    assert ("Essay", "student_not_in_gradebook") in [(h["activity"], h["code"]) for h in seen["held"]]
