"""G1: how much of a plan is too much to do unasked, at its borders."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from twinbook.core.brake import BrakeLimits, BrakeScope, Compared, judge

LIMITS = BrakeLimits()


def cells(
    changed: int,
    of: int,
    *,
    student: int | None = None,
    activity: int | None = None,
    blanked: bool = False,
    exempt: bool = False,
) -> Iterator[Compared]:
    """`of` values, the first `changed` of which would be replaced; each of its own student or activity unless given."""
    for n in range(of):
        yield Compared(
            student=student if student is not None else 1000 + n,
            activity=activity if activity is not None else 2000 + n,
            overwritten=n < changed,
            blanked=blanked and n < changed,
            exempt=exempt,
        )


def elsewhere(values: int) -> list[Compared]:
    """Other students' and activities' values, so that the class as a whole is calm."""
    return [Compared(5000 + n, 6000 + n, False, False, False) for n in range(values)]


@pytest.mark.parametrize("scope", [BrakeScope.STUDENT, BrakeScope.ACTIVITY])
class TestOneStudentOrActivity:
    @pytest.mark.parametrize(
        ("changed", "of", "stops"),
        [
            (5, 9, True),
            (5, 10, False),
            (6, 11, True),
            (6, 12, False),
            (4, 4, False),
            (5, 5, True),
            (4, 5, False),
        ],
    )
    def test_five_cells_and_more_than_half(
        self, scope: BrakeScope, changed: int, of: int, stops: bool
    ) -> None:
        one = {"student": 7} if scope is BrakeScope.STUDENT else {"activity": 7}
        verdict = judge([*cells(changed, of, **one), *elsewhere(100)], LIMITS)
        assert bool(verdict.stops) is stops
        if stops:
            (stop,) = verdict.stops
            assert (stop.scope, stop.key, stop.changed, stop.of) == (scope, 7, changed, of)

    @pytest.mark.parametrize(
        ("blanked", "of", "stops"), [(3, 3, True), (2, 2, False), (3, 4, False), (4, 4, True)]
    )
    def test_every_value_blanked(self, scope: BrakeScope, blanked: int, of: int, stops: bool) -> None:
        one = {"student": 7} if scope is BrakeScope.STUDENT else {"activity": 7}
        verdict = judge([*cells(blanked, of, blanked=True, **one), *elsewhere(100)], LIMITS)
        assert bool(verdict.stops) is stops

    def test_it_holds_exactly_its_own_cells(self, scope: BrakeScope) -> None:
        one = {"student": 7} if scope is BrakeScope.STUDENT else {"activity": 7}
        verdict = judge([*cells(9, 9, **one), *elsewhere(100)], LIMITS)
        inside, outside = ((7, 1), (1, 7)) if scope is BrakeScope.STUDENT else ((1, 7), (7, 1))
        assert verdict.holds(*inside)
        assert not verdict.holds(*outside)


class TestTheClass:
    @pytest.mark.parametrize(
        ("changed", "of", "stops"),
        [(10, 49, True), (10, 50, False), (9, 9, False), (11, 55, False), (11, 54, True), (10, 10, True)],
    )
    def test_ten_cells_and_more_than_a_fifth(self, changed: int, of: int, stops: bool) -> None:
        verdict = judge(cells(changed, of), LIMITS)
        assert (verdict.class_stop is not None) is stops
        assert verdict.holds(1, 1) is stops

    def test_of_a_part_it_is_judged_against_the_whole_class(self) -> None:
        assert judge(cells(10, 12), LIMITS, values_in_class=12).class_stop is not None
        assert judge(cells(10, 12), LIMITS, values_in_class=50).class_stop is None


def test_what_a_person_typed_or_confirmed_is_exempt() -> None:
    assert judge(cells(30, 30, student=7, exempt=True), LIMITS).stops == ()


def test_a_value_that_stays_counts_in_the_whole_only() -> None:
    assert judge(cells(0, 100, student=7), LIMITS).stops == ()


def test_the_limits_are_settings() -> None:
    tight = BrakeLimits(
        group_cells=2, group_share=Decimal("0.1"), all_blanked=1, class_cells=3, class_share=Decimal("0.01")
    )
    assert {stop.scope for stop in judge(cells(3, 6, student=7), tight).stops} == {
        BrakeScope.STUDENT,
        BrakeScope.CLASS,
    }
