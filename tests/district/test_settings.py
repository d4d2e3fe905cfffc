"""The district's settings: one row, checked field by field, changed all or nothing."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.db import IntegrityError

from twinbook.district import settings
from twinbook.district.errors import InvalidError
from twinbook.district.models import DistrictSettings, default_brake

pytestmark = pytest.mark.django_db


def test_the_defaults_are_those_of_the_design() -> None:
    found = settings.get()
    assert (found.night_at, found.mode, found.conflict_policy) == (time(2, 0), "sync", "ask")
    assert (found.marks, found.missing_mark) == ({}, None)
    assert found.brake["item"] == {"cells": 5, "percent": 50, "blanked": 3}
    assert found.brake["class"] == {"cells": 10, "percent": 20}
    assert settings.get() == found


def test_there_is_one_district() -> None:
    with pytest.raises(IntegrityError):
        DistrictSettings.objects.create(id=2)


def test_a_patch_changes_what_it_names() -> None:
    settings.patch(
        {
            "night_at": "03:30",
            "mode": "observe",
            "conflict_policy": "lms",
            "marks": {" mi ": "missing", "EX": "excused"},
            "missing_mark": "MI",
            "brake": {"class": {"cells": 25}},
        }
    )
    found = settings.get()
    assert (found.night_at, found.mode, found.conflict_policy) == (time(3, 30), "observe", "lms")
    assert (found.marks, found.missing_mark) == ({"MI": "missing", "EX": "excused"}, "MI")
    assert found.brake == default_brake() | {"class": {"cells": 25, "percent": 20}}
    assert found.timezone == "America/Los_Angeles"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 256),
        ("timezone", "Pacific"),
        ("timezone", "../etc/passwd"),
        ("timezone", None),
        ("night_at", "25:00"),
        ("night_at", "2"),
        ("night_at", "02:00+01:00"),
        ("night_at", None),
        ("mode", "on"),
        ("conflict_policy", "newest"),
        ("marks", ["MI"]),
        ("marks", {"": "missing"}),
        ("marks", {"8.5": "missing"}),
        ("marks", {"95%": "missing"}),
        ("marks", {"MI": "late"}),
        ("marks", {"MI": "missing", "mi": "excused"}),
        ("missing_mark", "0"),
        ("missing_mark", "x" * 11),
        ("brake", 5),
        ("brake", {"school": {}}),
        ("brake", {"class": {"seconds": 1}}),
        ("brake", {"class": {"percent": 101}}),
        ("brake", {"class": {"cells": True}}),
        ("brake", {"class": {"cells": -1}}),
        ("secret", 1),
    ],
)
def test_a_bad_value_is_named_and_changes_nothing(field: str, value: Any) -> None:
    before = DistrictSettings.objects.values().filter(id=settings.get().id).get()
    changes: Any = {"mode": "paused", field: value}
    with pytest.raises(InvalidError) as refused:
        settings.patch(changes)
    assert str(refused.value.field).split(".")[0] == field
    assert DistrictSettings.objects.values().get() == before


def test_today_is_the_districts_own_date() -> None:
    settings.patch({"timezone": "America/Los_Angeles"})
    assert settings.today(datetime(2026, 10, 2, 6, 30, tzinfo=UTC)) == date(2026, 10, 1)
    settings.patch({"timezone": "Asia/Tokyo"})
    assert settings.today(datetime(2026, 10, 1, 16, 0, tzinfo=UTC)) == date(2026, 10, 2)
