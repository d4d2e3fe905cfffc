"""The draft of a set-up: every item of both gradebooks as it was read, with the answer a teacher gave for it.

A pair is kept at the Aeries row alone, so that a partner can stand in one place only. The rows of matched LMS items stay
in the draft with their own earlier answer and are only not shown; unmatched, they come back as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from twinbook.core.cells import Policy


class Action(StrEnum):
    MATCH = "match"
    CREATE = "create"
    IGNORE = "ignore"


class Confidence(StrEnum):
    SURE = "sure"
    PROBABLE = "probable"
    NONE = "none"


class FieldsFrom(StrEnum):
    KEEP = "keep"
    AERIES = "aeries"
    LMS = "lms"


class Level(StrEnum):
    WARNING = "warning"
    BLOCKING = "blocking"


class DraftState(StrEnum):
    READING = "reading"
    READY = "ready"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Check:
    code: str
    level: Level
    message: str
    hint: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category in Aeries. `proposed` is the proposer's partner, `lms_id` the partner of an answered match."""

    code: str
    name: str
    percent: Decimal | None
    proposed: str | None = None
    confidence: Confidence = Confidence.NONE
    action: Action | None = None
    lms_id: str | None = None
    stale: bool = False
    gone: bool = False

    @property
    def name_key(self) -> str:
        """Under which an answer is found again in another gradebook."""
        return self.name.strip().casefold()


@dataclass(frozen=True, slots=True)
class LmsCategoryRow:
    """Its own answer counts only while no Aeries category is matched with it, and can only be `ignore`."""

    lms_id: str
    name: str
    weight: Decimal | None
    drop_lowest: int = 0
    action: Action | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """An activity in Aeries. `only_ignore` says why nothing but `ignore` is possible; blank: all answers are.

    `note` says what became of the item since its answer, while the row is stale.
    """

    aeries_id: str
    number: int
    name: str
    category_code: str
    points: Decimal
    entry_max: Decimal
    due_on: date | None
    scores: int
    only_ignore: str = ""
    proposed: str | None = None
    confidence: Confidence = Confidence.NONE
    reason: str = ""
    action: Action | None = None
    lms_id: str | None = None
    scores_from: Policy = Policy.ASK
    fields_from: FieldsFrom = FieldsFrom.KEEP
    stale: bool = False
    note: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """An activity of the LMS. Its own answer counts only while no Aeries row is matched with it."""

    lms_id: str
    title: str
    category_id: str | None
    points: Decimal
    due_on: date | None
    scores: int
    published: bool = True
    action: Action | None = None
    scores_from: Policy = Policy.ASK
    fields_from: FieldsFrom = FieldsFrom.KEEP
    stale: bool = False
    note: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """`shelf`: the drafts of gradebooks looked at before, so that switching back finds every answer again."""

    gradebook_number: int
    state: DraftState = DraftState.READING
    read_at: datetime | None = None
    checks: tuple[Check, ...] = ()
    categories: tuple[CategoryRow, ...] = ()
    lms_categories: tuple[LmsCategoryRow, ...] = ()
    assignments: tuple[AssignmentRow, ...] = ()
    activities: tuple[ActivityRow, ...] = ()
    shelf: tuple[Draft, ...] = field(default=())

    def matched_activities(self) -> Mapping[str, AssignmentRow]:
        """LMS activity → the Aeries row that is matched with it."""
        return {row.lms_id: row for row in self.assignments if row.action is Action.MATCH and row.lms_id}

    def matched_categories(self) -> Mapping[str, CategoryRow]:
        return {row.lms_id: row for row in self.categories if row.action is Action.MATCH and row.lms_id}
