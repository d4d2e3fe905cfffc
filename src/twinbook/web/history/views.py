"""The history of a class, and of one cell, activity, student or run of it: who changed what, when, on which side and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from twinbook.gradebook import history, students
from twinbook.gradebook.models import Activity, HistoryEntry, SchoolClass, Side, Student
from twinbook.sync import arrived
from twinbook.sync.arrived import OtherSide
from twinbook.sync.models import Run
from twinbook.web import access
from twinbook.web import words as web_words
from twinbook.web.class_pages import class_page_context
from twinbook.web.history import words

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; ids that the class does not have find nothing."""

    activity: int | None
    student: int | None
    run: int | None
    side: str
    older_than: int | None

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        side = request.GET.get("side", "")
        return cls(
            _number(request, "activity"),
            _number(request, "student"),
            _number(request, "run"),
            side if side in Side.values else "",
            _number(request, "older_than"),
        )

    def query(self, **changes: object) -> str:
        found = {"activity": self.activity, "student": self.student, "run": self.run, "side": self.side}
        return urlencode({name: value for name, value in {**found, **changes}.items() if value})

    @property
    def anything(self) -> bool:
        return bool(self.activity or self.student or self.run or self.side)


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


@never_cache
@require_GET
@access.signed_in
def of_class(request: HttpRequest, class_id: int) -> HttpResponseBase:
    school_class = access.seen(request, class_id)
    asked = Asked.of(request)
    rows = list(_rows(class_id, asked)[: PER_PAGE + 1])
    shown = rows[:PER_PAGE]
    other = arrived.of_entries(class_id, shown)
    context = {
        **class_page_context(request, school_class, "history"),
        "asked": asked,
        "title": _title(school_class, asked),
        "entries": [_shown(row, other.get(row.id)) for row in shown],
        "older": f"?{asked.query(older_than=shown[-1].id)}" if len(rows) > PER_PAGE else None,
        "newest": f"?{asked.query()}" if asked.older_than else None,
        "activities": Activity.objects.filter(school_class_id=class_id).order_by("title", "id"),
        "students": [place.student for place in students.of_class(class_id)],
        "run_kind": _run_kind(class_id, asked.run),
    }
    return render(request, "history/of_class.html", context)


def _rows(class_id: int, asked: Asked) -> QuerySet[HistoryEntry]:
    rows = history.of_class(
        class_id, activity_id=asked.activity, student_id=asked.student, older_than=asked.older_than
    )
    if asked.run is not None:
        rows = rows.filter(run_id=asked.run)
    if asked.side:
        rows = rows.filter(side=asked.side)
    return rows


def _shown(row: HistoryEntry, other: OtherSide | None) -> dict[str, Any]:
    return {
        "at": row.at,
        "who": words.who(row.who),
        "side": words.side(row.side),
        "activity": row.activity,
        "student": row.student,
        "field": words.field(row.field),
        "before": row.before,
        "after": row.after,
        "why": words.why(row.why),
        "run_id": row.run_id,
        "other": None if other is None else words.other_side(other.state, here=row.side == Side.LMS),
        "other_at": None if other is None or row.side == Side.AERIES else other.at,
    }


def _title(school_class: SchoolClass, asked: Asked) -> str:
    activity = Activity.objects.filter(id=asked.activity or 0, school_class=school_class).first()
    student = Student.objects.filter(id=asked.student or 0, memberships__school_class=school_class).first()
    names = [found for found in (student and student.name, activity and f"“{activity.title}”") if found]
    return _("History of %(what)s") % {"what": ", ".join(names)} if names else _("History")


def _run_kind(class_id: int, run_id: int | None) -> str:
    run = Run.objects.filter(id=run_id).first() if run_id is not None else None
    if run is None or run.school_class_id not in (class_id, None):
        return ""
    return web_words.run_kind(run.kind)
