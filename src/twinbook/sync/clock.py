"""The database's clock: lease, budget, intents and readings of all workers are on one time (J3)."""

from __future__ import annotations

from datetime import datetime

from django.db import connection


def now() -> datetime:
    """`clock_timestamp()`: moves on inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    assert row is not None and isinstance(row[0], datetime)
    return row[0]
