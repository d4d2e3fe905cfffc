"""Each open question about a score write and an insert, answered either way: a value is never lost, doubled or made up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from aeries_sandbox.profiles import PROFILES
from tests.district_and_sandbox import Class
from tests.faces.how_long import LONG
from tests.faces.passing import settle
from twinbook.core.values import BLANK

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Quiz on rivers"
REFUSES_OURS: dict[str, Any] = {"external_id_max": 20, "overlong": "error"}
"""Shorter than the 50 characters that the reference guesses: every insert of ours is refused, and said to be."""
ANSWERS: list[dict[str, Any]] = [
    {"score_null": value, "score_absent": value} for value in ("clear", "zero", "error")
] + [
    {"score_unknown_student": "error", "score_not_in_gradebook": "error", "score_batch": "atomic"},
    {"score_unknown_student": "error", "score_not_in_gradebook": "error", "score_batch": "partial"},
    {"score_over_max": "error", "score_batch": "atomic"},
    {"score_over_max": "error", "score_batch": "partial"},
    {"score_decimals": "truncate"},
    {"score_decimals": "error", "score_max_batch": 2},
    {"blank_numbers": "null", "empty_date": "sentinel", "numbers_as_strings": "on", "single_as_array": "on"},
    {
        "decimal_places": "minimal",
        "percent_scale": 1,
        "strip_unsafe_text": "input",
        "one_row_as_object": "on",
    },
    {"external_id_unique": "on", "external_id_max": 50, "overlong": "error"},
    {"external_id_max": 20, "overlong": "truncate"},
    REFUSES_OURS,
]


@pytest.mark.parametrize("face", list(PROFILES) if LONG else ["documented"])
@pytest.mark.parametrize(
    "switches",
    ANSWERS if LONG else ANSWERS[1::2],
    ids=lambda one: "-".join(f"{k}={v}" for k, v in one.items())[:60],
)
def test_whatever_aeries_answers(joined: Class, face: str, switches: dict[str, Any]) -> None:
    """A blank here never becomes a zero there; one refused cell does not stop the others; text comes to rest."""
    aeries, book = joined.aeries, joined.gradebook
    aeries.control("POST", "/switches", switches)
    first, second, third, fourth = joined.students()
    quiz = joined.assigned(TITLE, "10", description="x" * 300)
    for sis, value in ((first, "8.3333"), (second, "12"), (third, "0")):
        joined.save(quiz, sis, value)
    if switches == REFUSES_OURS:
        joined.look()
        joined.force()
        assert aeries.titles(book) == []
        assert joined.codes() == ["rejected_by_aeries"]
        assert [joined.value(quiz, sis) for sis in (first, second, third)] == ["8.3333", "12", "0"]
        return
    settle(joined)
    assert aeries.titles(book) == [TITLE]
    refused = face == "strict" or switches.get("score_over_max") == "error"
    assert _marks(joined, (first, third, fourth)) == ["8.3333", "0", ""]
    assert _marks(joined, (second,)) == ([""] if refused else ["12"])
    assert joined.stands(quiz, second) == ("held" if refused else "synced")
    assert joined.stands(quiz, first) == joined.stands(quiz, third) == "synced"
    joined.save(quiz, first, BLANK)
    aeries.forget()
    joined.look()
    assert aeries.writes() == []
    assert _marks(joined, (first,)) == ["8.3333"]
    assert joined.stands(quiz, first) == "held"
    aeries.control("DELETE", f"/gradebooks/{book}/students/{fourth}")
    joined.force()
    joined.save(quiz, fourth, "5")
    joined.save(quiz, third, "6.5")
    settle(joined)
    assert _marks(joined, (third,)) == ["6.5"], "the one who left stops nobody"
    assert joined.stands(quiz, fourth) == "held"
    assert joined.value(quiz, fourth) == "5"


def _marks(school_class: Class, students: tuple[int, ...]) -> list[str]:
    rows = school_class.aeries.assignment(school_class.gradebook, TITLE)["scores"]
    return [_plain(rows[str(sis)]["mark"]) for sis in students]


def _plain(mark: str) -> str:
    return f"{Decimal(mark).normalize():f}" if mark else ""
