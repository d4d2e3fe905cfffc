"""Answers about blanks that would become zeros when grading is completed (A6)."""

from __future__ import annotations

from twinbook.core.sentence import sentence
from twinbook.gradebook import activities
from twinbook.gradebook.activities import ActivityChanges
from twinbook.gradebook.origin import Origin, OriginKind
from twinbook.sync import errors, questions
from twinbook.sync.answers.answer import Answer
from twinbook.sync.models import Pair, Problem

_WHY = "a person chose: "


def _switch(row: Problem, choice: str, actor: str) -> None:
    """Here, as an edit of that person; the sync sends it."""
    _rule_is_done(row, choice)
    assert row.activity_id is not None
    origin = Origin(OriginKind.PERSON, actor, row.link_id)
    zeros = row.details.get("zeros", "")
    why = sentence("chosen although %(zeros)s blanks count as zero in Aeries from then on", zeros=zeros)
    changes = ActivityChanges(grading_completed=True)
    activities.update(row.school_class_id, row.activity_id, changes, origin, why=why)


def _leave(row: Problem, choice: str, actor: str) -> None:
    """The rule is spent for this activity; a person may switch by hand at any time."""
    _rule_is_done(row, choice)


def _rule_is_done(row: Problem, choice: str) -> None:
    if row.pair_id is None or not Pair.objects.filter(id=row.pair_id).update(rule_fired=True):
        raise errors.ProblemChanged
    questions.close(row, _WHY + choice)


ANSWERS: dict[tuple[str, str], Answer] = {
    ("zeros_ahead", "switch"): _switch,
    ("zeros_ahead", "leave"): _leave,
}
