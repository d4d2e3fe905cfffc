"""Answers about one cell: which value counts (C3), and what is sent in spite of something."""

from __future__ import annotations

from twinbook.core.cells import Policy
from twinbook.core.merge import resolved_base
from twinbook.core.sentence import sentence
from twinbook.core.values import BLANK, OurValue
from twinbook.gradebook import scores
from twinbook.gradebook.origin import Origin, OriginKind
from twinbook.gradebook.scores import ScoreWrite
from twinbook.sync import codec, commit, errors, load, questions
from twinbook.sync.answers import fields
from twinbook.sync.answers.answer import Answer
from twinbook.sync.models import CellBaseRow, Problem


def our_cell(row: Problem) -> tuple[OurValue, int]:
    """As it stands now, with its version."""
    assert row.activity_id is not None and row.student_id is not None
    cell = load.our_cell(scores.of_activity(row.activity_id).get(row.student_id))
    return cell.value, cell.version


def _ours(row: Problem, choice: str, actor: str) -> None:
    if row.field is not None:
        fields.settle(row, Policy.LMS)
    else:
        _settle(row, Policy.LMS, actor)


def _theirs(row: Problem, choice: str, actor: str) -> None:
    if row.field is not None:
        fields.settle(row, Policy.AERIES)
    else:
        _settle(row, Policy.AERIES, actor)


def _settle(row: Problem, winner: Policy, actor: str) -> None:
    theirs = codec.optional_form(row.theirs_kind, row.theirs_text)
    if row.pair is None or row.student_id is None or theirs is None:
        raise errors.ProblemChanged(
            sentence("Aeries has not shown a value for this cell yet."),
            hint=sentence("Check again, then choose."),
        )
    ours, version = our_cell(row)
    stored = CellBaseRow.objects.filter(pair=row.pair, student_id=row.student_id).first()
    if winner is Policy.AERIES and theirs.kind == "blank" and ours != BLANK:
        # A look takes a blank over only from a student list read after the scores (C7); this person has seen it.
        _blank_here(row, actor)
        ours, version = our_cell(row)
    maxima = load.maxima_of(row.pair)
    if maxima is None:
        raise errors.ProblemChanged
    base = None if stored is None else load.cell_base(stored)
    settled = resolved_base(base, winner, ours, version, theirs, maxima if base is None else base.maxima)
    membership = "" if stored is None else stored.membership
    commit.store_base(row.pair.id, row.student_id, settled, membership, None)
    questions.close(row, f"a person chose: {winner.value}")


def _blank_here(row: Problem, actor: str) -> None:
    assert row.activity_id is not None and row.student_id is not None
    origin = Origin(OriginKind.PERSON, actor, row.link_id)
    write = ScoreWrite(row.student_id, BLANK)
    scores.save_scores(
        row.school_class_id, row.activity_id, [write], origin, why=sentence("the blank of Aeries was chosen")
    )


def _retry(row: Problem, choice: str, actor: str) -> None:
    questions.close(row, "tried again")


def _after_the_term(row: Problem, choice: str, actor: str) -> None:
    """Stands for this version of the value; another one is asked about again."""
    row.answer = choice
    row.save(update_fields=["answer"])
    questions.close(row, f"a person chose: {choice}")


ANSWERS: dict[tuple[str, str], Answer] = {
    ("conflict", "lms"): _ours,
    ("conflict", "aeries"): _theirs,
    ("mark_needs_typing", "use_aeries"): _theirs,
    ("clear_needs_typing", "use_aeries"): _theirs,
    ("rejected_by_aeries", "use_aeries"): _theirs,
    ("rejected_by_aeries", "retry"): _retry,
    ("unknown_mark", "keep_mark"): _theirs,
    ("term_ended", load.SEND_ANYWAY): _after_the_term,
    ("term_ended", load.KEEP_HERE): _after_the_term,
}
