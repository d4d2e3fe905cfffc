"""The file of --state: the whole state as a seed document, replaced atomically."""

import os
from pathlib import Path

from aeries_sandbox import documents
from aeries_sandbox.model import Document
from aeries_sandbox.store import Database, DocumentError


class StateFileError(Exception):
    """The file cannot be used; it is left as it is, and the message names it."""


def read(path: Path) -> Document | None:
    """The stored state, or None when there is no file yet. Raises StateFileError."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateFileError(f"{path} cannot be read: {error.strerror}") from error
    try:
        Database(documents.document(documents.parse(text)))
        return documents.document(documents.parse(text))
    except (DocumentError, UnicodeDecodeError, RecursionError) as error:
        raise StateFileError(
            f"{path} is damaged and was left as it is: {error}. Move it away to start from a seed."
        ) from error


def write(path: Path, document: Document) -> None:
    """Writes beside the file and renames, so that a crash leaves the old or the new state. Raises OSError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    with beside.open("wb") as file:
        file.write(documents.encode(document))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
