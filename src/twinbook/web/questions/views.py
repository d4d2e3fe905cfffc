"""Needs you: what waits for a person, answered one by one, several at once, or all of a kind the same way."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from twinbook.sync import problems
from twinbook.sync.problems import Several
from twinbook.web import access, refusals
from twinbook.web.class_pages import class_page_context
from twinbook.web.questions import listing


@never_cache
@require_http_methods(["GET", "POST"])
@access.signed_in
def of_class(request: HttpRequest, class_id: int) -> HttpResponseBase:
    school_class = access.seen(request, class_id)
    if request.method == "POST":
        access.editable(request, class_id)
        return _answered(request, class_id)
    changed = listing.ids(request.GET.get("changed", "").split(","))
    checking = listing.ids(request.GET.get("checking", "").split(","))
    kinds = listing.kinds(class_id, changed, checking)
    context = {
        **class_page_context(request, school_class, "questions"),
        "kinds": kinds,
        "count": sum(kind.count for kind in kinds),
    }
    return render(request, "questions/of_class.html", context)


def _answered(request: HttpRequest, class_id: int) -> HttpResponseBase:
    """Buttons: `one` is ID:CHOICE, `selected` and `all` are a choice for the ticked ones or for all of the form."""
    form = request.POST
    if "one" in form:
        id_, _colon, choice = form["one"].partition(":")
        wanted = listing.ids([id_])
    elif "all" in form:
        choice = form["all"]
        wanted = listing.ids(name.removeprefix("seen:") for name in form if name.startswith("seen:"))
    else:
        choice = form.get("selected", "")
        wanted = listing.ids(form.getlist("pick"))
    seen = {id_: listing.seen_of(form.get(f"seen:{id_}", "")) for id_ in wanted}
    told = {id_: values for id_, values in seen.items() if values is not None}
    result = problems.resolve_several(class_id, choice, access.actor(request), told)
    result.changed += [id_ for id_, values in seen.items() if values is None]
    _tell(request, result, len(wanted))
    back = reverse("questions:of_class", args=[class_id])
    marks = {"changed": result.changed, "checking": result.done if choice in ("check_again", "retry") else []}
    query = urlencode({name: ",".join(map(str, found)) for name, found in marks.items() if found})
    return HttpResponseRedirect(f"{back}?{query}" if query else back)


def _tell(request: HttpRequest, result: Several, wanted: int) -> None:
    if not wanted:
        messages.warning(request, _("None is selected. Tick those that you mean, then choose."))
    if result.done:
        messages.success(request, _count(result.done, "%(count)d is answered.", "%(count)d are answered."))
    if result.closed:
        text = _count(
            result.closed,
            "%(count)d had closed by itself meanwhile.",
            "%(count)d had closed by themselves meanwhile.",
        )
        messages.success(request, text)
    if result.changed:
        text = _count(
            result.changed,
            "%(count)d was not answered: its values have changed since you read them. It is marked below.",
            "%(count)d were not answered: their values have changed since you read them. They are marked below.",
        )
        messages.warning(request, text)
    for sentence in dict.fromkeys(refusals.told(error).sentence for _id, error in result.refused):
        messages.error(request, sentence)


def _count(found: Sequence[int], one: str, many: str) -> str:
    return ngettext(one, many, len(found)) % {"count": len(found)}
