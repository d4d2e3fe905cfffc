from datetime import date, timedelta
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


def weekly(n: int) -> date:
    return DAY + timedelta(days=7 * n)


def column(n: int) -> str:
    return " ".join(str((n * 5 + k * (n + 3)) % 11) for k in range(12))


def test_same_name_and_other_scores_are_named_as_a_doubt() -> None:
    result = propose(
        [], [activity("a", "Exit Ticket", DAY, SOME)], [], [assignment("x", "Exit Ticket", DAY, OTHER)]
    )
    assert [(d.lms_id, d.sis_id) for d in result.doubts] == [("a", "x")]
    assert result.doubts[0].reason == "same name, points and due date, but only 0 of 10 scores equal"


def test_a_constant_date_shift_of_the_class_is_learned() -> None:
    topics = ["Cells", "Osmosis", "Enzymes", "Genes", "Plants", "Fungi"]
    ours = [activity(f"a{n}", f"{t} lab", weekly(n)) for n, t in enumerate(topics)]
    theirs = [assignment(f"x{n}", f"Lab - {t}", weekly(n + 1)) for n, t in enumerate(topics)]
    assert set(pairs(ours, theirs)) == {(f"a{n}", f"x{n}") for n in range(6)}


def test_a_series_numbered_one_higher_follows_scores_and_dates() -> None:
    ours = [activity(f"a{n}", f"Quiz {n}", weekly(n), column(n) if n < 4 else "") for n in range(1, 7)]
    theirs = [
        assignment(f"x{n}", f"Quiz {n + 1}", weekly(n), column(n) if n < 4 else "") for n in range(1, 7)
    ]
    found = pairs(ours, theirs)
    assert set(found) == {(f"a{n}", f"x{n}") for n in range(1, 7)}
    assert found["a6", "x6"] is Confidence.PROBABLE


def test_a_weekly_series_of_one_name_dated_a_week_later_follows_its_scores() -> None:
    ours = [activity(f"a{n}", "Friday Quiz", weekly(n), column(n)) for n in range(6)]
    theirs = [assignment(f"x{n}", "Friday Quiz", weekly(n + 1), column(n)) for n in range(6)]
    assert pairs(ours, theirs) == {(f"a{n}", f"x{n}"): Confidence.SURE for n in range(6)}


def test_a_changed_maximum_under_the_same_numbers_is_seen() -> None:
    ours = [activity("a", "Project", DAY, SOME, points="20")]
    result = propose([], ours, [], [assignment("x", "Mobile", DAY, SOME, points="25")])
    assert [(p.lms_id, p.sis_id) for p in result.activities] == [("a", "x")]
    assert "10 of 10 scores agree after one rule for the whole column" in result.activities[0].reason


@pytest.mark.parametrize(
    "extra", ["review", "RETAKE", "study guide", "rough draft", "extra credit", "corrections"]
)
def test_other_work_about_the_same_thing_is_not_the_same(extra: str) -> None:
    assert (
        pairs([activity("a", "Chapter 3 Test", DAY)], [assignment("x", f"Chapter 3 Test {extra}", DAY)]) == {}
    )


def test_other_work_with_the_same_scores_is_shown_and_named() -> None:
    result = propose(
        [], [activity("a", "Ch. 3 Test", DAY, SOME)], [], [assignment("x", "Ch 3 Test review", DAY, SOME)]
    )
    assert [p.confidence for p in result.activities] == [Confidence.SURE]
    assert "“review” in one name only" in result.activities[0].reason


def test_a_word_that_a_whole_series_carries_does_not_part_it() -> None:
    topics = ["Slope", "Radicals", "Factoring", "Sequences", "Systems"]
    ours = [activity(f"a{n}", f"{t} practice", weekly(n)) for n, t in enumerate(topics)]
    theirs = [assignment(f"x{n}", f"{t}", weekly(n)) for n, t in enumerate(topics)]
    assert set(pairs(ours, theirs)) == {(f"a{n}", f"x{n}") for n in range(5)}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Ch. 4 Reading Guide", "RG Ch 4"),
        ("U1L3 Circle Square Patterns", "Unit 1 Lesson 3"),
        ("Ch. 2 TEST", "Chapter Two Test"),
        ("LOTF Ch. 7-9", "Lord of the Flies 7/8/9"),
        ("Examen Capítulo 3", "Ch 3 Exam"),
        ("Vocabulary Quiz 2", "VOCABULRAY QZ 2"),
        ("Élève &amp; école", "eleve & ecole"),
        ("Sketchbook 2: Crumpled paper bag", "Sketchbook 2: Crump"),
        ("“Bell Work” 9/4", "Bell Work (9/4)"),
    ],
)
def test_two_spellings_of_one_name_are_joined(title: str, name: str) -> None:
    assert set(pairs([activity("a", title, DAY)], [assignment("x", name, DAY)])) == {("a", "x")}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Quiz 1A", "Quiz 1B"),
        ("Ch. 4 Quiz", "Chapter 3 Quiz"),
        ("HW 2.4", "Homework 2-5"),
        ("Log 9/4", "Log 9/11"),
    ],
)
def test_another_number_is_another_work(title: str, name: str) -> None:
    assert pairs([activity("a", title, DAY)], [assignment("x", name, DAY)]) == {}


def test_pairs_of_the_class_teach_the_search_before_a_create() -> None:
    known = [
        (
            activity(f"a{n}", f"Bell ringer {n}", weekly(n)),
            assignment(f"x{n}", f"Warm start {n}", weekly(n + 1)),
        )
        for n in range(1, 7)
    ]
    new = activity("new", "Bell ringer 8", weekly(8))
    others = [assignment("y", "Warm start 8", weekly(9)), assignment("z", "Warm start 9", weekly(10))]
    assert [p.id for p in likely_partners(new, others, known)] == ["y"]
    assert likely_partners(new, [], known) == ()


def test_a_word_too_many_is_not_sure_without_scores() -> None:
    topics = ["Cells", "Osmosis", "Enzymes", "Genes"]
    ours = [activity(f"a{n}", f"{t} quiz", weekly(n)) for n, t in enumerate(topics)]
    names = ["Quiz - Cells", "Quiz - Osmosis", "Quiz - Enzymes", "Quiz - Genes webquest"]
    theirs = [assignment(f"x{n}", name, weekly(n)) for n, name in enumerate(names)]
    found = pairs(ours, theirs)
    assert found["a0", "x0"] is Confidence.SURE
    assert found["a3", "x3"] is Confidence.PROBABLE
