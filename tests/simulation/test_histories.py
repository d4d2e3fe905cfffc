"""Whole histories, each from one seed, judged by what people typed (`tests/judge`). `make histories` plays many more.

A failure names its seed: `make histories N=1 SEED=that` plays it again exactly.
"""

from __future__ import annotations

import pytest

from tests.simulation.history import history
from tests.simulation.many import TWICE_EVERY, play
from twinbook.core import merge

PARTS = 3
SEEDS = 360


@pytest.mark.parametrize("part", range(PARTS))
def test_seeded_histories_end_well(part: int) -> None:
    found = play(range(part, SEEDS, PARTS))
    assert found.wrongs == []
    assert found.played == SEEDS // PARTS
    assert found.gaps


def test_a_seed_plays_the_same_history_again() -> None:
    """Each twentieth of all that are played is played twice as well."""
    seeds = range(1, 6 * TWICE_EVERY, TWICE_EVERY)
    first = [(one := history(seed)).play() and one.digest for seed in seeds]
    again = [(one := history(seed)).play() and one.digest for seed in seeds]
    assert first == again
    assert len(set(first)) == len(first)


def test_without_recognising_our_echo_the_judge_finds_histories_that_end_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(merge, "_echo", lambda cell, theirs: None)
    assert any(play(range(first, first + 10)).wrongs for first in range(0, 300, 10))
