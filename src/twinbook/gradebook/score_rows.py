"""The SQL of saving scores: three statements in two round trips, whatever the number of cells.

All writers of scores lock the class row first, so what `lock_and_read` sees cannot move before `write`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from twinbook.core.sentence import sentence
from twinbook.gradebook import cells
from twinbook.gradebook.cells import Cell
from twinbook.gradebook.errors import NotFoundError
from twinbook.gradebook.history import Entry
from twinbook.gradebook.origin import Origin, OriginKind

_LARGEST_ID = 2**63 - 1
_NO_ACTIVITY = sentence("There is no such activity in this class.")

_LOCK = """
SELECT activity.points, activity.extra_credit, activity.title
  FROM gradebook_schoolclass AS class
  JOIN gradebook_activity AS activity ON activity.school_class_id = class.id
 WHERE class.id = %s AND activity.id = %s AND activity.deleted_at IS NULL
   FOR NO KEY UPDATE
"""

_COLUMNS = """score.activity_id, score.student_id, score.kind, score.number, score.mark, score.sis_mark, score.late,
       score.comment, score.version, score.value_version, score.origin_kind, score.origin_actor,
       score.origin_link, score.origin_run, score.saved_at"""

_READ = f"""
SELECT member.student_id, member.active, {_COLUMNS}
  FROM gradebook_classstudent AS member
  LEFT JOIN gradebook_score AS score ON score.activity_id = %s AND score.student_id = member.student_id
 WHERE member.school_class_id = %s AND member.student_id = ANY(%s)
"""

_NEXT_GENERATION = """
class AS (
  UPDATE gradebook_schoolclass SET generation = generation + 1 WHERE id = %(class)s RETURNING generation
), activity AS (
  UPDATE gradebook_activity SET generation = class.generation FROM class WHERE gradebook_activity.id = %(activity)s
), """

_WRITE = """
history AS (
  INSERT INTO gradebook_historyentry
         (school_class_id, activity_id, who, run_id, side, why, student_id, field, before, after)
  SELECT %(class)s, %(activity)s, %(who)s, %(run)s, 'lms', %(why)s, entry.*
    FROM unnest(%(h_student)s::bigint[], %(h_field)s::text[], %(h_before)s::text[], %(h_after)s::text[]) AS entry
)
INSERT INTO gradebook_score
       (activity_id, student_id, kind, number, mark, sis_mark, late, comment, version, value_version,
        origin_kind, origin_actor, origin_link, origin_run, saved_at)
SELECT %(activity)s, cell.student, cell.kind, cell.number, cell.mark, cell.sis_mark, cell.late, cell.comment,
       cell.version, cell.value_version, cell.origin_kind, cell.origin_actor, cell.origin_link, cell.origin_run,
       COALESCE(cell.saved_at, statement_timestamp())
  FROM unnest(%(student)s::bigint[], %(kind)s::text[], %(number)s::numeric[], %(mark)s::text[],
              %(sis_mark)s::text[], %(late)s::boolean[], %(comment)s::text[], %(version)s::bigint[],
              %(value_version)s::bigint[], %(origin_kind)s::text[], %(origin_actor)s::text[],
              %(origin_link)s::bigint[], %(origin_run)s::bigint[], %(saved_at)s::timestamptz[])
       AS cell (student, kind, number, mark, sis_mark, late, comment, version, value_version,
                origin_kind, origin_actor, origin_link, origin_run, saved_at)
    ON CONFLICT (activity_id, student_id) DO UPDATE
   SET kind = excluded.kind, number = excluded.number, mark = excluded.mark, sis_mark = excluded.sis_mark,
       late = excluded.late, comment = excluded.comment, version = excluded.version,
       value_version = excluded.value_version, origin_kind = excluded.origin_kind,
       origin_actor = excluded.origin_actor, origin_link = excluded.origin_link,
       origin_run = excluded.origin_run, saved_at = excluded.saved_at
RETURNING student_id, saved_at
"""

_OF_CLASS = f"""
SELECT {_COLUMNS}
  FROM gradebook_score AS score JOIN gradebook_activity AS activity ON activity.id = score.activity_id
 WHERE activity.school_class_id = %s AND activity.deleted_at IS NULL
 ORDER BY score.activity_id, score.student_id
"""

_OF_ACTIVITY = (
    f"SELECT {_COLUMNS} FROM gradebook_score AS score WHERE score.activity_id = %s ORDER BY score.student_id"
)


@dataclass(frozen=True, slots=True)
class LockedActivity:
    points: Decimal
    extra_credit: bool
    title: str


@dataclass(frozen=True, slots=True)
class Member:
    """A student of the class with the present cell of the locked activity."""

    active: bool
    cell: Cell


def lock_and_read(
    class_id: int, activity_id: int, student_ids: Iterable[int]
) -> tuple[LockedActivity, dict[int, Member]]:
    """Locks class and activity, in this order, until the transaction ends, and then reads the members of the
    class among `student_ids`; others are left out. Raises NotFoundError.

    Two statements in one round trip: the second takes its snapshot when the first has its locks.
    """
    if not (0 < class_id <= _LARGEST_ID and 0 < activity_id <= _LARGEST_ID):
        raise NotFoundError(_NO_ACTIVITY)
    possible = [student_id for student_id in student_ids if 0 < student_id <= _LARGEST_ID]
    connection.ensure_connection()
    with (
        connection.cursor() as locking,
        connection.cursor() as reading,
        connection.connection.pipeline(),
    ):
        locking.execute(_LOCK, [class_id, activity_id])
        reading.execute(_READ, [activity_id, class_id, possible])
        row, rows = locking.fetchone(), reading.fetchall()
    if row is None:
        raise NotFoundError(_NO_ACTIVITY)
    return LockedActivity(*row), {
        student_id: Member(active, Cell(student_id, activity_id) if row[0] is None else _cell(row))
        for student_id, active, *row in rows
    }


def write(
    class_id: int,
    activity_id: int,
    written: Sequence[Cell],
    entries: Sequence[Entry],
    origin: Origin,
    *,
    why: str,
    next_generation: bool,
) -> Mapping[int, datetime]:
    """Stores the cells as given and the history beside them; a cell's `saved_at` of None becomes now.

    With `next_generation` the class counts one up and the activity carries it. Returns `saved_at` by student.
    """
    columns = [cells.to_columns(cell.value) for cell in written]
    origins = [cell.origin or origin for cell in written]
    parameters: dict[str, Any] = {
        "class": class_id,
        "activity": activity_id,
        "who": origin.who,
        "run": origin.run_id,
        "why": why,
        "h_student": [entry.student_id for entry in entries],
        "h_field": [entry.field for entry in entries],
        "h_before": [entry.before for entry in entries],
        "h_after": [entry.after for entry in entries],
        "student": [cell.student_id for cell in written],
        "kind": [column.kind for column in columns],
        "number": [column.number for column in columns],
        "mark": [column.mark for column in columns],
        "sis_mark": [column.sis_mark for column in columns],
        "late": [cell.late for cell in written],
        "comment": [cell.comment for cell in written],
        "version": [cell.version for cell in written],
        "value_version": [cell.value_version for cell in written],
        "origin_kind": [each.kind.value for each in origins],
        "origin_actor": [each.actor for each in origins],
        "origin_link": [each.link_id for each in origins],
        "origin_run": [each.run_id for each in origins],
        "saved_at": [cell.saved_at for cell in written],
    }
    with connection.cursor() as cursor:
        cursor.execute("WITH " + (_NEXT_GENERATION if next_generation else "") + _WRITE, parameters)
        return dict(cursor.fetchall())


def of_activity(activity_id: int) -> dict[int, Cell]:
    """Every stored cell of an activity by student id; an absent one is blank."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_ACTIVITY, [activity_id])
        return {row[1]: _cell(row) for row in cursor.fetchall()}


def of_class(class_id: int) -> dict[tuple[int, int], Cell]:
    """Every stored cell of the class's activities by (activity id, student id); an absent one is blank."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_CLASS, [class_id])
        return {(row[0], row[1]): _cell(row) for row in cursor.fetchall()}


def _cell(row: Sequence[Any]) -> Cell:
    (activity_id, student_id, kind, number, mark, sis_mark, late, comment, version, value_version) = row[:10]
    origin_kind, actor, link_id, run_id, saved_at = row[10:]
    return Cell(
        student_id,
        activity_id,
        cells.from_columns(kind, number, mark, sis_mark),
        late,
        comment,
        version,
        value_version,
        Origin(OriginKind(origin_kind), actor, link_id, run_id),
        saved_at,
    )
