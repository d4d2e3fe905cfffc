"""What holds for every gradebook, whatever is in it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from gradebook_math import (
    AeriesAssignment,
    AeriesCategory,
    AeriesGradebook,
    AeriesScore,
    AeriesStudent,
    AssignmentKind,
    DropRule,
    KindWeights,
    LmsCategoryRule,
    LmsItem,
    LmsMark,
    LmsValue,
    LowestBy,
    MinMaxRange,
    Replacement,
    TransferGrade,
    aeries_total,
    cut,
    lms_total,
)

CODES = "ABC"
points = st.sampled_from([Decimal(n) for n in ("0", "5", "10", "12.5", "100")])
mark = st.one_of(
    st.sampled_from(["", "NA", "TX", "0", "95%", "??"]),
    st.integers(0, 120).map(lambda n: str(Decimal(n) / 4)),
)
day = st.dates(date(2026, 9, 1), date(2026, 9, 30))

rule = st.builds(
    DropRule,
    number=st.integers(1, 3),
    drop=st.integers(0, 3),
    lowest_by=st.sampled_from(LowestBy),
    replacement=st.sampled_from(Replacement),
    category_code=st.one_of(st.none(), st.sampled_from(CODES)),
    kind=st.one_of(st.none(), st.sampled_from(AssignmentKind)),
    minimum_assignments=st.integers(0, 3),
)


@st.composite
def gradebooks(draw: st.DrawFn) -> tuple[AeriesGradebook, AeriesStudent]:
    assignments = []
    for number in range(1, draw(st.integers(0, 8)) + 1):
        maximum = draw(points)
        assignments.append(
            AeriesAssignment(
                number,
                draw(st.sampled_from(CODES)),
                maximum,
                draw(points) if maximum else maximum,
                due_on=draw(day),
                grading_completed=draw(st.booleans()),
                kind=draw(st.sampled_from(AssignmentKind)),
            )
        )
    gradebook = AeriesGradebook(
        tuple(AeriesCategory(c, Decimal(draw(st.sampled_from((0, 20, 40))))) for c in CODES),
        tuple(assignments),
        weighting=draw(st.booleans()),
        counts_immediately=draw(st.booleans()),
        rules=tuple(draw(st.lists(rule, max_size=2, unique_by=lambda r: r.number))),
        min_max=draw(st.sampled_from((None, MinMaxRange(Decimal(50))))),
        kind_weights=draw(st.sampled_from((None, KindWeights(Decimal(40), Decimal(60))))),
    )
    student = AeriesStudent(
        {a.number: AeriesScore(draw(mark)) for a in assignments if draw(st.booleans())},
        start_on=draw(st.one_of(st.none(), day)),
        transfer=draw(st.sampled_from((None, TransferGrade(Decimal(80))))),
    )
    return gradebook, student


@given(gradebooks(), st.randoms(use_true_random=False))
def test_order_of_assignments_does_not_matter(
    case: tuple[AeriesGradebook, AeriesStudent], random: object
) -> None:
    gradebook, student = case
    shuffled = list(gradebook.assignments)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert aeries_total(replace(gradebook, assignments=tuple(shuffled)), student) == aeries_total(
        gradebook, student
    )


@given(gradebooks(), st.sampled_from(["NA", "TX", "??", ""]), st.sampled_from(CODES))
def test_a_cell_that_does_not_count_changes_nothing(
    case: tuple[AeriesGradebook, AeriesStudent], idle_mark: str, code: str
) -> None:
    gradebook, student = case
    idle = AeriesAssignment(99, code, Decimal(50), Decimal(50), grading_completed=False)
    more = replace(gradebook, assignments=(*gradebook.assignments, idle))
    with_idle = replace(student, scores={**student.scores, 99: AeriesScore(idle_mark)})
    before, after = aeries_total(gradebook, student), aeries_total(more, with_idle)
    assert (after.percent, after.categories) == (before.percent, before.categories)


@given(gradebooks())
def test_an_absent_row_is_a_blank(case: tuple[AeriesGradebook, AeriesStudent]) -> None:
    gradebook, student = case
    full = {a.number: student.scores.get(a.number, AeriesScore("")) for a in gradebook.assignments}
    assert aeries_total(gradebook, replace(student, scores=full)) == aeries_total(gradebook, student)


@given(gradebooks(), st.integers(2, 5))
def test_only_the_proportion_of_weights_matters(
    case: tuple[AeriesGradebook, AeriesStudent], times: int
) -> None:
    gradebook, student = case
    heavier = tuple(AeriesCategory(c.code, c.percent * times) for c in gradebook.categories)
    after = aeries_total(replace(gradebook, categories=heavier), student)
    assert after.percent == aeries_total(gradebook, student).percent


lms_value: st.SearchStrategy[LmsValue] = st.one_of(
    st.none(), st.sampled_from(LmsMark), st.integers(0, 120).map(lambda n: Decimal(n) / 4)
)


@st.composite
def classes(
    draw: st.DrawFn,
) -> tuple[tuple[LmsCategoryRule, ...], tuple[LmsItem, ...], dict[str, LmsValue]]:
    weighted = draw(st.booleans())
    categories = tuple(
        LmsCategoryRule(
            c, Decimal(draw(st.sampled_from((0, 20, 40)))) if weighted else None, draw(st.integers(0, 2))
        )
        for c in CODES
    )
    items = tuple(
        LmsItem(f"a{n}", draw(st.sampled_from(CODES)), draw(points), draw(st.booleans()))
        for n in range(draw(st.integers(0, 8)))
    )
    return categories, items, {item.activity_id: draw(lms_value) for item in items}


Class = tuple[tuple[LmsCategoryRule, ...], tuple[LmsItem, ...], dict[str, LmsValue]]


@given(classes(), st.randoms(use_true_random=False))
def test_order_of_activities_does_not_matter(case: Class, random: object) -> None:
    categories, items, values = case
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert lms_total(categories, tuple(shuffled), values) == lms_total(categories, items, values)


@given(classes(), st.sampled_from([None, LmsMark.EXCUSED, LmsMark.INCOMPLETE]))
def test_an_activity_that_does_not_count_changes_nothing(case: Class, value: LmsValue) -> None:
    categories, items, values = case
    idle = LmsItem("idle", "A", Decimal(50))
    assert lms_total(categories, (*items, idle), {**values, "idle": value}) == lms_total(
        categories, items, values
    )


@given(classes())
def test_a_better_score_never_lowers_a_total_without_drops(case: Class) -> None:
    categories, items, values = case
    plain = tuple(replace(c, drop_lowest=0) for c in categories)
    before = lms_total(plain, items, values).percent
    better: dict[str, LmsValue] = {k: v + 1 if isinstance(v, Decimal) else v for k, v in values.items()}
    after = lms_total(plain, items, better).percent
    assert (before is None) == (after is None)
    assert before is None or after is None or after >= before


@given(st.fractions(min_value=0, max_value=200), st.integers(0, 4))
def test_cutting_never_raises_a_percentage(percent: Fraction, places: int) -> None:
    shown = Fraction(cut(percent, places))
    assert shown <= percent < shown + Fraction(1, 10**places)
