"""Categories: the list with a form for a new one, a form for each."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from twinbook.core.values import plain
from twinbook.gradebook import categories
from twinbook.gradebook.categories import CategoryChanges, CategoryFields
from twinbook.gradebook.errors import GradebookError, NotFoundError
from twinbook.gradebook.models import Activity, Category, SchoolClass
from twinbook.web import access, refusals
from twinbook.web.class_page import pages
from twinbook.web.class_page.forms import CategoryForm


@require_http_methods(["GET", "POST"])
@access.signed_in
def listed(request: HttpRequest, class_id: int) -> HttpResponse:
    if request.method == "GET":
        school_class = access.seen(request, class_id)
        form = CategoryForm(initial={"drop_lowest": 0})
    else:
        school_class = access.editable(request, class_id)
        form = CategoryForm(request.POST)
        if form.is_valid():
            try:
                row = categories.create(class_id, CategoryFields(**form.cleaned_data), access.origin(request))
            except GradebookError as error:
                refusals.onto(form, error)
            else:
                messages.success(request, _("“%(name)s” is added.") % {"name": row.name})
                return redirect(reverse("class_page:categories", args=[class_id]))
    return _list(request, school_class, form)


@require_http_methods(["GET", "POST"])
@access.signed_in
def edit(request: HttpRequest, class_id: int, category_id: int) -> HttpResponse:
    school_class = access.editable(request, class_id)
    row = _category(class_id, category_id)
    if request.method == "GET":
        weight = None if row.weight is None else plain(row.weight)
        form = CategoryForm(initial={"name": row.name, "weight": weight, "drop_lowest": row.drop_lowest})
    else:
        form = CategoryForm(request.POST)
        if form.is_valid():
            try:
                changes = cast(CategoryChanges, form.cleaned_data)
                categories.update(class_id, category_id, changes, access.origin(request))
            except GradebookError as error:
                refusals.onto(form, error)
            else:
                messages.success(request, _("“%(name)s” is saved.") % {"name": form.cleaned_data["name"]})
                return redirect(reverse("class_page:categories", args=[class_id]))
    context = {"form": form, "category": row, "used": _used(class_id).get(row.id, 0)}
    return pages.shown(request, school_class, "category_form.html", context, title=row.name)


@require_POST
@access.signed_in
def delete(request: HttpRequest, class_id: int, category_id: int) -> HttpResponse:
    access.editable(request, class_id)
    row = _category(class_id, category_id)
    try:
        categories.delete(class_id, category_id, access.origin(request))
    except GradebookError as error:
        messages.error(request, refusals.told(error).sentence)
    else:
        messages.success(request, _("“%(name)s” is deleted.") % {"name": row.name})
    return redirect(reverse("class_page:categories", args=[class_id]))


def _list(request: HttpRequest, school_class: SchoolClass, form: CategoryForm) -> HttpResponse:
    used = _used(school_class.id)
    rows = [(row, used.get(row.id, 0)) for row in categories.of_class(school_class.id)]
    weights = [row.weight for row, _count in rows if row.weight is not None]
    context = {"rows": rows, "form": form, "sum": plain(sum(weights, Decimal(0))) if weights else None}
    return pages.shown(request, school_class, "categories.html", context, title=_("Categories"))


def _used(class_id: int) -> dict[int, int]:
    """Activities by category."""
    counts: dict[int, int] = {}
    rows = Activity.objects.filter(school_class_id=class_id, deleted_at=None, category__isnull=False)
    for category_id in rows.values_list("category_id", flat=True):
        if category_id is not None:
            counts[category_id] = counts.get(category_id, 0) + 1
    return counts


def _category(class_id: int, category_id: int) -> Category:
    try:
        return next(row for row in categories.of_class(class_id) if row.id == category_id)
    except (StopIteration, NotFoundError):
        raise Http404 from None
