"""One embedded PostgreSQL for the whole run, started by the first test that needs it; a database per xdist worker."""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import hypothesis
import psycopg
import pytest
from cryptography.fernet import Fernet
from psycopg import sql
from psycopg.conninfo import make_conninfo

from twinbook import embedded
from twinbook.home import home

# Shared by the run's processes; no setting of Twinbook, so that commands started by a test do not inherit it.
SERVER_FOLDER = "TWINBOOK_TESTS_SERVER"

hypothesis.settings.register_profile("ci", deadline=None, print_blob=True)
hypothesis.settings.load_profile("ci")


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    os.environ.pop("TWINBOOK_DATABASE_URL", None)
    if hasattr(config, "workerinput"):
        # A data folder belongs to one database: its high-water mark lies there.
        os.environ["TWINBOOK_HOME"] += f"-{config.workerinput['workerid']}"
        return
    folder = tempfile.mkdtemp(prefix="twinbook-tests-")
    os.environ[SERVER_FOLDER] = folder
    os.environ["TWINBOOK_HOME"] = f"{folder}/home"
    os.environ["TWINBOOK_SECRET_KEY"] = "only for tests"
    os.environ["TWINBOOK_ENCRYPTION_KEYS"] = Fernet.generate_key().decode()


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    folder = Path(os.environ.pop(SERVER_FOLDER))
    embedded.remove_place(home(folder / "server"))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def embedded_server() -> Iterator[str]:
    """The URL of the run's server: who comes first starts it, who goes last stops it."""
    with embedded.database(home(Path(os.environ[SERVER_FOLDER]) / "server"), fast_and_unsafe=True) as url:
        yield url


@pytest.fixture(scope="session")
def _migrated_database(embedded_server: str, worker_id: str) -> str:
    """Its name; copied for each test that needs a database outside of a transaction."""
    name = f"migrated_{worker_id}"
    _on_server(embedded_server, "CREATE DATABASE {}", name)
    subprocess.run(
        [sys.executable, "-m", "twinbook.cli.main", "manage", "check"],
        env=os.environ | {"TWINBOOK_DATABASE_URL": make_conninfo(embedded_server, dbname=name)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return name


@pytest.fixture
def database_of_processes(embedded_server: str, _migrated_database: str) -> Iterator[str]:
    """TWINBOOK_DATABASE_URL for commands that a test runs as processes: an empty installation with all tables."""
    name = f"{_migrated_database}_{secrets.token_hex(4)}"
    _on_server(embedded_server, "CREATE DATABASE {} TEMPLATE {}", name, _migrated_database)
    yield make_conninfo(embedded_server, dbname=name)
    _on_server(embedded_server, "DROP DATABASE {} WITH (FORCE)", name)


def _on_server(url: str, statement: LiteralString, *names: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    embedded_server: str, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """pytest-django's own seam, run before it makes the test database.

    The suffix of the xdist worker stays: it is written into TEST, which is left alone here.
    """
    from django.db import connections

    from twinbook.settings import database_from_url

    connections.databases["default"].update(database_from_url(embedded_server))
