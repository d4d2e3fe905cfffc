"""What a view answers by itself: when a term has ended (G2), and who may be written (C7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.simulation.room import classroom
from twinbook.core.carry_out.views import LinkView, membership_token
from twinbook.core.cells import Membership
from twinbook.core.snapshot import TheirStudent, TheirTerm

FALL = TheirTerm("F", "Fall", date(2025, 8, 18), date(2025, 12, 19))
YEAR = TheirTerm("Y", "Year", date(2025, 8, 18), date(2026, 6, 5))


def view(*, today: str = "2026-01-05", terms: tuple[TheirTerm, ...] = (FALL,), **more: object) -> LinkView:
    plain = classroom(agreed=False).store.link_view()
    return replace(plain, today=date.fromisoformat(today), terms=terms, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("due", "today", "is_open"),
    [
        ("2025-12-19", "2025-12-19", True),
        ("2025-12-19", "2026-01-02", True),
        ("2025-12-19", "2026-01-03", False),
        ("2025-08-17", "2026-05-01", True),
        ("2026-01-10", "2026-05-01", True),
        (None, "2026-05-01", True),
    ],
    ids=["last day", "last grace day", "a day later", "before any term", "in no term", "without a due date"],
)
def test_a_term_is_over_fourteen_days_after_its_end(due: str | None, today: str, is_open: bool) -> None:
    assert view(today=today).term_open(date.fromisoformat(due) if due else None) is is_open


def test_of_several_terms_the_one_that_ends_last_decides() -> None:
    assert view(today="2026-03-01", terms=(FALL, YEAR)).term_open(date(2025, 10, 1))
    assert not view(today="2026-03-01", terms=(FALL,)).term_open(date(2025, 10, 1))


@pytest.mark.parametrize(
    ("start", "end", "tag", "expected"),
    [
        (None, None, "", Membership.WRITABLE),
        ("2026-03-09", "2026-03-09", "", Membership.WRITABLE),
        ("2026-03-10", None, "", Membership.ABSENT),
        (None, "2026-03-08", "", Membership.ABSENT),
        (None, None, "I", Membership.ABSENT),
        (None, None, "  ", Membership.WRITABLE),
    ],
    ids=["no dates", "that very day", "came later", "left before", "inactive", "blank tag"],
)
def test_who_may_be_written_on_a_due_date(
    start: str | None, end: str | None, tag: str, expected: Membership
) -> None:
    row = TheirStudent(1, start and date.fromisoformat(start), end and date.fromisoformat(end), tag)  # type: ignore[arg-type]
    link = view(students=(row,))
    assert link.membership(1, date(2026, 3, 9), None) is expected
    assert link.membership(2, date(2026, 3, 9), None) is Membership.ABSENT


def test_another_membership_than_the_agreed_one_is_seen() -> None:
    before, now = TheirStudent(1, date(2025, 8, 18), None), TheirStudent(1, date(2026, 2, 20), None)
    link = view(students=(now,))
    agreed_as = membership_token(before)
    assert link.membership(1, date(2026, 3, 9), agreed_as) is Membership.READDED
    assert not link.same_membership(1, agreed_as)
    assert link.same_membership(1, membership_token(now))
    assert not link.same_membership(1, None), "never agreed is not the same"
