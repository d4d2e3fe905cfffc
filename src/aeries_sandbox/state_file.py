"""The file of --state: the whole state as a seed document, replaced atomically."""

import asyncio
import os
from pathlib import Path

from aeries_sandbox import documents
from aeries_sandbox.control.call import Holder
from aeries_sandbox.model import Document
from aeries_sandbox.store import Database, DocumentError

TOGETHER_SECONDS = 0.02


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


class Keeper:
    """Writes the file after each change. As in a real database, nothing is answered before it is kept: a request that was
    answered survives whatever ends the process; changes that come together are written together."""

    def __init__(self, holder: Holder, path: Path) -> None:
        self._holder = holder
        self._path = path
        self._waiting: list[asyncio.Future[None]] = []

    async def run(self) -> None:
        while True:
            await asyncio.sleep(TOGETHER_SECONDS)
            waiting, self._waiting = self._waiting, []
            trouble: OSError | None = None
            if self._holder.world.changed:
                try:
                    self.write()
                except OSError as error:
                    trouble = error
            for each in waiting:
                if each.done():
                    continue
                if trouble is None:
                    each.set_result(None)
                else:
                    each.set_exception(trouble)

    async def kept(self) -> None:
        """Returns when the file holds what has changed until now. Raises OSError where it cannot be written, and the change is
        written with the next one."""
        if self._holder.world.changed:
            ended = asyncio.get_running_loop().create_future()
            self._waiting.append(ended)
            await ended

    def write(self) -> None:
        world = self._holder.world
        write(self._path, world.document())
        world.changed = False
