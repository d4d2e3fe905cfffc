"""From a body to what we keep, or to an error; never to an empty success that proves nothing.

Lists of independent things (schools, staff, sections, students …) skip a row that cannot be read and
say that they are incomplete; scores, assignments and gradebook students are taken whole or not at all.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection
from decimal import Decimal
from typing import TypeVar

from twinbook.aeries import models as m
from twinbook.aeries.errors import BadAnswer, NotFound, OtherRows
from twinbook.aeries.reader import Row
from twinbook.core.sentence import sentence

T = TypeVar("T")
Make = Callable[[Row], T]

_FLEX = {"flex", "flexible"}


def single(answer: object, kind: str, make: Make[T]) -> T:
    """One object, bare or as a list of one. Null, [], {} and [null] are a thing that is not there."""
    if isinstance(answer, list):
        if all(item is None for item in answer):
            raise NotFound(sentence("no such %(kind)s", kind=kind))
        if len(answer) != 1:
            raise BadAnswer(
                sentence("%(answer)s answers where one %(kind)s was asked for", answer=len(answer), kind=kind)
            )
        answer = answer[0]
    if answer is None or answer == {} or answer == "":
        raise NotFound(sentence("no such %(kind)s", kind=kind))
    if not isinstance(answer, dict):
        raise BadAnswer(sentence("something else where a %(kind)s belongs", kind=kind))
    return make(Row(kind, answer))


def whole_list(answer: object, kind: str, make: Make[T]) -> tuple[T, ...]:
    """Every row, or `BadAnswer`; `NotFound` for a list of nulls."""
    rows = _rows(answer, kind)
    if None in rows:
        raise BadAnswer(sentence("an empty row among the %(kind)ss", kind=kind))
    return tuple(make(row) for row in rows if row is not None)


def readable_rows(answer: object, kind: str, make: Make[T]) -> tuple[tuple[T, ...], bool]:
    """The rows that can be read, and whether those are all. `BadAnswer` when none of several can."""
    rows = _rows(answer, kind)
    made: list[T] = []
    for row in rows:
        try:
            if row is not None:
                made.append(make(row))
        except BadAnswer:
            continue
    if rows and not made:
        raise BadAnswer(sentence("no %(kind)s of the list can be read", kind=kind))
    return tuple(made), len(made) == len(rows)


def _rows(answer: object, kind: str) -> list[Row | None]:
    if isinstance(answer, dict) and answer:
        answer = [answer]
    if not isinstance(answer, list):
        raise BadAnswer(sentence("no list where %(kind)ss belong", kind=kind))
    if answer and all(item is None for item in answer):
        raise NotFound(sentence("no %(kind)ss there", kind=kind))
    if not all(item is None or isinstance(item, dict) for item in answer):
        raise BadAnswer(sentence("something else among the %(kind)ss", kind=kind))
    return [None if item is None else Row(kind, item) for item in answer]


def system_info(row: Row) -> m.SystemInfo:
    return m.SystemInfo(
        version=row.text("AeriesVersion"),
        database_year=_starting_year(row, row.text("DatabaseYear")),
        available_years=tuple(_starting_year(row, year) for year in row.texts("AvailableDatabaseYears")),
        now=row.moment("CurrentDateTime"),
    )


def _starting_year(row: Row, text: str) -> int:
    if not (text[:4].isascii() and text[:4].isdecimal() and len(text) in (4, 9)):
        raise row.odd("DatabaseYear")
    return int(text[:4])


def school(row: Row) -> m.School:
    """Code 0 is the district itself; the list holds other non-schools too (reference §5.1)."""
    return m.School(
        code=row.required_integer("SchoolCode"),
        name=row.text("Name"),
        short_name=row.text("ShortName"),
        active=not row.text("InactiveStatusCode"),
        is_flex=row.text("ScheduleType").lower() in _FLEX,
        terms=tuple(school_term(term) for term in row.rows("Terms", "term")),
    )


def school_term(row: Row) -> m.Term:
    return m.Term(
        code=row.required_text("TermCode"),
        name=row.text("TermDescription"),
        start=row.day("StartDate"),
        end=row.day("EndDate"),
    )


def staff_member(row: Row) -> m.StaffMember:
    return m.StaffMember(
        id=row.key("ID"),
        first_name=row.text("FirstName"),
        last_name=row.text("LastName"),
        email=row.text("EmailAddress"),
        active=not row.text("InactiveStatusCode"),
        leave_date=row.day("LeaveDate"),
    )


def section(row: Row) -> m.Section:
    return m.Section(
        school_code=row.key("SchoolCode"),
        number=row.key("SectionNumber"),
        course_id=row.text("CourseID"),
        period=row.text("Period"),
        term_code=row.text("Semester"),
        room=row.text("Room"),
        class_id=row.integer("ClassID"),
        active=not row.text("InactiveStatusCode"),
        total_students=row.integer("TotalStudents"),
        staff=tuple(_section_staff(staff) for staff in row.rows("SectionStaffMembers", "section staff")),
    )


def _section_staff(row: Row) -> m.SectionStaff:
    return m.SectionStaff(
        staff_id=row.key("StaffID"),
        is_primary=row.boolean("IsPrimaryTeacher"),
        gradebook_permission=row.text("GradebookPermissionCode").upper(),
        active=not row.text("InactiveStatusCode"),
        start=row.day("StartDate"),
        end=row.day("EndDate"),
    )


def course(row: Row) -> m.Course:
    return m.Course(
        id=row.required_text("ID"),
        title=row.text("Title"),
        long_description=row.text("LongDescription"),
        active=not row.text("InactiveStatusCode"),
    )


def enrolment(row: Row) -> m.Enrolment:
    return m.Enrolment(
        student_id=row.key("StudentID"),
        school_code=row.key("SchoolCode"),
        section_number=row.key("SectionNumber"),
        sequence_number=row.integer("SequenceNumber"),
        start=row.day("DateStarted"),
        end=row.day("DateEnded"),
    )


def student(row: Row) -> m.Student:
    return m.Student(
        id=row.key("StudentID"),
        school_code=row.required_integer("SchoolCode"),
        first_name=row.text("FirstName"),
        last_name=row.text("LastName"),
        email=row.text("StudentEmailAddress"),
        active=not row.text("InactiveStatusCode"),
    )


def section_key(row: Row) -> m.SectionKey:
    return m.SectionKey(school_code=row.key("SchoolCode"), section_number=row.key("SectionNumber"))


def student_key(row: Row) -> int:
    return row.key("StudentID")


def staff_key(row: Row) -> int:
    return row.key("ID")


def gradebook(row: Row) -> m.Gradebook:
    return m.Gradebook(
        number=row.key("GradebookNumber"),
        name=row.text("Name"),
        school_code=row.required_integer("SchoolCode"),
        period=row.text("Period"),
        start=row.day("StartDate"),
        end=row.day("EndDate"),
        linked_group=row.integer("LinkedGroup") or 0,
        categories=tuple(_category(item) for item in row.rows("AssignmentCategories", "category")),
        sections=tuple(_gradebook_section(item) for item in row.rows("Sections", "gradebook section")),
        terms=tuple(_gradebook_term(item) for item in row.rows("Terms", "gradebook term")),
        settings=_settings(row.row("Settings", "gradebook settings")),
    )


def _category(row: Row) -> m.Category:
    return m.Category(
        code=row.required_text("Code"),
        name=row.text("Description"),
        percent=row.decimal("PercentageOfGrade"),
    )


def _gradebook_section(row: Row) -> m.GradebookSection:
    return m.GradebookSection(
        school_code=row.required_integer("SchoolCode"), section_number=row.key("SectionNumber")
    )


def _gradebook_term(row: Row) -> m.Term:
    return m.Term(
        code=row.required_text("Code"),
        name=row.text("Name"),
        start=row.day("StartDate"),
        end=row.day("EndDate"),
    )


def _settings(row: Row) -> m.Settings:
    return m.Settings(
        count_completed_now=row.boolean("CountCompletedNow"),
        doing_weight=row.boolean("DoingWeight"),
        doing_rubric=row.boolean("DoingRubric"),
        doing_formative_summative_weight=row.boolean("DoingFormativeSummativeWeight"),
        doing_min_max=row.boolean("DoingMinMaxAssignmentValues"),
        add_drop_automatically=row.boolean("AddDropStudentsAutomatically"),
        single_term=row.boolean("SingleTermGradebook"),
    )


def gradebook_student(row: Row) -> m.GradebookStudent:
    return m.GradebookStudent(
        student_id=row.key("StudentID"),
        first_name=row.text("StudentFirstName"),
        last_name=row.text("StudentLastName"),
        start=row.day("StartDate"),
        end=row.day("EndDate"),
        active=not row.text("InactiveTag"),
        current_mark=row.text("CurrentMark"),
        current_percentage=row.decimal("CurrentPercentage"),
    )


def assignment(row: Row) -> m.Assignment:
    category = row.row("AssignmentCategory", "category")
    return m.Assignment(
        gradebook_number=row.key("GradebookNumber"),
        number=row.key("AssignmentNumber"),
        unique_id=row.required_text("UniqueID").upper(),
        external_id=row.text("ExternalID"),
        description=row.raw_text("Description"),
        comment=row.raw_text("Comment"),
        category_code=category.text("Code"),
        date_assigned=row.day("DateAssigned"),
        date_due=row.day("DateDue"),
        number_correct_possible=row.required_decimal("NumberCorrectPossible"),
        points_possible=row.required_decimal("PointsPossible"),
        grading_completed=row.boolean("GradingCompleted"),
        formative_summative=row.text("FormativeSummativeIndicator").upper(),
        rubric=row.boolean("RubricAssignment"),
        by_standard=row.boolean("InputScoresByStandard"),
        narrative=bool(row.integer("NarrativeGradeSetID")) or bool(row.rows("NarrativeGradeSet", "mark")),
    )


def assignments_of(answer: object, gradebook_number: int) -> tuple[m.Assignment, ...]:
    """The list of one gradebook; a row of another gradebook, or one thing twice, spoils it all."""
    found = whole_list(answer, "assignment", assignment)
    if any(item.gradebook_number != gradebook_number for item in found):
        raise OtherRows(sentence("assignments of another gradebook"))
    _no_repeats("unique id", [item.unique_id for item in found])
    _no_repeats("assignment number", [item.number for item in found])
    return found


def added_assignment(
    answer: object, gradebook_number: int, description: str, external_id: str
) -> m.Assignment:
    """The one of our gradebook, which must be recognisable as what was sent: by its external id or,
    where Aeries dropped or cut that, by its title."""
    added = whole_list(answer, "assignment", assignment)
    ours = [item for item in added if item.gradebook_number == gradebook_number]
    if len(ours) != 1:
        raise BadAnswer(sentence("%(ours)s new assignments in the answer", ours=len(ours)))
    made = ours[0]
    is_cut = external_id.startswith(made.external_id) and _plain(made.description) == _plain(description)
    if made.external_id != external_id and not is_cut:
        raise OtherRows(sentence("another assignment in the answer"))
    return made


def _plain(text: str) -> str:
    """What Aeries' character filter leaves of a text (reference §3.11)."""
    kept = "".join(c for c in unicodedata.normalize("NFC", text) if c not in '"<>')
    return " ".join(kept.split())


def scores_of(answer: object, gradebook_number: int, assignment_number: int) -> m.Scores:
    """All rows of one assignment; a row of another, or a student twice, spoils it all."""
    rows = whole_list(answer, "score", _numbered_score)
    if any(number != gradebook_number for number, _, _ in rows):
        raise OtherRows(sentence("scores of another gradebook"))
    if any(number != assignment_number for _, number, _ in rows):
        raise OtherRows(sentence("scores of another assignment"))
    _no_repeats("student", [score.student_id for _, _, score in rows])
    return m.Scores(
        gradebook_number=gradebook_number,
        assignment_number=assignment_number,
        rows={score.student_id: score for _, _, score in rows},
    )


def _numbered_score(row: Row) -> tuple[int, int, m.ScoreRow]:
    return row.key("GradebookNumber"), row.key("AssignmentNumber"), _score(row)


def _score(row: Row) -> m.ScoreRow:
    number_correct = row.decimal("NumberCorrect")
    return m.ScoreRow(
        student_id=row.key("StudentID"),
        mark=_mark(row, number_correct),
        number_correct=number_correct,
        number_correct_possible=row.decimal("NumberCorrectPossible"),
        points_earned=row.decimal("PointsEarned"),
        points_possible=row.decimal("PointsPossible"),
        date_completed=row.day("DateCompleted"),
        is_missing=row.boolean("IsMissing"),
    )


def _mark(row: Row, number_correct: Decimal | None) -> str:
    """What was typed. Where the field is not there, a number stands for itself, but a zero could as
    well be a blank (reference §12.3, §12.7): nothing follows from it."""
    if row.has("Mark"):
        return row.text("Mark")
    if not number_correct:
        raise row.odd("Mark")
    return format(number_correct, "f")


def _no_repeats(what: str, keys: Collection[object]) -> None:
    if len(set(keys)) != len(keys):
        raise BadAnswer(sentence("the same %(what)s twice", what=what))
