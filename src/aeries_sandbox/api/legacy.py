"""The gradebook routes of v3 (reference §2.1), off by default: other verbs, other paths, PermanentID."""

from aeries_sandbox.api import assignments, gradebooks, schools, scores, staff, systeminfo
from aeries_sandbox.api.routes import Route
from aeries_sandbox.rights import Area, Right
from aeries_sandbox.router import Router


def v3_routes() -> Router[Route]:
    router: Router[Route] = Router()
    reads = (
        ("schools/{school_code?}", schools.schools, None),
        ("staff/{staff_id?}", staff.staff, Area.STAFF),
        ("staff/{staff_id}/gradebooks", gradebooks.staff_gradebooks, Area.GRADEBOOKS),
        (
            "schools/{school_code}/sections/{section_number}/gradebooks",
            gradebooks.section_gradebooks,
            Area.GRADEBOOKS,
        ),
        ("gradebooks/{gradebook_number}", gradebooks.gradebook, Area.GRADEBOOKS),
        ("gradebooks/{gradebook_number}/FinalMarks", gradebooks.final_marks, Area.GRADEBOOKS),
        (
            "gradebooks/{gradebook_number}/{term:text}/students/{student_id?}",
            gradebooks.gradebook_students,
            Area.GRADEBOOKS,
        ),
        (
            "gradebooks/{gradebook_number}/assignments/{assignment_number?}",
            assignments.assignments,
            Area.GRADEBOOKS,
        ),
        ("gradebooks/assignments/{unique_id:text}", assignments.assignment, Area.GRADEBOOKS),
    )
    router.add("GET", "systeminfo", Route(systeminfo.systeminfo, None, needs_certificate=False))
    for pattern, read, area in reads:
        router.add("GET", pattern, Route(read, area))
    insert = Route(assignments.insert, Area.GRADEBOOKS, Right.UPDATE)
    router.add("POST", "gradebooks/{gradebook_number}/InsertAssignment", insert)
    for assignment in (
        "gradebooks/{gradebook_number}/assignments/{assignment_number}",
        "gradebooks/assignments/{unique_id:text}",
    ):
        router.add("GET", f"{assignment}/scores/{{student_id?}}", Route(scores.scores, Area.SCORES))
        router.add("POST", assignment, Route(assignments.update, Area.GRADEBOOKS, Right.UPDATE))
        router.add("POST", f"{assignment}/UpdateScores", Route(scores.write, Area.SCORES, Right.UPDATE))
    return router


def with_old_names(value: object) -> object:
    """The rows with PermanentID in place of StudentID."""
    if isinstance(value, list):
        return [with_old_names(row) for row in value]
    if isinstance(value, dict) and "StudentID" in value:
        return {("PermanentID" if name == "StudentID" else name): held for name, held in value.items()}
    return value
