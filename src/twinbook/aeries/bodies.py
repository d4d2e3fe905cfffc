"""What we write (reference §11.3, §11.4, §12.4): complete, exact, and never fanned out.

Bodies check themselves when made and raise `OurBug`: the planner must never get that far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import msgspec

from twinbook.aeries.errors import OurBug
from twinbook.aeries.models import Assignment

DESCRIPTION_LIMIT = 255
EXTERNAL_ID_LIMIT = 50
DECIMAL_PLACES = 4

_FILTERED = '"<>'
_encoder = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True)
class AssignmentInsert:
    """A new assignment. `external_id` is ours: at most 50 ASCII characters without blanks.

    Aeries silently puts the first category for a code that the gradebook does not have: check it
    against a reading of the gradebook, and compare the answer's.
    """

    description: str
    category_code: str
    date_assigned: date
    date_due: date
    number_correct_possible: Decimal
    points_possible: Decimal
    comment: str
    external_id: str
    formative_summative: str = "S"

    def __post_init__(self) -> None:
        _check_description(self.description)
        _check_external_id(self.external_id)
        if not self.category_code:
            raise OurBug("a new assignment without category")

    def encode(self) -> bytes:
        return _encoder.encode(
            {
                "Description": self.description,
                "AssignmentCategoryCode": self.category_code,
                "DateAssigned": self.date_assigned.isoformat(),
                "DateDue": self.date_due.isoformat(),
                "NumberCorrectPossible": _number(self.number_correct_possible),
                "PointsPossible": _number(self.points_possible),
                "Comment": self.comment,
                "FormativeSummativeIndicator": self.formative_summative,
                "RubricAssignment": False,
                "ExternalID": self.external_id,
                "CreateInLinkedGradebooksToo": False,
            }
        )


@dataclass(frozen=True)
class AssignmentUpdate:
    """All eleven fields, from a fresh reading with our changes applied: a PUT replaces everything,
    and a field left out is erased, switched off or undefined (reference §11.4)."""

    description: str
    category_code: str
    date_assigned: date | None
    date_due: date | None
    number_correct_possible: Decimal
    points_possible: Decimal
    comment: str
    grading_completed: bool
    formative_summative: str
    rubric: bool
    external_id: str

    def __post_init__(self) -> None:
        _check_description(self.description)

    @classmethod
    def of(cls, assignment: Assignment) -> AssignmentUpdate:
        """The update that changes nothing; apply changes with `dataclasses.replace`."""
        return cls(
            description=assignment.description,
            category_code=assignment.category_code,
            date_assigned=assignment.date_assigned,
            date_due=assignment.date_due,
            number_correct_possible=assignment.number_correct_possible,
            points_possible=assignment.points_possible,
            comment=assignment.comment,
            grading_completed=assignment.grading_completed,
            formative_summative=assignment.formative_summative,
            rubric=assignment.rubric,
            external_id=assignment.external_id,
        )

    def encode(self) -> bytes:
        return _encoder.encode(
            {
                "Description": self.description,
                "AssignmentCategoryCode": self.category_code,
                "DateAssigned": _day(self.date_assigned),
                "DateDue": _day(self.date_due),
                "NumberCorrectPossible": _number(self.number_correct_possible),
                "PointsPossible": _number(self.points_possible),
                "Comment": self.comment,
                "GradingCompleted": self.grading_completed,
                "FormativeSummativeIndicator": self.formative_summative,
                "RubricAssignment": self.rubric,
                "ExternalID": self.external_id,
                "UpdateLinkedGradebooksToo": False,
            }
        )


@dataclass(frozen=True)
class ScoreWrite:
    """One student's raw score, in the assignment's NumberCorrect, at most four decimals.

    There is no way to write a blank or a mark. `date_completed` is sent back where the row had one;
    without it Aeries takes the due date.
    """

    student_id: int
    number_correct: Decimal = field(repr=False)
    date_completed: date | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.student_id < 1:
            raise OurBug("a score without student")
        _number(self.number_correct)


def encode_scores(rows: Sequence[ScoreWrite]) -> bytes:
    """Raises `OurBug` for no row and for two rows of one student."""
    if not rows or len({row.student_id for row in rows}) != len(rows):
        raise OurBug("a score request without rows, or with two rows of one student")
    return _encoder.encode([_score(row) for row in rows])


def _score(row: ScoreWrite) -> dict[str, object]:
    body: dict[str, object] = {"StudentID": row.student_id, "NumberCorrect": _number(row.number_correct)}
    if row.date_completed is not None:
        body["DateCompleted"] = row.date_completed.isoformat()
    return body


def _number(value: Decimal) -> Decimal:
    """The number in plain digits; `OurBug` for what Aeries cannot keep."""
    if not value.is_finite() or value < 0:
        raise OurBug("a negative number or none at all")
    plain = Decimal(format(value, "f"))
    if plain != round(plain, DECIMAL_PLACES):
        raise OurBug("a number with more than four decimals")
    return plain


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _check_description(text: str) -> None:
    if len(text) > DESCRIPTION_LIMIT:
        raise OurBug("a title longer than Aeries keeps")


def _check_external_id(text: str) -> None:
    if not text or len(text) > EXTERNAL_ID_LIMIT or not text.isascii():
        raise OurBug("an external id that Aeries may not keep")
    if any(c.isspace() or not c.isprintable() or c in _FILTERED for c in text):
        raise OurBug("an external id that Aeries may not keep")
