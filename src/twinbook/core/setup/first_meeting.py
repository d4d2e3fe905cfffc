"""The fields of two items that meet for the first time (A2): kept as they are, or taken from one side on request."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from twinbook.core.fields import (
    CategoryMap,
    Field,
    FieldChange,
    differing,
    our_half,
    their_half,
    to_ours,
    to_theirs,
)
from twinbook.core.setup.draft import FieldsFrom
from twinbook.core.setup.steps import Difference
from twinbook.core.snapshot import OurActivity, TheirAssignment

_DATES = (Field.ASSIGNED_ON, Field.DUE_ON)


@dataclass(frozen=True, slots=True)
class Meeting:
    to_lms: tuple[FieldChange, ...]
    to_aeries: tuple[FieldChange, ...]
    differences: tuple[Difference, ...]


def meet(
    activity: OurActivity,
    assignment: TheirAssignment,
    categories: CategoryMap,
    fields_from: FieldsFrom,
    *,
    scored_here: bool,
    scored_there: bool,
) -> Meeting:
    """What happens to each differing field. A blank never overwrites a value.

    Points are only taken over by a side that holds no value yet: they would change what its scores mean (A3).
    """
    to_lms: list[FieldChange] = []
    to_aeries: list[FieldChange] = []
    differences: list[Difference] = []
    for field in _candidates(activity, assignment, categories, fields_from):
        ours, theirs = our_half(field, activity), their_half(field, assignment)
        match fields_from:
            case FieldsFrom.KEEP:
                differences.append(Difference(field, ours, theirs))
            case FieldsFrom.AERIES:
                why = _not_taken_here(field, activity, assignment, scored_here)
                converted = to_ours(field, theirs, categories)
                if not why and converted:
                    to_lms.append(FieldChange(field, ours, converted))
                else:
                    differences.append(Difference(field, ours, theirs, why or _no_value(field, "Aeries")))
            case FieldsFrom.LMS:
                why = _not_taken_there(field, activity, assignment, scored_there)
                converted = to_theirs(field, ours, categories)
                if not why and converted:
                    to_aeries.append(FieldChange(field, theirs, converted))
                else:
                    differences.append(Difference(field, ours, theirs, why or _no_value(field, "the LMS")))
            case other:
                assert_never(other)
    return Meeting(tuple(to_lms), tuple(to_aeries), tuple(differences))


def _candidates(
    activity: OurActivity, assignment: TheirAssignment, categories: CategoryMap, fields_from: FieldsFrom
) -> tuple[Field, ...]:
    """The differing fields. A date that is blank here agrees with any, but is filled when Aeries' fields are wanted."""
    different = differing(activity, assignment, categories)
    if fields_from is not FieldsFrom.AERIES:
        return different
    return tuple(
        field
        for field in Field
        if field in different
        or (field in _DATES and not our_half(field, activity) and their_half(field, assignment))
    )


def _not_taken_here(
    field: Field, activity: OurActivity, assignment: TheirAssignment, scored_here: bool
) -> str:
    if field is not Field.POINTS:
        return ""
    if assignment.weight_max == 0 or activity.extra_credit or activity.points == 0:
        return "extra credit stays as it is"
    return "there are scores here, which would change their meaning" if scored_here else ""


def _not_taken_there(
    field: Field, activity: OurActivity, assignment: TheirAssignment, scored_there: bool
) -> str:
    if field is not Field.POINTS:
        return ""
    if assignment.weight_max == 0 or activity.extra_credit or activity.points == 0:
        return "extra credit stays as it is"
    return "there are scores in Aeries, which would change their meaning" if scored_there else ""


def _no_value(field: Field, side: str) -> str:
    if field is Field.CATEGORY:
        return "the category has no partner"
    return f"{side} has no value, and a blank overwrites nothing"


def new_points(changes: tuple[FieldChange, ...], present: Decimal) -> Decimal:
    """Points of the LMS after the changes."""
    return next((Decimal(c.after) for c in changes if c.field is Field.POINTS), present)
