"""Rules that drop or replace the lowest scores (behaviour §6.4).

Open questions are settled so: rules act in the order of their numbers, a cell is touched by one rule
only, of equal scores the earlier due (then the lower number) goes first, items without a maximum and
transfer grades are never dropped.
"""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import assert_never

from gradebook_math.aeries_cells import AeriesCell, CellReason, Earned
from gradebook_math.aeries_gradebook import (
    AeriesAssignment,
    AeriesSwitches,
    DropRule,
    LowestBy,
    Replacement,
    RuleAverage,
)


def apply_rules(
    rules: tuple[DropRule, ...],
    assignments: dict[int, AeriesAssignment],
    cells: dict[int, AeriesCell],
    switches: AeriesSwitches,
    as_of: date | None,
) -> dict[int, AeriesCell]:
    """The cells after all rules. Without `as_of` every rule is taken as effective."""
    done = dict(cells)
    for rule in sorted(rules, key=lambda rule: rule.number):
        if as_of is not None and rule.effective_on is not None and as_of < rule.effective_on:
            continue
        for number, cell in _one_rule(rule, assignments, done, switches).items():
            done[number] = cell
    return done


def _one_rule(
    rule: DropRule,
    assignments: dict[int, AeriesAssignment],
    cells: dict[int, AeriesCell],
    switches: AeriesSwitches,
) -> dict[int, AeriesCell]:
    area = {
        number: cell.earned
        for number, cell in cells.items()
        if cell.earned is not None
        and cell.earned.maximum > 0
        and cell.reason in (CellReason.SCORE, CellReason.MISSING)
        and cell.rule is None
        and _in_scope(rule, assignments[number])
    }
    if not area or len(area) < rule.minimum_assignments:
        return {}
    droppable = [
        number
        for number in area
        if switches.rule_drops_missing or cells[number].reason is not CellReason.MISSING
    ]

    def lowest_first(number: int) -> tuple[Fraction, date, int]:
        earned = area[number]
        match rule.lowest_by:
            case LowestBy.PERCENT_SCORE:
                weight = earned.points / earned.maximum
            case LowestBy.NEGATIVE_WEIGHT:
                weight = earned.points - earned.maximum
            case _:
                assert_never(rule.lowest_by)
        return weight, assignments[number].due_on or date.max, number

    lowest = sorted(droppable, key=lowest_first)[: rule.drop]
    ratio = _replacing_ratio(rule.replacement, tuple(area.values()), switches)
    return {number: _touched(cells[number], area[number], rule.number, ratio) for number in lowest}


def _touched(cell: AeriesCell, earned: Earned, rule: int, ratio: Fraction | None) -> AeriesCell:
    if ratio is None:
        return replace(cell, reason=CellReason.DROPPED_BY_RULE, earned=None, rule=rule)
    replaced = Earned(ratio * earned.maximum, earned.maximum)
    return replace(cell, reason=CellReason.REPLACED_BY_RULE, earned=replaced, rule=rule, replaced_by=ratio)


def _replacing_ratio(
    replacement: Replacement, area: tuple[Earned, ...], switches: AeriesSwitches
) -> Fraction | None:
    ratios = [earned.points / earned.maximum for earned in area]
    match replacement:
        case Replacement.NOTHING:
            return None
        case Replacement.BEST:
            return max(ratios)
        case Replacement.AVERAGE:
            if switches.rule_average is RuleAverage.MEAN:
                return sum(ratios, Fraction(0)) / len(ratios)
            points = sum((earned.points for earned in area), Fraction(0))
            return points / sum((earned.maximum for earned in area), Fraction(0))
        case _:
            assert_never(replacement)


def _in_scope(rule: DropRule, assignment: AeriesAssignment) -> bool:
    if rule.category_code is not None and assignment.category_code != rule.category_code:
        return False
    if rule.kind is not None and assignment.kind is not rule.kind:
        return False
    due = assignment.due_on
    if due is None:
        return rule.due_from is None and rule.due_to is None
    if rule.due_from is not None and due < rule.due_from:
        return False
    return rule.due_to is None or due <= rule.due_to
