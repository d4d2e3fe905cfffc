"""Properties of planning and carrying out, on perturbed copies of one agreed state.

`SIMULATION_SCALE=10` multiplies the seeded cases. A failure names its seed; `case(seed)` is the whole of it.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace
from decimal import Decimal

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from tests.simulation.moves import HERE, MOVES, STUDENTS, THERE, Move, beginnings, perturbed, some_moves
from tests.simulation.properties import (
    check_agreement,
    check_dry_run,
    check_no_new_values,
    check_quiet,
    gradebooks,
    other_order,
    told,
    values_before,
)
from tests.simulation.room import DISTRICT, Class, Work, classroom
from twinbook.aeries.side import AeriesSide
from twinbook.core import merge
from twinbook.core.cells import CellBase, CellState
from twinbook.core.remote import CellTerms, FarSide, TheirCell
from twinbook.core.table import Moved
from twinbook.core.values import OurValue

SCALE = float(os.environ.get("SIMULATION_SCALE", "1"))
CASES = int(7000 * SCALE)
PARTS = 4
BEGINNINGS = beginnings()


def check(world: Class) -> None:
    """Every property of one perturbed class."""
    planned = check_dry_run(world)
    known = values_before(world)
    other = world.fork()
    report = world.catch_up()
    assert told(report) == told(planned), "the dry run told what the real run did"
    check_agreement(world)
    check_no_new_values(world, known)
    check_quiet(world)
    with other_order():
        other.catch_up()
    assert gradebooks(other) == gradebooks(world), "the order of pairs does not matter"


def case(seed: int) -> Class:
    source = random.Random(seed)
    return perturbed(source.choice(BEGINNINGS), some_moves(source))


@pytest.mark.parametrize("part", range(PARTS))
def test_seeded_cases(part: int) -> None:
    for seed in range(part, CASES, PARTS):
        try:
            check(case(seed))
        except Exception as failed:
            failed.add_note(f"seed {seed}")
            raise


moves = st.builds(
    Move,
    name=st.sampled_from(sorted(MOVES)),
    activity=st.integers(1, 2),
    student=st.integers(1, STUDENTS),
    text=st.sampled_from(
        sorted({*HERE, *THERE} - {"excused", "missing", "incomplete", "NA", "TX", "MI", "QQ", "95%"})
    ),
)


@settings(max_examples=int(150 * SCALE))
@given(beginning=st.sampled_from(range(len(BEGINNINGS))), happened=st.lists(moves, max_size=6))
def test_found_cases(beginning: int, happened: list[Move]) -> None:
    check(perturbed(BEGINNINGS[beginning], happened))


NUMBERS = [
    # what is typed here, LMS points, entry maximum, weight → what Aeries then shows
    ("100", "150", "100", "150", "66.6667"),
    ("0.0001", "150", "100", "150", "0.0001"),
    ("149.9999", "150", "100", "150", "99.9999"),
    ("17", "30", "40", "30", "22.6667"),
    ("33.3333", "100", "100", "100", "33.3333"),
    ("33.3333", "100", "3", "100", "1"),
    ("12", "10", "10", "10", "12"),
    ("3", "0", "0", "0", "3"),
]


@pytest.mark.parametrize(("typed", "points", "entry", "weight", "shown"), NUMBERS)
def test_no_number_sent_ping_pongs_over_four_nights(
    typed: str, points: str, entry: str, weight: str, shown: str
) -> None:
    world = classroom([Work(points=points, entry=entry, weight=weight)])
    world.type_here(1, 1, typed)
    world.catch_up()
    assert (world.here(1, 1), world.there(1, 1)) == (typed, shown)
    check_quiet(world, nights=4)
    assert len(world.writes) == 1


@pytest.mark.parametrize(
    ("typed", "points", "entry", "shown"),
    [
        ("66.6667", "150", "100", "100.0001"),
        ("22.6667", "30", "40", "17"),
        ("95%", "40", "40", "38"),
        ("33.33%", "100", "7", "33.33"),
        ("0.0001", "150", "100", "0.0002"),
        ("66.67%", "30", "40", "20.001"),
    ],
)
def test_no_number_taken_over_ping_pongs_over_four_nights(
    typed: str, points: str, entry: str, shown: str
) -> None:
    world = classroom([Work(points=points, entry=entry)])
    world.type_there(1, 1, typed)
    world.catch_up()
    assert (world.here(1, 1), world.there(1, 1)) == (shown, typed)
    check_quiet(world, nights=4)
    assert world.writes == []


def test_every_four_decimal_score_of_150_points_over_100_items_stays() -> None:
    """A third of them never come back equal after conversion."""
    values = [f"{n / 10000:.4f}".rstrip("0").rstrip(".") or "0" for n in range(1, 1_500_000, 12_497)]
    world = classroom([Work(points="150", entry="100")], students=len(values))
    for student, value in enumerate(values, start=1):
        world.type_here(1, student, value)
    world.catch_up()
    assert [world.here(1, student) for student in range(1, len(values) + 1)] == values
    check_quiet(world, nights=4)
    assert len(world.writes) == 1


def test_with_one_converted_value_as_base_a_score_is_sent_each_night(monkeypatch: pytest.MonkeyPatch) -> None:
    """C1's guard removed: the base is Aeries' answer in our unit, and equality is asked in our unit alone."""
    movements = merge.movements

    def converted(
        cell: CellState, base: CellBase | None, theirs: TheirCell, far: FarSide, points: Decimal
    ) -> tuple[Moved, Moved]:
        if base is None or base.theirs is None:
            return movements(cell, base, theirs, far, points)
        back = DISTRICT.decode(replace(theirs, form=base.theirs), base.maxima.ours)
        return movements(cell, replace(base, ours=back), theirs, far, points)

    def in_our_unit(side: AeriesSide, ours: OurValue, theirs: TheirCell, terms: CellTerms) -> bool:
        return side.decode(theirs, terms.maxima.ours) == ours

    monkeypatch.setattr(merge, "movements", converted)
    monkeypatch.setattr(AeriesSide, "agrees", in_our_unit)
    world = classroom([Work(points="150", entry="100")])
    world.type_here(1, 1, "100")
    world.catch_up()
    for _ in range(4):
        world.look()
    assert len(world.writes) == 5


def test_a_dry_run_that_writes_would_be_noticed() -> None:
    world = classroom()
    world.type_here(1, 1, "1")
    before = gradebooks(world)
    world.look()
    assert gradebooks(world) != before
