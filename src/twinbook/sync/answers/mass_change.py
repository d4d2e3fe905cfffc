"""Answers to a mass change: the one plan that is shown, or none of it."""

from __future__ import annotations

from twinbook.sync import mass_change
from twinbook.sync.answers.answer import Answer
from twinbook.sync.models import Problem


def _answer(row: Problem, choice: str, actor: str) -> None:
    mass_change.answer(row, choice, actor)


ANSWERS: dict[tuple[str, str], Answer] = {
    (mass_change.CODE, "approve"): _answer,
    (mass_change.CODE, "discard"): _answer,
}
