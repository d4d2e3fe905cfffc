"""A class with a live link, as little of it as leases, waking and sweeping look at."""

from __future__ import annotations

import json
import threading
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F

from tests.sync.children import eventually
from twinbook.district.models import AeriesConnection, DistrictSettings
from twinbook.gradebook.models import SchoolClass
from twinbook.sync import budget, lease, wake
from twinbook.sync.models import ClassSync, Link


def make_connection(**limits: Any) -> AeriesConnection:
    made, _ = AeriesConnection.objects.update_or_create(id=1, defaults=limits)
    return made


def make_class(*, live: bool = True) -> int:
    DistrictSettings.objects.get_or_create(id=1)
    school_class = SchoolClass.objects.create(name="Algebra 1", school_code=994, section_number=1)
    ClassSync.objects.create(school_class=school_class)
    Link.objects.create(
        school_class=school_class,
        connection=make_connection(),
        gradebook_number=4_000_000 + school_class.id,
        school_code=994,
        database_year="2026",
        started_on=date(2026, 8, 1),
        ended_on=None if live else date(2026, 9, 1),
    )
    return school_class.id


def save(class_id: int, *, and_wake: bool = True) -> None:
    """What a saved score does to the class, and its wake-up after the commit."""
    SchoolClass.objects.filter(id=class_id).update(generation=F("generation") + 1)
    if and_wake:
        wake.wake_class(class_id)


def generation(class_id: int) -> int:
    return SchoolClass.objects.get(id=class_id).generation


def looked(class_id: int) -> int:
    return Link.objects.get(school_class_id=class_id).looked_generation


def look_through(class_id: int, up_to: int) -> None:
    Link.objects.filter(school_class_id=class_id, looked_generation__lt=up_to).update(looked_generation=up_to)


def jobs(status: str = "todo") -> list[tuple[str, dict[str, int]]]:
    """(queueing lock, arguments) of each job, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT queueing_lock, args::text FROM procrastinate_jobs"
            " WHERE status = %s::procrastinate_job_status ORDER BY id",
            [status],
        )
        return [(lock, json.loads(args)) for lock, args in cursor]


def clear_jobs() -> None:
    """Django's flush leaves Procrastinate's tables."""
    sql("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


def forget_leases() -> None:
    """Ends the thread that renews what a test has left taken, before the database goes."""
    lease.may_go_on()
    for held in list(lease._renewer.held):
        lease._renewer.forget(held)
    for permit in list(budget._renewer.held):
        budget._renewer.forget(permit)
    names = {"lease-renewer", "slot-renewer"}
    eventually(lambda: not any(thread.name in names for thread in threading.enumerate()))


def sql(statement: str, parameters: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
