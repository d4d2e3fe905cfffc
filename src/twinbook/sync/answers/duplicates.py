"""Answers about an item of one side that may be one of the other: the same, a new one, or left alone (A4)."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models.functions import Now

from twinbook.core.sentence import sentence
from twinbook.gradebook.models import Activity
from twinbook.sync import errors, questions
from twinbook.sync.answers.answer import Answer
from twinbook.sync.models import Link, Pair, PairState, Problem


def _settle(row: Problem, choice: str, actor: str) -> None:
    """Ours that is not there yet (`activity:ID`), or theirs that is not here yet (`aeries:UNIQUE-ID`)."""
    if row.subject.startswith("aeries:"):
        _settle_new_there(row, choice)
    else:
        _settle_new_here(row, choice)
    questions.close(row, f"a person chose: {choice}")


def _settle_new_here(row: Problem, choice: str) -> None:
    assert row.activity_id is not None and row.link_id is not None
    pair, _ = Pair.objects.get_or_create(
        link_id=row.link_id, activity_id=row.activity_id, defaults={"state": PairState.CREATING}
    )
    match choice:
        case "match":
            _join(pair, row.details)
        case "create":
            Pair.objects.filter(id=pair.id).update(create_confirmed=True, look_again_at=Now())
        case "ignore":
            Pair.objects.filter(id=pair.id).update(state=PairState.IGNORED_IN_LMS)


def _settle_new_there(row: Problem, choice: str) -> None:
    assert row.link_id is not None
    match choice:
        case "match":
            activity = row.details.get("activity_id")
            if activity is None or not Activity.objects.filter(id=activity, deleted_at=None).exists():
                raise errors.ProblemChanged(
                    sentence("There is no partner here any more."), hint=sentence("Create or ignore it.")
                )
            pair, _ = Pair.objects.get_or_create(
                link_id=row.link_id, activity_id=activity, defaults={"state": PairState.CREATING}
            )
            _join(pair, row.details)
        case "create":
            row.answer = choice
            row.save(update_fields=["answer"])
        case "ignore":
            Pair.objects.update_or_create(
                link_id=row.link_id,
                unique_id=row.details["aeries_id"],
                activity=None,
                defaults={
                    "number": int(row.details["number"]),
                    "their_title": row.details["name"],
                    "state": PairState.IGNORED_IN_AERIES,
                },
            )
            # It was asked about as the partner of work here, which now goes its own way.
            Pair.objects.filter(
                link_id=row.link_id, activity_id=row.details.get("activity_id"), state=PairState.CREATING
            ).update(create_confirmed=True)
    Link.objects.filter(id=row.link_id).update(look_at_everything=True)


def _join(pair: Pair, details: Mapping[str, str]) -> None:
    """A first meeting (A2): the next look reads the assignment and keeps both sides' fields as they stand."""
    if "aeries_id" not in details:
        raise errors.InvalidChoice(
            sentence("There is no partner to match with."), hint=sentence("Choose create or ignore.")
        )
    if pair.unique_id is not None:
        raise errors.ProblemChanged(
            sentence("This activity has a partner already."), hint=sentence("Create or ignore it.")
        )
    same = Pair.objects.filter(link_id=pair.link_id, unique_id=details["aeries_id"])
    same.filter(activity=None).delete()
    if same.exists():
        raise errors.ProblemChanged(
            sentence("This assignment already has a partner."), hint=sentence("Create or ignore it.")
        )
    Pair.objects.filter(id=pair.id).update(
        state=PairState.LINKED,
        unique_id=details["aeries_id"],
        number=int(details["number"]),
        their_title=details["name"],
        look_again_at=Now(),
    )


ANSWERS: dict[tuple[str, str], Answer] = {
    ("possible_duplicate", "match"): _settle,
    ("possible_duplicate", "create"): _settle,
    ("possible_duplicate", "ignore"): _settle,
}
