"""One database year in memory: the tables of `model` with the look-ups that routes need.

Rows are the documents' own objects, changed in place. Look-ups by UniqueID and by roster are kept by the
methods here, so whoever adds, removes or renames rows does it through them.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

from aeries_sandbox.model import (
    Assignment,
    Change,
    Course,
    Enrolment,
    Gradebook,
    GradebookStudent,
    School,
    Section,
    Staff,
    Student,
    Teacher,
    YearTables,
)


class DocumentError(ValueError):
    """A seed or state document that contradicts itself; the message names the rows."""


R = TypeVar("R")
K = TypeVar("K", bound=Hashable)


def _keyed(rows: Iterable[R], what: str, key: Callable[[R], K]) -> dict[K, R]:
    table: dict[K, R] = {}
    for row in rows:
        if key(row) in table:
            raise DocumentError(f"{what} {key(row)} stands there twice")
        table[key(row)] = row
    return table


class Database:
    def __init__(self, tables: YearTables) -> None:
        self.schools: dict[int, School] = _keyed(tables.schools, "school", lambda row: row.school_code)
        self.staff: dict[int, Staff] = _keyed(tables.staff, "staff", lambda row: row.staff_id)
        self.teachers: list[Teacher] = tables.teachers
        self.courses: dict[str, Course] = _keyed(tables.courses, "course", lambda row: row.course_id)
        self.sections: dict[tuple[int, int], Section] = _keyed(
            tables.sections, "section", lambda row: (row.school_code, row.section_number)
        )
        self.students: dict[tuple[int, int], Student] = _keyed(
            tables.students, "student", lambda row: (row.student_id, row.school_code)
        )
        self.gradebooks: dict[int, Gradebook] = _keyed(
            tables.gradebooks, "gradebook", lambda row: row.gradebook_number
        )
        self.changes: list[Change] = tables.changes
        self._rosters: dict[tuple[int, int], list[Enrolment]] = {}
        for enrolment in tables.enrolments:
            self.add_enrolment(enrolment)
        self._by_student: dict[int, list[Student]] = {}
        for student in self.students.values():
            self._by_student.setdefault(student.student_id, []).append(student)
        self._by_unique_id: dict[str, list[tuple[Gradebook, Assignment]]] = {}
        for gradebook in self.gradebooks.values():
            self._check(gradebook)
            for assignment in gradebook.assignments:
                self._index(gradebook, assignment)

    def tables(self) -> YearTables:
        return YearTables(
            schools=list(self.schools.values()),
            staff=list(self.staff.values()),
            teachers=self.teachers,
            courses=list(self.courses.values()),
            sections=list(self.sections.values()),
            students=list(self.students.values()),
            enrolments=[row for rows in self._rosters.values() for row in rows],
            gradebooks=list(self.gradebooks.values()),
            changes=self.changes,
        )

    def roster(self, school_code: int, section_number: int) -> list[Enrolment]:
        return self._rosters.get((school_code, section_number), [])

    def enrolments(self) -> Iterator[Enrolment]:
        for rows in self._rosters.values():
            yield from rows

    def add_enrolment(self, enrolment: Enrolment) -> None:
        self._rosters.setdefault((enrolment.school_code, enrolment.section_number), []).append(enrolment)

    def school_rows(self, student_id: int) -> list[Student]:
        """All rows of one student, one per school."""
        return self._by_student.get(student_id, [])

    def student(self, student_id: int, school_code: int) -> Student | None:
        """The student's row in that school, else in any school."""
        row = self.students.get((student_id, school_code))
        if row is not None:
            return row
        rows = self.school_rows(student_id)
        return rows[0] if rows else None

    def teacher_of(self, gradebook: Gradebook) -> Teacher | None:
        for teacher in self.teachers:
            if teacher.school_code != gradebook.school_code:
                continue
            if (
                gradebook.teacher_number in (0, teacher.teacher_number)
                and teacher.staff_id == gradebook.staff_id
            ):
                return teacher
        return None

    def by_unique_id(self, unique_id: str) -> tuple[Gradebook, Assignment] | None:
        """The live assignment with that UniqueID (the first, should linked copies share it)."""
        for gradebook, assignment in self._by_unique_id.get(unique_id.upper(), []):
            if not assignment.deleted:
                return gradebook, assignment
        return None

    def add_gradebook(self, gradebook: Gradebook) -> None:
        self._check(gradebook)
        self.gradebooks[gradebook.gradebook_number] = gradebook
        for assignment in gradebook.assignments:
            self._index(gradebook, assignment)

    def replace_gradebook(self, gradebook: Gradebook) -> None:
        old = self.gradebooks.pop(gradebook.gradebook_number)
        for assignment in old.assignments:
            holders = self._by_unique_id[assignment.unique_id.upper()]
            holders[:] = [(g, a) for g, a in holders if g is not old]
        self.add_gradebook(gradebook)

    def add_assignment(self, gradebook: Gradebook, assignment: Assignment) -> None:
        gradebook.assignments.append(assignment)
        self._index(gradebook, assignment)

    def next_gradebook_number(self) -> int:
        return max(self.gradebooks, default=4_500_000) + 1

    def linked(self, gradebook: Gradebook) -> list[Gradebook]:
        """The other gradebooks of its linked group: same teacher, school and non-zero group (reference §13)."""
        if gradebook.linked_group == 0:
            return []
        return [
            other
            for other in self.gradebooks.values()
            if other is not gradebook
            and other.linked_group == gradebook.linked_group
            and other.school_code == gradebook.school_code
            and other.staff_id == gradebook.staff_id
        ]

    def _index(self, gradebook: Gradebook, assignment: Assignment) -> None:
        self._by_unique_id.setdefault(assignment.unique_id.upper(), []).append((gradebook, assignment))

    def _check(self, gradebook: Gradebook) -> None:
        name = f"gradebook {gradebook.gradebook_number}"
        _keyed(gradebook.categories, f"category in {name}", lambda row: row.code)
        _keyed(gradebook.terms, f"term in {name}", lambda row: row.code)
        live = [assignment for assignment in gradebook.assignments if not assignment.deleted]
        _keyed(live, f"assignment in {name}", lambda row: row.assignment_number)
        for student in gradebook.students:
            if not self.school_rows(student.student_id):
                raise DocumentError(f"{name} has a student {student.student_id} who is in no school")


def live_assignments(gradebook: Gradebook) -> list[Assignment]:
    return [assignment for assignment in gradebook.assignments if not assignment.deleted]


def assignment_numbered(gradebook: Gradebook, number: int) -> Assignment | None:
    for assignment in gradebook.assignments:
        if assignment.assignment_number == number and not assignment.deleted:
            return assignment
    return None


def membership(gradebook: Gradebook, student_id: int) -> GradebookStudent | None:
    """The student's row in the gradebook; the last one if they left and came back as a new row."""
    for row in reversed(gradebook.students):
        if row.student_id == student_id:
            return row
    return None
