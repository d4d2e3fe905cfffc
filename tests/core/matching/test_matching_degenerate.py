"""Odd classes get modest answers, never an error."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from twinbook.core.matching import Confidence, LmsActivity, Proposals, SisAssignment, propose

START = date(2026, 8, 17)


def answer(
    titles: list[str],
    names: list[str],
    due: Callable[[int], date | None] = lambda n: START + timedelta(days=n),
    scores: Callable[[int], list[str]] = lambda n: [],
    points: str = "10",
) -> Proposals:
    def column(n: int) -> dict[str, str]:
        return {f"s{k}": mark for k, mark in enumerate(scores(n))}

    activities = [
        LmsActivity(
            f"a{n:03}", title, "c", Decimal(points), None, due(n),
            {student: Decimal(mark) if mark else None for student, mark in column(n).items()},
        )
        for n, title in enumerate(titles)
    ]  # fmt: skip
    assignments = [
        SisAssignment(f"x{n:03}", n, name, "0", Decimal(points), Decimal(points), None, due(n), column(n))
        for n, name in enumerate(names)
    ]
    return propose([], activities, [], assignments)


def same_places(proposals: Proposals) -> bool:
    return all(p.lms_id[1:] == p.sis_id[1:] for p in proposals.activities)


@pytest.mark.parametrize(("ours", "theirs"), [(0, 0), (0, 5), (5, 0)])
def test_empty_sides(ours: int, theirs: int) -> None:
    assert answer(["Quiz"] * ours, ["Quiz"] * theirs).activities == ()


def test_two_hundred_by_two_hundred() -> None:
    names = [f"Homework {n // 20}.{n % 20}" for n in range(200)]
    result = answer(names, names, scores=lambda n: [str((n * 7 + k * k) % 11) for k in range(35)])
    assert len(result.activities) == 200
    assert same_places(result)


def test_identical_names_without_dates_and_scores_are_not_guessed() -> None:
    assert answer(["Participation"] * 10, ["Participation"] * 10, due=lambda n: None).activities == ()


def test_identical_names_are_told_apart_by_date_but_never_sure_without_scores() -> None:
    names = ["Participation"] * 10
    result = answer(names, names, due=lambda n: START + timedelta(days=7 * n))
    assert len(result.activities) == 10
    assert same_places(result)
    assert {p.confidence for p in result.activities} == {Confidence.PROBABLE}


def test_identical_names_with_scores_are_told_apart() -> None:
    names = ["Warm-up"] * 6
    scores = lambda n: [str((n * 5 + k * (n + 3)) % 11) for k in range(20)]  # noqa: E731
    result = answer(names, names, due=lambda n: None, scores=scores)
    assert len(result.activities) == 6
    assert same_places(result)


def test_no_dates_and_no_scores_leave_the_names() -> None:
    names = ["Cell model", "Osmosis lab", "Unit 1 test"]
    result = answer(names, [name.upper() for name in names], due=lambda n: None)
    assert len(result.activities) == 3
    assert same_places(result)


def test_one_student_proves_nothing_against_the_name() -> None:
    result = answer(["Quiz 1", "Quiz 2"], ["Quiz 2", "Quiz 1"], due=lambda n: None, scores=lambda n: ["8"])
    assert {(p.lms_id, p.sis_id) for p in result.activities} <= {("a000", "x001"), ("a001", "x000")}


def test_columns_of_full_marks_prove_little() -> None:
    result = answer(["Spelling list"], ["Field trip form"], due=lambda n: None, scores=lambda n: ["10"] * 30)
    assert result.activities == ()


def test_an_empty_copy_is_not_the_original() -> None:
    ours = [
        LmsActivity(
            "a", "Quiz 1", "c", Decimal(10), None, START, {f"s{k}": Decimal(k % 9) for k in range(20)}
        )
    ]
    marks = {f"s{k}": str(k % 9) for k in range(20)}
    theirs = [
        SisAssignment(
            "copy", 9, "Quiz 1", "0", Decimal(10), Decimal(10), None, START, dict.fromkeys(marks, "")
        ),
        SisAssignment("original", 1, "Quiz 1", "0", Decimal(10), Decimal(10), None, START, marks),
    ]
    assert [p.sis_id for p in propose([], ours, [], theirs).activities] == ["original"]


def test_two_equal_candidates_are_a_doubt_and_no_proposal() -> None:
    result = answer(["Cell model"], ["Cell model"])
    assert len(result.activities) == 1
    ours = [LmsActivity("a", "Cell model", "c", Decimal(10), None, START)]
    theirs = [
        SisAssignment(id, n, "Cell model", "0", Decimal(10), Decimal(10), None, START)
        for n, id in enumerate("xy")
    ]
    result = propose([], ours, [], theirs)
    assert result.activities == ()
    assert result.doubts[0].reason.endswith("“Cell model” fits as well")


@pytest.mark.parametrize(
    "title",
    ["🎯🎯🎯", "اختبار الوحدة ١", "مبحן ראשון", "第一单元测验", "Q" * 255, "9" * 255, "", "   ", "&amp;&lt;", "½ ¾ ²", "\u202eQuiz", "0/0 99/99"],
)  # fmt: skip
def test_any_script_emoji_and_length(title: str) -> None:
    result = answer(
        [title, "Quiz 7"], [title, "Quiz 7"], scores=lambda n: [str((n + k) % 7) for k in range(9)]
    )
    assert same_places(result)


@pytest.mark.parametrize("points", ["0", "0.01", "100000"])
def test_odd_maxima(points: str) -> None:
    result = answer(["Quiz 1"], ["Quiz 1"], scores=lambda n: ["1", "", "2"], points=points)
    assert same_places(result)


@pytest.mark.parametrize("mark", ["NA", "TX", "MI", "95%", "%", "abc", "1e9999", "NaN", "-5", "7,5", " 7 "])
def test_odd_marks(mark: str) -> None:
    ours = [LmsActivity("a", "Quiz 1", "c", Decimal(10), None, START, {"s1": Decimal(7), "s2": "EX"})]
    theirs = [
        SisAssignment("x", 1, "Quiz 1", "0", Decimal(10), Decimal(10), None, START, {"s1": mark, "s2": "NA"})
    ]
    assert len(propose([], ours, [], theirs).activities) <= 1
