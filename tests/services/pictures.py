"""Both gradebooks of a class as the judge sees them: plain values, taken from outside."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from tests.district_and_sandbox import Class
from tests.judge import AERIES, LMS, Here, Moved, Problem, Row, There
from twinbook.gradebook import cells, scores
from twinbook.gradebook.models import Activity, HistoryEntry, Student
from twinbook.sync import problems
from twinbook.sync.models import Pair
from twinbook.sync.models import Problem as ProblemRow

Json = dict[str, Any]


def item_here(activity_id: int | str) -> str:
    return f"a{activity_id}"


def here(school_class: Class) -> Here:
    names = students()
    activities = Activity.objects.filter(school_class_id=school_class.id, deleted_at=None)
    return Here(
        scores={
            (item_here(activity), names[student]): cells.value_text(cell.value) or ""
            for (activity, student), cell in scores.of_class(school_class.id).items()
            if student in names
        },
        points={item_here(a.id): Decimal(0) if a.extra_credit else a.points for a in activities},
        fields={
            item_here(a.id): {"title": a.title, "description": a.description, "due": str(a.due_on)}
            for a in activities
        },
    )


def there(truth: Json, elsewhere: object = None) -> There:
    live = [a for a in truth["assignments"] if not a["deleted"]]
    return There(
        rows={
            (a["unique_id"], str(sis)): Row(row["mark"] or "", Decimal(row["number_correct_possible"] or "0"))
            for a in live
            for sis, row in a["scores"].items()
        },
        assignments=frozenset(a["unique_id"] for a in live),
        completed=frozenset(a["unique_id"] for a in live if a["grading_completed"]),
        fields={
            a["unique_id"]: {"title": a["description"], "comment": a["comment"], "due": str(a["date_due"])}
            for a in live
        },
        elsewhere=elsewhere,
    )


def elsewhere(school_class: Class, ours: set[int]) -> str:
    """Every gradebook that no class of ours is joined with."""
    listed = school_class.aeries.control("GET", "/gradebooks")["items"]
    return json.dumps([row for row in listed if row["gradebook_number"] not in ours], sort_keys=True)


def students() -> dict[int, str]:
    """Our id → StudentID as text."""
    known = Student.objects.filter(sis_student_id__isnull=False)
    return {ours: str(sis) for ours, sis in known.values_list("id", "sis_student_id")}


def pairs(school_class: Class) -> tuple[tuple[str, str], ...]:
    rows = Pair.objects.filter(
        link__school_class_id=school_class.id, activity__isnull=False, unique_id__isnull=False
    )
    return tuple(
        (item_here(activity), str(uid)) for activity, uid in rows.values_list("activity", "unique_id")
    )


def history(school_class: Class, after: int) -> list[Moved]:
    """Of scores, later than the row `after`. What a person typed is its own reason."""
    names = students()
    rows = HistoryEntry.objects.filter(school_class_id=school_class.id, field="score", id__gt=after)
    return [
        Moved(
            LMS if row.side == "lms" else AERIES,
            (item_here(row.activity_id or 0), names.get(row.student_id or 0, "?")),
            row.before or "",
            row.after or "",
            row.why or ("typed" if row.run_id is None else ""),
        )
        for row in rows.order_by("id")
    ]


def newest_history(school_class: Class) -> int:
    row = HistoryEntry.objects.filter(school_class_id=school_class.id).order_by("-id").first()
    return 0 if row is None else row.id


def questions(school_class: Class) -> list[Problem]:
    names = students()
    subjects = {
        str(row.id): row.subject
        for row in ProblemRow.objects.filter(school_class_id=school_class.id, closed_at=None)
    }
    found = []
    for question in problems.of_class(school_class.id):
        subject = subjects.get(question["id"], "")
        activity, student = question["activity_id"], question["student_id"]
        found.append(
            Problem(
                question["code"],
                activity=None if activity is None else item_here(activity),
                assignment=subject.removeprefix("aeries:") if subject.startswith("aeries:") else None,
                student=None if student is None else names.get(int(student)),
                field=question["field"],
            )
        )
    return found
