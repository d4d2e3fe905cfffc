"""Answers about an item that is gone on one side (A7)."""

from __future__ import annotations

from twinbook.core.sentence import sentence
from twinbook.gradebook import activities
from twinbook.gradebook.errors import NotFoundError
from twinbook.gradebook.origin import Origin, OriginKind
from twinbook.sync import errors, pairs, questions
from twinbook.sync.answers.answer import Answer
from twinbook.sync.models import Pair, PairState, Problem

_WHY = "a person chose: "


def _recreate(row: Problem, choice: str, actor: str) -> None:
    """A new assignment for the same work, with what stands here; a likely partner that is there already is asked about."""
    pairs.let_go(_pair(row), PairState.CREATING, _WHY + choice)


def _keep_here(row: Problem, choice: str, actor: str) -> None:
    pairs.let_go(_pair(row), PairState.IGNORED_IN_LMS, _WHY + choice)


def _delete_here(row: Problem, choice: str, actor: str) -> None:
    pair = _pair(row)
    assert row.activity_id is not None
    pairs.end(pair, _WHY + choice)
    _changed_here(
        row, activities.delete, actor, sentence("deleted in Aeries; a person chose to delete it here too")
    )


def _restore_here(row: Problem, choice: str, actor: str) -> None:
    """What was changed in Aeries meanwhile comes over at the next look: the agreement still stands."""
    questions.close(row, _WHY + choice)
    _changed_here(
        row, activities.restore, actor, sentence("still in Aeries; a person chose to restore it here")
    )


def _leave_in_aeries(row: Problem, choice: str, actor: str) -> None:
    pairs.end(_pair(row), _WHY + choice)


def _changed_here(row: Problem, change: object, actor: str, why: str) -> None:
    assert row.activity_id is not None and callable(change)
    origin = Origin(OriginKind.PERSON, actor, row.link_id)
    try:
        change(row.school_class_id, row.activity_id, origin, why=why)
    except NotFoundError:
        raise errors.ProblemChanged(
            sentence("This was done already."), hint=sentence("Check again.")
        ) from None


def _pair(row: Problem) -> Pair:
    pair = None if row.pair_id is None else Pair.objects.select_for_update().filter(id=row.pair_id).first()
    if pair is None:
        raise errors.ProblemChanged
    return pair


ANSWERS: dict[tuple[str, str], Answer] = {
    ("deleted_in_aeries", "recreate"): _recreate,
    ("deleted_in_aeries", "keep_here"): _keep_here,
    ("deleted_in_aeries", "delete_here"): _delete_here,
    ("deleted_in_lms", "restore_here"): _restore_here,
    ("deleted_in_lms", "leave_in_aeries"): _leave_in_aeries,
}
