"""The tables of the sandbox (reference §17.1), also the form of a seed document.

Scores live inside their assignment and assignments inside their gradebook, as the truth on the control
surface shows them. Grades are exact Decimals, dates are dates; the only instants are in `Change` and the clock.
"""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Literal

import msgspec

from aeries_sandbox.decimals import ZERO, storable


class Row(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A row of a table; an unknown field or an odd number in a document is an error that names its place."""

    def __post_init__(self) -> None:
        """Raises ValueError, which msgspec turns into its own error with the path."""
        for name in _decimal_fields(type(self)):
            number = getattr(self, name)
            if isinstance(number, Decimal) and not storable(number):
                raise ValueError(f"{name} must be a plain number with at most four decimals")


@cache
def _decimal_fields(kind: type[Row]) -> tuple[str, ...]:
    return tuple(field.name for field in msgspec.structs.fields(kind) if "Decimal" in str(field.type))


class SchoolTerm(Row):
    code: str
    description: str
    start_date: date
    end_date: date


class School(Row):
    school_code: int
    name: str
    short_name: str = ""
    inactive_status_code: str = ""
    low_grade_level: int = 9
    high_grade_level: int = 12
    schedule_type: str = "MasterSchedule"
    terms: list[SchoolTerm] = []


class Staff(Row):
    staff_id: int
    first_name: str
    last_name: str
    email: str = ""
    user_name: str = ""
    primary_school: int = 0
    inactive_status_code: str = ""
    leave_date: date | None = None
    account_expired: bool = False


class Teacher(Row):
    """A teaching position of the older scheduling model; `display_name` is what gradebooks show."""

    school_code: int
    teacher_number: int
    display_name: str
    staff_id: int
    email: str = ""
    room: str = ""
    inactive_status_code: str = ""


class Course(Row):
    course_id: str
    title: str
    long_description: str = ""
    inactive_status_code: str = ""
    department_code: str = ""


class SectionStaff(Row):
    staff_id: int
    primary: bool = True
    gradebook_permission: str = ""
    start_date: date | None = None
    end_date: date | None = None
    inactive_status_code: str = ""


class Section(Row):
    school_code: int
    section_number: int
    course_id: str
    period: str = "1"
    semester: str = "Y"
    room: str = ""
    class_id: int = 0
    inactive_status_code: str = ""
    staff: list[SectionStaff] = []


class Student(Row):
    """One row per student and school."""

    student_id: int
    school_code: int
    student_number: int
    last_name: str
    first_name: str
    middle_name: str = ""
    grade: int = 9
    gender: str = ""
    email: str = ""
    inactive_status_code: str = ""
    enter_date: date | None = None
    leave_date: date | None = None


class Enrolment(Row):
    """A row of a section's roster; a student who left and came back has two."""

    school_code: int
    section_number: int
    student_id: int
    sequence_number: int
    date_started: date
    date_ended: date | None = None


class GradebookSection(Row):
    school_code: int
    section_number: int


class GradebookTerm(Row):
    code: str
    name: str
    start_date: date
    end_date: date


class Category(Row):
    code: str
    description: str
    percent: Decimal = ZERO
    color: str = "FFFFFF"


class GradebookStudent(Row):
    """`end_date` before the term's end and `inactive` mark a dropped student."""

    student_id: int
    start_date: date
    end_date: date
    inactive: bool = False
    sort_order: int = 0


class StandardScore(Row):
    standard_id: str
    number_correct: Decimal


class Score(Row):
    """One row. Blank is an empty `mark`; its numbers are zeros all the same (behaviour §1.1).

    Both maxima are the row's own copies and may differ from the assignment's.
    """

    mark: str = ""
    number_correct: Decimal = ZERO
    points_earned: Decimal = ZERO
    number_correct_possible: Decimal = ZERO
    points_possible: Decimal = ZERO
    date_completed: date | None = None
    standard_scores: list[StandardScore] = []


class Standard(Row):
    standard_id: str
    academic_benchmark_id: str = ""
    description: str = ""
    number_correct_possible: Decimal = ZERO


class Assignment(Row, kw_only=True):
    assignment_number: int
    unique_id: str
    external_id: str = ""
    description: str = ""
    comment: str = ""
    category_code: str = ""
    date_assigned: date
    date_due: date
    number_correct_possible: Decimal = ZERO
    points_possible: Decimal = ZERO
    grading_completed: bool = False
    formative_summative: Literal["F", "S"] = "S"
    rubric: bool = False
    input_by_standard: bool = False
    standards: list[Standard] = []
    narrative_set_id: int = 0
    visible_to_parents: bool = True
    scores_visible_to_parents: bool = True
    drop_box: bool = False
    due_time: datetime | None = None
    deleted: bool = False
    scores: dict[int, Score] = {}


class FinalMark(Row):
    mark: str
    low: Decimal
    high: Decimal


class NarrativeMark(Row):
    narrative_set_id: int
    mark: str
    percent: Decimal


class Rule(Row):
    """Drop or replace the lowest scores (behaviour §6.4)."""

    number: int
    drop: int
    lowest_by: Literal["percent_score", "negative_weight"] = "percent_score"
    replacement: Literal["nothing", "average", "best"] = "nothing"
    category_code: str | None = None
    formative_summative: Literal["F", "S"] | None = None
    due_from: date | None = None
    due_to: date | None = None
    minimum_assignments: int = 0
    effective_on: date | None = None


class TransferGrade(Row):
    """Percentage assumed for work from before the student's start (behaviour §6.6)."""

    student_id: int
    percent: Decimal
    by_category: dict[str, Decimal] = {}


class Settings(Row, rename="pascal"):
    """Options of a gradebook under Aeries' own names; the last one is not shown by the API (behaviour §5.4)."""

    count_completed_now: bool = False
    doing_weight: bool = True
    doing_rubric: bool = False
    doing_formative_summative_weight: bool = False
    doing_min_max_assignment_values: bool = False
    single_term_gradebook: bool = False
    add_drop_students_automatically: bool = False
    hide_dropped_students: bool = False
    hide_overall_score: bool = False
    hide_overall_score_from_parent_student: bool = False
    show_final_mark: bool = True
    show_final_mark_to_parent_student: bool = True
    show_point_ratio: bool = False
    formative_percentage: Decimal = ZERO
    summative_percentage: Decimal = ZERO
    min_assignment_value: Decimal = ZERO
    max_assignment_value: Decimal = Decimal(100)
    set_grading_completed_automatically: bool = False


class Gradebook(Row, kw_only=True):
    gradebook_number: int
    name: str
    school_code: int
    staff_id: int
    teacher_number: int = 0
    period: str = ""
    start_date: date
    end_date: date
    comment: str = ""
    linked_group: int = 0
    locked: bool = False
    sections: list[GradebookSection] = []
    terms: list[GradebookTerm] = []
    settings: Settings = msgspec.field(default_factory=Settings)
    categories: list[Category] = []
    students: list[GradebookStudent] = []
    assignments: list[Assignment] = []
    final_marks: list[FinalMark] = []
    narrative_marks: list[NarrativeMark] = []
    rules: list[Rule] = []
    transfer_grades: list[TransferGrade] = []


class Backup(Row):
    backup: str
    gradebook_number: int
    at: datetime
    gradebook: Gradebook


STUDENT_AREAS = ("student", "contact", "program", "test", "class", "enrollment")
"""What the change feed of students is asked by (reference §9)."""


class Change(Row):
    """Something that a change feed reports: `feed` is roster, section, staff, course or student/<area>."""

    feed: str
    key: list[int | str]
    at: datetime


class YearTables(Row):
    """Everything of one database year."""

    schools: list[School] = []
    staff: list[Staff] = []
    teachers: list[Teacher] = []
    courses: list[Course] = []
    sections: list[Section] = []
    students: list[Student] = []
    enrolments: list[Enrolment] = []
    gradebooks: list[Gradebook] = []
    changes: list[Change] = []


class Certificate(Row):
    """`rights` by area: letters of RUID; an area that is not listed has all four."""

    certificate: str
    product: str = "sandbox"
    rights: dict[str, str] = {}


class CustomMark(Row):
    """A district's own mark (behaviour §5.3)."""

    mark: str
    kind: Literal["missing", "placeholder", "quick_points", "temporarily_excused"] = "placeholder"
    title: str = ""
    percent: Decimal = ZERO
    enabled: bool = True


class Document(YearTables, kw_only=True):
    """A seed: the tables of the default year at the top, other years beside them.

    `clock` is the sandbox's own time; without one it starts at the machine's.
    """

    seed: str = "file"
    guid_seed: str = "sandbox"
    guids_made: int = 0
    clock: datetime | None = None
    timezone: str = "America/Los_Angeles"
    database_year: int
    certificates: list[Certificate] = []
    custom_marks: list[CustomMark] = []
    backups: list[Backup] = []
    other_years: dict[int, YearTables] = {}
