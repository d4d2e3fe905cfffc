"""The data folder and its secrets."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from twinbook.home import HomeError, home


def test_naming_a_home_creates_nothing(tmp_path: Path) -> None:
    home(tmp_path / "home")
    assert list(tmp_path.iterdir()) == []


def test_many_at_once_get_the_same_secret(tmp_path: Path) -> None:
    where = home(tmp_path / "home")
    with ThreadPoolExecutor(16) as threads:
        keys = list(threads.map(lambda _: where.secret_key(), range(64)))
    assert len(set(keys)) == 1
    assert [file.name for file in where.secrets.iterdir()] == ["secret-key"]


def test_secrets_are_0600_in_folders_of_0700(tmp_path: Path) -> None:
    where = home(tmp_path / "home")
    where.secret_key()
    where.database_password()
    where.encryption_keys()
    assert {_mode(file) for file in where.secrets.iterdir()} == {0o600}
    assert {_mode(folder) for folder in (where.path, where.secrets, where.backups, where.logs)} == {0o700}


def test_a_generated_encryption_key_encrypts(tmp_path: Path) -> None:
    [key] = home(tmp_path / "home").encryption_keys()
    assert Fernet(key).decrypt(Fernet(key).encrypt(b"certificate")) == b"certificate"


def test_a_new_key_on_top_is_the_first(tmp_path: Path) -> None:
    where = home(tmp_path / "home")
    [old] = where.encryption_keys()
    (where.secrets / "encryption-keys").write_text(f"new\n{old}\n")
    assert where.encryption_keys() == ["new", old]


def test_a_file_where_the_folder_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(HomeError, match="is needed as a folder"):
        home(tmp_path / "home").secret_key()


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
