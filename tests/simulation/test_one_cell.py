"""C4 by brute force: one cell, every sequence of up to five events, every way in which late requests may land."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.simulation.one_cell import EVENTS, OLD, WITH_TIME, Explorer, start
from twinbook.core import merge
from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import scores
from twinbook.core.cells import CellBase, CellState, Policy
from twinbook.core.remote import TheirCell

FIVE = 5
SEQUENCES = sum(len(EVENTS) ** length for length in range(FIVE + 1))


def test_every_sequence_of_five_events_ends_well() -> None:
    found = Explorer().explore(start(), FIVE)
    assert found.schedules >= SEQUENCES == 37_449
    assert (found.wrong, found.example, found.why) == (0, (), "")


def test_every_sequence_of_four_from_a_blank() -> None:
    found = Explorer().explore(start(""), 4)
    assert (found.wrong, found.example, found.why) == (0, (), "")


@pytest.mark.parametrize("stands", ["", OLD])
def test_every_sequence_of_four_before_the_first_meeting(stands: str) -> None:
    """Without clearing: where nothing was agreed yet, a blank is filled from the other side (C2)."""
    events = {name: event for name, event in EVENTS.items() if name != "clear"}
    found = Explorer(events).explore(start(stands, first_looked=False), 4)
    assert (found.wrong, found.example, found.why) == (0, (), "")


def test_every_sequence_of_four_while_doubts_also_pass() -> None:
    found = Explorer(WITH_TIME).explore(start(), 4)
    assert (found.wrong, found.example, found.why) == (0, (), "")


@pytest.mark.parametrize("policy", [Policy.LMS, Policy.AERIES])
def test_every_sequence_of_four_under_a_policy_leaves_both_sides_agreeing(policy: Policy) -> None:
    found = Explorer().explore(start(policy=policy), 4)
    assert (found.wrong, found.example, found.why) == (0, (), "")


class TestDamageWithoutTheGuard:
    """Each guard removed by itself: the exploration then finds what it protects from."""

    def test_without_recognising_our_echo_an_older_value_wins(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(merge, "_echo", lambda cell, theirs: None)
        found = Explorer().explore(start(), 3)
        assert found.wrong
        assert "which nobody typed later" in found.why

    def test_with_only_their_half_moved_both_sides_differ_for_ever(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = merge._echo

        def only_theirs(cell: CellState, theirs: TheirCell) -> CellBase | None:
            echoed = whole(cell, theirs)
            if echoed is None or cell.base is None:
                return echoed
            return replace(echoed, ours=cell.base.ours, ours_version=cell.base.ours_version)

        monkeypatch.setattr(merge, "_echo", only_theirs)
        found = Explorer().explore(start(), 3)
        assert found.wrong
        assert "differs without a question" in found.why

    def test_with_intents_settled_by_any_reading_an_older_value_wins(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def too_early(look: scores.Look, began_at: object) -> list[ch.Change]:
            return [ch.SettleIntents(tuple(i.id for v in look.pair.cells for i in v.intents if i.ended_at))]

        monkeypatch.setattr(scores.Look, "_settled_by", too_early)
        found = Explorer().explore(start(), 3)
        assert found.wrong
        assert "which nobody typed later" in found.why

    def test_with_the_base_of_that_later_moment_a_newer_value_is_never_sent(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """C6 at the end of an echo: the base takes the LMS value of now instead of what was sent."""
        whole = merge._echo

        def of_now(cell: CellState, theirs: TheirCell) -> CellBase | None:
            echoed = whole(cell, theirs)
            return echoed and replace(echoed, ours=cell.ours.value, ours_version=cell.ours.version)

        monkeypatch.setattr(merge, "_echo", of_now)
        found = Explorer().explore(start(), 3)
        assert found.wrong
        assert "differs without a question" in found.why
