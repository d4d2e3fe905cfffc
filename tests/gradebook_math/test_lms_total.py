from decimal import Decimal
from fractions import Fraction

import pytest

from gradebook_math import LmsCategoryRule, LmsItem, LmsMark, LmsTotal, LmsValue, cut, lms_total


def total(
    categories: dict[str, tuple[int | None, int]],
    items: dict[str, tuple[str | None, int, LmsValue]],
    extra_credit: str = "",
) -> LmsTotal:
    return lms_total(
        tuple(
            LmsCategoryRule(name, None if weight is None else Decimal(weight), drop)
            for name, (weight, drop) in categories.items()
        ),
        tuple(
            LmsItem(name, category, Decimal(points), extra_credit=name in extra_credit)
            for name, (category, points, _) in items.items()
        ),
        {name: value for name, (_, _, value) in items.items()},
    )


def shown(result: LmsTotal) -> str:
    assert result.percent is not None
    return str(cut(result.percent))


D = Decimal


def test_weights_are_rescaled_over_categories_with_something_in_them() -> None:
    result = total(
        {"H": (40, 0), "T": (40, 0), "P": (20, 0)},
        {"a": ("H", 10, D(8)), "b": ("T", 50, D(45)), "c": ("P", 10, None)},
    )
    assert shown(result) == "85.00"
    assert result.categories[2].percent is None


def test_without_weights_all_points_are_added_up() -> None:
    items = {"a": ("H", 10, D(8)), "b": ("T", 50, D(45)), "c": (None, 40, D(40))}
    assert shown(total({"H": (None, 0), "T": (None, 0)}, items)) == "93.00"
    assert shown(total({}, items)) == "93.00"


@pytest.mark.parametrize("value", [None, LmsMark.EXCUSED, LmsMark.INCOMPLETE])
def test_blank_excused_and_incomplete_do_not_count(value: LmsValue) -> None:
    assert shown(total({"H": (100, 0)}, {"a": ("H", 10, D(8)), "b": ("H", 10, value)})) == "80.00"


def test_missing_counts_as_zero_of_the_maximum() -> None:
    assert shown(total({"H": (100, 0)}, {"a": ("H", 10, D(8)), "b": ("H", 10, LmsMark.MISSING)})) == "40.00"


def test_scores_over_the_maximum_count_in_full() -> None:
    assert shown(total({"H": (100, 0)}, {"a": ("H", 15, D(16))})) == "106.66"


def test_extra_credit_adds_to_the_points_only() -> None:
    items = {"a": ("H", 10, D(8)), "x": ("H", 5, D(3)), "b": ("T", 50, D(45))}
    assert shown(total({"H": (40, 0), "T": (60, 0)}, items, extra_credit="x")) == "98.00"
    assert shown(total({"H": (None, 0), "T": (None, 0)}, items, extra_credit="x")) == "93.33"


def test_a_category_of_extra_credit_alone_leaves() -> None:
    items = {"a": ("H", 10, D(8)), "b": ("T", 50, D(45)), "x": ("X", 5, D(5))}
    assert shown(total({"H": (40, 0), "T": (50, 0), "X": (10, 0)}, items, extra_credit="x")) == "85.55"


def test_the_lowest_percentages_of_a_category_are_dropped() -> None:
    items = {"a": ("Q", 10, D(4)), "b": ("Q", 100, D(70)), "c": ("Q", 10, D(9))}
    result = total({"Q": (100, 1)}, items)
    assert (shown(result), result.dropped) == ("71.81", frozenset("a"))


def test_missing_is_dropped_before_a_score_and_excused_is_never_dropped() -> None:
    items = {"a": ("Q", 10, LmsMark.MISSING), "b": ("Q", 10, D(7)), "c": ("Q", 10, LmsMark.EXCUSED)}
    assert shown(total({"Q": (100, 1)}, items)) == "70.00"


def test_of_equal_percentages_the_one_that_costs_more_is_dropped() -> None:
    items = {"a": ("Q", 10, D(5)), "b": ("Q", 100, D(50)), "c": ("Q", 10, D(10))}
    assert total({"Q": (100, 1)}, items).dropped == frozenset("b")


def test_the_last_score_of_a_category_is_never_dropped() -> None:
    assert shown(total({"Q": (100, 3)}, {"a": ("Q", 10, D(4)), "b": ("Q", 10, D(6))})) == "60.00"


def test_a_category_without_weight_beside_weighted_ones_counts_for_nothing() -> None:
    items = {"a": ("H", 10, D(8)), "b": ("N", 10, D(0)), "c": (None, 10, D(0))}
    assert shown(total({"H": (100, 0), "N": (None, 0)}, items)) == "80.00"


def test_nothing_to_count_is_no_grade() -> None:
    assert total({"H": (100, 0)}, {"a": ("H", 10, None)}).percent is None
    assert total({"H": (0, 0)}, {"a": ("H", 10, D(5))}).percent is None
    assert total({}, {}).percent is None


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        ("90.2367", 2, "90.23"),
        ("92.79", 1, "92.7"),
        ("92.79", 0, "92"),
        ("-0.019", 2, "-0.01"),
        ("100", 2, "100.00"),
    ],
)
def test_shown_percentages_are_cut(value: str, places: int, expected: str) -> None:
    assert str(cut(Fraction(value), places)) == expected
