"""Wrong states are impossible in the database itself, whatever code writes."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from twinbook.gradebook import history
from twinbook.gradebook.history import Entry
from twinbook.gradebook.models import Activity, Category, ClassStudent, HistoryEntry, Score, Student

from .conftest import TEACHER, Room

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "columns",
    [
        {"kind": "blank", "number": Decimal(1)},
        {"kind": "number"},
        {"kind": "number", "number": Decimal(1), "mark": "missing"},
        {"kind": "number", "number": Decimal(-1)},
        {"kind": "mark"},
        {"kind": "mark", "mark": "late"},
        {"kind": "mark", "mark": "missing", "sis_mark": "MI"},
        {"kind": "sis_mark", "sis_mark": " "},
        {"kind": "zero"},
        {"kind": "blank", "version": 1, "value_version": 2},
        {"kind": "blank", "origin_kind": "nobody"},
    ],
)
def test_a_score_is_exactly_one_kind(room: Room, columns: dict[str, Any]) -> None:
    cell = {"activity_id": room.activity, "student_id": room.students[0], "origin_kind": "person"}
    with pytest.raises(IntegrityError):
        Score.objects.create(**(cell | columns))


def test_one_row_per_cell(room: Room) -> None:
    cell = {
        "activity_id": room.activity,
        "student_id": room.students[0],
        "kind": "blank",
        "origin_kind": "person",
    }
    Score.objects.create(**cell)
    with pytest.raises(IntegrityError):
        Score.objects.create(**cell)


@pytest.mark.parametrize("columns", [{"points": 0}, {"points": -1, "extra_credit": True}, {"title": " "}])
def test_activities_keep_their_rules(room: Room, columns: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        Activity.objects.filter(id=room.activity).update(**columns)


@pytest.mark.parametrize("columns", [{"weight": -1}, {"drop_lowest": -1}])
def test_categories_keep_their_rules(room: Room, columns: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        Category.objects.create(school_class_id=room.class_id, name="A", **columns)


def test_a_category_name_stands_once_among_the_living(room: Room) -> None:
    Category.objects.create(school_class_id=room.class_id, name="A")
    with pytest.raises(IntegrityError):
        Category.objects.create(school_class_id=room.class_id, name="A")


def test_a_student_stands_once_in_a_class_and_once_under_an_aeries_id(room: Room) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ClassStudent.objects.create(school_class_id=room.class_id, student_id=room.students[0], source="hand")
    Student.objects.create(sis_student_id=1)
    with pytest.raises(IntegrityError):
        Student.objects.create(sis_student_id=1)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE gradebook_historyentry SET after = 'x'", "DELETE FROM gradebook_historyentry"],
)
def test_history_can_only_grow(room: Room, statement: str) -> None:
    history.record(room.class_id, TEACHER, [Entry("score", None, "8", room.activity, room.students[0])])
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert HistoryEntry.objects.get().after == "8"
