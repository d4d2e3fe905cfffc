"""Every row of table C2, asked of the merge with Aeries as the far side (design §2.1)."""

import re
import runpy
from itertools import product
from pathlib import Path

import pytest

from tests.core.cell_cases import base, merged, said
from twinbook.core.cells import Policy
from twinbook.core.table import TABLE, Action, Compared, Moved, action_for

ROOT = Path(__file__).parents[2]

ROWS = [
    # LMS now, Aeries now, agreed here, agreed there → what happens
    ("8", "8", ("8", "8"), "nothing"),
    ("", "", ("", ""), "nothing"),
    ("excused", "NA", ("excused", "NA"), "nothing"),
    # changed | unchanged
    ("9", "8", ("8", "8"), "send 9.0000"),
    ("0", "8", ("8", "8"), "send 0.0000"),
    ("9", "", ("", ""), "send 9.0000"),
    ("0", "", ("", ""), "send 0.0000"),
    ("", "8", ("8", "8"), "clear_needs_typing: clear the cell (leave it empty)"),
    ("excused", "8", ("8", "8"), "mark_needs_typing: NA"),
    ("missing", "8", ("8", "8"), "mark_needs_typing: MI"),
    ("incomplete", "", ("", ""), "mark_needs_typing: TX"),
    ("9", "NA", ("excused", "NA"), "send 9.0000"),
    ("9.5", "95%", ("9.49", "95%"), "new base 9.5|95%"),
    # unchanged | changed
    ("8", "9", ("8", "8"), "take over 9"),
    ("8", "0", ("8", "8"), "take over 0"),
    ("8", "", ("8", "8"), "take over blank"),
    ("8", "95%", ("8", "8"), "take over 9.5"),
    ("8", "NA", ("8", "8"), "take over excused"),
    ("8", "mi", ("8", "8"), "take over missing"),
    ("8", "XYZ", ("8", "8"), "take over XYZ"),
    ("", "0", ("", ""), "take over 0"),
    ("8", "80%", ("8", "8"), "new base 8|80%"),
    # changed | changed, equal
    ("9", "9", ("8", "8"), "new base 9|9"),
    ("9", "90%", ("8", "8"), "new base 9|90%"),
    ("", "", ("8", "8"), "new base |"),
    ("excused", "EX", ("8", "8"), "new base excused|EX"),
    # changed | changed, different
    ("9", "7", ("8", "8"), "conflict"),
    ("9", "", ("8", "8"), "conflict"),
    ("", "9", ("8", "8"), "conflict"),
    ("excused", "7", ("8", "8"), "conflict"),
    ("9", "NA", ("8", "8"), "conflict"),
    # no base
    ("8", "8", None, "new base 8|8"),
    ("", "", None, "new base |"),
    ("missing", "MI", None, "new base missing|MI"),
    ("", "8", None, "take over 8"),
    ("", "NA", None, "take over excused"),
    ("", "0", None, "take over 0"),
    ("8", "", None, "send 8.0000"),
    ("excused", "", None, "mark_needs_typing: NA"),
    ("8", "7", None, "conflict"),
    ("0", "8", None, "conflict"),
    ("excused", "8", None, "conflict"),
]


@pytest.mark.parametrize(("here", "there", "agreed", "expected"), ROWS)
def test_row(here: str, there: str, agreed: tuple[str, str] | None, expected: str) -> None:
    assert said(merged(here, there, base(*agreed) if agreed else None)) == expected


POLICIES = [
    ("9", "7", ("8", "8"), Policy.LMS, "send 9.0000"),
    ("9", "7", ("8", "8"), Policy.AERIES, "take over 7"),
    ("9", "", ("8", "8"), Policy.LMS, "send 9.0000"),
    ("9", "", ("8", "8"), Policy.AERIES, "take over blank"),
    ("", "7", ("8", "8"), Policy.LMS, "clear_needs_typing: clear the cell (leave it empty)"),
    ("excused", "7", ("8", "8"), Policy.LMS, "mark_needs_typing: NA"),
    ("excused", "7", ("8", "8"), Policy.AERIES, "take over 7"),
    ("8", "7", None, Policy.LMS, "send 8.0000"),
    ("8", "7", None, Policy.AERIES, "take over 7"),
    ("8", "7", None, Policy.ASK, "conflict"),
]


@pytest.mark.parametrize(("here", "there", "agreed", "policy", "expected"), POLICIES)
def test_policy_decides_a_conflict(
    here: str, there: str, agreed: tuple[str, str] | None, policy: Policy, expected: str
) -> None:
    assert said(merged(here, there, base(*agreed) if agreed else None, policy=policy)) == expected


@pytest.mark.parametrize(
    ("overwrite", "policy", "expected"),
    [
        (Policy.LMS, Policy.ASK, "send 8.0000"),
        (Policy.AERIES, Policy.ASK, "take over 7"),
        (Policy.AERIES, Policy.LMS, "take over 7"),
    ],
)
def test_a_confirmed_setup_decides_only_cells_that_were_never_agreed(
    overwrite: Policy, policy: Policy, expected: str
) -> None:
    assert said(merged("8", "7", overwrite=overwrite, policy=policy)) == expected
    assert said(merged("9", "7", base("8", "8"), overwrite=overwrite)) == "conflict"


@pytest.mark.parametrize("overwrite", [Policy.LMS, Policy.AERIES])
def test_a_blank_never_overwrites_at_a_first_meeting(overwrite: Policy) -> None:
    assert said(merged("", "7", overwrite=overwrite)) == "take over 7"
    assert said(merged("8", "", overwrite=overwrite)) == "send 8.0000"


def test_typed_away_and_back_is_unchanged_while_aeries_is() -> None:
    assert said(merged("8", "8", base("8", "8", version=1), version=3)) == "nothing"


def test_typed_away_and_back_is_changed_when_aeries_changed_too() -> None:
    assert said(merged("8", "7", base("8", "8", version=1), version=3)) == "conflict"
    assert said(merged("8", "7", base("8", "8", version=1), version=1)) == "take over 7"


@pytest.mark.parametrize("there", ["8", "8.0", "8.0000", " 8 "])
def test_one_number_written_differently_is_one_form(there: str) -> None:
    assert said(merged("8", there, base("8", "8"))) == "nothing"


def test_the_same_number_as_a_percentage_is_another_form() -> None:
    """C1: only the side's own form tells whether it changed; that the values are equal makes a new base, no write."""
    assert said(merged("8", "80%", base("8", "8"))) == "new base 8|80%"


def test_every_combination_has_exactly_one_row() -> None:
    agreed = [(o, t) for o, t in product((Moved.UNCHANGED, Moved.CHANGED), repeat=2)] + [
        (Moved.NO_BASE, Moved.NO_BASE)
    ]
    for (o, t), compared in product(agreed, set(Compared) - {Compared.ANY}):
        found = [
            row
            for row in TABLE
            if (row.ours, row.theirs) == (o, t) and row.compared in (Compared.ANY, compared)
        ]
        if compared in (Compared.OURS_BLANK, Compared.THEIRS_BLANK) and o is not Moved.NO_BASE:
            assert action_for(o, t, compared) is action_for(o, t, Compared.DIFFERENT)
        else:
            assert [row.action for row in found] == [action_for(o, t, compared)]


@pytest.mark.parametrize("known", [Moved.UNCHANGED, Moved.CHANGED])
def test_a_base_of_one_side_only_has_no_row(known: Moved) -> None:
    for ours_moved, theirs_moved in ((Moved.NO_BASE, known), (known, Moved.NO_BASE)):
        with pytest.raises(LookupError):
            action_for(ours_moved, theirs_moved, Compared.DIFFERENT)


def test_swapping_the_sides_swaps_sending_and_taking_over() -> None:
    """The table favours no side: mirrored rows have mirrored actions."""
    mirror = {Action.SEND: Action.TAKE_OVER, Action.TAKE_OVER: Action.SEND}
    blanks = {Compared.OURS_BLANK: Compared.THEIRS_BLANK, Compared.THEIRS_BLANK: Compared.OURS_BLANK}
    mirrored = {
        (row.theirs, row.ours, blanks.get(row.compared, row.compared), mirror.get(row.action, row.action))
        for row in TABLE
    }
    assert mirrored == {(row.ours, row.theirs, row.compared, row.action) for row in TABLE}


def test_the_page_is_printed_from_the_table() -> None:
    page = (ROOT / "docs" / "table-c2.md").read_text()
    assert page == runpy.run_path(str(ROOT / "scripts" / "print_tables.py"))["page"]()
    assert len(re.findall(r"^\| (?:unchanged|changed|no base)", page, re.MULTILINE)) == len(TABLE)
