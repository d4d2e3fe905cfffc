"""Other local users cannot reach the database, and nothing of theirs is touched (design §4, promise 9)."""

import os
import socket
import stat
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.embedded.starter import Installation, Started, as_stranger, needs_root
from twinbook.embedded import place

Running = tuple[Installation, Started]


@needs_root
def test_another_account_can_neither_connect_nor_read(running: Running) -> None:
    installation, server = running
    address = str(server.sockets / place.SOCKET_NAME)

    def connect() -> None:
        socket.socket(socket.AF_UNIX).connect(address)

    assert as_stranger(connect) == "PermissionError"
    assert as_stranger(lambda: list(server.sockets.iterdir())) == "PermissionError"
    assert as_stranger(lambda: list(server.data.iterdir())) == "PermissionError"
    assert as_stranger(lambda: (server.data / "PG_VERSION").read_text()) == "PermissionError"
    assert as_stranger(lambda: server.log.read_text()) == "PermissionError"
    assert (
        as_stranger(lambda: (installation.home.path / "secrets" / "database-password").read_text())
        == "PermissionError"
    )


def test_whoever_reaches_the_socket_needs_the_password(running: Running) -> None:
    _, server = running
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    for wrong in ("", "postgres", "twinbook"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=str(server.sockets), user="twinbook", dbname="postgres", password=wrong)


def test_passwords_are_kept_as_scram_and_no_line_trusts(running: Running) -> None:
    _, server = running
    with psycopg.connect(server.url) as connection:
        methods = connection.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()
        stored = connection.execute(
            "SELECT left(rolpassword, 14) FROM pg_authid WHERE rolpassword IS NOT NULL"
        ).fetchall()
    assert methods == [("scram-sha-256",)]
    assert stored == [("SCRAM-SHA-256$",)]


def test_the_server_listens_on_no_network(running: Running) -> None:
    _, server = running
    assert psutil.Process(server.pid).net_connections(kind="inet") == []


def test_the_server_does_not_run_as_root(running: Running) -> None:
    _, server = running
    assert 0 not in psutil.Process(server.pid).uids()


def test_socket_data_and_secrets_are_private(running: Running) -> None:
    installation, server = running
    folders = [server.sockets, server.data, installation.home.path, installation.home.secrets]
    assert [_mode(folder) for folder in folders] == [0o700] * len(folders)
    assert {_mode(secret) for secret in installation.home.secrets.iterdir()} == {0o600}


def test_folders_that_were_there_keep_their_modes(installation: Installation) -> None:
    wheel = place._wheel() / place.INSTALLATION
    above = [folder for start in (installation.home.path, wheel / "bin") for folder in start.parents]
    before = {folder: _state(folder) for folder in above}
    installation.start()
    installation.starters[0].close()
    assert {folder: _state(folder) for folder in above} == before


def test_a_data_folder_that_was_there_keeps_its_mode(installation: Installation) -> None:
    folder = installation.home.path
    folder.mkdir()
    folder.chmod(0o755)
    os.chown(folder, installation.account.pw_uid, installation.account.pw_gid)
    server = installation.start()
    assert _mode(folder) == 0o755
    assert _mode(server.data) == 0o700
    assert _mode(folder / "secrets") == 0o700


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _state(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_mode, status.st_uid, status.st_gid
