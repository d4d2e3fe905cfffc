"""Starting, sharing, adopting, recovering, stopping."""

import json
import os
import shutil
import signal
import stat
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.embedded.starter import Installation, Started, needs_root
from twinbook.embedded import EmbeddedDatabase, EmbeddedError, place
from twinbook.home import home


def test_a_clean_stop_leaves_nothing_running(installation: Installation) -> None:
    server = installation.start()
    assert server.pid in installation.servers()
    installation.starters[0].close()
    assert installation.servers() == []
    assert not (server.sockets / place.SOCKET_NAME).exists()


def test_data_outlives_a_stop(installation: Installation) -> None:
    _write(installation.start())
    installation.starters[0].close()
    assert _read(installation.start()) == [(8,)]


def test_a_server_left_by_a_killed_starter_is_adopted_and_stopped_in_the_end(
    installation: Installation,
) -> None:
    left = installation.start()
    _write(left)
    installation.starters[0].kill()
    assert left.pid in installation.servers()

    adopted = installation.start()
    assert adopted.pid == left.pid
    assert _read(adopted) == [(8,)]
    installation.starters[1].close()
    assert installation.servers() == []


def test_what_was_committed_survives_a_killed_server(installation: Installation) -> None:
    installation.fast_and_unsafe = False
    killed = installation.start()
    _write(killed)
    os.kill(killed.pid, signal.SIGKILL)
    installation.starters[0].kill()

    again = installation.start()
    assert again.pid != killed.pid
    assert _read(again) == [(8,)]


def test_a_number_that_another_process_bears_by_now_does_not_stop_the_start(
    installation: Installation,
) -> None:
    killed = installation.start()
    os.kill(killed.pid, signal.SIGKILL)
    installation.starters[0].kill()
    psutil.wait_procs([psutil.Process(pid) for pid in installation.servers()])
    pid_file = killed.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    assert installation.start().pid != os.getpid()


def test_two_starters_at_once_share_one_server_and_the_last_one_stops_it(installation: Installation) -> None:
    first, second = installation.begin(), installation.begin()
    assert first.wait_until_started().pid == second.wait_until_started().pid
    first.close()
    assert installation.servers() != []
    second.close()
    assert installation.servers() == []


def test_a_server_whose_socket_was_removed_is_started_anew(installation: Installation) -> None:
    lost = installation.start()
    _write(lost)
    installation.starters[0].kill()
    (lost.sockets / place.SOCKET_NAME).unlink()
    assert _read(installation.start()) == [(8,)]


@pytest.mark.parametrize("name", ["a" * 100, 'mother\'s "own", $HOME; folder'])
def test_any_path_will_do(installation: Installation, name: str) -> None:
    installation.home = home(installation.home.path.parent / name / "data")
    installation.home.path.parent.mkdir()
    os.chown(installation.home.path.parent, installation.account.pw_uid, installation.account.pw_gid)
    server = installation.start()
    _write(server)
    assert stat.S_IMODE(server.sockets.stat().st_mode) == 0o700
    installation.starters[0].close()
    assert _read(installation.start()) == [(8,)]


def test_a_lost_password_is_told_with_the_file_to_put_back(installation: Installation) -> None:
    installation.start()
    installation.starters[0].close()
    (installation.home.secrets / "database-password").write_text("another\n")
    with pytest.raises(
        AssertionError, match=r"EmbeddedError: .*password: put the right .*database-password back"
    ):
        installation.start()
    assert installation.servers() == []


def test_a_broken_start_tells_the_end_of_the_log(installation: Installation) -> None:
    data = installation.start().data
    installation.starters[0].close()
    (data / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(AssertionError, match=r"(?s)EmbeddedError: .*no_such_setting"):
        installation.start()


@needs_root
def test_root_copies_the_server_where_its_account_cannot_reach_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    wheel = place._wheel()
    for part in (place.INSTALLATION, f"{place.WHEEL}.libs"):
        shutil.copytree(wheel / part, tmp_path / "private" / part)
    (tmp_path / "private").chmod(0o700)
    monkeypatch.setattr(place, "_wheel", lambda: tmp_path / "private")
    monkeypatch.setattr(place, "version", lambda name: "from-the-test")
    where = home(tmp_path / "home")
    try:
        with EmbeddedDatabase(where) as database, psycopg.connect(database.url) as connection:
            assert database.place.binaries.is_relative_to("/var/lib/twinbook/postgresql-from-the-test")
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert stat.S_IMODE((tmp_path / "private").stat().st_mode) == 0o700
    finally:
        place.remove_place(where)
        shutil.rmtree("/var/lib/twinbook/postgresql-from-the-test")


@needs_root
def test_a_copied_data_folder_does_not_reach_the_originals_database(tmp_path: Path) -> None:
    original, copy = home(tmp_path / "original"), home(tmp_path / "copy")
    try:
        EmbeddedDatabase(original).close()
        shutil.copytree(original.path, copy.path)
        with pytest.raises(EmbeddedError, match="is a copy of"):
            EmbeddedDatabase(copy)
    finally:
        place.remove_place(original)


@needs_root
def test_a_moved_data_folder_keeps_its_database(tmp_path: Path) -> None:
    before, after = home(tmp_path / "before"), home(tmp_path / "after")
    try:
        with EmbeddedDatabase(before) as database:
            folder = database.place.folder
        before.path.rename(after.path)
        with EmbeddedDatabase(after) as database:
            assert database.place.folder == folder
    finally:
        place.remove_place(after)


@needs_root
def test_a_new_data_folder_stops_what_a_deleted_one_left_and_does_not_use_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    where = home(tmp_path / "home")
    earlier = EmbeddedDatabase(where)
    shutil.rmtree(where.path)
    try:
        with EmbeddedDatabase(where) as database:
            assert earlier.pid is None
            assert database.place.folder != earlier.place.folder
        assert f"{earlier.place.folder} holds the database of an earlier" in caplog.text
    finally:
        shutil.rmtree(earlier.place.folder)
        place.remove_place(where)


@needs_root
def test_roots_database_whose_files_are_gone_is_not_replaced_by_an_empty_one(tmp_path: Path) -> None:
    where = home(tmp_path / "home")
    EmbeddedDatabase(where).close()
    shutil.rmtree(json.loads((where.database / "place.json").read_text())["folder"])
    with pytest.raises(EmbeddedError, match="they are gone"):
        EmbeddedDatabase(where)


def _write(server: Started) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept (value int)")
        connection.execute("INSERT INTO kept VALUES (8)")


def _read(server: Started) -> list[tuple[int]]:
    with psycopg.connect(server.url) as connection:
        return connection.execute("SELECT value FROM kept").fetchall()
