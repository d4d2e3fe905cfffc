"""Answers about a student who came anew into a gradebook: moved from another section's, or dropped and added again (C7)."""

from __future__ import annotations

from dataclasses import replace

from twinbook.core.cells import CellBase
from twinbook.core.values import BLANK, Form
from twinbook.gradebook import scores
from twinbook.sync import commit, errors, load, moved, questions
from twinbook.sync.answers.answer import Answer
from twinbook.sync.models import CellBaseRow, Link, Pair, PairState, Problem

TAKE_ALONG, LEAVE_HERE, SEND_OURS = "take_along", "leave_here", "send_ours"


def _take_along(row: Problem, choice: str, actor: str) -> None:
    """Exactly the values that were offered: our half of each base counts as never agreed, so that the next look sends it.
    What has changed there meanwhile becomes a conflict instead."""
    if row.student_id is None or row.link_id is None:
        raise errors.ProblemChanged
    for cell in moved.offered(row.details):
        pair = Pair.objects.filter(link_id=row.link_id, activity_id=cell.activity).first()
        maxima = None if pair is None else load.maxima_of(pair)
        ours = load.our_cell(scores.of_activity(cell.activity).get(row.student_id))
        if pair is None or maxima is None or ours.version != cell.version:
            raise errors.ProblemChanged
        base = CellBase(None, ours.version, cell.theirs, maxima)
        commit.store_base(pair.id, row.student_id, base, "", None)
    _done(row, choice)


def _leave_here(row: Problem, choice: str, actor: str) -> None:
    """Both gradebooks keep what they hold; a value saved later goes as always."""
    _done(row, choice)


def _send_ours(row: Problem, choice: str, actor: str) -> None:
    """Dropped and added again with blank rows: our values go into them. A row that holds another value becomes a conflict;
    what was cleared here stays cleared."""
    if row.student_id is None or row.link_id is None:
        raise errors.ProblemChanged
    rows = CellBaseRow.objects.filter(
        pair__link_id=row.link_id, pair__state=PairState.LINKED, student_id=row.student_id
    )
    for stored in rows.select_related("pair"):
        ours = load.our_cell(scores.of_activity(stored.pair.activity_id or 0).get(row.student_id))
        if ours.value == BLANK:
            continue
        base = replace(load.cell_base(stored), ours=None, ours_version=ours.version, theirs=Form("blank"))
        commit.store_base(stored.pair_id, row.student_id, base, "", None)
    _done(row, choice)


def _done(row: Problem, choice: str) -> None:
    row.answer = choice
    row.save(update_fields=["answer"])
    if row.link_id is not None:
        Link.objects.filter(id=row.link_id).update(look_at_everything=True)
    questions.close(row, f"a person chose: {choice}")


ANSWERS: dict[tuple[str, str], Answer] = {
    ("student_moved", TAKE_ALONG): _take_along,
    ("student_moved", LEAVE_HERE): _leave_here,
    ("student_readded", SEND_OURS): _send_ours,
}
