"""The documentation says what the program does."""

from pathlib import Path

import pytest

from aeries_sandbox.control.dispatch import TABLE
from aeries_sandbox.faults import FaultKind
from aeries_sandbox.switches_page import switches_page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_switches_is_up_to_date() -> None:
    assert (DOCS / "aeries-sandbox-switches.md").read_text() == switches_page()


@pytest.mark.parametrize("kind", FaultKind)
def test_every_fault_is_named(kind: FaultKind) -> None:
    assert f"`{kind}`" in (DOCS / "aeries-sandbox.md").read_text()


@pytest.mark.parametrize(
    "name", sorted({pattern.rpartition("/")[2] for _, pattern, _ in TABLE if "}" not in pattern[-1]})
)
def test_every_control_call_is_named(name: str) -> None:
    assert name in (DOCS / "aeries-sandbox.md").read_text()
