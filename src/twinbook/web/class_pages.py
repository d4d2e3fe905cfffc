"""What every page of one class shows above its content: name, state and the way to its other pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from twinbook.gradebook.models import SchoolClass
from twinbook.sync import overview
from twinbook.web import access

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    address: str
    current: bool
    count: int | None = None


def class_page_context(
    request: HttpRequest, school_class: SchoolClass, tab: str, sync: Json | None = None
) -> Json:
    """For templates that extend web/class_base.html. `tab`: gradebook, questions, history, runs or setup.
    `sync`: the class's `sync` where the caller has it already."""
    sync = sync or overview.class_sync(school_class.id)
    return {
        "place": "classes",
        "school_class": school_class,
        "sync": sync,
        "may_edit": access.may_edit(request, school_class.id),
        "class_tabs": _tabs(school_class.id, tab, sync),
        "crumbs": [(_("Classes"), reverse("home")), (school_class.name, None)],
    }


def _tabs(class_id: int, current: str, sync: Json) -> list[Tab]:
    pages = (
        ("gradebook", _("Gradebook"), "class_page:page", None),
        ("questions", _("Needs you"), "questions:of_class", sync["problems"]),
        ("history", _("History"), "history:of_class", None),
        ("runs", _("Runs"), "class_runs", None),
        ("setup", _("Setup"), "wizard:start", None),
    )
    return [
        Tab(name, reverse(route, args=[class_id]), key == current, count) for key, name, route, count in pages
    ]
