"""What the gradebook looks like in JSON: ids and decimals as strings, dates as dates (public surface §3.2)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from gradebook_math import LmsTotal, cut
from twinbook.core.values import Blank, ForeignMark, Mark, Number, OurValue, plain
from twinbook.gradebook import cells, totals
from twinbook.gradebook.cells import Cell
from twinbook.gradebook.models import Activity, Category, ClassStudent
from twinbook.gradebook.overview import Gradebook
from twinbook.sync import overview
from twinbook.sync.overview import CellStand, CellSync, ClassStand

Json = dict[str, Any]


def decimal(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def student(row: ClassStudent) -> Json:
    return {
        "id": str(row.student_id),
        "name": row.student.name,
        "sis_student_id": row.student.sis_student_id,
        "active": row.active,
    }


def total(found: LmsTotal) -> Json:
    """The percentage is cut, never rounded; null while nothing counts, which is not a zero."""
    return {
        "percent": None if found.percent is None else plain(cut(found.percent)),
        "points": _exact(found.points),
        "maximum": _exact(found.maximum),
    }


def _exact(number: Fraction) -> str:
    """Sums of points have four decimals at most."""
    return plain(Decimal(number.numerator) / Decimal(number.denominator))


def category(row: Category) -> Json:
    return {
        "id": str(row.id),
        "name": row.name,
        "weight": decimal(row.weight),
        "drop_lowest": row.drop_lowest,
    }


def activity(row: Activity, stand: ClassStand) -> Json:
    return {
        "id": str(row.id),
        "title": row.title,
        "description": row.description,
        "category_id": None if row.category_id is None else str(row.category_id),
        "points": plain(row.points),
        "assigned_on": None if row.assigned_on is None else row.assigned_on.isoformat(),
        "due_on": None if row.due_on is None else row.due_on.isoformat(),
        "extra_credit": row.extra_credit,
        "grading_completed": row.grading_completed,
        "published": row.published,
        "version": row.version,
        "aeries": overview.activity_aeries(stand.pairs.get(row.id)),
        "sync": overview.activity_sync(stand, row),
    }


def cell(found: Cell, row: Activity, stand: CellStand) -> Json:
    return {
        "student_id": str(found.student_id),
        "activity_id": str(found.activity_id),
        **_value(found.value),
        "late": found.late,
        "comment": found.comment,
        "over_maximum": cells.over_maximum(found.value, row.points, row.extra_credit),
        "version": found.version,
        "sync": stand.sync.value,
        "synced_at": None if stand.synced_at is None else stand.synced_at.isoformat(),
    }


def _value(value: OurValue) -> Json:
    match value:
        case Blank():
            return {"score": None, "mark": None, "sis_mark": None}
        case Number(number):
            return {"score": plain(number), "mark": None, "sis_mark": None}
        case Mark(kind):
            return {"score": None, "mark": kind.value, "sis_mark": None}
        case ForeignMark(text):
            return {"score": None, "mark": None, "sis_mark": text}


_LEFT_OUT = (CellSync.SYNCED, CellSync.LOCAL)


def gradebook(class_id: int, book: Gradebook) -> Json:
    """`scores`: every cell that is not blank and synced or local; one that is absent is blank."""
    stand = ClassStand(class_id)
    total_of = totals.totals(book)
    shown: list[Json] = []
    for row in book.activities:
        for member in book.students:
            found = book.cells.get((row.id, member.student_id)) or Cell(member.student_id, row.id)
            standing = stand.of(row, member.student_id, found.value)
            empty = isinstance(found.value, Blank) and found.late is None and found.comment is None
            if not (empty and standing.sync in _LEFT_OUT):
                shown.append(cell(found, row, standing))
    return {
        "students": [{**student(row), "totals": total(total_of[row.student_id])} for row in book.students],
        "categories": [category(row) for row in book.categories],
        "activities": [activity(row, stand) for row in book.activities],
        "scores": shown,
        "sync": overview.class_sync(class_id, book, stand),
    }
