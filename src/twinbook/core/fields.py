"""The fields of a pair, merged one by one over table C2 (A1), and their first meeting (A2).

Each field has two halves, each in its own form: ours as the LMS stores it, theirs as Aeries showed it. Texts are
compared after Unicode NFC only; Aeries' own character filter (reference §3.11) is a question of conversion.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from twinbook.core.cells import Policy
from twinbook.core.snapshot import OurActivity, TheirAssignment
from twinbook.core.table import Action, Compared, Moved, action_for
from twinbook.core.values import plain


class Field(StrEnum):
    TITLE = "title"
    DESCRIPTION = "description"
    CATEGORY = "category"
    ASSIGNED_ON = "assigned_on"
    DUE_ON = "due_on"
    POINTS = "points"
    GRADING_COMPLETED = "grading_completed"


TITLE_LIMIT = 255
FieldBase = Mapping[str, tuple[str, str]]
"""Field name → (our half, their half), as text: JSON-safe and exact."""


@dataclass(frozen=True, slots=True)
class CategoryMap:
    """Paired categories, both ways; a category without partner is in neither."""

    code_of: Mapping[int, str]
    category_of: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that moves to `side`, with both texts for the history."""

    field: Field
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class FieldQuestion:
    """A field that needs a person: `code` is conflict, category_unmapped, points_changed or unsupported_maxima."""

    field: Field
    code: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class FieldPlan:
    to_lms: tuple[FieldChange, ...]
    to_aeries: tuple[FieldChange, ...]
    questions: tuple[FieldQuestion, ...]
    base: FieldBase
    """The base once both directions are done; the halves of fields in question keep their old state."""
    cells_wait: bool
    """Points stand differently on the two sides than agreed: settle them before any cell (A3)."""


def our_half(field: Field, activity: OurActivity) -> str:
    match field:
        case Field.TITLE:
            return nfc(activity.title)
        case Field.DESCRIPTION:
            return nfc(activity.description)
        case Field.CATEGORY:
            return "" if activity.category_id is None else str(activity.category_id)
        case Field.ASSIGNED_ON:
            return _day(activity.assigned_on)
        case Field.DUE_ON:
            return _day(activity.due_on)
        case Field.POINTS:
            return "0" if activity.extra_credit else plain(activity.points)
        case Field.GRADING_COMPLETED:
            return _flag(activity.grading_completed)


def their_half(field: Field, assignment: TheirAssignment) -> str:
    match field:
        case Field.TITLE:
            return nfc(assignment.title)
        case Field.DESCRIPTION:
            return nfc(assignment.description)
        case Field.CATEGORY:
            return assignment.category_code
        case Field.ASSIGNED_ON:
            return _day(assignment.assigned_on)
        case Field.DUE_ON:
            return _day(assignment.due_on)
        case Field.POINTS:
            return maxima_half(assignment.entry_max, assignment.weight_max)
        case Field.GRADING_COMPLETED:
            return _flag(assignment.grading_completed)


def maxima_half(entry: Decimal, weight: Decimal) -> str:
    return f"{plain(entry)}/{plain(weight)}"


def halves(activity: OurActivity, assignment: TheirAssignment) -> FieldBase:
    """The base of a first meeting: both sides as they stand, also where they differ (A2)."""
    return {field.value: (our_half(field, activity), their_half(field, assignment)) for field in Field}


def agree(field: Field, ours: str, theirs: str, categories: CategoryMap) -> bool:
    """Whether two halves say the same after conversion."""
    match field:
        case Field.TITLE:
            return normal_text(ours)[:TITLE_LIMIT] == normal_text(theirs)[:TITLE_LIMIT]
        case Field.DESCRIPTION:
            return normal_text(ours) == normal_text(theirs)
        case Field.CATEGORY:
            return ours != "" and categories.code_of.get(int(ours)) == theirs
        case Field.POINTS:
            return Decimal(ours) == Decimal(theirs.partition("/")[2])
        case Field.ASSIGNED_ON | Field.DUE_ON:
            return ours == theirs or ours == ""
        case Field.GRADING_COMPLETED:
            return ours == theirs


def differing(
    activity: OurActivity, assignment: TheirAssignment, categories: CategoryMap
) -> tuple[Field, ...]:
    """The fields that a set-up summary lists as different (A2)."""
    return tuple(
        field
        for field in Field
        if not agree(field, our_half(field, activity), their_half(field, assignment), categories)
    )


def merge_fields(
    activity: OurActivity,
    assignment: TheirAssignment,
    base: FieldBase,
    categories: CategoryMap,
    policy: Policy,
    *,
    in_conflict: frozenset[str] = frozenset(),
) -> FieldPlan:
    """Table C2 for every field of one pair.

    Points in question let the cells wait (A3). Points that were kept different are never carried over: a change of them
    is a question (A2).

    `in_conflict`: fields about which a conflict is open. They stay questions, whatever the policy says by now (surface
    §3.6), and also when ours returns to what was agreed (C3).
    """
    to_lms: list[FieldChange] = []
    to_aeries: list[FieldChange] = []
    questions: list[FieldQuestion] = []
    after: dict[str, tuple[str, str]] = {}
    for field in Field:
        ours, theirs = our_half(field, activity), their_half(field, assignment)
        agreed = base.get(field.value, (ours, theirs))
        action = _action(field, ours, theirs, agreed, categories)
        rule = policy
        if field.value in in_conflict:
            rule = Policy.ASK
            action = Action.CONFLICT if action is Action.TAKE_OVER else action
        asked = _points_question(action, theirs, agreed, rule) if field is Field.POINTS else None
        if asked is not None:
            questions.append(FieldQuestion(field, asked, ours, theirs))
            after[field.value] = agreed
            continue
        match action:
            case Action.NOTHING:
                after[field.value] = agreed
            case Action.NEW_BASE:
                after[field.value] = (ours, theirs)
            case Action.SEND:
                _send(field, ours, theirs, agreed, categories, to_aeries, questions, after)
            case Action.TAKE_OVER:
                _take_over(field, ours, theirs, agreed, categories, to_lms, questions, after)
            case Action.CONFLICT:
                _conflict(field, ours, theirs, agreed, categories, rule, to_lms, to_aeries, questions, after)
    cells_wait = any(question.field is Field.POINTS for question in questions)
    return FieldPlan(tuple(to_lms), tuple(to_aeries), tuple(questions), after, cells_wait)


def _points_question(action: Action, theirs: str, agreed: tuple[str, str], policy: Policy) -> str | None:
    """What about points no rule decides; None: the table does."""
    if action in (Action.NOTHING, Action.NEW_BASE):
        return None
    if _kept_different(agreed):
        return "points_changed"
    taken_over = action is Action.TAKE_OVER or (action is Action.CONFLICT and policy is Policy.AERIES)
    return "unsupported_maxima" if taken_over and is_unsupported(theirs) else None


def _kept_different(agreed: tuple[str, str]) -> bool:
    """Not so a half that a person's choice left open: it is no number."""
    try:
        return Decimal(agreed[0]) != Decimal(agreed[1].partition("/")[2])
    except InvalidOperation:
        return False


def is_unsupported(theirs: str) -> bool:
    """No points possible with another number correct possible: a score there earns nothing, whatever it says (A3)."""
    entry, _, weight = theirs.partition("/")
    return Decimal(weight) == 0 and Decimal(entry) != 0


def _action(field: Field, ours: str, theirs: str, agreed: tuple[str, str], categories: CategoryMap) -> Action:
    moved_ours = Moved.CHANGED if ours != agreed[0] else Moved.UNCHANGED
    moved_theirs = Moved.CHANGED if theirs != agreed[1] else Moved.UNCHANGED
    equal = agree(field, ours, theirs, categories)
    return action_for(moved_ours, moved_theirs, Compared.EQUAL if equal else Compared.DIFFERENT)


_Changes = list[FieldChange]
_Questions = list[FieldQuestion]
_After = dict[str, tuple[str, str]]


def _send(
    field: Field,
    ours: str,
    theirs: str,
    agreed: tuple[str, str],
    categories: CategoryMap,
    to_aeries: _Changes,
    questions: _Questions,
    after: _After,
) -> None:
    converted = to_theirs(field, ours, categories, theirs)
    if converted is None:
        questions.append(FieldQuestion(field, "category_unmapped", ours, theirs))
        after[field.value] = agreed
        return
    to_aeries.append(FieldChange(field, theirs, converted))
    after[field.value] = (ours, converted)


def _take_over(
    field: Field,
    ours: str,
    theirs: str,
    agreed: tuple[str, str],
    categories: CategoryMap,
    to_lms: _Changes,
    questions: _Questions,
    after: _After,
) -> None:
    converted = to_ours(field, theirs, categories)
    if converted is None:
        questions.append(FieldQuestion(field, "category_unmapped", ours, theirs))
        after[field.value] = agreed
        return
    to_lms.append(FieldChange(field, ours, converted))
    after[field.value] = (converted, theirs)


def _conflict(
    field: Field,
    ours: str,
    theirs: str,
    agreed: tuple[str, str],
    categories: CategoryMap,
    policy: Policy,
    to_lms: _Changes,
    to_aeries: _Changes,
    questions: _Questions,
    after: _After,
) -> None:
    match policy:
        case Policy.LMS:
            _send(field, ours, theirs, agreed, categories, to_aeries, questions, after)
        case Policy.AERIES:
            _take_over(field, ours, theirs, agreed, categories, to_lms, questions, after)
        case Policy.ASK:
            questions.append(FieldQuestion(field, "conflict", ours, theirs))
            after[field.value] = agreed


def to_theirs(field: Field, ours: str, categories: CategoryMap, theirs: str = "") -> str | None:
    """Our half in Aeries' form; None when it has none (a category without partner). `theirs`: as it stands there; of two
    different maxima only the weight follows our points, except to 0, which makes extra credit of both (A3)."""
    match field:
        case Field.CATEGORY:
            return categories.code_of.get(int(ours)) if ours else None
        case Field.TITLE:
            return ours[:TITLE_LIMIT]
        case Field.POINTS:
            entry, _, weight = theirs.partition("/")
            follows = entry == weight or Decimal(ours) == 0
            return f"{ours if follows else entry}/{ours}"
        case _:
            return ours


def to_ours(field: Field, theirs: str, categories: CategoryMap) -> str | None:
    match field:
        case Field.CATEGORY:
            category = categories.category_of.get(theirs)
            return None if category is None else str(category)
        case Field.POINTS:
            return theirs.partition("/")[2]
        case _:
            return theirs


@dataclass(frozen=True, slots=True)
class AssignmentBody:
    """The complete body of an insert or update: Aeries' PUT replaces everything it is not sent (reference §11.4)."""

    title: str
    category_code: str
    assigned_on: date | None
    due_on: date | None
    entry_max: Decimal
    weight_max: Decimal
    description: str
    grading_completed: bool
    formative_summative: str
    rubric: bool
    external_id: str


def updated_body(
    activity: OurActivity,
    fresh: TheirAssignment,
    changes: tuple[FieldChange, ...],
    base: FieldBase,
    categories: CategoryMap,
) -> AssignmentBody:
    """What was just read, with only our changes applied. Where Aeries' text differs from ours by its own character
    filter alone, our original is sent, so that a later filterless version gets the true text. A foreign external id goes
    back as it was read."""
    changed = {change.field: change.after for change in changes}

    def text(field: Field, theirs: str, ours: str) -> str:
        if field in changed:
            return changed[field]
        return ours if agree(field, ours, theirs, categories) else theirs

    entry, weight = fresh.entry_max, fresh.weight_max
    if Field.POINTS in changed:
        entry_text, _, weight_text = changed[Field.POINTS].partition("/")
        entry, weight = Decimal(entry_text), Decimal(weight_text)
    return AssignmentBody(
        title=text(Field.TITLE, fresh.title, nfc(activity.title)),
        category_code=changed.get(Field.CATEGORY, fresh.category_code),
        assigned_on=_parse_day(changed[Field.ASSIGNED_ON])
        if Field.ASSIGNED_ON in changed
        else fresh.assigned_on,
        due_on=_parse_day(changed[Field.DUE_ON]) if Field.DUE_ON in changed else fresh.due_on,
        entry_max=entry,
        weight_max=weight,
        description=text(Field.DESCRIPTION, fresh.description, nfc(activity.description)),
        grading_completed=(
            changed[Field.GRADING_COMPLETED] == "yes"
            if Field.GRADING_COMPLETED in changed
            else fresh.grading_completed
        ),
        formative_summative=fresh.formative_summative,
        rubric=fresh.rubric,
        external_id=fresh.external_id,
    )


def new_body(activity: OurActivity, category_code: str, external_id: str) -> AssignmentBody:
    """An insert: both maxima are the LMS points (reference §11.2.2), both 0 for extra credit (behaviour §4.3)."""
    points = Decimal(0) if activity.extra_credit else activity.points
    return AssignmentBody(
        title=nfc(activity.title)[:TITLE_LIMIT],
        category_code=category_code,
        assigned_on=activity.assigned_on,
        due_on=activity.due_on,
        entry_max=points,
        weight_max=points,
        description=nfc(activity.description),
        grading_completed=activity.grading_completed,
        formative_summative="S",
        rubric=False,
        external_id=external_id,
    )


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


_UNSAFE = re.compile(r'["<>]')
_SPACES = re.compile(r"\s+")


def normal_text(text: str) -> str:
    """Aeries' character filter and white space taken out (reference §3.11). For conversion, never for "has it changed"."""
    return _SPACES.sub(" ", _UNSAFE.sub("", nfc(text))).strip()


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _parse_day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _flag(value: bool) -> str:
    return "yes" if value else "no"
