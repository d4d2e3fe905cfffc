"""Starting, sharing, adopting and stopping the embedded server.

Every process that uses the server holds a shared lock while it does; who comes first starts it, who goes last stops
it. A server that outlived its starter (SIGKILL) is adopted by the next one.
"""

import fcntl
import logging
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, TypedDict
from urllib.parse import quote

import psutil
import psycopg

from twinbook.embedded.place import (
    MAJOR,
    SOCKET_NAME,
    EmbeddedError,
    Place,
    abandoned_places,
    find_place,
    give,
    make_folder_for,
    socket_folder,
)
from twinbook.home import Home

ROLE = "twinbook"
DATABASE = "twinbook"
POLL_SECONDS = 0.02
RECOVERY_SECONDS = 3600
FAST_STOP_SECONDS = 60
KILLED_SERVERS_CHILDREN_SECONDS = 60
LARGEST_LOG = 10_000_000

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and their details hold names and grades.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
LOCALE = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
FAST_AND_UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

log = logging.getLogger(__name__)


class EmbeddedDatabase:
    """A running server that this process uses until `close`."""

    def __init__(self, home: Home, *, fast_and_unsafe: bool = False) -> None:
        """Starts or adopts the server, however long its recovery takes. Raises EmbeddedError, HomeError.

        `fast_and_unsafe` is for tests: a crash of the machine may lose or damage everything.
        """
        self._home = home
        self._fast_and_unsafe = fast_and_unsafe
        self._password = home.database_password()
        self._process: subprocess.Popen[bytes] | None = None
        with start_lock(home):
            self.place = find_place(home)
            self._in_use = (home.database / "in-use").open("a")
            try:
                fcntl.flock(self._in_use, fcntl.LOCK_SH)
                self.sockets = self._start_or_adopt(FAST_AND_UNSAFE if fast_and_unsafe else {})
                self._make_database()
            except BaseException:
                self._leave()
                raise

    @property
    def url(self) -> str:
        return f"postgresql://{ROLE}:{quote(self._password)}@/{DATABASE}?host={quote(str(self.sockets), safe='')}"

    @property
    def pid(self) -> int | None:
        """The server's process; None when it is not running."""
        return running_server(self.place)

    def revive(self) -> bool:
        """Starts the server again where it has died; whether that was so. Its address stays the same.

        Takes as long as its recovery. Raises EmbeddedError when it does not come up; then try again.
        """
        if self._process is not None:
            self._process.poll()  # collects a dead one
        if self.pid is not None:
            return False
        with start_lock(self._home):
            if self.pid is not None:
                return False
            self.sockets = self._start_or_adopt(FAST_AND_UNSAFE if self._fast_and_unsafe else {})
        return True

    def close(self) -> None:
        """Stops the server unless another process uses it. Doing it again does nothing."""
        if self._in_use.closed:
            return
        with start_lock(self._home):
            self._leave()

    def __enter__(self) -> "EmbeddedDatabase":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def _leave(self) -> None:
        if self._is_last():
            stop(self.place)
            if self._process:
                self._process.wait()
        self._in_use.close()

    def _is_last(self) -> bool:
        try:
            fcntl.flock(self._in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _start_or_adopt(self, extra: dict[str, str]) -> Path:
        sockets = socket_folder(self.place)
        if running_server(self.place) is not None:
            if (adopted := self._adopt()) is not None:
                return adopted
            stop(self.place)
        _finish_upgrade(self.place)
        _check_version(self.place)
        if not self.place.data.exists():
            for abandoned in abandoned_places(self._home, self.place):
                stop(abandoned)
                log.warning(
                    "%s holds the database of an earlier %s; remove it.", abandoned.folder, self._home.path
                )
            initialise(self.place, self._password, synchronous=not extra)
        _clear_after_kill(self.place, sockets)
        self._process = launch(self.place, SETTINGS | {"unix_socket_directories": str(sockets)} | extra)
        wait_until_ready(self.place, self._process)
        return sockets

    def _adopt(self) -> Path | None:
        """The socket folder of the server that runs already; None when it cannot be reached there."""
        wait_until_ready(self.place, None)
        sockets = Path(_pid_file(self.place)[4])
        return sockets if (sockets / SOCKET_NAME).is_socket() else None

    def _make_database(self) -> None:
        with self._connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        try:
            return psycopg.connect(
                host=str(self.sockets),
                user=ROLE,
                password=self._password,
                dbname="postgres",
                connect_timeout=10,
                autocommit=True,
            )
        except psycopg.OperationalError as error:
            raise EmbeddedError(
                f"The embedded database runs, but does not let Twinbook in ({str(error).splitlines()[0]}). If it is the "
                f"password: put the right {self._home.secrets / 'database-password'} back."
            ) from None


@contextmanager
def database(home: Home, *, fast_and_unsafe: bool = False) -> Iterator[str]:
    """The server's URL for as long as the block runs."""
    with EmbeddedDatabase(home, fast_and_unsafe=fast_and_unsafe) as running:
        yield running.url


def running_server(place: Place) -> int | None:
    """The postmaster's process id. A process that merely has the number of a dead one does not count."""
    lines = _pid_file(place)
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    return pid if _works_in(pid, place) else None


def stop(place: Place) -> None:
    """A fast stop: sessions end, everything committed is written. Raises EmbeddedError when the server stays."""
    pid = running_server(place)
    if pid is None:
        return
    for way, seconds in ((signal.SIGINT, FAST_STOP_SECONDS), (signal.SIGQUIT, 10)):
        os.kill(pid, way)
        if _wait_until(lambda: not _works_in(pid, place), seconds):
            return
    raise EmbeddedError(f"The embedded database (process {pid}) does not stop; its log is {place.log}.")


def version_of(place: Place) -> int | None:
    """The major version of PostgreSQL that made the data; None when there is none yet."""
    try:
        return int((place.data / "PG_VERSION").read_text().strip())
    except FileNotFoundError:
        return None


def _check_version(place: Place) -> None:
    found = version_of(place)
    if found is None or found == MAJOR:
        return
    what = (
        "Run `twinbook database upgrade`: it moves the data and keeps the old one aside."
        if found < MAJOR
        else "Install the Twinbook that was used last, or a later one."
    )
    raise EmbeddedError(
        f"The database in {place.folder} was made by PostgreSQL {found}, and this Twinbook brings {MAJOR}. {what}"
    )


def _finish_upgrade(place: Place) -> None:
    """An upgrade whose machine went down between its last two moves: the old data is aside, the new one not in place."""
    moved = place.folder / "upgrade" / "data"
    if not place.data.exists() and moved.exists() and list(place.folder.glob("data.postgresql-*")):
        moved.rename(place.data)


@contextmanager
def start_lock(home: Home) -> Iterator[None]:
    with (home.database / "start-lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _pid_file(place: Place) -> list[str]:
    try:
        return (place.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _works_in(pid: int, place: Place) -> bool:
    """Every PostgreSQL process stands in its data folder; a dead one that nobody has collected does not count."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == place.data.resolve()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _clear_after_kill(place: Place, sockets: Path) -> None:
    """Lets the children of a killed server end, then removes its number, which another process may bear by now."""
    if not _pid_file(place):
        return
    if not _wait_until(
        lambda: not any(_works_in(pid, place) for pid in psutil.pids()), KILLED_SERVERS_CHILDREN_SECONDS
    ):
        raise EmbeddedError(
            f"Processes of an earlier database server still work in {place.data}. End them first."
        )
    for numbered in (place.data / "postmaster.pid", sockets / f"{SOCKET_NAME}.lock"):
        numbered.unlink(missing_ok=True)


def initialise(place: Place, password: str, *, synchronous: bool) -> None:
    draft = place.folder / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    make_folder_for(place, draft)
    with tempfile.NamedTemporaryFile("w", dir=place.folder) as password_file:
        password_file.write(password)
        password_file.flush()
        give(place, Path(password_file.name))
        ran = subprocess.run(
            [
                place.binaries / "initdb",
                f"--pgdata={draft}",
                f"--pwfile={password_file.name}",
                f"--username={ROLE}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                *LOCALE,
                "--no-instructions",
                *([] if synchronous else ["--no-sync"]),
            ],
            capture_output=True,
            text=True,
            check=False,
            **_as_server_account(place),
        )
    if ran.returncode:
        raise EmbeddedError(
            f"The embedded database could not be made in {place.folder}: {ran.stderr.strip()}"
        )
    (draft / "pg_hba.conf").write_text("local all all scram-sha-256\n")
    draft.rename(place.data)


def launch(place: Place, settings: dict[str, str]) -> subprocess.Popen[bytes]:
    options = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
    with _log_file(place) as output:
        return subprocess.Popen(
            [place.binaries / "postgres", "-D", place.data, *options],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            **_as_server_account(place),
        )


class _ProcessOptions(TypedDict, total=False):
    cwd: str
    umask: int
    env: dict[str, str]
    user: int
    group: int
    extra_groups: list[str | int]


def _as_server_account(place: Place) -> _ProcessOptions:
    options: _ProcessOptions = {
        "cwd": "/",
        "umask": 0o077,
        "env": {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "UTC"},
    }
    if place.account:
        options |= {"user": place.account.uid, "group": place.account.gid, "extra_groups": []}
    return options


def _log_file(place: Place) -> IO[bytes]:
    if place.log.exists() and place.log.stat().st_size > LARGEST_LOG:
        place.log.replace(place.log.with_suffix(".log.old"))
    return os.fdopen(os.open(place.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb")


def wait_until_ready(place: Place, process: subprocess.Popen[bytes] | None) -> None:
    began = time.monotonic()
    told = False
    while not (len(lines := _pid_file(place)) > 7 and lines[7].strip() == "ready"):
        if process and process.poll() is not None:
            raise EmbeddedError(
                f"The embedded database did not start. The end of {place.log}:\n{_tail(place.log)}"
            )
        waited = time.monotonic() - began
        if (process is None and running_server(place) is None) or waited > RECOVERY_SECONDS:
            raise EmbeddedError(
                f"The embedded database stopped while it was starting; its log is {place.log}."
            )
        if waited > 5 and not told:
            log.warning("The embedded database is recovering after a crash; this can take some minutes.")
            told = True
        time.sleep(POLL_SECONDS)


def _tail(path: Path) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-10:])


def _wait_until(done: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
