"""What the pages about links share: the class's Setup tab, with crumbs of their own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from twinbook.gradebook.models import SchoolClass
from twinbook.web.class_pages import class_page_context


def context(
    request: HttpRequest, school_class: SchoolClass, crumbs: list[tuple[str, str | None]]
) -> dict[str, Any]:
    found = class_page_context(request, school_class, "setup")
    found["crumbs"][-1:] = [
        (school_class.name, reverse("class_page:page", args=[school_class.id])),
        *crumbs,
    ]
    return found
