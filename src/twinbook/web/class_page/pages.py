"""What the pages of this folder share: the frame of the class's Gradebook tab, and answers for scripts."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from twinbook.gradebook import activities
from twinbook.gradebook.errors import NotFoundError
from twinbook.gradebook.models import Activity, SchoolClass
from twinbook.web import class_pages

Json = dict[str, Any]


def shown(
    request: HttpRequest,
    school_class: SchoolClass,
    template: str,
    context: Json,
    *,
    title: str | None = None,
    tab: str = "gradebook",
    sync: Json | None = None,
    status: int | None = None,
) -> HttpResponse:
    """`title`: of a page below the gradebook, whose crumbs lead back to it. A form shown again answers 422."""
    if status is None:
        status = 422 if request.method == "POST" else 200
    frame = class_pages.class_page_context(request, school_class, tab, sync)
    if title is not None:
        frame["crumbs"][-1:] = [
            (school_class.name, reverse("class_page:page", args=[school_class.id])),
            (title, None),
        ]
    ways = {
        "setup": address("wizard:start", school_class.id),
        "history": address("history:of_class", school_class.id),
        "needs_you": address("questions:of_class", school_class.id),
    }
    return render(
        request, f"class_page/{template}", {**frame, **ways, "title": title, **context}, status=status
    )


def address(route: str, *args: object) -> str | None:
    """None where that part of the pages is not installed."""
    try:
        return reverse(route, args=args)
    except NoReverseMatch:
        return None


def activity(school_class: SchoolClass, activity_id: int) -> Activity:
    """Raises Http404."""
    try:
        return activities.get(school_class.id, activity_id)
    except NotFoundError:
        raise Http404 from None


def refused(status: int, code: str, message: str, hint: str | None = None) -> JsonResponse:
    return JsonResponse({"code": code, "message": message, "hint": hint}, status=status)


def body_of(request: HttpRequest) -> Any:
    """The request's JSON. Raises ValueError."""
    return json.loads(request.body.decode())


def unreadable() -> JsonResponse:
    return refused(422, "invalid", _("Twinbook could not read what was sent."), _("Reload the page."))
