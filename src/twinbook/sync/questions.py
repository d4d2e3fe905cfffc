"""Opening, keeping and closing what needs a person.

One open problem per link and subject: a class with several gradebooks has a question of each. An unchanged cause keeps its id, also when a value changes: then the row is updated, and
`seen` protects against answering the older question. Where the cause changed, the old one closes and a new one opens.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from twinbook.core.carry_out import changes as ch
from twinbook.sync import clock, codec, mass_plan
from twinbook.sync.models import CategoryPair, Link, Problem

FOUND_FINE = "nothing is in question any more"


def cell_subject(activity: int, student: int) -> str:
    return f"cell:{activity}:{student}"


def field_subject(activity: int, field: str) -> str:
    return f"field:{activity}:{field}"


def activity_subject(activity: int) -> str:
    return f"activity:{activity}"


def judge_cells(class_id: int, link_id: int, change: ch.JudgeCells, *, lost: frozenset[int]) -> None:
    """Cells that lost a race to a save are judged at the next look, not now."""
    held = {question.student: question for question in change.held if question.student not in lost}
    for student, question in held.items():
        if student is not None:
            subject = cell_subject(change.activity, student)
            _open(class_id, link_id, subject, question, pair=change.pair, activity=change.activity)
    fine = change.students - lost - {student for student in held if student is not None}
    rows = _of_link(link_id).filter(pair_id=change.pair, student_id__in=fine, field=None)
    _close(rows.filter(subject__startswith=f"cell:{change.activity}:"))


def judge_fields(class_id: int, link_id: int, change: ch.JudgeFields) -> None:
    held = {field_subject(change.activity, question.field or ""): question for question in change.held}
    for subject, question in held.items():
        _open(class_id, link_id, subject, question, pair=change.pair, activity=change.activity)
    _close(
        _of_link(link_id)
        .filter(subject__startswith=f"field:{change.activity}:")
        .exclude(subject__in=list(held))
    )


def judge_pair(class_id: int, link_id: int, change: ch.JudgePair) -> None:
    if change.activity is None:
        return
    subject = activity_subject(change.activity)
    if change.held is None:
        _close(_of_link(link_id).filter(subject=subject))
        return
    _open(class_id, link_id, subject, change.held, pair=change.pair or None, activity=change.activity)


def judge_subjects(class_id: int, link_id: int, change: ch.JudgeSubjects) -> None:
    for subject, question in change.held.items():
        _open(class_id, link_id, subject, question, pair=question.pair, activity=question.activity)
    under = Q(subject=change.prefix) | Q(subject__startswith=f"{change.prefix}:")
    # A task names one assignment, whichever link it arose under.
    rows = _open_rows(class_id) if change.prefix.startswith("undo:") else _of_link(link_id)
    _close(rows.filter(under).exclude(subject__in=list(change.held)))


def judge_categories(class_id: int, link_id: int, codes: set[str]) -> None:
    """A paired code that the gradebook no longer has takes no creates from now on (Aeries would silently use its first
    category); it is a question once a later reading lacks it too (A7). A new mapping is never inferred (behaviour §3)."""
    now = clock.now()
    paired = CategoryPair.objects.filter(link_id=link_id, category__isnull=False, code__isnull=False)
    paired.filter(code__in=codes).update(missing_since=None)
    paired.exclude(code__in=codes).filter(missing_since=None).update(missing_since=now)
    wait = timedelta(
        seconds=Link.objects.select_related("connection").get(id=link_id).connection.second_look_seconds
    )
    held = {
        f"category:{row.id}": ch.Held("category_gone", details={"name": row.their_name})
        for row in paired.filter(missing_since__lte=now - wait)
    }
    judge_subjects(class_id, link_id, ch.JudgeSubjects("category", held))


def close_all(class_id: int, link_id: int, why: str) -> None:
    _close(_of_link(link_id), why)


def close_of_pair(pair_id: int, why: str) -> None:
    """Whatever is asked about the pair, its fields or its cells."""
    _close(Problem.objects.filter(pair_id=pair_id, closed_at=None), why)


def close(problem: Problem, why: str) -> None:
    _close(Problem.objects.filter(id=problem.id), why)


def _open_rows(class_id: int) -> QuerySet[Problem]:
    return Problem.objects.filter(school_class_id=class_id, closed_at=None)


def _of_link(link_id: int) -> QuerySet[Problem]:
    return Problem.objects.filter(link_id=link_id, closed_at=None)


def _close(rows: QuerySet[Problem], why: str = FOUND_FINE) -> None:
    rows.update(closed_at=Now(), closed_why=why)


def _open(
    class_id: int, link_id: int, subject: str, question: ch.Held, *, pair: int | None, activity: int | None
) -> None:
    found = _of_link(link_id).filter(subject=subject).first()
    if found is not None and found.code != question.code:
        close(found, "another question took its place")
        found = None
    row = found or Problem(
        school_class_id=class_id,
        link_id=link_id,
        subject=subject,
        code=question.code,
        pair_id=pair,
        activity_id=activity,
        student_id=question.student,
        field=question.field,
    )
    changed = _fill(row, question)
    if found is None:
        row.save()
    elif changed:
        row.save(update_fields=changed)
        Problem.objects.filter(id=row.id).update(changed_at=Now())


def _fill(row: Problem, question: ch.Held) -> list[str]:
    ours = (None, "") if question.ours is None else codec.value_columns(question.ours)
    theirs = (None, "") if question.theirs is None else codec.form_columns(question.theirs)
    wanted = {
        "ours_kind": ours[0],
        "ours_text": ours[1],
        "ours_version": question.ours_version,
        "theirs_kind": theirs[0],
        "theirs_text": theirs[1],
        "agreed_text": question.agreed,
        "to_type": question.to_type,
        "details": mass_plan.details(row.school_class_id, question, row.details),
    }
    if question.plan is not None and question.plan.fingerprint != row.details.get("fingerprint"):
        wanted["answer"] = None
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wanted[name])
    return changed


def open_problems(class_id: int) -> QuerySet[Problem]:
    rows = _open_rows(class_id).select_related("activity", "student", "pair", "link")
    return rows.order_by("id")
