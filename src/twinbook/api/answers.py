"""The shapes of the answers, for the OpenAPI document. The tests hold every answer against them; nothing runs through
them on the way out, so that a large gradebook costs no second walk."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

Decimals = Annotated[str, Field(pattern=r"^\d+(\.\d*[1-9])?$")]
Ids = Annotated[str, Field(pattern=r"^\d+$")]
Instant = Annotated[datetime, WithJsonSchema({"type": "string", "format": "date-time"})]
Day = Annotated[date, WithJsonSchema({"type": "string", "format": "date"})]
Side = Literal["lms", "aeries"]
CellSync = Literal["local", "synced", "waiting", "held", "conflict"]
ClassState = Literal["not_synced", "setting_up", "synced", "paused", "held", "ended"]
Mode = Literal["sync", "observe", "paused"]
Policy = Literal["ask", "lms", "aeries"]
NewItems = Literal["create", "ask", "ignore"]


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """RFC 9457. `code` is stable, `detail` a sentence for a person, `hint` the next thing to do."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    hint: str | None = None
    field: str | None = None


# 3.1 Connection and roster


class Connection(Answer):
    url: str
    database_year: int | None
    requests_per_second: int
    burst: int
    in_flight: int
    connect_timeout: int
    read_timeout: int
    total_timeout: int
    longest_timeout_seconds: int
    second_look_seconds: int
    allow_http: bool
    certificate_set: bool
    state: Literal["ok", "unreachable", "refused", "never_checked"]
    checked_at: Instant | None


class Permission(Answer):
    area: str
    right: str
    needed: Literal["yes", "optional", "no"]
    granted: Literal["yes", "no", "unknown"]


class Trouble(Answer):
    code: str
    message: str
    hint: str | None


class ConnectionCheck(Answer):
    reachable: bool
    aeries_version: str | None
    database_year: int | None
    permissions: list[Permission]
    error: Trouble | None


class DistrictSettings(Answer):
    name: str
    timezone: str
    night_at: Annotated[str, Field(pattern=r"^\d\d:\d\d$")]
    mode: Mode
    conflict_policy: Policy
    marks: dict[str, Literal["missing", "excused", "incomplete"]]
    missing_mark: str | None
    brake: dict[str, dict[str, int]]
    alert_after_minutes: int
    alert_emails: list[str]
    alert_webhook: str


# 3.2 The gradebook


class LinkShown(Answer):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    gradebook_number: int
    sections: list[int]
    from_: Day = Field(alias="from")
    to: Day | None


class Sync(Answer):
    state: ClassState
    gradebook_number: int | None
    last_pulled_at: Instant | None
    last_pushed_at: Instant | None
    waiting: int
    conflicts: int
    problems: int
    aeries_reachable: bool
    why: str | None
    links: list[LinkShown]


class ClassItem(Answer):
    id: Ids
    name: str
    school_code: int
    section_number: int
    term: str
    teachers: list[str]
    sync_state: ClassState


class OneClass(ClassItem):
    sync: Sync


class Category(Answer):
    id: Ids
    name: str
    weight: Decimals | None
    drop_lowest: int


class AeriesAssignment(Answer):
    unique_id: str
    number: int | None


class Activity(Answer):
    id: Ids
    title: str
    description: str
    category_id: Ids | None
    points: Decimals
    assigned_on: Day | None
    due_on: Day | None
    extra_credit: bool
    grading_completed: bool
    published: bool
    version: int
    aeries: AeriesAssignment | None
    sync: Literal["local", "waiting", "synced", "held"]


class Student(Answer):
    id: Ids
    name: str
    sis_student_id: int | None
    active: bool


class Total(Answer):
    """`percent` is cut, never rounded, to two decimals; null while nothing counts."""

    percent: Decimals | None
    points: Decimals
    maximum: Decimals


class StudentWithTotal(Student):
    totals: Total


class Cell(Answer):
    """At most one of `score`, `mark` and `sis_mark` is not null; all null: blank."""

    student_id: Ids
    activity_id: Ids
    score: Decimals | None
    mark: Literal["excused", "missing", "incomplete"] | None
    sis_mark: str | None
    late: bool | None
    comment: str | None
    over_maximum: bool
    version: int
    sync: CellSync
    synced_at: Instant | None


class Gradebook(Answer):
    """`scores` is the flat list of cells; one that is absent is blank, and synced or local."""

    students: list[StudentWithTotal]
    categories: list[Category]
    activities: list[Activity]
    scores: list[Cell]
    sync: Sync


# 3.4 Running


class AeriesCounts(Answer):
    activities_created: int
    activities_updated: int
    scores_set: int
    scores_cleared: int


class LmsCounts(AeriesCounts):
    categories_created: int


class Counts(Answer):
    matched: int
    ignored_in_aeries: int
    ignored_in_lms: int
    lms: LmsCounts
    aeries: AeriesCounts
    conflicts: int
    held: int
    field_differences: int
    skipped: int = 0


class Progress(Answer):
    done: int
    total: int
    label: str


class Run(Answer):
    id: Ids
    kind: Literal["read", "setup", "push", "force", "nightly", "roster", "undo", "restore", "link"]
    dry_run: bool
    class_id: Ids | None
    state: Literal["queued", "running", "done", "failed", "held"]
    progress: Progress
    counts: Counts
    error: Trouble | None
    created_by: str
    started_at: Instant | None
    finished_at: Instant | None


class Installation(Answer):
    state: Literal["ok", "observing"]
    since: Instant | None
    why: str | None
    preview: Run | None


class Change(BaseModel):
    side: Side
    kind: str
    activity: str
    student: str | None
    before: str | None
    after: str | None


class Line(BaseModel):
    """What an undo or a restore left as it stands, or what a person does in Aeries; `message` says why or what."""

    side: Side
    code: str
    activity: str
    student: str | None
    activity_id: Ids | None
    student_id: Ids | None
    stands: str | None
    wanted: str | None
    message: str


class Plan(BaseModel):
    """What a run did or, for a dry run, would do. A set-up's summary tells more; a night's names its classes."""

    fingerprint: str
    ready: bool
    read_at: Instant | None
    blocking: list[dict[str, Any]]
    counts: Counts
    changes: list[Change]
    backup: str
    observed: bool = False
    """The run was no dry run, but Twinbook only observes there: nothing of this was written."""
    left: list[Line] | None = None
    tasks: list[Line] | None = None


class Named(Answer):
    id: Ids
    name: str


class Arrival(Answer):
    """Whether the other side got the value. `replaced`: another one took its place before it went."""

    state: Literal["arrived", "waiting", "held", "conflict", "local", "replaced"]
    at: Instant | None
    run_id: Ids | None


class HistoryItem(Answer):
    """`before` and `after` are text, null is a blank. A value that lost a conflict stands in `before`. `other_side` is null
    for what the other side does not know, such as a comment."""

    at: Instant
    who: str
    run_id: Ids | None
    side: Side
    activity: Named | None
    student: Named | None
    field: str
    before: str | None
    after: str | None
    why: str
    other_side: Arrival | None


class SyncSettings(Answer):
    mode: Mode
    conflict_policy: Policy
    new_in_aeries: NewItems
    new_in_lms: NewItems
    grading_completed: Literal["by_hand", "when_everyone_has_a_value", "on_due_date"]
    reuse_seconds: int
    create_after_seconds: int
    grace_days: int


# 3.6 What needs a person


class Losing(Answer):
    activity: Named
    student: Named
    before: str
    after: str | None


class ValuesOf(Answer):
    """The last change that an older state holds, and the first that it lacks."""

    from_: Instant | None = Field(alias="from")
    to: Instant


class MassPlan(Answer):
    """What exactly waits for `approve` or `discard`."""

    fingerprint: str
    values_before: int
    values_after: int
    replaced: int
    blanked: int
    filled: int
    losing: int
    examples: list[Losing]
    values_of: ValuesOf | None
    answered: str | None


class Question(Answer):
    id: Ids
    code: str
    message: str
    hint: str
    activity_id: Ids | None
    student_id: Ids | None
    field: str | None
    lms_value: str | None
    aeries_value: str | None
    agreed_value: str | None
    choices: list[str]
    opened_at: Instant
    lms_changed_by: str | None
    lms_changed_at: Instant | None
    changed_at: Instant
    plan: MassPlan | None


# 3.3 Set-up


class AeriesGradebook(Answer):
    gradebook_number: int
    name: str
    term_codes: list[str]
    students: int
    assignments: int
    linked_group: int
    already_used_by: Ids | None
    suitable: bool
    why_not: str | None


class Check(Answer):
    code: str
    level: Literal["warning", "blocking"]
    message: str
    hint: str
    items: list[str]


Action = Literal["match", "create", "ignore"]
Confidence = Literal["sure", "probable", "none"]


class CategoryRow(Answer):
    """`aeries_code` null: a category here that no Aeries category is matched with."""

    aeries_code: str | None
    name: str
    percent: Decimals | None
    lms_id: Ids | None
    action: Action | None
    confidence: Confidence
    stale: bool


class PairRow(Answer):
    action: Action | None
    confidence: Confidence
    reason: str
    scores_from: Policy
    fields_from: Literal["keep", "aeries", "lms"]
    stale: bool
    points: Decimals
    due_on: Day | None
    scores: int


class AeriesRow(PairRow):
    aeries_id: str
    number: int
    name: str
    category_code: str
    lms_id: Ids | None


class LmsRow(PairRow):
    lms_id: Ids
    title: str
    category_id: Ids | None
    aeries_id: None


class Draft(Answer):
    state: Literal["reading", "ready", "confirmed"]
    gradebook_number: int
    read_at: Instant | None
    checks: list[Check]
    categories: list[CategoryRow]
    aeries_activities: list[AeriesRow]
    lms_activities: list[LmsRow]


class Begun(Answer):
    run: Run
    setup: Draft


class SectionItem(Answer):
    """`gradebook_number` null: no gradebook is joined for this section; its students' scores stay here."""

    school_code: int
    section_number: int
    name: str
    gradebook_number: int | None


class Pair(Answer):
    activity_id: Ids | None
    aeries_id: str | None
    gradebook_number: int
    number: int | None
    name: str
    state: Literal["linked", "ignored_in_lms", "ignored_in_aeries", "held"]


# Lists


class Page(Answer):
    next: str | None
    """The address of the following items."""


class Classes(Page):
    items: list[ClassItem]


class Categories(Page):
    items: list[Category]


class Activities(Page):
    items: list[Activity]


class Students(Page):
    items: list[Student]


class Cells(Page):
    items: list[Cell]


class Runs(Page):
    items: list[Run]


class History(Page):
    items: list[HistoryItem]


class Questions(Page):
    items: list[Question]


class RefusedAnswer(Answer):
    id: Ids
    code: str
    message: str
    hint: str | None


class SeveralAnswered(Answer):
    """Ids by what became of them. `changed`: the values were no longer those seen; `closed`: by themselves, meanwhile."""

    done: list[Ids]
    changed: list[Ids]
    closed: list[Ids]
    refused: list[RefusedAnswer]


class StoppedNight(Answer):
    """What the night counted when the brake stopped it."""

    run_id: Ids
    classes: int
    changed_classes: int
    compared: int
    losing: int
    usual_percent: str
    stopped: Literal["cells", "classes"]


class HeldClass(Answer):
    id: Ids
    name: str
    problem_id: Ids
    plan: MassPlan | None


class DistrictQuestion(Answer):
    id: str
    code: str
    message: str
    hint: str
    choices: list[str]
    opened_at: Instant
    fingerprint: str
    values_before: int
    values_after: int
    replaced: int
    blanked: int
    filled: int
    losing: int
    night: StoppedNight | None
    classes: list[HeldClass]


class DistrictQuestions(Page):
    items: list[DistrictQuestion]


class AeriesGradebooks(Page):
    items: list[AeriesGradebook]


class Reason(Answer):
    code: str
    message: str
    items: list[str]


class Agreement(Answer):
    student_id: Ids
    lms: Decimals | None
    aeries: Decimals | None
    aeries_reported: Decimals | None
    difference: Decimals | None
    reasons: list[Reason]


class Agreements(Page):
    items: list[Agreement]


class Pairs(Page):
    items: list[Pair]


class Sections(Page):
    items: list[SectionItem]
