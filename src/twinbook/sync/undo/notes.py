"""Fields of an activity and what stands beside a score, as exact text and back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from twinbook.core.fields import Field, our_half
from twinbook.core.values import plain
from twinbook.gradebook.activities import ActivityChanges
from twinbook.gradebook.cells import Cell
from twinbook.gradebook.models import Activity
from twinbook.gradebook.scores import ScoreWrite
from twinbook.sync import load

OWN_FIELDS = ("extra_credit", "published")
"""Fields that Aeries does not know."""
LATE, COMMENT = "late", "comment"


def half(name: str, activity: Activity) -> str:
    """As it stands here; the points exactly, also of extra credit."""
    match name:
        case "extra_credit" | "published":
            return "yes" if getattr(activity, name) else "no"
        case Field.POINTS:
            return plain(activity.points)
        case _:
            return our_half(Field(name), load.our_activity(activity))


def says(name: str, activity: Activity, expected: str | None) -> bool:
    """Whether the field still says that, exactly or as its pair's half (extra credit counts as 0 points there)."""
    halves = {half(name, activity)}
    if name in set(Field):
        halves.add(our_half(Field(name), load.our_activity(activity)))
    return expected in halves


def changes(name: str, text: str, *, paired: bool) -> ActivityChanges:
    """`paired`: the text is the half of a pair. Raises ValueError for a name that is no field."""
    match name:
        case Field.TITLE:
            return {"title": text}
        case Field.DESCRIPTION:
            return {"description": text}
        case Field.CATEGORY:
            return {"category_id": int(text) if text else None}
        case Field.ASSIGNED_ON:
            return {"assigned_on": date.fromisoformat(text) if text else None}
        case Field.DUE_ON:
            return {"due_on": date.fromisoformat(text) if text else None}
        case Field.POINTS:
            points = Decimal(text)
            if paired or points == 0:
                return {"points": points, "extra_credit": points == 0}
            return {"points": points}
        case Field.GRADING_COMPLETED:
            return {"grading_completed": text == "yes"}
        case "extra_credit":
            return {"extra_credit": text == "yes"}
        case "published":
            return {"published": text == "yes"}
        case _:
            raise ValueError(f"no field of an activity: {name}")


def of_cell(name: str, cell: Cell) -> str | None:
    if name == COMMENT:
        return cell.comment
    return None if cell.late is None else ("late" if cell.late else "on time")


def write(name: str, student: int, text: str | None) -> ScoreWrite:
    if name == COMMENT:
        return ScoreWrite(student, comment=text)
    return ScoreWrite(student, late=None if text is None else text == "late")
