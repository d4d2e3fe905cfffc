"""Screen 5: what Confirm will do, value by value; Confirm; and the run that then can be watched, left and found again."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from twinbook.sync import drafts, errors, overview, runs, setup
from twinbook.sync.models import Link, RunKind
from twinbook.web import access, refusals
from twinbook.web.class_pages import class_page_context
from twinbook.web.refusals import Refusal
from twinbook.web.wizard import changes, frame, steps
from twinbook.web.wizard.changes import Line
from twinbook.web.wizard.items import key_of
from twinbook.web.wizard.steps import Step

Json = dict[str, Any]
MOST_LINES = 400
"""Up to so many values a side is shown opened; with more the activities are opened one by one."""


@never_cache
@require_GET
@access.signed_in
def summary(request: HttpRequest, class_id: int) -> HttpResponseBase:
    access.editable(request, class_id)
    try:
        opened = drafts.of_class(class_id)
        if not frame.answerable(opened):
            return HttpResponseRedirect(steps.address(class_id, Step.GRADEBOOK))
        return _page(request, class_id, setup.summary(class_id))
    except refusals.REFUSED as error:
        return frame.refused(request, class_id, error)


@never_cache
@require_POST
@access.signed_in
def confirm(request: HttpRequest, class_id: int) -> HttpResponseBase:
    access.editable(request, class_id)
    try:
        setup.confirm(class_id, request.POST.get("fingerprint", ""), access.actor(request))
    except errors.SummaryOutOfDate as error:
        return _page(
            request,
            class_id,
            error.extra["summary"],
            refusal=refusals.told(error),
            seen=changes.unsealed(request.POST.get("seen", "")),
        )
    except errors.NotReady as error:
        return _page(request, class_id, setup.summary(class_id), refusal=refusals.told(error))
    except refusals.REFUSED as error:
        return frame.refused(request, class_id, error)
    return HttpResponseRedirect(reverse("wizard:progress", args=[class_id]))


def _page(
    request: HttpRequest,
    class_id: int,
    found: Json,
    *,
    refusal: Refusal | None = None,
    seen: set[Line] | None = None,
) -> HttpResponse:
    """`seen`: what an out-of-date summary had shown; then the page says what is different."""
    student, activity = request.GET.get("student", ""), request.GET.get("activity", "")
    now = changes.lines(found)
    new = [] if seen is None else [line for line in now if line not in seen]
    gone = [] if seen is None else sorted(seen - set(now))
    counts = found["counts"]
    context = {
        **frame.context(request, class_id, drafts.of_class(class_id), Step.SUMMARY),
        "summary": found,
        "counts": counts,
        "stays": _stays(counts),
        "blocking": [{**stop, "leads_to": _place(class_id, stop["code"])} for stop in found["blocking"]],
        "here": _side(found, changes.LMS, student, activity, new),
        "there": _side(found, changes.AERIES, student, activity, new),
        "conflicts": changes.cells(found, "conflicts", student, activity),
        "held": changes.cells(found, "held", student, activity),
        "differences": [] if student else _differences(found, activity),
        "students": changes.students(found),
        "activities": changes.activities(found),
        "student": student,
        "activity": activity,
        "filtered": bool(student or activity),
        "seen": changes.sealed(found),
        "refusal": refusal,
        "new": new,
        "gone": gone,
    }
    return render(request, "wizard/summary.html", context, status=409 if refusal else 200)


def _side(found: Json, side: str, student: str, activity: str, new: Collection[Line]) -> Json:
    groups = changes.side(found, side, student, activity, new)
    values = sum(len(group.values) for group in groups)
    return {
        "groups": groups,
        "values": values,
        "opened": values <= MOST_LINES and (bool(student or activity) or len(groups) <= 3),
        "sentences": _sentences(found, side),
    }


def _sentences(found: Json, side: str) -> list[tuple[int, str]]:
    counts = found["counts"][side]
    texts = {
        "categories_created": (_("category created"), _("categories created")),
        "activities_created": (_("activity created"), _("activities created")),
        "activities_updated": (_("activity changed"), _("activities changed")),
        "scores_set": (_("score set"), _("scores set")),
        "scores_cleared": (_("score cleared"), _("scores cleared")),
    }
    return _told(counts, texts)


def _stays(counts: Json) -> list[tuple[int, str]]:
    texts = {
        "conflicts": (_("different score to decide later"), _("different scores to decide later")),
        "held": (_("value that Aeries takes by hand only"), _("values that Aeries takes by hand only")),
        "field_differences": (_("field kept different"), _("fields kept different")),
    }
    return _told(counts, texts)


def _told(counts: Json, texts: dict[str, tuple[str, str]]) -> list[tuple[int, str]]:
    return [(counts[name], texts[name][counts[name] != 1]) for name in texts if counts.get(name)]


def _differences(found: Json, activity: str) -> list[Json]:
    names = changes.field_names()
    return [
        {**row, "name": names.get(row["field"], row["field"])}
        for row in found.get("field_differences", [])
        if not activity or key_of(row["activity"]) == activity
    ]


def _place(class_id: int, code: str) -> tuple[str, str]:
    """Where a blocking reason is settled: its words and its address."""
    match code:
        case (
            "unanswered_categories" | "category_name_taken" | "category_ignored" | "category_without_partner"
        ):
            step, show = Step.CATEGORIES, ""
        case "unanswered_aeries_activities" | "stale_answers":
            step, show = Step.AERIES, "?show=open"
        case "category_missing_in_aeries":
            step, show = Step.AERIES, "?show=create"
        case "unanswered_lms_activities":
            step, show = Step.OURS, "?show=open"
        case "draft_activity" | "term_ended":
            step, show = Step.OURS, "?show=create"
        case _:
            step, show = Step.GRADEBOOK, ""
    return steps.name(step), steps.address(class_id, step) + show


@never_cache
@require_GET
@access.signed_in
def progress(request: HttpRequest, class_id: int) -> HttpResponseBase:
    """The latest set-up of the class, however it stands; it is found again here from any device."""
    school_class = access.seen(request, class_id)
    run = drafts.last_run(class_id, RunKind.SETUP)
    if run is None:
        return HttpResponseRedirect(reverse("wizard:start", args=[class_id]))
    sync = overview.class_sync(class_id)
    context = {
        **class_page_context(request, school_class, "setup", sync),
        "run": runs.shown(run),
        "running": run.state in ("queued", "running"),
        "counts": runs.plan(run)["counts"],
        "here": _sentences({"counts": run.counts or runs.plan(run)["counts"]}, changes.LMS),
        "there": _sentences({"counts": run.counts or runs.plan(run)["counts"]}, changes.AERIES),
        "live": Link.objects.filter(school_class_id=class_id, ended_on=None).exists(),
        "drafted": drafts.exists(class_id),
    }
    return render(request, "wizard/progress.html", context)
