"""Names of students, read only when somebody's name is not known yet or has changed."""

from dataclasses import dataclass, field

from twinbook.aeries.client import AeriesClient
from twinbook.aeries.errors import AeriesError, FixSetup, OurBug
from twinbook.aeries.models import Student as TheirStudent
from twinbook.core.sentence import sentence
from twinbook.district.roster_report import Findings
from twinbook.gradebook import students
from twinbook.gradebook.models import NAME_LENGTH, Student
from twinbook.gradebook.students import KnownStudent


@dataclass
class SchoolNames:
    """`changed` are students whose names must be read; None: all are. `failed` once the list could not be read."""

    client: AeriesClient
    school_code: int
    changed: frozenset[int] | None
    findings: Findings
    failed: bool = False
    _told: dict[int, TheirStudent] | None = field(default=None, repr=False)

    def look_up(self, wanted: set[int]) -> None:
        """Reads the school's list unless these students' names are known. Not to be called in a transaction."""
        if self._told is None and self._must_read(wanted):
            self._told = self._read()

    def know(self, wanted: set[int]) -> dict[int, int]:
        """Makes sure that these students of Aeries are here; our id by theirs. One whom the school's list lacks
        keeps the name we have, else shows the id."""
        told, ours = self._told or {}, _ours(wanted)
        return students.know(_known(sis_id, told.get(sis_id), ours.get(sis_id)) for sis_id in sorted(wanted))

    def renew(self) -> None:
        """The changed names of students whose rosters were not read, and names that are missing still."""
        if self.changed is None:
            return
        places = Student.objects.filter(
            sis_student_id__isnull=False, memberships__school_class__school_code=self.school_code
        )
        here = {row.sis_student_id: row for row in places.distinct()}
        wanted = {
            sis_id
            for sis_id, student in here.items()
            if sis_id is not None and (sis_id in self.changed or _nameless(student))
        }
        if wanted:
            self.look_up(wanted)
            self.know(wanted)

    def _must_read(self, wanted: set[int]) -> bool:
        if self.changed is None or wanted & self.changed:
            return True
        ours = _ours(wanted)
        return any(sis_id not in ours or _nameless(ours[sis_id]) for sis_id in wanted)

    def _read(self) -> dict[int, TheirStudent]:
        try:
            reading = self.client.students(self.school_code)
        except (FixSetup, OurBug):
            raise
        except AeriesError as error:
            self.failed = True
            self.findings.problem(
                "student_names_missing",
                sentence(
                    "The students of school %(school_code)s could not be read.", school_code=self.school_code
                ),
                error.hint,
            )
            return {}
        self.failed = not reading.proves_absence
        return {student.id: student for student in reading}


def _ours(wanted: set[int]) -> dict[int | None, Student]:
    return {student.sis_student_id: student for student in Student.objects.filter(sis_student_id__in=wanted)}


def _nameless(student: Student) -> bool:
    return not student.first_name and student.last_name == _placeholder(student.sis_student_id)


def _placeholder(sis_id: int | None) -> str:
    return f"Student {sis_id}"


def _known(sis_id: int, told: TheirStudent | None, ours: Student | None) -> KnownStudent:
    if told is not None:
        return KnownStudent(
            sis_id, told.first_name.strip()[:NAME_LENGTH], told.last_name.strip()[:NAME_LENGTH]
        )
    if ours is not None:
        return KnownStudent(sis_id, ours.first_name, ours.last_name)
    return KnownStudent(sis_id, "", _placeholder(sis_id))
