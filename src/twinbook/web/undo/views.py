"""Undo of a run: first what would go back and what not, value by value, then the real thing; both are runs."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST

from twinbook.district import roles
from twinbook.sync.models import Run, RunKind, RunState
from twinbook.sync.undo import request as undo_request
from twinbook.web import access, refusals


@dataclass(frozen=True, slots=True)
class Offer:
    """What a run's page says about undoing it. `confirm`: the run that this preview would undo."""

    preview: bool = False
    undone_by: int | None = None
    undoes: int | None = None
    confirm: int | None = None


@require_POST
@access.signed_in
def begin(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """`kind`: `preview` or `undo`. Refused: back to the run, which says why."""
    run = access.seen_run(request, run_id)
    if not may_undo(request, run):
        raise PermissionDenied
    try:
        undo = undo_request.begin(run.id, access.actor(request), dry_run=request.POST.get("kind") != "undo")
    except refusals.REFUSED as error:
        messages.error(request, refusals.told(error).sentence)
        return HttpResponseRedirect(reverse("run", args=[run.id]))
    return HttpResponseRedirect(reverse("run", args=[undo.id]))


def may_undo(request: HttpRequest, run: Run) -> bool:
    if run.school_class_id is None:
        return roles.is_admin(access.user_of(request))
    return access.may_edit(request, run.school_class_id)


def offer(request: HttpRequest, run: Run) -> Offer:
    if not may_undo(request, run):
        return Offer()
    undoes = int(run.params["undo"]) if run.kind == RunKind.UNDO else None
    if run.dry_run:
        worth_it = undoes is not None and run.state == RunState.DONE
        return Offer(undoes=undoes, confirm=undoes if worth_it else None)
    earlier = undo_request.undo_of(run)
    if earlier is not None:
        return Offer(undone_by=earlier.id, undoes=undoes)
    return Offer(preview=undo_request.may_be_undone(run), undoes=undoes)
