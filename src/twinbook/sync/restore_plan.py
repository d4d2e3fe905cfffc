"""What restoring a class from a backup changes here, value by value (G4). What was made since the backup stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twinbook.core.carry_out.report import Line, Report
from twinbook.core.carry_out.scores_outcome import kind_of
from twinbook.core.fields import Field
from twinbook.core.sentence import sentence
from twinbook.core.values import BLANK, OurValue, plain
from twinbook.gradebook.categories import CategoryFields
from twinbook.gradebook.cells import Cell, value_text
from twinbook.gradebook.models import Activity, Category, ClassStudent
from twinbook.sync import codec
from twinbook.sync.backup import ActivityPart, Backup, ScorePart
from twinbook.sync.undo import notes
from twinbook.sync.undo.planning import Book, Told, item, shown

Json = dict[str, Any]

NEW = "new:"
"""A category that the restore makes again: `new:` and its id in the file."""


@dataclass(frozen=True, slots=True)
class Planned:
    steps: Json
    """`categories`, `bring_back`, `fields`, `cells` and `notes`, as rows of JSON."""
    plan: Json


def plan(class_id: int, backup: Backup, link_id: int) -> Planned:
    planner = _Planner(class_id, backup)
    steps = planner.steps()
    return Planned(steps, shown(planner.told, class_id, link_id))


class _Planner:
    def __init__(self, class_id: int, backup: Backup) -> None:
        self.book = Book(class_id)
        self.backup = backup
        self.told = Told(Report())
        self.members = set(
            ClassStudent.objects.filter(school_class_id=class_id).values_list("student_id", flat=True)
        )
        self.categories: dict[int, str] = {}
        """Id in the file → id here, or `new:ID`."""

    def steps(self) -> Json:
        categories = self._categories()
        bring_back, fields, cells, beside = [], [], [], []
        for row in self.backup.lms.activities:
            activity = self.book.activities.get(row.id)
            if activity is None:
                message = sentence("The activity is not in this class any more; left out.")
                self._leave("deleted", message, title=row.title)
                continue
            if activity.deleted_at is not None:
                bring_back.append(activity.id)
                line = Line("lms", "create_activity", activity.id, None, None, activity.title)
                self.told.report.add(line, "activities_created")
            fields += self._fields(row, activity)
            cells += self._cells(activity)
            beside += self._notes(activity)
        self._made_since()
        return {
            "categories": categories,
            "bring_back": bring_back,
            "fields": fields,
            "cells": cells,
            "notes": beside,
        }

    def _leave(self, code: str, message: str, activity: int | None = None, title: str = "") -> None:
        self.told.left.append(item(self.book, "lms", activity, None, code, message, title=title))

    def _made_since(self) -> None:
        kept = {row.id for row in self.backup.lms.activities}
        for activity in self.book.activities.values():
            if activity.id not in kept and activity.deleted_at is None:
                self._leave("made_since", sentence("Made after the backup; it stays as it is."), activity.id)

    # Categories

    def _categories(self) -> list[Json]:
        live = {row.id: row for row in self.book.categories.values() if row.deleted_at is None}
        by_name = {row.name: row for row in live.values()}
        steps = []
        for row in self.backup.lms.categories:
            wanted = CategoryFields(row.name, row.weight, row.drop_lowest)
            found = live.get(row.id) or by_name.get(row.name)
            self.categories[row.id] = f"{NEW}{row.id}" if found is None else str(found.id)
            if found is not None and _category_fields(found) == wanted:
                continue
            taken = by_name.get(row.name)
            if found is not None and taken is not None and taken.id != found.id:
                self._leave(
                    "name_taken",
                    sentence(
                        "Another category is called “%(name)s” now; its name and weight stay.", name=row.name
                    ),
                )
                continue
            steps.append(
                {
                    "id": None if found is None else found.id,
                    "file_id": row.id,
                    "name": row.name,
                    "weight": None if row.weight is None else plain(row.weight),
                    "drop_lowest": row.drop_lowest,
                }
            )
            before = None if found is None else _category_text(_category_fields(found))
            line = Line("lms", "update_category", None, None, before, _category_text(wanted), row.name)
            self.told.report.add(line, "categories_created" if found is None else "activities_updated")
        return steps

    # Fields

    def _fields(self, row: ActivityPart, activity: Activity) -> list[Json]:
        wanted = self._halves(row)
        changed = {
            name: (notes.half(name, activity), text)
            for name, text in wanted.items()
            if notes.half(name, activity) != text
        }
        if not changed:
            return []
        if {"points", "extra_credit"} & set(changed):
            for name in ("points", "extra_credit"):
                changed.setdefault(name, (notes.half(name, activity), wanted[name]))
        shown_before = "; ".join(f"{n}: {self.book.shown(n, b)}" for n, (b, a) in changed.items() if a != b)
        shown_after = "; ".join(f"{n}: {self._shown(n, a)}" for n, (b, a) in changed.items() if a != b)
        line = Line("lms", "update_activity", activity.id, None, shown_before, shown_after)
        self.told.report.add(line, "activities_updated")
        return [
            {"activity": activity.id, "field": name, "before": before, "after": after}
            for name, (before, after) in changed.items()
        ]

    def _halves(self, row: ActivityPart) -> Mapping[str, str]:
        category = "" if row.category_id is None else self.categories[row.category_id]
        return {
            Field.TITLE.value: row.title,
            Field.DESCRIPTION.value: row.description,
            Field.CATEGORY.value: category,
            Field.ASSIGNED_ON.value: "" if row.assigned_on is None else row.assigned_on.isoformat(),
            Field.DUE_ON.value: "" if row.due_on is None else row.due_on.isoformat(),
            Field.POINTS.value: plain(row.points),
            "extra_credit": _flag(row.extra_credit),
            Field.GRADING_COMPLETED.value: _flag(row.grading_completed),
            "published": _flag(row.published),
        }

    def _shown(self, name: str, text: str) -> str:
        if text.startswith(NEW):
            wanted = int(text.removeprefix(NEW))
            return next(row.name for row in self.backup.lms.categories if row.id == wanted)
        return self.book.shown(name, text)

    # Scores

    def _cells(self, activity: Activity) -> list[Json]:
        found = []
        for student, cell, kept in self._of(activity):
            wanted = BLANK if kept is None else kept.value
            if wanted == cell.value:
                continue
            self._score_line(activity.id, student, cell.value, wanted)
            kind, text = codec.value_columns(wanted)
            found.append(
                {
                    "activity": activity.id,
                    "student": student,
                    "version": cell.value_version,
                    "kind": kind,
                    "text": text,
                }
            )
        return found

    def _of(self, activity: Activity) -> list[tuple[int, Cell, ScorePart | None]]:
        """Students of the backup who have a place in the class, also those who left; others are left alone."""
        kept = {row.student_id: row for row in self.backup.lms.scores if row.activity_id == activity.id}
        students = [row.id for row in self.backup.lms.students if row.id in self.members]
        return [
            (student, self.book.cell(activity.id, student), kept.get(student)) for student in sorted(students)
        ]

    def _score_line(self, activity: int, student: int, before: OurValue, after: OurValue) -> None:
        kind = kind_of(after)
        line = Line("lms", kind, activity, student, value_text(before), value_text(after))
        self.told.report.add(line, "scores_cleared" if kind == "clear_score" else "scores_set")

    def _notes(self, activity: Activity) -> list[Json]:
        found = []
        for student, cell, kept in self._of(activity):
            late = None if kept is None else kept.late
            texts = {
                notes.LATE: None if late is None else ("late" if late else "on time"),
                notes.COMMENT: None if kept is None else kept.comment,
            }
            for name, text in texts.items():
                stands = notes.of_cell(name, cell)
                if stands == text:
                    continue
                line = Line("lms", f"set_{name}", activity.id, student, stands, text)
                self.told.report.add(line, "scores_set")
                found.append(
                    {
                        "activity": activity.id,
                        "student": student,
                        "field": name,
                        "before": stands,
                        "after": text,
                    }
                )
        return found


def _category_fields(row: Category) -> CategoryFields:
    return CategoryFields(row.name, row.weight, row.drop_lowest)


def _category_text(fields: CategoryFields) -> str:
    weight = "" if fields.weight is None else f", {plain(fields.weight)} %"
    return f"{fields.name}{weight}"


def _flag(value: bool) -> str:
    return "yes" if value else "no"
