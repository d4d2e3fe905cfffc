"""Students of a gradebook, and of a section's roster: added, dropped, brought back."""

from datetime import date

from aeries_sandbox.assignments import give_blank_rows
from aeries_sandbox.model import Enrolment, Gradebook, GradebookStudent
from aeries_sandbox.store import membership
from aeries_sandbox.teacher.acting import NothingThere, NotPossible, the_gradebook, the_member
from aeries_sandbox.world import World


def add_student(world: World, gradebook_number: int, student_id: int, start: date | None) -> GradebookStudent:
    """Without a start the student answers for everything since the gradebook began."""
    gradebook = the_gradebook(world, gradebook_number)
    if not world.database.school_rows(student_id):
        raise NotPossible(f"there is no student {student_id}")
    start = start or gradebook.start_date
    if start > gradebook.end_date:
        raise NotPossible(f"the gradebook ends on {gradebook.end_date}, before {start}")
    member = membership(gradebook, student_id)
    if member is not None and not member.inactive:
        raise NotPossible(f"student {student_id} is in the gradebook already")
    if member is None or world.switches["return_student"] == "new_row":
        member = GradebookStudent(student_id=student_id, start_date=start, end_date=gradebook.end_date)
        gradebook.students.append(member)
    else:
        member.start_date, member.end_date, member.inactive = start, gradebook.end_date, False
    give_blank_rows(gradebook, member)
    return member


def drop_student(world: World, gradebook_number: int, student_id: int, end: date | None) -> GradebookStudent:
    """Sets the end and the inactive tag; the scores stay (behaviour §7)."""
    gradebook = the_gradebook(world, gradebook_number)
    member = the_member(gradebook, student_id)
    if end is not None and end < member.start_date:
        raise NotPossible(f"the student started on {member.start_date}, after {end}")
    member.end_date = max(end or world.today(), member.start_date)
    member.inactive = True
    return member


def open_scores_by_class(world: World, gradebook_number: int) -> tuple[list[int], list[int]]:
    """Loading the page carries out the automatic adds and drops, if the option is on (behaviour §7)."""
    gradebook = the_gradebook(world, gradebook_number)
    if not gradebook.settings.add_drop_students_automatically:
        return [], []
    today = world.today()
    present = _present(world, gradebook, today)
    added, dropped = [], []
    for student_id in present:
        member = membership(gradebook, student_id)
        if member is None or member.inactive:
            add_student(world, gradebook_number, student_id, max(present[student_id], gradebook.start_date))
            added.append(student_id)
    for member in gradebook.students:
        if not member.inactive and member.student_id not in present:
            drop_student(world, gradebook_number, member.student_id, None)
            dropped.append(member.student_id)
    return added, dropped


def enrol(world: World, school: int, section: int, student_id: int, started: date | None) -> Enrolment:
    """A roster change; it shows in the change feeds and in nobody's gradebook."""
    roster = _section_roster(world, school, section)
    rows = [row for row in world.database.school_rows(student_id) if row.school_code == school]
    if not rows:
        raise NotPossible(f"school {school} has no student {student_id}")
    today = world.today()
    if any(row.student_id == student_id and _open_on(row, today) for row in roster):
        raise NotPossible(f"student {student_id} is in section {section} already")
    numbers = [row.sequence_number for row in world.database.enrolments() if row.student_id == student_id]
    enrolment = Enrolment(
        school_code=school,
        section_number=section,
        student_id=student_id,
        sequence_number=max(numbers, default=0) + 1,
        date_started=started or today,
    )
    world.database.add_enrolment(enrolment)
    _note(world, school, section, student_id)
    return enrolment


def withdraw(world: World, school: int, section: int, student_id: int, ended: date | None) -> Enrolment:
    """Ends the enrolment the day before today, unless said otherwise; the row stays (reference §7.2)."""
    today = world.today()
    for row in _section_roster(world, school, section):
        if row.student_id == student_id and _open_on(row, today):
            if ended is not None and ended < row.date_started:
                raise NotPossible(f"the enrolment began on {row.date_started}, after {ended}")
            row.date_ended = ended or date.fromordinal(today.toordinal() - 1)
            _note(world, school, section, student_id)
            return row
    raise NothingThere(f"student {student_id} is not in section {section} of school {school}")


def _section_roster(world: World, school: int, section: int) -> list[Enrolment]:
    if (school, section) not in world.database.sections:
        raise NothingThere(f"school {school} has no section {section}")
    return world.database.roster(school, section)


def _open_on(row: Enrolment, day: date) -> bool:
    return row.date_ended is None or row.date_ended >= day


def _present(world: World, gradebook: Gradebook, day: date) -> dict[int, date]:
    """Students enrolled on that day in any section of the gradebook, with the day they started."""
    return {
        row.student_id: row.date_started
        for section in gradebook.sections
        for row in world.database.roster(section.school_code, section.section_number)
        if row.date_started <= day and _open_on(row, day)
    }


def _note(world: World, school: int, section: int, student_id: int) -> None:
    world.note_change("roster", school, section)
    student = world.database.student(student_id, school)
    if student is not None:
        world.note_change("student/class", student_id, school, student.student_number)
