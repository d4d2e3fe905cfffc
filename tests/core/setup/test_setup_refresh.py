"""Reading again and switching the gradebook: answers stay, what vanished or changed is asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from setup_world import (
    CONTEXT,
    FAR,
    HOMEWORK,
    OTHER,
    activity,
    answered,
    assignment,
    category_row,
    here_row,
    lms_ids,
    opened,
    other_reading,
    our,
    proposer,
    reading,
    snapshot,
    summary,
    their,
    there_row,
    with_activity,
    with_assignment,
    with_rows,
    with_scores,
    without_activity,
    without_assignment,
)

from twinbook.core.setup.draft import Draft, DraftState
from twinbook.core.setup.patching import patch
from twinbook.core.setup.refreshing import abandon, begin, refresh, switch_gradebook
from twinbook.core.setup.shown import shown_draft
from twinbook.core.snapshot import ClassSnapshot, GradebookReading, TheirCategory


def again(draft: Draft, snap: ClassSnapshot | None = None, read: GradebookReading | None = None) -> Draft:
    return refresh(draft, snap or snapshot(), read or reading(), FAR, CONTEXT, proposer)


def switched(draft: Draft, read: GradebookReading) -> Draft:
    return switch_gradebook(draft, snapshot(), read, FAR, CONTEXT, proposer)


def stale_rows(draft: Draft) -> list[str]:
    shown: Any = shown_draft(draft)
    rows = (*shown["categories"], *shown["aeries_activities"], *shown["lms_activities"])
    return [str(row.get("name") or row.get("title")) for row in rows if row["stale"]]


def test_refresh_of_an_unchanged_world_changes_nothing() -> None:
    for draft in (opened(), answered()):
        assert again(draft) == draft


def test_refresh_keeps_answers_when_only_scores_moved() -> None:
    snap = with_scores(snapshot(), 101, {1: our("2")})
    read = with_rows(reading(), "U3", {1: their("1")})
    draft = again(answered(), snap, read)
    assert stale_rows(draft) == []
    assert there_row(draft, "U3")["scores"] == 1


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Lab one"},
        {"weight_max": Decimal(20), "entry_max": Decimal(20)},
        {"entry_max": Decimal(20)},
        {"due_on": date(2020, 9, 21)},
        {"category_code": "0"},
        {"rubric": True},
    ],
)
def test_an_aeries_activity_that_changed_since_its_answer_is_stale_and_asked_again(
    change: dict[str, Any],
) -> None:
    read = with_assignment(reading(), "U3", **change)
    draft = again(answered(), read=read)
    row = there_row(draft, "U3")
    assert (row["stale"], row["action"]) == (True, None)
    assert "create" in row["reason"]
    seen = summary(draft, read=read)
    assert (seen["ready"], [b["code"] for b in seen["blocking"]]) == (False, ["stale_answers"])
    assert stale_rows(again(draft, read=read)) == [row["name"]]
    ignored = patch(draft, {"aeries_activities": [{"aeries_id": "U3", "action": "ignore"}]})
    assert stale_rows(ignored) == []


def test_a_match_whose_partner_changed_is_stale_and_still_shows_the_partner() -> None:
    snap = with_activity(snapshot(), 101, points=Decimal(25))
    draft = again(answered(), snap)
    row = there_row(draft, "U1")
    assert (row["stale"], row["action"], row["lms_id"]) == (True, None, "101")
    assert "points changed from 10 to 25" in row["reason"]
    assert "101" in lms_ids(draft)
    fixed = patch(draft, {"aeries_activities": [{"aeries_id": "U1", "action": "match"}]})
    assert (stale_rows(fixed), there_row(fixed, "U1")["lms_id"]) == ([], "101")


def test_a_stale_row_keeps_its_other_choices() -> None:
    draft = patch(
        answered(),
        {"aeries_activities": [{"aeries_id": "U1", "scores_from": "lms", "fields_from": "aeries"}]},
    )
    row = there_row(again(draft, with_activity(snapshot(), 101, title="Homework one")), "U1")
    assert (row["stale"], row["scores_from"], row["fields_from"]) == (True, "lms", "aeries")


def test_choosing_scores_from_does_not_answer_a_stale_row() -> None:
    draft = again(answered(), with_activity(snapshot(), 101, title="Homework one"))
    patched = patch(draft, {"aeries_activities": [{"aeries_id": "U1", "scores_from": "lms"}]})
    assert there_row(patched, "U1")["stale"]


def test_an_aeries_activity_that_vanished_is_stale_until_it_is_left_out() -> None:
    read = without_assignment(reading(), "U1")
    draft = again(answered(), read=read)
    row = there_row(draft, "U1")
    assert (row["stale"], row["action"], row["lms_id"]) == (True, None, None)
    assert here_row(draft, "101")["action"] is None
    draft = patch(
        draft,
        {
            "aeries_activities": [{"aeries_id": "U1", "action": "ignore"}],
            "lms_activities": [{"lms_id": "101", "action": "ignore"}],
        },
    )
    assert summary(draft, read=read)["ready"]
    assert [row.aeries_id for row in again(draft, read=read).assignments] == ["U2", "U3"]


def test_an_ignored_activity_that_vanished_just_goes() -> None:
    draft = patch(answered(), {"aeries_activities": [{"aeries_id": "U3", "action": "ignore"}]})
    read = without_assignment(reading(), "U3")
    assert [row.aeries_id for row in again(draft, read=read).assignments] == ["U1", "U2"]


def test_an_lms_activity_that_changed_or_vanished_is_asked_again() -> None:
    changed = again(answered(), with_activity(snapshot(), 104, points=Decimal(5)))
    assert (here_row(changed, "104")["stale"], here_row(changed, "104")["action"]) == (True, None)
    gone = again(answered(), without_activity(snapshot(), 104))
    assert (here_row(gone, "104")["stale"], here_row(gone, "104")["action"]) == (True, None)
    ignored = patch(gone, {"lms_activities": [{"lms_id": "104", "action": "ignore"}]})
    assert summary(ignored, without_activity(snapshot(), 104))["ready"]


def test_a_match_whose_lms_activity_vanished_is_asked_again_without_partner() -> None:
    row = there_row(again(answered(), without_activity(snapshot(), 101)), "U1")
    assert (row["stale"], row["action"], row["lms_id"]) == (True, None, None)
    assert "removed here" in row["reason"]


def test_a_category_that_changed_or_vanished_is_asked_again() -> None:
    renamed = reading(categories=(*reading().categories[:2], TheirCategory("2", "Laboratory", Decimal(0))))
    assert stale_rows(again(answered(), read=renamed)) == ["Laboratory"]
    gone = reading(categories=reading().categories[:2])
    draft = again(answered(), read=gone)
    assert (category_row(draft, "2")["stale"], category_row(draft, "2")["action"]) == (True, None)


def test_new_items_come_with_their_proposals_and_are_asked() -> None:
    snap = replace(snapshot(), activities=snapshot().activities[1:])
    draft = again(opened(snap))
    assert there_row(draft, "U1")["action"] == "match"
    read = replace(reading(), assignments=(*reading().assignments, assignment("U4", 4, "Lab 2", "2")))
    draft = again(answered(), read=read)
    assert there_row(draft, "U4")["action"] is None
    assert summary(draft, read=read)["blocking"][0]["items"] == ["Lab 2"]


def test_a_new_sure_proposal_does_not_take_a_partner_that_a_person_gave_away() -> None:
    """U1 appears only later; its sure partner 101 was matched with U3 by hand meanwhile."""
    first = without_assignment(reading(), "U1")
    draft = patch(
        opened(read=first), {"aeries_activities": [{"aeries_id": "U3", "action": "match", "lms_id": "101"}]}
    )
    draft = again(draft)
    assert (there_row(draft, "U3")["lms_id"], there_row(draft, "U1")["action"]) == ("101", None)
    assert there_row(draft, "U1")["lms_id"] is None


def test_an_answer_taken_back_by_a_person_is_not_proposed_again_by_a_refresh() -> None:
    draft = patch(answered(), {"aeries_activities": [{"aeries_id": "U1", "action": None}]})
    assert there_row(again(draft), "U1")["action"] is None


def test_items_that_came_or_went_without_a_refresh_block_the_summary() -> None:
    snap = replace(snapshot(), activities=(*snapshot().activities, activity(105, "Quiz 2", HOMEWORK)))
    assert [(b["code"], b["items"]) for b in summary(answered(), snap)["blocking"]] == [
        ("read_again", ["Quiz 2"])
    ]
    gone = without_activity(snapshot(), 104)
    assert [(b["code"], b["items"]) for b in summary(answered(), gone)["blocking"]] == [
        ("read_again", ["Essay"])
    ]


def test_another_gradebook_keeps_the_answers_that_still_apply() -> None:
    draft = switched(answered(), other_reading())
    assert draft.gradebook_number == OTHER
    assert (here_row(draft, "103")["action"], here_row(draft, "104")["action"]) == ("ignore", "create")
    assert (category_row(draft, "A")["action"], category_row(draft, "A")["lms_id"]) == (
        "match",
        str(HOMEWORK),
    )
    assert category_row(draft, "B")["action"] == "create"
    assert there_row(draft, "V1")["action"] is None


def test_switching_back_and_forth_loses_nothing() -> None:
    draft = answered()
    back = switched(switched(draft, other_reading()), reading())
    assert shown_draft(back) == shown_draft(draft)
    there_and_back = switched(switched(back, other_reading()), reading())
    assert shown_draft(there_and_back) == shown_draft(draft)


def test_the_answers_of_the_other_gradebook_are_found_again_too() -> None:
    there = switched(answered(), other_reading())
    there = patch(there, {"aeries_activities": [{"aeries_id": "V1", "action": "ignore"}]})
    again_there = switched(switched(there, reading()), other_reading())
    assert shown_draft(again_there) == shown_draft(there)


def test_a_later_answer_about_an_lms_activity_holds_for_both_gradebooks() -> None:
    there = patch(
        switched(answered(), other_reading()), {"lms_activities": [{"lms_id": "104", "action": "ignore"}]}
    )
    assert here_row(switched(there, reading()), "104")["action"] == "ignore"


def test_a_change_since_the_answer_is_noticed_after_switching_back() -> None:
    read = with_assignment(reading(), "U3", title="Lab one")
    back = switched(switched(answered(), other_reading()), read)
    assert stale_rows(back) == ["Lab one"]


def test_while_reading_the_answers_stay_visible() -> None:
    draft = begin(answered(), 4454703)
    assert draft.state is DraftState.READING
    assert there_row(draft, "U3")["action"] == "create"
    assert begin(None, OTHER) == Draft(OTHER)


def test_an_abandoned_first_reading_does_not_hide_the_answers_before_it() -> None:
    abandoned = begin(answered(), OTHER)
    assert shown_draft(switched(abandoned, reading())) == shown_draft(answered())


def test_a_reading_that_failed_leaves_the_answers_given_before() -> None:
    assert abandon(begin(answered(), OTHER)) == answered()
    assert abandon(begin(answered(), 4454703)) == answered()
    assert abandon(begin(None, OTHER)) is None


def test_a_draft_is_not_refreshed_with_the_reading_of_another_gradebook() -> None:
    with pytest.raises(ValueError, match="its own gradebook"):
        again(answered(), read=other_reading())
