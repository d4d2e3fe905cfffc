"""Connecting Aeries, in three steps that are addresses: address and certificate, the check, the roster."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from twinbook.district import connection
from twinbook.district.models import RosterSchool, School
from twinbook.sync import connecting, rosters, runs
from twinbook.sync.models import Run, RunKind, RunState
from twinbook.web import access, refusals, words
from twinbook.web.district.forms import ConnectionForm, SchoolForm

CHECK = "aeries_check"
"""What the last check of this session found; a reload does not ask Aeries again."""


def _crumbs(name: str) -> list[tuple[str, str | None]]:
    return [(_("District"), reverse("district")), (name, None)]


@sensitive_post_parameters("certificate")
@require_http_methods(["GET", "POST"])
@access.administrator
def connection_page(request: HttpRequest) -> HttpResponseBase:
    form = ConnectionForm(request.POST or None, connection.get())
    if form.is_valid():
        try:
            connecting.put(form.changes())
        except refusals.REFUSED as error:
            refusals.onto(form, error)
        else:
            request.session.pop(CHECK, None)
            return _check(request)
    context = {
        "place": "district",
        "form": form,
        "step": "connect",
        "crumbs": _crumbs(_("Connection to Aeries")),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "web/district/connection.html", context, status=status)


@require_http_methods(["GET", "POST"])
@access.administrator
def check_page(request: HttpRequest) -> HttpResponseBase:
    """POST asks Aeries, by reads only; GET shows what was found."""
    if request.method == "POST":
        return _check(request)
    found = request.session.get(CHECK)
    shown = connecting.shown()
    rows = [] if found is None else found.get("permissions", [])
    context = {
        "place": "district",
        "step": "check",
        "connection": shown,
        "connected": words.connection_state(shown["state"]),
        "found": found,
        "rows": [{**row, "word": words.granted(row["needed"], row["granted"])} for row in rows],
        "missing": sum(row["granted"] == "no" and row["needed"] == "yes" for row in rows),
        "crumbs": _crumbs(_("Check of the connection")),
    }
    return render(request, "web/district/check.html", context)


def _check(request: HttpRequest) -> HttpResponseBase:
    try:
        request.session[CHECK] = connecting.check()
    except refusals.REFUSED as error:
        refusal = refusals.told(error)
        request.session[CHECK] = {"error": {"message": refusal.message, "hint": refusal.hint}}
    return redirect("district_check")


@require_http_methods(["GET", "POST"])
@access.administrator
def roster_page(request: HttpRequest) -> HttpResponseBase:
    """Schools that the night reads, reading them now, and what the last reading found."""
    again = "again" in request.POST
    form = SchoolForm(None if again else request.POST or None)
    if again or form.is_valid():
        code = None if again else form.cleaned_data["school_code"]
        rosters.begin(access.actor(request), code)
        return redirect("district_roster")
    last = Run.objects.filter(kind=RunKind.ROSTER, parent=None).order_by("-id").first()
    names = dict(School.objects.values_list("code", "name"))
    context = {
        "place": "district",
        "step": "roster",
        "form": form,
        "schools": [
            (row.school_code, names.get(row.school_code, ""))
            for row in RosterSchool.objects.order_by("school_code")
        ],
        "run": None if last is None else runs.shown(last),
        "running": last is not None and last.state in (RunState.QUEUED, RunState.RUNNING),
        "roster": None if last is None else runs.plan(last).get("roster"),
        "crumbs": _crumbs(_("Roster")),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "web/district/roster.html", context, status=status)
