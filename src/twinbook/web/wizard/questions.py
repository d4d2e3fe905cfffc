"""What a match asks besides the partner, and only where it matters: whose scores count, and whose fields."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.dateformat import format as formatted
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from twinbook.core.cells import Policy
from twinbook.core.fields import Field
from twinbook.core.setup.comparing import Comparison, Replaced
from twinbook.core.setup.draft import AssignmentRow, Draft, FieldsFrom
from twinbook.core.setup.steps import Difference
from twinbook.said import said


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Question:
    sentence: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class TwoHalves:
    """A field that stands differently on the two sides."""

    name: str
    ours: str
    theirs: str
    why: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """What comes of a match. `scores` None: no value differs; `fields` None: no field differs."""

    equal: str
    scores: Question | None
    fields: Question | None
    differences: tuple[TwoHalves, ...]


def meeting(draft: Draft, row: AssignmentRow, found: Comparison) -> Meeting:
    differences = tuple(_halves(draft, difference) for difference in found.fields)
    return Meeting(
        _in_common(found),
        _scores(found, row.scores_from) if found.differ else None,
        _fields(differences, row.fields_from) if differences else None,
        differences,
    )


def _in_common(found: Comparison) -> str:
    parts = [
        (found.equal, ngettext("%(count)d score is equal", "%(count)d scores are equal", found.equal)),
        (
            found.fills_here,
            ngettext("%(count)d blank is filled here", "%(count)d blanks are filled here", found.fills_here),
        ),
        (
            found.fills_there,
            ngettext(
                "%(count)d blank is filled in Aeries",
                "%(count)d blanks are filled in Aeries",
                found.fills_there,
            ),
        ),
    ]
    return " · ".join(text % {"count": count} for count, text in parts if count)


def _scores(found: Comparison, chosen: Policy) -> Question:
    sentence = ngettext(
        "%(count)d score differs. Whose counts?", "%(count)d scores differ. Whose count?", found.differ
    )
    texts = {
        Policy.ASK: _("Neither yet: nothing is overwritten, and I decide later, one by one"),
        Policy.AERIES: _from_aeries(found.replaced[Policy.AERIES]),
        Policy.LMS: _from_here(found.replaced[Policy.LMS]),
    }
    return Question(
        sentence % {"count": found.differ},
        tuple(Choice(policy.value, text, policy is chosen) for policy, text in texts.items()),
    )


def _from_aeries(replaced: Replaced) -> str:
    text = ngettext(
        "Aeries’: %(count)d score changes here", "Aeries’: %(count)d scores change here", replaced.here
    )
    return text % {"count": replaced.here}


def _from_here(replaced: Replaced) -> str:
    text = ngettext(
        "Ours: %(count)d score changes in Aeries", "Ours: %(count)d scores change in Aeries", replaced.there
    ) % {"count": replaced.there}
    if not replaced.held:
        return text
    typed = ngettext(
        "%(count)d must be typed there by hand", "%(count)d must be typed there by hand", replaced.held
    )
    return f"{text}, {typed % {'count': replaced.held}}"


def _fields(differences: tuple[TwoHalves, ...], chosen: FieldsFrom) -> Question:
    names = ", ".join(difference.name for difference in differences)
    texts = {
        FieldsFrom.KEEP: _("Keep each side as it is"),
        FieldsFrom.AERIES: _("Take them from Aeries"),
        FieldsFrom.LMS: _("Write ours to Aeries"),
    }
    return Question(
        _("Differs: %(names)s") % {"names": names},
        tuple(Choice(word.value, text, word is chosen) for word, text in texts.items()),
    )


def _halves(draft: Draft, difference: Difference) -> TwoHalves:
    return TwoHalves(
        field_name(difference.field),
        _half(draft, difference.field, difference.ours, here=True),
        _half(draft, difference.field, difference.theirs, here=False),
        said(difference.why),
    )


def field_name(field: Field) -> str:
    match field:
        case Field.TITLE:
            return _("title")
        case Field.DESCRIPTION:
            return _("description")
        case Field.CATEGORY:
            return _("category")
        case Field.ASSIGNED_ON:
            return _("assigned date")
        case Field.DUE_ON:
            return _("due date")
        case Field.POINTS:
            return _("points")
        case Field.GRADING_COMPLETED:
            return _("grading completed")


def _half(draft: Draft, field: Field, text: str, *, here: bool) -> str:
    match field:
        case Field.CATEGORY if here:
            return next((c.name for c in draft.lms_categories if c.lms_id == text), "") or _("none")
        case Field.CATEGORY:
            return next((c.name for c in draft.categories if c.code == text), text) or _("none")
        case Field.POINTS if "/" in text:
            entry, _slash, maximum = text.partition("/")
            return (
                maximum
                if entry == maximum
                else _("%(points)s (number correct %(entry)s)")
                % {
                    "points": maximum,
                    "entry": entry,
                }
            )
        case Field.GRADING_COMPLETED:
            return _("yes") if text == "yes" else _("no")
        case Field.ASSIGNED_ON | Field.DUE_ON:
            day = parse_date(text) if text else None
            return formatted(day, "j M Y") if day else _("none")
        case _:
            return text or _("none")
