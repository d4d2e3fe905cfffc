"""The public demo values of the vendor's documentation (reference §17.4), made whole so that a sync can use them.

Gradebook 4366926 is linked with 4366927; 4454703 takes scores by standard; 4500001 is unlinked, with terms,
categories and students and no assignment yet.
"""

from datetime import date, datetime
from decimal import Decimal

from aeries_sandbox.model import (
    Assignment,
    Category,
    Course,
    Document,
    Enrolment,
    FinalMark,
    Gradebook,
    GradebookSection,
    GradebookStudent,
    GradebookTerm,
    School,
    SchoolTerm,
    Score,
    Section,
    SectionStaff,
    Staff,
    Standard,
    StandardScore,
    Student,
    Teacher,
    YearTables,
)
from aeries_sandbox.seeds.usual import fill_blank_rows, usual_custom_marks

SCHOOL, STAFF, TEACHER = 994, 994605, 605
FALL = (date(2020, 7, 6), date(2020, 12, 23))
SPRING = (date(2021, 1, 4), date(2021, 8, 6))
YEAR = (FALL[0], SPRING[1])

_NAMES = {
    99400001: ("Abbott", "Allan"),
    99400156: ("Castro", "Maya"),
    99400318: ("Nguyen", "Peter"),
    99402373: ("Young", "Rosa"),
    99000007: ("Becker", "Ida"),
    99000018: ("Ortega", "Luis"),
}
_DOCUMENTED = (99400001, 99400156, 99400318, 99402373)
_BY_STANDARD = (99000007, 99000018)


def documentation() -> Document:
    sections = [
        _section(1038, "0726", "1"),
        _section(1039, "0726", "2"),
        _section(1040, "0801", "3"),
        _section(1041, "0726", "4"),
    ]
    rosters = {1038: _DOCUMENTED, 1039: _DOCUMENTED[:2], 1040: _DOCUMENTED, 1041: _BY_STANDARD}
    return Document(
        seed="documentation",
        guid_seed="documentation",
        clock=datetime(2020, 10, 1, 9, 0),  # noqa: DTZ001 - local time of the document's zone
        database_year=2020,
        schools=[_school()],
        staff=[
            Staff(
                staff_id=STAFF,
                first_name="Maria",
                last_name="Acosta",
                email="macosta@screamingeagle.example",
                user_name="macosta",
                primary_school=SCHOOL,
            )
        ],
        teachers=[
            Teacher(
                school_code=SCHOOL,
                teacher_number=TEACHER,
                display_name="Acosta",
                staff_id=STAFF,
                email="macosta@screamingeagle.example",
                room="12",
            )
        ],
        courses=[
            Course(course_id="0726", title="Eng Lit", long_description="English Literature"),
            Course(course_id="0801", title="Algebra 1", long_description="Algebra 1"),
        ],
        sections=sections,
        students=[
            Student(
                student_id=student_id,
                school_code=SCHOOL,
                student_number=number,
                last_name=last,
                first_name=first,
                grade=10,
                email=f"{first}.{last}@students.screamingeagle.example".lower(),
                enter_date=FALL[0],
            )
            for number, (student_id, (last, first)) in enumerate(_NAMES.items(), start=1)
        ],
        enrolments=[
            Enrolment(
                school_code=SCHOOL,
                section_number=section,
                student_id=student_id,
                sequence_number=list(rosters).index(section) + 1,
                date_started=FALL[0],
                date_ended=YEAR[1],
            )
            for section, students in rosters.items()
            for student_id in students
        ],
        gradebooks=[
            _linked(4366926, "English Literature P1", 1038, _DOCUMENTED),
            _linked(4366927, "English Literature P2", 1039, _DOCUMENTED[:2]),
            _by_standard(),
            _gradebook(4500001, "Algebra 1 P3", 1040, _DOCUMENTED),
        ],
        custom_marks=usual_custom_marks(),
        other_years={2019: YearTables(schools=[_school()])},
    )


def _school() -> School:
    terms = (("F", "Fall", FALL), ("S", "Spring", SPRING), ("Y", "Year", YEAR))
    return School(
        school_code=SCHOOL,
        name="Screaming Eagle High School",
        short_name="SEHS",
        terms=[
            SchoolTerm(code=code, description=name, start_date=span[0], end_date=span[1])
            for code, name, span in terms
        ],
    )


def _section(number: int, course: str, period: str) -> Section:
    return Section(
        school_code=SCHOOL,
        section_number=number,
        course_id=course,
        period=period,
        semester="Y",
        room="12",
        staff=[SectionStaff(staff_id=STAFF)],
    )


def _gradebook(number: int, name: str, section: int, students: tuple[int, ...]) -> Gradebook:
    categories = (
        ("0", "Homework", 10, "FFCC00"),
        ("2", "Test", 25, "FF0000"),
        ("3", "Quiz", 20, "00CCFF"),
        ("4", "Presentations", 25, "00FF00"),
        ("5", "Reports", 20, "CC00FF"),
    )
    return Gradebook(
        gradebook_number=number,
        name=name,
        school_code=SCHOOL,
        staff_id=STAFF,
        teacher_number=TEACHER,
        period=name[-1],
        start_date=YEAR[0],
        end_date=YEAR[1],
        sections=[GradebookSection(school_code=SCHOOL, section_number=section)],
        terms=[
            GradebookTerm(code="F", name="Fall", start_date=FALL[0], end_date=FALL[1]),
            GradebookTerm(code="S", name="Spring", start_date=SPRING[0], end_date=SPRING[1]),
        ],
        categories=[
            Category(code=code, description=text, percent=Decimal(percent), color=color)
            for code, text, percent, color in categories
        ],
        students=[
            GradebookStudent(student_id=student, start_date=YEAR[0], end_date=YEAR[1], sort_order=place)
            for place, student in enumerate(students)
        ],
        final_marks=[
            FinalMark(mark=mark, low=Decimal(low), high=Decimal(high))
            for mark, low, high in (
                ("A+", "98", "110"),
                ("A", "93", "97.99"),
                ("A-", "90", "92.99"),
                ("B", "80", "89.99"),
                ("C", "70", "79.99"),
                ("D", "60", "69.99"),
                ("F", "0", "59.99"),
            )
        ],
    )


def _linked(number: int, name: str, section: int, students: tuple[int, ...]) -> Gradebook:
    gradebook = _gradebook(number, name, section, students)
    gradebook.linked_group = 1
    first = number == 4366926
    assignment = Assignment(
        assignment_number=2,
        unique_id="76289310-6ACF-4124-9A42-057684DCE9F2" if first else "0B6C1F5E-6B7A-4C0A-9E55-4366927000A2",
        description="Chapter 1 Test",
        comment="Read chapter 1",
        category_code="2",
        date_assigned=date(2020, 8, 24),
        date_due=date(2020, 8, 28),
        number_correct_possible=Decimal(50),
        points_possible=Decimal(50),
        grading_completed=True,
    )
    fill_blank_rows(gradebook, assignment)
    if first:
        for student, mark in ((99400001, "20.0000"), (99400318, "42.0000")):
            row = assignment.scores[student]
            row.mark, row.number_correct, row.points_earned = mark, Decimal(mark[:2]), Decimal(mark[:2])
            row.date_completed = assignment.date_due
    gradebook.assignments.append(assignment)
    return gradebook


def _by_standard() -> Gradebook:
    gradebook = _gradebook(4454703, "English Standards P4", 1041, _BY_STANDARD)
    assignment = Assignment(
        assignment_number=80,
        unique_id="1F0D2C5B-8F0E-4E0C-8D11-445470300080",
        description="Standards check",
        category_code="0",
        date_assigned=date(2020, 9, 8),
        date_due=date(2020, 9, 11),
        number_correct_possible=Decimal(8),
        points_possible=Decimal(8),
        grading_completed=True,
        input_by_standard=True,
        standards=[
            Standard(
                standard_id="CEL.4.L.5",
                academic_benchmark_id="1C799626-9892-11E0-8388-5F489DFF4B22",
                description="Demonstrate understanding of word relationships",
                number_correct_possible=Decimal(4),
            ),
            Standard(
                standard_id="CEL.4.RI.9",
                academic_benchmark_id="1C7A0F2A-9892-11E0-8388-5F489DFF4B22",
                description="Integrate information from two texts",
                number_correct_possible=Decimal(4),
            ),
        ],
    )
    fill_blank_rows(gradebook, assignment)
    row: Score = assignment.scores[99000007]
    row.mark, row.number_correct, row.points_earned = "6.0000", Decimal(6), Decimal(6)
    row.date_completed = assignment.date_due
    row.standard_scores = [
        StandardScore(standard_id="CEL.4.L.5", number_correct=Decimal(2)),
        StandardScore(standard_id="CEL.4.RI.9", number_correct=Decimal(4)),
    ]
    gradebook.assignments.append(assignment)
    return gradebook
