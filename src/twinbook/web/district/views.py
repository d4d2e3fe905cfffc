"""How the district stands, for administrators: connection, roster, night, classes that need attention."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from twinbook.district import settings
from twinbook.district.models import DistrictSettings, Mode, RosterSchool, User
from twinbook.gradebook.models import SchoolClass
from twinbook.said import all_said
from twinbook.sync import confirming, connecting, district_question, errors, night, runs, status
from twinbook.sync.models import Run, RunKind, RunState
from twinbook.web import access, refusals, words
from twinbook.web.home import cards

MOST_CLASSES = 20


@require_GET
@access.administrator
def overview(request: HttpRequest) -> HttpResponseBase:
    connection = connecting.shown()
    roster_run = Run.objects.filter(kind=RunKind.ROSTER, parent=None).order_by("-id").first()
    night_run = Run.objects.filter(kind=RunKind.NIGHTLY, parent=None, dry_run=False).order_by("-id").first()
    classes = SchoolClass.objects.count()
    invited = [user for user in User.objects.filter(is_active=True) if not user.has_usable_password()]
    context = {
        "place": "district",
        "district": settings.get(),
        "connection": connection,
        "connected": words.connection_state(connection["state"]),
        "status": status.shown(),
        "roster_run": None if roster_run is None else runs.shown(roster_run),
        "night_run": None if night_run is None else runs.shown(night_run),
        "night_running": night_run is not None and _open(night_run),
        "schools": list(RosterSchool.objects.order_by("school_code")),
        "cards": cards.needing_a_person(MOST_CLASSES),
        "most": MOST_CLASSES,
        "classes": classes,
        "accounts": User.objects.filter(is_active=True).count(),
        "without_password": len(invited),
        "stopped": all_said(next(iter(district_question.all_open()), None)),
        "first_steps": _first_steps(connection["state"], classes),
    }
    return render(request, "web/district/overview.html", context)


def _open(run: Run) -> bool:
    return run.state in (RunState.QUEUED, RunState.RUNNING)


def _first_steps(connection_state: str, classes: int) -> str | None:
    """Where a new district stands; None once it has classes."""
    if classes:
        return None
    return "roster" if connection_state == "ok" else "connect"


@require_POST
@access.administrator
def mode(request: HttpRequest) -> HttpResponseBase:
    """Pausing and going on, for the whole district."""
    wanted = request.POST.get("mode", "")
    if wanted in Mode.values:
        settings.patch({"mode": wanted})
        messages.success(request, _mode_told(settings.get()))
    return redirect("district")


def _mode_told(district: DistrictSettings) -> str:
    match Mode(district.mode):
        case Mode.SYNC:
            return _("Syncing goes on; what waited is sent now.")
        case Mode.OBSERVE:
            return _("Twinbook now only observes: it reads, and writes nothing.")
        case Mode.PAUSED:
            return _("Syncing is paused for the whole district. Scores are kept here meanwhile.")


@require_http_methods(["GET", "POST"])
@access.administrator
def confirm(request: HttpRequest) -> HttpResponseBase:
    """After a restore: the preview over every joined class, and letting Twinbook write again by its fingerprint."""
    refusal = None
    if request.method == "POST":
        try:
            if request.POST.get("do") == "preview":
                return redirect("run", confirming.preview(access.actor(request)).id)
            confirming.confirm(request.POST.get("fingerprint", ""))
        except errors.NothingToConfirm:
            return redirect("district")
        except errors.SyncError as error:
            refusal = refusals.told(error)
        else:
            messages.success(request, _("Twinbook writes again. Every class is looked through once."))
            return redirect("district")
    stand = confirming.shown()
    if stand["state"] == "ok":
        return redirect("district")
    preview = None if stand["preview"] is None else Run.objects.get(id=int(stand["preview"]["id"]))
    context = {
        "place": "district",
        "stand": stand,
        "preview": preview,
        "running": preview is not None and _open(preview),
        "run": stand["preview"],
        "plan": None if preview is None else runs.plan(preview),
        "refusal": refusal,
        "crumbs": [(_("District"), reverse("district")), (_("Confirm"), None)],
    }
    return render(request, "web/district/confirm.html", context, status=409 if refusal else 200)


@require_POST
@access.administrator
def night_now(request: HttpRequest) -> HttpResponseBase:
    going = Run.objects.filter(
        kind=RunKind.NIGHTLY, parent=None, dry_run=False, state__in=[RunState.QUEUED, RunState.RUNNING]
    )
    run = going.order_by("-id").first() or night.begin(access.actor(request))
    return redirect("run", run.id)
