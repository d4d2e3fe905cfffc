"""The data folder of one installation: generated secrets, backups, logs and the embedded database's files.

A folder that we create is 0700 and a secret is 0600. The modes of a folder that was there before stay as they are.
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

DEFAULT = "./.twinbook"


class HomeError(Exception):
    """The data folder cannot be used; the sentence says what to do."""


@dataclass(frozen=True)
class Home:
    path: Path

    @property
    def secrets(self) -> Path:
        return private_folder(self._folder() / "secrets")

    @property
    def database(self) -> Path:
        return private_folder(self._folder() / "database")

    @property
    def backups(self) -> Path:
        return private_folder(self._folder() / "backups")

    @property
    def logs(self) -> Path:
        return private_folder(self._folder() / "logs")

    def secret_key(self) -> str:
        return self._secret("secret-key", lambda: secrets.token_urlsafe(50))

    def encryption_keys(self) -> list[str]:
        """Fernet keys, newest first; a line each, so that a person can rotate them by putting a new one on top."""
        return self._secret("encryption-keys", lambda: Fernet.generate_key().decode()).split()

    def database_password(self) -> str:
        return self._secret("database-password", lambda: secrets.token_urlsafe(32))

    def _folder(self) -> Path:
        return private_folder(self.path)

    def _secret(self, name: str, generate: Callable[[], str]) -> str:
        path = self.secrets / name
        if not path.exists():
            _write_once(path, generate() + "\n")
        return path.read_text().strip()


def home(path: Path | str | None = None) -> Home:
    """The data folder at `path`, else at TWINBOOK_HOME. Nothing is created until something in it is asked for."""
    chosen = path or os.environ.get("TWINBOOK_HOME") or DEFAULT
    return Home(Path(chosen).expanduser().absolute())


def private_folder(path: Path) -> Path:
    """Creates `path` as 0700; one that exists is left as it is. Raises HomeError when that is not possible."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700)
    except FileExistsError:
        if not path.is_dir():
            raise HomeError(
                f"{path} is needed as a folder, but it is a file. Move it away and start again."
            ) from None
    except OSError as error:
        raise HomeError(
            f"The folder {path} cannot be created ({error.strerror}). "
            "Set TWINBOOK_HOME to a folder that this account may write to."
        ) from error
    return path


def _write_once(path: Path, text: str) -> None:
    """The first of several processes wins, and nobody ever reads half a secret."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
