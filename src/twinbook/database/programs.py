"""pg_dump and pg_restore: those of the embedded server's package, else those of this machine."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from twinbook.database.errors import DatabaseToolError
from twinbook.embedded.place import packaged_binaries

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Programs:
    """`major`: their PostgreSQL version, such as 18. They serve every server up to it."""

    folder: Path
    major: int

    def dump(self, url: str, *arguments: str, into: IO[bytes]) -> None:
        """Raises DatabaseToolError with what pg_dump said."""
        self._run("pg_dump", url, [*arguments], into=into)

    def restore(self, url: str, *arguments: str, source: IO[bytes]) -> None:
        self._run("pg_restore", url, [*arguments], source=source)

    def contents(self, source: IO[bytes]) -> None:
        """Reads the table of contents. Raises DatabaseToolError when there is none."""
        self._run("pg_restore", None, ["--list"], source=source)

    def _run(
        self,
        name: str,
        url: str | None,
        arguments: list[str],
        *,
        source: IO[bytes] | None = None,
        into: IO[bytes] | None = None,
    ) -> None:
        """The password goes by the environment: every account of the machine may read a command line."""
        environment = dict(os.environ)
        if url is not None:
            parts = conninfo_to_dict(url)
            password = parts.pop("password", None)
            if password:
                environment["PGPASSWORD"] = str(password)
            arguments = [f"--dbname={make_conninfo('', **parts)}", *arguments]
        with tempfile.TemporaryFile() as complaints:
            process = subprocess.Popen(
                [self.folder / name, *arguments],
                env=environment,
                stdin=subprocess.DEVNULL if source is None else subprocess.PIPE,
                stdout=subprocess.DEVNULL if into is None else into,
                stderr=complaints,
            )
            try:
                if source is not None and process.stdin is not None:
                    _feed(process.stdin, source)
            except BaseException:
                process.kill()
                raise
            finally:
                code = process.wait()
            complaints.seek(0)
            said = complaints.read().decode(errors="replace").strip().splitlines()
        if code:
            raise DatabaseToolError(
                f"{name} failed: {said[-1] if said else 'it gave no reason'}",
                "Nothing was changed. Put right what it names, then try again.",
            )


def _feed(stream: IO[bytes], source: IO[bytes]) -> None:
    """A program that has had enough, or that failed, closes its end."""
    with contextlib.suppress(BrokenPipeError), stream:
        shutil.copyfileobj(source, stream, CHUNK)


def serving(server_major: int) -> Programs:
    """The pair nearest to the server, never older than it. Raises DatabaseToolError."""
    fitting = [found for found in _found() if found.major >= server_major]
    if fitting:
        return min(fitting, key=lambda found: found.major)
    raise DatabaseToolError(
        f"There is no pg_dump here for PostgreSQL {server_major}.",
        f"Install the client programs of PostgreSQL {server_major} or newer on this machine "
        f"(such as the package postgresql-client-{server_major}), then try again.",
        "no_pg_dump",
    )


def _found() -> Iterator[Programs]:
    for folder in _folders():
        major = major_of(folder / "pg_dump")
        if major is not None and (folder / "pg_restore").exists():
            yield Programs(folder, major)


def _folders() -> Iterator[Path]:
    yield from packaged_binaries()
    for program in (shutil.which("pg_dump"),):
        if program is not None:
            yield Path(program).parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def major_of(program: Path) -> int | None:
    """None where it cannot be run."""
    try:
        ran = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    found = re.search(r"\) (\d+)", ran.stdout)
    return int(found.group(1)) if found and ran.returncode == 0 else None
