"""What a match means before it is confirmed: how the scores of the two items compare, what each answer to "whose scores
count" would change, and which fields differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from twinbook.core.cells import Policy
from twinbook.core.remote import FarSide
from twinbook.core.setup.context import SetupContext
from twinbook.core.setup.draft import AssignmentRow, Draft, FieldsFrom
from twinbook.core.setup.planning import pair_steps
from twinbook.core.setup.steps import CellStep, Difference, MatchPair, Outcome
from twinbook.core.snapshot import ClassSnapshot, GradebookReading


@dataclass(frozen=True, slots=True)
class Replaced:
    """How many values an answer replaces here and in Aeries, and how many of ours Aeries cannot take."""

    here: int
    there: int
    held: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """`differ`: cells where both sides hold a value and the values differ; only these depend on the answer.

    `fills_here`, `fills_there`: blanks that are filled from the other side, whatever the answer.
    """

    equal: int
    differ: int
    fills_here: int
    fills_there: int
    replaced: Mapping[Policy, Replaced]
    fields: tuple[Difference, ...]


def compare(
    draft: Draft,
    snapshot: ClassSnapshot,
    reading: GradebookReading,
    far: FarSide,
    context: SetupContext,
    rows: Iterable[AssignmentRow],
) -> dict[str, Comparison]:
    """UniqueID → comparison of the row with the partner that it names; rows whose items are not there are left out."""
    wanted = [row for row in rows if row.lms_id is not None]
    steps = {policy: _steps(draft, snapshot, reading, far, context, wanted, policy) for policy in Policy}
    return {
        unique_id: _comparison({policy: found[unique_id] for policy, found in steps.items()})
        for unique_id in steps[Policy.ASK]
    }


def _steps(
    draft: Draft,
    snapshot: ClassSnapshot,
    reading: GradebookReading,
    far: FarSide,
    context: SetupContext,
    rows: Iterable[AssignmentRow],
    policy: Policy,
) -> dict[str, MatchPair]:
    """Fields as they stand, so that every difference is named whatever was answered about them."""
    asked = (replace(row, scores_from=policy, fields_from=FieldsFrom.KEEP) for row in rows)
    return {step.unique_id: step for step in pair_steps(draft, snapshot, reading, far, context, asked)}


def _comparison(steps: Mapping[Policy, MatchPair]) -> Comparison:
    asked = steps[Policy.ASK]
    conflicts = {cell.student for cell in asked.cells if cell.outcome is Outcome.CONFLICT}
    return Comparison(
        equal=_count(asked.cells, Outcome.AGREE),
        differ=len(conflicts),
        fills_here=_count(asked.cells, Outcome.TAKE_OVER),
        fills_there=_count(asked.cells, Outcome.SEND),
        replaced={policy: _replaced(step, conflicts) for policy, step in steps.items()},
        fields=asked.differences,
    )


def _replaced(step: MatchPair, conflicts: set[int]) -> Replaced:
    cells = tuple(cell for cell in step.cells if cell.student in conflicts)
    return Replaced(
        here=_count(cells, Outcome.TAKE_OVER),
        there=_count(cells, Outcome.SEND),
        held=_count(cells, Outcome.HOLD),
    )


def _count(cells: Iterable[CellStep], outcome: Outcome) -> int:
    return sum(cell.outcome is outcome for cell in cells)
