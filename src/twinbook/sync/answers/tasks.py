"""Answers about what only a person's hand in Aeries can do."""

from __future__ import annotations

from collections.abc import Mapping

from twinbook.sync import questions
from twinbook.sync.answers.answer import Answer
from twinbook.sync.models import Problem


def done(row: Problem, choice: str, actor: str) -> None:
    questions.close(row, "a person said that it is done")


ANSWERS: Mapping[tuple[str, str], Answer] = {("undo_by_hand", "done"): done}
