"""The backup of a class as a file, and restoring from one: preview, confirm, then what follows in Aeries."""

from __future__ import annotations

import re

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from twinbook.sync import backup, clock, errors, restore, second_plan
from twinbook.sync import settings as sync_settings
from twinbook.sync.models import Run, RunKind
from twinbook.web import access, refusals
from twinbook.web.class_pages import class_page_context


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Backup file"),
        help_text=gettext_lazy(
            "A file that Twinbook wrote for this class. Nothing is changed before you confirm."
        ),
    )


@never_cache
@require_http_methods(["GET", "POST"])
@access.signed_in
def page(request: HttpRequest, class_id: int) -> HttpResponseBase:
    """POST a file: its preview, as a run."""
    form = FileForm()
    if request.method == "POST":
        school_class = access.editable(request, class_id)
        form = FileForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                raw = form.cleaned_data["file"].read(backup.MOST_BYTES + 1)
                run = restore.begin(class_id, raw, access.actor(request), dry_run=True)
            except refusals.REFUSED as error:
                refusals.onto(form, error)
            else:
                return HttpResponseRedirect(reverse("run", args=[run.id]))
    else:
        school_class = access.seen(request, class_id)
    context = {
        **class_page_context(request, school_class, "setup"),
        "form": form,
        "waits": second_plan.needed(class_id),
    }
    return render(request, "backup/page.html", context, status=422 if form.errors else 200)


@never_cache
@require_GET
@access.signed_in
def download(request: HttpRequest, class_id: int) -> HttpResponseBase:
    """Both gradebooks as they are now; Aeries is read for it, and left out when it does not answer."""
    school_class = access.editable(request, class_id)
    try:
        theirs = backup.read_aeries(class_id)
    except (errors.AeriesUnavailable, errors.AeriesRefuses):
        theirs = []
    answer = HttpResponse(
        backup.as_text(backup.body(class_id, theirs)), content_type="application/json; charset=utf-8"
    )
    name = re.sub(r"[^a-z0-9]+", "-", school_class.name.lower()).strip("-") or "class"
    day = clock.now().date().isoformat()
    answer["Content-Disposition"] = f'attachment; filename="twinbook-{name}-{day}.json"'
    return answer


@require_POST
@access.signed_in
def confirm(request: HttpRequest, class_id: int, run_id: int) -> HttpResponseBase:
    """What the preview has shown is restored."""
    access.editable(request, class_id)
    preview = _run(request, class_id, run_id, RunKind.RESTORE)
    try:
        run = restore.confirm(preview, access.actor(request))
    except refusals.REFUSED as error:
        messages.error(request, refusals.told(error).sentence)
        return HttpResponseRedirect(reverse("backup:page", args=[class_id]))
    return HttpResponseRedirect(reverse("run", args=[run.id]))


@require_POST
@access.signed_in
def go_on(request: HttpRequest, class_id: int, run_id: int) -> HttpResponseBase:
    """What a force sync's preview has shown follows in Aeries, and the class syncs again."""
    access.editable(request, class_id)
    preview = _run(request, class_id, run_id, RunKind.FORCE)
    changes = {"mode": "sync", "fingerprint": str(preview.plan.get("fingerprint", ""))}
    try:
        sync_settings.patch(class_id, changes, access.actor(request))
    except refusals.REFUSED as error:
        messages.error(request, refusals.told(error).sentence)
        return HttpResponseRedirect(reverse("class_page:force_run", args=[class_id, preview.id]))
    messages.success(request, _("The class syncs again; what you have seen is carried out now."))
    run = Run.objects.filter(school_class_id=class_id, kind=RunKind.FORCE, dry_run=False).order_by("-id")[0]
    return HttpResponseRedirect(reverse("class_page:force_run", args=[class_id, run.id]))


def _run(request: HttpRequest, class_id: int, run_id: int, kind: RunKind) -> Run:
    run = access.seen_run(request, run_id)
    if run.school_class_id != class_id or run.kind != kind or not run.dry_run:
        raise Http404
    return run
