"""The fields of two items that meet for the first time (A2): kept as they are, or taken from one side on request."""

from __future__ import annotations

from dataclasses import dataclass
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
from twinbook.core.sentence import sentence
from twinbook.core.setup.draft import FieldsFrom
from twinbook.core.setup.steps import Difference
from twinbook.core.snapshot import OurActivity, TheirAssignment


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
    scored: bool,
) -> Meeting:
    """What happens to each differing field. A blank never overwrites a value.

    Points only move while neither side holds a score (`scored`): they would change what scores mean (A3).
    """
    to_lms: list[FieldChange] = []
    to_aeries: list[FieldChange] = []
    differences: list[Difference] = []
    for field in differing(activity, assignment, categories):
        ours, theirs = our_half(field, activity), their_half(field, assignment)
        why = _points_stay(activity, assignment, scored) if field is Field.POINTS else ""
        match fields_from:
            case FieldsFrom.KEEP:
                differences.append(Difference(field, ours, theirs))
            case FieldsFrom.AERIES:
                converted = to_ours(field, theirs, categories)
                if not why and converted:
                    to_lms.append(FieldChange(field, ours, converted))
                else:
                    differences.append(Difference(field, ours, theirs, why or _no_value(field, "Aeries")))
            case FieldsFrom.LMS:
                converted = to_theirs(field, ours, categories, theirs)
                if not why and converted:
                    to_aeries.append(FieldChange(field, theirs, converted))
                else:
                    differences.append(
                        Difference(field, ours, theirs, why or _no_value(field, sentence("the LMS")))
                    )
            case other:
                assert_never(other)
    return Meeting(tuple(to_lms), tuple(to_aeries), tuple(differences))


def _points_stay(activity: OurActivity, assignment: TheirAssignment, scored: bool) -> str:
    if assignment.weight_max == 0 or activity.extra_credit or activity.points == 0:
        return sentence("extra credit stays as it is")
    return sentence("there are scores, whose meaning would change") if scored else ""


def _no_value(field: Field, side: str) -> str:
    if field is Field.CATEGORY:
        return sentence("the category has no partner")
    return sentence("%(side)s has no value, and a blank overwrites nothing", side=side)
