"""The embedded server's data moved to a newer major version of PostgreSQL.

Both servers run beside each other, the old one on the old data, the new one on data of its own; everything is dumped out
of the one into the other and counted; then the two folders change places. The old one stays, as `data.postgresql-N`.
Until the folders change places nothing has happened; a crash between the two moves is mended by the next start.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from twinbook.database import programs
from twinbook.embedded.place import (
    MAJOR,
    EmbeddedError,
    Place,
    find_place,
    make_folder_for,
    packaged_binaries,
    runnable,
    socket_folder,
)
from twinbook.embedded.server import (
    ROLE,
    SETTINGS,
    initialise,
    launch,
    start_lock,
    stop,
    version_of,
    wait_until_ready,
)
from twinbook.home import Home


@dataclass(frozen=True, slots=True)
class Upgraded:
    """`kept`: the folder with the old data."""

    before: int
    after: int
    kept: Path


def upgrade(home: Home, old_binaries: Path | None = None) -> Upgraded | None:
    """None: the data is of the present version already, or there is none yet.

    `old_binaries`: the folder with the `postgres` of the data's version; else it is looked for in the embedded package
    and in this machine's own places. Raises EmbeddedError when it is not found, the installation runs, or the data is
    newer than this Twinbook.
    """
    with start_lock(home), _alone(home):
        place = find_place(home)
        before = version_of(place)
        if before is None or before == MAJOR:
            return None
        if before > MAJOR:
            raise EmbeddedError(
                f"The data was made by PostgreSQL {before}, and this Twinbook brings {MAJOR}. Install the Twinbook that "
                "was used last, or a later one."
            )
        old = replace(place, binaries=_binaries_of(before, old_binaries, place))
        new = replace(place, folder=place.folder / "upgrade")
        shutil.rmtree(new.folder, ignore_errors=True)
        make_folder_for(new, new.folder)
        initialise(new, home.database_password(), synchronous=True)
        with _running(old, home) as source, _running(new, home) as target:
            _move_everything(source, target)
        kept = place.folder / f"data.postgresql-{before}"
        place.data.rename(kept)
        new.data.rename(place.data)
        shutil.rmtree(new.folder, ignore_errors=True)
        return Upgraded(before, MAJOR, kept)


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    with (home.database / "in-use").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EmbeddedError("The installation is running. Stop it, then upgrade its data.") from None
        yield


def _binaries_of(major: int, given: Path | None, place: Place) -> Path:
    usual = [*packaged_binaries(), Path(f"/usr/lib/postgresql/{major}/bin")]
    for folder in [given] if given is not None else usual:
        if programs.major_of(folder / "postgres") == major:
            return runnable(folder, place.account)
    where = f"{given} holds none" if given is not None else "none is on this machine"
    raise EmbeddedError(
        f"Moving the data needs the server of PostgreSQL {major} once more, and {where}. Install its package (such as "
        f"postgresql-{major}), and name its folder with --binaries if it is not found. Or restore a backup that the "
        "earlier Twinbook has written."
    )


@contextmanager
def _running(place: Place, home: Home) -> Iterator[str]:
    """The server's URL, without a database's name."""
    stop(place)
    sockets = socket_folder(place) if place.folder.name != "upgrade" else _short_folder(place)
    process = launch(place, SETTINGS | {"unix_socket_directories": str(sockets)})
    try:
        wait_until_ready(place, process)
        yield make_conninfo(host=str(sockets), user=ROLE, password=home.database_password())
    finally:
        stop(place)
        process.wait()


def _short_folder(place: Place) -> Path:
    sockets = Path(tempfile.mkdtemp(prefix="twinbook-up-", dir="/tmp"))
    if place.account:
        os.chown(sockets, place.account.uid, place.account.gid)
    return sockets


def _move_everything(source: str, target: str) -> None:
    with psycopg.connect(source, dbname="postgres") as server:
        rows = server.execute(
            "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1"
        ).fetchall()
    for (name,) in rows:
        with psycopg.connect(target, dbname="postgres", autocommit=True) as server:
            server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        old, new = make_conninfo(source, dbname=name), make_conninfo(target, dbname=name)
        _move(old, new)
        if (before := _counted(old)) != (after := _counted(new)):
            different = sorted(table for table in before if before[table] != after.get(table))
            raise EmbeddedError(
                f"The moved data is not complete ({', '.join(different)}); the old data is as it was."
            )
        _keep_mark(old, new)


def _move(old: str, new: str) -> None:
    tools = programs.serving(MAJOR)
    with tempfile.TemporaryFile() as dump:
        tools.dump(old, "--format=custom", into=dump)
        dump.seek(0)
        tools.restore(new, "--exit-on-error", "--single-transaction", source=dump)
    with psycopg.connect(new, autocommit=True) as connection:
        connection.execute("ANALYZE")


def _counted(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        found = {}
        for schema, table in tables:
            row = connection.execute(
                sql.SQL("SELECT count(*) FROM {}.{}").format(sql.Identifier(schema), sql.Identifier(table))
            ).fetchone()
            assert row is not None
            found[f"{schema}.{table}"] = int(row[0])
    return found


_MARK = """
    SELECT system_identifier || ':' || (SELECT oid FROM pg_database WHERE datname = current_database())
    FROM pg_control_system()
"""
_HAS_MARK = "SELECT 1 FROM information_schema.columns WHERE table_name = 'sync_installation' AND column_name = 'database_mark'"


def _keep_mark(old: str, new: str) -> None:
    """Nobody wrote meanwhile, so that the moved data is the newest: no person has to confirm it (G3)."""
    with psycopg.connect(old) as before, psycopg.connect(new) as after:
        if after.execute(_HAS_MARK).fetchone() is None:
            return
        was, now = before.execute(_MARK).fetchone(), after.execute(_MARK).fetchone()
        assert was is not None and now is not None
        after.execute(
            "UPDATE sync_installation SET database_mark = %s WHERE database_mark = %s", [now[0], was[0]]
        )
