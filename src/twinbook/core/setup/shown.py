"""The draft as the API and the screens show it (public surface §3.3)."""

from __future__ import annotations

from collections.abc import Set
from datetime import date
from decimal import Decimal

from twinbook.core.sentence import sentence
from twinbook.core.setup.answered_checks import answered_checks
from twinbook.core.setup.draft import (
    Action,
    ActivityRow,
    AssignmentRow,
    CategoryRow,
    Check,
    Confidence,
    Draft,
    LmsCategoryRow,
)
from twinbook.core.values import plain

Json = dict[str, object]


def shown_draft(draft: Draft) -> Json:
    return {
        "state": draft.state.value,
        "gradebook_number": draft.gradebook_number,
        "read_at": None if draft.read_at is None else draft.read_at.isoformat(),
        "checks": [shown_check(check) for check in (*draft.checks, *answered_checks(draft))],
        "categories": shown_categories(draft),
        "aeries_activities": [shown_assignment(draft, row) for row in draft.assignments],
        "lms_activities": [
            shown_activity(draft, row)
            for row in draft.activities
            if row.lms_id not in draft.matched_activities()
        ],
    }


def shown_check(check: Check) -> Json:
    return {
        "code": check.code,
        "level": check.level.value,
        "message": check.message,
        "hint": check.hint,
        "items": list(check.items),
    }


def shown_categories(draft: Draft) -> list[Json]:
    taken = draft.matched_categories().keys()
    matched = [shown_category(row, taken) for row in draft.categories]
    return matched + [shown_leftover(row) for row in draft.lms_categories if row.lms_id not in taken]


def shown_category(row: CategoryRow, taken: Set[str]) -> Json:
    proposal = row.action is None and row.proposed is not None and row.proposed not in taken
    return {
        "aeries_code": row.code,
        "name": row.name,
        "percent": _number(row.percent),
        "lms_id": row.proposed if proposal else row.lms_id,
        "action": _word(row.action),
        "confidence": _confidence(row.confidence, row.action, row.lms_id == row.proposed, proposal),
        "stale": row.stale,
    }


def shown_leftover(row: LmsCategoryRow) -> Json:
    return {
        "aeries_code": None,
        "name": row.name,
        "percent": None,
        "lms_id": row.lms_id,
        "action": _word(row.action),
        "confidence": Confidence.NONE.value,
        "stale": row.stale,
    }


def shown_assignment(draft: Draft, row: AssignmentRow) -> Json:
    taken = draft.matched_activities().keys()
    proposal = row.action is None and row.proposed is not None and row.proposed not in taken
    return {
        "aeries_id": row.aeries_id,
        "number": row.number,
        "name": row.name,
        "category_code": row.category_code,
        "points": plain(row.points),
        "due_on": _day(row.due_on),
        "scores": row.scores,
        "action": _word(row.action),
        "lms_id": row.proposed if proposal else row.lms_id,
        "confidence": _confidence(row.confidence, row.action, row.lms_id == row.proposed, proposal),
        "reason": row.note
        or row.only_ignore
        or _no_create_here(draft, row)
        or _proposal_reason(row, proposal),
        "scores_from": row.scores_from.value,
        "fields_from": row.fields_from.value,
        "stale": row.stale,
    }


def shown_activity(draft: Draft, row: ActivityRow) -> Json:
    return {
        "lms_id": row.lms_id,
        "title": row.title,
        "category_id": row.category_id,
        "points": plain(row.points),
        "due_on": _day(row.due_on),
        "scores": row.scores,
        "action": _word(row.action),
        "aeries_id": None,
        "confidence": Confidence.NONE.value,
        "reason": row.note or no_create_there(draft, row),
        "scores_from": row.scores_from.value,
        "fields_from": row.fields_from.value,
        "stale": row.stale,
    }


def _proposal_reason(row: AssignmentRow, proposal: bool) -> str:
    said_of_partner = row.proposed is not None
    still_true = proposal or (row.action is Action.MATCH and row.lms_id == row.proposed)
    return row.reason if still_true or not said_of_partner else ""


def _no_create_here(draft: Draft, row: AssignmentRow) -> str:
    if row.action is Action.CREATE and row.category_code in ignored_codes(draft):
        name = next(category.name for category in draft.categories if category.code == row.category_code)
        return sentence(
            "It cannot be created here, because its Aeries category “%(name)s” is ignored.", name=name
        )
    return ""


def ignored_codes(draft: Draft) -> Set[str]:
    return {row.code for row in draft.categories if row.action is Action.IGNORE}


def no_create_there(draft: Draft, row: ActivityRow) -> str:
    """Why an LMS activity cannot be created in Aeries; blank when nothing speaks against it."""
    if not row.published:
        return sentence("It is still a draft here; publish it before it is created in Aeries.")
    if row.category_id is None:
        return sentence("It has no category here; Aeries needs one.")
    if row.category_id not in draft.matched_categories():
        name = next((c.name for c in draft.lms_categories if c.lms_id == row.category_id), "?")
        return sentence(
            "Its category “%(name)s” has no partner in Aeries, so it cannot be created there.", name=name
        )
    return ""


def _confidence(confidence: Confidence, action: Action | None, as_proposed: bool, proposal: bool) -> str:
    """How sure the proposer was of the partner that is shown; `none` for a partner that it did not name."""
    names_partner = proposal or (action is Action.MATCH and as_proposed)
    return (confidence if names_partner else Confidence.NONE).value


def _word(action: Action | None) -> str | None:
    return None if action is None else action.value


def _number(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
