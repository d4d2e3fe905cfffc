"""The embedded data over a major version. The wheel carries PostgreSQL 16 beside 18, which stands for an older Twinbook."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripts.drill import LAST_YEARS

from twinbook.embedded import MAJOR, EmbeddedDatabase, EmbeddedError, remove_place
from twinbook.embedded.server import version_of
from twinbook.embedded.upgrade import upgrade
from twinbook.home import Home, home

_USE = """
import sys
from twinbook.embedded import EmbeddedDatabase
from twinbook.home import home
import psycopg
def main():
    with EmbeddedDatabase(home(sys.argv[1])) as database, psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (value int)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
        connection.execute("CREATE DATABASE twinbook_before_20260101_000000")
"""


@pytest.fixture
def older(tmp_path: Path) -> Iterator[Home]:
    """A data folder that PostgreSQL 16 made."""
    made = home(tmp_path / "home")
    program = LAST_YEARS.replace("from twinbook.cli.main import main", _USE)
    subprocess.run([sys.executable, "-c", program, str(made.path)], check=True, env=os.environ)
    yield made
    remove_place(made)


def test_the_data_is_moved_and_the_old_kept(older: Home, tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"made by PostgreSQL 16.*twinbook database upgrade"):
        EmbeddedDatabase(older)
    with pytest.raises(EmbeddedError, match=r"PostgreSQL 16 once more.*postgresql-16"):
        upgrade(older, tmp_path)
    done = upgrade(older)
    assert done is not None and (done.before, done.after) == (16, MAJOR)
    assert (done.kept / "PG_VERSION").read_text().strip() == "16"
    with EmbeddedDatabase(older) as database, database._connect() as connection:
        assert version_of(database.place) == MAJOR
        rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'twinbook%' ORDER BY 1")
        assert rows.fetchall() == [("twinbook",), ("twinbook_before_20260101_000000",)]
        assert database.place.folder.joinpath("upgrade").exists() is False
    assert _count(older) == 1000
    assert upgrade(older) is None
    _as_after_a_crash_between_the_two_moves(done.kept.parent)
    assert _count(older) == 1000


def _as_after_a_crash_between_the_two_moves(folder: Path) -> None:
    (folder / "upgrade").mkdir(mode=0o711)
    (folder / "data").rename(folder / "upgrade" / "data")


def test_a_running_installation_is_not_upgraded(tmp_path: Path) -> None:
    present = home(tmp_path / "home")
    try:
        with (
            EmbeddedDatabase(present, fast_and_unsafe=True),
            pytest.raises(EmbeddedError, match="is running"),
        ):
            upgrade(present)
    finally:
        remove_place(present)


def _count(at: Home) -> int:
    import psycopg

    with EmbeddedDatabase(at) as database, psycopg.connect(database.url) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])
