"""The planted faults can still be planted, and say which tests should notice them. `make planted` asks whether they do."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.planted.faults import Fault, faults

ROOT = Path(__file__).parents[2]
FAULTS = faults()
AT_LEAST = 40


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= AT_LEAST


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_it_can_be_planted_and_is_a_program_still(fault: Fault) -> None:
    whole = (ROOT / fault.file).read_text()
    planted = fault.planted_in(whole)
    assert planted != whole
    ast.parse(planted)
    assert fault.plants


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_the_tests_that_should_notice_exist(fault: Fault) -> None:
    assert fault.caught_by
    for named in fault.caught_by:
        path, _, inside = named.partition("::")
        assert (ROOT / path).exists(), named
        if inside:
            assert inside.split("::")[0] in (ROOT / path).read_text(), named
