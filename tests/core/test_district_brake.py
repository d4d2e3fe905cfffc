"""The district's brake at its borders (G1)."""

from __future__ import annotations

from fractions import Fraction

import pytest

from twinbook.core.district_brake import (
    ClassCount,
    DistrictLimits,
    NightCount,
    TooMuch,
    too_much,
    usual,
    waves,
)

LIMITS = DistrictLimits()
USUAL = LIMITS.usual_share


def night(*classes: ClassCount) -> NightCount:
    count = NightCount()
    for one in classes:
        count = count.plus(one, LIMITS)
    return count


def stop(count: NightCount) -> TooMuch | None:
    return too_much(count, LIMITS, USUAL, synced=count.classes)


def calm(classes: int, compared: int = 1000) -> list[ClassCount]:
    return [ClassCount(compared, 0, stopped=False)] * classes


@pytest.mark.parametrize(("losing", "found"), [(599, None), (600, TooMuch.CELLS)])
def test_three_of_a_hundred_compared_values(losing: int, found: TooMuch | None) -> None:
    one = ClassCount(1000, losing, stopped=True)
    assert stop(night(one, *calm(19))) is found


@pytest.mark.parametrize(("changed", "found"), [(5, None), (6, TooMuch.CLASSES)])
def test_ten_of_a_hundred_classes_beyond_the_usual_two(changed: int, found: TooMuch | None) -> None:
    few = [ClassCount(1000, 10, stopped=False)] * changed
    assert stop(night(*few, *calm(50 - changed))) is found


def test_a_few_corrections_in_every_class_are_an_everyday_night() -> None:
    assert stop(night(*[ClassCount(1000, 9, stopped=False)] * 50)) is None


def test_few_values_count_where_a_class_s_own_brake_holds_them() -> None:
    """Three of three blanked in every class: a restore to yesterday."""
    assert stop(night(*[ClassCount(1000, 3, stopped=True)] * 50)) is TooMuch.CLASSES


def test_below_twenty_classes_only_their_own_brakes_judge() -> None:
    all_lost = [ClassCount(1000, 1000, stopped=True)]
    assert stop(night(*all_lost * 19)) is None
    assert stop(night(*all_lost * 20)) is TooMuch.CELLS


def test_a_night_in_which_nothing_is_lost_is_never_stopped() -> None:
    assert stop(night(*calm(50, compared=0))) is None


def test_the_usual_is_learned_from_ten_nights_on_and_bears_an_odd_one() -> None:
    nights = [Fraction(5, 100)] * 9
    assert usual(nights, LIMITS) == USUAL
    assert usual([*nights, Fraction(4, 100)], LIMITS) == Fraction(5, 100)
    assert usual([*nights, Fraction(90, 100)], LIMITS) == Fraction(5, 100)


def test_waves_hold_fifty_classes_and_never_fewer_than_a_judgement_needs() -> None:
    assert [len(wave) for wave in waves(range(120), LIMITS)] == [50, 50, 20]
    assert [len(wave) for wave in waves(range(40), DistrictLimits(wave=5))] == [20, 20]
    assert [list(wave) for wave in waves([7, 3], LIMITS)] == [[7], [3]]
