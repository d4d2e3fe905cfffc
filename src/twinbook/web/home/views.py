"""A teacher's classes, and the runs: found again, watched, and told what they did."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from twinbook.district.models import User
from twinbook.gradebook.models import SchoolClass
from twinbook.sync import connecting, runs, second_plan
from twinbook.sync.models import Run, RunKind, RunState
from twinbook.web import access, words
from twinbook.web.class_pages import class_page_context
from twinbook.web.home import cards
from twinbook.web.undo import views as undo

CLASSES_PER_PAGE = 24
RUNS_PER_PAGE = 50
CHANGES_PER_PAGE = 100


@require_GET
@access.signed_in
def classes(request: HttpRequest) -> HttpResponseBase:
    user = access.user_of(request)
    asked = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    needing = request.GET.get("needs") == "you"
    page = Paginator(cards.found(user, asked, asked_about=needing), CLASSES_PER_PAGE).get_page(
        request.GET.get("page")
    )
    shown = cards.cards(list(page.object_list))
    context = {
        "place": "questions" if needing else "classes",
        "needing": needing,
        "cards": shown,
        "page": page,
        "asked": asked,
        "searchable": bool(asked) or page.paginator.num_pages > 1 or len(shown) > 6,
        "connection": connecting.shown() if user.is_district_admin else None,
        "why_empty": None if shown else _why_empty(user, asked, needing=needing),
    }
    return render(request, "web/home/classes.html", context)


def _why_empty(user: User, asked: str, *, needing: bool) -> str:
    if needing and not asked:
        return "nothing_open"
    if asked:
        return "search"
    if user.is_district_admin:
        return "no_roster"
    return "no_staff" if user.staff_id is None else "no_classes"


@require_GET
@access.administrator
def runs_page(request: HttpRequest) -> HttpResponseBase:
    """All of the district, newest first; what a night did class by class stands in the night."""
    rows = Run.objects.filter(parent=None).select_related("school_class").order_by("-id")
    kind = request.GET.get("kind", "")
    if kind in RunKind.values:
        rows = rows.filter(kind=kind)
    page = Paginator(rows, RUNS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "place": "runs",
        "rows": [_row(run) for run in page.object_list],
        "page": page,
        "kind": kind,
        "kinds": [(value, words.run_kind(value)) for value in RunKind.values],
    }
    return render(request, "web/home/runs.html", context)


@require_GET
@access.signed_in
def class_runs(request: HttpRequest, class_id: int) -> HttpResponseBase:
    school_class = access.seen(request, class_id)
    page = Paginator(runs.of_class(class_id), RUNS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **class_page_context(request, school_class, "runs"),
        "rows": [_row(run) for run in page.object_list],
        "page": page,
    }
    return render(request, "web/home/class_runs.html", context)


def _row(run: Run) -> dict[str, Any]:
    return {**runs.shown(run), "school_class": run.school_class, "created_at": run.created_at}


@require_GET
@access.signed_in
def run_page(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Any run: its progress live while it goes on, then what it did or would do."""
    run = access.seen_run(request, run_id)
    plan = runs.plan(run)
    page = Paginator(plan["changes"], CHANGES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "place": "classes" if run.school_class_id else "runs",
        "run": runs.shown(run),
        "running": run.state in (RunState.QUEUED, RunState.RUNNING),
        "created_at": run.created_at,
        "school_class": run.school_class,
        "plan": plan,
        "counts": counted(plan["counts"]),
        "page": page,
        "classes": _classes_of_night(plan.get("classes", [])),
        "roster": plan.get("roster"),
        "crumbs": _crumbs(run),
        "undo": undo.offer(request, run),
        "restore": _restore(request, run),
    }
    return render(request, "web/home/run.html", context)


def _restore(request: HttpRequest, run: Run) -> dict[str, bool]:
    """Whether a preview can be confirmed, and whether Aeries still waits for its own confirmation."""
    if run.kind != RunKind.RESTORE or run.school_class_id is None or run.state != RunState.DONE:
        return {}
    may = access.may_edit(request, run.school_class_id)
    return {
        "confirm": may and run.dry_run and "backup" in run.params,
        "waits": may and not run.dry_run and second_plan.needed(run.school_class_id),
    }


def _crumbs(run: Run) -> list[tuple[str, str | None]]:
    here = (words.run_kind(run.kind), None)
    if run.school_class is not None:
        listed = reverse("class_runs", args=[run.school_class_id])
        return [(_("Classes"), reverse("home")), (run.school_class.name, listed), here]
    return [(_("Runs"), reverse("runs")), here]


def counted(counts: dict[str, Any]) -> list[tuple[str, int]]:
    """What is not zero, in a person's words."""
    sides = {"lms": _("here"), "aeries": _("in Aeries")}
    kinds = {
        "categories_created": _("Categories created %(where)s"),
        "activities_created": _("Activities created %(where)s"),
        "activities_updated": _("Activities changed %(where)s"),
        "scores_set": _("Scores set %(where)s"),
        "scores_cleared": _("Scores cleared %(where)s"),
    }
    found = [
        (kinds[name] % {"where": where}, counts.get(side, {}).get(name, 0))
        for side, where in sides.items()
        for name in kinds
    ]
    found += [
        (_("Conflicts"), counts.get("conflicts", 0)),
        (_("Held for a person"), counts.get("held", 0)),
        (_("Skipped"), counts.get("skipped", 0)),
    ]
    return [(text, number) for text, number in found if number]


def _classes_of_night(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = dict(
        SchoolClass.objects.filter(id__in=[int(row["class_id"]) for row in results]).values_list("id", "name")
    )
    return [
        {
            **row,
            "name": names.get(int(row["class_id"]), ""),
            "counts": counted(row.get("counts") or {}),
        }
        for row in results
    ]
