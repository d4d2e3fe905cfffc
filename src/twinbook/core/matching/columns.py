"""Comparing score columns. Columns become floats here: they are evidence, never grades to be kept.

A value is the fraction of its maximum (of an item without points: the number itself); a blank, a mark
or an absent student is NaN.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import numpy as np
import numpy.typing as npt

from twinbook.core.matching.items import LmsActivity, SisAssignment

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]

# Two fractions are one score when they differ by no more than rounding to four decimals does.
_ROUNDED = 0.0006
# A percentage typed without decimals stands for anything that rounds to it.
_WHOLE_PERCENT = 0.0051

# Shares of equal scores to expect of the same piece of work, with how often: nearly all, late changes, many changes.
_SAME_WORK = ((0.985, 0.80), (0.88, 0.15), (0.74, 0.05))
# Students' ability makes columns of different work agree more often than chance alone.
_ABILITY = 0.10
_STRONGEST, _WEAKEST = 16.0, -14.0
# Price in log-odds of assuming that the maximum was changed under the same numbers, or the whole column moved.
_OTHER_MAXIMUM, _ONE_RULE = 1.5, 6.0
# How much better than chance any two columns agree once one is moved towards the other.
_MOVED_CHANCE = 0.15
_FEWEST_FOR_A_RULE = 8


@dataclass(frozen=True, slots=True)
class ScoreEvidence:
    """All arrays are activities × assignments. `weight` is in log-odds, `equal` of `common` scores agree.

    `moved` is true where the columns agree only after one rule for the whole column; `equal` and `common`
    then count the scores that the rule says something about.
    """

    weight: Floats
    equal: Counts
    common: Counts
    moved: Bools


def score_evidence(activities: Sequence[LmsActivity], assignments: Sequence[SisAssignment]) -> ScoreEvidence:
    students = {
        key: place
        for place, key in enumerate(
            sorted(
                {key for a in activities for key in a.scores} & {key for s in assignments for key in s.scores}
            )
        )
    }
    shape = (len(activities), len(assignments))
    weight = np.zeros(shape)
    equal = np.zeros(shape, dtype=np.int64)
    common = np.zeros(shape, dtype=np.int64)
    moved = np.zeros(shape, dtype=np.bool_)
    if not students or 0 in shape:
        return ScoreEvidence(weight, equal, common, moved)
    ours = np.array([_lms_column(a, students) for a in activities])
    theirs, slack = (
        np.array(part) for part in zip(*(_sis_column(s, students) for s in assignments), strict=True)
    )
    points = np.array([float(a.points) or 1.0 for a in activities])
    possible = np.array([float(s.number_correct_possible) or 1.0 for s in assignments])
    chance = _chance(ours, theirs)
    raw_chance = _chance(ours * points[:, None], theirs * possible[:, None])
    for row, column in enumerate(ours):
        known = ~np.isnan(theirs - column)
        common[row] = known.sum(axis=1)
        equal[row] = _count(known, theirs - column, slack)
        weight[row] = _log_odds(equal[row], common[row], chance[row])

        raw = _count(known, theirs * possible[:, None] - column * points[row], slack * points[row])
        by_raw = _log_odds(raw, common[row], raw_chance[row]) - _OTHER_MAXIMUM
        moved[row] = (possible != points[row]) & (by_raw > np.maximum(weight[row], 0.0))
        weight[row] = np.where(moved[row], by_raw, weight[row])
        equal[row] = np.where(moved[row], raw, equal[row])

        for fitting, counted in _by_one_rule(column, theirs, slack, known):
            by_rule = _log_odds(fitting, counted, np.minimum(chance[row] + _MOVED_CHANCE, 0.95)) - _ONE_RULE
            better = (counted >= _FEWEST_FOR_A_RULE) & (by_rule > np.maximum(weight[row], 0.0))
            weight[row] = np.where(better, by_rule, weight[row])
            equal[row] = np.where(better, fitting, equal[row])
            common[row] = np.where(better, counted, common[row])
            moved[row] |= better
    return ScoreEvidence(weight, equal, common, moved)


def _count(known: Bools, difference: Floats, slack: Floats) -> Counts:
    return np.asarray((known & (np.abs(np.where(known, difference, 9.0)) <= slack)).sum(axis=1))


def _by_one_rule(
    column: Floats, theirs: Floats, slack: Floats, known: Bools
) -> tuple[tuple[Counts, Counts], ...]:
    """Per rule (adding or multiplying with one number), how many scores fit it, of how many.

    The number is taken from scores inside the scale. A score that the rule would lift over the maximum
    and that stands at it, says nothing, nor do two zeros.
    """
    inside = known & (column > 0) & (theirs > 0) & (column < 1) & (theirs < 1)
    if not inside.any():
        return ()
    ours = np.broadcast_to(column, theirs.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        addend = _median(np.where(inside, theirs - ours, np.nan))[:, None]
        root = np.exp(_median(np.where(inside, np.log(theirs / ours), np.nan))[:, None] / 2)
        rules = ((theirs - ours - addend, ours + addend), (theirs / root - ours * root, ours * root * root))
    found = []
    for off, rebuilt in rules:
        at_limit = ((theirs >= 1) & (rebuilt >= 1)) | ((theirs <= 0) & (ours <= 0))
        counted = known & ~np.isnan(off) & ~at_limit
        found.append((_count(counted, off, 2 * slack), np.asarray(counted.sum(axis=1))))
    return tuple(found)


def _median(rows: Floats) -> Floats:
    """The median of each row, NaN left out; NaN for a row without numbers."""
    ordered = np.sort(rows, axis=1)
    count = (~np.isnan(rows)).sum(axis=1)
    each = np.arange(len(rows))
    lower, upper = (
        ordered[each, np.maximum((count - 1) // 2, 0)],
        ordered[each, np.minimum(count // 2, rows.shape[1] - 1)],
    )
    return np.asarray((lower + upper) / 2, dtype=np.float64)


def _chance(ours: Floats, theirs: Floats) -> Floats:
    """How often a score of one column equals a random one of the other (activities × assignments)."""
    values = np.unique(np.round(np.concatenate([ours.ravel(), theirs.ravel()]), 2))
    values = values[~np.isnan(values)]

    def shares(columns: Floats) -> Floats:
        held = (np.round(columns, 2)[:, :, None] == values[None, None, :]).sum(axis=1)
        return np.asarray(held / np.maximum(held.sum(axis=1, keepdims=True), 1), dtype=np.float64)

    if not len(values):
        return np.full((len(ours), len(theirs)), 0.5)
    by_chance = shares(ours) @ shares(theirs).T
    return np.asarray(np.clip(by_chance + _ABILITY * (1 - by_chance), 0.05, 0.93), dtype=np.float64)


def _log_odds(equal: npt.NDArray[np.int64], common: npt.NDArray[np.int64], chance: Floats) -> Floats:
    unequal = common - equal
    different = equal * np.log(chance) + unequal * np.log(1 - chance)
    parts = [np.log(prior) + equal * np.log(p) + unequal * np.log(1 - p) for p, prior in _SAME_WORK]
    weight = np.logaddexp.reduce(np.array(parts), axis=0) - different
    return np.asarray(np.clip(np.where(common == 0, 0.0, weight), _WEAKEST, _STRONGEST), dtype=np.float64)


def _lms_column(activity: LmsActivity, students: Mapping[str, int]) -> Floats:
    column = np.full(len(students), np.nan)
    points = float(activity.points) or 1.0
    for student, score in activity.scores.items():
        if isinstance(score, Decimal) and student in students and score.is_finite():
            column[students[student]] = float(score) / points
    return column


def _sis_column(assignment: SisAssignment, students: Mapping[str, int]) -> tuple[Floats, Floats]:
    column = np.full(len(students), np.nan)
    slack = np.full(len(students), _ROUNDED)
    possible = float(assignment.number_correct_possible) or 1.0
    for student, mark in assignment.scores.items():
        place = students.get(student)
        if place is None:
            continue
        text = mark.strip()
        percent = text.endswith("%")
        number = _number(text[:-1] if percent else text)
        if number is None:
            continue
        column[place] = float(number) / (100 if percent else possible)
        if percent and number == number.to_integral_value():
            slack[place] = _WHOLE_PERCENT
    return column, slack


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**9 else None
