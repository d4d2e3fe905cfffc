"""Recognising an older state of a class: by what its history says, cell by cell."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from twinbook.core.restored import Cell, Moved, StateOf, recognise


def day(number: int) -> datetime:
    return datetime(2026, 10, number, 12, tzinfo=UTC)


def history(activities: int, students: int = 10) -> dict[Cell, list[Moved]]:
    """Activity n was scored on the day n; on the day 20 everybody's score of activity 1 was raised."""
    cells = {
        (activity, student): [Moved(day(activity), "", "8")]
        for activity in range(1, activities + 1)
        for student in range(students)
    }
    for student in range(students):
        cells[1, student].append(Moved(day(20), "8", "9"))
    return cells


def split(cells: dict[Cell, list[Moved]], after: dict[Cell, str]) -> tuple[dict[Cell, str], dict[Cell, str]]:
    """(losing, kept)"""
    stands = {cell: moves[-1].after for cell, moves in cells.items()}
    return {c: v for c, v in after.items() if v != stands[c]}, {
        c: v for c, v in stands.items() if c not in after
    }


def test_old_numbers_are_the_state_of_a_time() -> None:
    cells = history(5)
    losing, kept = split(cells, {(1, student): "8" for student in range(10)})
    assert recognise(cells, losing, kept) == StateOf(day(5), day(20))


def test_the_state_of_a_day_between_holds_what_was_there_and_lacks_what_came_later() -> None:
    cells = history(9)
    after = {(1, s): "8" for s in range(10)} | {(a, s): "" for a in range(4, 10) for s in range(10)}
    losing, kept = split(cells, after)
    assert recognise(cells, losing, kept) == StateOf(day(3), day(4))


def test_a_gradebook_of_yesterday_lacks_only_the_newest_work() -> None:
    cells = history(9)
    del cells[1, 0]
    losing, kept = split(cells, {(9, s): "" for s in range(10)})
    assert recognise({c: m[:1] for c, m in cells.items()}, losing, dict.fromkeys(kept, "8")) == StateOf(
        day(8), day(9)
    )


def test_half_of_an_old_state_is_recognised_as_well() -> None:
    """15 % of every class: what did not change need not be as old."""
    cells = history(9)
    losing, kept = split(cells, {(1, s): "8" for s in range(5)})
    assert recognise(cells, losing, kept) == StateOf(day(9), day(20))


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_a_cleared_gradebook_is_no_old_state(share: float) -> None:
    cells = history(8)
    chosen = [cell for cell in cells if cell[1] < 10 * share]
    losing, kept = split(cells, dict.fromkeys(chosen, ""))
    assert recognise(cells, losing, kept) is None


def test_another_class_s_scores_are_no_old_state() -> None:
    cells = history(8)
    losing, kept = split(cells, {cell: str(cell[1] % 7 + 0.5) for cell in cells})
    assert recognise(cells, losing, kept) is None


def test_values_that_fit_no_common_time_are_no_old_state() -> None:
    cells = {(1, s): [Moved(day(1 + 2 * s), "", "5"), Moved(day(2 + 2 * s), "5", "6")] for s in range(10)}
    assert recognise(cells, dict.fromkeys(cells, "5"), {}) is None


def test_without_a_history_nothing_is_said() -> None:
    assert recognise({}, {(1, 1): "5", (1, 2): "6"}, {}) is None
