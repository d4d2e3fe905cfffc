"""What an answer was given on: the shown facts of an item. An item whose facts differ is asked again.

The number of scores is no such fact: scores go on being entered while a teacher answers, and the summary shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from twinbook.core.setup.draft import ActivityRow, AssignmentRow, CategoryRow, LmsCategoryRow
from twinbook.core.values import plain

Facts = Mapping[str, str]


def category_facts(row: CategoryRow) -> Facts:
    return {"name": row.name, "weight": _number(row.percent)}


def lms_category_facts(row: LmsCategoryRow) -> Facts:
    return {"name": row.name, "weight": _number(row.weight)}


def assignment_facts(row: AssignmentRow) -> Facts:
    return {
        "name": row.name,
        "category": row.category_code,
        "points possible": plain(row.points),
        "number correct possible": plain(row.entry_max),
        "due date": _day(row.due_on),
        "way of scoring": row.only_ignore,
    }


def activity_facts(row: ActivityRow) -> Facts:
    return {
        "title": row.title,
        "category": row.category_id or "",
        "points": plain(row.points),
        "due date": _day(row.due_on),
    }


def moved(before: Facts, after: Facts, owner: str) -> list[str]:
    """Sentences about what changed, such as `its points changed from 20 to 25`. Codes and ids are not told."""
    return [
        f"{owner} {name} changed"
        if name in ("category", "way of scoring")
        else f"{owner} {name} changed from {before[name] or 'none'} to {after[name] or 'none'}"
        for name in before
        if before[name] != after[name]
    ]


def _number(number: Decimal | None) -> str:
    return "" if number is None else plain(number)


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
