"""Saving scores: the one door for people, programs and the sync (design J1, C6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum

from django.db import transaction

from twinbook.core.sentence import sentence
from twinbook.core.values import OurValue, plain
from twinbook.gradebook import cells, hooks, score_rows, text
from twinbook.gradebook.cells import Cell
from twinbook.gradebook.errors import (
    GradebookError,
    InvalidError,
    NotFoundError,
    PointsChangedError,
    StudentInactiveError,
    VersionConflictError,
)
from twinbook.gradebook.history import Entry
from twinbook.gradebook.origin import Origin
from twinbook.gradebook.score_rows import LockedActivity, Member

COMMENT_LENGTH = 10_000


class Unchanged(Enum):
    """A part of a write that was left out."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED


@dataclass(frozen=True, slots=True)
class ScoreWrite:
    """What to change in one student's cell; parts left out stay. `late` and `comment` None: cleared."""

    student_id: int
    value: OurValue | Unchanged = UNCHANGED
    late: bool | Unchanged | None = UNCHANGED
    comment: str | Unchanged | None = UNCHANGED


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value to be written if the cell's value is still the one that the plan saw.

    `expected` is the `value_version` seen; None and 0 both mean that the cell never held a value.
    """

    student_id: int
    expected: int | None
    value: OurValue


def save_scores(
    class_id: int,
    activity_id: int,
    writes: Sequence[ScoreWrite],
    origin: Origin,
    *,
    if_match: int | None = None,
    points: Decimal | None = None,
    why: str = "",
) -> list[Cell]:
    """Saves all or nothing and returns the cells as they now are, in the order of `writes`.

    A cell that already holds what is written does not change, nor does anything else. `if_match` is the
    version of the only cell written (0: no row yet); `points` what the writer believes the activity to be
    worth. Committed on return, unless the caller holds a transaction; then the hook fires at its commit.
    Raises NotFoundError, InvalidScoreError, StudentInactiveError, PointsChangedError, VersionConflictError.
    """
    _check_writes(writes, if_match)
    with transaction.atomic():
        activity, members = score_rows.lock_and_read(
            class_id, activity_id, [write.student_id for write in writes]
        )
        _check_points(activity, points)
        before = [_active_cell(members, write.student_id) for write in writes]
        if if_match is not None and before[0].version != if_match:
            raise VersionConflictError(
                sentence("Someone else saved this score first."), field=f"students/{writes[0].student_id}"
            )
        after = [_changed(cell, write, origin) for cell, write in zip(before, writes, strict=True)]
        return _store(class_id, activity_id, before, after, origin, why, next_generation=True)


def compare_and_set(
    class_id: int,
    activity_id: int,
    changes: Sequence[ValueChange],
    origin: Origin,
    *,
    why: str = "",
    points: Decimal | None = None,
    wakes: bool = False,
) -> set[int]:
    """Writes each value whose cell is still as the plan saw it; returns the students who lost the race (C6).

    A student who is not in the class counts as lost; an inactive one is written. For the sync: it wakes
    nobody, so it counts no generation and calls no hook, unless `wakes`: a person chose these values. Joins a running transaction; the class and the
    activity stay locked until it ends. Raises NotFoundError when the activity is gone, PointsChangedError
    when `points` are no longer its points.
    """
    with transaction.atomic():
        activity, members = score_rows.lock_and_read(
            class_id, activity_id, [change.student_id for change in changes]
        )
        _check_points(activity, points)
        won = [c for c in changes if _still_expected(members.get(c.student_id), c.expected)]
        before = [members[change.student_id].cell for change in won]
        after = [_with_value(cell, change.value, origin) for cell, change in zip(before, won, strict=True)]
        _store(class_id, activity_id, before, after, origin, why, next_generation=wakes)
    return {change.student_id for change in changes} - {change.student_id for change in won}


def of_activity(activity_id: int) -> dict[int, Cell]:
    """Every stored cell of an activity by student id; an absent one is blank."""
    return score_rows.of_activity(activity_id)


def of_class(class_id: int) -> dict[tuple[int, int], Cell]:
    """Every stored cell of the class by (activity id, student id); deleted activities are left out."""
    return score_rows.of_class(class_id)


def _check_writes(writes: Sequence[ScoreWrite], if_match: int | None) -> None:
    if if_match is not None and len(writes) != 1:
        raise InvalidError(sentence("A version can be named only for a single score."), field="If-Match")
    if len({write.student_id for write in writes}) != len(writes):
        raise InvalidError(sentence("A student stands twice in one request."), field="scores")
    for write in writes:
        try:
            if not isinstance(write.value, Unchanged):
                cells.check_value(write.value)
            if isinstance(write.comment, str):
                text.checked(write.comment, "comment", COMMENT_LENGTH)
        except GradebookError as error:
            error.field = f"students/{write.student_id}/{error.field}"
            raise


def _check_points(activity: LockedActivity, points: Decimal | None) -> None:
    if points is not None and points != activity.points:
        raise PointsChangedError(
            sentence(
                "“%(title)s” is now worth %(points)s points, not %(typed)s.",
                title=activity.title,
                points=plain(activity.points),
                typed=plain(points),
            ),
            field="points",
        )


def _active_cell(members: dict[int, Member], student_id: int) -> Cell:
    member = members.get(student_id)
    if member is None:
        raise NotFoundError(
            sentence("There is no such student in this class."),
            hint=sentence(
                "Take a student of the class's list; who is enrolled comes with the next roster sync."
            ),
            field=f"students/{student_id}",
        )
    if not member.active:
        raise StudentInactiveError(
            sentence("This student is no longer active in the class."), field=f"students/{student_id}"
        )
    return member.cell


def _still_expected(member: Member | None, expected: int | None) -> bool:
    return member is not None and member.cell.value_version == (expected or 0)


def _changed(cell: Cell, write: ScoreWrite, origin: Origin) -> Cell:
    after = cell if isinstance(write.value, Unchanged) else _with_value(cell, write.value, origin)
    if not isinstance(write.late, Unchanged) and write.late != cell.late:
        after = replace(after, late=write.late, version=cell.version + 1)
    if not isinstance(write.comment, Unchanged) and write.comment != cell.comment:
        after = replace(after, comment=write.comment, version=cell.version + 1)
    return after


def _with_value(cell: Cell, value: OurValue, origin: Origin) -> Cell:
    if value == cell.value:
        return cell
    return replace(
        cell,
        value=value,
        version=cell.version + 1,
        value_version=cell.value_version + 1,
        origin=origin,
        saved_at=None,
    )


def _store(
    class_id: int,
    activity_id: int,
    before: Sequence[Cell],
    after: Sequence[Cell],
    origin: Origin,
    why: str,
    *,
    next_generation: bool,
) -> list[Cell]:
    written = sorted(
        (new for old, new in zip(before, after, strict=True) if new != old), key=lambda cell: cell.student_id
    )
    if not written:
        return list(after)
    entries = [e for old, new in zip(before, after, strict=True) for e in _entries(old, new)]
    saved_at = score_rows.write(
        class_id, activity_id, written, entries, origin, why=why, next_generation=next_generation
    )
    if next_generation:
        hooks.announce(class_id)
    return [replace(cell, saved_at=saved_at.get(cell.student_id, cell.saved_at)) for cell in after]


def _entries(old: Cell, new: Cell) -> Iterable[Entry]:
    if new.value != old.value:
        yield _entry(new, "score", cells.value_text(old.value), cells.value_text(new.value))
    if new.late != old.late:
        yield _entry(new, "late", _late_text(old.late), _late_text(new.late))
    if new.comment != old.comment:
        yield _entry(new, "comment", old.comment, new.comment)


def _entry(cell: Cell, field: str, before: str | None, after: str | None) -> Entry:
    return Entry(field, before, after, activity_id=cell.activity_id, student_id=cell.student_id)


def _late_text(late: bool | None) -> str | None:
    return None if late is None else ("late" if late else "on time")
