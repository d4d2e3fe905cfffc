"""Sections: which sections the class is over, each with its Aeries gradebook, and taking in another one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from twinbook.sync import sections
from twinbook.web import access, refusals
from twinbook.web.links import frame


@never_cache
@require_http_methods(["GET", "POST"])
@access.signed_in
def of_class(request: HttpRequest, class_id: int) -> HttpResponseBase:
    school_class = access.seen(request, class_id)
    refusal = None
    if request.method == "POST":
        access.editable(request, class_id)
        number = request.POST.get("section", "")
        if not number.isdecimal() or len(number) > 9:
            refusal = refusals.Refusal("none_chosen", _("No section is chosen."))
        else:
            try:
                sections.combine(
                    class_id,
                    [int(number)],
                    access.origin(request),
                    lambda other: access.may_edit(request, other),
                )
            except refusals.REFUSED as error:
                refusal = refusals.told(error)
            else:
                text = _("Section %(number)s is in this class now. Join its gradebook next.")
                messages.success(request, text % {"number": number})
                return HttpResponseRedirect(reverse("links:sections", args=[class_id]))
    title = _("Sections")
    context = {
        **frame.context(request, school_class, [(title, None)]),
        "sections": sections.of_class(class_id),
        "candidates": sections.candidates(class_id, lambda other: access.may_edit(request, other)),
        "refusal": refusal,
        "title": title,
    }
    return render(request, "links/sections.html", context, status=409 if refusal else 200)
