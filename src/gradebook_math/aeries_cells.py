"""What one cell of an Aeries gradebook contributes before rules and scaling (behaviour §5, §6.1, §6.6)."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from typing import assert_never

from gradebook_math.aeries_gradebook import (
    AeriesAssignment,
    AeriesGradebook,
    AeriesScore,
    AeriesStudent,
    AeriesSwitches,
    CustomMarkKind,
    SpanBoundary,
    TransferDate,
)


class CellReason(StrEnum):
    """Why a cell counts or does not."""

    SCORE = "score"
    MISSING = "missing"
    TRANSFER = "transfer"
    REPLACED_BY_RULE = "replaced_by_rule"
    DROPPED_BY_RULE = "dropped_by_rule"
    BLANK = "blank"
    GRADING_NOT_COMPLETED = "grading_not_completed"
    EXCUSED = "excused"
    OWED = "owed"
    PLACEHOLDER = "placeholder"
    UNKNOWN_MARK = "unknown_mark"
    OUTSIDE_SPAN = "outside_span"
    RUBRIC = "rubric"


@dataclass(frozen=True, slots=True)
class Earned:
    points: Fraction
    maximum: Fraction

    @property
    def ratio(self) -> Fraction | None:
        return self.points / self.maximum if self.maximum else None


@dataclass(frozen=True, slots=True)
class AeriesCell:
    """`earned` is None when the cell does not count; `missing` is the flag IsMissing.

    `rule` is the number of the rule that acted, `replaced_by` its replacing ratio (0.9 = 90 %).
    """

    number: int
    reason: CellReason
    earned: Earned | None
    missing: bool = False
    rule: int | None = None
    replaced_by: Fraction | None = None


def cell_of(
    gradebook: AeriesGradebook, assignment: AeriesAssignment, student: AeriesStudent, switches: AeriesSwitches
) -> AeriesCell:
    """The cell before rules and scaling.

    A transfer grade takes the place of blanks only where the span would let the cell count anyway
    (assigned before, due after the start): there a score that was really given stands (inference).
    """
    number = assignment.number
    if assignment.rubric:
        return AeriesCell(number, CellReason.RUBRIC, None)
    score = student.scores.get(number, AeriesScore(""))
    inside = _in_span(assignment, student, switches)
    blank = not score.mark.strip()
    stands_in = student.active and _before_start(assignment, student, switches) and (blank or not inside)
    if student.transfer is not None and stands_in:
        percent = student.transfer.for_category(assignment.category_code)
        maximum = _points_possible(assignment, score)
        return AeriesCell(number, CellReason.TRANSFER, Earned(_share(percent, maximum), maximum))
    if not inside:
        return AeriesCell(number, CellReason.OUTSIDE_SPAN, None)
    return _marked_cell(gradebook, assignment, score, switches)


def _marked_cell(
    gradebook: AeriesGradebook, assignment: AeriesAssignment, score: AeriesScore, switches: AeriesSwitches
) -> AeriesCell:
    number = assignment.number
    completed = assignment.grading_completed
    maximum = _points_possible(assignment, score)
    zero = Earned(Fraction(0), maximum)
    mark = score.mark.strip().upper()
    if mark == "":
        if not completed:
            return AeriesCell(number, CellReason.BLANK, None)
        counted = zero if switches.blank_gc_counts_zero else None
        return AeriesCell(number, CellReason.MISSING, counted, missing=True)
    if mark == "NA":
        return AeriesCell(number, CellReason.EXCUSED, None)
    if mark == "TX":
        return AeriesCell(number, CellReason.OWED, None, missing=switches.tx_is_missing)
    custom = gradebook.custom_marks.get(mark)
    if custom is not None:
        match custom.kind:
            case CustomMarkKind.MISSING:
                counted = zero if switches.custom_missing_counts_zero else None
                return AeriesCell(number, CellReason.MISSING, counted, missing=True)
            case CustomMarkKind.PLACEHOLDER:
                return AeriesCell(number, CellReason.PLACEHOLDER, None)
            case CustomMarkKind.TEMPORARILY_EXCUSED:
                return AeriesCell(number, CellReason.OWED, None, missing=switches.tx_is_missing)
            case CustomMarkKind.QUICK_POINTS:
                points: Fraction | None = _share(custom.percent, maximum)
            case _:
                assert_never(custom.kind)
    else:
        points = _points(mark, assignment, score)
    if points is None:
        return AeriesCell(number, CellReason.UNKNOWN_MARK, None)
    if not (completed or gradebook.counts_immediately):
        return AeriesCell(number, CellReason.GRADING_NOT_COMPLETED, None)
    return AeriesCell(number, CellReason.SCORE, Earned(points, maximum))


def _points(mark: str, assignment: AeriesAssignment, score: AeriesScore) -> Fraction | None:
    """Points of a narrative mark, a percentage or a number; None for any other text."""
    maximum = _points_possible(assignment, score)
    narrative = {text.strip().upper(): percent for text, percent in assignment.narrative.items()}
    if mark in narrative:
        return _share(narrative[mark], maximum)
    if mark.endswith("%"):
        percent = _number(mark[:-1])
        return None if percent is None else _share(percent, maximum)
    entered = _number(mark)
    if entered is None:
        return None
    possible = score.number_correct_possible
    if possible is None:
        possible = assignment.number_correct_possible
    if possible == 0:
        return Fraction(entered)
    return Fraction(entered) / Fraction(possible) * maximum


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _points_possible(assignment: AeriesAssignment, score: AeriesScore) -> Fraction:
    own = score.points_possible
    return Fraction(assignment.points_possible if own is None else own)


def _share(percent: Decimal, maximum: Fraction) -> Fraction:
    return Fraction(percent) / 100 * maximum


def _in_span(assignment: AeriesAssignment, student: AeriesStudent, switches: AeriesSwitches) -> bool:
    due = assignment.due_on
    if due is None:
        return True
    if student.start_on is not None and due < student.start_on:
        return False
    if student.end_on is None:
        return True
    match switches.span_boundary:
        case SpanBoundary.INCLUSIVE:
            return due <= student.end_on
        case SpanBoundary.EXCLUSIVE:
            return due < student.end_on
        case _:
            assert_never(switches.span_boundary)


def _before_start(assignment: AeriesAssignment, student: AeriesStudent, switches: AeriesSwitches) -> bool:
    day = assignment.due_on
    if switches.transfer_date is TransferDate.ASSIGNED and assignment.assigned_on is not None:
        day = assignment.assigned_on
    return day is not None and student.start_on is not None and day < student.start_on
