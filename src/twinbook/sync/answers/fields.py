"""Answers about one field of an activity: which side's text counts."""

from __future__ import annotations

from twinbook.core.carry_out.changes import NEVER_AGREED
from twinbook.core.cells import Policy
from twinbook.core.fields import Field, our_half
from twinbook.sync import errors, load, questions
from twinbook.sync.models import Pair, Problem


def settle(row: Problem, winner: Policy) -> None:
    if row.pair is None or row.field is None:
        raise errors.ProblemChanged
    pair = Pair.objects.select_for_update().get(id=row.pair.id)
    ours, theirs = row.details.get("ours", ""), row.details.get("theirs", "")
    if row.code == "rejected_by_aeries" and pair.activity is not None:
        # The question shows what Aeries was asked to take, in its own form.
        ours = our_half(Field(row.field), load.our_activity(pair.activity))
    halves = [NEVER_AGREED, theirs] if winner is Policy.LMS else [ours, NEVER_AGREED]
    pair.fields = {**pair.fields, row.field: halves}
    pair.save(update_fields=["fields"])
    questions.close(row, f"a person chose: {winner.value}")
