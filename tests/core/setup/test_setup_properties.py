"""Properties of the set-up over many classes, gradebooks and answers."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from setup_toy import carry_out
from setup_world import (
    ANA,
    BEN,
    CLEO,
    CONTEXT,
    FAR,
    SIS,
    answered,
    opened,
    other_reading,
    our,
    proposer,
    reading,
    snapshot,
    summary,
    their,
    with_activity,
    with_assignment,
)

from twinbook.core.setup.draft import Action, Draft
from twinbook.core.setup.opening import bare_draft
from twinbook.core.setup.patching import patch
from twinbook.core.setup.planning import confirmed_plan
from twinbook.core.setup.refreshing import refresh, switch_gradebook
from twinbook.core.setup.serial import from_json, to_json
from twinbook.core.setup.shown import shown_draft
from twinbook.core.setup.steps import MatchPair, SetupPlan
from twinbook.core.setup.summary import summarise
from twinbook.core.snapshot import ClassSnapshot, GradebookReading

Body = dict[str, list[dict[str, Any]]]

OURS = st.sampled_from([None, "0", "8", "7.25", "12", "33.3333", "excused", "missing", "incomplete"])
THEIRS = st.sampled_from(["", "0", "8", "7.25", "14.5", "95%", "NA", "TX", "MI", "XQ", "absent"])
POINTS = st.sampled_from([Decimal(10), Decimal(20), Decimal(30), Decimal(150)])
MAXIMA = st.sampled_from([Decimal(10), Decimal(40), Decimal(100)])
SCORES_FROM = st.sampled_from(["ask", "aeries", "lms"])
FIELDS_FROM = st.sampled_from(["keep", "aeries", "lms"])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[ClassSnapshot, GradebookReading]:
    snap, read = snapshot(), reading()
    for activity in snap.activities:
        snap = with_activity(
            snap,
            activity.id,
            points=draw(POINTS),
            title=draw(st.sampled_from([activity.title, 'Odd "title"'])),
            description=draw(st.sampled_from(["", "Read first"])),
            extra_credit=draw(st.integers(0, 9)) == 0,
            grading_completed=draw(st.booleans()),
        )
    for assignment in read.assignments:
        extra = draw(st.integers(0, 9)) == 0
        read = with_assignment(
            read,
            assignment.unique_id,
            entry_max=Decimal(0) if extra else draw(MAXIMA),
            weight_max=Decimal(0) if extra else draw(MAXIMA),
            description=draw(st.sampled_from(["", "Read first", "Bring a pen"])),
            grading_completed=draw(st.booleans()),
        )
    scores = {
        activity.id: {student: our(draw(OURS), version) for version, student in enumerate((ANA, BEN, CLEO))}
        for activity in snap.activities
    }
    rows = {
        assignment.unique_id: {
            SIS[student]: their(mark, str(assignment.entry_max), str(assignment.weight_max))
            for student in (ANA, BEN, CLEO)
            if (mark := draw(THEIRS)) != "absent"
        }
        for assignment in read.assignments
    }
    students = read.students[draw(st.integers(0, 1)) :]
    return replace(snap, scores=scores), replace(read, scores=rows, students=students)


@st.composite
def answers(draw: st.DrawFn) -> list[Body]:
    """Answers to different rows, none of which claims the partner of another."""
    choices = {"scores_from": draw(SCORES_FROM), "fields_from": draw(FIELDS_FROM)}
    return [
        {"categories": [{"aeries_code": "2", "action": draw(st.sampled_from(["create", "ignore"]))}]},
        {"categories": [{"lms_id": "13", "action": draw(st.sampled_from(["ignore", None]))}]},
        {"aeries_activities": [{"aeries_id": "U1", **choices}]},
        {
            "aeries_activities": [
                {"aeries_id": "U2", "action": draw(st.sampled_from(["match", "create", "ignore"]))}
            ]
        },
        {"aeries_activities": [{"aeries_id": "U3", "action": draw(st.sampled_from(["create", "ignore"]))}]},
        {"lms_activities": [{"lms_id": "103", "action": draw(st.sampled_from(["ignore", "create"]))}]},
        {"lms_activities": [{"lms_id": "104", "action": draw(st.sampled_from(["ignore", "create"]))}]},
    ]


def patched(draft: Draft, bodies: list[Body]) -> Draft:
    for body in bodies:
        draft = patch(draft, body)
    return draft


def made_ready(draft: Draft) -> Draft:
    """The answers that would block are replaced by ones that do not."""
    draft = patch(
        draft,
        {
            "categories": [{"aeries_code": "2", "action": "create"}],
            "lms_activities": [{"lms_id": "103", "action": "ignore"}],
        },
    )
    if "102" in draft.matched_activities():
        return draft
    return patch(draft, {"lms_activities": [{"lms_id": "102", "action": "ignore"}]})


def canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: canonical(item) for key, item in value.items() if key not in ("fingerprint", "read_at")}
    if isinstance(value, list):
        return sorted((canonical(item) for item in value), key=json.dumps)
    return value


@given(answers(), st.randoms(use_true_random=False))
def test_answers_to_different_rows_give_the_same_draft_in_any_order(bodies: list[Body], random: Any) -> None:
    together: Body = {}
    for body in bodies:
        for name, rows in body.items():
            together.setdefault(name, []).extend(rows)
    shuffled = list(bodies)
    random.shuffle(shuffled)
    assert patched(opened(), shuffled) == patched(opened(), bodies) == patch(opened(), together)


@given(answers())
def test_answering_twice_changes_nothing(bodies: list[Body]) -> None:
    once = patched(opened(), bodies)
    assert patched(once, [body for body in bodies if "lms_activities" not in body]) == once


@given(answers())
def test_switching_back_and_forth_loses_no_answer(bodies: list[Body]) -> None:
    draft = patched(opened(), bodies)
    there = switch_gradebook(draft, snapshot(), other_reading(), FAR, CONTEXT, proposer)
    back = switch_gradebook(there, snapshot(), reading(), FAR, CONTEXT, proposer)
    assert shown_draft(back) == shown_draft(draft)


@given(answers())
def test_refreshing_an_unchanged_world_keeps_every_answer(bodies: list[Body]) -> None:
    draft = patched(opened(), bodies)
    assert refresh(draft, snapshot(), reading(), FAR, CONTEXT, proposer) == draft


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), answers())
def test_the_summary_of_an_unchanged_world_is_stable(
    world: tuple[ClassSnapshot, GradebookReading], bodies: list[Body]
) -> None:
    snap, read = world
    draft = patched(opened(snap, read), bodies)
    assert summarise(draft, snap, read, FAR, CONTEXT) == summarise(draft, snap, read, FAR, CONTEXT)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), answers(), st.data())
def test_the_fingerprint_changes_whenever_something_shown_changes_and_only_then(
    world: tuple[ClassSnapshot, GradebookReading], bodies: list[Body], data: st.DataObject
) -> None:
    snap, read = world
    draft = patched(opened(snap, read), bodies)
    activity = data.draw(st.sampled_from([a.id for a in snap.activities]))
    student = data.draw(st.sampled_from([ANA, BEN, CLEO]))
    scores = {**snap.scores, activity: {**snap.scores[activity], student: our(data.draw(OURS), 9)}}
    other = replace(snap, scores=scores)
    if data.draw(st.booleans()):
        other = with_activity(
            other, activity, grading_completed=data.draw(st.booleans()), points=data.draw(POINTS)
        )
    one, two = summary(draft, snap, read), summary(draft, other, read)
    assert (one["fingerprint"] == two["fingerprint"]) == (canonical(one) == canonical(two))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), answers())
def test_no_shown_value_of_a_score_is_a_blank(
    world: tuple[ClassSnapshot, GradebookReading], bodies: list[Body]
) -> None:
    """A set-up never clears anything, on either side."""
    snap, read = world
    seen = summary(patched(opened(snap, read), bodies), snap, read)
    assert all(change["after"] for change in seen["changes"])
    assert seen["counts"]["lms"]["scores_cleared"] == seen["counts"]["aeries"]["scores_cleared"] == 0


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), answers())
def test_ask_and_keep_overwrite_nothing(
    world: tuple[ClassSnapshot, GradebookReading], bodies: list[Body]
) -> None:
    snap, read = world
    draft = patched(opened(snap, read), bodies)
    draft = patch(
        draft, {"aeries_activities": [{"aeries_id": "U1", "scores_from": "ask", "fields_from": "keep"}]}
    )
    assert all(change["before"] is None for change in summary(draft, snap, read)["changes"])


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), answers())
def test_carrying_the_summary_out_leaves_no_difference_but_conflicts_held_and_ignored(
    world: tuple[ClassSnapshot, GradebookReading], bodies: list[Body]
) -> None:
    snap, read = world
    draft = made_ready(patched(opened(snap, read), bodies))
    first = summary(draft, snap, read)
    assert first["ready"]
    plan = confirmed_plan(draft, snap, read, FAR, CONTEXT)
    done = carry_out(plan, snap, read)
    second = summary(
        paired(done.snapshot, done.reading, done.pairs, done.categories), done.snapshot, done.reading
    )
    assert second["changes"] == []
    assert named_cells(second) == named_cells(first)
    assert {(d["field"], d["lms"], d["aeries"]) for d in second["field_differences"]} <= {
        (d["field"], d["lms"], d["aeries"]) for d in first["field_differences"]
    }
    assert (
        len(done.snapshot.activities) == len(snap.activities) + first["counts"]["lms"]["activities_created"]
    )
    assert len(done.reading.assignments) == (
        len(read.assignments) + first["counts"]["aeries"]["activities_created"]
    )


def named_cells(seen: dict[str, Any]) -> list[tuple[str, ...]]:
    """Cells in conflict, held or unread; a mark that could not overwrite a number is a conflict once nobody chose."""
    rows = (*seen["conflicts"], *seen["held"], *seen["unread"])
    return sorted((row["student"], row["lms"] or "", row["aeries"] or "") for row in rows)


def paired(
    snap: ClassSnapshot, read: GradebookReading, pairs: dict[str, int], categories: dict[str, int]
) -> Draft:
    """A draft in which the given pairs are matched and everything else is ignored."""
    draft = bare_draft(snap, read, FAR, CONTEXT)
    return replace(
        draft,
        categories=tuple(
            replace(row, action=Action.MATCH, lms_id=str(categories[row.code]))
            if row.code in categories
            else replace(row, action=Action.IGNORE)
            for row in draft.categories
        ),
        assignments=tuple(
            replace(row, action=Action.MATCH, lms_id=str(pairs[row.aeries_id]))
            if row.aeries_id in pairs
            else replace(row, action=Action.IGNORE)
            for row in draft.assignments
        ),
        activities=tuple(replace(row, action=Action.IGNORE) for row in draft.activities),
    )


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), answers())
def test_drafts_readings_snapshots_and_plans_survive_json(
    world: tuple[ClassSnapshot, GradebookReading], bodies: list[Body]
) -> None:
    snap, read = world
    draft = patched(opened(snap, read), bodies)
    draft = switch_gradebook(draft, snap, other_reading(), FAR, CONTEXT, proposer)
    plan = confirmed_plan(patched(opened(snap, read), bodies), snap, read, FAR, CONTEXT)
    assert from_json(Draft, json.loads(json.dumps(to_json(draft)))) == draft
    assert from_json(ClassSnapshot, json.loads(json.dumps(to_json(snap)))) == snap
    assert from_json(GradebookReading, json.loads(json.dumps(to_json(read)))) == read
    assert from_json(SetupPlan, json.loads(json.dumps(to_json(plan)))) == plan


def test_the_toy_model_sees_a_step_that_is_left_out() -> None:
    """The property above must be able to fail: a plan without its first pair leaves its difference."""
    plan = confirmed_plan(answered(), snapshot(), reading(), FAR, CONTEXT)
    [first, *_] = [step for step in plan.steps if isinstance(step, MatchPair)]
    lamed = replace(
        plan, steps=tuple(replace(step, cells=()) if step is first else step for step in plan.steps)
    )
    done = carry_out(lamed, snapshot(), reading())
    seen = summary(
        paired(done.snapshot, done.reading, done.pairs, done.categories), done.snapshot, done.reading
    )
    assert [change["student"] for change in seen["changes"]] == ["Cleo Cruz"]
