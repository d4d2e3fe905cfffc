"""The district's settings and its marks."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from twinbook.district import settings
from twinbook.sync import mark_table
from twinbook.web import access, refusals
from twinbook.web.district.forms import SettingsForm, marks_formset


@require_http_methods(["GET", "POST"])
@access.administrator
def settings_page(request: HttpRequest) -> HttpResponseBase:
    form = SettingsForm(request.POST or None, settings.get())
    if form.is_valid():
        try:
            mark_table.patch(form.changes())
        except refusals.REFUSED as error:
            refusals.onto(form, error)
        else:
            messages.success(request, _("The settings are saved."))
            return redirect("district")
    context = {
        "place": "district",
        "form": form,
        "crumbs": [(_("District"), reverse("district")), (_("Settings"), None)],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "web/district/settings.html", context, status=status)


@require_http_methods(["GET", "POST"])
@access.administrator
def marks_page(request: HttpRequest) -> HttpResponseBase:
    """Which marks of Aeries mean what here; cells whose mark changes its meaning are looked at again."""
    rows = marks_formset(request.POST or None, settings.get())
    refusal = None
    if rows.is_bound and rows.is_valid():
        try:
            mark_table.patch({"marks": rows.marks()})
        except refusals.REFUSED as error:
            refusal = refusals.told(error)
        else:
            messages.success(request, _("The marks are saved; cells that hold them are looked at again."))
            return redirect("district_marks")
    context = {
        "place": "district",
        "rows": rows,
        "refusal": refusal,
        "crumbs": [(_("District"), reverse("district")), (_("Marks"), None)],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "web/district/marks.html", context, status=status)
