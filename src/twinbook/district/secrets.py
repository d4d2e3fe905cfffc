"""Secrets at rest. The first of the configured keys encrypts, all of them decrypt, so that keys can be turned."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from twinbook.core.sentence import sentence
from twinbook.district.errors import KeysLostError
from twinbook.settings import encryption_keys


def encrypt(plain: str) -> str:
    return _fernet().encrypt(plain.encode()).decode("ascii")


def decrypt(encrypted: str) -> str:
    """Raises KeysLostError."""
    try:
        return _fernet().decrypt(encrypted.encode("ascii")).decode()
    except InvalidToken:
        raise KeysLostError(
            sentence("The stored certificate cannot be decrypted with the present keys.")
        ) from None


def rotated(encrypted: str) -> str:
    """The same secret under the newest key. Raises KeysLostError."""
    return encrypt(decrypt(encrypted))


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in encryption_keys()])
