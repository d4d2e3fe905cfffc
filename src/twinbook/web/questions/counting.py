"""The number of open questions that the frame of every page shows: one query."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count
from django.urls import reverse

from twinbook.district import roles, settings
from twinbook.district.models import User
from twinbook.sync.models import Problem


def questions_of(user: User | AnonymousUser) -> dict[str, Any]:
    """`count` over the classes that the user may see, and the `address` of the page that shows them: the class's own when
    all are of one class, else the list of classes."""
    if not isinstance(user, User):
        return {"count": 0, "address": reverse("home")}
    rows = Problem.objects.filter(closed_at=None)
    if not roles.is_admin(user):
        rows = rows.filter(
            school_class_id__in=roles.classes_of(user, settings.today_now()).order_by().values("id")
        )
    by_class = dict(rows.order_by().values_list("school_class_id").annotate(Count("id")))
    only = next(iter(by_class)) if len(by_class) == 1 else None
    address = reverse("home") + "?needs=you" if only is None else reverse("questions:of_class", args=[only])
    return {"count": sum(by_class.values()), "address": address}
