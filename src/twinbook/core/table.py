"""Table C2 as data: what happens to a cell, by what each side did since both agreed.

`docs/table-c2.md` is printed from this table, so that the page cannot disagree with the code. The columns are the only
questions the merge may ask; `merge.decide` finds the row and carries it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Moved(StrEnum):
    """What one side did since the base, judged by its own form against its own half (C1)."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    NO_BASE = "no base"


class Compared(StrEnum):
    """How the two present values compare after conversion. Asked only where a row of the table needs it."""

    ANY = "any"
    EQUAL = "equal after conversion"
    OURS_BLANK = "only ours is blank"
    THEIRS_BLANK = "only theirs is blank"
    DIFFERENT = "different"


class Action(StrEnum):
    NOTHING = "nothing"
    NEW_BASE = "new base, no write"
    SEND = "send; if it cannot be sent: held, with the text to type there"
    TAKE_OVER = "take over here"
    CONFLICT = "conflict: policy ask, lms or aeries"


@dataclass(frozen=True, slots=True)
class Row:
    ours: Moved
    theirs: Moved
    compared: Compared
    action: Action


U, C, N = Moved.UNCHANGED, Moved.CHANGED, Moved.NO_BASE

TABLE: tuple[Row, ...] = (
    Row(U, U, Compared.ANY, Action.NOTHING),
    Row(C, U, Compared.EQUAL, Action.NEW_BASE),
    Row(C, U, Compared.DIFFERENT, Action.SEND),
    Row(U, C, Compared.EQUAL, Action.NEW_BASE),
    Row(U, C, Compared.DIFFERENT, Action.TAKE_OVER),
    Row(C, C, Compared.EQUAL, Action.NEW_BASE),
    Row(C, C, Compared.DIFFERENT, Action.CONFLICT),
    Row(N, N, Compared.EQUAL, Action.NEW_BASE),
    Row(N, N, Compared.OURS_BLANK, Action.TAKE_OVER),
    Row(N, N, Compared.THEIRS_BLANK, Action.SEND),
    Row(N, N, Compared.DIFFERENT, Action.CONFLICT),
)


def action_for(ours: Moved, theirs: Moved, compared: Compared) -> Action:
    """The action of the one row that fits. A blank is an ordinary value except where nothing was agreed yet.

    Raises LookupError for a combination outside the table (one side without base and the other with one): a bug of ours.
    """
    wanted = Compared.DIFFERENT if ours is not N and compared in _ONE_BLANK else compared
    for row in TABLE:
        if row.ours is ours and row.theirs is theirs and row.compared in (Compared.ANY, wanted):
            return row.action
    raise LookupError(f"no row for {ours}, {theirs}, {compared}")


_ONE_BLANK = (Compared.OURS_BLANK, Compared.THEIRS_BLANK)


def as_markdown() -> str:
    lines = ["| LMS side | Aeries side | the two values | action |", "|---|---|---|---|"]
    lines += [f"| {row.ours} | {row.theirs} | {row.compared} | {row.action} |" for row in TABLE]
    return "\n".join(lines) + "\n"
