"""Needs you: what waits for a person, answered one by one, several at once, or all of a kind the same way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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

from twinbook.sync import errors, problems
from twinbook.sync.models import Problem
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


@dataclass(slots=True)
class Result:
    done: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


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
    result = Result()
    own = set(Problem.objects.filter(id__in=wanted, school_class_id=class_id).values_list("id", flat=True))
    for id_number in wanted:
        if id_number in own:
            _resolve(request, id_number, choice, result)
    _tell(request, result, len(wanted))
    back = reverse("questions:of_class", args=[class_id])
    marks = {"changed": result.changed, "checking": result.done if choice in ("check_again", "retry") else []}
    query = urlencode({name: ",".join(map(str, found)) for name, found in marks.items() if found})
    return HttpResponseRedirect(f"{back}?{query}" if query else back)


def _resolve(request: HttpRequest, problem_id: int, choice: str, result: Result) -> None:
    seen = listing.seen_of(request.POST.get(f"seen:{problem_id}", ""))
    if seen is None:
        result.changed.append(problem_id)
        return
    try:
        problems.resolve(problem_id, choice, access.actor(request), seen)
        result.done.append(problem_id)
    except errors.ProblemChanged:
        result.changed.append(problem_id)
    except errors.NoSuchProblem:
        result.closed.append(problem_id)
    except refusals.REFUSED as error:
        result.refused.append(refusals.told(error).sentence)


def _tell(request: HttpRequest, result: Result, wanted: int) -> None:
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
    for sentence in dict.fromkeys(result.refused):
        messages.error(request, sentence)


def _count(found: Sequence[int], one: str, many: str) -> str:
    return ngettext(one, many, len(found)) % {"count": len(found)}
