"""What a save costs in the database, beside a plain insert of one row: both committed one by one, in alternating blocks."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from benchmarks.rows import Row, middle

BLOCKS = 7
RATIO_AIM = 0.7
STUDENTS = 30


def measure(short: bool) -> list[Row]:
    """Runs in this process: Django must not have been given another database before."""
    from twinbook.cli.installation import installation

    blocks, saves = (2, 5) if short else (BLOCKS, 300)
    with tempfile.TemporaryDirectory(prefix="twinbook-bench-") as name:
        before = os.environ.get("TWINBOOK_HOME")
        os.environ["TWINBOOK_HOME"] = name
        try:
            with installation():
                return [
                    _compare("a save, class not synced", blocks, saves, synced=False),
                    _compare("a save in a synced class, with its wake-up", blocks, saves, synced=True),
                ]
        finally:
            if before is None:
                del os.environ["TWINBOOK_HOME"]
            else:
                os.environ["TWINBOOK_HOME"] = before


def _compare(what: str, blocks: int, saves: int, *, synced: bool) -> Row:
    save, insert = _saver(synced=synced), _inserter()
    _rate(save, saves // 5)
    _rate(insert, saves // 5)
    ours, plain = [], []
    for _ in range(blocks):
        ours.append(_rate(save, saves))
        plain.append(_rate(insert, saves))
    ratios = [one / other for one, other in zip(ours, plain, strict=True)]
    return Row(
        f"cost in the database: {what}",
        {"saves_per_second": round(middle(ours)), "ratio_of_rates": round(middle(ratios), 2)},
        {"plain_inserts_per_second": round(middle(plain))},
        f"at least {RATIO_AIM} of the rate of a plain insert",
        middle(ratios) >= RATIO_AIM,
    )


def _rate(act: Callable[[int], None], times: int) -> float:
    times = max(1, times)
    began = time.perf_counter()
    for number in range(times):
        act(number)
    return times / (time.perf_counter() - began)


def _saver(*, synced: bool) -> Callable[[int], None]:
    from twinbook.core.values import Number
    from twinbook.gradebook import activities, scores, students
    from twinbook.gradebook.models import SchoolClass
    from twinbook.gradebook.origin import person

    origin = person("teacher@example.org")
    school_class = SchoolClass.objects.create(name="Algebra 1", school_code=990, section_number=1 + synced)
    if synced:
        _link(school_class.id)
    members = [
        students.add_by_hand(school_class.id, f"Student {number}", origin).student_id
        for number in range(STUDENTS)
    ]
    fields = activities.ActivityFields("Saved one by one", Decimal(100))
    activity = activities.create(school_class.id, fields, origin).id
    typed = iter(range(1_000_000))

    def save(_: int) -> None:
        number = next(typed)
        value = Number(Decimal(number % 997) / 10)
        write = scores.ScoreWrite(members[number % STUDENTS], value)
        scores.save_scores(school_class.id, activity, [write], origin)

    return save


def _link(class_id: int) -> None:
    """As little as makes the class one that a save wakes."""
    from twinbook.district import connection
    from twinbook.sync.models import ClassSync, Link

    ClassSync.objects.create(school_class_id=class_id)
    Link.objects.create(
        school_class_id=class_id,
        connection=connection.get(),
        gradebook_number=1,
        school_code=990,
        database_year="2026",
        started_on=date(2026, 8, 1),
    )


def _inserter() -> Callable[[int], None]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS plain_insert (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
            " activity bigint NOT NULL, student bigint NOT NULL, value numeric(12, 4) NOT NULL,"
            " saved_at timestamptz NOT NULL DEFAULT now())"
        )

    def insert(number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO plain_insert (activity, student, value) VALUES (%s, %s, %s)",
                [1, number % STUDENTS, Decimal(number % 997) / 10],
            )

    return insert
