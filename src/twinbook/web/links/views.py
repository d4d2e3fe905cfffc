"""Links: which activity is which assignment, and what stands alone; each repaired one by one, previewed first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from twinbook.core.cells import Policy
from twinbook.core.setup.draft import FieldsFrom
from twinbook.sync import boards, repair, runs
from twinbook.sync.models import RunKind
from twinbook.sync.repair_plan import Wish
from twinbook.web import access, refusals
from twinbook.web.links import frame

Json = dict[str, Any]

SCORES_FROM = [
    ("ask", gettext_lazy("ask me about each")),
    ("lms", gettext_lazy("ours count")),
    ("aeries", gettext_lazy("Aeries’ count")),
]
FIELDS_FROM = [
    ("keep", gettext_lazy("stay as they are")),
    ("lms", gettext_lazy("ours count")),
    ("aeries", gettext_lazy("Aeries’ count")),
]


class RepairForm(forms.Form):
    """`really` is only set by the page that showed the preview."""

    action = forms.ChoiceField(choices=[(word, word) for word in ("match", "create", "ignore", "unlink")])
    activity = forms.IntegerField(required=False, min_value=1)
    assignment = forms.CharField(required=False)
    scores_from = forms.ChoiceField(choices=SCORES_FROM, required=False)
    fields_from = forms.ChoiceField(choices=FIELDS_FROM, required=False)
    gradebook = forms.IntegerField(required=False)
    really = forms.BooleanField(required=False)

    def wish(self) -> Wish:
        told = self.cleaned_data
        return Wish(
            told["action"],
            told["activity"],
            told["assignment"] or None,
            Policy(told["scores_from"] or "ask"),
            FieldsFrom(told["fields_from"] or "keep"),
            told["gradebook"],
        )


@never_cache
@require_http_methods(["GET", "POST"])
@access.signed_in
def of_class(request: HttpRequest, class_id: int) -> HttpResponseBase:
    """POST begins a repair: a preview, or with `really` the thing itself."""
    school_class = access.seen(request, class_id)
    refusal = None
    if request.method == "POST":
        access.editable(request, class_id)
        form = RepairForm(request.POST)
        if not form.is_valid():
            refusal = refusals.Refusal("invalid", _("Twinbook could not read what was sent."))
        else:
            try:
                dry_run = not form.cleaned_data["really"]
                run = repair.begin(class_id, form.wish(), access.actor(request), dry_run=dry_run)
            except refusals.REFUSED as error:
                refusal = refusals.told(error)
            else:
                return HttpResponseRedirect(reverse("links:run", args=[class_id, run.id]))
    context = {
        "boards": boards.of_class(class_id),
        "refusal": refusal,
        "scores_from": SCORES_FROM,
        "fields_from": FIELDS_FROM,
        "title": _("Links"),
    }
    page = frame.context(request, school_class, [(_("Links"), None)])
    return render(request, "links/of_class.html", {**page, **context}, status=409 if refusal else 200)


@never_cache
@require_GET
@access.signed_in
def repair_run(request: HttpRequest, class_id: int, run_id: int) -> HttpResponseBase:
    school_class = access.seen(request, class_id)
    row = access.seen_run(request, run_id)
    if row.school_class_id != class_id or row.kind != RunKind.LINK:
        raise Http404
    run, plan = runs.shown(row), runs.plan(row)
    title = _("Preview") if run["dry_run"] else _("What was done")
    context = {
        "run": run,
        "plan": plan,
        "wish": repair.wish_of(row),
        "ended": run["state"] not in ("queued", "running"),
        "here": _side(plan, "lms"),
        "there": _side(plan, "aeries"),
        "title": title,
    }
    crumbs = [(_("Links"), reverse("links:of_class", args=[class_id])), (title, None)]
    return render(request, "links/run.html", {**frame.context(request, school_class, crumbs), **context})


def _side(plan: Json, side: str) -> Json:
    found = [one for one in plan["changes"] if one["side"] == side]
    return {"count": len(found), "changes": found, "more": 0}
