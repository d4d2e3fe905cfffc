"""Where one cell and one field go back to, and what is left alone (G4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from twinbook.aeries.side import BLANK_FORM, AeriesSide, number_form
from twinbook.core.carry_out.changes import NEVER_AGREED
from twinbook.core.cells import CellBase, Membership, OurCell, ProblemCode
from twinbook.core.fields import CategoryMap, Field
from twinbook.core.remote import CellTerms, TheirCell
from twinbook.core.undo import (
    CellNow,
    LeaveAlone,
    Moved,
    MovedHalves,
    PutBack,
    PutBackField,
    Reason,
    put_back,
    put_back_field,
)
from twinbook.core.values import BLANK, Form, Mark, MarkKind, Maxima, Number

TEN = Maxima(Decimal(10), Decimal(10), Decimal(10))
FAR = AeriesSide()
EIGHT, SIX = Number(Decimal(8)), Number(Decimal(6))


def _row(form: Form) -> TheirCell:
    return TheirCell(form, Decimal(10), Decimal(10))


def _moved(**changes: Any) -> Moved:
    """A pull of a 6 over an agreed 8 that left version 2."""
    usual = {
        "side": "lms",
        "agreed": True,
        "ours": EIGHT,
        "theirs": number_form(Decimal(8)),
        "after_version": 2,
    }
    return Moved(**{**usual, **changes})


def _now(**changes: Any) -> CellNow:
    six = number_form(Decimal(6))
    usual = {
        "ours": OurCell(SIX, 2, typed=False),
        "theirs": _row(six),
        "base": CellBase(SIX, 2, six, TEN),
    }
    return CellNow(**{**usual, **changes})


def _decided(moved: Moved, now: CellNow) -> PutBack | LeaveAlone:
    return put_back(moved, now, FAR, CellTerms(TEN, grading_completed=False))


def test_both_sides_go_back_to_what_was_agreed() -> None:
    assert _decided(_moved(), _now()) == PutBack(EIGHT, 2, SIX)


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        ({"ours": OurCell(SIX, 3, typed=True)}, Reason.CHANGED_HERE),
        ({"theirs": _row(number_form(Decimal(5)))}, Reason.CHANGED_THERE),
        ({"theirs": _row(BLANK_FORM)}, Reason.CHANGED_THERE),
        ({"base": None}, Reason.CHANGED_THERE),
        ({"theirs": None}, Reason.NOT_IN_GRADEBOOK),
    ],
)
def test_what_somebody_has_edited_since_is_left_alone(now: dict[str, Any], reason: Reason) -> None:
    assert _decided(_moved(), _now(**now)) == LeaveAlone(reason)


@pytest.mark.parametrize(
    ("moved", "now", "problem"),
    [
        ({"ours": BLANK}, {}, ProblemCode.CLEAR_NEEDS_TYPING),
        ({"ours": Mark(MarkKind.EXCUSED)}, {}, ProblemCode.MARK_NEEDS_TYPING),
        ({}, {"membership": Membership.ABSENT}, ProblemCode.NOT_IN_GRADEBOOK),
        ({}, {"term_open": False}, ProblemCode.TERM_ENDED),
    ],
)
def test_what_the_far_side_cannot_be_given_is_held(
    moved: dict[str, Any], now: dict[str, Any], problem: ProblemCode
) -> None:
    decided = _decided(_moved(**moved), _now(**now))
    assert isinstance(decided, PutBack)
    assert (decided.problem, decided.there) == (problem, SIX)
    assert decided.to_type


def test_an_unknown_mark_is_never_overwritten() -> None:
    mark = Form("mark", "ZZ")
    now = _now(theirs=_row(mark), base=CellBase(SIX, 2, mark, TEN))
    decided = _decided(_moved(), now)
    assert isinstance(decided, PutBack)
    assert decided.problem is ProblemCode.UNKNOWN_MARK


def test_where_nothing_had_been_agreed_the_overwritten_value_comes_back() -> None:
    """Ours where the run took over, theirs where it sent."""
    taken = _decided(_moved(agreed=False, ours=EIGHT), _now())
    sent = _decided(_moved(agreed=False, side="aeries", ours=SIX, theirs=number_form(Decimal(3))), _now())
    assert (taken, sent) == (PutBack(EIGHT, 2, SIX), PutBack(Number(Decimal(3)), 2, SIX))


def test_a_far_side_that_already_holds_it_gets_no_write() -> None:
    eight = number_form(Decimal(8))
    now = _now(theirs=_row(eight), base=CellBase(SIX, 1, eight, TEN))
    assert _decided(_moved(), now) == PutBack(EIGHT, 2, None)


CATEGORIES = CategoryMap({7: "0", 8: "1"}, {"0": 7, "1": 8})


def _halves(field: Field = Field.TITLE, **changes: Any) -> MovedHalves:
    usual = {"ours": "Old", "theirs": "Old", "after_ours": "New", "after_theirs": "New"}
    return MovedHalves(field, **{**usual, **changes})


@pytest.mark.parametrize(
    ("moved", "ours", "theirs", "decided"),
    [
        (_halves(), "New", "New", PutBackField("Old", "New")),
        (_halves(), "Newer", "New", LeaveAlone(Reason.CHANGED_HERE)),
        (_halves(), "New", "Newer", LeaveAlone(Reason.CHANGED_THERE)),
        (_halves(), "New", None, PutBackField("Old", None)),
        (_halves(after_ours=None, after_theirs=None), "New", "New", LeaveAlone(Reason.UNKNOWN)),
        (_halves(theirs="Other"), "New", "New", PutBackField("Old", "New", "Other")),
        (_halves(ours=NEVER_AGREED, theirs="Theirs"), "New", "New", PutBackField("Theirs", "New")),
        (
            _halves(Field.CATEGORY, ours="7", theirs="0", after_ours="8", after_theirs="1"),
            "8",
            "1",
            PutBackField("7", "1"),
        ),
        (
            _halves(Field.CATEGORY, ours=NEVER_AGREED, theirs="9", after_ours="8", after_theirs="1"),
            "8",
            "1",
            LeaveAlone(Reason.UNKNOWN),
        ),
    ],
)
def test_a_field(
    moved: MovedHalves, ours: str, theirs: str | None, decided: PutBackField | LeaveAlone
) -> None:
    assert put_back_field(moved, ours, theirs, CATEGORIES) == decided
