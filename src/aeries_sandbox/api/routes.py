"""The table of v5 routes with the security area and right that each needs (reference §3.3)."""

from collections.abc import Callable
from dataclasses import dataclass

from aeries_sandbox.api import (
    assignments,
    feeds,
    gradebooks,
    schools,
    scores,
    sections,
    staff,
    students,
    systeminfo,
)
from aeries_sandbox.api.call import Answer, Call
from aeries_sandbox.rights import Area, Right
from aeries_sandbox.router import Router


@dataclass(frozen=True, slots=True)
class Route:
    handler: Callable[[Call], Answer]
    area: Area | None
    right: Right = Right.READ
    needs_certificate: bool = True


_SINCE = "{year}/{month}/{day}/{hour}/{minute}"
_BY_NUMBER = "gradebooks/{gradebook_number}/assignments/{assignment_number}"
_BY_ID = "gradebooks/assignments/{unique_id:text}"


def routes() -> Router[Route]:
    router: Router[Route] = Router()

    def get(pattern: str, handler: Callable[[Call], Answer], area: Area | None) -> None:
        router.add("GET", pattern, Route(handler, area))

    def change(method: str, pattern: str, handler: Callable[[Call], Answer], area: Area) -> None:
        """The insert of an assignment needs Update as well, not Insert."""
        router.add(method, pattern, Route(handler, area, Right.UPDATE))

    router.add("GET", "systeminfo", Route(systeminfo.systeminfo, None, needs_certificate=False))

    get("schools/{school_code?}", schools.schools, None)
    get("schools/{school_code}/terms", schools.terms, None)

    get("schools/{school_code}/calendar", schools.calendar, Area.CALENDAR)

    get("staff/{staff_id?}", staff.staff, Area.STAFF)
    get("staff/{staff_id}/teachers", staff.staff_teachers, Area.TEACHERS)
    get("staff/{staff_id}/classes", staff.staff_classes, Area.MASTER_SCHEDULE)
    get("schools/{school_code}/teachers/{teacher_number?}", staff.teachers, Area.TEACHERS)

    get("schools/{school_code}/sections/{section_number?}", sections.sections, Area.MASTER_SCHEDULE)
    get(
        "schools/{school_code}/sections/{section_number}/students",
        sections.section_students,
        Area.CLASS_SCHEDULES,
    )
    get("schools/{school_code}/classes/{student_id?}", sections.classes, Area.CLASS_SCHEDULES)
    get("courses", sections.courses, Area.COURSES)
    get("courses/{course_id:text}", sections.courses, Area.COURSES)

    get("schools/{school_code}/students/{student_id?}", students.students, Area.STUDENTS)
    get("schools/{school_code}/students/grade/{grade}", students.students_of_grade, Area.STUDENTS)
    get("schools/{school_code}/students/sn/{student_number}", students.student_by_number, Area.STUDENTS)

    get(f"SectionRosterDataChanges/{_SINCE}", feeds.roster_changes, Area.CLASS_SCHEDULES)
    get(f"SectionDataChanges/{_SINCE}", feeds.section_changes, Area.MASTER_SCHEDULE)
    get(f"StudentDataChanges/{{area:text}}/{_SINCE}", feeds.student_changes, Area.STUDENTS)
    get(f"StaffDataChanges/{_SINCE}", feeds.staff_changes, Area.STAFF)
    get(f"CourseDataChanges/{_SINCE}", feeds.course_changes, Area.COURSES)

    get("staff/{staff_id}/gradebooks", gradebooks.staff_gradebooks, Area.GRADEBOOKS)
    get(
        "schools/{school_code}/sections/{section_number}/gradebooks",
        gradebooks.section_gradebooks,
        Area.GRADEBOOKS,
    )
    get("gradebooks/{gradebook_number}", gradebooks.gradebook, Area.GRADEBOOKS)
    get("gradebooks/{gradebook_number}/FinalMarks", gradebooks.final_marks, Area.GRADEBOOKS)
    get(
        "gradebooks/{gradebook_number}/{term:text}/students/{student_id?}",
        gradebooks.gradebook_students,
        Area.GRADEBOOKS,
    )

    get(
        "gradebooks/{gradebook_number}/assignments/{assignment_number?}",
        assignments.assignments,
        Area.GRADEBOOKS,
    )
    get(_BY_ID, assignments.assignment, Area.GRADEBOOKS)
    change("POST", "gradebooks/{gradebook_number}/assignments", assignments.insert, Area.GRADEBOOKS)
    change("PUT", _BY_NUMBER, assignments.update, Area.GRADEBOOKS)
    change("PUT", _BY_ID, assignments.update, Area.GRADEBOOKS)

    for assignment in (_BY_NUMBER, _BY_ID):
        get(f"{assignment}/scores/{{student_id?}}", scores.scores, Area.SCORES)
        change("POST", f"{assignment}/scores", scores.write, Area.SCORES)
    return router
