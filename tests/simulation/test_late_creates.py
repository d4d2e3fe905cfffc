"""Inserts that land 0 to 120 s late: never a second assignment. `make late-creates` plays a hundred thousand.

A failure names its seed: `make late-creates N=1 SEED=that` plays it again.
"""

from __future__ import annotations

import pytest

from tests.simulation.late_creates import wrongs
from twinbook.core.carry_out import create

CASES = 500


def test_a_create_that_lands_late_makes_one_assignment() -> None:
    assert wrongs(range(CASES)) == []


def test_without_waiting_for_the_longest_time_out_there_are_twins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(create, "_may_repeat", lambda link, pair, began_at: True)
    assert any("2 assignments" in wrong for wrong in wrongs(range(20)))


def test_without_looking_for_the_external_id_it_is_never_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(create, "_ours", lambda pair, listing: [])
    assert any("never found" in wrong for wrong in wrongs(range(20)))
