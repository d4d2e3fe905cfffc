"""Scores as plain forms: all students of one activity, or all activities of one student. They work without scripts,
on a phone and with every screen reader, and save through the same door as the grid."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from twinbook.core.values import plain
from twinbook.gradebook import activities, categories, cells, overview, scores, students, totals
from twinbook.gradebook.cells import Cell
from twinbook.gradebook.errors import GradebookError, VersionConflictError
from twinbook.gradebook.models import Activity, ClassStudent, SchoolClass
from twinbook.gradebook.scores import ScoreWrite
from twinbook.sync.overview import ClassStand
from twinbook.web import access, refusals
from twinbook.web.class_page import grid, pages, saving, typed
from twinbook.web.class_page.saving import Wanted


@dataclass(slots=True)
class Line:
    """One cell of the form. `text` is what stands in its field; `shown` what the gradebook holds."""

    name: str
    label: str
    place: ClassStudent
    activity: Activity
    cell: Cell
    sync: str
    category: str = ""
    text: str = ""
    comment: str = ""
    error: str = ""
    points: str = field(init=False)

    def __post_init__(self) -> None:
        self.points = plain(self.activity.points)
        self.text = self.shown
        self.comment = self.cell.comment or ""

    @property
    def shown(self) -> str:
        return typed.shown(self.cell.value, self.cell.late)

    @property
    def over(self) -> bool:
        return cells.over_maximum(self.cell.value, self.activity.points, self.activity.extra_credit)


@require_http_methods(["GET", "POST"])
@access.signed_in
def of_activity(request: HttpRequest, class_id: int, activity_id: int) -> HttpResponse:
    school_class = access.seen(request, class_id)
    row = pages.activity(school_class, activity_id)
    stand = ClassStand(class_id, [activity_id])
    present = scores.of_activity(activity_id)
    lines = []
    for place in students.of_class(class_id):
        cell = present.get(place.student_id) or Cell(place.student_id, activity_id)
        sync = stand.of(row, place.student_id, cell.value).sync.value
        lines.append(Line(f"c{place.student_id}", place.student.name, place, row, cell, sync))
    here = reverse("class_page:activity", args=[class_id, activity_id])
    context = {"activity": row, "points": plain(row.points)}
    rows = list(activities.of_class(class_id))
    context |= _neighbours(school_class, rows, row)
    return _answer(request, school_class, lines, here, "activity.html", context, row.title)


@require_http_methods(["GET", "POST"])
@access.signed_in
def of_student(request: HttpRequest, class_id: int, student_id: int) -> HttpResponse:
    school_class = access.seen(request, class_id)
    book = overview.gradebook(class_id)
    place = next((place for place in book.students if place.student_id == student_id), None)
    if place is None:
        raise Http404
    stand = ClassStand(class_id)
    names = {row.id: row.name for row in categories.of_class(class_id)}
    lines = []
    for row in book.activities:
        cell = book.cells.get((row.id, student_id)) or Cell(student_id, row.id)
        sync = stand.of(row, student_id, cell.value).sync.value
        category = names.get(row.category_id or 0, "")
        lines.append(Line(f"c{row.id}", row.title, place, row, cell, sync, category))
    here = reverse("class_page:student", args=[class_id, student_id])
    context = {"place": place, "total": grid.total_text(totals.totals(book)[student_id])}
    return _answer(request, school_class, lines, here, "student.html", context, place.student.name)


def _answer(
    request: HttpRequest,
    school_class: SchoolClass,
    lines: list[Line],
    here: str,
    template: str,
    context: pages.Json,
    title: str,
) -> HttpResponse:
    wrong = 0
    if request.method == "POST":
        access.editable(request, school_class.id)
        wrong, saved = _save(request, school_class, lines)
        if saved:
            words = ngettext("%(count)d score is saved.", "%(count)d scores are saved.", saved)
            messages.success(request, words % {"count": saved})
        if not wrong:
            if not saved:
                messages.info(request, _("Nothing was changed."))
            return redirect(here)
    context = {**context, "lines": lines, "wrong": wrong, "here": here}
    return pages.shown(request, school_class, template, context, title=title)


def _save(request: HttpRequest, school_class: SchoolClass, lines: list[Line]) -> tuple[int, int]:
    """How many fields are wrong, with their error and what was typed in their line, and how many cells were saved."""
    wanted: dict[int, list[Wanted]] = {}
    by_cell = {(line.activity.id, line.place.student_id): line for line in lines}
    for line in lines:
        try:
            write = _typed(request.POST, line)
        except GradebookError as error:
            line.error = refusals.told(error).sentence
            continue
        if write is not None:
            seen = _sent(request.POST, f"{line.name}-version")
            version = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 19 else -1
            wanted.setdefault(line.activity.id, []).append(Wanted(write, version, None))
    saved = 0
    for activity_id, of_activity in wanted.items():
        outcome = saving.save_one(school_class.id, activity_id, of_activity, access.origin(request))
        saved += len(outcome.saved)
        for cell in outcome.saved:
            line = by_cell[activity_id, cell.student_id]
            line.cell, line.text = cell, typed.shown(cell.value, cell.late)
        for student_id, why in outcome.refused.items():
            line = by_cell[activity_id, student_id]
            line.error = _said(why, line)
    return Counter(bool(line.error) for line in lines)[True], saved


def _typed(post: QueryDict, line: Line) -> ScoreWrite | None:
    """What the person changed since the page was sent out, which its hidden fields say; None for nothing. A line shown
    again keeps only that: the rest shows what the gradebook holds by now. Raises InvalidScoreError."""
    if line.name not in post or not line.place.active:
        return None
    text, comment = _sent(post, line.name), _sent(post, f"{line.name}-comment")
    text_changed = text != _sent(post, f"{line.name}-was")
    comment_changed = comment != _sent(post, f"{line.name}-comment-was")
    if text_changed:
        line.text = text
    if comment_changed:
        line.comment = comment
    write = typed.write(line.cell, text) if text_changed else None
    if not comment_changed:
        return write
    return replace(write or ScoreWrite(line.place.student_id), comment=comment or None)


def _sent(post: QueryDict, name: str) -> str:
    return str(post.get(name, "")).strip()


def _said(error: GradebookError, line: Line) -> str:
    if isinstance(error, VersionConflictError):
        now = line.shown or _("blank")
        return _("Meanwhile this was changed to %(value)s. Save again to keep yours.") % {"value": now}
    return refusals.told(error).sentence


def _neighbours(school_class: SchoolClass, rows: list[Activity], row: Activity) -> pages.Json:
    """The activities before and after, for paging on a phone."""
    at = next((index for index, one in enumerate(rows) if one.id == row.id), 0)
    return {
        "previous": rows[at - 1] if at > 0 else None,
        "next": rows[at + 1] if at + 1 < len(rows) else None,
    }
