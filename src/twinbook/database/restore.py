"""A backup in the place of the present data, which is kept aside.

The backup is read into a new database beside the present one, brought up to date and marked there; then the two change
names in one transaction. Until then nothing has happened, whatever breaks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from twinbook.database import backup, programs
from twinbook.database.backup import About
from twinbook.database.errors import DatabaseToolError

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Restored:
    """`kept`: the database that holds the former data; None when there was none."""

    about: About
    kept: str | None


def restore(
    url: str, source: Path, *, known_migrations: set[str], now: datetime, finish: Callable[[str, About], None]
) -> Restored:
    """`finish` is given the new database's URL before it takes the present one's place: it migrates and marks it.

    Raises DatabaseToolError when anything else is connected to the present database (Twinbook runs), when the file is
    broken or newer than `known_migrations`, and when the role may not create databases.
    """
    about = backup.check(source)
    if not set(about.migrations) <= known_migrations:
        raise backup.newer(source, about.twinbook)
    name = str(conninfo_to_dict(url).get("dbname") or "")
    with _server(url) as server:
        _check_version(server, about)
        _check_nobody_connected(server, name)
        draft = f"{name}_restoring"
        _drop_draft(server, draft)
        _create(server, draft)
        try:
            new = make_conninfo(url, dbname=draft)
            _load(new, source, server.info.server_version // 10000)
            finish(new, about)
            aside = _exchange(server, name, draft, f"{name}_before_{now:%Y%m%d_%H%M%S}")
        except BaseException:
            _drop_draft(server, draft)
            raise
        return Restored(about, _drop_if_empty(server, url, aside))


def kept(url: str) -> list[tuple[str, int]]:
    """The databases that restores have kept aside, and their bytes."""
    name = str(conninfo_to_dict(url).get("dbname") or "")
    with _server(url) as server:
        rows = server.execute(
            "SELECT datname, pg_database_size(oid) FROM pg_database WHERE starts_with(datname, %s) ORDER BY 1",
            [f"{name}_before_"],
        ).fetchall()
    return [(str(row[0]), int(str(row[1]))) for row in rows]


def remove_kept(url: str, name: str) -> None:
    if name not in [found for found, _ in kept(url)]:
        raise DatabaseToolError(
            f"No restore has kept a database {name}.", "`twinbook database kept` lists them."
        )
    with _server(url) as server:
        server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


@contextmanager
def _server(url: str) -> Iterator[Connection]:
    """Not in the database itself: who is connected to it keeps it from being renamed."""
    try:
        with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as connection:
            yield connection
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseToolError(
            f"The database's role may not do this ({error.diag.message_primary}).",
            "A restore creates a database and renames the present one: give the role CREATEDB and let it own the "
            "present database, then try again. Nothing was changed.",
        ) from error
    except psycopg.OperationalError as error:
        raise DatabaseToolError(
            f"The database server cannot be used ({str(error).splitlines()[0]}).",
            "A restore also needs the database `postgres` of that server. Nothing was changed.",
        ) from error


def _check_version(server: Connection, about: About) -> None:
    major = server.info.server_version // 10000
    if major < about.postgresql:
        raise DatabaseToolError(
            f"The backup was taken from PostgreSQL {about.postgresql}, and this server is {major}.",
            f"Restore into PostgreSQL {about.postgresql} or newer. Nothing was changed.",
        )


def _check_nobody_connected(server: Connection, name: str) -> None:
    rows = server.execute(
        "SELECT DISTINCT coalesce(nullif(application_name, ''), 'a program without a name') "
        "FROM pg_stat_activity WHERE datname = %s ORDER BY 1",
        [name],
    ).fetchall()
    if rows:
        who = ", ".join(str(row[0]) for row in rows)
        raise DatabaseToolError(
            f"The installation is running: its database is in use ({who}).",
            "Stop `twinbook serve`, `web` and every `worker`, on all machines, then restore. Nothing was changed.",
            "running",
        )


def _drop_draft(server: Connection, draft: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(draft)))


def _create(server: Connection, draft: str) -> None:
    server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(draft)))


def _load(url: str, source: Path, server_major: int) -> None:
    with backup.opened(source) as (_, dump):
        programs.serving(server_major).restore(
            url, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", source=dump
        )


def _exchange(server: Connection, name: str, draft: str, aside: str) -> str:
    """Both names change, or neither."""
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    try:
        with server.transaction():
            server.execute(rename.format(sql.Identifier(name), sql.Identifier(aside)))
            server.execute(rename.format(sql.Identifier(draft), sql.Identifier(name)))
    except psycopg.errors.ObjectInUse as error:
        raise DatabaseToolError(
            "The installation was started while the backup was being read.",
            "Stop it, then restore again. Nothing was changed.",
            "running",
        ) from error
    return aside


def _drop_if_empty(server: Connection, url: str, aside: str) -> str | None:
    with psycopg.connect(make_conninfo(url, dbname=aside)) as connection:
        row = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
    if row is not None and row[0] is not None:
        return aside
    server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(aside)))
    return None
