"""Weeks of typing, lost answers, dying and frozen workers, each from one seed.

`SIMULATION_SCALE=10` multiplies them. In the end both sides agree or a question stands, no value of a person gave way to
an older one, nothing is in doubt, and a further look changes nothing.
"""

from __future__ import annotations

import os

import pytest

from tests.simulation.chaos import Chances, Week
from tests.simulation.moves import beginnings
from tests.simulation.properties import check_quiet
from twinbook.core import merge
from twinbook.core.cells import Policy

WEEKS = int(1800 * float(os.environ.get("SIMULATION_SCALE", "1")))
PARTS = 3
ASKING = [world for world in beginnings() if world.store.link.policy is Policy.ASK]


def week(seed: int) -> Week:
    return Week(ASKING[seed % len(ASKING)], seed)


def live(one: Week) -> None:
    one.run()
    one.end()
    assert one.wrongs() == []
    assert not one.world.store.intents
    check_quiet(one.world)


@pytest.mark.parametrize("part", range(PARTS))
def test_seeded_weeks(part: int) -> None:
    for seed in range(part, WEEKS, PARTS):
        try:
            live(week(seed))
        except Exception as failed:
            failed.add_note(f"seed {seed}")
            raise


@pytest.mark.parametrize("policy", [Policy.LMS, Policy.AERIES])
def test_under_a_policy_both_sides_agree_in_the_end(policy: Policy) -> None:
    worlds = [world for world in beginnings() if world.store.link.policy is policy]
    for seed in range(200):
        one = Week(worlds[seed % len(worlds)], seed, Chances(type_between=0.05))
        one.run()
        one.end()
        assert one.disagreements() == [], f"seed {seed}"
        check_quiet(one.world)


def test_without_recognising_our_echo_weeks_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge, "_echo", lambda cell, theirs: None)
    with pytest.raises(AssertionError):
        for seed in range(600):
            live(week(seed))
