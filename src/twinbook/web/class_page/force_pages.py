"""Force sync: first what it would change, value by value, then the real thing; both are runs that can be watched,
left and found again."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from twinbook.sync import force, runs, second_plan
from twinbook.sync.models import RunKind
from twinbook.web import access, refusals
from twinbook.web.class_page import pages

MOST_SHOWN = 300


@require_http_methods(["GET", "POST"])
@access.signed_in
def begin(request: HttpRequest, class_id: int) -> HttpResponse:
    """POST `kind`: `preview` or `sync`."""
    school_class = access.editable(request, class_id)
    refusal = None
    if request.method == "POST":
        dry_run = request.POST.get("kind") != "sync"
        try:
            run = force.begin(class_id, access.actor(request), dry_run=dry_run)
        except refusals.REFUSED as error:
            refusal = refusals.told(error)
        else:
            return redirect(reverse("class_page:force_run", args=[class_id, run.id]))
    context = {"refusal": refusal}
    return pages.shown(request, school_class, "force.html", context, title=_("Force sync"))


@require_GET
@access.signed_in
def preview(request: HttpRequest, class_id: int, run_id: int) -> HttpResponse:
    school_class = access.seen(request, class_id)
    row = access.seen_run(request, run_id)
    if row.school_class_id != class_id or row.kind != RunKind.FORCE:
        raise Http404
    run, plan = runs.shown(row), runs.plan(row)
    student, activity = request.GET.get("student", ""), request.GET.get("activity", "")
    changes = [
        one
        for one in plan["changes"]
        if _matches(one["student"], student) and _matches(one["activity"], activity)
    ]
    context = {
        "run": run,
        "plan": plan,
        "ended": run["state"] not in ("queued", "running"),
        "here": _side(changes, "lms"),
        "there": _side(changes, "aeries"),
        "filtered": bool(student or activity),
        "student": student,
        "activity_words": activity,
        "nothing": not plan["changes"],
        "waits": second_plan.needed(class_id),
    }
    title = _("Preview of a force sync") if run["dry_run"] else _("Force sync")
    return pages.shown(request, school_class, "force_run.html", context, title=title)


def _matches(name: str | None, words: str) -> bool:
    return all(word in (name or "").casefold() for word in words.casefold().split())


def _side(changes: list[dict[str, Any]], side: str) -> pages.Json:
    found = [one for one in changes if one["side"] == side]
    return {"count": len(found), "changes": found[:MOST_SHOWN], "more": max(0, len(found) - MOST_SHOWN)}
