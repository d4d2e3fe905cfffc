"""What holds for every class, whatever is in it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twinbook.core.matching import (
    Confidence,
    LmsActivity,
    LmsCategory,
    Proposals,
    SisAssignment,
    SisCategory,
    propose,
    read_title,
)

SCHOOL_TITLES = st.builds(
    lambda kind, number, topic, more: f"{kind} {number}{topic}{more}".strip(),
    st.sampled_from(["Quiz", "HW", "Homework", "Lab", "Essay", "Exit Ticket", "Ch.", "Participation"]),
    st.sampled_from(["", "1", "2", "3", "1.1", "1.2", "#4", "9/4", "Two"]),
    st.sampled_from(["", ": Cells", " - Slope", ": Federalism", " (Fractions)"]),
    st.sampled_from(["", "", "", " review", " RETAKE", " &amp; notes", " 🎯"]),
)
ANY_TITLE = st.one_of(SCHOOL_TITLES, st.text(max_size=255))
DAYS = st.one_of(st.none(), st.dates(date(2026, 8, 17), date(2026, 10, 16)))
STUDENTS = [f"s{n}" for n in range(8)]
COLUMN = st.one_of(
    st.just({}),
    st.fixed_dictionaries({s: st.one_of(st.none(), st.integers(0, 10).map(Decimal)) for s in STUDENTS}),
)
POINTS = st.sampled_from([Decimal(n) for n in (0, 5, 10, 100)])


@st.composite
def sides(
    draw: st.DrawFn, titles: st.SearchStrategy[str] = SCHOOL_TITLES
) -> tuple[list[LmsActivity], list[SisAssignment]]:
    """Some pairs with the same scores a fixed shift apart, and some items of their own on each side."""
    activities, assignments = [], []
    shift = draw(st.sampled_from([0, 0, 1, -1, 7]))
    for n in range(draw(st.integers(0, 5))):
        title, due, points, column = draw(titles), draw(DAYS), draw(POINTS), draw(COLUMN)
        activities.append(LmsActivity(f"p{n}", title, "c1", points, None, due, column))
        moved = None if due is None else due + timedelta(days=shift)
        name = draw(st.sampled_from([title, title.upper(), draw(titles)]))
        assignments.append(_assignment(f"p{n}", name, points, moved, column))
    for n in range(draw(st.integers(0, 3))):
        activities.append(
            LmsActivity(f"a{n}", draw(titles), "c2", draw(POINTS), None, draw(DAYS), draw(COLUMN))
        )
    for n in range(draw(st.integers(0, 3))):
        assignments.append(_assignment(f"x{n}", draw(titles), draw(POINTS), draw(DAYS), draw(COLUMN)))
    return activities, assignments


Sides = tuple[list[LmsActivity], list[SisAssignment]]
OUR_CATEGORIES = [LmsCategory("c1", "Homework", Decimal(60)), LmsCategory("c2", "Tests", Decimal(40))]
THEIR_CATEGORIES = [SisCategory("0", "HW", Decimal(60)), SisCategory("1", "Exams", Decimal(40))]


def _assignment(
    id: str, name: str, points: Decimal, due: date | None, column: dict[str, Decimal | None], code: str = "0"
) -> SisAssignment:
    marks = {student: "" if score is None else str(score) for student, score in column.items()}
    return SisAssignment(id, 1, name, code, points, points, None, due, marks)


def _swapped(activities: list[LmsActivity], assignments: list[SisAssignment]) -> Sides:
    codes = {"c1": "0", "c2": "1"}
    return (
        [
            LmsActivity(
                s.id, s.name, {"0": "c1", "1": "c2"}[s.category_code], s.points_possible, None, s.due_on,
                {student: Decimal(mark) if mark else None for student, mark in s.scores.items()},
            )
            for s in assignments
        ],
        [
            _assignment(a.id, a.title, a.points, a.due_on, dict(a.scores), codes[a.category_id or "c1"])  # type: ignore[arg-type]
            for a in activities
        ],
    )  # fmt: skip


def _answer(activities: list[LmsActivity], assignments: list[SisAssignment]) -> Proposals:
    return propose(OUR_CATEGORIES, activities, THEIR_CATEGORIES, assignments)


def _pairs(proposals: Proposals) -> dict[tuple[str, str], Confidence]:
    return {(p.lms_id, p.sis_id): p.confidence for p in proposals.activities}


many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@many
@given(sides())
def test_swapping_the_sides_swaps_the_answer(both: Sides) -> None:
    there = _pairs(_answer(*both))
    back = _pairs(_answer(*_swapped(*both)))
    assert back == {(b, a): confidence for (a, b), confidence in there.items()}


@many
@given(sides(), st.randoms(use_true_random=False))
def test_shuffling_changes_nothing(both: Sides, random: object) -> None:
    activities, assignments = list(both[0]), list(both[1])
    random.shuffle(activities)  # type: ignore[attr-defined]
    random.shuffle(assignments)  # type: ignore[attr-defined]
    assert _answer(activities, assignments) == _answer(*both)


@many
@given(sides(), st.booleans())
def test_an_unrelated_item_never_turns_a_sure_pair_into_another(both: Sides, here: bool) -> None:
    activities, assignments = both
    before = {a: b for (a, b), c in _pairs(_answer(*both)).items() if c is Confidence.SURE}
    due = date(2027, 5, 30)
    if here:
        activities = [*activities, LmsActivity("new", "Zoo permission slip", "c2", Decimal(3), None, due)]
    else:
        assignments = [*assignments, _assignment("new", "Zoo permission slip", Decimal(3), due, {})]
    after = {a: b for (a, b), c in _pairs(_answer(activities, assignments)).items() if c is Confidence.SURE}
    assert all(after.get(a, b) == b for a, b in before.items())


@many
@given(sides(ANY_TITLE))
def test_no_item_is_used_twice(both: Sides) -> None:
    result = _answer(*both)
    for ids in (
        [p.lms_id for p in result.activities],
        [p.sis_id for p in result.activities],
        [c.lms_id for c in result.categories],
        [c.code for c in result.categories],
    ):
        assert len(ids) == len(set(ids))
    proposed = {p.lms_id for p in result.activities}, {p.sis_id for p in result.activities}
    assert not any(d.lms_id in proposed[0] or d.sis_id in proposed[1] for d in result.doubts)


@many
@given(sides(ANY_TITLE))
def test_every_proposal_and_doubt_has_a_reason(both: Sides) -> None:
    result = _answer(*both)
    assert all(item.reason.strip() for item in (*result.activities, *result.categories, *result.doubts))


@given(st.text(max_size=255))
def test_any_text_can_be_read_as_a_title(text: str) -> None:
    title = read_title(text)
    assert set(title.other_work).isdisjoint(title.words)
    assert read_title(text.strip()) == replace(title)
