"""What needs a person: the open questions in words, and carrying out an answer (public surface §3.6).

Resolving writes no value itself (C3): it moves the loser's half of the base to the value that was seen, or changes what
is to be done with an item, and looks again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from twinbook.core.carry_out.changes import NEVER_AGREED
from twinbook.core.cells import Policy
from twinbook.core.merge import resolved_base
from twinbook.core.values import BLANK, OurValue
from twinbook.gradebook import scores
from twinbook.gradebook.cells import value_text
from twinbook.gradebook.origin import Origin, OriginKind
from twinbook.gradebook.scores import ScoreWrite
from twinbook.sync import announce, codec, commit, errors, load, questions, wake, wording
from twinbook.sync.models import CellBaseRow, Link, Pair, PairState, Problem

Json = dict[str, Any]

CHOICES: dict[str, tuple[str, ...]] = {
    "conflict": ("lms", "aeries"),
    "mark_needs_typing": ("check_again", "use_aeries"),
    "clear_needs_typing": ("check_again", "use_aeries"),
    "rejected_by_aeries": ("retry", "use_aeries"),
    "unknown_mark": ("check_again", "keep_mark"),
    "student_not_in_gradebook": ("check_again",),
    "student_readded": ("check_again",),
    "category_gone": ("check_again",),
    "category_unmapped": ("check_again",),
    "gradebook_gone": ("check_again",),
    "deleted_in_aeries": ("recreate", "keep_here", "delete_here"),
    "deleted_in_lms": ("restore_here", "leave_in_aeries"),
    "possible_duplicate": ("match", "create", "ignore"),
    "zeros_ahead": ("switch", "leave"),
    "unsupported_maxima": ("check_again",),
    "points_changed": ("check_again",),
    "copy_suspected": ("ours", "other", "ignore"),
    "mass_change": ("approve", "discard"),
    "term_ended": ("send_anyway", "keep_here"),
}


_NOT_BUILT = {
    "deleted_in_aeries": ("recreate", "keep_here", "delete_here"),
    "deleted_in_lms": ("restore_here", "leave_in_aeries"),
    "zeros_ahead": ("switch", "leave"),
    "copy_suspected": ("ours", "other", "ignore"),
    "mass_change": ("approve", "discard"),
    "term_ended": ("keep_here",),
}


def built(code: str) -> tuple[str, ...]:
    """The choices that `resolve` can carry out by now; the others raise NotYet."""
    later = _NOT_BUILT.get(code, ())
    return tuple(choice for choice in CHOICES.get(code, ()) if choice not in later)


def of_class(class_id: int) -> list[Json]:
    """The open ones, oldest first."""
    return [shown(row) for row in questions.open_problems(class_id)]


def shown(row: Problem) -> Json:
    words = wording.of(row)
    ours, theirs = values(row)
    return {
        "id": str(row.id),
        "code": row.code,
        "message": words.message,
        "hint": words.hint,
        "activity_id": None if row.activity_id is None else str(row.activity_id),
        "student_id": None if row.student_id is None else str(row.student_id),
        "field": row.field,
        "lms_value": ours,
        "aeries_value": theirs,
        "agreed_value": row.agreed_text,
        "choices": list(CHOICES.get(row.code, ())),
        "opened_at": row.opened_at.isoformat(),
    }


def values(row: Problem) -> tuple[str | None, str | None]:
    """Ours as it stands now, theirs as last read."""
    if row.field is not None:
        return row.details.get("ours"), row.details.get("theirs")
    if row.student_id is None or row.activity_id is None:
        return None, None
    theirs = codec.optional_form(row.theirs_kind, row.theirs_text)
    return value_text(_live(row)[0]), None if theirs is None else str(theirs) or None


def get(problem_id: int) -> Problem:
    """Raises NoSuchProblem, also for one that has closed."""
    rows = Problem.objects.select_related("activity", "student", "pair", "link")
    row = rows.filter(id=problem_id, closed_at=None).first()
    if row is None:
        raise errors.NoSuchProblem
    return row


@dataclass(frozen=True, slots=True)
class Seen:
    """The values that the person had before their eyes."""

    lms: str | None
    aeries: str | None


def resolve(problem_id: int, choice: str, actor: str, seen: Seen | None = None) -> Json:
    """Carries out one choice and has the class looked at. Returns the question as it stands; it closes by itself where
    the next look finds its cause gone.

    Raises NoSuchProblem, InvalidChoice, ProblemChanged, NotYet.
    """
    with transaction.atomic():
        row = get(problem_id)
        Problem.objects.select_for_update().get(id=row.id)
        if choice not in CHOICES.get(row.code, ()):
            words = ", ".join(CHOICES.get(row.code, ())) or "none"
            raise errors.InvalidChoice(f"“{choice}” is no choice here.", hint=f"Choices: {words}.")
        _check_seen(row, seen)
        _carry_out(row, choice, actor)
        _look_again(row)
        body = shown(row)
    wake.wake_class(row.school_class_id)
    announce.announce(row.school_class_id)
    return body


def _check_seen(row: Problem, seen: Seen | None) -> None:
    ours, theirs = values(row)
    if seen is not None and not (_same(seen.lms, ours) and _same(seen.aeries, theirs)):
        raise errors.ProblemChanged
    if seen is None and row.student_id is not None and row.field is None and row.ours_kind is not None:
        _, version = _live(row)
        if version != row.ours_version:
            raise errors.ProblemChanged


def _same(seen: str | None, present: str | None) -> bool:
    if (seen or None) == (present or None):
        return True
    try:
        return seen is not None and present is not None and Decimal(seen) == Decimal(present)
    except InvalidOperation:
        return False


def _carry_out(row: Problem, choice: str, actor: str) -> None:
    match row.code, choice:
        case "conflict", ("lms" | "aeries") if row.field is not None:
            _settle_field(row, Policy(choice))
        case "conflict", ("lms" | "aeries"):
            _settle_cell(row, Policy(choice), actor)
        case (("mark_needs_typing" | "clear_needs_typing" | "rejected_by_aeries"), "use_aeries"):
            _settle_cell(row, Policy.AERIES, actor)
        case "unknown_mark", "keep_mark":
            _settle_cell(row, Policy.AERIES, actor)
        case "rejected_by_aeries", "retry":
            questions.close(row, "tried again")
        case "possible_duplicate", _:
            _settle_duplicate(row, choice)
        case "term_ended", "send_anyway":
            row.answer = choice
            row.save(update_fields=["answer"])
            questions.close(row, "to be sent anyway")
        case _, "check_again":
            pass
        case _:
            raise errors.NotYet(f"“{choice}” is not built yet.")


def _live(row: Problem) -> tuple[OurValue, int]:
    assert row.activity_id is not None and row.student_id is not None
    cell = load.our_cell(scores.of_activity(row.activity_id).get(row.student_id))
    return cell.value, cell.version


def _settle_cell(row: Problem, winner: Policy, actor: str) -> None:
    theirs = codec.optional_form(row.theirs_kind, row.theirs_text)
    if row.pair is None or row.student_id is None or theirs is None:
        raise errors.ProblemChanged(
            "Aeries has not shown a value for this cell yet.", hint="Check again, then choose."
        )
    ours, version = _live(row)
    stored = CellBaseRow.objects.filter(pair=row.pair, student_id=row.student_id).first()
    if winner is Policy.AERIES and theirs.kind == "blank" and ours != BLANK:
        # A look takes a blank over only from a student list read after the scores (C7); this person has seen it.
        _blank_here(row, actor)
        ours, version = _live(row)
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
        row.school_class_id, row.activity_id, [write], origin, why="the blank of Aeries was chosen"
    )


def _settle_field(row: Problem, winner: Policy) -> None:
    if row.pair is None or row.field is None:
        raise errors.ProblemChanged
    pair = Pair.objects.select_for_update().get(id=row.pair.id)
    ours, theirs = row.details.get("ours", ""), row.details.get("theirs", "")
    halves = [NEVER_AGREED, theirs] if winner is Policy.LMS else [ours, NEVER_AGREED]
    pair.fields = {**pair.fields, row.field: halves}
    pair.save(update_fields=["fields"])
    questions.close(row, f"a person chose: {winner.value}")


def _settle_duplicate(row: Problem, choice: str) -> None:
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
            pair = (
                Pair.objects.filter(link_id=row.link_id, activity_id=activity).first() if activity else None
            )
            if pair is None:
                raise errors.ProblemChanged("There is no partner here any more.", hint="Create or ignore it.")
            _join(pair, row.details)
        case "create":
            row.answer = choice
            row.save(update_fields=["answer"])
        case "ignore":
            Pair.objects.create(
                link_id=row.link_id,
                unique_id=row.details["aeries_id"],
                number=int(row.details["number"]),
                their_title=row.details["name"],
                state=PairState.IGNORED_IN_AERIES,
            )
    Link.objects.filter(id=row.link_id).update(look_at_everything=True)


def _join(pair: Pair, details: Mapping[str, str]) -> None:
    """A first meeting (A2): the next look reads the assignment and keeps both sides' fields as they stand."""
    if "aeries_id" not in details:
        raise errors.InvalidChoice("There is no partner to match with.", hint="Choose create or ignore.")
    if Pair.objects.filter(link_id=pair.link_id, unique_id=details["aeries_id"]).exists():
        raise errors.ProblemChanged("This assignment already has a partner.", hint="Create or ignore it.")
    Pair.objects.filter(id=pair.id).update(
        state=PairState.LINKED,
        unique_id=details["aeries_id"],
        number=int(details["number"]),
        their_title=details["name"],
        look_again_at=Now(),
    )


def _look_again(row: Problem) -> None:
    """The pair is due now; the class itself when the question is not about one pair."""
    if row.pair_id is not None:
        Pair.objects.filter(id=row.pair_id).update(look_again_at=Now())
    elif row.link_id is not None:
        Link.objects.filter(id=row.link_id).update(look_at_everything=True)
