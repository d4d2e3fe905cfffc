"""A mass change as its question keeps and shows it: counts before and after, the worst examples, and whether it is an
older state of the class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from twinbook.core.carry_out import changes as ch
from twinbook.core.restored import Cell, Moved, StateOf, recognise
from twinbook.district import settings
from twinbook.gradebook import scores
from twinbook.gradebook.models import HistoryEntry, Side

Json = dict[str, Any]

EXAMPLES = 12
NOTHING_LEFT = Decimal(2)
"""Weighs more than any number that only became smaller."""


def details(class_id: int, question: ch.Held, earlier: Json) -> Json:
    """What the question's row keeps. `earlier`: what it kept before; nothing is looked up again for the same plan."""
    plan = question.plan
    if plan is None:
        return dict(question.details)
    if earlier.get("fingerprint") == plan.fingerprint:
        return {**earlier, **question.details, "filled": plan.filled}
    blanked = sum(cell.after == "" for cell in plan.cells)
    state = _older_state(class_id, plan)
    return {
        **question.details,
        "fingerprint": plan.fingerprint,
        "blanked": blanked,
        "replaced": len(plan.cells) - blanked,
        "filled": plan.filled,
        "examples": [_example(cell) for cell in worst(plan.cells)],
        "values_of": None if state is None else _shown_state(state),
        "again": "fingerprint" in earlier,
    }


def worst(cells: Iterable[ch.Losing]) -> list[ch.Losing]:
    """Blanked ones first, then by how much of the points moves."""
    return sorted(cells, key=lambda cell: (-_loss(cell), cell.activity, cell.student))[:EXAMPLES]


def _loss(cell: ch.Losing) -> Decimal:
    if cell.after == "":
        return NOTHING_LEFT + (_number(cell.before) or Decimal(0))
    before, after = _number(cell.before), _number(cell.after)
    if before is None or after is None:
        return Decimal(1)
    return abs(before - after) / (cell.points or Decimal(1))


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _example(cell: ch.Losing) -> Json:
    return {
        "activity": cell.activity,
        "student": cell.student,
        "before": cell.before,
        "after": cell.after or None,
    }


def _older_state(class_id: int, plan: ch.MassPlan) -> StateOf | None:
    losing = {(cell.activity, cell.student): cell.after for cell in plan.cells}
    stored = scores.of_class(class_id)
    kept = {place: str(cell.value) for place, cell in stored.items() if place not in losing}
    return recognise(_history(class_id), losing, kept)


def _history(class_id: int) -> dict[Cell, list[Moved]]:
    entries = HistoryEntry.objects.filter(
        school_class_id=class_id,
        side=Side.LMS,
        field="score",
        activity__isnull=False,
        student__isnull=False,
    )
    found: dict[Cell, list[Moved]] = defaultdict(list)
    rows = entries.order_by("id").values_list("activity_id", "student_id", "at", "before", "after")
    for activity, student, at, before, after in rows:
        assert activity is not None and student is not None
        found[activity, student].append(Moved(at, before or "", after or ""))
    return found


def _shown_state(state: StateOf) -> Json:
    return {
        "from": None if state.since is None else state.since.isoformat(),
        "to": state.until.isoformat(),
    }


def when(values_of: Json) -> str:
    """Of which time the values are, in the district's days: “about October 3”."""
    zone = ZoneInfo(settings.get().timezone)
    until = _day(values_of["to"], zone)
    if values_of["from"] is None:
        return f"before {until}"
    since = _day(values_of["from"], zone)
    return f"about {since}" if since == until else f"some time between {since} and {until}"


def _day(instant: str, zone: ZoneInfo) -> str:
    day = datetime.fromisoformat(instant).astimezone(zone)
    return f"{day:%B} {day.day}"
