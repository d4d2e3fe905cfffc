"""The changes of a summary, side by side, grouped by activity and filtered, and what differs between two summaries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from twinbook.web.wizard.items import key_of

Json = dict[str, Any]
LMS, AERIES = "lms", "aeries"
Line = tuple[str, str, str, str, str, str]
"""side, kind with field, activity, student, before, after: blanks are empty texts."""
_SALT = "twinbook.web.wizard.summary"


@dataclass(frozen=True, slots=True)
class Value:
    """One change in words. `what`: the student, or the field of the activity."""

    what: str
    before: str
    after: str
    new: bool


@dataclass(frozen=True, slots=True)
class OfActivity:
    title: str
    created: str
    """What is created, in a few words; blank for an activity that is there already."""
    values: tuple[Value, ...]


def lines(summary: Json) -> list[Line]:
    """Everything that a person confirms, as comparable lines: changes, conflicts, held values."""
    found = [
        (
            change["side"],
            f"{change['kind']}:{change.get('field', '')}",
            change["activity"],
            change["student"] or "",
            change["before"] or "",
            change["after"] or "",
        )
        for change in summary["changes"]
    ]
    for kind in ("conflicts", "held"):
        found += [
            ("both", kind, cell["activity"], cell["student"], cell["lms"] or "", cell["aeries"] or "")
            for cell in summary.get(kind, [])
        ]
    return found


def sealed(summary: Json) -> str:
    """The lines as a hidden field takes them: the page itself remembers what the person has seen."""
    return signing.dumps(lines(summary), salt=_SALT, compress=True)


def unsealed(text: str) -> set[Line] | None:
    """None: not a field of ours."""
    try:
        return {tuple(line) for line in signing.loads(text, salt=_SALT)}
    except signing.BadSignature:
        return None


def side(summary: Json, wanted: str, student: str, activity: str, new: Iterable[Line]) -> list[OfActivity]:
    """One side's changes by activity. `student` is an id, `activity` a key; blank: all. `new`: lines to mark."""
    marked = set(new)
    groups: dict[str, list[Json]] = {}
    for change in summary["changes"]:
        if change["side"] != wanted or not _passes(change, student, activity):
            continue
        groups.setdefault(change["activity"], []).append(change)
    return [_of_activity(title, changes, marked) for title, changes in groups.items()]


def _passes(change: Json, student: str, activity: str) -> bool:
    if student and change.get("student_id") != student:
        return False
    return not activity or key_of(change["activity"]) == activity


def _of_activity(title: str, changes: Sequence[Json], marked: set[Line]) -> OfActivity:
    created = next((c["after"] for c in changes if c["kind"] == "create_activity"), "")
    values = tuple(
        Value(_what(change), change["before"] or "", change["after"] or "", _line(change) in marked)
        for change in changes
        if change["kind"] != "create_activity"
    )
    return OfActivity(title, created or "", values)


def _line(change: Json) -> Line:
    return lines({"changes": [change]})[0]


def _what(change: Json) -> str:
    if change["student"]:
        return str(change["student"])
    field = str(change.get("field", ""))
    return field_names().get(field, field)


def field_names() -> dict[str, str]:
    return {
        "title": _("Title"),
        "description": _("Description"),
        "category": _("Category"),
        "assigned_on": _("Assigned date"),
        "due_on": _("Due date"),
        "points": _("Points"),
        "grading_completed": _("Grading completed"),
    }


def students(summary: Json) -> list[tuple[str, str]]:
    """(id, name) of all whose values are in the summary, by name."""
    cells = [*summary["changes"], *summary.get("conflicts", []), *summary.get("held", [])]
    found = {cell["student_id"]: cell["student"] for cell in cells if cell.get("student_id")}
    return sorted(found.items(), key=lambda item: item[1])


def activities(summary: Json) -> list[tuple[str, str]]:
    """(key, title)."""
    cells = [*summary["changes"], *summary.get("conflicts", []), *summary.get("held", [])]
    titles = sorted({cell["activity"] for cell in cells})
    return [(key_of(title), title) for title in titles]


def cells(summary: Json, kind: str, student: str, activity: str) -> list[Json]:
    """Of `conflicts`, `held` or `unread`."""
    return [cell for cell in summary.get(kind, []) if _passes(cell, student, activity)]
