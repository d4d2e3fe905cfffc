"""Worked examples and vectors of the gradebook behaviour reference, by section."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from gradebook_math import (
    AeriesAssignment,
    AeriesCategory,
    AeriesGradebook,
    AeriesScore,
    AeriesStudent,
    AeriesSwitches,
    AeriesTotal,
    AssignmentKind,
    CellReason,
    CustomMark,
    CustomMarkKind,
    DropRule,
    FinalMarkRange,
    KindWeights,
    LowestBy,
    MinMaxMethod,
    MinMaxRange,
    Replacement,
    RuleAverage,
    SpanBoundary,
    TransferDate,
    TransferGrade,
    aeries_total,
    cut,
    final_mark,
)


def work(
    number: int, category: str, maximum: str, raw_maximum: str | None = None, **more: object
) -> AeriesAssignment:
    given = {"grading_completed": True, **more}
    return AeriesAssignment(number, category, Decimal(maximum), Decimal(raw_maximum or maximum), **given)  # type: ignore[arg-type]


def weights(**percents: int) -> tuple[AeriesCategory, ...]:
    return tuple(AeriesCategory(code, Decimal(percent)) for code, percent in percents.items())


def marks(**by_number: str) -> AeriesStudent:
    return AeriesStudent({int(name[1:]): AeriesScore(mark) for name, mark in by_number.items()})


def shown(total: AeriesTotal, places: int = 2) -> str:
    assert total.percent is not None
    return str(cut(total.percent, places))


def category_shown(total: AeriesTotal, code: str) -> str | None:
    percent = next(c.percent for c in total.categories if c.code == code)
    return None if percent is None else str(cut(percent))


# --- §6.2 recorded check

RECORDED = [
    (10, "14", "15", "93.33"),
    (10, "152.5", "169", "90.23"),
    (10, "50", "50", "100.00"),
    (15, "105", "120", "87.50"),
    (15, "85", "100", "85.00"),
    (10, "50", "50", "100.00"),
    (10, "120", "120", "100.00"),
]


def recorded_total() -> AeriesTotal:
    codes = "ABCDEFG"
    categories = tuple(AeriesCategory(c, Decimal(r[0])) for c, r in zip(codes, RECORDED, strict=True))
    gradebook = AeriesGradebook(
        (*categories, AeriesCategory("H", Decimal(20))),
        tuple(work(i, c, r[2]) for i, (c, r) in enumerate(zip(codes, RECORDED, strict=True))),
    )
    return aeries_total(gradebook, AeriesStudent({i: AeriesScore(r[1]) for i, r in enumerate(RECORDED)}))


def test_6_2_recorded_gradebook_is_computed_exactly_and_cut() -> None:
    total = recorded_total()
    assert [category_shown(total, c) for c in "ABCDEFG"] == [r[3] for r in RECORDED]
    assert category_shown(total, "H") is None
    assert [shown(total, places) for places in (2, 1, 0)] == ["92.79", "92.7", "92"]
    assert total.percent is not None
    assert cut(total.percent, 6) == Decimal("92.790002")


# --- §6.3 worked example with every state


def every_state(immediate: bool, weighting: bool = True, third_completed: bool = True) -> AeriesTotal:
    gradebook = AeriesGradebook(
        weights(H=10, Q=20, T=25, P=25, R=20),
        (
            work(1, "H", "10"),
            work(2, "H", "10", "20"),
            work(3, "H", "10", grading_completed=third_completed),
            work(4, "H", "10"),
            work(5, "Q", "100", "40"),
            work(6, "Q", "10", grading_completed=False),
            work(7, "Q", "10", grading_completed=False),
            work(8, "T", "100"),
            work(9, "T", "50"),
        ),
        weighting=weighting,
        counts_immediately=immediate,
    )
    student = marks(n1="8", n2="18", n3="", n4="NA", n5="30", n6="9", n7="", n8="95%", n9="TX")
    return aeries_total(gradebook, student)


@pytest.mark.parametrize(
    ("immediate", "quiz", "grade"), [(True, "76.36", "81.2534"), (False, "75.00", "80.7575")]
)
def test_6_3_weighted_grade_with_every_state(immediate: bool, quiz: str, grade: str) -> None:
    total = every_state(immediate)
    assert [category_shown(total, c) for c in "HQTPR"] == ["56.66", quiz, "95.00", None, None]
    assert shown(total, 4) == grade
    assert [cell.number for cell in total.cells if cell.missing] == [3, 9]


@pytest.mark.parametrize(
    ("immediate", "points", "maximum", "grade"), [(True, 196, 240, "81.6666"), (False, 187, 230, "81.3043")]
)
def test_6_3_the_same_data_with_weighting_off(immediate: bool, points: int, maximum: int, grade: str) -> None:
    total = every_state(immediate, weighting=False)
    assert (total.points, total.maximum, shown(total, 4)) == (points, maximum, grade)


@pytest.mark.parametrize(("immediate", "grade"), [(True, "86.4049"), (False, "85.9090")])
def test_6_3_without_grading_completed_the_blank_does_not_count(immediate: bool, grade: str) -> None:
    total = every_state(immediate, third_completed=False)
    assert category_shown(total, "H") == "85.00"
    assert shown(total, 4) == grade


def test_6_3_reasons_of_the_cells() -> None:
    reasons = {cell.number: cell.reason for cell in every_state(immediate=False).cells}
    assert reasons == {
        1: CellReason.SCORE,
        2: CellReason.SCORE,
        3: CellReason.MISSING,
        4: CellReason.EXCUSED,
        5: CellReason.SCORE,
        6: CellReason.GRADING_NOT_COMPLETED,
        7: CellReason.BLANK,
        8: CellReason.SCORE,
        9: CellReason.OWED,
    }


# --- §5.3, §5.4 marks and switches


def one(mark: str, completed: bool = True, switches: AeriesSwitches | None = None) -> tuple[str | None, bool]:
    """Shown grade and missing flag of a gradebook with one cell of 20 points."""
    gradebook = AeriesGradebook(
        weights(A=100),
        (work(1, "A", "20", grading_completed=completed, narrative={"Meets": Decimal(75)}),),
        custom_marks={
            "MI": CustomMark(CustomMarkKind.MISSING),
            "LATER": CustomMark(CustomMarkKind.PLACEHOLDER),
            "HALF": CustomMark(CustomMarkKind.QUICK_POINTS, Decimal(50)),
            "OWE": CustomMark(CustomMarkKind.TEMPORARILY_EXCUSED),
        },
    )
    total = aeries_total(gradebook, marks(n1=mark), switches)
    return (None if total.percent is None else shown(total)), total.cells[0].missing


def test_5_marks_with_grading_completed() -> None:
    assert one("0") == ("0.00", False)
    assert one(" 17 ") == ("85.00", False)
    assert one("21.3333") == ("106.66", False)
    assert one("95%") == ("95.00", False)
    assert one("meets") == ("75.00", False)
    assert one("half") == ("50.00", False)
    assert one("MI") == ("0.00", True)
    assert one("") == ("0.00", True)
    assert one("later") == (None, False)
    assert one("owe") == (None, True)
    assert one("tx") == (None, True)
    assert one("na") == (None, False)
    assert one("NaN") == (None, False)
    assert one("B+") == (None, False)


def test_5_marks_without_grading_completed_count_only_where_they_mean_missing() -> None:
    assert one("17", completed=False) == (None, False)
    assert one("HALF", completed=False) == (None, False)
    assert one("", completed=False) == (None, False)
    assert one("MI", completed=False) == ("0.00", True)


def test_16_switch_blank_gc_counts_zero() -> None:
    assert one("", switches=AeriesSwitches(blank_gc_counts_zero=False)) == (None, True)


def test_16_switch_custom_missing_counts_zero() -> None:
    assert one("MI", switches=AeriesSwitches(custom_missing_counts_zero=False)) == (None, True)


def test_16_switch_tx_is_missing() -> None:
    assert one("TX", switches=AeriesSwitches(tx_is_missing=False)) == (None, False)


def test_row_maxima_go_before_those_of_the_assignment() -> None:
    gradebook = AeriesGradebook(weights(A=100), (work(1, "A", "100", "40"),))
    row = AeriesScore("15", number_correct_possible=Decimal(20), points_possible=Decimal(50))
    total = aeries_total(gradebook, AeriesStudent({1: row}))
    assert (total.points, total.maximum) == (Fraction("37.5"), 50)


def test_rubric_assignments_stay_out() -> None:
    gradebook = AeriesGradebook(weights(A=100), (work(1, "A", "0", rubric=True), work(2, "A", "10")))
    assert shown(aeries_total(gradebook, marks(n1="4", n2="8"))) == "80.00"


def test_two_assignments_of_one_number_are_refused() -> None:
    gradebook = AeriesGradebook(weights(A=100), (work(1, "A", "10"), work(1, "A", "20")))
    with pytest.raises(ValueError, match="same number"):
        aeries_total(gradebook, marks(n1="4"))


# --- §6.4 rules


def after_rule(
    rule: DropRule, switches: AeriesSwitches | None = None, q1: str = "4", as_of: date | None = None
) -> str:
    gradebook = AeriesGradebook(
        weights(Q=100), (work(1, "Q", "10"), work(2, "Q", "100"), work(3, "Q", "10")), rules=(rule,)
    )
    return shown(aeries_total(gradebook, marks(n1=q1, n2="70", n3="9"), switches, as_of))


def test_6_4_no_rule() -> None:
    assert after_rule(DropRule(1, 0)) == "69.16"


def test_6_4_drop_one_by_percent_score() -> None:
    assert after_rule(DropRule(1, 1)) == "71.81"


def test_6_4_drop_one_by_negative_weight() -> None:
    assert after_rule(DropRule(1, 1, LowestBy.NEGATIVE_WEIGHT)) == "65.00"


def test_6_4_replace_with_best() -> None:
    assert after_rule(DropRule(1, 1, replacement=Replacement.BEST)) == "73.33"


def test_6_4_replace_with_average_of_points() -> None:
    assert after_rule(DropRule(1, 1, replacement=Replacement.AVERAGE)) == "71.59"


def test_6_4_replace_with_mean_of_percentages() -> None:
    switches = AeriesSwitches(rule_average=RuleAverage.MEAN)
    assert after_rule(DropRule(1, 1, replacement=Replacement.AVERAGE), switches) == "71.38"


def test_6_4_too_few_assignments_stop_the_rule() -> None:
    assert after_rule(DropRule(1, 1, minimum_assignments=4)) == "69.16"
    assert after_rule(DropRule(1, 1, minimum_assignments=3)) == "71.81"


def test_6_4_category_kind_and_effective_date_limit_the_rule() -> None:
    assert after_rule(DropRule(1, 1, category_code="X")) == "69.16"
    assert after_rule(DropRule(1, 1, kind=AssignmentKind.SUMMATIVE)) == "69.16"
    rule = DropRule(1, 1, effective_on=date(2026, 10, 1))
    assert after_rule(rule, as_of=date(2026, 9, 30)) == "69.16"
    assert after_rule(rule, as_of=date(2026, 10, 1)) == "71.81"


def test_6_4_due_dates_limit_the_rule() -> None:
    gradebook = AeriesGradebook(
        weights(Q=100),
        tuple(work(n, "Q", "10", due_on=date(2026, 9, n)) for n in (1, 2, 3)),
        rules=(DropRule(1, 1, due_from=date(2026, 9, 2), due_to=date(2026, 9, 3)),),
    )
    total = aeries_total(gradebook, marks(n1="1", n2="5", n3="9"))
    assert [cell.rule for cell in total.cells] == [None, 1, None]


def test_16_switch_rule_drops_missing() -> None:
    assert after_rule(DropRule(1, 1), q1="") == "71.81"
    assert after_rule(DropRule(1, 1), AeriesSwitches(rule_drops_missing=False), q1="") == "45.00"


def test_6_4_a_cell_tells_which_rule_acted() -> None:
    gradebook = AeriesGradebook(
        weights(Q=100),
        (work(1, "Q", "10"), work(2, "Q", "10")),
        rules=(DropRule(7, 1, replacement=Replacement.BEST),),
    )
    cell = aeries_total(gradebook, marks(n1="4", n2="9")).cells[0]
    assert (cell.rule, cell.replaced_by, cell.reason) == (7, Fraction(9, 10), CellReason.REPLACED_BY_RULE)


# --- §6.5 min/max scaling


@pytest.mark.parametrize(
    ("method", "mark", "grade"),
    [
        (MinMaxMethod.CLAMP, "4", "50.00"),
        (MinMaxMethod.LINEAR, "4", "70.00"),
        (MinMaxMethod.CLAMP, "8", "80.00"),
        (MinMaxMethod.CLAMP, "11", "110.00"),
        (MinMaxMethod.CLAMP, "", "50.00"),
        (MinMaxMethod.LINEAR, "10", "100.00"),
    ],
)
def test_6_5_min_max_of_50_to_100(method: MinMaxMethod, mark: str, grade: str) -> None:
    gradebook = AeriesGradebook(weights(A=100), (work(1, "A", "10"),), min_max=MinMaxRange(Decimal(50)))
    assert shown(aeries_total(gradebook, marks(n1=mark), AeriesSwitches(min_max=method))) == grade


# --- §6.6, §8 spans and transfer grades

THIRD, TENTH, TWELFTH = date(2026, 9, 3), date(2026, 9, 10), date(2026, 9, 12)
MOVING = AeriesGradebook(
    weights(A=100),
    (work(1, "A", "10", due_on=THIRD), work(2, "A", "10", due_on=TWELFTH)),
    counts_immediately=True,
)


def test_8_scenario_1_joins_on_the_tenth() -> None:
    total = aeries_total(MOVING, AeriesStudent({}, start_on=TENTH))
    assert [(c.reason, c.missing) for c in total.cells] == [
        (CellReason.OUTSIDE_SPAN, False),
        (CellReason.MISSING, True),
    ]
    scored = aeries_total(MOVING, AeriesStudent({2: AeriesScore("9")}, start_on=TENTH))
    assert (shown(scored), scored.cells[1].missing) == ("90.00", False)


def test_8_scenario_2_joins_with_a_transfer_grade() -> None:
    student = AeriesStudent({2: AeriesScore("9")}, start_on=TENTH, transfer=TransferGrade(Decimal(80)))
    total = aeries_total(MOVING, student)
    assert (total.points, total.maximum, shown(total)) == (17, 20, "85.00")


def test_8_scenario_3_leaves_on_the_tenth() -> None:
    student = AeriesStudent({1: AeriesScore("7"), 2: AeriesScore("1")}, end_on=TENTH)
    assert shown(aeries_total(MOVING, student)) == "70.00"


def test_16_switch_span_boundary_moves_the_last_day() -> None:
    student = AeriesStudent({1: AeriesScore("7"), 2: AeriesScore("1")}, end_on=TWELFTH)
    exclusive = AeriesSwitches(span_boundary=SpanBoundary.EXCLUSIVE)
    assert shown(aeries_total(MOVING, student)) == "40.00"
    assert shown(aeries_total(MOVING, student, exclusive)) == "70.00"


def test_6_6_category_values_go_before_the_default_and_need_an_active_student() -> None:
    transfer = TransferGrade(Decimal(80), {"A": Decimal(60)})
    student = AeriesStudent({2: AeriesScore("9")}, start_on=TENTH, transfer=transfer)
    assert shown(aeries_total(MOVING, student)) == "75.00"
    assert shown(aeries_total(MOVING, replace(student, active=False))) == "90.00"


def test_16_switch_transfer_date_when_the_two_dates_straddle_the_start() -> None:
    gradebook = AeriesGradebook(weights(A=100), (work(1, "A", "10", assigned_on=THIRD, due_on=TWELFTH),))
    student = AeriesStudent({}, start_on=TENTH, transfer=TransferGrade(Decimal(80)))
    by_due = AeriesSwitches(transfer_date=TransferDate.DUE)
    assert shown(aeries_total(gradebook, student)) == "80.00"
    assert shown(aeries_total(gradebook, student, by_due)) == "0.00"
    scored = replace(student, scores={1: AeriesScore("5")})
    assert shown(aeries_total(gradebook, scored)) == "50.00"


# --- §6.7 formative and summative


def test_6_7_formative_and_summative_inside_a_category() -> None:
    gradebook = AeriesGradebook(
        weights(T=50, H=50),
        (work(1, "T", "100"), work(2, "T", "50", kind=AssignmentKind.SUMMATIVE), work(3, "H", "10")),
        kind_weights=KindWeights(Decimal(40), Decimal(60)),
    )
    total = aeries_total(gradebook, marks(n1="80", n2="45", n3="10"))
    assert category_shown(total, "T") == "86.00"
    assert category_shown(total, "H") == "100.00"
    assert shown(total) == "93.00"


# --- §6.8 marks


@pytest.mark.parametrize(
    ("percent", "mark"), [("93", "A"), ("92.995", "A-"), ("90", "A-"), ("89.9999", ""), ("120", "A")]
)
def test_6_8_only_the_low_value_is_a_threshold(percent: str, mark: str) -> None:
    ranges = (
        FinalMarkRange("A-", Decimal(90), Decimal("92.99")),
        FinalMarkRange("A", Decimal(93), Decimal(100)),
        FinalMarkRange("P", Decimal(0), Decimal(0)),
    )
    assert final_mark(Fraction(percent), ranges) == mark


def test_6_8_nothing_to_count_has_no_mark() -> None:
    assert final_mark(None, (FinalMarkRange("F", Decimal(0), Decimal(59)),)) == ""


# --- §16 extra vectors


def homework_and_tests(weighting: bool) -> AeriesTotal:
    gradebook = AeriesGradebook(
        weights(H=40, T=60), (work(1, "H", "10"), work(2, "H", "0"), work(3, "T", "50")), weighting
    )
    return aeries_total(gradebook, marks(n1="8", n2="3", n3="45"))


def test_16_zero_point_item_adds_to_the_numerator() -> None:
    total = homework_and_tests(weighting=True)
    assert (category_shown(total, "H"), shown(total)) == ("110.00", "98.00")


def test_16_zero_point_item_with_weighting_off() -> None:
    assert shown(homework_and_tests(weighting=False)) == "93.33"


@pytest.mark.parametrize(("weighting", "grade"), [(True, "85.55"), (False, "96.66")])
def test_16_a_category_of_extra_credit_alone_leaves_when_weighted(weighting: bool, grade: str) -> None:
    gradebook = AeriesGradebook(
        weights(H=40, T=50, X=10), (work(1, "H", "10"), work(2, "T", "50"), work(3, "X", "0")), weighting
    )
    assert shown(aeries_total(gradebook, marks(n1="8", n2="45", n3="5"))) == grade


def test_16_weights_that_do_not_add_up_to_100_are_rescaled() -> None:
    gradebook = AeriesGradebook(weights(H=60, T=60), (work(1, "H", "10"), work(2, "T", "50")))
    assert shown(aeries_total(gradebook, marks(n1="8", n2="45"))) == "85.00"


def test_4_3_zero_points_with_another_number_correct_scale_to_nothing() -> None:
    gradebook = AeriesGradebook(weights(H=100), (work(1, "H", "10"), work(2, "H", "0", "5")))
    assert shown(aeries_total(gradebook, marks(n1="8", n2="5"))) == "80.00"


def test_6_1_no_grade_when_the_remaining_weights_are_zero() -> None:
    gradebook = AeriesGradebook(weights(H=0, T=100), (work(1, "H", "10"), work(2, "T", "50")))
    assert aeries_total(gradebook, marks(n1="8", n2="NA")).percent is None
