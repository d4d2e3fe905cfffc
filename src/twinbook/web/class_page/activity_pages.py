"""Activities: the list, the form, deleting and bringing back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from twinbook.core.values import plain
from twinbook.gradebook import activities, categories, scores
from twinbook.gradebook.activities import ActivityChanges, ActivityFields
from twinbook.gradebook.errors import GradebookError, NotFoundError, VersionConflictError
from twinbook.gradebook.models import Activity, SchoolClass
from twinbook.sync import overview
from twinbook.sync.overview import ClassStand
from twinbook.web import access, refusals
from twinbook.web.class_page import pages
from twinbook.web.class_page.forms import ActivityForm

_FIELDS = tuple(ActivityFields.__dataclass_fields__)


@require_GET
@access.signed_in
def listed(request: HttpRequest, class_id: int) -> HttpResponse:
    school_class = access.seen(request, class_id)
    stand = ClassStand(class_id)
    rows = [
        (row, overview.activity_sync(stand, row))
        for row in activities.of_class(class_id).select_related("category")
    ]
    deleted = Activity.objects.filter(school_class_id=class_id, deleted_at__isnull=False).order_by(
        "-deleted_at"
    )
    context = {"rows": rows, "deleted": deleted}
    return pages.shown(request, school_class, "activities.html", context, title=_("Activities"))


@require_http_methods(["GET", "POST"])
@access.signed_in
def create(request: HttpRequest, class_id: int) -> HttpResponse:
    school_class = access.editable(request, class_id)
    form = _form(school_class, request, {"published": True})
    if form.is_valid():
        values = _values(form)
        try:
            row = activities.create(class_id, ActivityFields(**values), access.origin(request))
        except GradebookError as error:
            refusals.onto(form, error)
        else:
            _tell(request, row, _("“%(title)s” is added."))
            return redirect(reverse("class_page:page", args=[class_id]))
    return pages.shown(request, school_class, "activity_form.html", {"form": form}, title=_("New activity"))


@require_http_methods(["GET", "POST"])
@access.signed_in
def edit(request: HttpRequest, class_id: int, activity_id: int) -> HttpResponse:
    school_class = access.editable(request, class_id)
    row = pages.activity(school_class, activity_id)
    form = _form(school_class, request, _initial(row))
    changed_meanwhile: list[tuple[str, str]] = []
    if form.is_valid():
        try:
            updated = activities.update(
                class_id,
                activity_id,
                cast(ActivityChanges, _values(form)),
                access.origin(request),
                expected_version=form.cleaned_data["version"],
            )
        except VersionConflictError:
            changed_meanwhile = _present(row, form)
            form = _with_version(school_class, request, row.version)
        except NotFoundError:
            raise Http404 from None
        except GradebookError as error:
            refusals.onto(form, error)
        else:
            _tell(request, updated, _("“%(title)s” is saved."))
            return redirect(reverse("class_page:page", args=[class_id]))
    context = {"form": form, "activity": row, "changed_meanwhile": changed_meanwhile}
    return pages.shown(request, school_class, "activity_form.html", context, title=row.title)


@require_http_methods(["GET", "POST"])
@access.signed_in
def delete(request: HttpRequest, class_id: int, activity_id: int) -> HttpResponse:
    school_class = access.editable(request, class_id)
    row = pages.activity(school_class, activity_id)
    if request.method == "POST":
        activities.delete(class_id, activity_id, access.origin(request))
        messages.success(
            request,
            _("“%(title)s” is deleted. You can bring it back under Activities.") % {"title": row.title},
        )
        return redirect(reverse("class_page:page", args=[class_id]))
    stand = ClassStand(class_id, [activity_id])
    context = {
        "activity": row,
        "scores": sum(1 for cell in scores.of_activity(activity_id).values() if str(cell.value)),
        "aeries": overview.activity_aeries(stand.pairs.get(activity_id)),
    }
    return pages.shown(request, school_class, "activity_delete.html", context, title=_("Delete an activity"))


@require_POST
@access.signed_in
def restore(request: HttpRequest, class_id: int, activity_id: int) -> HttpResponse:
    access.editable(request, class_id)
    try:
        row = activities.restore(class_id, activity_id, access.origin(request))
    except NotFoundError:
        raise Http404 from None
    messages.success(request, _("“%(title)s” is back with its scores.") % {"title": row.title})
    return redirect(reverse("class_page:activities", args=[class_id]))


def _form(school_class: SchoolClass, request: HttpRequest, initial: dict[str, Any]) -> ActivityForm:
    known = categories.of_class(school_class.id)
    if request.method == "POST":
        return ActivityForm(known, request.POST, initial=initial)
    return ActivityForm(known, initial=initial)


def _with_version(school_class: SchoolClass, request: HttpRequest, version: int) -> ActivityForm:
    """What was typed, to be saved over the present state by saving once more."""
    typed = request.POST.copy()
    typed["version"] = str(version)
    return ActivityForm(categories.of_class(school_class.id), typed)


def _initial(row: Activity) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _FIELDS}
    return {**values, "points": plain(row.points), "version": row.version}


def _values(form: ActivityForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in _FIELDS}


def _present(row: Activity, form: ActivityForm) -> list[tuple[str, str]]:
    """What now differs from what was typed, by the field's label."""
    found = []
    for name in _FIELDS:
        now, typed = getattr(row, name), form.cleaned_data[name]
        if now != typed:
            words = row.category.name if name == "category_id" and row.category else _text(now)
            found.append((str(form.fields[name].label), words))
    return found


def _text(value: object) -> str:
    match value:
        case None | "":
            return _("blank")
        case bool():
            return _("yes") if value else _("no")
        case Decimal():
            return plain(value)
        case _:
            return str(value)


def _tell(request: HttpRequest, row: Activity, sentence: str) -> None:
    messages.success(request, sentence % {"title": row.title})
    warning = activities.date_warning(activities.fields_of(row))
    if warning:
        messages.warning(request, warning)
