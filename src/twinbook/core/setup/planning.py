"""From the answers of a draft to the ordered steps of Confirm. The summary shows these steps and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from twinbook.core.fields import TITLE_LIMIT, CategoryMap, Field, FieldChange
from twinbook.core.remote import FarSide
from twinbook.core.setup.cells import Cells, PairTerms
from twinbook.core.setup.context import SetupContext
from twinbook.core.setup.draft import Action, AssignmentRow, Draft
from twinbook.core.setup.first_meeting import meet
from twinbook.core.setup.steps import (
    NEW_CATEGORY,
    CategoryStep,
    CreateActivityHere,
    CreateAssignmentThere,
    CreateCategoryHere,
    IgnoreCategory,
    IgnoreHere,
    IgnoreThere,
    MatchCategory,
    MatchPair,
    SetupPlan,
)
from twinbook.core.snapshot import ClassSnapshot, GradebookReading, OurActivity, TheirAssignment
from twinbook.core.values import Maxima


def confirmed_plan(
    draft: Draft, snapshot: ClassSnapshot, reading: GradebookReading, far: FarSide, context: SetupContext
) -> SetupPlan:
    """The steps of the answers given so far. Rows without an answer, or whose item is not there, have no step:
    the summary names them as blocking, and only a ready summary may be carried out."""
    plan = _Planning(draft, snapshot, reading, far, context)
    return SetupPlan(
        draft.gradebook_number,
        (
            *plan.categories(),
            *plan.pairs(),
            *plan.creates_here(),
            *plan.creates_there(),
            *plan.ignored(),
        ),
    )


def pair_steps(
    draft: Draft,
    snapshot: ClassSnapshot,
    reading: GradebookReading,
    far: FarSide,
    context: SetupContext,
    rows: Iterable[AssignmentRow],
) -> Iterator[MatchPair]:
    """What matching each of these rows would do. They need not stand in the draft as they are given here."""
    plan = _Planning(draft, snapshot, reading, far, context)
    for row in rows:
        step = plan.pair(row)
        if step is not None:
            yield step


class _Planning:
    def __init__(
        self,
        draft: Draft,
        snapshot: ClassSnapshot,
        reading: GradebookReading,
        far: FarSide,
        context: SetupContext,
    ) -> None:
        self._draft = draft
        self._ours = {str(activity.id): activity for activity in snapshot.activities}
        self._theirs = {assignment.unique_id: assignment for assignment in reading.assignments}
        self._our_categories = {str(category.id): category for category in snapshot.categories}
        self._their_categories = {category.code: category for category in reading.categories}
        self._cells = Cells(snapshot, reading, far, context)
        self._matched = draft.matched_activities()
        self._code_of = {
            int(row.lms_id): row.code
            for row in draft.categories
            if row.action is Action.MATCH and row.lms_id in self._our_categories
        }
        created = [row.code for row in draft.categories if row.action is Action.CREATE]
        self._created = {-place: code for place, code in enumerate(created, start=1)}

    def categories(self) -> Iterator[CategoryStep]:
        for row in self._draft.categories:
            theirs = self._their_categories.get(row.code)
            if theirs is None:
                continue
            if row.action is Action.MATCH and row.lms_id in self._our_categories:
                yield MatchCategory(row.code, self._our_categories[row.lms_id].id)
            elif row.action is Action.CREATE:
                yield CreateCategoryHere(row.code, new_category_name(theirs.name, row.code), theirs.percent)
            elif row.action is Action.IGNORE:
                yield IgnoreCategory(row.code)

    def pairs(self) -> Iterator[MatchPair]:
        for row in self._draft.assignments:
            step = self.pair(row) if row.action is Action.MATCH else None
            if step is not None:
                yield step

    def pair(self, row: AssignmentRow) -> MatchPair | None:
        """None: its assignment or the activity is not there."""
        activity = self._ours.get(row.lms_id or "")
        assignment = self._theirs.get(row.aeries_id)
        if activity is None or assignment is None:
            return None
        return self._pair(row, activity, assignment)

    def _pair(self, row: AssignmentRow, activity: OurActivity, assignment: TheirAssignment) -> MatchPair:
        meeting = meet(
            activity,
            assignment,
            self._category_map(),
            row.fields_from,
            scored=self._cells.scored(activity.id, assignment.unique_id),
        )
        # Points that move need no care here: then there is no score on either side.
        after = {change.field: change.after for change in meeting.to_aeries}
        maxima = Maxima(our_maximum(activity), assignment.entry_max, assignment.weight_max)
        completed = (
            after[Field.GRADING_COMPLETED] == "yes"
            if Field.GRADING_COMPLETED in after
            else assignment.grading_completed
        )
        due_on = activity.due_on if Field.DUE_ON in after else assignment.due_on
        terms = PairTerms(maxima, completed, due_on, row.scores_from)
        return MatchPair(
            activity.id,
            activity.version,
            assignment.unique_id,
            row.scores_from,
            row.fields_from,
            tuple(self._named(change) for change in meeting.to_lms),
            meeting.to_aeries,
            meeting.differences,
            self._cells.of_pair(activity.id, assignment.unique_id, terms),
        )

    def _category_map(self) -> CategoryMap:
        """Categories still to be created stand under negative ids."""
        matched = {code: category for category, code in self._code_of.items()}
        created = {code: placeholder for placeholder, code in self._created.items()}
        return CategoryMap(self._code_of, matched | created)

    def _named(self, change: FieldChange) -> FieldChange:
        if change.field is Field.CATEGORY and int(change.after) in self._created:
            return replace(change, after=NEW_CATEGORY + self._created[int(change.after)])
        return change

    def creates_here(self) -> Iterator[CreateActivityHere]:
        for row in self._draft.assignments:
            assignment = self._theirs.get(row.aeries_id)
            if row.action is not Action.CREATE or assignment is None:
                continue
            extra_credit = assignment.weight_max == 0
            terms = PairTerms(
                Maxima(assignment.weight_max, assignment.entry_max, assignment.weight_max),
                assignment.grading_completed,
                assignment.due_on,
                row.scores_from,
            )
            yield CreateActivityHere(
                unique_id=assignment.unique_id,
                number=assignment.number,
                title=assignment.title.strip()[:TITLE_LIMIT] or f"Assignment {assignment.number}",
                description=assignment.description,
                category_code=assignment.category_code,
                points=assignment.weight_max,
                assigned_on=assignment.assigned_on,
                due_on=assignment.due_on,
                extra_credit=extra_credit,
                grading_completed=assignment.grading_completed,
                cells=self._cells.of_new_activity(assignment.unique_id, terms),
            )

    def creates_there(self) -> Iterator[CreateAssignmentThere]:
        """An activity whose category has no partner has no step; the summary says so."""
        for row in self._draft.activities:
            activity = self._ours.get(row.lms_id)
            if row.action is not Action.CREATE or activity is None or row.lms_id in self._matched:
                continue
            code = None if activity.category_id is None else self._code_of.get(activity.category_id)
            if code is None:
                continue
            points = our_maximum(activity)
            terms = PairTerms(
                Maxima(points, points, points),
                activity.grading_completed,
                activity.due_on or activity.assigned_on,
                row.scores_from,
            )
            yield CreateAssignmentThere(
                activity.id, activity.version, code, self._cells.of_new_assignment(activity.id, terms)
            )

    def ignored(self) -> Iterator[IgnoreThere | IgnoreHere]:
        for row in self._draft.assignments:
            if row.action is Action.IGNORE and row.aeries_id in self._theirs:
                yield IgnoreThere(row.aeries_id)
        for activity_row in self._draft.activities:
            activity = self._ours.get(activity_row.lms_id)
            unmatched = activity_row.lms_id not in self._matched
            if activity_row.action is Action.IGNORE and activity is not None and unmatched:
                yield IgnoreHere(activity.id)


def new_category_name(name: str, code: str) -> str:
    return name.strip() or f"Category {code}"


def our_maximum(activity: OurActivity) -> Decimal:
    """LMS points as a unit of conversion; extra credit is worth 0 there, whatever points it shows (A3)."""
    return Decimal(0) if activity.extra_credit else activity.points
