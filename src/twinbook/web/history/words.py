"""The history's stored words in a teacher's."""

from __future__ import annotations

from django.utils.translation import gettext as _

from twinbook.gradebook.models import Side
from twinbook.said import said_again


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


def why(text: str) -> str:
    told = said_again(text)
    return told[:1].upper() + told[1:]
