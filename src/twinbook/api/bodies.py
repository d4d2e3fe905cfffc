"""Request bodies. A field left out stays as it is; which ones were sent is known from the body itself."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, WithJsonSchema

from twinbook.core.cells import Policy
from twinbook.core.sentence import sentence
from twinbook.core.setup.draft import FieldsFrom
from twinbook.core.values import BLANK, Mark, MarkKind, OurValue
from twinbook.gradebook.cells import parse_number
from twinbook.gradebook.errors import InvalidScoreError
from twinbook.gradebook.scores import UNCHANGED, ScoreWrite, Unchanged
from twinbook.sync.repair_plan import Wish


def _decimal(value: object) -> object:
    """Decimals are strings on this surface; whole numbers are taken as well, floats never."""
    if isinstance(value, bool | float):
        raise ValueError('a decimal is a string such as "8.75"')
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, str):
        try:
            number = Decimal(value.strip())
        except InvalidOperation:
            raise ValueError("not a number") from None
        if not number.is_finite():
            raise ValueError("not a number")
        return number
    return value


DecimalText = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,8}(\.\d{1,4})?$"}),
]
IdText = Annotated[str, Field(pattern=r"^[0-9]{1,18}$")]


def _day(value: object) -> object:
    if isinstance(value, str) and _DAY.fullmatch(value):
        return value
    raise ValueError("a date is written YYYY-MM-DD")


def _whole(value: object) -> object:
    """Whole numbers, also as text: some of Aeries' numbers are shown as text elsewhere."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    raise ValueError("not a whole number")


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DIGITS = re.compile(r"\d{1,18}", re.ASCII)
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Whole = Annotated[int, BeforeValidator(_whole), WithJsonSchema({"type": "integer", "minimum": 0})]


class Body(Schema):
    model_config = ConfigDict(extra="forbid")

    def sent(self) -> dict[str, Any]:
        """Only the fields that the body held."""
        return self.model_dump(exclude_unset=True)


class CategoryBody(Body):
    name: str
    weight: DecimalText | None = None
    drop_lowest: Whole = 0


class CategoryPatch(Body):
    name: str = ""
    weight: DecimalText | None = None
    drop_lowest: Whole = 0


class ActivityBody(Body):
    title: str
    points: DecimalText
    description: str = ""
    category_id: IdText | None = None
    assigned_on: Day | None = None
    due_on: Day | None = None
    extra_credit: StrictBool = False
    grading_completed: StrictBool = False
    published: StrictBool = True


class ActivityPatch(Body):
    title: str = ""
    points: DecimalText = Decimal(0)
    description: str = ""
    category_id: IdText | None = None
    assigned_on: Day | None = None
    due_on: Day | None = None
    extra_credit: StrictBool = False
    grading_completed: StrictBool = False
    published: StrictBool = True


class StudentBody(Body):
    name: str


class ScoreBody(Body):
    """Exactly one of `score` (a decimal as text, or null for blank) and `mark`, or neither with `late` or `comment`."""

    score: Annotated[Any, WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "null"}]})] = None
    mark: Annotated[Any, WithJsonSchema({"type": "string", "enum": [kind.value for kind in MarkKind]})] = None
    late: StrictBool | None = None
    comment: str | None = None
    points: DecimalText | None = None

    def write(self, student_id: int) -> ScoreWrite:
        """Raises InvalidScoreError."""
        sent = self.model_fields_set
        if not sent & {"score", "mark", "late", "comment"}:
            raise InvalidScoreError(
                sentence("Nothing to save: send a score, a mark, `late` or `comment`."), field="score"
            )
        late: bool | Unchanged | None = self.late if "late" in sent else UNCHANGED
        comment: str | Unchanged | None = self.comment if "comment" in sent else UNCHANGED
        return ScoreWrite(student_id, self._value(), late, comment)

    def _value(self) -> OurValue | Unchanged:
        sent = self.model_fields_set
        if "score" in sent and "mark" in sent:
            raise InvalidScoreError(
                sentence("A cell holds either a score or a mark, not both."), field="score"
            )
        if "mark" in sent:
            return Mark(_mark(self.mark))
        if "score" not in sent:
            return UNCHANGED
        if self.score is None:
            return BLANK
        if isinstance(self.score, int) and not isinstance(self.score, bool):
            return parse_number(str(self.score))
        if not isinstance(self.score, str):
            raise InvalidScoreError(sentence('A score is a decimal as text, such as "8.75".'), field="score")
        return parse_number(self.score)


def _mark(word: object) -> MarkKind:
    if word is None:
        raise InvalidScoreError(
            sentence("A mark is one of our words, never null."),
            hint=sentence('Send {"score": null} for a blank.'),
            field="mark",
        )
    try:
        return MarkKind(str(word))
    except ValueError:
        words = ", ".join(kind.value for kind in MarkKind)
        raise InvalidScoreError(
            sentence("There is no mark “%(word)s”.", word=str(word)),
            hint=sentence("One of: %(words)s.", words=words),
            field="mark",
        ) from None


class StudentScoreBody(ScoreBody):
    student_id: IdText

    def of_student(self) -> ScoreWrite:
        """Raises InvalidScoreError, which names the student."""
        try:
            return self.write(int(self.student_id))
        except InvalidScoreError as error:
            error.field = f"students/{self.student_id}/{error.field}"
            raise


class ScoresBody(Body):
    """`points` may stand here or with each score; all must name the same."""

    scores: list[StudentScoreBody]
    points: DecimalText | None = None

    def believed_points(self) -> Decimal | None:
        """Raises InvalidScoreError when they contradict each other."""
        given = {
            points for points in (self.points, *(row.points for row in self.scores)) if points is not None
        }
        if len(given) > 1:
            raise InvalidScoreError(
                sentence("The scores name different points."), hint=sentence("Name one."), field="points"
            )
        return given.pop() if given else None


class ConnectionBody(Body):
    url: str = ""
    certificate: str = ""
    database_year: Whole | None = None
    requests_per_second: Whole = 10
    burst: Whole = 10
    in_flight: Whole = 6
    connect_timeout: Whole = 10
    read_timeout: Whole = 60
    total_timeout: Whole = 90
    longest_timeout_seconds: Whole = 180
    second_look_seconds: Whole = 60
    allow_http: StrictBool = False


class DistrictBody(Body):
    name: str = ""
    timezone: str = ""
    night_at: str = ""
    mode: str = ""
    conflict_policy: str = ""
    marks: dict[str, str] = Field(default_factory=dict)
    missing_mark: str | None = None
    brake: dict[str, Any] = Field(default_factory=dict)
    alert_after_minutes: Whole = 15
    alert_emails: list[str] = Field(default_factory=list)
    alert_webhook: str = ""


class NightBody(Body):
    dry_run: StrictBool = False


class RosterBody(Body):
    school_code: Whole | None = None


class SetupBody(Body):
    gradebook_number: Whole


class ConfirmBody(Body):
    fingerprint: str


class ForceBody(Body):
    dry_run: StrictBool = False


class UndoBody(Body):
    dry_run: StrictBool = False
    class_id: str | None = None


class SettingsBody(Body):
    mode: str = ""
    conflict_policy: str = ""
    new_in_aeries: str = ""
    new_in_lms: str = ""
    grading_completed: str = ""
    reuse_seconds: Whole = 3
    create_after_seconds: Whole = 30
    grace_days: Whole = 14
    fingerprint: str = ""


class SeenBody(Body):
    lms: str | None = None
    aeries: str | None = None


class SeveralRow(Body):
    id: str
    seen: SeenBody | None = None


class ResolveSeveralBody(Body):
    choice: str
    problems: list[SeveralRow]


class DistrictResolveBody(Body):
    choice: str
    fingerprint: str


class ResolveBody(Body):
    choice: str
    seen: SeenBody | None = None
    fingerprint: str | None = None


class SectionsBody(Body):
    """Numbers of further sections of the class's school."""

    sections: list[Whole] = Field(min_length=1, max_length=20)


class UnlinkBody(Body):
    """`gradebook_number`: only this one of several; left out: all."""

    gradebook_number: Whole | None = None


class LinkBody(Body):
    """`activity_id` and `aeries_id`: both for `match`, one of them for `create` and `ignore`, either for `unlink`."""

    action: Literal["match", "create", "ignore", "unlink"]
    activity_id: IdText | None = None
    aeries_id: str | None = None
    scores_from: Literal["ask", "aeries", "lms"] = "ask"
    fields_from: Literal["keep", "aeries", "lms"] = "keep"
    gradebook_number: Whole | None = None
    dry_run: StrictBool = False

    def wish(self) -> Wish:
        return Wish(
            self.action,
            None if self.activity_id is None else int(self.activity_id),
            self.aeries_id or None,
            Policy(self.scores_from),
            FieldsFrom(self.fields_from),
            self.gradebook_number,
        )
