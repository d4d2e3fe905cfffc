"""The demo's gradebooks: ordinary ones, and one of each odd kind that a synchroniser must survive.

By teacher: Lindqvist has (periods 2 to 6) a filled gradebook full of odd cells, an empty one with students and
categories, a filled one, one with drafts only, and a section without gradebook. Haddad has two linked gradebooks,
Cho a rubric gradebook, Barrera one with nothing in it, Raman total points counted at once, Okafor a drop rule.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from aeries_sandbox import marks
from aeries_sandbox.guids import Guids
from aeries_sandbox.model import (
    Assignment,
    Category,
    Enrolment,
    Gradebook,
    GradebookSection,
    GradebookStudent,
    GradebookTerm,
    Rule,
    Section,
    Settings,
    Student,
    TransferGrade,
)
from aeries_sandbox.seeds.usual import fill_blank_rows, usual_custom_marks, usual_final_marks

FALL = (date(2026, 8, 12), date(2026, 12, 18))
SPRING = (date(2027, 1, 5), date(2027, 6, 4))
TODAY = date(2026, 10, 15)
LATE_START = date(2026, 9, 21)
DROPPED_ON = date(2026, 9, 18)

# title, category, number correct possible, points possible, days after the first day that it is due
_PLAN: tuple[tuple[str, str, str, str, int], ...] = (
    ("Syllabus signed", "0", "5", "5", 5),
    ("Homework 1.1", "0", "10", "10", 9),
    ("Homework 1.2", "0", "20", "10", 14),
    ("Quiz 1", "1", "25", "25", 19),
    ("Homework 1.3", "0", "12", "12", 26),
    ("Unit 1 Test", "2", "40", "100", 33),
    ("Homework 2.1", "0", "10", "10", 40),
    ("Quiz 2", "1", "30", "30", 46),
    ("Project: bridges", "3", "150", "150", 54),
    ("Homework 2.2", "0", "10", "10", 61),
    ("Unit 2 Test", "2", "60", "120", 68),
    ("Homework 3.1", "0", "10", "10", 75),
)
_CUSTOM = {mark.mark: mark for mark in usual_custom_marks()}


@dataclass(slots=True)
class _Maker:
    """Makes gradebooks one after another; what it draws by chance depends on that order."""

    enrolments: list[Enrolment]
    students: list[Student]
    chance: random.Random
    guids: Guids
    made: int = 0

    def gradebook(self, section: Section, name: str, spring_too: bool = False) -> Gradebook:
        self.made += 1
        place = section.staff[0].staff_id - 990101
        end = SPRING[1] if spring_too else FALL[1]
        terms = [GradebookTerm(code="F", name="Fall", start_date=FALL[0], end_date=FALL[1])]
        if spring_too:
            terms.append(GradebookTerm(code="S", name="Spring", start_date=SPRING[0], end_date=SPRING[1]))
        return Gradebook(
            gradebook_number=4600000 + self.made,
            name=name,
            school_code=section.school_code,
            staff_id=section.staff[0].staff_id,
            teacher_number=101 + place,
            period=section.period,
            start_date=FALL[0],
            end_date=end,
            sections=[
                GradebookSection(school_code=section.school_code, section_number=section.section_number)
            ],
            terms=terms,
            settings=Settings(),
            categories=_categories(),
            students=[
                GradebookStudent(
                    student_id=row.student_id, start_date=FALL[0], end_date=end, sort_order=number
                )
                for number, row in enumerate(self.roster(section))
            ],
            final_marks=usual_final_marks(),
        )

    def roster(self, section: Section) -> list[Enrolment]:
        return [row for row in self.enrolments if row.section_number == section.section_number]

    def fill(self, gradebook: Gradebook, until: int = len(_PLAN)) -> None:
        """Assignments of the plan; those due before today are scored, with a blank or an excuse here and there."""
        for number, planned in enumerate(_PLAN[:until], start=1):
            self.assignment(gradebook, number, *planned)

    def assignment(
        self,
        gradebook: Gradebook,
        number: int,
        title: str,
        category: str,
        possible: str,
        points: str,
        days: int,
    ) -> Assignment:
        due = FALL[0] + timedelta(days=days)
        assignment = Assignment(
            assignment_number=number,
            unique_id=self.guids.new(),
            description=title,
            category_code=category,
            date_assigned=due - timedelta(days=4),
            date_due=due,
            number_correct_possible=Decimal(possible),
            points_possible=Decimal(points),
            grading_completed=due < TODAY - timedelta(days=7),
            formative_summative="S" if category == "2" else "F",
        )
        gradebook.assignments.append(assignment)
        fill_blank_rows(gradebook, assignment)
        if due < TODAY:
            for student in gradebook.students:
                text = self.some_mark(Decimal(possible))
                put(gradebook, assignment, student.student_id, text)
        return assignment

    def some_mark(self, possible: Decimal) -> str:
        draw = self.chance.random()
        if draw < 0.04:
            return ""
        if draw < 0.05:
            return "NA"
        halves = int(possible * 2)
        return marks.shown(str(Decimal(self.chance.randint(halves * 55 // 100, halves)) / 2))


def gradebooks(
    sections: list[Section], enrolments: list[Enrolment], students: list[Student], chance: random.Random
) -> list[Gradebook]:
    maker = _Maker(enrolments, students, chance, Guids("demo-assignments"))
    by_teacher: dict[int, list[Section]] = {}
    for section in sections:
        by_teacher.setdefault(section.staff[0].staff_id, []).append(section)
    made: list[Gradebook] = []
    for staff_id, own in by_teacher.items():
        match staff_id:
            case 990101:
                made += _lindqvist(maker, own)
            case 990102:
                made += _linked(maker, own)
            case _:
                made += [_ordinary(maker, section, place) for place, section in enumerate(own)]
    by_number = {(row.staff_id, row.period): row for row in made}
    _rubric(by_number[990103, "1"])
    _nothing_in_it(by_number[990104, "1"])
    _total_points(by_number[990105, "1"])
    by_number[990106, "1"].rules = [Rule(number=1, drop=1, category_code="0", minimum_assignments=3)]
    return made


def put(gradebook: Gradebook, assignment: Assignment, student_id: int, text: str) -> None:
    """A teacher typed `text` into that cell."""
    row = assignment.scores[student_id]
    entry = marks.typed(
        text, gradebook, assignment, row.number_correct_possible, row.points_possible, _CUSTOM, False
    )
    row.mark, row.number_correct, row.points_earned = entry.mark, entry.number_correct, entry.points_earned
    row.date_completed = assignment.date_due if entry.mark else None


def _lindqvist(maker: _Maker, own: list[Section]) -> list[Gradebook]:
    odd, empty, filled, drafts, _without_gradebook = own
    first = maker.gradebook(odd, f"Algebra 1 P{odd.period}", spring_too=True)
    maker.fill(first)
    _odd_cells(maker, first)
    second = maker.gradebook(empty, f"Algebra 1 P{empty.period}", spring_too=True)
    third = maker.gradebook(filled, f"Algebra 1 P{filled.period}", spring_too=True)
    maker.fill(third, until=10)
    fourth = maker.gradebook(drafts, f"Algebra 1 P{drafts.period}", spring_too=True)
    for number, planned in enumerate(_PLAN[10:], start=1):
        maker.assignment(fourth, number, *planned)
    return [first, second, third, fourth]


def _odd_cells(maker: _Maker, gradebook: Gradebook) -> None:
    """Every state that a cell can have, a late joiner, a dropped student, one missing here and one too many."""
    students = [student.student_id for student in gradebook.students]
    quiz, test, homework = gradebook.assignments[3], gradebook.assignments[5], gradebook.assignments[6]
    for student, text in zip(
        students, ("NA", "TX", "MI", "95%", "0", "", "33.3333", "CR", "27.5"), strict=False
    ):
        put(gradebook, quiz, student, text)
    put(gradebook, test, students[3], "42.5")
    put(gradebook, homework, students[4], "12")
    shorter = homework.scores[students[5]]
    shorter.number_correct_possible = Decimal(8)
    put(gradebook, homework, students[5], "8")
    extra = maker.assignment(gradebook, 13, "Extra credit puzzle", "0", "0", "0", 30)
    for place, student in enumerate(students):
        put(gradebook, extra, student, "3" if place % 4 == 0 else "")
    extra.grading_completed = False
    _late_and_gone(maker, gradebook)


def _late_and_gone(maker: _Maker, gradebook: Gradebook) -> None:
    section = gradebook.sections[0].section_number
    late, gone, missing = gradebook.students[-1], gradebook.students[-2], gradebook.students[-3]
    late.start_date = LATE_START
    gone.end_date, gone.inactive = DROPPED_ON, True
    gradebook.transfer_grades = [TransferGrade(student_id=late.student_id, percent=Decimal(80))]
    gradebook.students.remove(missing)
    for assignment in gradebook.assignments:
        del assignment.scores[missing.student_id]
    for row in maker.enrolments:
        if row.section_number != section:
            continue
        if row.student_id == late.student_id:
            row.date_started = LATE_START
        if row.student_id == gone.student_id:
            row.date_ended = DROPPED_ON
    enrolled = {row.student_id for row in maker.enrolments if row.section_number == section}
    stranger = next(row for row in maker.students if row.student_id not in enrolled)
    gradebook.students.append(
        GradebookStudent(
            student_id=stranger.student_id, start_date=gradebook.start_date, end_date=gradebook.end_date
        )
    )
    for assignment in gradebook.assignments:
        fill_blank_rows(gradebook, assignment)


def _linked(maker: _Maker, own: list[Section]) -> list[Gradebook]:
    """The first two are linked; the third holds two sections, whose own gradebooks are missing."""
    made = []
    for section in own[:2]:
        gradebook = maker.gradebook(section, f"Geometry P{section.period}")
        gradebook.linked_group = 1
        maker.fill(gradebook, until=6)
        made.append(gradebook)
    both = maker.gradebook(own[2], f"Geometry P{own[2].period} and P{own[3].period}")
    both.sections.append(
        GradebookSection(school_code=own[3].school_code, section_number=own[3].section_number)
    )
    there = {student.student_id for student in both.students}
    both.students += [
        GradebookStudent(student_id=row.student_id, start_date=FALL[0], end_date=FALL[1])
        for row in maker.roster(own[3])
        if row.student_id not in there
    ]
    maker.fill(both, until=5)
    return [*made, both]


def _ordinary(maker: _Maker, section: Section, place: int) -> Gradebook:
    gradebook = maker.gradebook(section, f"{_SUBJECTS[section.course_id]} P{section.period}")
    if place != 1:
        maker.fill(gradebook, until=4 + place)
    return gradebook


def _rubric(gradebook: Gradebook) -> None:
    """Rubric levels: both maxima are 0 and points equal the level (reference §12.2)."""
    gradebook.settings.doing_rubric = True
    for assignment in gradebook.assignments:
        assignment.rubric = True
        assignment.number_correct_possible = assignment.points_possible = Decimal(0)
        for row in assignment.scores.values():
            row.number_correct_possible = row.points_possible = Decimal(0)
            if row.mark and not marks.special(row.mark):
                level = row.number_correct % 4 + 1
                row.mark, row.number_correct, row.points_earned = marks.shown(str(level)), level, level


def _nothing_in_it(gradebook: Gradebook) -> None:
    gradebook.students, gradebook.assignments, gradebook.categories = [], [], []


def _total_points(gradebook: Gradebook) -> None:
    gradebook.settings.doing_weight = False
    gradebook.settings.count_completed_now = True


def _categories() -> list[Category]:
    rows = (
        ("0", "Homework", 20, "FFCC00"),
        ("1", "Quizzes", 20, "00CCFF"),
        ("2", "Tests", 45, "FF0000"),
        ("3", "Projects", 15, "00FF00"),
    )
    return [
        Category(code=code, description=text, percent=Decimal(percent), color=color)
        for code, text, percent, color in rows
    ]


_SUBJECTS = {
    "0510": "Studio Art",
    "0410": "World History",
    "0610": "Biology",
    "0620": "Chemistry",
    "0110": "English 9",
    "0120": "English 10",
    "0710": "Spanish 1",
    "0810": "Health",
    "0420": "Government",
    "0330": "Statistics",
}
