"""A backup: one file that holds schema and data as they stood at one instant, taken while Twinbook runs.

It is a tar archive of two members, so that it can be opened without Twinbook: `twinbook.json` says what it is, and
`database.dump` is what pg_restore reads. The encryption keys are not in it: they lie in the data folder's `secrets`, and a
backup with its own keys beside it would open to whoever finds it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO

import psycopg

from twinbook.database import programs
from twinbook.database.errors import DatabaseToolError

FORMAT = "twinbook-database-backup"
FORMAT_VERSION = 1
ABOUT, DUMP = "twinbook.json", "database.dump"
NOT_KEPT = ("django_session", "web_cache")
"""Their rows: who is signed in, and guesses at passwords. After a restore everybody signs in again."""
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class About:
    """`migrations`: what the tables were at, as app.name. `postgresql`: major version of the server it came from."""

    twinbook: str
    taken_at: str
    postgresql: int
    migrations: list[str]
    district: str
    bytes: int
    sha256: str


def write(url: str, target: Path) -> About:
    """Complete and checked when this returns; interrupted, `target` is as it was. Raises DatabaseToolError, OSError."""
    part = target.with_name(f".{target.name}.part")
    dump = target.with_name(f".{target.name}.dump")
    try:
        with _created(dump) as file:
            about = _dump(url, dump, file)
        with _created(part) as file:
            _pack(about, dump, file)
        check(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
        dump.unlink(missing_ok=True)
    return about


def check(source: Path) -> About:
    """Reads the whole file. Raises DatabaseToolError when it is no backup, is cut short or was changed."""
    with opened(source) as (about, dump):
        digest = hashlib.sha256()
        while chunk := dump.read(CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != about.sha256:
        raise _broken(source, "its content is not what was written")
    return about


@contextmanager
def opened(source: Path) -> Iterator[tuple[About, IO[bytes]]]:
    """What the file says about itself, and its dump to read from. The dump is not checked here: see `check`."""
    try:
        with tarfile.open(source, "r:") as archive:
            first = archive.next()
            if first is None or first.name != ABOUT:
                raise _broken(source, "it was not written by `twinbook database backup`")
            about = _about(source, archive.extractfile(first))
            member = archive.next()
            dump = None if member is None or member.name != DUMP else archive.extractfile(member)
            if member is None or dump is None or member.size != about.bytes:
                raise _broken(source, "it is cut short")
            yield about, dump
    except FileNotFoundError:
        raise DatabaseToolError(f"There is no file {source}.", "Name the file of a backup.") from None
    except (tarfile.TarError, EOFError, OSError) as error:
        raise _broken(source, str(error)) from error


def _about(source: Path, file: IO[bytes] | None) -> About:
    try:
        found = json.loads(b"" if file is None else file.read())
        if found.pop("format") != FORMAT:
            raise _broken(source, "it is a file of another kind")
        if found.pop("format_version") > FORMAT_VERSION:
            raise newer(source, str(found.get("twinbook", "?")))
        return About(**found)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _broken(source, "what it says about itself cannot be read") from error


def newer(source: Path, made_by: str) -> DatabaseToolError:
    return DatabaseToolError(
        f"{source} was made by a newer Twinbook ({made_by}); this is {version('twinbook')}.",
        "Install that version or a later one, then restore. Nothing was changed.",
        "newer_version",
    )


def _broken(source: Path, why: str) -> DatabaseToolError:
    return DatabaseToolError(
        f"{source} is no complete backup: {why}.",
        "Take another backup file. Nothing was changed.",
        "broken_backup",
    )


@contextmanager
def _created(path: Path) -> Iterator[IO[bytes]]:
    """For nobody else to read, and on the disk when the block ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w+b") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _dump(url: str, path: Path, file: IO[bytes]) -> About:
    """What is said about it and what is dumped are one snapshot, so that both are of the same instant."""
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        major = connection.info.server_version // 10000
        if _one(connection, "SELECT to_regclass('django_migrations')::text") is None:
            raise DatabaseToolError(
                "This database holds no Twinbook yet.",
                "There is nothing to back up: begin with `twinbook init`.",
            )
        snapshot = str(_one(connection, "SELECT pg_export_snapshot()"))
        tools = programs.serving(major)
        tools.dump(
            url,
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={snapshot}",
            *(f"--exclude-table-data={table}" for table in NOT_KEPT),
            into=file,
        )
        file.flush()
        with path.open("rb") as written:
            tools.contents(written)
        with path.open("rb") as written:
            digest = hashlib.file_digest(written, "sha256").hexdigest()
        rows = connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1").fetchall()
        return About(
            twinbook=version("twinbook"),
            taken_at=str(
                _one(connection, "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
            ),
            postgresql=major,
            migrations=[str(row[0]) for row in rows],
            district=str(
                _one(connection, "SELECT coalesce((SELECT name FROM district_districtsettings LIMIT 1), '')")
            ),
            bytes=path.stat().st_size,
            sha256=digest,
        )


def _one(connection: psycopg.Connection[tuple[object, ...]], statement: str) -> object:
    row = connection.execute(statement.encode()).fetchone()
    return None if row is None else row[0]


def _pack(about: About, dump: Path, file: IO[bytes]) -> None:
    text = json.dumps(
        {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(about)}, ensure_ascii=False, indent=1
    ).encode()
    with tarfile.open(fileobj=file, mode="w") as archive, dump.open("rb") as content:
        archive.addfile(_member(ABOUT, len(text)), io.BytesIO(text))
        archive.addfile(_member(DUMP, about.bytes), content)


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member
