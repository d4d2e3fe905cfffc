"""Class › Setup: the toggle, what a set-up is, where a begun one stands; and the ways out: discard and unlink."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from twinbook.sync import drafts, errors, links, setup
from twinbook.sync.drafts import OpenDraft
from twinbook.sync.models import Link, RunKind
from twinbook.web import access, refusals
from twinbook.web.class_pages import class_page_context
from twinbook.web.wizard import frame, steps
from twinbook.web.wizard.steps import Step


@never_cache
@require_GET
@access.signed_in
def begin(request: HttpRequest, class_id: int) -> HttpResponseBase:
    school_class = access.seen(request, class_id)
    opened = _opened(class_id)
    links_now = list(Link.objects.filter(school_class_id=class_id, ended_on=None).order_by("id"))
    link = links_now[0] if links_now else None
    last = drafts.last_run(class_id, RunKind.SETUP)
    context = {
        **class_page_context(request, school_class, "setup"),
        "opened": opened,
        "steps": [] if opened is None else steps.bar(class_id, opened, Step.GRADEBOOK),
        "go_on": _where_it_stands(class_id, opened),
        "link": link,
        "links": links_now,
        "names": [steps.name(step) for step in Step],
        "failed": last if last is not None and last.state == "failed" and link is None else None,
    }
    return render(request, "wizard/begin.html", context)


def _opened(class_id: int) -> OpenDraft | None:
    try:
        return drafts.of_class(class_id)
    except errors.NoDraft:
        return None


def _where_it_stands(class_id: int, opened: OpenDraft | None) -> str:
    """The first step that still asks something."""
    if opened is None or not frame.answerable(opened):
        return steps.address(class_id, Step.GRADEBOOK)
    left = steps.unanswered(opened.draft)
    return steps.address(class_id, next((step for step, count in left.items() if count), Step.SUMMARY))


@require_POST
@access.signed_in
def discard(request: HttpRequest, class_id: int) -> HttpResponseBase:
    access.editable(request, class_id)
    try:
        setup.discard(class_id)
    except refusals.REFUSED as error:
        return frame.refused(request, class_id, error)
    messages.success(request, _("The set-up was discarded. Nothing was written to either gradebook."))
    return HttpResponseRedirect(reverse("wizard:start", args=[class_id]))


@never_cache
@require_http_methods(["GET", "POST"])
@access.signed_in
def unlink(request: HttpRequest, class_id: int) -> HttpResponseBase:
    """Asks first, then stops syncing; both gradebooks keep everything."""
    school_class = access.editable(request, class_id)
    refusal = None
    if request.method == "POST":
        try:
            links.unlink(class_id, _number(request.POST.get("gradebook", "")))
        except errors.NotSynced:
            return HttpResponseRedirect(reverse("wizard:start", args=[class_id]))
        except errors.SetupRunning as error:
            return frame.refused(request, class_id, error)
        except refusals.REFUSED as error:
            refusal = refusals.told(error)
        else:
            messages.success(request, _("Syncing has stopped. Both gradebooks keep everything they hold."))
            return HttpResponseRedirect(reverse("wizard:start", args=[class_id]))
    found = list(Link.objects.filter(school_class_id=class_id, ended_on=None).order_by("id"))
    if not found:
        return HttpResponseRedirect(reverse("wizard:start", args=[class_id]))
    context = {**class_page_context(request, school_class, "setup"), "links": found, "refusal": refusal}
    return render(request, "wizard/unlink.html", context, status=409 if refusal else 200)


def _number(text: str) -> int | None:
    """Of one gradebook among several; None: all."""
    return int(text) if text.isdecimal() and len(text) < 19 else None
