"""What was answered before proposes itself again: after unlinking, for the next term's gradebook, in a sibling section.

In the same gradebook the permanent UniqueID decides, or our own external id where the UniqueID is gone. Elsewhere only
names are known: an answer is taken up where a name stands once on each side, with the same points.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from twinbook.core.setup.draft import (
    Action,
    ActivityRow,
    AssignmentRow,
    CategoryRow,
    Confidence,
    Draft,
    LmsCategoryRow,
)
from twinbook.core.setup.terms import term_holding
from twinbook.core.snapshot import GradebookReading

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class SameGradebook:
    """The answers of an ended link with this very gradebook. Activities by our id, assignments by UniqueID; None as a
    partner: ignored."""

    partner_of: Mapping[str, str | None] = field(default_factory=dict)
    """UniqueID → our activity."""
    minted: Mapping[str, str] = field(default_factory=dict)
    """External id minted for this class and gradebook → our activity."""
    ignored_here: frozenset[str] = frozenset()
    category_of: Mapping[str, str | None] = field(default_factory=dict)
    """Aeries code → our category."""


@dataclass(frozen=True, slots=True)
class ByName:
    """The answers given for another gradebook, of this class or of a sibling. Names as `key` makes them."""

    partner_of: Mapping[str, str | None] = field(default_factory=dict)
    """Title there → title here."""
    ignored_here: frozenset[str] = frozenset()
    category_of: Mapping[str, str | None] = field(default_factory=dict)
    """Category name there → category name here."""
    own_class: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    same: SameGradebook = SameGradebook()
    others: tuple[ByName, ...] = ()
    """The nearest first."""


def key(name: str) -> str:
    return " ".join(name.split()).casefold()


def remember(draft: Draft, earlier: Earlier, reading: GradebookReading) -> Draft:
    """A freshly proposed draft, with the answers given before as sure proposals. A later answer is the nearer one."""
    for other in reversed(earlier.others):
        draft = _by_name(draft, other, reading)
    return _same(draft, earlier.same, reading)


def _same(draft: Draft, same: SameGradebook, reading: GradebookReading) -> Draft:
    here = {row.lms_id for row in draft.activities}
    there = {row.aeries_id for row in draft.assignments}
    partners = {unique_id: ours for unique_id, ours in same.partner_of.items() if unique_id in there}
    taken = {ours for ours in partners.values() if ours is not None}
    minted = Counter(found.external_id for found in reading.assignments if found.external_id in same.minted)
    for found in reading.assignments:
        ours = same.minted.get(found.external_id)
        if ours is None or ours in taken or found.unique_id in partners or minted[found.external_id] != 1:
            continue
        partners[found.unique_id] = ours
    partners = {unique_id: ours for unique_id, ours in partners.items() if ours is None or ours in here}
    draft = _with_partners(draft, partners, "paired before", "left alone before")
    draft = _with_ignored(draft, same.ignored_here)
    categories = {row.lms_id for row in draft.lms_categories}
    wanted = {c: ours for c, ours in same.category_of.items() if ours is None or ours in categories}
    return _with_categories(draft, wanted)


def _by_name(draft: Draft, other: ByName, reading: GradebookReading) -> Draft:
    here: dict[str, ActivityRow] = _once((key(row.title), row) for row in draft.activities)
    there: dict[str, AssignmentRow] = _once((key(row.name), row) for row in draft.assignments)
    over = {
        row.lms_id
        for title, row in here.items()
        if other.own_class and title in other.partner_of.values() and _outside(row, reading)
    }
    partners: dict[str, str | None] = {}
    for their_title, our_title in other.partner_of.items():
        row = there.get(their_title)
        if row is None:
            continue
        if our_title is None:
            partners[row.aeries_id] = None
            continue
        ours = here.get(our_title)
        if ours is not None and ours.lms_id not in over and ours.points == row.points:
            partners[row.aeries_id] = ours.lms_id
    draft = _with_partners(
        draft, partners, "paired so in another gradebook", "left alone in another gradebook"
    )
    ignored = {here[title].lms_id for title in other.ignored_here if title in here}
    draft = _with_ignored(draft, ignored | over)
    return _with_categories(draft, _categories_by_name(draft, other))


def _outside(row: ActivityRow, reading: GradebookReading) -> bool:
    """Work of an earlier term, which stays in that term's gradebook."""
    return row.due_on is not None and bool(reading.terms) and term_holding(reading.terms, row.due_on) is None


def _categories_by_name(draft: Draft, other: ByName) -> dict[str, str | None]:
    here: dict[str, LmsCategoryRow] = _once((key(row.name), row) for row in draft.lms_categories)
    there: dict[str, CategoryRow] = _once((key(row.name), row) for row in draft.categories)
    found: dict[str, str | None] = {}
    for their_name, our_name in other.category_of.items():
        row = there.get(their_name)
        if row is None:
            continue
        if our_name is None:
            found[row.code] = None
        elif our_name in here:
            found[row.code] = here[our_name].lms_id
    return found


def _once(named: Iterable[tuple[str, Row]]) -> dict[str, Row]:
    """Rows whose name stands once."""
    pairs = list(named)
    counts = Counter(name for name, _ in pairs)
    return {name: row for name, row in pairs if counts[name] == 1}


def _with_partners(draft: Draft, partners: Mapping[str, str | None], paired: str, left: str) -> Draft:
    taken = {ours for ours in partners.values() if ours is not None}

    def answered(row: AssignmentRow) -> AssignmentRow:
        if row.aeries_id not in partners:
            if row.proposed not in taken:
                return row
            return replace(
                row, proposed=None, confidence=Confidence.NONE, reason="", action=None, lms_id=None
            )
        ours = partners[row.aeries_id]
        if ours is None or row.only_ignore:
            return replace(
                row, action=Action.IGNORE, lms_id=None, reason=row.reason if row.only_ignore else left
            )
        return replace(
            row, proposed=ours, confidence=Confidence.SURE, reason=paired, action=Action.MATCH, lms_id=ours
        )

    return replace(draft, assignments=tuple(answered(row) for row in draft.assignments))


def _with_ignored(draft: Draft, ignored: Iterable[str]) -> Draft:
    ids = set(ignored)
    return replace(
        draft,
        activities=tuple(
            replace(row, action=Action.IGNORE) if row.lms_id in ids else row for row in draft.activities
        ),
    )


def _with_categories(draft: Draft, wanted: Mapping[str, str | None]) -> Draft:
    taken = {ours for ours in wanted.values() if ours is not None}

    def answered(row: CategoryRow) -> CategoryRow:
        if row.code not in wanted:
            if row.lms_id not in taken and row.proposed not in taken:
                return row
            return replace(row, proposed=None, confidence=Confidence.NONE, action=None, lms_id=None)
        ours = wanted[row.code]
        if ours is None:
            return replace(row, action=Action.IGNORE, lms_id=None)
        return replace(row, proposed=ours, confidence=Confidence.SURE, action=Action.MATCH, lms_id=ours)

    return replace(draft, categories=tuple(answered(row) for row in draft.categories))
