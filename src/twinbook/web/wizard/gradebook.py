"""Screen 1: which Aeries gradebook, its reading while one watches, and the checks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from twinbook.core.setup.answered_checks import answered_checks
from twinbook.core.setup.draft import Check, Level
from twinbook.said import said
from twinbook.sync import drafts, errors, runs, setup
from twinbook.sync.drafts import OpenDraft
from twinbook.sync.models import DraftState, Run, RunKind, RunState
from twinbook.web import access, refusals
from twinbook.web.refusals import Refusal
from twinbook.web.wizard import frame, steps
from twinbook.web.wizard.steps import Step

Json = dict[str, Any]


@never_cache
@require_http_methods(["GET", "POST"])
@access.signed_in
def gradebook(request: HttpRequest, class_id: int) -> HttpResponseBase:
    access.editable(request, class_id)
    refusal = None
    if request.method == "POST":
        number = request.POST.get("gradebook_number", "")
        if not number.isdecimal() or len(number) > 18:
            refusal = Refusal("none_chosen", _("No gradebook is chosen."), _("Choose one of the list."))
        else:
            try:
                setup.begin(class_id, int(number), access.actor(request))
                return HttpResponseRedirect(steps.address(class_id, Step.GRADEBOOK))
            except (errors.SetupRunning, errors.AlreadySynced) as error:
                return frame.refused(request, class_id, error)
            except refusals.REFUSED as error:
                refusal = refusals.told(error)
    return _page(request, class_id, refusal)


def _page(request: HttpRequest, class_id: int, refusal: Refusal | None) -> HttpResponseBase:
    opened = _opened(class_id)
    if opened is not None and opened.state is DraftState.CONFIRMED:
        return frame.refused(request, class_id, errors.SetupRunning())
    reading = opened is not None and opened.state is DraftState.READING
    read = opened is not None and frame.answerable(opened)
    choosing = opened is None or "other" in request.GET or refusal is not None or not (reading or read)
    context: Json = {
        **frame.context(request, class_id, opened, Step.GRADEBOOK),
        "opened": opened,
        "reading": reading,
        "run": None if opened is None or opened.run is None else runs.shown(opened.run),
        "failed": None if reading else failed_reading(class_id, opened),
        "checks": _checks(opened) if opened is not None and read else [],
        "choosing": choosing and not reading,
        "other": "other" in request.GET,
        "refusal": refusal,
        "offers": None,
        "chosen": _chosen(opened),
    }
    if context["choosing"] and ("ask" in request.GET or refusal is not None):
        context.update(_offers(class_id))
    return render(request, "wizard/gradebook.html", context, status=422 if refusal else 200)


def _opened(class_id: int) -> OpenDraft | None:
    try:
        return drafts.of_class(class_id)
    except errors.NoDraft:
        return None


def _chosen(opened: OpenDraft | None) -> Json | None:
    if opened is None:
        return None
    book = opened.reading
    return {
        "number": opened.draft.gradebook_number,
        "name": "" if book is None else book.name,
        "terms": [] if book is None else [term.name or term.code for term in book.terms],
        "students": 0
        if book is None
        else len({row.student_id for row in book.students if not row.tag.strip()}),
        "assignments": 0 if book is None else len(book.assignments),
        "read_at": opened.draft.read_at,
    }


def _checks(opened: OpenDraft) -> list[Json]:
    found = (*opened.draft.checks, *answered_checks(opened.draft))
    return [_shown(check) for check in sorted(found, key=lambda check: check.level is not Level.BLOCKING)]


def _shown(check: Check) -> Json:
    return {
        "message": said(check.message),
        "hint": said(check.hint),
        "items": [said(item) for item in check.items],
        "blocking": check.level is Level.BLOCKING,
    }


def failed_reading(class_id: int, opened: OpenDraft | None) -> Json | None:
    """Why the latest reading ended without one; also where it was the first, whose draft is gone."""
    run: Run | None = opened.run if opened is not None else drafts.last_run(class_id, RunKind.READ)
    if run is None or run.kind != RunKind.READ or run.state != RunState.FAILED or run.error is None:
        return None
    number = run.params.get("gradebook_number")
    return {
        "number": number,
        "why": _why(run.error["code"], number) or said(run.error["message"]),
        "hint": _what_now(run.error["code"]) or said(run.error["hint"]),
        "kept": opened is not None,
        "again": opened is not None and opened.draft.gradebook_number == number,
    }


def _why(code: str, number: object) -> str:
    match code:
        case "not_found_in_aeries":
            return _("The Aeries gradebook %(number)s is no longer there.") % {"number": number}
        case "certificate_refused" | "permission_missing":
            return _("Aeries no longer accepts Twinbook’s certificate, or it lacks a permission.")
        case "aeries_unavailable":
            return _("Aeries stopped answering while the gradebook was read.")
        case _:
            return ""


def _what_now(code: str) -> str:
    match code:
        case "not_found_in_aeries":
            return _(
                "Look in Aeries whether it was deleted or moved to another teacher, or choose another one."
            )
        case "certificate_refused" | "permission_missing" | "not_connected" | "wrong_address" | "wrong_year":
            return _("An administrator must look at the connection (District). Then read again.")
        case "aeries_unavailable":
            return _("Read again in a moment.")
        case _:
            return ""


# The list of gradebooks asks Aeries: the page is there at once, and the list comes into it


@never_cache
@require_GET
@access.signed_in
def offers(request: HttpRequest, class_id: int) -> HttpResponseBase:
    """The list alone, for the script of the first screen."""
    access.editable(request, class_id)
    context: Json = {"school_class_id": class_id, "chosen": _chosen(_opened(class_id)), **_offers(class_id)}
    return render(request, "wizard/parts/offers.html", context)


def _offers(class_id: int) -> Json:
    try:
        found = setup.offers(class_id)
    except refusals.REFUSED as error:
        return {"offers": [], "unreachable": refusals.told(error)}
    shown = [{**offer, "own": own} for offer, own in found]
    shown.sort(key=lambda offer: (not (offer["own"] and offer["suitable"]), not offer["suitable"]))
    likely = [offer for offer in shown if offer["own"] and offer["suitable"]]
    return {"offers": shown, "only": likely[0]["gradebook_number"] if len(likely) == 1 else None}


@require_POST
@access.signed_in
def read_again(request: HttpRequest, class_id: int) -> HttpResponse:
    access.editable(request, class_id)
    try:
        setup.refresh(class_id, access.actor(request))
    except refusals.REFUSED as error:
        return frame.refused(request, class_id, error)
    return HttpResponseRedirect(steps.address(class_id, Step.GRADEBOOK))
