"""What repairing one pair would do, in the words and counts of a set-up's summary: a draft with a single row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from twinbook.core.cells import Policy
from twinbook.core.matching import likely_partners
from twinbook.core.sentence import sentence
from twinbook.core.setup import opening, planning
from twinbook.core.setup import steps as st
from twinbook.core.setup.draft import Action, AssignmentRow, CategoryRow, Draft, FieldsFrom
from twinbook.core.setup.summary import Summary, summarise
from twinbook.core.snapshot import ClassSnapshot, GradebookReading
from twinbook.district import settings as district_settings
from twinbook.gradebook.models import Activity
from twinbook.sync import errors, far, pairs, setup, summary
from twinbook.sync.models import CategoryPair, CellBaseRow, Link, Pair

Json = dict[str, Any]
RepairAction = Literal["match", "create", "ignore", "unlink"]


@dataclass(frozen=True, slots=True)
class Wish:
    """`activity_id` and `aeries_id`: both for `match`, one of them for `create` and `ignore`, either for `unlink`.

    `gradebook_number` is needed only where a class has several and the ids do not tell which is meant.
    """

    action: RepairAction
    activity_id: int | None = None
    aeries_id: str | None = None
    scores_from: Policy = Policy.ASK
    fields_from: FieldsFrom = FieldsFrom.KEEP
    gradebook_number: int | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    plan: st.SetupPlan
    summary: Summary
    twins: tuple[str, ...]
    """Assignments there, or activities here, that look like the same work as what is to be created."""


def planned(class_id: int, link: Link, wish: Wish, reading: GradebookReading) -> Planned:
    """Raises NoSuchItem, InvalidLink."""
    whole = setup.snapshot_for(class_id, reading)
    ours = None if wish.activity_id is None else wish.activity_id
    snapshot = replace(whole, activities=tuple(a for a in whole.activities if a.id == ours))
    small = replace(
        reading, assignments=tuple(a for a in reading.assignments if a.unique_id == wish.aeries_id)
    )
    if wish.aeries_id is not None and not small.assignments:
        raise errors.NoSuchItem(sentence("There is no such assignment in the Aeries gradebook."))
    side = far.side_of(district_settings.get())
    place = setup.context(class_id, reading.database_year)
    draft = _draft(opening.bare_draft(snapshot, small, side, place), link, wish)
    return Planned(
        planning.confirmed_plan(draft, snapshot, small, side, place),
        summarise(draft, snapshot, small, side, place),
        _twins(whole, reading, wish) if wish.action == "create" else (),
    )


def _draft(bare: Draft, link: Link, wish: Wish) -> Draft:
    partners = {row.code: row.category_id for row in CategoryPair.objects.filter(link=link) if row.code}
    return replace(
        bare,
        categories=tuple(_category(row, partners) for row in bare.categories),
        assignments=tuple(_assignment(row, wish) for row in bare.assignments),
        activities=tuple(
            replace(row, action=Action.CREATE if wish.action == "create" else None) for row in bare.activities
        ),
    )


def _category(row: CategoryRow, partners: Mapping[str, int | None]) -> CategoryRow:
    partner = partners.get(row.code)
    if partner is None:
        return replace(row, action=Action.IGNORE)
    return replace(row, action=Action.MATCH, lms_id=str(partner))


def _assignment(row: AssignmentRow, wish: Wish) -> AssignmentRow:
    if row.only_ignore:
        raise errors.InvalidLink(row.only_ignore, hint=sentence("Ignore it."))
    return replace(
        row,
        action=Action(wish.action),
        lms_id=None if wish.activity_id is None else str(wish.activity_id),
        scores_from=wish.scores_from,
        fields_from=wish.fields_from,
    )


def category_of(link: Link) -> dict[str, int]:
    rows = CategoryPair.objects.filter(link=link, code__isnull=False, category__isnull=False)
    return {row.code: row.category_id for row in rows if row.code and row.category_id is not None}


def _twins(whole: ClassSnapshot, reading: GradebookReading, wish: Wish) -> tuple[str, ...]:
    """Whatever state they are in: a person who creates a second one should know of the first."""
    activities, assignments = opening.items_for_matching(whole, reading)
    here = {item.id: item for item in activities}
    there = {item.id: item for item in assignments}
    if wish.activity_id is not None:
        found = likely_partners(here[str(wish.activity_id)], assignments)
        return tuple(
            sentence(
                "“%(name)s” (number %(number)s) in Aeries", name=there[p.id].name, number=there[p.id].number
            )
            for p in found
        )
    found = likely_partners(there[wish.aeries_id or ""], activities)
    return tuple(sentence("“%(title)s” here", title=here[p.id].title) for p in found)


def resting(link: Link, wish: Wish) -> Json:
    """Unlink and ignore: nothing is written to either gradebook."""
    ours = None if wish.activity_id is None else pairs.of_activity(link, wish.activity_id)
    theirs = None if wish.aeries_id is None else pairs.of_assignment(link, wish.aeries_id)
    pair = ours or theirs
    counts = summary.empty_counts()
    if wish.action == "ignore":
        counts["ignored_in_lms"] = int(wish.activity_id is not None)
        counts["ignored_in_aeries"] = int(wish.aeries_id is not None)
    return {
        "ready": True,
        "blocking": [],
        "counts": counts,
        "changes": [],
        "note": _unlinked(pair) if wish.action == "unlink" else _ignored(wish, pair),
        "backup": "",
    }


def _unlinked(pair: Pair | None) -> str:
    if pair is None:
        return ""
    agreed = CellBaseRow.objects.filter(pair=pair).exclude(ours_kind="blank").count()
    title = pair.activity.title if pair.activity is not None else pair.their_title
    return sentence(
        "“%(title)s” and its assignment in Aeries (number %(number)s) stop following each other. Both "
        "keep all their scores (%(agreed)s are equal now). Matching them again later joins the same two.",
        title=title,
        number=str(pair.number),
        agreed=agreed,
    )


def _ignored(wish: Wish, pair: Pair | None) -> str:
    if wish.activity_id is not None:
        title = Activity.objects.values_list("title", flat=True).get(id=wish.activity_id)
        return sentence("“%(title)s” stays here only; nothing of it goes to Aeries.", title=title)
    title = pair.their_title if pair is not None else sentence("The assignment")
    return sentence("“%(title)s” stays in Aeries only; nothing of it is taken over here.", title=title)
