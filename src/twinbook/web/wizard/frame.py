"""What all screens of the set-up share: the list of steps, and what to do when the draft has moved on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from twinbook.sync import errors
from twinbook.sync.drafts import OpenDraft
from twinbook.sync.models import DraftState
from twinbook.web import access, refusals
from twinbook.web.class_pages import class_page_context
from twinbook.web.wizard import steps
from twinbook.web.wizard.steps import Step

Json = dict[str, Any]


def context(request: HttpRequest, class_id: int, opened: OpenDraft | None, step: Step) -> Json:
    back, forth = steps.before(step), steps.after(step)
    return {
        **class_page_context(request, access.seen(request, class_id), "setup"),
        "step": step.value,
        "steps": steps.bar(class_id, opened, step),
        "back": None if back is None else (steps.name(back), steps.address(class_id, back)),
        "forth": None if forth is None else (steps.name(forth), steps.address(class_id, forth)),
    }


def answerable(opened: OpenDraft) -> bool:
    """Whether the draft holds rows to answer now; else the first screen or the progress says why not."""
    return opened.state is DraftState.READY and opened.draft.read_at is not None


def refused(request: HttpRequest, class_id: int, error: Exception) -> HttpResponse:
    """Leads to the page that shows where the set-up stands. `error`: one of REFUSED."""
    if access.wants_json(request):
        told = refusals.told(error)
        return JsonResponse(
            {
                "code": told.code,
                "message": told.message,
                "hint": told.hint,
                "leads_to": _leads_to(class_id, error),
            },
            status=409,
        )
    if not isinstance(error, errors.SetupRunning | errors.NoDraft):
        messages.error(request, refusals.told(error).sentence)
    return HttpResponseRedirect(_leads_to(class_id, error))


def _leads_to(class_id: int, error: Exception) -> str:
    match error:
        case errors.SetupRunning():
            return reverse("wizard:progress", args=[class_id])
        case errors.NoDraft() | errors.AlreadySynced():
            return reverse("wizard:start", args=[class_id])
        case _:
            return steps.address(class_id, Step.GRADEBOOK)


def moved_on(class_id: int) -> JsonResponse:
    return JsonResponse(
        {
            "code": "moved_on",
            "message": _("The gradebook is being read again; your answers are kept."),
            "hint": _("Go on once it has been read."),
            "leads_to": steps.address(class_id, Step.GRADEBOOK),
        },
        status=409,
    )
