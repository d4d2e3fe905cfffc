"""Marks, percents and numbers in every unit: nothing goes back and forth, nothing turns into a zero. One case a line; after
all of them two nights send nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.district_and_sandbox import TEACHER, Class, finished
from twinbook.core.values import Mark, MarkKind
from twinbook.district import settings as district_settings
from twinbook.sync import mark_table, night

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Quiz on rivers"


@pytest.fixture
def at_rest(joined: Class) -> Iterator[Class]:
    yield joined
    joined.aeries.forget()
    for _ in range(2):
        assert finished(night.begin(TEACHER, awake=False)).plan["changes"] == []
    assert joined.aeries.writes() == []


def _number(school_class: Class) -> int:
    return int(school_class.aeries.assignment(school_class.gradebook, TITLE)["assignment_number"])


@pytest.mark.parametrize(
    ("typed", "here"),
    [
        ("0", "0"),
        ("95%", "28.5"),
        ("0%", "0"),
        ("110%", "33"),
        ("33", "33"),
        ("NA", "excused"),
        ("TX", "incomplete"),
        ("MI", "missing"),
        ("INC", "incomplete"),
        ("NT", "NT"),
    ],
    ids=[
        "zero",
        "percent",
        "zero percent",
        "percent over the maximum",
        "number over the maximum",
        "not applicable",
        "temporarily excused",
        "the district's missing mark",
        "a mark of the district's table",
        "an unmapped mark",
    ],
)
def test_typed_in_aeries_it_comes_over_as_what_it_is(at_rest: Class, typed: str, here: str) -> None:
    district_settings.patch({"missing_mark": "MI", "marks": {"INC": "incomplete"}})
    first, second, *_ = at_rest.students()
    quiz = at_rest.agreed(TITLE, {first: "8"}, "30")
    at_rest.aeries.types(at_rest.gradebook, _number(at_rest), first, typed)
    at_rest.force()
    assert (at_rest.value(quiz, first), at_rest.value(quiz, second)) == (here, "")
    assert at_rest.aeries.mark(at_rest.gradebook, TITLE, second) == ""
    assert at_rest.codes() == []


@pytest.mark.parametrize("there", ["95%", "NA", "MI", "8"], ids=["percent", "mark", "missing", "number"])
def test_a_number_typed_here_over_it_is_sent_once(at_rest: Class, there: str) -> None:
    district_settings.patch({"missing_mark": "MI"})
    first = at_rest.students()[0]
    quiz = at_rest.agreed(TITLE, {first: "5"}, "30")
    at_rest.aeries.types(at_rest.gradebook, _number(at_rest), first, there)
    at_rest.force()
    at_rest.save(quiz, first, "27.125")
    at_rest.look()
    assert at_rest.aeries.mark(at_rest.gradebook, TITLE, first) == "27.125"
    assert at_rest.codes() == []


def test_a_mark_that_the_district_maps_later_is_read_anew_and_sent_nowhere(at_rest: Class) -> None:
    first = at_rest.students()[0]
    quiz = at_rest.agreed(TITLE, {first: "5"})
    at_rest.aeries.types(at_rest.gradebook, _number(at_rest), first, "NT")
    at_rest.force()
    assert at_rest.value(quiz, first) == "NT"
    mark_table.patch({"marks": {"NT": "excused"}})
    at_rest.look()
    assert at_rest.value(quiz, first) == "excused"
    assert at_rest.aeries.mark(at_rest.gradebook, TITLE, first) == "NT"


def test_missing_here_and_blank_there_is_no_zero_before_grading_is_completed(joined: Class) -> None:
    first = joined.students()[0]
    quiz = joined.agreed(TITLE, {joined.students()[1]: "8"})
    joined.save(quiz, first, Mark(MarkKind.MISSING))
    joined.aeries.forget()
    joined.look()
    joined.force()
    assert joined.codes() == ["mark_needs_typing"]
    assert joined.aeries.writes() == []
    assert joined.aeries.mark(joined.gradebook, TITLE, first) == ""
