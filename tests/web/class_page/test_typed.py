"""What is typed into a cell means the same to the server and to the grid."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page

from twinbook.core.values import BLANK, ForeignMark, Mark, MarkKind, Number, OurValue
from twinbook.gradebook.cells import Cell
from twinbook.gradebook.errors import InvalidScoreError
from twinbook.gradebook.scores import UNCHANGED, ScoreWrite
from twinbook.web.class_page import typed

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("typed_cases.json").read_text())
VALUES = st.one_of(
    st.just(BLANK),
    st.decimals(0, 9999, places=2).map(Number),
    st.sampled_from(MarkKind).map(Mark),
)


@pytest.mark.parametrize("case", CASES, ids=[case["text"] for case in CASES])
def test_a_text_means_a_value_or_is_refused(case: dict[str, Any]) -> None:
    before = Cell(1, 2, Number(Decimal("77")))
    if case.get("wrong"):
        with pytest.raises(InvalidScoreError):
            typed.write(before, case["text"])
        return
    write = typed.write(before, case["text"])
    assert write is not None
    assert not isinstance(write.value, type(UNCHANGED))
    assert typed.shown(write.value, None) == case["value"]
    assert (write.late is True) == case["late"]


@given(value=VALUES, late=st.booleans(), other=VALUES)
def test_a_cell_typed_as_another_shows_becomes_that_one(value: OurValue, late: bool, other: OurValue) -> None:
    write = typed.write(Cell(1, 2, other), typed.shown(value, late))
    after = (other, False) if write is None else (_new(write, other), write.late is True)
    assert after == (value, late)


def _new(write: ScoreWrite, before: OurValue) -> OurValue:
    return before if isinstance(write.value, type(UNCHANGED)) else write.value


def test_taking_the_l_away_ends_being_late_and_leaves_the_value() -> None:
    write = typed.write(Cell(1, 2, Number(Decimal("8")), late=True), "8")
    assert write is not None
    assert write.value is UNCHANGED
    assert write.late is None


def test_a_mark_of_aeries_left_as_it_stands_is_not_written() -> None:
    cell = Cell(1, 2, ForeignMark("NHI"))
    assert typed.write(cell, "NHI") is None
    late = typed.write(cell, "nhi L")
    assert late is not None
    assert late.value is UNCHANGED
    assert late.late is True


QUOTED = '"a\tb"\t"two\nlines"\n"say ""so"""\t8"'
SCRIPT = """async ([cases, quoted]) => {
  const {parse, above, body, held, apart} = await import('/static/class_page/parse.js');
  const {fromTsv, toTsv} = await import('/static/class_page/tsv.js');
  const {Undo} = await import('/static/class_page/undo.js');
  const undo = new Undo();
  undo.record([{key: 'a', before: '', after: '1'}]);
  undo.record([{key: 'b', before: '2', after: '3'}, {key: 'c', before: '', after: '3'}]);
  const back = [undo.undo(), undo.undo(), undo.undo()];
  const again = undo.redo();
  undo.record([{key: 'd', before: '', after: 'EX'}]);
  return {
    parsed: cases.map(one => parse(one.text)),
    onlyLate: parse('L'),
    above: [above('10', '9.5'), above('9', '10'), above('9.5', '9.5'), above('100', '99.9999'), above('EX', '1'), above('0.5', '0')],
    bodies: ['', '8.5', 'EX'].map(body),
    held: [{score: '8', late: true}, {mark: 'missing', late: null}, {sis_mark: 'NHI'}, {score: null}].map(held),
    apart: ['8 L', 'L', '', 'EX'].map(apart),
    tsv: fromTsv('8\\t9\\r\\nEX\\t\\n'),
    quoted: fromTsv(quoted),
    written: toTsv([['8', 'a\\tb'], ['', 'x']]),
    back, again, canRedo: undo.canRedo,
  };
}"""


def test_the_grid_reads_texts_tables_and_history_alike(admin_page: Page) -> None:
    admin_page.goto("/")
    told = admin_page.evaluate(SCRIPT, [CASES, QUOTED])
    for case, parsed in zip(CASES, told["parsed"], strict=True):
        if case.get("wrong"):
            assert parsed.get("wrong"), case
        else:
            assert (parsed["value"], parsed["late"]) == (case["value"], case["late"]), case
    assert told["onlyLate"].get("value") is None
    assert told["onlyLate"]["late"] is True
    assert told["above"] == [True, False, False, True, False, True]
    assert told["bodies"] == [{"score": None}, {"score": "8.5"}, {"mark": "excused"}]
    assert told["held"] == [
        {"value": "8", "late": True},
        {"value": "MI", "late": False},
        {"value": "NHI", "late": False},
        {"value": "", "late": False},
    ]
    assert told["apart"] == [
        {"value": "8", "late": True},
        {"value": "", "late": True},
        {"value": "", "late": False},
        {"value": "EX", "late": False},
    ]
    assert told["tsv"] == [["8", "9"], ["EX", ""]]
    assert told["quoted"] == [["a\tb", "two\nlines"], ['say "so"', '8"']]
    assert told["written"] == '8\t"a\tb"\n\tx'
    assert told["back"] == [
        [{"key": "b", "from": "3", "to": "2"}, {"key": "c", "from": "3", "to": ""}],
        [{"key": "a", "from": "1", "to": ""}],
        [],
    ]
    assert told["again"] == [{"key": "a", "from": "", "to": "1"}]
    assert told["canRedo"] is False
