"""A small class and its Aeries gradebook for the set-up's tests, and short ways to change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from twinbook.aeries.side import AeriesSide, form_of
from twinbook.core.cells import OurCell
from twinbook.core.matching import ActivityProposal, CategoryProposal, Confidence, Proposals
from twinbook.core.remote import TheirCell
from twinbook.core.setup.context import SetupContext
from twinbook.core.setup.draft import Draft
from twinbook.core.setup.opening import open_draft
from twinbook.core.setup.patching import patch
from twinbook.core.setup.shown import shown_draft
from twinbook.core.setup.summary import shown_summary, summarise
from twinbook.core.snapshot import (
    ClassSnapshot,
    GradebookReading,
    OurActivity,
    OurCategory,
    OurStudent,
    TheirAssignment,
    TheirCategory,
    TheirStudent,
    TheirTerm,
)
from twinbook.core.values import BLANK, Mark, MarkKind, Number, OurValue

FAR = AeriesSide(missing_mark="MI")
CONTEXT = SetupContext(
    school_code=994, database_year="2020", today=date(2020, 10, 1), backup="Both gradebooks are saved first."
)
ANA, BEN, CLEO = 1, 2, 3
SIS = {ANA: 99400001, BEN: 99400002, CLEO: 99400003}
HOMEWORK, TESTS, PROJECTS = 11, 12, 13
OTHER = 4454704


def our(value: str | None, version: int = 1) -> OurCell:
    return OurCell(our_value(value), version, True)


def our_value(text: str | None) -> OurValue:
    if text is None:
        return BLANK
    if text in set(MarkKind):
        return Mark(MarkKind(text))
    return Number(Decimal(text))


def their(mark: str, entry: str = "10", weight: str | None = None) -> TheirCell:
    number = Decimal(mark) if mark.replace(".", "").isdigit() else Decimal(0)
    return TheirCell(form_of(mark, number), Decimal(entry), Decimal(weight or entry))


def activity(
    id_: int, title: str, category: int | None = HOMEWORK, points: str = "10", **more: Any
) -> OurActivity:
    fields: dict[str, Any] = {
        "description": "",
        "assigned_on": date(2020, 9, 7),
        "due_on": date(2020, 9, 14),
        "extra_credit": False,
        "grading_completed": False,
        "published": True,
        "version": 1,
        "generation": 1,
    }
    return OurActivity(id=id_, title=title, category_id=category, points=Decimal(points), **(fields | more))


def assignment(
    uid: str, number: int, title: str, code: str = "0", points: str = "10", **more: Any
) -> TheirAssignment:
    fields: dict[str, Any] = {
        "description": "",
        "assigned_on": date(2020, 9, 7),
        "due_on": date(2020, 9, 14),
        "entry_max": Decimal(points),
        "weight_max": Decimal(points),
        "grading_completed": False,
    }
    return TheirAssignment(unique_id=uid, number=number, title=title, category_code=code, **(fields | more))


def snapshot(**more: Any) -> ClassSnapshot:
    """Homework 1 (matched surely), Quiz 1 (probably), Poster (here only, in a category without partner), Essay."""
    fields: dict[str, Any] = {
        "class_id": 7,
        "generation": 5,
        "students": (
            OurStudent(ANA, SIS[ANA], "Ana Abel", True),
            OurStudent(BEN, SIS[BEN], "Ben Bode", True),
            OurStudent(CLEO, SIS[CLEO], "Cleo Cruz", True),
        ),
        "categories": (
            OurCategory(HOMEWORK, "Homework", Decimal(40)),
            OurCategory(TESTS, "Tests", Decimal(60)),
            OurCategory(PROJECTS, "Projects", None),
        ),
        "activities": (
            activity(101, "Homework 1"),
            activity(102, "Quiz 1", TESTS, "20"),
            activity(103, "Poster", PROJECTS),
            activity(104, "Essay"),
        ),
        "scores": {
            101: {ANA: our("8"), BEN: our("7"), CLEO: our(None, 2)},
            102: {ANA: our("18")},
            104: {ANA: our("5"), BEN: our("excused")},
        },
    }
    return ClassSnapshot(**(fields | more))


def reading(**more: Any) -> GradebookReading:
    fields: dict[str, Any] = {
        "gradebook_number": 4454703,
        "school_code": 994,
        "database_year": "2020",
        "name": "Algebra I",
        "linked_group": 0,
        "rubric": False,
        "terms": (TheirTerm("F", "Fall", date(2020, 8, 10), date(2020, 12, 18)),),
        "categories": (
            TheirCategory("0", "Homework", Decimal(40)),
            TheirCategory("1", "Tests", Decimal(60)),
            TheirCategory("2", "Labs", Decimal(0)),
        ),
        "assignments": (
            assignment("U1", 1, "Homework 1"),
            assignment("U2", 2, "Quiz one", "1", "40", weight_max=Decimal(20)),
            assignment("U3", 3, "Lab 1", "2"),
        ),
        "students": tuple(TheirStudent(sis, date(2020, 8, 10), date(2020, 12, 18)) for sis in SIS.values()),
        "scores": {
            "U1": {SIS[ANA]: their("8"), SIS[BEN]: their("6"), SIS[CLEO]: their("9")},
            "U2": {sis: their("", "40", "20") for sis in SIS.values()},
            "U3": {SIS[ANA]: their("4"), SIS[BEN]: their("NA"), SIS[CLEO]: their("")},
        },
        "read_at": datetime(2020, 10, 1, 8, tzinfo=UTC),
        "settings": {"CountCompletedNow": True, "DoingWeight": True},
    }
    return GradebookReading(**(fields | more))


def other_reading(**more: Any) -> GradebookReading:
    return reading(
        gradebook_number=OTHER,
        categories=(TheirCategory("A", "Homework", Decimal(40)), TheirCategory("B", "Labs", Decimal(10))),
        assignments=(assignment("V1", 1, "Warm-up", "A"),),
        scores={},
        **more,
    )


def proposer(snapshot: ClassSnapshot, reading: GradebookReading) -> Proposals:
    """Fixed proposals over the items that are there, so that these tests do not depend on the proposer's judgement."""
    sure, probable = Confidence.SURE, Confidence.PROBABLE
    ours = {str(a.id) for a in snapshot.activities}
    theirs = {a.unique_id for a in reading.assignments}
    categories = {str(c.id) for c in snapshot.categories}
    codes = {c.code for c in reading.categories}
    return Proposals(
        tuple(
            p
            for p in (
                CategoryProposal(str(HOMEWORK), "0", sure, "same name"),
                CategoryProposal(str(TESTS), "1", sure, "same name"),
            )
            if p.lms_id in categories and p.code in codes
        ),
        tuple(
            p
            for p in (
                ActivityProposal("101", "U1", sure, "same name and date"),
                ActivityProposal("102", "U2", probable, "similar name"),
            )
            if p.lms_id in ours and p.sis_id in theirs
        ),
    )


def opened(snap: ClassSnapshot | None = None, read: GradebookReading | None = None) -> Draft:
    return open_draft(snap or snapshot(), read or reading(), FAR, CONTEXT, proposer)


def answered(draft: Draft | None = None) -> Draft:
    """Every row answered in the plainest way: ready."""
    return patch(
        draft or opened(),
        {
            "categories": [{"aeries_code": "2", "action": "create"}],
            "aeries_activities": [
                {"aeries_id": "U2", "action": "match"},
                {"aeries_id": "U3", "action": "create"},
            ],
            "lms_activities": [
                {"lms_id": "103", "action": "ignore"},
                {"lms_id": "104", "action": "create"},
            ],
        },
    )


def summary(
    draft: Draft, snap: ClassSnapshot | None = None, read: GradebookReading | None = None
) -> dict[str, Any]:
    return dict(shown_summary(summarise(draft, snap or snapshot(), read or reading(), FAR, CONTEXT)))


def there_row(draft: Draft, uid: str) -> dict[str, Any]:
    return _row(draft, "aeries_activities", "aeries_id", uid)


def here_row(draft: Draft, lms_id: str) -> dict[str, Any]:
    return _row(draft, "lms_activities", "lms_id", lms_id)


def category_row(draft: Draft, code: str) -> dict[str, Any]:
    return _row(draft, "categories", "aeries_code", code)


def _row(draft: Draft, list_name: str, key: str, value: str) -> dict[str, Any]:
    rows: Any = shown_draft(draft)[list_name]
    return next(row for row in rows if row[key] == value)


def lms_ids(draft: Draft) -> list[str]:
    rows: Any = shown_draft(draft)["lms_activities"]
    return [row["lms_id"] for row in rows]


def with_scores(snap: ClassSnapshot, activity_id: int, scores: Mapping[int, OurCell]) -> ClassSnapshot:
    return replace(snap, scores={**snap.scores, activity_id: dict(scores)})


def with_rows(read: GradebookReading, uid: str, rows: Mapping[int, TheirCell]) -> GradebookReading:
    return replace(read, scores={**read.scores, uid: {SIS[s]: cell for s, cell in rows.items()}})


def with_activity(snap: ClassSnapshot, id_: int, **changes: Any) -> ClassSnapshot:
    return replace(
        snap, activities=tuple(replace(a, **changes) if a.id == id_ else a for a in snap.activities)
    )


def with_assignment(read: GradebookReading, uid: str, **changes: Any) -> GradebookReading:
    return replace(
        read, assignments=tuple(replace(a, **changes) if a.unique_id == uid else a for a in read.assignments)
    )


def without_assignment(read: GradebookReading, uid: str) -> GradebookReading:
    return replace(read, assignments=tuple(a for a in read.assignments if a.unique_id != uid))


def without_activity(snap: ClassSnapshot, id_: int) -> ClassSnapshot:
    return replace(snap, activities=tuple(a for a in snap.activities if a.id != id_))
