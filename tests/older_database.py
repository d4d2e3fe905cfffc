"""The test database put back to an earlier state, as a restore does: rows out with pg_dump, rows in with pg_restore."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg.conninfo import make_conninfo

from twinbook.database import programs


def url_of_test_database() -> str:
    settings = connection.settings_dict
    return make_conninfo(
        dbname=settings["NAME"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        host=settings["HOST"],
        port=settings["PORT"],
    )


class Earlier:
    """What was there when this was made."""

    def __init__(self) -> None:
        self._tools = programs.serving(connection.pg_version // 10000)
        self._dump = tempfile.TemporaryFile()  # noqa: SIM115 closed by `close`
        self._tools.dump(url_of_test_database(), "--format=custom", "--data-only", into=self._dump)

    def put_back(self) -> None:
        tables = ", ".join(connection.introspection.table_names())
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {tables} CASCADE")
        self._dump.seek(0)
        self._tools.restore(
            url_of_test_database(),
            "--data-only",
            "--disable-triggers",
            "--single-transaction",
            source=self._dump,
        )

    def close(self) -> None:
        self._dump.close()


@contextmanager
def earlier() -> Iterator[Earlier]:
    kept = Earlier()
    try:
        yield kept
    finally:
        kept.close()
