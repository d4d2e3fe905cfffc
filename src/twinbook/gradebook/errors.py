"""What a gradebook service refuses, in words for a person. `code` is stable; families say what a caller can do."""

from typing import ClassVar

from twinbook.core.sentence import sentence


class GradebookError(Exception):
    """Base. `message` is a sentence for a person, `hint` the next thing to do, `field` the input it is about."""

    code: ClassVar[str] = "gradebook_error"
    hint: ClassVar[str | None] = None

    def __init__(self, message: str, *, hint: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.advice = hint if hint is not None else self.hint


class NotFoundError(GradebookError):
    """The class, activity, category or student is not there (or is deleted)."""

    code = "not_found"


class InvalidError(GradebookError):
    """The input can never be stored; a person corrects it."""

    code = "invalid"


class InvalidScoreError(InvalidError):
    code = "invalid_score"
    hint = sentence(
        "Enter a number from 0 to 99999999.9999 with at most four decimals, a mark, or leave it blank."
    )


class StudentInactiveError(InvalidError):
    code = "student_inactive"
    hint = sentence("Scores are kept, but only students active in the class get new ones.")


class ZeroPointsError(InvalidError):
    code = "zero_points"
    hint = sentence("Give the activity more than 0 points or mark it as extra credit.")


class ConflictError(GradebookError):
    """Someone or something else stands in the way; look again, then decide."""

    code = "conflict"


class PointsChangedError(ConflictError):
    code = "points_changed"
    hint = sentence("Look at the activity's new points, then enter the score again.")


class CategoryInUseError(ConflictError):
    code = "category_in_use"
    hint = sentence("Move its activities to another category first.")


class NameTakenError(ConflictError):
    code = "name_taken"
    hint = sentence("Choose another name.")


class VersionConflictError(GradebookError):
    """`If-Match` named a version that is no longer the current one; nothing was saved."""

    code = "version_conflict"
    hint = sentence("Load the present value, then save again.")
