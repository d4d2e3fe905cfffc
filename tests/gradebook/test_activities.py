"""Activities and categories through their services (surface §3.2)."""

from datetime import date
from decimal import Decimal

import pytest

from twinbook.core.values import Number
from twinbook.gradebook import activities, categories, scores
from twinbook.gradebook.activities import ActivityChanges, ActivityFields
from twinbook.gradebook.categories import CategoryFields
from twinbook.gradebook.errors import (
    CategoryInUseError,
    InvalidError,
    NameTakenError,
    NotFoundError,
    VersionConflictError,
    ZeroPointsError,
)
from twinbook.gradebook.models import Activity, HistoryEntry, SchoolClass
from twinbook.gradebook.origin import Origin, OriginKind
from twinbook.gradebook.scores import ScoreWrite

from .conftest import TEACHER, Room

pytestmark = pytest.mark.django_db(transaction=True)

QUIZ = ActivityFields(title="Quiz", points=Decimal(10))


def generation(room: Room) -> int:
    return SchoolClass.objects.get(id=room.class_id).generation


def test_quotes_and_angle_brackets_stay_in_the_lms(room: Room, announced: list[int]) -> None:
    title = 'Is "a < b" or b > a?'
    made = activities.create(room.class_id, ActivityFields(f" {title} ", Decimal(5)), TEACHER)
    kept = activities.get(room.class_id, made.id)
    assert kept.title == title
    assert (kept.version, kept.generation, kept.origin) == (1, 1, TEACHER)
    assert announced == [room.class_id]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (ActivityFields("x" * 256, Decimal(1)), "title"),
        (ActivityFields(" \n", Decimal(1)), "title"),
        (ActivityFields("nul\x00", Decimal(1)), "title"),
        (ActivityFields("Quiz", Decimal(1), description="\ud800"), "description"),
        (ActivityFields("Quiz", Decimal(-1)), "points"),
        (ActivityFields("Quiz", Decimal("1.00001")), "points"),
        (ActivityFields("Quiz", Decimal("NaN")), "points"),
        (ActivityFields("Quiz", Decimal(10) ** 9), "points"),
        (ActivityFields("Quiz", Decimal(1), category_id=10**30), "category_id"),
    ],
)
def test_bad_fields_are_refused_at_their_field(room: Room, wanted: ActivityFields, field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        activities.create(room.class_id, wanted, TEACHER)
    assert refused.value.field == field
    assert generation(room) == 0


def test_zero_points_need_extra_credit(room: Room) -> None:
    with pytest.raises(ZeroPointsError):
        activities.create(room.class_id, ActivityFields("Quiz", Decimal(0)), TEACHER)
    bonus = activities.create(room.class_id, ActivityFields("Quiz", Decimal(0), extra_credit=True), TEACHER)
    with pytest.raises(ZeroPointsError):
        activities.update(room.class_id, bonus.id, {"extra_credit": False}, TEACHER)


def test_due_before_assigned_is_only_a_warning(room: Room) -> None:
    wanted = ActivityFields("Quiz", Decimal(1), assigned_on=date(2026, 9, 2), due_on=date(2026, 9, 1))
    assert activities.create(room.class_id, wanted, TEACHER).due_on == date(2026, 9, 1)
    assert activities.date_warning(wanted) is not None
    assert activities.date_warning(QUIZ) is None


def test_a_category_of_another_class_is_refused(room: Room) -> None:
    other = SchoolClass.objects.create(name="Other", school_code=994, section_number=2)
    foreign = categories.create(other.id, CategoryFields("Homework"), TEACHER)
    with pytest.raises(InvalidError) as refused:
        activities.update(room.class_id, room.activity, {"category_id": foreign.id}, TEACHER)
    assert refused.value.field == "category_id"


def test_a_change_bumps_and_tells_field_by_field(room: Room, announced: list[int]) -> None:
    homework = categories.create(room.class_id, CategoryFields("Homework", Decimal(10)), TEACHER)
    announced.clear()
    changes: ActivityChanges = {
        "title": "New",
        "points": Decimal("12.5"),
        "category_id": homework.id,
        "due_on": date(2026, 9, 1),
    }
    changed = activities.update(room.class_id, room.activity, changes, TEACHER, why="typo")
    assert (changed.version, changed.generation, generation(room)) == (2, 2, 2)
    assert announced == [room.class_id]
    told = HistoryEntry.objects.filter(activity_id=room.activity).values_list(
        "field", "before", "after", "why"
    )
    assert sorted(told) == [
        ("category", None, "Homework", "typo"),
        ("due_on", None, "2026-09-01", "typo"),
        ("points", "10", "12.5", "typo"),
        ("title", "Worth 10", "New", "typo"),
    ]


def test_the_same_fields_again_change_nothing(room: Room, announced: list[int]) -> None:
    activities.update(
        room.class_id, room.activity, {"points": Decimal("10.0"), "title": "Worth 10 "}, TEACHER
    )
    assert Activity.objects.get(id=room.activity).version == 1
    assert (generation(room), announced) == (0, [])


def test_an_activity_changes_only_under_the_version_that_was_seen(room: Room) -> None:
    activities.update(room.class_id, room.activity, {"title": "Mine"}, TEACHER, expected_version=1)
    with pytest.raises(VersionConflictError):
        activities.update(room.class_id, room.activity, {"title": "Late"}, TEACHER, expected_version=1)


def test_what_the_sync_writes_wakes_nobody(room: Room, announced: list[int]) -> None:
    sync = Origin(OriginKind.SYNC, link_id=1, run_id=2)
    activities.update(room.class_id, room.activity, {"title": "From Aeries"}, sync, quiet=True)
    assert Activity.objects.get(id=room.activity).title == "From Aeries"
    assert (generation(room), announced) == (0, [])


def test_deleting_keeps_scores_and_restoring_brings_them_back(room: Room) -> None:
    ada = room.students[0]
    saved = scores.save_scores(room.class_id, room.activity, [ScoreWrite(ada, Number(Decimal(8)))], TEACHER)
    activities.delete(room.class_id, room.activity, TEACHER)
    assert (room.activity, ada) not in scores.of_class(room.class_id)
    with pytest.raises(NotFoundError):
        scores.save_scores(room.class_id, room.activity, [ScoreWrite(ada, Number(Decimal(9)))], TEACHER)
    with pytest.raises(NotFoundError):
        activities.delete(room.class_id, room.activity, TEACHER)
    activities.restore(room.class_id, room.activity, TEACHER)
    assert scores.of_class(room.class_id)[room.activity, ada] == saved[0]


def test_a_category_in_use_stays(room: Room) -> None:
    homework = categories.create(room.class_id, CategoryFields("Homework"), TEACHER)
    activities.update(room.class_id, room.activity, {"category_id": homework.id}, TEACHER)
    with pytest.raises(CategoryInUseError) as refused:
        categories.delete(room.class_id, homework.id, TEACHER)
    assert refused.value.advice is not None
    activities.delete(room.class_id, room.activity, TEACHER)
    categories.delete(room.class_id, homework.id, TEACHER)
    assert categories.of_class(room.class_id) == []
    assert activities.restore(room.class_id, room.activity, TEACHER).category_id is None


def test_a_category_name_stands_once_but_may_return_after_deletion(room: Room) -> None:
    first = categories.create(room.class_id, CategoryFields("Homework"), TEACHER)
    other = categories.create(room.class_id, CategoryFields("Tests"), TEACHER)
    with pytest.raises(NameTakenError):
        categories.update(room.class_id, other.id, {"name": "Homework"}, TEACHER)
    categories.delete(room.class_id, first.id, TEACHER)
    assert categories.update(room.class_id, other.id, {"name": "Homework"}, TEACHER).version == 2


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (CategoryFields(""), "name"),
        (CategoryFields("x" * 256), "name"),
        (CategoryFields("A", Decimal(-1)), "weight"),
        (CategoryFields("A", Decimal(100_000)), "weight"),
        (CategoryFields("A", drop_lowest=-1), "drop_lowest"),
    ],
)
def test_bad_categories_are_refused_at_their_field(room: Room, wanted: CategoryFields, field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        categories.create(room.class_id, wanted, TEACHER)
    assert refused.value.field == field


def test_every_change_of_a_category_counts_a_generation(room: Room, announced: list[int]) -> None:
    made = categories.create(room.class_id, CategoryFields("A", Decimal(10)), TEACHER)
    categories.update(room.class_id, made.id, {"weight": None, "drop_lowest": 1}, TEACHER)
    categories.update(room.class_id, made.id, {"weight": None}, TEACHER)
    categories.delete(room.class_id, made.id, TEACHER)
    assert generation(room) == 3
    assert announced == [room.class_id] * 3
    told = HistoryEntry.objects.order_by("id").values_list("before", "after")
    assert list(told) == [
        (None, "A, 10 %"),
        ("A, 10 %", "A, drops the lowest 1"),
        ("A, drops the lowest 1", None),
    ]
