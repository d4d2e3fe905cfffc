"""`twinbook database backup` and `restore`, on a real server: one file, checked when read, and a present kept aside."""

from __future__ import annotations

import io
import json
import stat
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from twinbook.database import backup, programs, restore
from twinbook.database.backup import About
from twinbook.database.errors import DatabaseToolError

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


@pytest.fixture
def url(database_of_processes: str) -> str:
    _write(database_of_processes, "kept by the backup")
    return database_of_processes


@pytest.fixture
def file(url: str, tmp_path: Path) -> Path:
    backup.write(url, tmp_path / "twinbook.backup")
    return tmp_path / "twinbook.backup"


def _write(url: str, name: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO district_school (code, name, is_flex, inactive) VALUES (7, %s, false, false) "
            "ON CONFLICT (code) DO UPDATE SET name = excluded.name",
            [name],
        )


def _read(url: str, **place: str) -> str:
    with psycopg.connect(url, **place) as connection:  # type: ignore[arg-type]
        row = connection.execute("SELECT name FROM district_school WHERE code = 7").fetchone()
    assert row is not None
    return str(row[0])


def _restore(
    url: str, file: Path, finish: Callable[[str, About], None] = lambda url, about: None, **more: Any
) -> restore.Restored:
    known = more.get("known", set(backup.check(file).migrations) | {"sync.9999_newer"})
    return restore.restore(url, file, known_migrations=known, now=NOW, finish=finish)


def test_a_backup_is_one_private_file_that_says_what_it_is(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    about = backup.check(file)
    assert about.postgresql == 18 and "sync.0001_initial" in about.migrations
    with tarfile.open(file) as archive:
        assert archive.getnames() == ["twinbook.json", "database.dump"]


def test_it_is_taken_while_others_write_and_replaces_an_earlier_file_only_when_complete(
    url: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_bytes(b"an earlier one")
    with psycopg.connect(url) as writing:
        writing.execute("UPDATE district_school SET name = 'not committed'")
        backup.write(url, file)
    backup.check(file)
    complete = file.read_bytes()

    def fails(*given: object, **more: object) -> None:
        raise DatabaseToolError("pg_dump failed", "again")

    monkeypatch.setattr(programs.Programs, "dump", fails)
    with pytest.raises(DatabaseToolError):
        backup.write(url, file)
    assert file.read_bytes() == complete
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_restore_puts_the_data_back_and_keeps_the_present_aside(url: str, file: Path) -> None:
    _write(url, "written since")
    seen = []
    done = _restore(url, file, lambda new, about: seen.append(_read(new)))
    assert seen == ["kept by the backup"]
    assert _read(url) == "kept by the backup"
    assert done.kept is not None and done.kept.endswith("_before_20261125_030000")
    assert _read(url, dbname=done.kept) == "written since"
    assert [name for name, _ in restore.kept(url)] == [done.kept]
    restore.remove_kept(url, done.kept)
    assert restore.kept(url) == []
    with pytest.raises(DatabaseToolError, match="No restore has kept"):
        restore.remove_kept(url, str(conninfo_to_dict(url)["dbname"]))


def test_a_districts_own_server_needs_a_role_that_may_create_databases(url: str, file: Path) -> None:
    """The embedded server's role may do everything; the one of a district's server is an ordinary one."""
    own = f"{conninfo_to_dict(url)['dbname']}_own"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("CREATE ROLE district LOGIN PASSWORD 'only for tests'")
        server.execute(sql.SQL("CREATE DATABASE {} OWNER district").format(sql.Identifier(own)))
    theirs = make_conninfo(url, dbname=own, user="district", password="only for tests")
    try:
        with pytest.raises(DatabaseToolError, match="role may not do this") as refused:
            _restore(theirs, file)
        assert "CREATEDB" in refused.value.hint
        with psycopg.connect(url, autocommit=True) as server:
            server.execute("ALTER ROLE district CREATEDB")
        assert _restore(theirs, file).kept is None
        assert _read(theirs) == "kept by the backup"
        again = file.with_name("again.backup")
        backup.write(theirs, again)
        done = _restore(theirs, again)
        assert done.kept is not None
        restore.remove_kept(theirs, done.kept)
    finally:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(own)))
            server.execute("DROP ROLE district")


def test_a_running_installation_is_refused(url: str, file: Path) -> None:
    with psycopg.connect(url, application_name="twinbook"), pytest.raises(DatabaseToolError) as refused:
        _restore(url, file)
    assert "is running" in str(refused.value) and "Stop" in refused.value.hint
    _is_as_before(url)


def test_one_that_starts_meanwhile_is_refused_as_well(url: str, file: Path) -> None:
    opened = []
    with pytest.raises(DatabaseToolError, match="was started while"):
        _restore(url, file, lambda new, about: opened.append(psycopg.connect(url)))
    opened[0].close()
    _is_as_before(url)


def test_what_breaks_on_the_way_leaves_everything_as_it_was(url: str, file: Path) -> None:
    def breaks(new: str, about: About) -> None:
        raise RuntimeError("the machine went down")

    with pytest.raises(RuntimeError):
        _restore(url, file, breaks)
    _is_as_before(url)


def _is_as_before(url: str) -> None:
    assert _read(url) == "kept by the backup"
    assert restore.kept(url) == []
    name = str(conninfo_to_dict(url)["dbname"])
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [name]
        ).fetchall()
    assert rows == [(name,)]


def test_a_backup_of_a_newer_twinbook_is_refused(url: str, file: Path) -> None:
    with pytest.raises(DatabaseToolError, match="newer Twinbook") as refused:
        _restore(url, file, known={"sync.0001_initial"})
    assert "Install that version" in refused.value.hint
    _is_as_before(url)


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _one_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))


def _text(file: Path) -> None:
    file.write_text("a letter to the parents")


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _another_archive(file: Path) -> None:
    with tarfile.open(file, "w") as archive:
        archive.addfile(tarfile.TarInfo("holiday.jpg"))


def _of_a_class(file: Path) -> None:
    text = json.dumps({"format": "twinbook-class-backup", "format_version": 1}).encode()
    with tarfile.open(file, "w") as archive:
        member = tarfile.TarInfo("twinbook.json")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))


@pytest.mark.parametrize("damage", [_cut, _one_bit, _text, _empty, _another_archive, _of_a_class])
def test_a_broken_file_is_refused(url: str, file: Path, damage: Callable[[Path], None]) -> None:
    damage(file)
    with pytest.raises(DatabaseToolError, match="is no complete backup") as refused:
        _restore(url, file, known=set())
    assert "Nothing was changed" in refused.value.hint
    _is_as_before(url)


def test_a_file_of_a_later_format_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "FORMAT_VERSION", 0)
    with pytest.raises(DatabaseToolError, match="newer Twinbook"):
        backup.check(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseToolError, match="There is no file"):
        backup.check(tmp_path / "nothing")


def test_without_a_pg_dump_for_the_server_the_words_say_what_to_install() -> None:
    with pytest.raises(DatabaseToolError, match="no pg_dump here for PostgreSQL 99") as refused:
        programs.serving(99)
    assert "postgresql-client-99" in refused.value.hint


def test_the_password_is_in_no_command_line(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spy = tmp_path / "bin"
    spy.mkdir()
    (spy / "pg_dump").write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/said\nexit 1\n')
    (spy / "pg_dump").chmod(0o755)
    password = str(conninfo_to_dict(url)["password"])
    with (tmp_path / "out").open("wb") as out, pytest.raises(DatabaseToolError, match="pg_dump failed"):
        programs.Programs(spy, 18).dump(url, into=out)
    assert password not in (tmp_path / "said").read_text()
