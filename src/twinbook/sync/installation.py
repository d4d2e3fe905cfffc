"""Whose database this is, and how far it has come (G3).

One row holds an identity and a high-water mark that counts up while a worker runs. Their twin lies in a file beside the
secrets. A database that is behind its file, that another installation wrote, or that stands in another place than it was
last used in, was restored or copied: Twinbook then only observes until a person confirms a preview
(`twinbook.sync.confirming`).

What tells a copy: the mark of the database (the server's own identifier and the database's number in it) changes with a
dump and restore; the number of the file (its inode) changes when a data folder is copied or put back. What tells neither
is a whole machine that is rolled back to a snapshot: that must be said by a person (docs/running.md).
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import ProgrammingError, transaction
from django.db.models.functions import Now

from twinbook.core.sentence import sentence
from twinbook.home import Home, home
from twinbook.sync import announce, clock, statements
from twinbook.sync.models import (
    ClassSync,
    DraftState,
    Installation,
    Link,
    Pair,
    PairState,
    Run,
    RunKind,
    RunState,
    SetupDraft,
)

TICK_SECONDS = 10.0
"""How often a worker moves the high-water mark on."""
VOUCHED_FOR = timedelta(minutes=15)
"""A machine without a file joins an installation whose mark another machine has moved since; after a longer silence it
may just as well be an older database that was put back."""

_ENDED_BY_A_RESTORE = (RunKind.SETUP, RunKind.UNDO, RunKind.RESTORE, RunKind.LINK)
_OPEN = (RunState.QUEUED, RunState.RUNNING)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mark:
    """`confirmations`: how often a person confirmed that this database may write again. `place`: the inode that the
    file says to have; `found_at`: the one it has."""

    identity: uuid.UUID
    confirmations: int
    high_water: int
    place: int
    found_at: int

    @property
    def reached(self) -> tuple[int, int]:
        return self.confirmations, self.high_water


class UnreadableMark(Exception):
    """The file beside the secrets is there, but broken."""


_watched: Mark | None = None


def ensure() -> Installation:
    """Safe to repeat and from several processes."""
    return Installation.objects.get_or_create(id=1, defaults={"identity": uuid.uuid4()})[0]


def judge(at: Home | None = None) -> str | None:
    """Why Twinbook only observes; None when it may write, and then the mark is moved on and this process watches it.

    For the start of every process and, while one goes on, every TICK_SECONDS. Two statements and a small file.
    """
    where = at or home()
    file = _read(where)
    # Only then the row: others move both on meanwhile, the row first, so that it can never look older than the file.
    row = Installation.objects.filter(id=1).first()
    if row is None:
        return None
    if row.observe_only_since is None:
        why = _doubt(row, file, where)
        if why is None:
            tick(at)
            return None
        stop(why)
    row.refresh_from_db()
    return row.observe_only_why


def observes() -> bool:
    """Whether nothing may be written because a person has to confirm first. One query; for every look and every write.

    Also notices a database that was put back under a running process.
    """
    watched = _watched
    # Only then the row: another thread moves the mark on meanwhile, the row first.
    row = Installation.objects.filter(id=1).first()
    if row is None:
        return False
    if row.observe_only_since is not None:
        return True
    if watched is None or (
        row.identity == watched.identity and (row.confirmations, row.high_water) >= watched.reached
    ):
        return False
    stop(sentence("An older database was put in the place of the present one while Twinbook was running."))
    return True


def tick(at: Home | None = None) -> None:
    """Moves the high-water mark on, in the database first and then in the file, which is thus never ahead of it."""
    global _watched
    moved = statements.one(_TICK, {"mark": mark_of_database()})
    if moved is None:
        return
    path = mark_file(at or home())
    try:
        _watched = _write(path, *moved)
    except OSError as error:
        # The file stays behind its database, which says nothing; the next tick may succeed.
        _log.warning("%s was not written (%s)", path, error.strerror)
        identity, confirmations, high_water = moved
        _watched = Mark(identity, confirmations, high_water, 0, 0)


def stop_watching() -> None:
    """This process is about to leave this database."""
    global _watched
    _watched = None


def stop(why: str) -> None:
    """From now on Twinbook only observes. What this database agreed on with Aeries is old: until each class has been
    looked through after the confirmation, no policy decides a conflict and no create goes without a look for partners.
    Safe to repeat; the first reason stays."""
    with transaction.atomic():
        if not Installation.objects.filter(id=1, observe_only_since=None).update(
            observe_only_since=Now(), observe_only_why=why
        ):
            return
        doubt_agreements()
    _log.warning("Twinbook only observes until a person confirms: %s", why)
    announce.announce_everybody()


def doubt_agreements() -> None:
    """Confirmed plans of the older state are not carried out any more."""
    Link.objects.filter(ended_on=None, base_doubtful_since=None).update(base_doubtful_since=Now())
    Pair.objects.filter(state=PairState.CREATING, create_sent_at=None).update(create_confirmed=False)
    Run.objects.filter(kind__in=_ENDED_BY_A_RESTORE, state__in=_OPEN).update(
        state=RunState.FAILED,
        finished_at=Now(),
        error={
            "code": "restored",
            "message": sentence("This was under way in a database that has been restored or copied since."),
            "hint": sentence("Look at both gradebooks and begin again."),
        },
    )
    ClassSync.objects.filter(setting_up=True).update(setting_up=False)
    SetupDraft.objects.filter(state=DraftState.CONFIRMED).update(state=DraftState.READY)


def may_write_again(at: Home | None = None) -> None:
    """A person has confirmed. Every class is looked through from the beginning."""
    found = _read(at or home())
    file = found if isinstance(found, Mark) else None
    with transaction.atomic():
        row = Installation.objects.select_for_update().get(id=1)
        if row.observe_only_since is None:
            return
        if file is not None and str(file.identity) not in row.known_as:
            row.known_as = [*row.known_as, str(file.identity)]
        row.confirmations = max(row.confirmations, file.confirmations if file else 0) + 1
        row.high_water = max(row.high_water, file.high_water if file else 0)
        row.observe_only_since, row.observe_only_why = None, ""
        row.save()
        Link.objects.filter(ended_on=None).update(look_at_everything=True)
    tick(at)


def mark_file(at: Home) -> Path:
    return at.secrets / "installation.json"


def mark_of_database() -> str:
    """Names this very database: another server, or another database in it, has another one.

    A server that keeps its identifier from ordinary roles leaves the number of the database.
    """
    try:
        with transaction.atomic():
            row = statements.one(_MARK_OF_DATABASE, {})
    except ProgrammingError:
        row = statements.one(_MARK_WITHOUT_SERVER, {})
    assert row is not None
    return str(row[0])


def _doubt(row: Installation, file: Mark | UnreadableMark | None, at: Home) -> str | None:
    """A sentence for people, or None. A database that was never judged is new or comes from a version that did not judge;
    one without links has agreed on nothing, and so nothing in it can be too old."""
    if not row.database_mark or not _has_agreed_on_anything():
        return None
    if mark_of_database() != row.database_mark:
        return sentence("This database is a copy: it was last used in another place.")
    if isinstance(file, UnreadableMark):
        return sentence(
            "%(at)s is broken, so that nobody can tell whether this database is the newest.",
            at=str(mark_file(at)),
        )
    if file is None:
        return (
            None
            if _vouched_for(row)
            else sentence("%(at)s is missing, and no other machine is at work.", at=str(mark_file(at)))
        )
    if file.identity != row.identity and str(file.identity) not in row.known_as:
        return sentence("This database belongs to another installation than the data folder.")
    if file.reached > (row.confirmations, row.high_water):
        return sentence("This database is older than the one that was last used here: it was restored.")
    if file.confirmations == row.confirmations and file.place != file.found_at:
        return sentence("%(path)s was copied or put back from a backup.", path=str(at.path))
    return None


def _has_agreed_on_anything() -> bool:
    return Link.objects.exists() or ClassSync.objects.filter(setting_up=True).exists()


def _vouched_for(row: Installation) -> bool:
    return row.ticked_at is not None and clock.now() - row.ticked_at < VOUCHED_FOR


def read(at: Home) -> Mark | None:
    """None: there is no file. Raises UnreadableMark."""
    path = mark_file(at)
    try:
        with path.open(encoding="utf-8") as file:
            found: Any = json.load(file)
            return Mark(
                uuid.UUID(found["identity"]),
                int(found["confirmations"]),
                int(found["high_water"]),
                int(found["place"]),
                os.fstat(file.fileno()).st_ino,
            )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableMark(str(path)) from error


def _read(at: Home) -> Mark | UnreadableMark | None:
    try:
        return read(at)
    except UnreadableMark as error:
        return error


def _write(path: Path, identity: uuid.UUID, confirmations: int, high_water: int) -> Mark:
    """The new file bears its own number: a copy of it has another one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            place = os.fstat(file.fileno()).st_ino
            mark = Mark(identity, confirmations, high_water, place, place)
            json.dump(
                {
                    "identity": str(identity),
                    "confirmations": confirmations,
                    "high_water": high_water,
                    "place": mark.place,
                },
                file,
            )
            file.flush()
            os.fsync(file.fileno())
        _give_to_owner_of(path.parent, draft)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return mark


def _give_to_owner_of(folder: Path, file: Path) -> None:
    """A command that root has run must leave a file that the service can read."""
    owner = folder.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.chown(file, owner.st_uid, owner.st_gid)


_TICK = """
    UPDATE sync_installation
    SET high_water = high_water + 1, ticked_at = clock_timestamp(), database_mark = %(mark)s
    WHERE id = 1 AND observe_only_since IS NULL
    RETURNING identity, confirmations, high_water
"""
_MARK_WITHOUT_SERVER = "SELECT 'unknown:' || oid FROM pg_database WHERE datname = current_database()"
_MARK_OF_DATABASE = """
    SELECT system_identifier || ':' || (SELECT oid FROM pg_database WHERE datname = current_database())
    FROM pg_control_system()
"""
