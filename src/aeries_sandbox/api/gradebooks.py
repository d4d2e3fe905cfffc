"""Gradebooks, their students and final marks (reference §10)."""

from aeries_sandbox.api.call import Answer, Call, Json, not_found, one, rows
from aeries_sandbox.assignments import complete_what_is_due
from aeries_sandbox.grades import TermGrade, Totals, shown_percent
from aeries_sandbox.model import Category, Gradebook, GradebookStudent, GradebookTerm, Settings
from aeries_sandbox.store import membership
from aeries_sandbox.wire import Wire


def gradebook_of(call: Call) -> Gradebook:
    """The gradebook of the path. Raises Refused 404."""
    number = call.number("gradebook_number")
    gradebook = call.database.gradebooks.get(number)
    if gradebook is None:
        raise not_found(f"Gradebook {number}")
    complete_what_is_due(call.world, gradebook)
    return gradebook


def gradebook(call: Call) -> Answer:
    return one(call, "Gradebook", _gradebook(call, gradebook_of(call)))


def staff_gradebooks(call: Call) -> Answer:
    staff_id = call.number("staff_id")
    if staff_id not in call.database.staff and not call.v2_quirks:
        raise not_found(f"Staff {staff_id}")
    co_teachers_too = call.world.on("staff_gradebooks_co_teacher")
    own = [
        gradebook
        for gradebook in call.database.gradebooks.values()
        if gradebook.staff_id == staff_id or (co_teachers_too and _teaches(call, staff_id, gradebook))
    ]
    return rows("Gradebook", [_gradebook(call, gradebook) for gradebook in own])


def section_gradebooks(call: Call) -> Answer:
    key = (call.number("school_code"), call.number("section_number"))
    own = [
        gradebook
        for gradebook in call.database.gradebooks.values()
        if any((section.school_code, section.section_number) == key for section in gradebook.sections)
    ]
    return rows("Gradebook", [_gradebook(call, gradebook) for gradebook in own])


def final_marks(call: Call) -> Answer:
    if call.v2_quirks and call.number("gradebook_number") not in call.database.gradebooks:
        return Answer([None] * 13, "FinalMark")
    marks = gradebook_of(call).final_marks
    return rows(
        "FinalMark",
        [
            {
                "Mark": call.wire.text(mark.mark),
                "LowValue": call.wire.decimal(mark.low),
                "HighValue": call.wire.decimal(mark.high),
            }
            for mark in marks
        ],
    )


def gradebook_students(call: Call) -> Answer:
    student_id = call.optional("student_id")
    if call.v2_quirks and call.number("gradebook_number") not in call.database.gradebooks:
        return rows("GradebookStudent", [])
    gradebook = gradebook_of(call)
    code = call.text("term").upper()
    term = next((term for term in gradebook.terms if term.code.upper() == code), None)
    if student_id is None:
        return rows(
            "GradebookStudent", [] if term is None else _students(call, gradebook, term, gradebook.students)
        )
    member = membership(gradebook, student_id)
    if term is None or member is None:
        if call.v2_quirks:
            return one(call, "GradebookStudent", {"StudentID": 0})
        raise not_found(f"Student {student_id} in gradebook {gradebook.gradebook_number}")
    return one(call, "GradebookStudent", _students(call, gradebook, term, [member])[0])


def shown_category(wire: Wire, gradebook_number: int, category: Category) -> Json:
    return {
        "Code": category.code,
        "Description": wire.text(category.description),
        "PercentageOfGrade": wire.decimal(category.percent),
        "Color": category.color,
        "GradebookNumber": gradebook_number,
    }


def _teaches(call: Call, staff_id: int, gradebook: Gradebook) -> bool:
    sections = [
        call.database.sections.get((row.school_code, row.section_number)) for row in gradebook.sections
    ]
    return any(member.staff_id == staff_id for section in sections if section for member in section.staff)


def _gradebook(call: Call, gradebook: Gradebook) -> Json:
    wire, number = call.wire, gradebook.gradebook_number
    teacher = call.database.teacher_of(gradebook)
    person = call.database.staff.get(gradebook.staff_id)
    name = teacher.display_name if teacher else person.last_name if person else ""
    return {
        "GradebookNumber": number,
        "Name": wire.text(gradebook.name),
        "SchoolCode": gradebook.school_code,
        "TeacherNumber": gradebook.teacher_number or (teacher.teacher_number if teacher else 0),
        "TeacherName": wire.text(name),
        "TeacherEmailAddress": teacher.email if teacher else person.email if person else "",
        "Period": gradebook.period,
        "StartDate": wire.gradebook_day(gradebook.start_date),
        "EndDate": wire.gradebook_day(gradebook.end_date),
        "Comment": wire.text(gradebook.comment),
        "GradebookType": "",
        "LinkedGroup": gradebook.linked_group,
        "AssignmentCategories": [shown_category(wire, number, category) for category in gradebook.categories],
        "Sections": [
            {"GradebookNumber": number, "SchoolCode": row.school_code, "SectionNumber": row.section_number}
            for row in gradebook.sections
        ],
        "Terms": [
            {
                "Code": term.code,
                "Name": wire.text(term.name),
                "StartDate": wire.gradebook_day(term.start_date),
                "EndDate": wire.gradebook_day(term.end_date),
                "GradebookNumber": number,
            }
            for term in gradebook.terms
        ],
        "Settings": _settings(wire, number, gradebook.settings),
    }


def _settings(wire: Wire, number: int, settings: Settings) -> Json:
    return {
        "GradebookNumber": number,
        "CountCompletedNow": settings.count_completed_now,
        "DoingWeight": settings.doing_weight,
        "DoingRubric": settings.doing_rubric,
        "DoingFormativeSummativeWeight": settings.doing_formative_summative_weight,
        "DoingMinMaxAssignmentValues": settings.doing_min_max_assignment_values,
        "SingleTermGradebook": settings.single_term_gradebook,
        "AddDropStudentsAutomatically": settings.add_drop_students_automatically,
        "HideDroppedStudents": settings.hide_dropped_students,
        "HideOverallScore": settings.hide_overall_score,
        "HideOverallScoreFromParentStudent": settings.hide_overall_score_from_parent_student,
        "ShowFinalMark": settings.show_final_mark,
        "ShowFinalMarkToParentStudent": settings.show_final_mark_to_parent_student,
        "ShowPointRatio": settings.show_point_ratio,
        "ApplyRangeToStudent": False,
        "FormativePercentage": wire.decimal(settings.formative_percentage),
        "SummativePercentage": wire.decimal(settings.summative_percentage),
        "MinAssignmentValue": wire.decimal(settings.min_assignment_value),
        "MaxAssignmentValue": wire.decimal(settings.max_assignment_value),
        "CountLo": 0,
        "CountHi": 0,
        "ShowLo": 0,
        "ShowHi": 0,
        "CountMinDate": wire.empty_date,
        "CountMaxDate": wire.empty_date,
        "ShowMinDate": wire.empty_date,
        "ShowMaxDate": wire.empty_date,
        "FilterAssignmentsBy": "",
    }


def _students(
    call: Call, gradebook: Gradebook, term: GradebookTerm, members: list[GradebookStudent]
) -> list[Json]:
    totals = Totals(call.world, gradebook, term)
    return [_student(call, gradebook, term, member, totals.grade(member)) for member in members]


def _student(
    call: Call, gradebook: Gradebook, term: GradebookTerm, member: GradebookStudent, grade: TermGrade
) -> Json:
    wire = call.wire
    person = call.database.student(member.student_id, gradebook.school_code)
    return {
        "StudentID": member.student_id,
        "SchoolCode": person.school_code if person else gradebook.school_code,
        "StudentNumber": person.student_number if person else 0,
        "StudentLastName": wire.text(person.last_name) if person else "",
        "StudentFirstName": wire.text(person.first_name) if person else "",
        "StudentMiddleName": wire.text(person.middle_name) if person else "",
        "StudentGradeLevel": person.grade if person else 0,
        "StudentSex": person.gender if person else "",
        "StartDate": wire.gradebook_day(member.start_date),
        "EndDate": wire.gradebook_day(member.end_date),
        "InactiveTag": "I" if member.inactive else "",
        "CurrentMark": grade.mark,
        "CurrentPercentage": wire.decimal(shown_percent(grade)),
        "CurrentTerm": term.code,
        "CustomSortOrder": member.sort_order,
        "LowAssignmentNumber": 0,
        "HighAssignmentNumber": 0,
    }
