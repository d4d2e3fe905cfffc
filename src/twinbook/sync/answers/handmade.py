"""Answers about a student added by hand who is in the roster as well."""

from __future__ import annotations

from twinbook.sync import handmade, questions
from twinbook.sync.answers.answer import Answer
from twinbook.sync.models import Problem


def _merge(row: Problem, choice: str, actor: str) -> None:
    handmade.merge(row, actor)


def _keep_apart(row: Problem, choice: str, actor: str) -> None:
    questions.close(row, "a person said that they are two students")


def _by_hand(row: Problem, choice: str, actor: str) -> None:
    handmade.settle(row, actor, by_hand_counts=True)


def _roster(row: Problem, choice: str, actor: str) -> None:
    handmade.settle(row, actor, by_hand_counts=False)


ANSWERS: dict[tuple[str, str], Answer] = {
    (handmade.SAME, "merge"): _merge,
    (handmade.SAME, "keep_apart"): _keep_apart,
    (handmade.CELL, "use_by_hand"): _by_hand,
    (handmade.CELL, "keep_roster"): _roster,
}
