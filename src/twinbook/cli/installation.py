"""What a command needs before its first query: a database that runs, Django, and the newest tables."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from twinbook.cli.output import Failed, say
from twinbook.embedded import EmbeddedDatabase
from twinbook.home import home

# Any number, as long as every process that migrates takes the same one.
MIGRATION_LOCK = 7_316_001


@dataclass(frozen=True)
class Database:
    url: str
    embedded: EmbeddedDatabase | None = None
    """None: a PostgreSQL of the district's own."""


@contextmanager
def database() -> Iterator[Database]:
    """The configured PostgreSQL, else the embedded one for as long as the block runs; its children see it too."""
    given = os.environ.get("TWINBOOK_DATABASE_URL")
    if given:
        yield Database(given)
        return
    with EmbeddedDatabase(home()) as server:
        os.environ["TWINBOOK_DATABASE_URL"] = server.url
        try:
            yield Database(server.url, server)
        finally:
            del os.environ["TWINBOOK_DATABASE_URL"]


def set_up_django() -> None:
    """Loads the applications; needs no database."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "twinbook.settings")
    django.setup()


@contextmanager
def installation() -> Iterator[Database]:
    """Database, Django and tables; sessions are closed at the end, so that the embedded server can stop."""
    with database() as used:
        set_up_django()
        use_database(used.url)
        from django.db import connections

        try:
            _reach_database()
            migrate()
            _judge()
            yield used
        finally:
            _stop_watching()
            connections.close_all()


def _judge() -> None:
    """Before anything can be written: is this the database that was last used here (G3)?"""
    from twinbook.sync import installation as own

    why = own.judge()
    if why is not None:
        say(
            f"{why} Twinbook only observes: it writes nothing to Aeries and takes nothing over.\n"
            "See what would follow and confirm it with `twinbook database confirm`, or on the page District."
        )


def _stop_watching() -> None:
    from twinbook.sync import installation as own

    own.stop_watching()


def _reach_database() -> None:
    from django.db import OperationalError, connection

    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise Failed(
            f"The database cannot be used: {str(error).strip().splitlines()[0]}.",
            "Check that PostgreSQL runs and that TWINBOOK_DATABASE_URL names it.",
        ) from None


def use_database(url: str) -> None:
    """For a process whose settings were loaded before the database was known."""
    from django.db import connections

    from twinbook.settings import database_from_url

    connections.databases["default"].update(database_from_url(url))


def migrate() -> None:
    """Brings the tables up to date; one process at a time, the others wait and then find nothing to do."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                # A crash may undo the last steps, never tear them; they are then done again.
                cursor.execute("SET synchronous_commit TO off")
                call_command("migrate", interactive=False, verbosity=0)
        finally:
            cursor.execute("SET synchronous_commit TO DEFAULT")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
