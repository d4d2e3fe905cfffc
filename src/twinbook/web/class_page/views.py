"""The class page, the door through which its grid saves, and the settings of the class's sync."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from pydantic import ValidationError

from twinbook.gradebook import overview
from twinbook.sync import overview as sync_overview
from twinbook.sync import settings as sync_settings
from twinbook.sync.overview import ClassStand
from twinbook.web import access, live_class, refusals
from twinbook.web.class_page import grid, pages, saving
from twinbook.web.class_page.forms import SettingsForm
from twinbook.web.class_page.saving import MOST_CELLS, CellsBody


@require_GET
@access.signed_in
def page(request: HttpRequest, class_id: int) -> HttpResponse:
    school_class = access.seen(request, class_id)
    book = overview.gradebook(class_id)
    stand = ClassStand(class_id)
    sync = sync_overview.class_sync(class_id, book, stand)
    context = {
        "grid": grid.grid(book, stand),
        "state_words": grid.state_words(),
        "structure": live_class.structure_of(book),
    }
    return pages.shown(request, school_class, "page.html", context, sync=sync)


@require_POST
@access.signed_in
def save(request: HttpRequest, class_id: int) -> JsonResponse:
    """`{"cells": [{"student_id", "activity_id", "version", "points", …a score value}]}` → see `saving.save`."""
    try:
        access.editable(request, class_id)
    except PermissionDenied:
        return pages.refused(
            403, "forbidden", _("You may only look at this class."), _("Ask an administrator.")
        )
    try:
        body = CellsBody.model_validate(pages.body_of(request))
    except (ValueError, ValidationError):
        return pages.unreadable()
    if int(body.user) != access.user_of(request).id:
        return pages.refused(
            409,
            "other_user",
            _("Somebody else has signed in with this browser; what you typed is kept here."),
            _("Sign in again as yourself."),
        )
    if len(body.cells) > MOST_CELLS:
        return pages.refused(
            413,
            "too_large",
            ngettext(
                "At most %(count)d cell can be saved at once.",
                "At most %(count)d cells can be saved at once.",
                MOST_CELLS,
            )
            % {"count": MOST_CELLS},
            _("Paste it in several parts."),
        )
    return JsonResponse(saving.save(class_id, body.cells, access.origin(request)))


@require_http_methods(["GET", "POST"])
@access.signed_in
def settings_page(request: HttpRequest, class_id: int) -> HttpResponse:
    if request.method == "GET":
        school_class = access.seen(request, class_id)
        form = SettingsForm(initial=sync_settings.get(class_id))
    else:
        school_class = access.editable(request, class_id)
        form = SettingsForm(request.POST)
        if form.is_valid() and _patched(class_id, form):
            messages.success(request, _("The settings are saved."))
            return redirect(reverse("class_page:settings", args=[class_id]))
    return pages.shown(
        request, school_class, "settings.html", {"form": form}, title=_("Sync settings"), tab="setup"
    )


def _patched(class_id: int, form: SettingsForm) -> bool:
    try:
        sync_settings.patch(class_id, form.cleaned_data)
    except refusals.REFUSED as error:
        refusals.onto(form, error)
        return False
    return True
