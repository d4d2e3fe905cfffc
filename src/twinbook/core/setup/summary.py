"""What Confirm will do, value by value. It is the plan in words: the summary is derived from the very steps that the
run carries out, and its fingerprint covers everything it shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from twinbook.core.fields import Field
from twinbook.core.remote import FarSide
from twinbook.core.sentence import joined, sentence
from twinbook.core.setup.blocking import blocking
from twinbook.core.setup.context import SetupContext
from twinbook.core.setup.draft import Check, Draft
from twinbook.core.setup.planning import confirmed_plan
from twinbook.core.setup.shown import Json, shown_check
from twinbook.core.setup.steps import (
    NEW_CATEGORY,
    CellStep,
    CreateActivityHere,
    CreateAssignmentThere,
    CreateCategoryHere,
    IgnoreHere,
    IgnoreThere,
    MatchPair,
    Outcome,
    SetupPlan,
)
from twinbook.core.snapshot import ClassSnapshot, GradebookReading
from twinbook.core.values import Blank, Form, Number, OurValue, plain

LMS, AERIES = "lms", "aeries"


@dataclass(frozen=True, slots=True)
class Summary:
    """`fingerprint` differs if and only if anything shown differs, but for `read_at` and the order of rows."""

    fingerprint: str
    ready: bool
    read_at: datetime
    blocking: tuple[Check, ...]
    shown: Json
    """Everything else that is shown: counts, changes, pairs, conflicts, held items, differences, backup."""


def summarise(
    draft: Draft, snapshot: ClassSnapshot, reading: GradebookReading, far: FarSide, context: SetupContext
) -> Summary:
    plan = confirmed_plan(draft, snapshot, reading, far, context)
    stops = blocking(draft, snapshot, reading, context)
    shown = _Words(snapshot, reading).shown(plan)
    shown["backup"] = context.backup
    seen: Json = {"ready": not stops, "blocking": [shown_check(stop) for stop in stops], **shown}
    return Summary(fingerprint(seen), not stops, reading.read_at, stops, shown)


def shown_summary(summary: Summary) -> Json:
    """The JSON of public surface §3.3."""
    return {
        "fingerprint": summary.fingerprint,
        "ready": summary.ready,
        "read_at": summary.read_at.isoformat(),
        "blocking": [shown_check(stop) for stop in summary.blocking],
        **summary.shown,
    }


def fingerprint(shown: Json) -> str:
    """SHA-256 over the canonical JSON, in which lists are sorted: the order of rows says nothing."""
    return hashlib.sha256(json.dumps(_canonical(shown), sort_keys=True).encode()).hexdigest()


def _canonical(value: object) -> object:
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((_canonical(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


class _Words:
    """Turns steps into what a teacher reads: titles, names and values as text."""

    def __init__(self, snapshot: ClassSnapshot, reading: GradebookReading) -> None:
        self._students = {student.id: student.name for student in snapshot.students}
        self._titles = {activity.id: activity.title for activity in snapshot.activities}
        self._activities = {activity.id: activity for activity in snapshot.activities}
        self._assignments = {assignment.unique_id: assignment for assignment in reading.assignments}
        self._our_categories = {category.id: category.name for category in snapshot.categories}
        self._their_categories = {category.code: category.name for category in reading.categories}

    def shown(self, plan: SetupPlan) -> Json:
        pairs = [step for step in plan.steps if isinstance(step, MatchPair)]
        here = [step for step in plan.steps if isinstance(step, CreateActivityHere)]
        there = [step for step in plan.steps if isinstance(step, CreateAssignmentThere)]
        categories = [step for step in plan.steps if isinstance(step, CreateCategoryHere)]
        ignored_here = [self._titles[step.activity_id] for step in plan.steps if isinstance(step, IgnoreHere)]
        ignored_there = [
            self._assignments[step.unique_id].title for step in plan.steps if isinstance(step, IgnoreThere)
        ]
        groups = (
            [step.cells for step in pairs] + [step.cells for step in here] + [step.cells for step in there]
        )
        cells = [cell for group in groups for cell in group]
        differences = [item for step in pairs for item in self._differences(step)]
        return {
            "counts": {
                "matched": len(pairs),
                "ignored_in_aeries": len(ignored_there),
                "ignored_in_lms": len(ignored_here),
                "lms": {
                    "categories_created": len(categories),
                    "activities_created": len(here),
                    "activities_updated": sum(bool(step.to_lms) for step in pairs),
                    "scores_set": _count(cells, Outcome.TAKE_OVER),
                    "scores_cleared": 0,
                },
                "aeries": {
                    "activities_created": len(there),
                    "activities_updated": sum(bool(step.to_aeries) for step in pairs),
                    "scores_set": _count(cells, Outcome.SEND),
                    "scores_cleared": 0,
                },
                "conflicts": _count(cells, Outcome.CONFLICT),
                "held": _count(cells, Outcome.HOLD),
                "field_differences": len(differences),
            },
            "changes": list(self._changes(pairs, here, there)),
            "pairs": [self._pair(step) for step in pairs],
            "categories_created": [
                {"name": step.name, "weight": None if step.weight is None else plain(step.weight)}
                for step in categories
            ],
            "ignored": {"lms": ignored_here, "aeries": ignored_there},
            "conflicts": list(self._open_cells(pairs, here, there, Outcome.CONFLICT)),
            "held": list(self._open_cells(pairs, here, there, Outcome.HOLD)),
            "unread": list(self._open_cells(pairs, here, there, Outcome.UNREAD)),
            "field_differences": differences,
        }

    def _pair(self, step: MatchPair) -> Json:
        assignment = self._assignments[step.unique_id]
        return {
            "activity": self._titles[step.activity_id],
            "activity_id": str(step.activity_id),
            "aeries": assignment.title,
            "aeries_id": step.unique_id,
            "number": assignment.number,
            "scores_from": step.scores_from.value,
            "fields_from": step.fields_from.value,
        }

    def _changes(
        self,
        pairs: Iterable[MatchPair],
        here: Iterable[CreateActivityHere],
        there: Iterable[CreateAssignmentThere],
    ) -> Iterator[Json]:
        for pair in pairs:
            title = self._titles[pair.activity_id]
            for side, changes in ((LMS, pair.to_lms), (AERIES, pair.to_aeries)):
                for change in changes:
                    before = self._field(change.field, change.before, side)
                    after = self._field(change.field, change.after, side)
                    yield {
                        **_change(side, "update_activity", title, None, before, after),
                        "field": change.field.value,
                    }
            yield from self._cell_changes(title, pair.cells)
        for new in here:
            yield _change(LMS, "create_activity", new.title, None, None, self._new_activity(new))
            yield from self._cell_changes(new.title, new.cells)
        for sent in there:
            title = self._titles[sent.activity_id]
            yield _change(AERIES, "create_activity", title, None, None, self._new_assignment(sent))
            yield from self._cell_changes(title, sent.cells)

    def _cell_changes(self, title: str, cells: Iterable[CellStep]) -> Iterator[Json]:
        for cell in cells:
            student = self._students[cell.student]
            if cell.outcome is Outcome.SEND and cell.sends is not None:
                yield {
                    **_change(AERIES, "set_score", title, student, _form(cell.theirs), _form(cell.sends)),
                    "student_id": str(cell.student),
                }
            elif cell.outcome is Outcome.TAKE_OVER and cell.becomes is not None:
                kind = "set_score" if isinstance(cell.becomes, Number) else "set_mark"
                yield {
                    **_change(LMS, kind, title, student, _value(cell.ours), _value(cell.becomes)),
                    "student_id": str(cell.student),
                }

    def _open_cells(
        self,
        pairs: Iterable[MatchPair],
        here: Iterable[CreateActivityHere],
        there: Iterable[CreateAssignmentThere],
        outcome: Outcome,
    ) -> Iterator[Json]:
        titled: list[tuple[str, tuple[CellStep, ...]]] = [
            *((self._titles[step.activity_id], step.cells) for step in pairs),
            *((step.title, step.cells) for step in here),
            *((self._titles[step.activity_id], step.cells) for step in there),
        ]
        for title, cells in titled:
            for cell in cells:
                if cell.outcome is outcome:
                    yield {
                        "activity": title,
                        "student": self._students[cell.student],
                        "student_id": str(cell.student),
                        "code": None if cell.code is None else cell.code.value,
                        "lms": _value(cell.ours),
                        "aeries": _form(cell.theirs),
                        "to_type": cell.to_type or None,
                    }

    def _differences(self, step: MatchPair) -> Iterator[Json]:
        for difference in step.differences:
            yield {
                "activity": self._titles[step.activity_id],
                "field": difference.field.value,
                "lms": self._field(difference.field, difference.ours, LMS),
                "aeries": self._field(difference.field, difference.theirs, AERIES),
                "why": difference.why or None,
            }

    def _field(self, field: Field, text: str, side: str) -> str | None:
        """A half of a field as a person reads it; None for a blank."""
        match field:
            case Field.CATEGORY:
                return self._category(text, side)
            case Field.POINTS if "/" in text:
                entry, _, weight = text.partition("/")
                return (
                    weight
                    if entry == weight
                    else sentence(
                        "%(points)s (number correct possible %(entry)s)", points=weight, entry=entry
                    )
                )
            case _:
                return text or None

    def _category(self, text: str, side: str) -> str | None:
        if side == AERIES:
            return self._their_categories.get(text, text) or None
        if text.startswith(NEW_CATEGORY):
            code = text.removeprefix(NEW_CATEGORY)
            return self._their_categories.get(code, code)
        return self._our_categories.get(int(text), text) if text else None

    def _new_activity(self, step: CreateActivityHere) -> str:
        category = self._their_categories.get(step.category_code)
        return _new_item(category, step.points, step.due_on, step.extra_credit, step.grading_completed)

    def _new_assignment(self, step: CreateAssignmentThere) -> str:
        ours = self._activities[step.activity_id]
        category = self._their_categories.get(step.category_code)
        return _new_item(category, ours.points, ours.due_on, ours.extra_credit, ours.grading_completed)


def _new_item(
    category: str | None, points: Decimal, due_on: date | None, extra_credit: bool, grading_completed: bool
) -> str:
    parts = [
        category or "",
        sentence("extra credit") if extra_credit else sentence("%(points)s points", points=plain(points)),
        "" if due_on is None else sentence("due %(day)s", day=due_on.isoformat()),
        sentence("grading completed") if grading_completed else "",
    ]
    return joined(parts, ", ")


def _count(cells: Iterable[CellStep], outcome: Outcome) -> int:
    return sum(cell.outcome is outcome for cell in cells)


def _change(
    side: str, kind: str, activity: str, student: str | None, before: str | None, after: str | None
) -> Json:
    return {
        "side": side,
        "kind": kind,
        "activity": activity,
        "student": student,
        "before": before,
        "after": after,
    }


def _value(value: OurValue) -> str | None:
    return None if isinstance(value, Blank) else str(value)


def _form(form: Form | None) -> str | None:
    return None if form is None else str(form) or None
