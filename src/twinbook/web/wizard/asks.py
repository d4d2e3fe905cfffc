"""Screens 2, 3 and 4: one page of rows that asks, saves row by row, and answers all the rest at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, assert_never

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from twinbook.sync import drafts
from twinbook.sync.drafts import OpenDraft
from twinbook.web import access, refusals
from twinbook.web.wizard import answers, frame, steps
from twinbook.web.wizard.items import Item, our_category
from twinbook.web.wizard.rows import Group, Row, counts, options, rows
from twinbook.web.wizard.steps import Step

Json = dict[str, Any]
ALL = "all"
UNDO = "wizard_bulk"


@dataclass(frozen=True, slots=True)
class Filter:
    value: str
    text: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class Labels:
    """The words of one screen."""

    title: str
    lead: str
    match: str
    create: str
    ignore: str
    choose: str
    empty: str
    explained: tuple[tuple[str, str], ...]


def labels(step: Step) -> Labels:
    match step:
        case Step.CATEGORIES:
            return Labels(
                _("Which categories belong together?"),
                _("Each Aeries category has at most one partner here. Names and weights are not synced."),
                _("Match"),
                _("Create here"),
                _("Ignore"),
                _("Choose a category…"),
                _("The Aeries gradebook has no categories."),
                (
                    (_("Create here"), _("copies its name and weight.")),
                    (_("Ignore"), _("its activities stay in Aeries only.")),
                ),
            )
        case Step.AERIES:
            return Labels(
                _("What about each activity in Aeries?"),
                _("What is surely the same work is matched already. Nothing is written before you confirm."),
                _("Match"),
                _("Create here"),
                _("Ignore"),
                _("Choose an activity…"),
                _("The Aeries gradebook has no activities yet."),
                (
                    (_("Match"), _("it is the same work as an activity here; scores are synced both ways.")),
                    (_("Create here"), _("it is added here with its scores.")),
                    (_("Ignore"), _("it stays in Aeries only.")),
                ),
            )
        case Step.OURS:
            return Labels(
                _("What about the activities that are only here?"),
                _("Those you matched in the step before are not asked again."),
                _("Match"),
                _("Create in Aeries"),
                _("Ignore"),
                _("Choose an activity in Aeries…"),
                _("This class has no activities yet."),
                (
                    (_("Create in Aeries"), _("it is added there with its scores.")),
                    (_("Ignore"), _("it stays here only.")),
                    (_("Match"), _("it is the same work as an activity in Aeries after all.")),
                ),
            )
        case Step.GRADEBOOK | Step.SUMMARY:
            raise ValueError(f"{step} asks nothing row by row")
        case _:
            assert_never(step)


@never_cache
@require_http_methods(["GET", "POST"])
@access.signed_in
def categories(request: HttpRequest, class_id: int) -> HttpResponseBase:
    return _screen(request, class_id, Step.CATEGORIES)


@never_cache
@require_http_methods(["GET", "POST"])
@access.signed_in
def aeries(request: HttpRequest, class_id: int) -> HttpResponseBase:
    return _screen(request, class_id, Step.AERIES)


@never_cache
@require_http_methods(["GET", "POST"])
@access.signed_in
def ours(request: HttpRequest, class_id: int) -> HttpResponseBase:
    return _screen(request, class_id, Step.OURS)


def _screen(request: HttpRequest, class_id: int, step: Step) -> HttpResponseBase:
    access.editable(request, class_id)
    try:
        if request.method == "POST" and access.wants_json(request):
            return _saved_row_by_row(request, class_id, step)
        opened = drafts.of_class(class_id)
        if not frame.answerable(opened):
            return HttpResponseRedirect(steps.address(class_id, Step.GRADEBOOK))
        if request.method == "POST":
            return _posted(request, class_id, step)
        return _page(request, opened, step)
    except refusals.REFUSED as error:
        return frame.refused(request, class_id, error)


# As plain forms


def _posted(request: HttpRequest, class_id: int, step: Step) -> HttpResponseBase:
    if "undo" in request.POST:
        _take_back(request, class_id, step)
        return _back_to(request, class_id, step)
    changes = answers.from_form(request.POST.dict())
    outcome = answers.save(class_id, step, changes)
    if outcome.refused:
        typed = {change.id: change for change in changes if change.id in outcome.refused}
        return _page(request, drafts.of_class(class_id), step, typed=typed, refused=outcome.refused)
    word = request.POST.get("bulk", "")
    if word in answers.BULK:
        ids = answers.answer_the_rest(class_id, step, word)
        request.session[UNDO] = {"class": class_id, "step": step.value, "word": word, "ids": ids}
    return _next(request, class_id, step)


def _take_back(request: HttpRequest, class_id: int, step: Step) -> None:
    kept = request.session.pop(UNDO, None)
    if kept and (kept["class"], kept["step"]) == (class_id, step.value):
        answers.take_back(class_id, step, kept["ids"])


def _next(request: HttpRequest, class_id: int, step: Step) -> HttpResponse:
    match request.POST.get("go"):
        case "next":
            return HttpResponseRedirect(steps.address(class_id, steps.after(step) or step))
        case "back":
            return HttpResponseRedirect(steps.address(class_id, steps.before(step) or step))
        case _:
            return _back_to(request, class_id, step)


def _back_to(request: HttpRequest, class_id: int, step: Step) -> HttpResponse:
    show = request.POST.get("show") or request.GET.get("show", "")
    query = f"?show={show}" if show in (*Group, ALL) else ""
    return HttpResponseRedirect(steps.address(class_id, step) + query)


def _page(
    request: HttpRequest,
    opened: OpenDraft,
    step: Step,
    *,
    typed: dict[str, answers.Changed] | None = None,
    refused: dict[str, str] | None = None,
) -> HttpResponse:
    """`typed`: rows whose answer was refused, shown as they were chosen."""
    typed, refused = typed or {}, refused or {}
    every = rows(opened, step)
    numbers = counts(every)
    only = request.GET.get("row", "")
    show = _shown_group(request.GET.get("show", ""), numbers)
    if step is Step.CATEGORIES:
        show = ALL
    shown = [
        row
        for row in every
        if (row.key == only if only else show == ALL or row.group == show or row.id in refused)
    ]
    listed = options(opened.draft, step)
    whole = bool(only) or step is Step.CATEGORIES
    context = {
        **frame.context(request, opened.class_id, opened, step),
        "words": labels(step),
        "rows": [_as_typed(row, typed, refused, listed if whole else None) for row in shown],
        "only": bool(only),
        "show": show,
        "every": len(every),
        "filters": _filters(step, numbers, len(every), show),
        "bulk": _bulk(step, every),
        "undo": _undo(request, opened.class_id, step),
        "options": [{"id": o.id, "text": o.text, "taken": o.taken} for o in listed],
        "leftover": _leftover(opened) if step is Step.CATEGORIES else [],
        "refused": len(refused),
    }
    return render(request, "wizard/asks.html", context, status=422 if refused else 200)


def _shown_group(wanted: str, numbers: Any) -> str:
    if wanted in (*Group, ALL):
        return wanted
    return Group.OPEN.value if numbers[Group.OPEN] else ALL


def _as_typed(row: Row, typed: dict[str, answers.Changed], refused: dict[str, str], listed: Any) -> Row:
    """The page shows what was chosen; `answer` stays what is stored, and is sent along as such."""
    return replace(
        row,
        options=listed,
        refusal=refused.get(row.id, ""),
        typed=typed[row.id].now if row.id in typed else None,
    )


def _filters(step: Step, numbers: Any, every: int, show: str) -> list[Filter]:
    words = labels(step)
    texts = {
        Group.OPEN.value: _("To answer"),
        Group.MATCH.value: _("Matched"),
        Group.CREATE.value: words.create,
        Group.IGNORE.value: _("Ignored"),
    }
    found = [Filter(value, text, numbers[Group(value)], value == show) for value, text in texts.items()]
    return [*found, Filter(ALL, _("All"), every, show == ALL)]


def _bulk(step: Step, every: Sequence[Row]) -> list[Filter]:
    words = labels(step)
    texts = {
        answers.ACCEPT: _("Accept the proposed partners"),
        "create": _("%(create)s all the rest") % {"create": words.create},
        "ignore": _("Ignore all the rest"),
    }
    found = [Filter(word, text, answers.takes(every, word), current=False) for word, text in texts.items()]
    return [one for one in found if one.count]


def _undo(request: HttpRequest, class_id: int, step: Step) -> str:
    """A sentence about the bulk answer just given, which one button takes back."""
    kept = request.session.get(UNDO)
    if not kept or (kept["class"], kept["step"]) != (class_id, step.value):
        return ""
    if kept.get("told"):
        del request.session[UNDO]
        return ""
    request.session[UNDO] = {**kept, "told": True}
    count = len(kept["ids"])
    match kept["word"]:
        case "create":
            text = ngettext("%(count)d is to be created.", "%(count)d are to be created.", count)
        case "ignore":
            text = ngettext("%(count)d is ignored.", "%(count)d are ignored.", count)
        case _:
            text = ngettext("%(count)d proposal accepted.", "%(count)d proposals accepted.", count)
    return text % {"count": count}


def _leftover(opened: OpenDraft) -> list[Item]:
    taken = opened.draft.matched_categories()
    return [our_category(opened.draft, row) for row in opened.draft.lms_categories if row.lms_id not in taken]


# Row by row, for scripts


def _saved_row_by_row(request: HttpRequest, class_id: int, step: Step) -> HttpResponseBase:
    """Answers {"rows": {ID: html}} with each row that looks different now, and the parts of the page that count them."""
    opened = drafts.of_class(class_id)
    if not frame.answerable(opened):
        return frame.moved_on(class_id)
    try:
        changes = answers.from_json(json.loads(request.body))
    except (ValueError, KeyError):
        return JsonResponse({"code": "invalid", "message": _("This page is out of date.")}, status=400)
    before = {row.id: row for row in rows(opened, step, compared=())}
    outcome = answers.save(class_id, step, changes)
    opened = drafts.of_class(class_id)
    after = rows(opened, step, compared=())
    sent = {change.id for change in changes}
    different = {row.id for row in after if row != before.get(row.id) or row.id in sent}
    every = {row.id: row for row in rows(opened, step, compared=different)}
    listed = options(opened.draft, step)
    whole = listed if step is Step.CATEGORIES else None
    numbers = counts(after)
    show = request.GET.get("show", "")
    context = {
        "step": step.value,
        "steps": steps.bar(class_id, opened, step),
        "words": labels(step),
        "show": show,
    }
    return JsonResponse(
        {
            "rows": {
                id_: render_to_string(
                    "wizard/parts/row.html",
                    {
                        **context,
                        "row": replace(every[id_], options=whole, refusal=outcome.refused.get(id_, "")),
                    },
                    request,
                )
                for id_ in different
            },
            "refused": outcome.refused,
            "left": numbers[Group.OPEN],
            "steps": render_to_string("wizard/parts/steps.html", context, request),
            "filters": render_to_string(
                "wizard/parts/filters.html",
                {**context, "filters": _filters(step, numbers, len(after), show)},
                request,
            ),
            "bulk": render_to_string(
                "wizard/parts/bulk.html", {**context, "bulk": _bulk(step, after)}, request
            ),
            "options": [{"id": o.id, "text": o.text, "taken": o.taken} for o in listed],
        }
    )
