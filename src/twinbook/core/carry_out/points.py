"""A change of points in the far gradebook, taken over here (A3): the points, the scores and our halves of the base move
together.

A score keeps its percentage. Where both sides stood as agreed it becomes what its row says under the new maxima, which is
the same where the row kept its own maximum; to or from 0 nothing is rescaled, since extra credit has no percentage.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from twinbook.core.carry_out.views import CellView
from twinbook.core.cells import CellBase
from twinbook.core.remote import FarSide, TheirCell
from twinbook.core.values import Maxima, Number, OurValue, rescaled


@dataclass(frozen=True, slots=True)
class CellMove:
    """Set our cell to `value` if it still has `expected_version`. `base`: as it is to be, with the version of our half
    filled in by who writes where `agreed`; None: nothing was agreed before."""

    student: int
    expected_version: int
    before: OurValue
    value: OurValue
    base: CellBase | None
    agreed: bool
    """Our half stood in the base, so that it stands in the new one as well."""
    membership: str


def moves(
    cells: Iterable[CellView], rows: Mapping[int, TheirCell], far: FarSide, before: Decimal, after: Decimal
) -> tuple[CellMove, ...]:
    """`before`, `after`: LMS points, 0 for extra credit. Without a row there is only the percentage."""
    return tuple(_move(cell, rows.get(cell.sis_student_id), far, before, after) for cell in cells)


def _move(cell: CellView, row: TheirCell | None, far: FarSide, before: Decimal, after: Decimal) -> CellMove:
    ours, base = cell.ours.value, cell.base
    value = rescaled(ours, before, after)
    move = CellMove(cell.student, cell.ours.version, ours, value, None, agreed=False, membership="")
    if base is None:
        return move
    resting = row is not None and row.form == base.theirs
    agreed = base.ours == ours and base.ours_version == cell.ours.version
    if agreed and resting and row is not None and isinstance(ours, Number):
        value = far.decode(row, after)
    maxima = replace(base.maxima, ours=after)
    if resting and row is not None:
        maxima = Maxima(after, row.entry_max, row.weight_max)
    moved = replace(base, ours=_half(base, ours, value, before, after, agreed=agreed), maxima=maxima)
    return replace(move, value=value, base=moved, agreed=agreed, membership=cell.agreed_as or "")


def _half(
    base: CellBase, ours: OurValue, value: OurValue, before: Decimal, after: Decimal, *, agreed: bool
) -> OurValue | None:
    """Our half of the base. A value that was typed away and back was chosen again: under the new points it is not what was
    agreed, and so it is none."""
    if agreed:
        return value
    if base.ours is None or (base.ours == ours and isinstance(ours, Number)):
        return None
    return rescaled(base.ours, before, after)


def moved_views(cells: Iterable[CellView], moved: Iterable[CellMove]) -> tuple[CellView, ...]:
    """The cells as they would be: for a preview."""
    by_student = {move.student: move for move in moved}
    return tuple(
        replace(
            cell,
            ours=replace(cell.ours, value=by_student[cell.student].value),
            base=by_student[cell.student].base,
        )
        for cell in cells
    )
