"""Answering: a PATCH of the draft changes the rows and fields it names and nothing else, or is refused as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from twinbook.core.cells import Policy
from twinbook.core.sentence import sentence
from twinbook.core.setup.body import Change, DraftError, changes_in, checked_lists
from twinbook.core.setup.draft import (
    Action,
    ActivityRow,
    AssignmentRow,
    CategoryRow,
    Draft,
    DraftState,
    FieldsFrom,
    LmsCategoryRow,
)
from twinbook.core.setup.shown import (
    shown_activity,
    shown_assignment,
    shown_category,
    shown_leftover,
)

CATEGORIES, ASSIGNMENTS, ACTIVITIES = "categories", "aeries_activities", "lms_activities"


def patch(draft: Draft, body: Mapping[str, object]) -> Draft:
    """The draft with the answers of `body`. The order of rows does not matter: partners are judged at the end.

    Raises DraftError; nothing is changed then.
    """
    if draft.state is not DraftState.READY:
        raise _not_open(draft)
    lists = checked_lists(body, (CATEGORIES, ASSIGNMENTS, ACTIVITIES))
    categories = changes_in(lists[CATEGORIES], CATEGORIES, _category_key)
    assignments = changes_in(lists[ASSIGNMENTS], ASSIGNMENTS, lambda row: "aeries_id")
    activities = changes_in(lists[ACTIVITIES], ACTIVITIES, lambda row: "lms_id")
    _check_fields(draft, categories, assignments, activities)
    draft = _answer_categories(draft, categories)
    draft = _answer_assignments(draft, assignments)
    return _answer_activities(draft, activities)


def _not_open(draft: Draft) -> DraftError:
    if draft.state is DraftState.READING:
        return DraftError(
            "still_reading",
            sentence("The Aeries gradebook is still being read."),
            None,
            sentence("Wait until it is read."),
        )
    return DraftError(
        "already_confirmed",
        sentence("This set-up is confirmed already."),
        None,
        sentence("Wait until it has run."),
    )


def _category_key(row: Mapping[str, object]) -> str:
    return "lms_id" if row.get("aeries_code") is None else "aeries_code"


def _check_fields(
    draft: Draft, categories: list[Change], assignments: list[Change], activities: list[Change]
) -> None:
    """Every row exists and names only its own fields; shown fields may be sent back as they were."""
    taken = draft.matched_categories().keys()
    for change in categories:
        if change.key == "aeries_code":
            change.only(("action", "lms_id"), shown_category(_category_row(draft, change), taken))
        else:
            change.only(("action",), shown_leftover(_leftover_row(draft, change)))
    for change in assignments:
        shown = shown_assignment(draft, _assignment_row(draft, change))
        change.only(("action", "lms_id", "scores_from", "fields_from"), shown)
    for change in activities:
        shown = shown_activity(draft, _activity_row(draft, change))
        change.only(("action", "aeries_id", "scores_from", "fields_from"), shown)


# Categories


def _answer_categories(draft: Draft, changes: list[Change]) -> Draft:
    for change in (change for change in changes if change.key == "aeries_code"):
        row = _category_row(draft, change)
        draft = replace(
            draft, categories=_swapped(draft.categories, row, _answered_category(draft, row, change))
        )
    _each_partner_once(
        ((row.lms_id, row.name) for row in draft.categories if row.action is Action.MATCH),
        lambda lms_id: _lms_category(draft, lms_id).name,
        changes,
        CATEGORIES,
    )
    for change in (change for change in changes if change.key == "lms_id"):
        leftover = _leftover_row(draft, change)
        draft = replace(
            draft,
            lms_categories=_swapped(
                draft.lms_categories, leftover, _answered_leftover(draft, leftover, change)
            ),
        )
    return draft


def _answered_category(draft: Draft, row: CategoryRow, change: Change) -> CategoryRow:
    action = change.action(row.action)
    if row.gone and action in (Action.MATCH, Action.CREATE):
        raise change.error(
            "ignore_only",
            sentence("The category “%(name)s” is no longer in Aeries.", name=row.name),
            "action",
        )
    partner = _partner(change, action, row.action, row.lms_id, row.proposed)
    if partner is not None:
        _lms_category(draft, partner, change)
    answered = "action" in change.fields and action is not None
    return replace(row, action=action, lms_id=partner, stale=row.stale and not answered)


def _lms_category(draft: Draft, lms_id: str, change: Change | None = None) -> LmsCategoryRow:
    for row in draft.lms_categories:
        if row.lms_id == lms_id:
            return row
    if change is None:
        raise LookupError(lms_id)
    raise change.error(
        "unknown_partner", sentence("There is no category %(lms_id)s in this class.", lms_id=lms_id), "lms_id"
    )


def _answered_leftover(draft: Draft, row: LmsCategoryRow, change: Change) -> LmsCategoryRow:
    partner = draft.matched_categories().get(row.lms_id)
    if partner is not None:
        raise change.error(
            "partner_taken",
            sentence(
                "“%(name)s” is matched with the Aeries category “%(partner_name)s”.",
                name=row.name,
                partner_name=partner.name,
            ),
            "action",
            sentence("Change the answer of the Aeries category first."),
        )
    action = change.action(row.action)
    if action is Action.CREATE:
        raise change.error(
            "ignore_only",
            sentence("The category “%(name)s” cannot be created in Aeries from here.", name=row.name),
            "action",
            sentence("Add the category in Aeries and read again, or ignore it."),
        )
    if action is Action.MATCH:
        raise change.error(
            "ignore_only",
            sentence(
                "Match “%(name)s” at the row of the Aeries category, with this category's id as lms_id.",
                name=row.name,
            ),
            "action",
        )
    return replace(row, action=action, stale=row.stale and action is None)


# Activities in Aeries


def _answer_assignments(draft: Draft, changes: list[Change]) -> Draft:
    for change in changes:
        row = _assignment_row(draft, change)
        draft = replace(
            draft, assignments=_swapped(draft.assignments, row, _answered_assignment(draft, row, change))
        )
    _each_partner_once(
        ((row.lms_id, row.name) for row in draft.assignments if row.action is Action.MATCH),
        lambda lms_id: _activity(draft, lms_id).title,
        changes,
        ASSIGNMENTS,
    )
    return draft


def _answered_assignment(draft: Draft, row: AssignmentRow, change: Change) -> AssignmentRow:
    action = change.action(row.action)
    if row.only_ignore and action in (Action.MATCH, Action.CREATE):
        raise change.error(
            "ignore_only",
            sentence("“%(name)s”: %(only_ignore)s", name=row.name, only_ignore=row.only_ignore),
            "action",
            sentence("Choose ignore."),
        )
    partner = _partner(change, action, row.action, row.lms_id, row.proposed)
    if partner is not None:
        activity = _activity(draft, partner, change)
        if activity.gone:
            raise change.error(
                "unknown_partner",
                sentence("“%(title)s” is no longer in this class.", title=activity.title),
                "lms_id",
            )
    answered = "action" in change.fields and action is not None
    return replace(
        row,
        action=action,
        lms_id=partner,
        scores_from=change.choice("scores_from", Policy, row.scores_from),
        fields_from=change.choice("fields_from", FieldsFrom, row.fields_from),
        stale=row.stale and not answered,
        note="" if answered else row.note,
    )


def _partner(
    change: Change, action: Action | None, before: Action | None, partner: str | None, proposed: str | None
) -> str | None:
    """The partner after the change: given, kept, or the proposed one that the row shows while it is unanswered."""
    given = change.text("lms_id", partner)
    if action is Action.MATCH:
        if "lms_id" not in change.fields and before is not Action.MATCH:
            given = proposed
        if given is None:
            raise change.error(
                "partner_missing",
                sentence("A match needs a partner."),
                "lms_id",
                sentence("Give the LMS item's id as lms_id."),
            )
        return given
    shown = proposed if before is None else partner
    if "lms_id" in change.fields and given is not None and given != shown:
        raise change.error(
            "partner_without_match",
            sentence("A partner can only be given together with the answer match."),
            "lms_id",
        )
    return None


def _activity(draft: Draft, lms_id: str, change: Change | None = None) -> ActivityRow:
    for row in draft.activities:
        if row.lms_id == lms_id:
            return row
    if change is None:
        raise LookupError(lms_id)
    raise change.error(
        "unknown_partner", sentence("There is no activity %(lms_id)s in this class.", lms_id=lms_id), "lms_id"
    )


# Activities of the LMS


def _answer_activities(draft: Draft, changes: list[Change]) -> Draft:
    for change in changes:
        draft = _answered_activity(draft, _activity_row(draft, change), change)
    return draft


def _answered_activity(draft: Draft, row: ActivityRow, change: Change) -> Draft:
    pair = draft.matched_activities().get(row.lms_id)
    if pair is not None:
        return _said_of_a_pair(draft, row, pair, change)
    action = change.action(row.action)
    if row.gone and action in (Action.MATCH, Action.CREATE):
        raise change.error(
            "ignore_only",
            sentence("“%(title)s” is no longer in this class.", title=row.title),
            "action",
            sentence("Choose ignore."),
        )
    if action is Action.MATCH:
        return _matched_from_here(draft, row, change)
    if change.text("aeries_id", None) is not None:
        raise change.error(
            "partner_without_match",
            sentence("A partner can only be given together with the answer match."),
            "aeries_id",
        )
    answered = "action" in change.fields and action is not None
    own = replace(
        row,
        action=action,
        scores_from=change.choice("scores_from", Policy, row.scores_from),
        fields_from=change.choice("fields_from", FieldsFrom, row.fields_from),
        stale=row.stale and not answered,
        note="" if answered else row.note,
    )
    return replace(draft, activities=_swapped(draft.activities, row, own))


def _said_of_a_pair(draft: Draft, row: ActivityRow, pair: AssignmentRow, change: Change) -> Draft:
    """The activity is matched: repeating the match and its choices is fine, another answer contradicts it."""
    same_partner = change.text("aeries_id", pair.aeries_id) == pair.aeries_id
    if change.action(Action.MATCH) is not Action.MATCH or not same_partner:
        raise change.error(
            "partner_taken",
            sentence("“%(title)s” is matched with “%(name)s” in Aeries.", title=row.title, name=pair.name),
            "action",
            sentence("Change the answer of “%(name)s” first.", name=pair.name),
        )
    return replace(draft, assignments=_swapped(draft.assignments, pair, _with_choices(pair, change)))


def _matched_from_here(draft: Draft, row: ActivityRow, change: Change) -> Draft:
    """A match given at the LMS row; it is kept at the Aeries row, which must not have another answer already."""
    aeries_id = change.text("aeries_id", None)
    if aeries_id is None:
        raise change.error(
            "partner_missing",
            sentence("A match needs a partner."),
            "aeries_id",
            sentence("Give the Aeries activity's id as aeries_id."),
        )
    partner = next((a for a in draft.assignments if a.aeries_id == aeries_id), None)
    if partner is None:
        raise change.error(
            "unknown_partner",
            sentence("There is no activity %(aeries_id)s in the Aeries gradebook.", aeries_id=aeries_id),
            "aeries_id",
        )
    if partner.only_ignore:
        raise change.error(
            "ignore_only",
            sentence("“%(name)s”: %(only_ignore)s", name=partner.name, only_ignore=partner.only_ignore),
            "aeries_id",
        )
    if partner.action is not None:
        raise change.error(
            "partner_taken",
            sentence(
                "“%(name)s” in Aeries has another answer already (%(answer)s).",
                name=partner.name,
                answer=partner.action.value,
            ),
            "aeries_id",
            sentence("Change the answer of “%(name)s” first.", name=partner.name),
        )
    matched = replace(partner, action=Action.MATCH, lms_id=row.lms_id, stale=False, note="")
    if row.scores_from is not Policy.ASK:
        matched = replace(matched, scores_from=row.scores_from)
    if row.fields_from is not FieldsFrom.KEEP:
        matched = replace(matched, fields_from=row.fields_from)
    draft = replace(draft, activities=_swapped(draft.activities, row, replace(row, stale=False, note="")))
    return replace(draft, assignments=_swapped(draft.assignments, partner, _with_choices(matched, change)))


def _with_choices(pair: AssignmentRow, change: Change) -> AssignmentRow:
    return replace(
        pair,
        scores_from=change.choice("scores_from", Policy, pair.scores_from),
        fields_from=change.choice("fields_from", FieldsFrom, pair.fields_from),
    )


# Rows

Row = TypeVar("Row")


def _category_row(draft: Draft, change: Change) -> CategoryRow:
    return _found(draft.categories, lambda row: row.code, change)


def _leftover_row(draft: Draft, change: Change) -> LmsCategoryRow:
    return _found(draft.lms_categories, lambda row: row.lms_id, change)


def _assignment_row(draft: Draft, change: Change) -> AssignmentRow:
    return _found(draft.assignments, lambda row: row.aeries_id, change)


def _activity_row(draft: Draft, change: Change) -> ActivityRow:
    return _found(draft.activities, lambda row: row.lms_id, change)


def _found(rows: tuple[Row, ...], id_of: Callable[[Row], str], change: Change) -> Row:
    for row in rows:
        if id_of(row) == change.id:
            return row
    raise change.error(
        "unknown_row",
        sentence("The draft has no row %(key)s %(id)s.", key=change.key, id=change.id),
        change.key,
    )


def _swapped(rows: tuple[Row, ...], old: Row, new: Row) -> tuple[Row, ...]:
    return tuple(new if row is old else row for row in rows)


def _each_partner_once(
    partners: Iterable[tuple[str | None, str]],
    name_of: Callable[[str], str],
    changes: list[Change],
    list_name: str,
) -> None:
    claimed: dict[str, str] = {}
    for lms_id, name in partners:
        if lms_id is None:
            continue
        if lms_id in claimed:
            named = next((change for change in changes if change.fields.get("lms_id") == lms_id), None)
            raise DraftError(
                "partner_taken",
                sentence(
                    "“%(partner)s” cannot be matched with both “%(first)s” and “%(second)s” in Aeries.",
                    partner=name_of(lms_id),
                    first=claimed[lms_id],
                    second=name,
                ),
                f"{list_name}[{named.index}].lms_id" if named else list_name,
                sentence("Change the other answer first, or send both changes together."),
            )
        claimed[lms_id] = name
