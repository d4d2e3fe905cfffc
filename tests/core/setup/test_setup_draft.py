"""The draft as it opens and as answers change it: the rules below the draft's JSON in public surface §3.3."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from setup_world import (
    CONTEXT,
    FAR,
    activity,
    answered,
    assignment,
    category_row,
    here_row,
    lms_ids,
    opened,
    our,
    reading,
    snapshot,
    summary,
    there_row,
    with_assignment,
)

from twinbook.core.setup.body import DraftError
from twinbook.core.setup.draft import DraftState
from twinbook.core.setup.opening import open_draft
from twinbook.core.setup.patching import patch
from twinbook.core.setup.shown import shown_draft


def refused(body: dict[str, Any], draft: Any = None) -> DraftError:
    with pytest.raises(DraftError) as caught:
        patch(draft or opened(), body)
    assert caught.value.message
    return caught.value


def test_the_draft_has_exactly_the_documented_fields() -> None:
    shown: Any = shown_draft(opened())
    assert set(shown) == {
        "state",
        "gradebook_number",
        "read_at",
        "checks",
        "categories",
        "aeries_activities",
        "lms_activities",
    }
    assert set(shown["categories"][0]) == {
        "aeries_code",
        "name",
        "percent",
        "lms_id",
        "action",
        "confidence",
        "stale",
    }
    assert set(shown["aeries_activities"][0]) == {
        "aeries_id",
        "number",
        "name",
        "category_code",
        "points",
        "due_on",
        "scores",
        "action",
        "lms_id",
        "confidence",
        "reason",
        "scores_from",
        "fields_from",
        "stale",
    }
    assert set(shown["lms_activities"][0]) == {
        "lms_id",
        "title",
        "category_id",
        "points",
        "due_on",
        "scores",
        "action",
        "aeries_id",
        "confidence",
        "reason",
        "scores_from",
        "fields_from",
        "stale",
    }


def test_only_sure_proposals_carry_an_action_from_the_start() -> None:
    shown: Any = shown_draft(opened())
    for row in (*shown["categories"], *shown["aeries_activities"], *shown["lms_activities"]):
        assert (row["action"] == "match") == (row["confidence"] == "sure")


def test_a_probable_proposal_shows_its_partner_until_a_person_chooses() -> None:
    row = there_row(opened(), "U2")
    assert (row["action"], row["lms_id"], row["confidence"]) == (None, "102", "probable")
    assert there_row(patch(opened(), {"aeries_activities": [{"aeries_id": "U2", "action": "match"}]}), "U2")[
        "lms_id"
    ] == ("102")


def test_scores_are_counted_without_blanks() -> None:
    assert there_row(opened(), "U3")["scores"] == 2
    assert here_row(opened(), "104")["scores"] == 2


def test_a_matched_lms_activity_leaves_lms_activities_and_comes_back_when_unmatched() -> None:
    draft = opened()
    assert lms_ids(draft) == ["102", "103", "104"]
    draft = patch(draft, {"aeries_activities": [{"aeries_id": "U1", "action": "ignore"}]})
    assert lms_ids(draft) == ["101", "102", "103", "104"]


def test_an_activity_that_comes_back_still_has_its_own_answer() -> None:
    draft = patch(opened(), {"lms_activities": [{"lms_id": "104", "action": "ignore"}]})
    draft = patch(draft, {"aeries_activities": [{"aeries_id": "U3", "action": "match", "lms_id": "104"}]})
    assert "104" not in lms_ids(draft)
    draft = patch(draft, {"aeries_activities": [{"aeries_id": "U3", "action": None}]})
    assert here_row(draft, "104")["action"] == "ignore"


def test_changing_an_answer_never_loses_another() -> None:
    draft = answered()
    before: Any = shown_draft(draft)
    after: Any = shown_draft(patch(draft, {"aeries_activities": [{"aeries_id": "U1", "scores_from": "lms"}]}))
    for rows in ("categories", "lms_activities"):
        assert before[rows] == after[rows]
    changed = [
        (b, a) for b, a in zip(before["aeries_activities"], after["aeries_activities"], strict=True) if b != a
    ]
    assert [(b["aeries_id"], a["scores_from"]) for b, a in changed] == [("U1", "lms")]


def test_a_partner_stands_in_one_place_only() -> None:
    error = refused({"aeries_activities": [{"aeries_id": "U3", "action": "match", "lms_id": "101"}]})
    assert (error.code, error.field) == ("partner_taken", "aeries_activities[0].lms_id")
    assert refused({"categories": [{"aeries_code": "2", "action": "match", "lms_id": "11"}]}).code == (
        "partner_taken"
    )


def test_a_match_over_an_lms_answer_is_contradictory_within_one_patch() -> None:
    body = {
        "aeries_activities": [{"aeries_id": "U3", "action": "match", "lms_id": "104"}],
        "lms_activities": [{"lms_id": "104", "action": "create"}],
    }
    assert refused(body).code == "partner_taken"


def test_another_answer_for_a_matched_lms_activity_is_refused() -> None:
    for action in ("create", "ignore", None):
        assert refused({"lms_activities": [{"lms_id": "101", "action": action}]}).code == "partner_taken"


def test_an_lms_row_cannot_take_an_aeries_activity_that_has_an_answer() -> None:
    error = refused({"lms_activities": [{"lms_id": "104", "action": "match", "aeries_id": "U1"}]})
    assert (error.code, error.field) == ("partner_taken", "lms_activities[0].aeries_id")


def test_a_match_given_at_the_lms_row_stands_at_the_aeries_row() -> None:
    body = {
        "lms_activities": [
            {
                "lms_id": "104",
                "action": "match",
                "aeries_id": "U3",
                "scores_from": "aeries",
                "fields_from": "lms",
            }
        ]
    }
    draft = patch(opened(), body)
    row = there_row(draft, "U3")
    assert (row["action"], row["lms_id"], row["scores_from"], row["fields_from"]) == (
        "match",
        "104",
        "aeries",
        "lms",
    )
    assert "104" not in lms_ids(draft)
    assert patch(draft, body) == draft


def test_two_partners_are_exchanged_in_one_patch() -> None:
    body = {
        "aeries_activities": [
            {"aeries_id": "U1", "action": "match", "lms_id": "102"},
            {"aeries_id": "U2", "action": "match", "lms_id": "101"},
        ]
    }
    draft = patch(opened(), body)
    assert (there_row(draft, "U1")["lms_id"], there_row(draft, "U2")["lms_id"]) == ("102", "101")


def test_a_proposed_partner_that_is_matched_elsewhere_is_no_longer_shown() -> None:
    draft = patch(opened(), {"aeries_activities": [{"aeries_id": "U3", "action": "match", "lms_id": "102"}]})
    row = there_row(draft, "U2")
    assert (row["lms_id"], row["confidence"], row["reason"]) == (None, "none", "")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"students": []}, "unknown_field", "students"),
        ({"categories": {}}, "invalid_value", "categories"),
        ({"categories": ["x"]}, "invalid_value", "categories[0]"),
        ({"categories": [{"action": "ignore"}]}, "unknown_row", "categories[0].lms_id"),
        (
            {"categories": [{"aeries_code": "9", "action": "ignore"}]},
            "unknown_row",
            "categories[0].aeries_code",
        ),
        ({"categories": [{"lms_id": "99", "action": "ignore"}]}, "unknown_row", "categories[0].lms_id"),
        ({"aeries_activities": [{"aeries_id": "U9"}]}, "unknown_row", "aeries_activities[0].aeries_id"),
        ({"lms_activities": [{"lms_id": "999"}]}, "unknown_row", "lms_activities[0].lms_id"),
        (
            {"aeries_activities": [{"aeries_id": "U1", "colour": "red"}]},
            "unknown_field",
            "aeries_activities[0].colour",
        ),
        ({"aeries_activities": [{"aeries_id": "U1", "name": "X"}]}, "read_only", "aeries_activities[0].name"),
        (
            {"aeries_activities": [{"aeries_id": "U1", "action": "drop"}]},
            "invalid_value",
            "aeries_activities[0].action",
        ),
        (
            {"aeries_activities": [{"aeries_id": "U1", "scores_from": None}]},
            "invalid_value",
            "aeries_activities[0].scores_from",
        ),
        (
            {"aeries_activities": [{"aeries_id": "U1", "lms_id": 102}]},
            "invalid_value",
            "aeries_activities[0].lms_id",
        ),
        (
            {"aeries_activities": [{"aeries_id": "U3", "action": "match"}]},
            "partner_missing",
            "aeries_activities[0].lms_id",
        ),
        (
            {"aeries_activities": [{"aeries_id": "U3", "action": "match", "lms_id": "x"}]},
            "unknown_partner",
            "aeries_activities[0].lms_id",
        ),
        (
            {"aeries_activities": [{"aeries_id": "U3", "action": "create", "lms_id": "104"}]},
            "partner_without_match",
            "aeries_activities[0].lms_id",
        ),
        (
            {"lms_activities": [{"lms_id": "104", "action": "match", "aeries_id": "U9"}]},
            "unknown_partner",
            "lms_activities[0].aeries_id",
        ),
        ({"categories": [{"lms_id": "13", "action": "create"}]}, "ignore_only", "categories[0].action"),
        (
            {"lms_activities": [{"lms_id": "104"}, {"lms_id": "104"}]},
            "row_twice",
            "lms_activities[1].lms_id",
        ),
    ],
)
def test_what_cannot_be_taken_is_refused_at_its_place(body: dict[str, Any], code: str, field: str) -> None:
    error = refused(body)
    assert (error.code, error.field) == (code, field)


def test_a_refused_patch_changes_nothing_even_where_it_is_right() -> None:
    draft = opened()
    before = shown_draft(draft)
    refused(
        {"categories": [{"aeries_code": "2", "action": "create"}], "lms_activities": [{"lms_id": "999"}]},
        draft,
    )
    assert shown_draft(draft) == before


def test_a_whole_shown_draft_can_be_sent_back_without_changing_anything() -> None:
    for draft in (opened(), answered()):
        shown: Any = shown_draft(draft)
        lists = {name: shown[name] for name in ("categories", "aeries_activities", "lms_activities")}
        assert shown_draft(patch(draft, lists)) == shown


@pytest.mark.parametrize(
    "kind",
    [{"rubric": True}, {"by_standard": True}, {"narrative": True}, {"weight_max": Decimal(0)}],
    ids=["rubric", "by standard", "narrative", "0 points with another number correct possible"],
)
def test_such_an_assignment_allows_ignore_only(kind: dict[str, Any]) -> None:
    draft = opened(read=with_assignment(reading(), "U2", **kind))
    assert there_row(draft, "U2")["reason"]
    for action in ("create", "match"):
        error = refused(
            {"aeries_activities": [{"aeries_id": "U2", "action": action, "lms_id": "102"}]}, draft
        )
        assert error.code in ("ignore_only", "partner_without_match")
    assert (
        refused({"aeries_activities": [{"aeries_id": "U2", "action": "match"}]}, draft).code == "ignore_only"
    )
    assert refused(
        {"lms_activities": [{"lms_id": "102", "action": "match", "aeries_id": "U2"}]}, draft
    ).code == ("ignore_only")
    ignored = patch(draft, {"aeries_activities": [{"aeries_id": "U2", "action": "ignore"}]})
    assert there_row(ignored, "U2")["action"] == "ignore"


def test_extra_credit_with_both_maxima_0_can_be_created_here() -> None:
    zero = {"weight_max": Decimal(0), "entry_max": Decimal(0)}
    read = with_assignment(reading(), "U3", **zero)
    assert there_row(answered(opened(read=read)), "U3")["action"] == "create"


def test_an_lms_category_without_partner_blocks_create_of_its_activities_in_aeries_and_says_so() -> None:
    draft = patch(answered(), {"lms_activities": [{"lms_id": "103", "action": "create"}]})
    assert "Projects" in here_row(draft, "103")["reason"]
    seen = summary(draft)
    assert not seen["ready"]
    assert [(b["code"], b["items"]) for b in seen["blocking"]] == [
        ("category_without_partner", ["Poster (Projects)"])
    ]
    matched = patch(draft, {"categories": [{"aeries_code": "2", "action": "match", "lms_id": "13"}]})
    assert summary(matched)["ready"]


def test_an_aeries_category_set_to_ignore_blocks_create_of_its_assignments_here() -> None:
    draft = patch(answered(), {"categories": [{"aeries_code": "2", "action": "ignore"}]})
    assert there_row(draft, "U3")["action"] == "create"
    assert "Labs" in there_row(draft, "U3")["reason"]
    seen = summary(draft)
    assert [(b["code"], b["items"]) for b in seen["blocking"]] == [("category_ignored", ["Lab 1"])]


def test_a_matched_category_leaves_the_leftovers_and_comes_back() -> None:
    draft = patch(opened(), {"categories": [{"lms_id": "13", "action": "ignore"}]})
    draft = patch(draft, {"categories": [{"aeries_code": "2", "action": "match", "lms_id": "13"}]})
    shown: Any = shown_draft(draft)
    assert [row["lms_id"] for row in shown["categories"]] == ["11", "12", "13"]
    back: Any = shown_draft(patch(draft, {"categories": [{"aeries_code": "2", "action": "create"}]}))
    assert (back["categories"][-1]["lms_id"], back["categories"][-1]["action"]) == ("13", "ignore")


def test_different_weights_of_matched_categories_are_a_warning() -> None:
    draft = patch(opened(), {"categories": [{"aeries_code": "2", "action": "match", "lms_id": "13"}]})
    shown: Any = shown_draft(draft)
    check = next(check for check in shown["checks"] if check["code"] == "weights_differ")
    assert (check["level"], check["items"]) == ("warning", ["Labs: no weight here, 0 % in Aeries"])
    assert not [check for check in shown_draft(opened())["checks"] if check["code"] == "weights_differ"]  # type: ignore[attr-defined]


def test_nothing_is_answered_while_reading_or_after_confirm() -> None:
    for state, code in ((DraftState.READING, "still_reading"), (DraftState.CONFIRMED, "already_confirmed")):
        assert refused({}, replace(opened(), state=state)).code == code


def test_the_real_proposer_matches_what_is_plainly_the_same() -> None:
    snap = snapshot(
        activities=(activity(101, "Chapter 3 Homework"), activity(102, "Unit Test 1", 12, "50")),
        scores={
            101: {1: our("8"), 2: our("7"), 3: our("10")},
            102: {1: our("41"), 2: our("37"), 3: our("49")},
        },
    )
    read = reading(
        assignments=(
            assignment("U1", 1, "Chapter 3 Homework"),
            assignment("U2", 2, "Unit Test 1", "1", "50"),
        ),
        scores={},
    )
    draft = open_draft(snap, read, FAR, CONTEXT)
    assert (there_row(draft, "U1")["lms_id"], there_row(draft, "U2")["lms_id"]) == ("101", "102")
    assert category_row(draft, "0")["action"] == "match"
