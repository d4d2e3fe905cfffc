"""Whether the other side got a value of the history, when and by which run: asked of the entries after it, and of how the
cell stands now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from twinbook.core.fields import Field
from twinbook.gradebook import scores
from twinbook.gradebook.models import Activity, HistoryEntry, Side
from twinbook.sync import overview
from twinbook.sync.models import Run, RunKind
from twinbook.sync.overview import ClassStand

State = Literal["arrived", "waiting", "held", "conflict", "local", "replaced"]
_STATES: Mapping[str, State] = {
    "synced": "arrived",
    "waiting": "waiting",
    "held": "held",
    "conflict": "conflict",
    "local": "local",
}
_BOTH_KNOW = {"score", "activity", *(field.value for field in Field)}
_BY_PERSONS = (RunKind.UNDO, RunKind.RESTORE)

Key = tuple[int | None, int | None, str]


@dataclass(frozen=True, slots=True)
class OtherSide:
    """`replaced`: another value took its place before it went. `at` and `run_id`: of the moment it arrived, where known."""

    state: State
    at: datetime | None = None
    run_id: int | None = None


def of_entries(class_id: int, rows: Sequence[HistoryEntry]) -> Mapping[int, OtherSide]:
    """By entry; one that the other side does not know (a comment, a membership) has none."""
    asked = [row for row in rows if row.field in _BOTH_KNOW and row.activity_id is not None]
    if not asked:
        return {}
    return _Asked(class_id, asked).answers()


class _Asked:
    def __init__(self, class_id: int, rows: list[HistoryEntry]) -> None:
        self.rows = rows
        self.class_id = class_id
        self.stand = ClassStand(class_id)
        ids = {row.run_id for row in rows if row.run_id is not None}
        self.by_persons = set(
            Run.objects.filter(id__in=ids, kind__in=_BY_PERSONS).values_list("id", flat=True)
        )
        activities = {row.activity_id for row in rows if row.activity_id is not None}
        self.activities = {row.id: row for row in Activity.objects.filter(id__in=activities)}
        self.later: dict[Key, list[HistoryEntry]] = defaultdict(list)
        found = HistoryEntry.objects.filter(
            school_class_id=class_id, activity_id__in=activities, id__gt=min(row.id for row in rows)
        )
        for entry in found.filter(field__in={row.field for row in rows}).order_by("id"):
            self.later[entry.activity_id, entry.student_id, entry.field].append(entry)

    def answers(self) -> Mapping[int, OtherSide]:
        found = {row.id: self._of(row) for row in self.rows}
        return {id: other for id, other in found.items() if other is not None}

    def _of(self, row: HistoryEntry) -> OtherSide | None:
        if row.field == "activity" and row.after is None:
            return None
        if row.side == Side.AERIES or (row.run_id is not None and row.run_id not in self.by_persons):
            return OtherSide("arrived", row.at, row.run_id)
        later = [e for e in self.later[row.activity_id, row.student_id, row.field] if e.id > row.id]
        there = next((entry for entry in later if entry.side == Side.AERIES), None)
        if there is not None and (row.field != "score" or there.after == row.after):
            return OtherSide("arrived", there.at, there.run_id)
        if any(entry.side == Side.LMS for entry in later):
            return OtherSide("replaced")
        return self._now(row)

    def _now(self, row: HistoryEntry) -> OtherSide | None:
        activity = self.activities.get(row.activity_id or 0)
        if activity is None or activity.deleted_at is not None:
            return None
        if row.field != "score":
            return OtherSide(_STATES[overview.activity_sync(self.stand, activity)])
        if row.student_id is None:
            return None
        cell = scores.of_activity(activity.id).get(row.student_id)
        if cell is None:
            return None
        stand = self.stand.of(activity, row.student_id, cell.value)
        return OtherSide(_STATES[stand.sync.value], stand.synced_at)
