"""What the district's office does: custom marks, bulk maintenance, and rolling the year over."""

from copy import deepcopy
from datetime import date

from aeries_sandbox.decimals import parse
from aeries_sandbox.model import STUDENT_AREAS, CustomMark, YearTables
from aeries_sandbox.store import Database
from aeries_sandbox.teacher.acting import NotPossible
from aeries_sandbox.world import World


def set_custom_marks(world: World, marks: list[CustomMark]) -> None:
    """Replaces the list. A mark in use cannot be taken away, only disabled (behaviour §5.3)."""
    table: dict[str, CustomMark] = {}
    for mark in marks:
        _check_mark(mark)
        if mark.mark.upper() in table:
            raise NotPossible(f"the mark {mark.mark} stands there twice")
        table[mark.mark.upper()] = mark
    used = {
        row.mark.strip().upper()
        for gradebook in world.database.gradebooks.values()
        for assignment in gradebook.assignments
        for row in assignment.scores.values()
    }
    for text in world.custom_marks:
        if text in used and text not in table:
            raise NotPossible(f"the mark {text} is in use and can only be disabled")
    world.custom_marks = table


def maintain_in_bulk(world: World) -> int:
    """Nothing changes, but every feed shows nearly everything as changed (reference §9); how many keys."""
    database = world.database
    before = len(database.changes)
    for school_code, section_number in database.sections:
        for feed in ("roster", "section"):
            world.note_change(feed, school_code, section_number)
    for student in database.students.values():
        for area in STUDENT_AREAS:
            world.note_change(
                f"student/{area}", student.student_id, student.school_code, student.student_number
            )
    for staff_id in database.staff:
        world.note_change("staff", staff_id)
    for course_id in database.courses:
        world.note_change("course", course_id)
    return len(database.changes) - before


def roll_year(world: World) -> int:
    """The next year becomes the default: schools, people and courses go along, sections and gradebooks stay behind."""
    old, new_year = world.database, world.database_year + 1
    if new_year in world.databases:
        raise NotPossible(f"there is a year {new_year} already")
    tables = YearTables(
        schools=deepcopy(list(old.schools.values())),
        staff=deepcopy(list(old.staff.values())),
        teachers=deepcopy(old.teachers),
        courses=deepcopy(list(old.courses.values())),
        students=deepcopy(list(old.students.values())),
    )
    for school in tables.schools:
        for term in school.terms:
            term.start_date, term.end_date = _a_year_later(term.start_date), _a_year_later(term.end_date)
    for student in tables.students:
        student.grade += 1
    world.databases[new_year] = Database(tables)
    world.database_year = new_year
    return new_year


def _a_year_later(day: date) -> date:
    return day.replace(year=day.year + 1) if (day.month, day.day) != (2, 29) else date(day.year + 1, 3, 1)


def _check_mark(mark: CustomMark) -> None:
    text = mark.mark
    if not 2 <= len(text) <= 6 or text != text.strip():
        raise NotPossible(f"a custom mark has 2 to 6 characters, not {text!r}")
    if text.upper() in ("TX", "NA") or text.endswith("%") or parse(text) is not None:
        raise NotPossible(f"{text!r} cannot be a custom mark")
