from datetime import date
from decimal import Decimal

import pytest

from twinbook.core.matching import (
    Confidence,
    LmsActivity,
    LmsCategory,
    SisAssignment,
    SisCategory,
    likely_partners,
    propose,
)

STUDENTS = [f"s{n}" for n in range(12)]


def activity(
    id: str, title: str, due: date | None = None, scores: str = "", points: str = "10", **more: str
) -> LmsActivity:
    column: dict[str, Decimal | str | None] = dict(zip(STUDENTS, map(Decimal, scores.split()), strict=False))
    return LmsActivity(id, title, "c", Decimal(points), due_on=due, scores=column, **more)


def assignment(
    id: str, name: str, due: date | None = None, scores: str = "", points: str = "10", **more: str
) -> SisAssignment:
    column = dict(zip(STUDENTS, scores.split(), strict=False))
    return SisAssignment(
        id, 1, name, "0", Decimal(points), Decimal(points), due_on=due, scores=column, **more
    )


DAY = date(2026, 9, 4)
SOME = "7 9 4 10 8 6 3 9 5 10"
OTHER = "9 5 10 6 7 10 8 2 9 4"


def pairs(ours: list[LmsActivity], theirs: list[SisAssignment]) -> dict[tuple[str, str], Confidence]:
    return {(p.lms_id, p.sis_id): p.confidence for p in propose([], ours, [], theirs).activities}


def test_equal_scores_join_what_names_do_not() -> None:
    ours = [activity("a", "LAB 1", DAY, SOME), activity("b", "Checkpoint", DAY, OTHER)]
    theirs = [assignment("x", "Cells", DAY, OTHER), assignment("y", "Diffusion report", DAY, SOME)]
    assert pairs(ours, theirs) == {("a", "y"): Confidence.SURE, ("b", "x"): Confidence.SURE}


def test_other_scores_part_what_name_date_and_points_join() -> None:
    assert (
        pairs([activity("a", "Exit Ticket", DAY, SOME)], [assignment("x", "Exit Ticket", DAY, OTHER)]) == {}
    )


def test_our_external_id_decides_everything() -> None:
    ours = [activity("a", "Quiz 1", DAY, SOME, external_id="tb1:1"), activity("b", "Essay", DAY)]
    theirs = [assignment("x", "Essay", DAY, OTHER, external_id="tb1:1"), assignment("y", "Quiz 1", DAY, SOME)]
    assert pairs(ours, theirs) == {("a", "x"): Confidence.SURE}


def test_an_external_id_on_two_assignments_decides_nothing() -> None:
    ours = [activity("a", "Quiz 1", DAY, SOME, external_id="tb1:1")]
    theirs = [
        assignment("x", "Quiz 1", DAY, SOME, external_id="tb1:1"),
        assignment("y", "Quiz 1", DAY, "", external_id="tb1:1"),
    ]
    assert set(pairs(ours, theirs)) == {("a", "x")}


def test_the_reason_speaks_to_a_teacher() -> None:
    proposal = propose(
        [], [activity("a", "Spheres", DAY, SOME)], [], [assignment("x", "Value scale", DAY, SOME)]
    )
    assert proposal.activities[0].reason == "same points and due date, all 10 scores equal, name differs"


def test_categories_follow_names_and_paired_work() -> None:
    result = propose(
        [LmsCategory("c", "Daily Work"), LmsCategory("t", "Tests")],
        [activity("a", "Quiz 1", DAY, SOME), activity("b", "Quiz 2", DAY, OTHER)],
        [SisCategory("0", "HW"), SisCategory("1", "Exams")],
        [assignment("x", "Quiz 1", DAY, SOME), assignment("y", "Quiz 2", DAY, OTHER)],
    )
    assert {(c.lms_id, c.code) for c in result.categories} == {("c", "0"), ("t", "1")}


def test_a_likely_partner_is_found_before_a_create() -> None:
    others = [assignment("x", "Chapter 3 Quiz", DAY), assignment("y", "Textbook check", DAY)]
    assert [p.id for p in likely_partners(activity("a", "Ch. 3 Quiz", DAY), others)] == ["x"]
    assert [p.id for p in likely_partners(others[0], [activity("a", "Ch. 3 Quiz", DAY)])] == ["a"]
    assert likely_partners(activity("a", "Ch. 4 Quiz", DAY), others) == ()


def test_items_of_one_side_are_not_partners() -> None:
    with pytest.raises(TypeError, match="other side"):
        likely_partners(activity("a", "Quiz"), [activity("b", "Quiz")])


def test_empty_sides_have_no_proposals() -> None:
    assert pairs([], []) == {}
    assert pairs([activity("a", "Quiz")], []) == {}
    assert pairs([], [assignment("x", "Quiz")]) == {}
