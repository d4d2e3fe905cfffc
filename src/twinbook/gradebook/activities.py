"""Activities of a class. Deleting is soft: scores and history stay, `restore` brings them back."""

from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import TypedDict

from django.db.models import QuerySet
from django.db.models.functions import Now

from twinbook.core.sentence import sentence
from twinbook.core.values import plain
from twinbook.gradebook import decimals, text
from twinbook.gradebook.change import ClassChange, changing
from twinbook.gradebook.errors import (
    InvalidError,
    NotFoundError,
    VersionConflictError,
    ZeroPointsError,
)
from twinbook.gradebook.history import Entry
from twinbook.gradebook.models import TITLE_LENGTH, Activity, Category
from twinbook.gradebook.origin import Origin

DESCRIPTION_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class ActivityFields:
    """What a person or Aeries can say about an activity."""

    title: str
    points: Decimal
    description: str = ""
    category_id: int | None = None
    assigned_on: date | None = None
    due_on: date | None = None
    extra_credit: bool = False
    grading_completed: bool = False
    published: bool = True


class ActivityChanges(TypedDict, total=False):
    title: str
    points: Decimal
    description: str
    category_id: int | None
    assigned_on: date | None
    due_on: date | None
    extra_credit: bool
    grading_completed: bool
    published: bool


_NAMES = tuple(field.name for field in fields(ActivityFields))


def of_class(class_id: int) -> QuerySet[Activity]:
    """The activities that are not deleted, by due date."""
    return Activity.objects.filter(school_class_id=class_id, deleted_at=None).order_by("due_on", "id")


def get(class_id: int, activity_id: int, *, deleted: bool = False) -> Activity:
    """Raises NotFoundError."""
    found = None
    if 0 < class_id < 2**63 and 0 < activity_id < 2**63:
        found = Activity.objects.filter(
            id=activity_id, school_class_id=class_id, deleted_at__isnull=not deleted
        ).first()
    if found is None:
        raise NotFoundError(sentence("There is no such activity in this class."))
    return found


def fields_of(activity: Activity) -> ActivityFields:
    return ActivityFields(**{name: getattr(activity, name) for name in _NAMES})


def date_warning(wanted: ActivityFields) -> str | None:
    """A sentence about dates that are allowed but look wrong."""
    if wanted.assigned_on and wanted.due_on and wanted.due_on < wanted.assigned_on:
        return sentence("“%(title)s” is due before it is assigned.", title=wanted.title)
    return None


def create(
    class_id: int, wanted: ActivityFields, origin: Origin, *, why: str = "", quiet: bool = False
) -> Activity:
    """Adds an activity. `quiet`: written by the sync itself, which needs no waking (no generation, no hook).

    Raises NotFoundError, InvalidError, ZeroPointsError.
    """
    wanted = _checked(wanted)
    with changing(class_id, origin, quiet=quiet) as change:
        _category_name(class_id, wanted.category_id)
        activity = Activity.objects.create(
            school_class_id=class_id,
            generation=change.generation(),
            origin_kind=origin.kind.value,
            origin_link=origin.link_id,
            origin_run=origin.run_id,
            origin_actor=origin.actor,
            **asdict(wanted),
        )
        change.record(Entry("activity", None, wanted.title, activity_id=activity.id, why=why))
        activity.refresh_from_db(fields=["created_at", "edited_at"])
        return activity


def update(
    class_id: int,
    activity_id: int,
    changes: ActivityChanges,
    origin: Origin,
    *,
    expected_version: int | None = None,
    why: str = "",
    quiet: bool = False,
) -> Activity:
    """Changes the fields given; what is already so changes nothing. Scores stay as they are, also when the
    points change. Raises NotFoundError, InvalidError, ZeroPointsError, VersionConflictError."""
    with changing(class_id, origin, quiet=quiet) as change:
        activity = get(class_id, activity_id)
        if expected_version is not None and activity.version != expected_version:
            raise VersionConflictError(sentence("Someone else changed this activity first."))
        present = fields_of(activity)
        wanted = _checked(replace(present, **changes))
        if wanted == present:
            return activity
        names = {None: None} | {
            id: _category_name(class_id, id)
            for id in (present.category_id, wanted.category_id)
            if id is not None
        }
        for name in _NAMES:
            before, after = getattr(present, name), getattr(wanted, name)
            if before == after:
                continue
            setattr(activity, name, after)
            if name == "category_id":
                name, before, after = "category", names[before], names[after]
            change.record(Entry(name, _text(before), _text(after), activity_id=activity.id, why=why))
        _save(activity, change)
        return activity


def delete(class_id: int, activity_id: int, origin: Origin, *, why: str = "", quiet: bool = False) -> None:
    """Raises NotFoundError."""
    with changing(class_id, origin, quiet=quiet) as change:
        activity = get(class_id, activity_id)
        Activity.objects.filter(id=activity.id).update(
            deleted_at=Now(), edited_at=Now(), version=activity.version + 1, generation=change.generation()
        )
        change.record(Entry("activity", activity.title, None, activity_id=activity.id, why=why))


def restore(
    class_id: int, activity_id: int, origin: Origin, *, why: str = "", quiet: bool = False
) -> Activity:
    """Brings a deleted activity back with its scores; without its category when that is gone.

    Raises NotFoundError.
    """
    with changing(class_id, origin, quiet=quiet) as change:
        activity = get(class_id, activity_id, deleted=True)
        if activity.category_id is not None:
            category = Category.objects.filter(id=activity.category_id, deleted_at=None).first()
            activity.category = category
        activity.deleted_at = None
        _save(activity, change, "deleted_at")
        change.record(Entry("activity", None, activity.title, activity_id=activity.id, why=why))
        return activity


def _save(activity: Activity, change: ClassChange, *more: str) -> None:
    activity.version += 1
    activity.generation = change.generation()
    written = {name: getattr(activity, name) for name in (*_NAMES, *more, "version", "generation")}
    Activity.objects.filter(id=activity.id).update(**written, edited_at=Now())
    activity.refresh_from_db(fields=["edited_at"])


def _checked(wanted: ActivityFields) -> ActivityFields:
    if fault := decimals.fault(wanted.points, sentence("points value")):
        raise InvalidError(fault, field="points")
    if wanted.points == 0 and not wanted.extra_credit:
        raise ZeroPointsError(
            sentence("An activity without extra credit cannot be worth 0 points."), field="points"
        )
    text.checked(wanted.description, "description", DESCRIPTION_LENGTH)
    return replace(wanted, title=text.checked_name(wanted.title, "title", TITLE_LENGTH))


def _category_name(class_id: int, category_id: int | None) -> str | None:
    if category_id is None:
        return None
    category = None
    if 0 < category_id < 2**63:
        category = Category.objects.filter(id=category_id, school_class_id=class_id, deleted_at=None).first()
    if category is None:
        raise InvalidError(
            sentence("There is no such category in this class."),
            hint=sentence("Choose one of the class's own categories, or none."),
            field="category_id",
        )
    return category.name


def _text(value: object) -> str | None:
    match value:
        case None | "":
            return None
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return plain(value)
        case date():
            return value.isoformat()
        case _:
            return str(value)
