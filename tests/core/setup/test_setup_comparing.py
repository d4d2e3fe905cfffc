"""What a match would mean: counted before it is confirmed, and then exactly what the summary says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from setup_world import (
    ANA,
    BEN,
    CLEO,
    CONTEXT,
    FAR,
    answered,
    opened,
    our,
    reading,
    snapshot,
    summary,
    their,
    with_activity,
    with_rows,
    with_scores,
)

from twinbook.core.cells import Policy
from twinbook.core.fields import Field
from twinbook.core.setup.comparing import Comparison, Replaced, compare
from twinbook.core.setup.draft import Draft
from twinbook.core.setup.patching import patch
from twinbook.core.snapshot import ClassSnapshot, GradebookReading

CHANGED_HERE = {ANA: our("8"), BEN: our("7"), CLEO: our("excused")}
CHANGED_THERE = {ANA: their("8"), BEN: their("6"), CLEO: their("9")}


def _compared(draft: Draft, snap: ClassSnapshot, read: GradebookReading, uid: str = "U1") -> Comparison:
    rows = [row for row in draft.assignments if row.aeries_id == uid]
    return compare(draft, snap, read, FAR, CONTEXT, rows)[uid]


def test_equal_different_and_filled_values_are_told_apart() -> None:
    snap, read = snapshot(), reading()
    found = _compared(opened(snap, read), snap, read)
    assert (found.equal, found.differ, found.fills_here, found.fills_there) == (1, 1, 1, 0)
    assert found.replaced[Policy.ASK] == Replaced(0, 0, 0)
    assert found.replaced[Policy.AERIES] == Replaced(1, 0, 0)
    assert found.replaced[Policy.LMS] == Replaced(0, 1, 0)


def test_a_mark_here_that_aeries_cannot_take_is_counted_as_held() -> None:
    snap = with_scores(snapshot(), 101, CHANGED_HERE)
    read = with_rows(reading(), "U1", CHANGED_THERE)
    found = _compared(opened(snap, read), snap, read)
    assert found.differ == 2
    assert found.replaced[Policy.LMS] == Replaced(0, 1, 1)
    assert found.replaced[Policy.AERIES] == Replaced(2, 0, 0)


@pytest.mark.parametrize("policy", list(Policy))
def test_the_summary_then_says_the_same(policy: Policy) -> None:
    snap = with_scores(snapshot(), 101, CHANGED_HERE)
    read = with_rows(reading(), "U1", CHANGED_THERE)
    draft = answered(opened(snap, read))
    found = _compared(draft, snap, read).replaced[policy]
    before, after = (summary(_with(draft, word), snap, read)["counts"] for word in ("ask", policy.value))
    assert after["lms"]["scores_set"] - before["lms"]["scores_set"] == found.here
    assert after["aeries"]["scores_set"] - before["aeries"]["scores_set"] == found.there
    assert after["held"] - before["held"] == found.held


def _with(draft: Draft, word: str) -> Draft:
    return patch(draft, {"aeries_activities": [{"aeries_id": "U1", "scores_from": word}]})


def test_differing_fields_are_named_whatever_was_answered_about_them() -> None:
    snap, read = with_activity(snapshot(), 101, title="Homework one"), reading()
    draft = patch(opened(snap, read), {"aeries_activities": [{"aeries_id": "U1", "fields_from": "aeries"}]})
    assert [difference.field for difference in _compared(draft, snap, read).fields] == [Field.TITLE]


def test_a_row_without_a_partner_or_without_its_item_is_left_out() -> None:
    snap, read = snapshot(), reading()
    draft = opened(snap, read)
    gone = replace(draft.assignments[0], aeries_id="U9", lms_id="101")
    assert compare(draft, snap, read, FAR, CONTEXT, [draft.assignments[2], gone]) == {}
