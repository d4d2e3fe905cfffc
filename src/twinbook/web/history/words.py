"""The history's stored words in a teacher's."""

from __future__ import annotations

from django.utils.translation import gettext as _

from twinbook.gradebook.models import Side
from twinbook.said import said_again
from twinbook.web.words import State


def side(value: str) -> str:
    match Side(value):
        case Side.LMS:
            return _("Here")
        case Side.AERIES:
            return _("In Aeries")


def field(name: str) -> str:
    known = {
        "score": _("Score"),
        "late": _("Late"),
        "comment": _("Comment"),
        "activity": _("Activity"),
        "title": _("Title"),
        "description": _("Description"),
        "category": _("Category"),
        "category_id": _("Category"),
        "points": _("Points"),
        "assigned_on": _("Assigned date"),
        "due_on": _("Due date"),
        "extra_credit": _("Extra credit"),
        "grading_completed": _("Grading completed"),
        "published": _("Published"),
        "membership": _("In the class"),
        "membership dates": _("Dates in the class"),
    }
    return known.get(name, name.replace("_", " ").capitalize())


def who(name: str) -> str:
    match name:
        case "schedule":
            return _("the night")
        case "system" | "sync" | "setup" | "roster":
            return _("Twinbook")
        case _:
            return name


def other_side(state: str, *, here: bool) -> State:
    """What became of the value on the other side. `here`: the entry is of our side."""
    match state:
        case "arrived":
            return State("synced", _("In Aeries too") if here else _("Here too"))
        case "waiting":
            return State("waiting", _("Waits for Aeries"))
        case "held":
            return State("held", _("Held"))
        case "conflict":
            return State("conflict", _("Conflict"))
        case "local":
            return State("local", _("Only here"))
        case "replaced":
            return State("local", _("Replaced before it went"))
        case _:
            raise ValueError(f"no such state of the other side: {state}")


def why(text: str) -> str:
    told = said_again(text)
    return told[:1].upper() + told[1:]
