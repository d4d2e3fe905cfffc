"""What the product does to one gradebook in Aeries, seen from outside: each difference that no person made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.district_and_sandbox import Class
from tests.judge import Effect, Record

Json = dict[str, Any]


class Watch:
    """`look` before and after everything: what differs since the look before is a write that took effect."""

    def __init__(self, school_class: Class, record: Record, now: Callable[[], float]) -> None:
        self.school_class, self.record, self.now = school_class, record, now
        self.sent_on: dict[str, float] = {}
        """Assignment → when the reading began on which the newest write to it was decided."""
        self.seen = self._truth()

    def look(self) -> None:
        truth = self._truth()
        if truth != self.seen:
            self._tell(self.seen, truth)
            self.seen = truth

    def typed(self) -> None:
        """A person has just changed something: no effect of ours."""
        self.seen = self._truth()

    def _truth(self) -> dict[str, Json]:
        found = self.school_class.aeries.truth(self.school_class.gradebook)["assignments"]
        return {a["unique_id"]: a for a in found if not a["deleted"]}

    def _tell(self, before: Mapping[str, Json], after: Mapping[str, Json]) -> None:
        for assignment, now in after.items():
            was = before.get(assignment)
            if was is None:
                self.record.effects.append(Effect(self.now(), "insert", assignment))
                continue
            marks = {
                sis: (was["scores"][sis]["mark"] or "", row["mark"] or "")
                for sis, row in now["scores"].items()
                if sis in was["scores"] and was["scores"][sis]["mark"] != row["mark"]
            }
            if marks:
                read_at = self.sent_on.get(assignment)
                self.record.effects.append(Effect(self.now(), "scores", assignment, marks, read_at))
            elif {**was, "scores": None} != {**now, "scores": None}:
                self.record.effects.append(Effect(self.now(), "update", assignment))
