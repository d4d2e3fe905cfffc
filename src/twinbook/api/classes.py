"""The LMS gradebook over REST (public surface §3.2)."""

from __future__ import annotations

from typing import Annotated, Any, cast

from django.http import HttpRequest
from ninja import Header, Router, Status

from twinbook.api import access, answers, paging, shapes
from twinbook.api.bodies import (
    ActivityBody,
    ActivityPatch,
    CategoryBody,
    CategoryPatch,
    ScoreBody,
    ScoresBody,
    StudentBody,
)
from twinbook.api.openapi import answer
from twinbook.core.sentence import sentence
from twinbook.district import roles, settings
from twinbook.gradebook import activities, categories, overview, scores, students
from twinbook.gradebook.activities import ActivityChanges, ActivityFields
from twinbook.gradebook.categories import CategoryChanges, CategoryFields
from twinbook.gradebook.cells import Cell
from twinbook.gradebook.errors import InvalidError
from twinbook.gradebook.models import SchoolClass
from twinbook.sync import overview as sync_overview
from twinbook.sync.overview import ClassStand

router = Router(tags=["gradebook"])
Json = dict[str, Any]


@router.get("/classes", **answer(answers.Classes))
def list_classes(request: HttpRequest, after: paging.After = 0, limit: int = paging.PAGE) -> Json:
    """Your classes. An administrator sees all of the district."""
    limit = min(max(limit, 1), paging.PAGE)
    rows = list(
        roles.classes_of(access.user_of(request), settings.today_now())
        .order_by("id")
        .filter(id__gt=after)[: limit + 1]
    )
    ids = [row.id for row in rows]
    states = sync_overview.states_of(ids)
    teachers = roles.teachers_of(ids, settings.today_now())
    return paging.page(
        request,
        rows,
        lambda row: _shown(row, teachers.get(row.id, []), states[row.id].value),
        lambda row: row.id,
        limit,
    )


def _shown(row: SchoolClass, teachers: list[str], state: str) -> Json:
    return {
        "id": str(row.id),
        "name": row.name,
        "school_code": row.school_code,
        "section_number": row.section_number,
        "term": row.term,
        "teachers": teachers,
        "sync_state": state,
    }


@router.get("/classes/{class_id}", **answer(answers.OneClass))
def get_class(request: HttpRequest, class_id: str) -> Json:
    """One class and how it stands with Aeries."""
    found = access.seen(request, class_id)
    row = SchoolClass.objects.get(id=found)
    sync = sync_overview.class_sync(found)
    teachers = roles.teachers_of([found], settings.today_now()).get(found, [])
    return {**_shown(row, teachers, sync["state"]), "sync": sync}


@router.get("/classes/{class_id}/gradebook", **answer(answers.Gradebook))
def get_gradebook(request: HttpRequest, class_id: str) -> Json:
    """Everything that the class page shows. A cell that is not listed is blank."""
    found = access.seen(request, class_id)
    return shapes.gradebook(found, overview.gradebook(found))


# Categories


@router.get("/classes/{class_id}/categories", **answer(answers.Categories))
def list_categories(request: HttpRequest, class_id: str) -> Json:
    """The categories of a class."""
    found = access.seen(request, class_id)
    return paging.whole([shapes.category(row) for row in categories.of_class(found)])


@router.post("/classes/{class_id}/categories", **answer(answers.Category, 201, refuses=[409]))
def create_category(request: HttpRequest, class_id: str, body: CategoryBody) -> Status[Any]:
    """Add a category. `weight` in percent, or null."""
    found = access.editable(request, class_id)
    fields = CategoryFields(body.name, body.weight, body.drop_lowest)
    return Status(201, shapes.category(categories.create(found, fields, access.origin(request))))


@router.patch("/classes/{class_id}/categories/{category_id}", **answer(answers.Category, refuses=[409]))
def patch_category(request: HttpRequest, class_id: str, category_id: str, body: CategoryPatch) -> Json:
    """Change a category. Fields left out stay."""
    found = access.editable(request, class_id)
    changes = cast(CategoryChanges, body.sent())
    return shapes.category(
        categories.update(found, access.number(category_id), changes, access.origin(request))
    )


@router.delete("/classes/{class_id}/categories/{category_id}", **answer(None, 204, refuses=[409]))
def delete_category(request: HttpRequest, class_id: str, category_id: str) -> Status[Any]:
    """Delete a category that no activity uses."""
    found = access.editable(request, class_id)
    categories.delete(found, access.number(category_id), access.origin(request))
    return Status(204, None)


# Activities


@router.get("/classes/{class_id}/activities", **answer(answers.Activities))
def list_activities(request: HttpRequest, class_id: str) -> Json:
    """The activities of a class, by due date."""
    found = access.seen(request, class_id)
    stand = ClassStand(found)
    return paging.whole([shapes.activity(row, stand) for row in activities.of_class(found)])


@router.post("/classes/{class_id}/activities", **answer(answers.Activity, 201))
def create_activity(request: HttpRequest, class_id: str, body: ActivityBody) -> Status[Any]:
    """Add an activity. Aeries follows by itself when the class is synced and the activity is published."""
    found = access.editable(request, class_id)
    values = _activity_values(body.model_dump())
    row = activities.create(found, ActivityFields(**values), access.origin(request))
    return Status(201, shapes.activity(row, ClassStand(found, [row.id])))


@router.get("/classes/{class_id}/activities/{activity_id}", **answer(answers.Activity))
def get_activity(request: HttpRequest, class_id: str, activity_id: str) -> Json:
    """One activity."""
    found = access.seen(request, class_id)
    row = activities.get(found, access.number(activity_id))
    return shapes.activity(row, ClassStand(found, [row.id]))


@router.patch("/classes/{class_id}/activities/{activity_id}", **answer(answers.Activity))
def patch_activity(request: HttpRequest, class_id: str, activity_id: str, body: ActivityPatch) -> Json:
    """Change an activity. Fields left out stay."""
    found = access.editable(request, class_id)
    changes = cast(ActivityChanges, _activity_values(body.sent()))
    row = activities.update(found, access.number(activity_id), changes, access.origin(request))
    return shapes.activity(row, ClassStand(found, [row.id]))


@router.delete("/classes/{class_id}/activities/{activity_id}", **answer(None, 204))
def delete_activity(request: HttpRequest, class_id: str, activity_id: str) -> Status[Any]:
    """Delete an activity. Its scores are kept; nothing is deleted in Aeries."""
    found = access.editable(request, class_id)
    activities.delete(found, access.number(activity_id), access.origin(request))
    return Status(204, None)


def _activity_values(sent: Json) -> Json:
    if sent.get("category_id") is not None:
        sent["category_id"] = int(sent["category_id"])
    return sent


# Scores


@router.put(
    "/classes/{class_id}/activities/{activity_id}/scores/{student_id}",
    **answer(answers.Cell, refuses=[409, 412]),
)
def put_score(
    request: HttpRequest,
    class_id: str,
    activity_id: str,
    student_id: str,
    body: ScoreBody,
    if_match: Annotated[str | None, Header(alias="If-Match")] = None,
) -> Json:
    """Save one score. It is saved at once; Aeries follows by itself."""
    found = access.editable(request, class_id)
    activity = access.number(activity_id)
    write = body.write(access.number(student_id))
    saved = scores.save_scores(
        found, activity, [write], access.origin(request), if_match=_version(if_match), points=body.points
    )
    return _cells(found, activity, saved)[0]


@router.put("/classes/{class_id}/activities/{activity_id}/scores", **answer(answers.Cells, refuses=[409]))
def put_scores(request: HttpRequest, class_id: str, activity_id: str, body: ScoresBody) -> Json:
    """Save scores of one activity, all or nothing."""
    found = access.editable(request, class_id)
    activity = access.number(activity_id)
    writes = [row.of_student() for row in body.scores]
    saved = scores.save_scores(found, activity, writes, access.origin(request), points=body.believed_points())
    return paging.whole(_cells(found, activity, saved))


def _cells(class_id: int, activity_id: int, saved: list[Cell]) -> list[Json]:
    row = activities.get(class_id, activity_id)
    stand = ClassStand(class_id, [row.id])
    return [shapes.cell(cell, row, stand.of(row, cell.student_id, cell.value)) for cell in saved]


def _version(header: str | None) -> int | None:
    if header is None or header.strip() == "*":
        return None
    text = header.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        raise InvalidError(
            sentence("If-Match does not name a version."),
            hint=sentence("Send the cell's `version`."),
            field="If-Match",
        )
    return int(text)


# Students


@router.get("/classes/{class_id}/students", **answer(answers.Students))
def list_students(request: HttpRequest, class_id: str) -> Json:
    """The students of a class, also those who left."""
    found = access.seen(request, class_id)
    return paging.whole([shapes.student(row) for row in students.of_class(found)])


@router.post("/classes/{class_id}/students", **answer(answers.Student, 201))
def add_student(request: HttpRequest, class_id: str, body: StudentBody) -> Status[Any]:
    """Add a student whom Aeries does not know."""
    found = access.editable(request, class_id)
    return Status(201, shapes.student(students.add_by_hand(found, body.name, access.origin(request))))
