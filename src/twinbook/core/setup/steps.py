"""A confirmed set-up as ordered steps. Each carries what it was decided on, so that the run can look again and skip
a step that is no longer true (G5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from twinbook.core.cells import Policy, ProblemCode
from twinbook.core.fields import Field, FieldChange
from twinbook.core.setup.draft import FieldsFrom
from twinbook.core.values import Form, OurValue

NEW_CATEGORY = "new:"
"""A category field change towards the LMS names a category that this set-up creates as `new:` + the Aeries code."""


class Outcome(StrEnum):
    AGREE = "agree"
    """Equal on both sides: the base is set, nothing is written."""
    SEND = "send"
    TAKE_OVER = "take_over"
    CONFLICT = "conflict"
    HOLD = "hold"
    UNREAD = "unread"
    """Aeries showed no row for a student who is in the gradebook: nothing is done now."""


@dataclass(frozen=True, slots=True)
class CellStep:
    """One cell. Cells that are blank on both sides have no step; their base is set by the ordinary rules.

    `theirs` None: there is no row yet (the assignment is created by this step) or none was shown. `becomes` is our value
    after a take-over; `sends` the far side's form after a send.
    """

    student: int
    sis_student_id: int
    outcome: Outcome
    ours: OurValue
    ours_version: int
    theirs: Form | None
    becomes: OurValue | None = None
    sends: Form | None = None
    code: ProblemCode | None = None
    to_type: str = ""


@dataclass(frozen=True, slots=True)
class MatchCategory:
    code: str
    category_id: int


@dataclass(frozen=True, slots=True)
class CreateCategoryHere:
    code: str
    name: str
    weight: Decimal | None


@dataclass(frozen=True, slots=True)
class IgnoreCategory:
    code: str


@dataclass(frozen=True, slots=True)
class CreateActivityHere:
    """`category_code`: the Aeries category; the LMS one is its partner, or the one created for it by this set-up."""

    unique_id: str
    number: int
    title: str
    description: str
    category_code: str
    points: Decimal
    assigned_on: date | None
    due_on: date | None
    extra_credit: bool
    grading_completed: bool
    cells: tuple[CellStep, ...]


@dataclass(frozen=True, slots=True)
class CreateAssignmentThere:
    activity_id: int
    activity_version: int
    category_code: str
    cells: tuple[CellStep, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that stays different, and why where that is not the teacher's choice."""

    field: Field
    ours: str
    theirs: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class MatchPair:
    activity_id: int
    activity_version: int
    unique_id: str
    scores_from: Policy
    fields_from: FieldsFrom
    to_lms: tuple[FieldChange, ...]
    to_aeries: tuple[FieldChange, ...]
    differences: tuple[Difference, ...]
    cells: tuple[CellStep, ...]


@dataclass(frozen=True, slots=True)
class IgnoreHere:
    """An LMS activity that stays here alone."""

    activity_id: int


@dataclass(frozen=True, slots=True)
class IgnoreThere:
    """An Aeries assignment that stays there alone."""

    unique_id: str


CategoryStep = MatchCategory | CreateCategoryHere | IgnoreCategory
Step = CategoryStep | MatchPair | CreateActivityHere | CreateAssignmentThere | IgnoreHere | IgnoreThere


@dataclass(frozen=True, slots=True)
class SetupPlan:
    """In the order in which the steps are carried out: categories, pairs, creates here, creates there, ignored items."""

    gradebook_number: int
    steps: tuple[Step, ...]
