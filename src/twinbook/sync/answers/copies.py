"""Answers about an assignment in Aeries that looks like one of ours and is not the one we know (A5): a copy, or one that
was gone and is back."""

from __future__ import annotations

from twinbook.core.sentence import sentence
from twinbook.sync import errors, pairs, questions
from twinbook.sync.answers.answer import Answer
from twinbook.sync.models import Link, Pair, PairState, Problem

_WHY = "a person chose: "


def partner_of(row: Problem) -> Pair | None:
    """The pair whose assignment it is a copy of; None when that is no work of this class."""
    activity = row.details.get("activity_id")
    if activity is None:
        return None
    return Pair.objects.filter(
        link_id=_link(row), activity_id=int(activity), activity__deleted_at=None
    ).first()


def _link(row: Problem) -> int:
    assert row.link_id is not None
    return row.link_id


def _ours(row: Problem, choice: str, actor: str) -> None:
    """Ours is the original: the other is work of its own and comes here as a new activity."""
    _forget(row)
    row.answer = choice
    row.save(update_fields=["answer"])
    _done(row, choice)


def _other(row: Problem, choice: str, actor: str) -> None:
    """The other is the original: it takes the place of ours. A first meeting (A2): nothing was agreed with it yet, so
    that a blank is filled from the other side and two different values are asked about."""
    pair = partner_of(row)
    if pair is None:
        raise errors.InvalidChoice(
            sentence("No activity of this class belongs to the original."),
            hint=sentence("Choose ours or ignore."),
        )
    _forget(row)
    pairs.let_go(
        pair,
        PairState.LINKED,
        _WHY + choice,
        unique_id=row.details["aeries_id"],
        number=int(row.details["number"]),
        their_title=row.details["name"],
    )
    _done(row, choice)


def _ignore(row: Problem, choice: str, actor: str) -> None:
    _forget(row)
    Pair.objects.create(
        link_id=_link(row),
        unique_id=row.details["aeries_id"],
        number=int(row.details["number"]),
        their_title=row.details["name"],
        state=PairState.IGNORED_IN_AERIES,
    )
    _done(row, choice)


def _forget(row: Problem) -> None:
    """That it was once known and gone does not decide any more; it is there, and a person said what it is."""
    known = Pair.objects.filter(link_id=_link(row), unique_id=row.details["aeries_id"])
    known.filter(activity=None).delete()
    if known.exists():
        raise errors.ProblemChanged(
            sentence("This assignment already has a partner."), hint=sentence("Check again.")
        )


def _done(row: Problem, choice: str) -> None:
    Link.objects.filter(id=_link(row)).update(look_at_everything=True)
    questions.close(row, _WHY + choice)


ANSWERS: dict[tuple[str, str], Answer] = {
    ("copy_suspected", "ours"): _ours,
    ("copy_suspected", "other"): _other,
    ("copy_suspected", "ignore"): _ignore,
}
