"""A class as one readable, versioned JSON file: both gradebooks, every score of them (docs/class-backup.md).

The same file is written before a set-up's first write, by `twinbook class backup` and by the page; `restore` reads it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from twinbook.aeries.permits import Lane
from twinbook.core.sentence import sentence
from twinbook.core.setup.serial import to_json
from twinbook.core.snapshot import GradebookReading
from twinbook.core.values import BLANK, ForeignMark, Mark, MarkKind, Number, OurValue
from twinbook.gradebook import overview
from twinbook.gradebook.cells import Cell
from twinbook.gradebook.overview import Gradebook
from twinbook.home import home
from twinbook.sync import clock, errors, identity, remote, snapshots
from twinbook.sync.look import live_links

Json = dict[str, Any]

FORMAT = "twinbook-class-backup"
VERSION = 2
"""1, of versions before the first release, held neither comments nor late marks."""
MOST_BYTES = 50_000_000


class ClassPart(msgspec.Struct, frozen=True):
    id: int
    name: str
    school_code: int
    section_number: int
    term: str = ""


class StudentPart(msgspec.Struct, frozen=True):
    id: int
    sis_student_id: int | None
    name: str
    active: bool


class CategoryPart(msgspec.Struct, frozen=True):
    id: int
    name: str
    weight: Decimal | None
    drop_lowest: int


class ActivityPart(msgspec.Struct, frozen=True):
    id: int
    title: str
    description: str
    category_id: int | None
    points: Decimal
    assigned_on: date | None
    due_on: date | None
    extra_credit: bool
    grading_completed: bool
    published: bool


class ScorePart(msgspec.Struct, frozen=True, omit_defaults=True):
    """At most one of score, mark and sis_mark; none of them: blank."""

    activity_id: int
    student_id: int
    score: Decimal | None = None
    mark: MarkKind | None = None
    sis_mark: str | None = None
    late: bool | None = None
    comment: str | None = None

    @property
    def value(self) -> OurValue:
        if self.score is not None:
            return Number(self.score)
        if self.mark is not None:
            return Mark(self.mark)
        return BLANK if self.sis_mark is None else ForeignMark(self.sis_mark)


class LmsPart(msgspec.Struct, frozen=True):
    students: list[StudentPart]
    categories: list[CategoryPart]
    activities: list[ActivityPart]
    scores: list[ScorePart]


class Backup(msgspec.Struct, frozen=True):
    """What a restore reads of the file. The Aeries side is kept for people; it is never written back from a file."""

    format: str
    version: int
    made_at: datetime
    school_class: ClassPart = msgspec.field(name="class")
    lms: LmsPart


class _Head(msgspec.Struct):
    format: str
    version: int


def told() -> str:
    """What the summary says about it."""
    return sentence(
        "Before the first write both gradebooks are saved, every score of them, in a file in %(folder)s "
        "on the server.",
        folder=str(folder()),
    )


def folder() -> Path:
    path: Path = home().path / "backups"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


# Writing


def write(run_id: int, class_id: int, theirs: GradebookReading) -> Path:
    """Complete on disk when this returns; written again by a resumed run it says the same."""
    target = folder() / f"class-{class_id}-run-{run_id}.json"
    if not target.exists():
        put(target, body(class_id, [theirs]))
    return target


def put(target: Path, document: Json) -> None:
    """Whole or not at all, for its owner only. Raises OSError."""
    part = target.with_name(target.name + ".part")
    with os.fdopen(
        os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(as_text(document))
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)


def as_text(document: Json) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def body(class_id: int, theirs: Sequence[GradebookReading]) -> Json:
    """Raises NotFoundError."""
    book = overview.gradebook(class_id)
    found = Backup(
        format=FORMAT,
        version=VERSION,
        made_at=clock.now(),
        school_class=ClassPart(
            class_id,
            book.school_class.name,
            book.school_class.school_code,
            book.school_class.section_number,
            book.school_class.term,
        ),
        lms=_lms(book),
    )
    kept: Json = msgspec.to_builtins(found)
    return {**kept, "aeries": [to_json(reading) for reading in theirs]}


def _lms(book: Gradebook) -> LmsPart:
    return LmsPart(
        students=[
            StudentPart(row.student.id, row.student.sis_student_id, row.student.name, row.active)
            for row in book.students
        ],
        categories=[CategoryPart(row.id, row.name, row.weight, row.drop_lowest) for row in book.categories],
        activities=[
            ActivityPart(
                row.id,
                row.title,
                row.description,
                row.category_id,
                row.points,
                row.assigned_on,
                row.due_on,
                row.extra_credit,
                row.grading_completed,
                row.published,
            )
            for row in book.activities
        ],
        scores=[_score(cell) for _, cell in sorted(book.cells.items()) if _says_something(cell)],
    )


def _says_something(cell: Cell) -> bool:
    return cell.value != BLANK or cell.late is not None or cell.comment is not None


def _score(cell: Cell) -> ScorePart:
    value = cell.value
    return ScorePart(
        cell.activity_id,
        cell.student_id,
        score=value.value if isinstance(value, Number) else None,
        mark=value.kind if isinstance(value, Mark) else None,
        sis_mark=value.text if isinstance(value, ForeignMark) else None,
        late=cell.late,
        comment=cell.comment,
    )


def read_aeries(class_id: int) -> list[GradebookReading]:
    """The live gradebooks of the class as they stand in Aeries now; about a request an assignment. Raises NotConnected,
    AeriesUnavailable, AeriesRefuses."""
    from twinbook.sync.setup import asking

    links = live_links(class_id)
    if not links:
        return []
    with asking() as client:
        ask = partial(client.systeminfo, via=Lane.PERSON)
        year, _ = identity.check(remote.connection_row().id, client, lambda: ask().value)
        return [
            snapshots.read_gradebook(client, link.gradebook_number, str(year), lambda *_: None, Lane.PERSON)
            for link in links
            if link.database_year == str(year)
        ]


# Reading


def read(raw: bytes, class_id: int) -> Backup:
    """Raises BackupUnusable: not such a file, of a newer or an older version, broken, or of another class."""
    if len(raw) > MOST_BYTES:
        raise errors.BackupUnusable(sentence("The file is too large for a backup of a class."))
    try:
        head = msgspec.json.decode(raw, type=_Head)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise errors.BackupUnusable(
            sentence("This file is no backup of a class, or it is broken."),
            hint=sentence("Take a file that Twinbook wrote, as it was written."),
        ) from None
    if head.format != FORMAT:
        raise errors.BackupUnusable(sentence("This file is no backup of a class."))
    if head.version > VERSION:
        raise errors.BackupUnusable(
            sentence(
                "This backup has format version %(version)s; this Twinbook reads version %(version2)s.",
                version=head.version,
                version2=VERSION,
            ),
            hint=sentence("It was written by a newer Twinbook: upgrade, then restore."),
        )
    if head.version < VERSION:
        raise errors.BackupUnusable(
            sentence(
                "This backup has format version %(version)s, which holds too little to restore from.",
                version=head.version,
            ),
            hint=sentence("It is readable by eye; type from it what you need."),
        )
    try:
        found = msgspec.json.decode(raw, type=Backup)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise errors.BackupUnusable(
            sentence("This backup is broken: %(error)s.", error=str(error)),
            hint=sentence("Take another copy of the file."),
        ) from None
    _check_class(found, class_id)
    _check_whole(found)
    return found


def _check_class(found: Backup, class_id: int) -> None:
    wanted = overview.gradebook(class_id).school_class
    theirs = found.school_class
    same = (theirs.id, theirs.school_code, theirs.section_number)
    if same != (class_id, wanted.school_code, wanted.section_number):
        raise errors.BackupUnusable(
            sentence(
                "This is the backup of another class: “%(name)s” (section %(section_number)s).",
                name=theirs.name,
                section_number=theirs.section_number,
            ),
            hint=sentence("Choose a backup of “%(name)s”.", name=wanted.name),
        )


def _check_whole(found: Backup) -> None:
    """Whether every score is of an activity, a student and a kind that the file itself knows."""
    activities = {row.id for row in found.lms.activities}
    students = {row.id for row in found.lms.students}
    categories = {row.id for row in found.lms.categories}
    seen: set[tuple[int, int]] = set()
    for row in found.lms.scores:
        key = (row.activity_id, row.student_id)
        kinds = sum(one is not None for one in (row.score, row.mark, row.sis_mark))
        if row.activity_id not in activities or row.student_id not in students or key in seen or kinds > 1:
            raise errors.BackupUnusable(
                sentence("This backup is broken: its scores do not fit its activities and students."),
                hint=sentence("Take another copy of the file."),
            )
        seen.add(key)
    if any(row.category_id is not None and row.category_id not in categories for row in found.lms.activities):
        raise errors.BackupUnusable(
            sentence("This backup is broken: an activity is in a category that it does not hold.")
        )
