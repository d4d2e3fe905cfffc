"""Totals and missing flags as Aeries computes them, all through `gradebook_math`."""

from dataclasses import dataclass
from decimal import Decimal

from aeries_sandbox.decimals import ZERO
from aeries_sandbox.model import Assignment, Gradebook, GradebookStudent, GradebookTerm, Rule
from aeries_sandbox.store import live_assignments
from aeries_sandbox.world import World
from gradebook_math import (
    AeriesAssignment,
    AeriesCategory,
    AeriesCell,
    AeriesGradebook,
    AeriesScore,
    AeriesStudent,
    AeriesSwitches,
    AeriesTotal,
    AssignmentKind,
    CustomMarkKind,
    DropRule,
    FinalMarkRange,
    KindWeights,
    LowestBy,
    MinMaxMethod,
    MinMaxRange,
    Replacement,
    RuleAverage,
    SpanBoundary,
    TransferDate,
    TransferGrade,
    aeries_total,
    cut,
    final_mark,
)
from gradebook_math import CustomMark as MathCustomMark


@dataclass(frozen=True, slots=True)
class TermGrade:
    """`percent` is None while nothing counts; `mark` is then empty."""

    percent: Decimal | None
    mark: str


class Totals:
    """One gradebook, one term of it or one assignment of it, prepared for computing."""

    def __init__(
        self,
        world: World,
        gradebook: Gradebook,
        term: GradebookTerm | None = None,
        only: Assignment | None = None,
    ) -> None:
        self._world = world
        self._gradebook = gradebook
        self._assignments = [
            assignment
            for assignment in (live_assignments(gradebook) if only is None else [only])
            if term is None or term.start_date <= assignment.date_due <= term.end_date
        ]
        self._switches = _switches(world)
        self._math = _gradebook(world, gradebook, self._assignments)

    def total(self, student: GradebookStudent) -> AeriesTotal:
        return aeries_total(self._math, self._student(student), self._switches, self._world.today())

    def grade(self, student: GradebookStudent) -> TermGrade:
        """Cut at four decimals, never rounded; the mark comes from the exact value."""
        percent = self.total(student).percent
        if percent is None:
            return TermGrade(None, "")
        ranges = tuple(FinalMarkRange(row.mark, row.low, row.high) for row in self._gradebook.final_marks)
        return TermGrade(cut(percent, 4), final_mark(percent, ranges))

    def cell(self, student: GradebookStudent, number: int) -> AeriesCell:
        """What one cell contributes, after rules."""
        return next(cell for cell in self.total(student).cells if cell.number == number)

    def _student(self, student: GradebookStudent) -> AeriesStudent:
        scores = {}
        for assignment in self._assignments:
            row = assignment.scores.get(student.student_id)
            if row is not None:
                scores[assignment.assignment_number] = AeriesScore(
                    row.mark, row.number_correct_possible, row.points_possible
                )
        transfer = next(
            (grade for grade in self._gradebook.transfer_grades if grade.student_id == student.student_id),
            None,
        )
        return AeriesStudent(
            scores=scores,
            start_on=student.start_date,
            end_on=student.end_date,
            active=not student.inactive,
            transfer=None if transfer is None else TransferGrade(transfer.percent, transfer.by_category),
        )


def _gradebook(world: World, gradebook: Gradebook, assignments: list[Assignment]) -> AeriesGradebook:
    settings = gradebook.settings
    return AeriesGradebook(
        categories=tuple(AeriesCategory(row.code, row.percent) for row in gradebook.categories),
        assignments=tuple(_assignment(gradebook, assignment) for assignment in assignments),
        weighting=settings.doing_weight,
        counts_immediately=settings.count_completed_now,
        rules=tuple(_rule(rule) for rule in gradebook.rules),
        min_max=(
            MinMaxRange(settings.min_assignment_value, settings.max_assignment_value)
            if settings.doing_min_max_assignment_values
            else None
        ),
        kind_weights=(
            KindWeights(settings.formative_percentage, settings.summative_percentage)
            if settings.doing_formative_summative_weight
            else None
        ),
        custom_marks={
            text: MathCustomMark(CustomMarkKind(mark.kind), mark.percent)
            for text, mark in world.custom_marks.items()
        },
    )


def _assignment(gradebook: Gradebook, assignment: Assignment) -> AeriesAssignment:
    narrative: dict[str, Decimal] = {}
    if assignment.narrative_set_id:
        narrative = {
            row.mark: row.percent
            for row in gradebook.narrative_marks
            if row.narrative_set_id == assignment.narrative_set_id
        }
    return AeriesAssignment(
        number=assignment.assignment_number,
        category_code=assignment.category_code,
        points_possible=assignment.points_possible,
        number_correct_possible=assignment.number_correct_possible,
        due_on=assignment.date_due,
        assigned_on=assignment.date_assigned,
        grading_completed=assignment.grading_completed,
        kind=AssignmentKind(assignment.formative_summative),
        rubric=assignment.rubric,
        narrative=narrative,
    )


def _rule(rule: Rule) -> DropRule:
    return DropRule(
        number=rule.number,
        drop=rule.drop,
        lowest_by=LowestBy(rule.lowest_by),
        replacement=Replacement(rule.replacement),
        category_code=rule.category_code,
        kind=None if rule.formative_summative is None else AssignmentKind(rule.formative_summative),
        due_from=rule.due_from,
        due_to=rule.due_to,
        minimum_assignments=rule.minimum_assignments,
        effective_on=rule.effective_on,
    )


def _switches(world: World) -> AeriesSwitches:
    return AeriesSwitches(
        blank_gc_counts_zero=world.on("blank_gc_counts_zero"),
        min_max=MinMaxMethod(world.switches["min_max"]),
        rule_average=RuleAverage(world.switches["rule_average"]),
        rule_drops_missing=world.on("rule_drops_missing"),
        custom_missing_counts_zero=world.on("custom_missing_counts_zero"),
        tx_is_missing=world.on("tx_is_missing"),
        span_boundary=SpanBoundary(world.switches["span_boundary"]),
        transfer_date=TransferDate(world.switches["transfer_date"]),
    )


def shown_percent(grade: TermGrade) -> Decimal:
    """An empty grade is printed as 0 with an empty mark (behaviour §6.8)."""
    return ZERO if grade.percent is None else grade.percent
