"""A stored set-up draft as the screens read it: the rows themselves, the run that reads or confirms it, and what each match
would mean for scores and fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from twinbook.core.setup.comparing import Comparison, compare
from twinbook.core.setup.draft import AssignmentRow, Draft
from twinbook.core.setup.serial import from_json
from twinbook.core.snapshot import ClassSnapshot, GradebookReading
from twinbook.district import settings as district_settings
from twinbook.sync import errors, far, setup, snapshots
from twinbook.sync.models import DraftState, Run, RunKind, SetupDraft


@dataclass(frozen=True)
class OpenDraft:
    """One look at the draft. The readings of both gradebooks are large, and fetched on first use only."""

    class_id: int
    draft: Draft
    state: DraftState
    run: Run | None
    """The latest reading, or the confirmed set-up."""

    @cached_property
    def reading(self) -> GradebookReading | None:
        """None while the gradebook was never read to its end."""
        return None if self._stored is None else from_json(GradebookReading, self._stored)

    @cached_property
    def snapshot(self) -> ClassSnapshot:
        if self.reading is None:
            return snapshots.of_class(self.class_id)
        return setup.snapshot_for(self.class_id, self.reading)

    @cached_property
    def _stored(self) -> dict[str, Any] | None:
        return (
            SetupDraft.objects.filter(school_class_id=self.class_id).values_list("reading", flat=True).first()
        )

    def compare(self, rows: Iterable[AssignmentRow]) -> dict[str, Comparison]:
        """UniqueID → what matching the row with the partner it names would do."""
        wanted = list(rows)
        if not wanted or self._stored is None:
            return {}
        ids = {row.aeries_id for row in wanted}
        scores = {unique_id: cells for unique_id, cells in self._stored["scores"].items() if unique_id in ids}
        reading = from_json(GradebookReading, {**self._stored, "scores": scores})
        side = far.side_of(district_settings.get())
        place = setup.context(self.class_id, reading.database_year, reading)
        return compare(self.draft, self.snapshot, reading, side, place, wanted)


def of_class(class_id: int) -> OpenDraft:
    """Raises NoDraft."""
    rows = SetupDraft.objects.select_related("run").defer("reading", "confirmed_plan")
    row = rows.filter(school_class_id=class_id).first()
    if row is None:
        raise errors.NoDraft
    return OpenDraft(class_id, from_json(Draft, row.answers), DraftState(row.state), row.run)


def exists(class_id: int) -> bool:
    return SetupDraft.objects.filter(school_class_id=class_id).exists()


def last_run(class_id: int, *kinds: RunKind) -> Run | None:
    """The newest run of the class of these kinds, also when its draft is gone."""
    return Run.objects.filter(school_class_id=class_id, kind__in=kinds).order_by("-id").first()
