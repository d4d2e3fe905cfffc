"""What a run moved, written in the very transaction of the move: what stood there before, so that the run can be undone
for the whole school year (G4). The history beside it is for people; this is exact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from twinbook.core.carry_out import changes as ch
from twinbook.core.fields import Field, FieldBase
from twinbook.core.values import BLANK, Form, OurValue
from twinbook.gradebook import scores
from twinbook.gradebook.models import Side
from twinbook.sync import codec
from twinbook.sync.models import CellBaseRow, MovedCell, MovedField, Pair

_FIELDS = {field.value for field in Field}


@dataclass(frozen=True, slots=True)
class Moved:
    """Cells and fields that a commit is about to move, as they stand until then."""

    cells: tuple[MovedCell, ...] = ()
    fields: tuple[MovedField, ...] = ()


def about_to_move(link_id: int, run_id: int | None, changes: Sequence[ch.Change]) -> Moved:
    """Call it before the changes are applied, in their transaction. Without a run nothing is kept."""
    if run_id is None:
        return Moved()
    return Moved(tuple(_cells(link_id, run_id, changes)), tuple(_fields(link_id, run_id, changes)))


def store(moved: Moved, *, lost: Iterable[int] = ()) -> None:
    """What a run found first counts; of its later moves only what they left behind. `lost`: students whose take-over was
    dropped."""
    dropped = set(lost)
    cells = [cell for cell in moved.cells if cell.side == Side.AERIES or cell.student_id not in dropped]
    if cells:
        MovedCell.objects.bulk_create(
            cells,
            update_conflicts=True,
            unique_fields=["run_id", "activity", "student"],
            update_fields=["after_version"],
        )
    if moved.fields:
        MovedField.objects.bulk_create(moved.fields, ignore_conflicts=True)


def fields_moved(run_id: int | None, pair_id: int, fields: FieldBase) -> None:
    """The halves that the run leaves behind."""
    if run_id is None:
        return
    for row in MovedField.objects.filter(run_id=run_id, student=None, activity__pairs=pair_id):
        if row.field in fields:
            row.after_ours, row.after_theirs = fields[row.field]
            row.save(update_fields=["after_ours", "after_theirs"])


def _cells(link_id: int, run_id: int, changes: Sequence[ch.Change]) -> Iterable[MovedCell]:
    takes = [change for change in changes if isinstance(change, ch.TakeOverCell)]
    writes = [change for change in changes if isinstance(change, ch.RecordWrite) and change.field == "score"]
    moves = {change.student: change for change in changes if isinstance(change, ch.MoveBase)}
    pairs = {step.pair for step in takes} | {move.pair for move in moves.values()}
    yield from _cells_with_points(link_id, run_id, changes)
    if not takes and not writes:
        return
    written = {write.student for write in writes if write.student is not None}
    students = {step.student for step in takes} | written
    bases = {
        (row.pair_id, row.student_id): row
        for row in CellBaseRow.objects.filter(pair_id__in=pairs, student_id__in=students)
    }
    for step in takes:
        base = bases.get((step.pair, step.student))
        row = _cell(link_id, run_id, Side.LMS, step.activity, step.student, base)
        if base is None or base.ours_kind is None:
            cell = scores.of_activity(step.activity).get(step.student)
            _put_ours(row, BLANK if cell is None else cell.value)
        if base is None or base.theirs_kind is None:
            _put_theirs(row, step.theirs)
        row.after_version = step.expected_version + 1
        yield row
    for write in writes:
        move = moves.get(write.student or 0)
        if move is None or write.student is None:
            continue
        base = bases.get((move.pair, write.student))
        row = _cell(link_id, run_id, Side.AERIES, write.activity, write.student, base)
        if (base is None or base.ours_kind is None) and move.base.ours is not None:
            _put_ours(row, move.base.ours)
        if (base is None or base.theirs_kind is None) and write.replaced is not None:
            _put_theirs(row, write.replaced)
        row.after_version = move.base.ours_version
        yield row


def _cells_with_points(link_id: int, run_id: int, changes: Sequence[ch.Change]) -> Iterable[MovedCell]:
    """Scores that a change of points in Aeries takes along (A3)."""
    for change in changes:
        if not isinstance(change, ch.MovePoints):
            continue
        bases = {row.student_id: row for row in CellBaseRow.objects.filter(pair_id=change.pair)}
        for cell in change.cells:
            if cell.value == cell.before:
                continue
            base = bases.get(cell.student)
            row = _cell(link_id, run_id, Side.LMS, change.activity, cell.student, base)
            if base is None or base.ours_kind is None:
                _put_ours(row, cell.before)
            row.after_version = cell.expected_version + 1
            yield row


def _cell(
    link_id: int, run_id: int, side: Side, activity: int, student: int, base: CellBaseRow | None
) -> MovedCell:
    whole = base is not None and base.ours_kind is not None
    return MovedCell(
        run_id=run_id,
        link_id=link_id,
        activity_id=activity,
        student_id=student,
        side=side,
        agreed=whole,
        ours_kind=None if base is None else base.ours_kind,
        ours_text="" if base is None else base.ours_text,
        theirs_kind=None if base is None else base.theirs_kind,
        theirs_text="" if base is None else base.theirs_text,
    )


def _put_ours(row: MovedCell, value: OurValue) -> None:
    row.ours_kind, row.ours_text = codec.value_columns(value)


def _put_theirs(row: MovedCell, form: Form) -> None:
    row.theirs_kind, row.theirs_text = codec.form_columns(form)


def _fields(link_id: int, run_id: int, changes: Sequence[ch.Change]) -> Iterable[MovedField]:
    wanted: list[tuple[int, str]] = []
    for change in changes:
        match change:
            case ch.RecordWrite(activity, None, name) if name in _FIELDS:
                wanted.append((activity, name))
            case ch.SetOurFields(_, activity, _, moved) | ch.MovePoints(_, activity, _, moved):
                wanted += [(activity, one.field.value) for one in moved]
            case _:
                pass
    for activity, name in wanted:
        pair = Pair.objects.filter(link_id=link_id, activity_id=activity).first()
        halves = (None, None) if pair is None else pair.fields.get(name, (None, None))
        yield MovedField(
            run_id=run_id,
            link_id=link_id,
            activity_id=activity,
            field=name,
            ours=halves[0],
            theirs=halves[1],
        )
