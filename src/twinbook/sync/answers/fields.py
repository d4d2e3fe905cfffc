"""Answers about one field of an activity: which side's text counts."""

from __future__ import annotations

from twinbook.core.carry_out.changes import NEVER_AGREED
from twinbook.core.cells import Policy
from twinbook.sync import errors, questions
from twinbook.sync.models import Pair, Problem


def settle(row: Problem, winner: Policy) -> None:
    if row.pair is None or row.field is None:
        raise errors.ProblemChanged
    pair = Pair.objects.select_for_update().get(id=row.pair.id)
    ours, theirs = row.details.get("ours", ""), row.details.get("theirs", "")
    halves = [NEVER_AGREED, theirs] if winner is Policy.LMS else [ours, NEVER_AGREED]
    pair.fields = {**pair.fields, row.field: halves}
    pair.save(update_fields=["fields"])
    questions.close(row, f"a person chose: {winner.value}")
