"""A hundred thousand small cases of the planner: both sides perturbed, the steps carried out in any order.

`make fuzz` plays ten million. A failure names its seed: `make fuzz N=1 SEED=that`.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.simulation import planning
from tests.simulation.planning import wrongs
from twinbook.core import merge
from twinbook.core.cells import CellBase, CellState
from twinbook.core.fields import Field, merge_fields
from twinbook.core.remote import FarSide, TheirCell
from twinbook.core.table import Moved

CASES = 100_000
PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
def test_a_hundred_thousand_cases(part: int) -> None:
    assert wrongs(range(part, CASES, PARTS)) == []


class TestItBites:
    """One fault at a time in the planner, found within a few hundred cases."""

    def test_a_base_of_one_value_instead_of_the_pair(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = merge.movements

        def converted(
            cell: CellState, base: CellBase | None, theirs: TheirCell, far: FarSide
        ) -> tuple[Moved, Moved]:
            ours_moved, theirs_moved = whole(cell, base, theirs, far)
            if base is None or base.ours is None:
                return ours_moved, theirs_moved
            same = far.decode(theirs, base.maxima.ours) == base.ours
            return ours_moved, Moved.UNCHANGED if same else Moved.CHANGED

        monkeypatch.setattr(merge, "movements", converted)
        assert wrongs(range(2000))

    def test_a_value_chosen_again_passes_for_unchanged(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = merge.movements

        def without_versions(
            cell: CellState, base: CellBase | None, theirs: TheirCell, far: FarSide
        ) -> tuple[Moved, Moved]:
            ours_moved, theirs_moved = whole(cell, base, theirs, far)
            if base is not None and cell.ours.value == base.ours:
                ours_moved = Moved.UNCHANGED
            return ours_moved, theirs_moved

        monkeypatch.setattr(merge, "movements", without_versions)
        assert wrongs(range(2000))

    def test_a_field_goes_the_wrong_way(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = merge_fields

        def turned(*args: object, **more: object) -> object:
            plan = whole(*args, **more)  # type: ignore[arg-type]
            titles = tuple(change for change in plan.to_aeries if change.field is Field.TITLE)
            return replace(plan, to_lms=plan.to_lms + titles)

        monkeypatch.setattr(planning, "merge_fields", turned)
        assert wrongs(range(3, 2000, 4))
