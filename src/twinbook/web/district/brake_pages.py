"""The brake: its numbers, and a night that it stopped over the whole district."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from twinbook.district import settings
from twinbook.said import all_said
from twinbook.sync import district_question
from twinbook.web import access, refusals
from twinbook.web.district.brake_form import BrakeForm
from twinbook.web.questions.mass_change_page import answered

EXAMPLES = 12


@require_http_methods(["GET", "POST"])
@access.administrator
def numbers_page(request: HttpRequest) -> HttpResponseBase:
    form = BrakeForm(request.POST or None, settings.get())
    if form.is_valid():
        try:
            settings.patch({"brake": form.changes()})
        except refusals.REFUSED as error:
            refusals.onto(form, error)
        else:
            messages.success(request, _("The numbers are saved; they hold from the next look on."))
            return redirect("district")
    context = {
        "place": "district",
        "form": form,
        "crumbs": [(_("District"), reverse("district")), (_("Brake"), None)],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "web/district/brake.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@access.administrator
def held_page(request: HttpRequest) -> HttpResponseBase:
    if request.method == "POST":
        return _answered(request)
    questions = [all_said(question) for question in district_question.all_open()]
    context = {
        "place": "district",
        "question": questions[0] if questions else None,
        "plan": _plan(questions[0]) if questions else None,
        "named_class": True,
        "crumbs": [(_("District"), reverse("district")), (_("A night was stopped"), None)],
    }
    return render(request, "web/district/held.html", context)


def _answered(request: HttpRequest) -> HttpResponseBase:
    choice, fingerprint = request.POST.get("choice", ""), request.POST.get("fingerprint", "")
    try:
        district_question.resolve(choice, access.actor(request), fingerprint)
    except refusals.REFUSED as error:
        messages.warning(request, refusals.told(error).sentence)
    else:
        messages.success(request, answered(choice))
    return redirect("district_held")


def _plan(question: dict[str, Any]) -> dict[str, Any]:
    """Of all held classes together, the worst of each class in turn."""
    by_class = [
        [{**one, "class_name": held["name"]} for one in held["plan"]["examples"]]
        for held in question["classes"]
        if held["plan"] is not None
    ]
    turns = max(map(len, by_class), default=0)
    examples = [found[turn] for turn in range(turns) for found in by_class if turn < len(found)]
    said = {held["plan"]["answered"] for held in question["classes"] if held["plan"] is not None}
    return {**question, "examples": examples[:EXAMPLES], "answered": said.pop() if len(said) == 1 else None}
