"""One made-up high school in October: twelve teachers, three hundred students, six periods.

Everything follows from fixed lists and a fixed random seed, so each start gives the same people and numbers.
The first teacher, Grace Lindqvist, has five sections of 33 students.
"""

import random
from datetime import date, datetime

from aeries_sandbox.model import (
    Course,
    Document,
    Enrolment,
    School,
    SchoolTerm,
    Section,
    SectionStaff,
    Staff,
    Student,
    Teacher,
    YearTables,
)
from aeries_sandbox.seeds.demo_gradebooks import gradebooks
from aeries_sandbox.seeds.usual import usual_custom_marks

SCHOOL = 990
YEAR = 2026
NOW = datetime(2026, 10, 15, 9, 0)  # noqa: DTZ001 - local time of the document's zone
FIRST_DAY, LAST_DAY = date(2026, 8, 12), date(2027, 6, 4)
TERMS = (
    ("F", "Fall", FIRST_DAY, date(2026, 12, 18)),
    ("S", "Spring", date(2027, 1, 5), LAST_DAY),
    ("Y", "Year", FIRST_DAY, LAST_DAY),
)
TEACHERS = (
    ("Grace", "Lindqvist", "0310", "Algebra 1"),
    ("Omar", "Haddad", "0320", "Geometry"),
    ("Wendy", "Cho", "0510", "Studio Art"),
    ("Luis", "Barrera", "0410", "World History"),
    ("Priya", "Raman", "0610", "Biology"),
    ("Thomas", "Okafor", "0620", "Chemistry"),
    ("Helen", "Vance", "0110", "English 9"),
    ("Samuel", "Ito", "0120", "English 10"),
    ("Nadia", "Petrova", "0710", "Spanish 1"),
    ("Marcus", "Bell", "0810", "Health"),
    ("Ruth", "Samara", "0420", "Government"),
    ("Daniel", "Frost", "0330", "Statistics"),
)
PERIODS = 6
SECTION_SIZES = (33, 31, 30, 30, 30, 30, 30, 29, 29, 28)
_FIRST_NAMES = [
    "Ada",
    "Aiden",
    "Aisha",
    "Alex",
    "Amara",
    "Amelia",
    "Andre",
    "Anna",
    "Ben",
    "Bianca",
    "Caleb",
    "Carla",
    "Chloe",
    "Daisy",
    "Darius",
    "Diego",
    "Elena",
    "Eli",
    "Emma",
    "Ethan",
    "Eva",
    "Felix",
    "Fiona",
    "Gabriel",
    "Hana",
    "Hugo",
    "Ines",
    "Isaac",
    "Ivy",
    "Jada",
    "James",
    "Jonah",
    "June",
    "Kai",
    "Kira",
    "Leah",
    "Leo",
    "Lily",
    "Lucas",
    "Mateo",
    "Maya",
    "Mia",
    "Miles",
    "Mina",
    "Nora",
    "Noah",
    "Olive",
    "Omar",
    "Paul",
    "Quinn",
    "Rafael",
    "Rosa",
    "Ryan",
    "Sara",
    "Sofia",
    "Theo",
    "Tara",
    "Uma",
    "Victor",
    "Yara",
    "Zoe",
]
_LAST_NAMES = [
    "Abbott",
    "Adams",
    "Aguilar",
    "Alvarez",
    "Baker",
    "Bauer",
    "Brooks",
    "Campos",
    "Carter",
    "Castillo",
    "Chen",
    "Cohen",
    "Cole",
    "Cruz",
    "Diaz",
    "Dunn",
    "Ellis",
    "Evans",
    "Farah",
    "Fischer",
    "Flores",
    "Foster",
    "Garcia",
    "Gomez",
    "Grant",
    "Gupta",
    "Hall",
    "Hansen",
    "Hayes",
    "Huang",
    "Ibarra",
    "Jackson",
    "Jensen",
    "Kang",
    "Kelly",
    "Khan",
    "Kim",
    "Lam",
    "Larsen",
    "Lee",
    "Lopez",
    "Martin",
    "Mendoza",
    "Miller",
    "Molina",
    "Moore",
    "Morris",
    "Nguyen",
    "Novak",
    "Ortiz",
    "Park",
    "Patel",
    "Perez",
    "Price",
    "Quintero",
    "Ramos",
    "Reyes",
    "Rivera",
    "Romero",
    "Ross",
    "Ruiz",
    "Santos",
    "Shah",
    "Silva",
    "Singh",
    "Soto",
    "Stone",
    "Tran",
    "Turner",
    "Vega",
    "Walker",
    "Wang",
    "Weber",
    "Wong",
    "Wright",
    "Young",
    "Zamora",
]


def demo() -> Document:
    chance = random.Random(2026)
    students = _students(chance)
    sections = _sections()
    enrolments = _enrolments(sections, students, chance)
    return Document(
        seed="demo",
        guid_seed="demo",
        clock=NOW,
        database_year=YEAR,
        schools=[_school()],
        staff=_staff(),
        teachers=_teachers(),
        courses=[
            Course(course_id=course, title=title, long_description=title) for _, _, course, title in TEACHERS
        ],
        sections=sections,
        students=students,
        enrolments=enrolments,
        gradebooks=gradebooks(sections, enrolments, students, chance),
        custom_marks=usual_custom_marks(),
        other_years={YEAR - 1: YearTables(schools=[_school()])},
    )


def _school() -> School:
    return School(
        school_code=SCHOOL,
        name="Harbor View High School",
        short_name="Harbor View",
        terms=[
            SchoolTerm(code=code, description=name, start_date=start, end_date=end)
            for code, name, start, end in TERMS
        ],
    )


def _staff() -> list[Staff]:
    """All twelve teachers with an e-mail of their own, and an office clerk without one."""
    teachers = [
        Staff(
            staff_id=990101 + place,
            first_name=first,
            last_name=last,
            email=f"{first[0]}{last}@harborview.example".lower(),
            user_name=f"{first[0]}{last}".lower(),
            primary_school=SCHOOL,
        )
        for place, (first, last, _, _) in enumerate(TEACHERS)
    ]
    clerk = Staff(
        staff_id=990190,
        first_name="Joan",
        last_name="Miller",
        primary_school=SCHOOL,
        inactive_status_code=" ",
    )
    left = Staff(
        staff_id=990191,
        first_name="Peter",
        last_name="Gone",
        email="pgone@harborview.example",
        primary_school=SCHOOL,
        inactive_status_code="I",
        leave_date=date(2026, 6, 5),
        account_expired=True,
    )
    return [*teachers, clerk, left]


def _teachers() -> list[Teacher]:
    return [
        Teacher(
            school_code=SCHOOL,
            teacher_number=101 + place,
            display_name=f"{last}, {first[0]}",
            staff_id=990101 + place,
            email=f"{first[0]}{last}@harborview.example".lower(),
            room=str(20 + place),
        )
        for place, (first, last, _, _) in enumerate(TEACHERS)
    ]


def _students(chance: random.Random) -> list[Student]:
    """Three hundred students; the first two share their name, the e-mails are all different."""
    names = [(first, last) for last in _LAST_NAMES for first in _FIRST_NAMES]
    chosen = chance.sample(names, 299)
    chosen.insert(0, chosen[0])
    return [
        Student(
            student_id=99000101 + place,
            school_code=SCHOOL,
            student_number=place + 1,
            last_name=last,
            first_name=first,
            grade=9 + place % 4,
            gender="MFX"[place % 3] if place % 20 == 0 else "MF"[place % 2],
            email=f"{first}.{last}.{place + 1}@students.harborview.example".lower(),
            enter_date=FIRST_DAY,
        )
        for place, (first, last) in enumerate(chosen)
    ]


def _sections() -> list[Section]:
    """Each teacher teaches five of the six periods, so that ten teach at a time."""
    return [
        Section(
            school_code=SCHOOL,
            section_number=1000 + 10 * place + period,
            course_id=course,
            period=str(period),
            semester="Y",
            room=str(20 + place),
            staff=[SectionStaff(staff_id=990101 + place), *_co_teacher(place, period)],
        )
        for period in range(1, PERIODS + 1)
        for place, (_, _, course, _) in enumerate(TEACHERS)
        if place % PERIODS + 1 != period
    ]


def _co_teacher(place: int, period: int) -> list[SectionStaff]:
    """Daniel Frost helps in one section of Priya Raman, with reading rights only."""
    if (place, period) != (4, 1):
        return []
    return [SectionStaff(staff_id=990112, primary=False, gradebook_permission="R")]


def _enrolments(sections: list[Section], students: list[Student], chance: random.Random) -> list[Enrolment]:
    """Every student has one section a period; one joined late, one left a section (see demo_gradebooks)."""
    enrolments = []
    for period in range(1, PERIODS + 1):
        taught = [section for section in sections if section.period == str(period)]
        waiting = list(students)
        chance.shuffle(waiting)
        for section, size in zip(taught, SECTION_SIZES, strict=True):
            group, waiting = waiting[:size], waiting[size:]
            enrolments += [
                Enrolment(
                    school_code=SCHOOL,
                    section_number=section.section_number,
                    student_id=student.student_id,
                    sequence_number=period,
                    date_started=FIRST_DAY,
                    date_ended=LAST_DAY,
                )
                for student in sorted(group, key=lambda row: (row.last_name, row.first_name, row.student_id))
            ]
    return enrolments
