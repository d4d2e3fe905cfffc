"""One mass change, looked at whole: counts, the worst examples, and what each of the two answers will do."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from twinbook.core.carry_out.taking_over import DISTRICT
from twinbook.said import said
from twinbook.sync import errors, mass_change, problems, wording
from twinbook.web import access, refusals
from twinbook.web.class_pages import class_page_context


@never_cache
@require_http_methods(["GET", "POST"])
@access.signed_in
def of_problem(request: HttpRequest, class_id: int, problem_id: int) -> HttpResponseBase:
    school_class = access.seen(request, class_id)
    back = reverse("questions:of_class", args=[class_id])
    try:
        row = problems.get(problem_id)
    except errors.NoSuchProblem:
        row = None
    if row is None or row.school_class_id != class_id or row.code != mass_change.CODE:
        messages.success(request, _("This question has closed meanwhile; nothing was done."))
        return redirect(back)
    if request.method == "POST":
        access.editable(request, class_id)
        return _answered(request, class_id, problem_id)
    context = {
        **class_page_context(request, school_class, "questions"),
        "message": said(wording.of(row).message),
        "plan": mass_change.shown(row),
        "opened_at": row.opened_at,
        "for_district": row.subject == DISTRICT,
        "crumbs": [
            (_("Classes"), reverse("home")),
            (school_class.name, reverse("class_page:page", args=[class_id])),
            (_("Needs you"), back),
            (_("Many changes at once"), None),
        ],
    }
    return render(request, "questions/mass_change.html", context)


def _answered(request: HttpRequest, class_id: int, problem_id: int) -> HttpResponseBase:
    """The fingerprint of the plan that the page showed goes with the answer."""
    choice, fingerprint = request.POST.get("choice", ""), request.POST.get("fingerprint", "")
    try:
        problems.resolve(problem_id, choice, access.actor(request), fingerprint=fingerprint)
    except errors.NoSuchProblem:
        messages.success(request, _("This question has closed meanwhile; nothing was done."))
    except refusals.REFUSED as error:
        messages.warning(request, refusals.told(error).sentence)
        return HttpResponseRedirect(request.path)
    else:
        messages.success(request, answered(choice))
    return redirect("questions:of_class", class_id)


def answered(choice: str) -> str:
    if choice == "approve":
        return _(
            "Approved. Aeries is read once more; what is still the same is taken over, anything else is asked again."
        )
    return _(
        "Discarded. Aeries is read once more; where it is still the same, the values here are put back into Aeries."
    )
