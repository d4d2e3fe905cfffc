"""Earlier answers in a new draft: exact in the same gradebook, by name in another one."""

from __future__ import annotations

from datetime import date

from tests.core.setup.setup_world import (
    CONTEXT,
    FAR,
    TESTS,
    activity,
    assignment,
    category_row,
    here_row,
    proposer,
    reading,
    snapshot,
    there_row,
    with_activity,
    with_assignment,
)

from twinbook.core.setup.draft import Draft
from twinbook.core.setup.earlier import ByName, Earlier, SameGradebook
from twinbook.core.setup.refreshing import begin, refresh
from twinbook.core.snapshot import ClassSnapshot, GradebookReading

NUMBER = reading().gradebook_number


def opened(
    earlier: Earlier, snap: ClassSnapshot | None = None, read: GradebookReading | None = None
) -> Draft:
    return refresh(
        begin(None, NUMBER), snap or snapshot(), read or reading(), FAR, CONTEXT, proposer, earlier
    )


def test_a_pair_of_this_gradebook_is_sure_whatever_the_titles_say_now() -> None:
    draft = opened(Earlier(SameGradebook(partner_of={"U3": "101"})))
    row = there_row(draft, "U3")
    assert (row["action"], row["lms_id"], row["confidence"], row["reason"]) == (
        "match",
        "101",
        "sure",
        "paired before",
    )
    other = there_row(draft, "U1")
    assert (other["action"], other["lms_id"], other["confidence"]) == (None, None, "none")


def test_what_was_ignored_is_ignored_again_on_both_sides() -> None:
    same = SameGradebook(partner_of={"U2": None}, ignored_here=frozenset({"104"}), category_of={"2": None})
    draft = opened(Earlier(same))
    assert there_row(draft, "U2")["action"] == "ignore"
    assert here_row(draft, "104")["action"] == "ignore"
    assert category_row(draft, "2")["action"] == "ignore"


def test_a_category_keeps_its_partner() -> None:
    draft = opened(Earlier(SameGradebook(category_of={"2": str(TESTS)})))
    assert category_row(draft, "2")["lms_id"] == str(TESTS)
    assert category_row(draft, "1")["lms_id"] is None


def test_our_external_id_counts_where_the_unique_id_is_gone_and_only_once() -> None:
    same = SameGradebook(partner_of={"GONE": "102"}, minted={"tb1:a": "102"})
    read = with_assignment(reading(), "U3", external_id="tb1:a")
    assert there_row(opened(Earlier(same), read=read), "U3")["lms_id"] == "102"
    copied = with_assignment(read, "U2", external_id="tb1:a")
    assert there_row(opened(Earlier(same), read=copied), "U3")["lms_id"] is None
    stays = SameGradebook(partner_of={"U1": "102"}, minted={"tb1:a": "102"})
    assert there_row(opened(Earlier(stays), read=read), "U3")["lms_id"] is None


def test_a_siblings_answers_are_taken_up_by_name_where_points_agree() -> None:
    sibling = ByName(
        partner_of={"quiz one": "quiz 1", "lab 1": "essay", "homework 1": None},
        ignored_here=frozenset({"poster"}),
        category_of={"labs": "projects"},
    )
    draft = opened(Earlier(others=(sibling,)))
    assert (there_row(draft, "U2")["action"], there_row(draft, "U2")["lms_id"]) == ("match", "102")
    assert there_row(draft, "U3")["lms_id"] == "104"
    assert there_row(draft, "U1")["action"] == "ignore"
    assert here_row(draft, "103")["action"] == "ignore"
    assert category_row(draft, "2")["lms_id"] == "13"
    other_points = with_activity(snapshot(), 104, points=reading().assignments[1].weight_max)
    assert there_row(opened(Earlier(others=(sibling,)), other_points), "U3")["lms_id"] is None


def test_a_name_that_stands_twice_proposes_nothing() -> None:
    snap = snapshot(activities=(activity(101, "Homework 1"), activity(104, "Essay"), activity(105, " essay")))
    draft = opened(Earlier(others=(ByName(partner_of={"lab 1": "essay"}),)), snap)
    assert there_row(draft, "U3")["action"] is None


def test_last_terms_work_stays_in_last_terms_gradebook() -> None:
    """The class goes on with the next term's gradebook, which is a copy: the old scores are not put into it."""
    old = ByName(partner_of={"lab 1": "essay"}, own_class=True)
    snap = with_activity(snapshot(), 104, due_on=date(2020, 3, 2))
    draft = opened(Earlier(others=(old,)), snap)
    assert here_row(draft, "104")["action"] == "ignore"
    assert there_row(draft, "U3")["action"] is None


def test_the_answers_of_this_gradebook_outweigh_those_of_another() -> None:
    read = reading(assignments=(*reading().assignments, assignment("U4", 4, "Essay")))
    earlier = Earlier(SameGradebook(partner_of={"U3": "104"}), (ByName(partner_of={"essay": "essay"}),))
    draft = opened(earlier, read=read)
    assert there_row(draft, "U3")["lms_id"] == "104"
    assert there_row(draft, "U4")["lms_id"] is None
