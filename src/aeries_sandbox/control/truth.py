"""The stored truth of a gradebook, in the exact shape of public surface §5."""

from datetime import date

from aeries_sandbox.decimals import plain
from aeries_sandbox.marks import shown
from aeries_sandbox.model import Assignment, Gradebook, GradebookStudent, Score, Settings

Json = dict[str, object]


def gradebook_truth(gradebook: Gradebook) -> Json:
    return {
        "gradebook_number": gradebook.gradebook_number,
        "name": gradebook.name,
        "school_code": gradebook.school_code,
        "staff_id": gradebook.staff_id,
        "linked_group": gradebook.linked_group,
        "locked": gradebook.locked,
        "sections": [
            {"school_code": row.school_code, "section_number": row.section_number}
            for row in gradebook.sections
        ],
        "terms": [
            {
                "code": row.code,
                "name": row.name,
                "start_date": _day(row.start_date),
                "end_date": _day(row.end_date),
            }
            for row in gradebook.terms
        ],
        "settings": settings_truth(gradebook.settings),
        "categories": [
            {"code": row.code, "description": row.description, "percent": plain(row.percent)}
            for row in gradebook.categories
        ],
        "students": [student_truth(row) for row in gradebook.students],
        "assignments": [assignment_truth(row) for row in gradebook.assignments],
    }


def settings_truth(settings: Settings) -> Json:
    values = (getattr(settings, name) for name in settings.__struct_fields__)
    return {
        name: value if isinstance(value, bool) else plain(value)
        for name, value in zip(settings.__struct_encode_fields__, values, strict=True)
    }


def student_truth(row: GradebookStudent) -> Json:
    return {
        "student_id": row.student_id,
        "start_date": _day(row.start_date),
        "end_date": _day(row.end_date),
        "inactive": row.inactive,
    }


def assignment_truth(row: Assignment) -> Json:
    return {
        "assignment_number": row.assignment_number,
        "unique_id": row.unique_id,
        "external_id": row.external_id,
        "description": row.description,
        "comment": row.comment,
        "category_code": row.category_code,
        "date_assigned": _day(row.date_assigned),
        "date_due": _day(row.date_due),
        "number_correct_possible": plain(row.number_correct_possible),
        "points_possible": plain(row.points_possible),
        "grading_completed": row.grading_completed,
        "deleted": row.deleted,
        "scores": {str(student_id): score_truth(score) for student_id, score in row.scores.items()},
    }


def score_truth(row: Score) -> Json:
    return {
        "mark": shown(row.mark),
        "number_correct": plain(row.number_correct),
        "points_earned": plain(row.points_earned),
        "number_correct_possible": plain(row.number_correct_possible),
        "points_possible": plain(row.points_possible),
        "date_completed": _day(row.date_completed),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
