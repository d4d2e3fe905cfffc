"""What needs a person: the open questions in words, and carrying out an answer (public surface §3.6).

Resolving writes no value itself (C3): it moves the loser's half of the base to the value that was seen, or changes what
is to be done with an item, and looks again. What each answer does stands in `sync.answers`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from twinbook.core.sentence import sentence
from twinbook.gradebook import scores
from twinbook.gradebook.cells import value_text
from twinbook.said import said
from twinbook.sync import (
    announce,
    answers,
    codec,
    errors,
    lease,
    mass_change,
    moved,
    questions,
    wake,
    wording,
)
from twinbook.sync.answers.cells import our_cell
from twinbook.sync.models import Link, Pair, Problem

Json = dict[str, Any]

CHOICES: dict[str, tuple[str, ...]] = {
    "conflict": ("lms", "aeries"),
    "mark_needs_typing": ("check_again", "use_aeries"),
    "clear_needs_typing": ("check_again", "use_aeries"),
    "rejected_by_aeries": ("retry", "use_aeries"),
    "unknown_mark": ("check_again", "keep_mark"),
    "student_not_in_gradebook": ("check_again",),
    "student_readded": ("check_again", "send_ours"),
    "student_moved": ("take_along", "leave_here"),
    "same_student": ("merge", "keep_apart"),
    "merge_conflict": ("use_by_hand", "keep_roster"),
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
    "undo_by_hand": ("done",),
}


LEASE_WAIT_SECONDS = 20.0
CHECK_AGAIN = "check_again"
"""Nothing but another look: every question that offers it can be answered so."""


def built(code: str) -> tuple[str, ...]:
    """The choices that `resolve` can carry out by now; the others raise NotYet."""
    return tuple(
        choice for choice in CHOICES.get(code, ()) if choice == CHECK_AGAIN or (code, choice) in answers.BUILT
    )


def of_class(class_id: int) -> list[Json]:
    """The open ones, oldest first."""
    return [shown(row) for row in questions.open_problems(class_id)]


def shown(row: Problem) -> Json:
    words = wording.of(row)
    ours, theirs = values(row)
    return {
        "id": str(row.id),
        "code": row.code,
        "message": said(words.message),
        "hint": said(words.hint),
        "activity_id": None if row.activity_id is None else str(row.activity_id),
        "student_id": None if row.student_id is None else str(row.student_id),
        "field": row.field,
        "lms_value": ours,
        "aeries_value": theirs,
        "agreed_value": row.agreed_text,
        "choices": list(CHOICES.get(row.code, ())),
        "opened_at": row.opened_at.isoformat(),
        **changed(row),
        "plan": mass_change.shown(row),
    }


def changed(row: Problem) -> Json:
    """Of a conflict: who changed the value here and when; null of other questions. `changed_at`: when the values in
    question were last found to be others than before."""
    by, at = None, None
    if row.code == "conflict" and row.activity is not None:
        if row.field is not None:
            at = row.activity.edited_at
        elif row.student_id is not None:
            cell = scores.of_activity(row.activity.id).get(row.student_id)
            by = None if cell is None or cell.origin is None else cell.origin.who
            at = None if cell is None else cell.saved_at
    return {
        "lms_changed_by": by,
        "lms_changed_at": None if at is None else at.isoformat(),
        "changed_at": row.changed_at.isoformat(),
    }


def values(row: Problem) -> tuple[str | None, str | None]:
    """Ours as it stands now, theirs as last read. Of a student who moved: the values that were offered."""
    if row.code == "student_moved":
        return moved.shown(row.details)
    if row.field is not None:
        return row.details.get("ours"), row.details.get("theirs")
    if row.code == "zeros_ahead":
        return None, row.details.get("zeros")
    if row.student_id is None or row.activity_id is None:
        return None, None
    theirs = codec.optional_form(row.theirs_kind, row.theirs_text)
    return value_text(our_cell(row)[0]), None if theirs is None else str(theirs) or None


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


def resolve(
    problem_id: int, choice: str, actor: str, seen: Seen | None = None, fingerprint: str | None = None
) -> Json:
    """Carries out one choice and has the class looked at. Returns the question as it stands; it closes by itself where
    the next look finds its cause gone. `fingerprint`: of the mass change that the person saw.

    Raises NoSuchProblem, InvalidChoice, ProblemChanged, NotYet, and LeaseBusy while a look goes on and on.
    """
    with _transaction(get(problem_id)):
        Problem.objects.select_for_update().filter(id=problem_id).first()
        row = get(problem_id)
        if choice not in CHOICES.get(row.code, ()):
            words = ", ".join(CHOICES.get(row.code, ())) or "none"
            raise errors.InvalidChoice(
                sentence("“%(choice)s” is no choice here.", choice=choice),
                hint=sentence("Choices: %(words)s.", words=words),
            )
        _check_seen(row, seen)
        if fingerprint is not None:
            mass_change.check(row, fingerprint)
        _carry_out(row, choice, actor)
        _look_again(row)
        body = shown(row)
    wake.wake_class(row.school_class_id)
    announce.announce(row.school_class_id)
    return body


@dataclass(slots=True)
class Several:
    """What became of several questions that were to be answered the same way, by their ids."""

    done: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    """Not answered: the values were no longer those seen."""
    closed: list[int] = field(default_factory=list)
    """Had closed by themselves meanwhile."""
    refused: list[tuple[int, errors.SyncError | lease.LeaseBusy]] = field(default_factory=list)


def resolve_several(class_id: int, choice: str, actor: str, seen: Mapping[int, Seen | None]) -> Several:
    """The same choice for each question of `seen`, one after another: one that changed, closed or cannot be answered so
    keeps no other from being answered. Questions of other classes count as closed."""
    result = Several()
    own = set(Problem.objects.filter(id__in=seen, school_class_id=class_id).values_list("id", flat=True))
    for problem_id, values_seen in seen.items():
        if problem_id not in own:
            result.closed.append(problem_id)
            continue
        try:
            resolve(problem_id, choice, actor, values_seen)
        except errors.ProblemChanged:
            result.changed.append(problem_id)
        except errors.NoSuchProblem:
            result.closed.append(problem_id)
        except (errors.SyncError, lease.LeaseBusy) as error:
            result.refused.append((problem_id, error))
        else:
            result.done.append(problem_id)
    return result


@contextmanager
def _transaction(row: Problem) -> Iterator[None]:
    if row.code not in answers.ALONE:
        with transaction.atomic():
            yield
        return
    holder = lease.this_process()
    with lease.hold(row.school_class_id, holder, timeout=LEASE_WAIT_SECONDS) as held, held.committing():
        yield


def _carry_out(row: Problem, choice: str, actor: str) -> None:
    if choice == CHECK_AGAIN:
        return
    answer = answers.BUILT.get((row.code, choice))
    if answer is None:
        raise errors.NotYet(sentence("“%(choice)s” is not built yet.", choice=choice))
    answer(row, choice, actor)


def _check_seen(row: Problem, seen: Seen | None) -> None:
    ours, theirs = values(row)
    if seen is not None and not (_same(seen.lms, ours) and _same(seen.aeries, theirs)):
        raise errors.ProblemChanged
    if seen is None and row.student_id is not None and row.field is None and row.ours_kind is not None:
        _, version = our_cell(row)
        if version != row.ours_version:
            raise errors.ProblemChanged


def _same(seen: str | None, present: str | None) -> bool:
    if (seen or None) == (present or None):
        return True
    try:
        return seen is not None and present is not None and Decimal(seen) == Decimal(present)
    except InvalidOperation:
        return False


def _look_again(row: Problem) -> None:
    """The pair is due now; the class itself when the question is not about one pair."""
    if row.pair_id is not None:
        Pair.objects.filter(id=row.pair_id).update(look_again_at=Now())
    elif row.link_id is not None:
        Link.objects.filter(id=row.link_id).update(look_at_everything=True)
