"""The judge sees each kind of wrong in a history that was made up for it, and none in a good one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.judge import (
    AERIES,
    LMS,
    Changed,
    Choice,
    Effect,
    Here,
    Made,
    Moved,
    Problem,
    Record,
    Row,
    There,
    Typed,
    judge,
)

TEN = Decimal(10)
CELL, THERE_CELL = ("a1", "s1"), ("A1", "s1")


def here(value: str, other: str = "7") -> Here:
    return Here({CELL: value, ("a1", "s2"): other}, {"a1": TEN}, {"a1": {"title": "Work"}})


def there(mark: str, other: str = "7.0000") -> There:
    rows = {THERE_CELL: Row(mark, TEN), ("A1", "s2"): Row(other, TEN)}
    return There(rows, frozenset({"A1"}), fields={"A1": {"title": "Work"}}, elsewhere=("other", 1))


def saved_and_sent() -> Record:
    """8 stood on both sides; 9 is typed here, read, written, and proven."""
    record = Record(here("8"), there("8.0000"))
    record.typed.append(Typed(1, LMS, CELL, "9"))
    record.effects.append(Effect(3, "scores", "A1", {"s1": ("8.0000", "9.0000")}, read_at=2))
    record.history += [Moved(LMS, CELL, "8", "9", "typed"), Moved(AERIES, CELL, "8", "9", "changed here")]
    record.pairs = (("a1", "A1"),)
    record.end_here, record.end_there = here("9"), there("9.0000")
    record.rest_here, record.rest_there = record.end_here, record.end_there
    return record


def test_a_good_history_is_good() -> None:
    verdict = judge(saved_and_sent())
    assert verdict.wrongs == []
    assert verdict.gap_p99() == 1
    assert (verdict.overwritten_in_gap, verdict.twins_named) == (0, 0)


def end_as_before(record: Record) -> None:
    record.end_there = record.rest_there = there("8.0000")


def older_one_back(record: Record) -> None:
    record.end_here = record.rest_here = here("8")
    record.end_there = record.rest_there = there("8.0000")
    record.history.append(Moved(LMS, CELL, "9", "8", "changed in Aeries"))


def typed_there_before_the_reading(record: Record) -> None:
    record.typed.insert(0, Typed(0.5, AERIES, THERE_CELL, "6"))
    record.effects = [Effect(3, "scores", "A1", {"s1": ("6.0000", "9.0000")}, read_at=2)]


def no_history_row(record: Record) -> None:
    record.history = record.history[1:]


def no_reason(record: Record) -> None:
    record.history = [replace(moved, why="") for moved in record.history]


def neighbour_zeroed_there(record: Record) -> None:
    record.end_there = record.rest_there = there("9.0000", "0.0000")


def neighbour_gone_here(record: Record) -> None:
    record.end_here = record.rest_here = here("9", "")


def title_moved(record: Record) -> None:
    record.end_there = record.rest_there = replace(there("9.0000"), fields={"A1": {"title": "Other"}})


def other_gradebook_touched(record: Record) -> None:
    record.end_there = record.rest_there = replace(there("9.0000"), elsewhere=("other", 2))


def second_assignment(record: Record) -> None:
    record.end_there = record.rest_there = replace(there("9.0000"), assignments=frozenset({"A1", "A2"}))


def second_activity(record: Record) -> None:
    record.end_here = record.rest_here = replace(here("9"), points={"a1": TEN, "a2": TEN})


def inserted_twice(record: Record) -> None:
    """The second one stands in a pair as well."""
    second_assignment(record)
    second_activity(record)
    record.pairs = (("a1", "A1"), ("a2", "A2"))
    record.made.append(Made(2, LMS, "a2"))
    record.effects += [Effect(at, "insert", item, label="Work") for at, item in ((2.1, "A1"), (2.2, "A2"))]


def two_pairs(record: Record) -> None:
    record.pairs = (("a1", "A1"), ("a1", "A2"))


def further_write(record: Record) -> None:
    record.further_writes = 1


def not_at_rest(record: Record) -> None:
    record.rest_here = here("9", "6")


def invented(record: Record) -> None:
    record.end_here = record.rest_here = here("4")
    record.end_there = record.rest_there = there("4.0000")
    record.history += [Moved(LMS, CELL, "9", "4", "changed in Aeries")]


def written_outside(record: Record) -> None:
    record.effects.append(Effect(4, "scores", "A9", {"s1": ("", "9.0000")}, read_at=3.5))


WRONGS: list[tuple[Callable[[Record], None], str]] = [
    (end_as_before, "'9' here, '8.0000' there, and nobody is asked"),
    (older_one_back, "'9' typed here became '8'"),
    (typed_there_before_the_reading, "'6.0000' typed there was replaced by '9.0000' and is in no history"),
    (no_history_row, "without a row in the history"),
    (no_reason, "without a reason"),
    (neighbour_zeroed_there, "'7.0000' became '0.0000' there, and nobody typed"),
    (neighbour_gone_here, "'7' became '' here, and nobody typed"),
    (title_moved, "title is 'Work' here, 'Other' there"),
    (title_moved, "title changed there"),
    (other_gradebook_touched, "outside of the class's gradebook"),
    (second_assignment, "the assignment A2 was made by nobody"),
    (second_activity, "the activity a2 was made by nobody"),
    (inserted_twice, "Work was inserted 2 times"),
    (two_pairs, "stands in 2 pairs"),
    (further_write, "a further run sent 1 writes"),
    (not_at_rest, "a further run changed something here"),
    (invented, "'4' stands here, and nobody typed it"),
    (written_outside, "scores were written to A9"),
]


@pytest.mark.parametrize(("spoil", "expected"), WRONGS, ids=[expected for _, expected in WRONGS])
def test_each_wrong_is_seen(spoil: Callable[[Record], None], expected: str) -> None:
    record = saved_and_sent()
    spoil(record)
    assert [wrong for wrong in judge(record).wrongs if expected in wrong], judge(record).wrongs


def test_a_named_problem_excuses_its_cell_and_no_other() -> None:
    record = saved_and_sent()
    end_as_before(record)
    record.problems = [Problem("conflict", activity="a1", student="s2")]
    assert judge(record).wrongs
    record.problems = [Problem("conflict", activity="a1", student="s1")]
    assert judge(record).wrongs == []
    record.problems = [Problem("conflict", activity="a1", field="title")]
    assert judge(record).wrongs


def test_what_was_typed_between_reading_and_writing_is_counted_and_no_fault() -> None:
    record = saved_and_sent()
    record.typed.append(Typed(2.5, AERIES, THERE_CELL, "6"))
    record.effects = [Effect(3, "scores", "A1", {"s1": ("6.0000", "9.0000")}, read_at=2)]
    verdict = judge(record)
    assert (verdict.wrongs, verdict.overwritten_in_gap) == ([], 1)


def test_what_had_stood_there_before_cannot_be_told_from_nothing() -> None:
    record = saved_and_sent()
    record.typed += [Typed(1.2, AERIES, THERE_CELL, "6"), Typed(1.4, AERIES, THERE_CELL, "8")]
    verdict = judge(record)
    assert (verdict.wrongs, verdict.not_to_be_told) == ([], 1)


def test_a_choice_lets_an_older_value_win() -> None:
    record = saved_and_sent()
    older_one_back(record)
    record.choices.append(Choice(1.5, "a1", "s1"))
    assert judge(record).wrongs == []


def test_an_item_that_a_person_made_is_no_twin_and_a_named_twin_carries_nothing() -> None:
    record = saved_and_sent()
    second_assignment(record)
    record.made.append(Made(2, AERIES, "A2"))
    assert judge(record).wrongs == []
    record.made.clear()
    record.problems.append(Problem("copy_suspected", assignment="A2"))
    verdict = judge(record)
    assert (verdict.wrongs, verdict.twins_named) == ([], 1)
    assert record.end_there is not None
    rows = {**record.end_there.rows, ("A2", "s1"): Row("9.0000", TEN)}
    record.end_there = record.rest_there = replace(record.end_there, rows=rows)
    assert "carries '9.0000'" in judge(record).wrongs[0]


def test_values_are_converted_by_both_maxima() -> None:
    """100 of 150 points is 66.6667 of 100 items; a third of such values never come back equal (design C1)."""
    record = saved_and_sent()
    record.here, record.there = here("8"), there("8.0000")
    points = {"a1": Decimal(150)}
    row = Row("66.6667", Decimal(100))
    record.typed[0] = Typed(1, LMS, CELL, "100")
    record.effects.clear()
    record.history = [Moved(LMS, CELL, "8", "100", "typed")]
    record.end_here = record.rest_here = replace(here("100", "7"), points=points)
    record.end_there = record.rest_there = There(
        {THERE_CELL: row, ("A1", "s2"): Row("4.6667", Decimal(100))},
        frozenset({"A1"}),
        elsewhere=("other", 1),
    )
    record.changed.append(Changed(0.1, LMS, "a1", points=True))
    assert judge(record).wrongs == []
