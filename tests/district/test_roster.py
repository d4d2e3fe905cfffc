"""The roster against the sandbox over loopback HTTP: adds, drops, moves, odd rows, broken answers."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers

from twinbook.aeries.client import AeriesClient
from twinbook.aeries.errors import PermissionMissing, Wait, WrongYear
from twinbook.core.values import Number
from twinbook.district.errors import NoSchoolChosenError, NotFoundError
from twinbook.district.models import (
    ClassSection,
    Enrolment,
    Permission,
    RosterSchool,
    Section,
    SectionStaff,
    Staff,
    User,
)
from twinbook.district.roster import RosterReport
from twinbook.gradebook import activities, scores
from twinbook.gradebook.activities import ActivityFields
from twinbook.gradebook.models import ClassStudent, SchoolClass, Student
from twinbook.gradebook.origin import person
from twinbook.gradebook.scores import ScoreWrite, save_scores

from .conftest import SCHOOL, Aeries, permits, read_roster

pytestmark = pytest.mark.django_db

ABBOTT, CASTRO, NGUYEN, YOUNG = 99400001, 99400156, 99400318, 99402373
TEACHER = person("macosta@screamingeagle.example")


def class_of(section: int) -> SchoolClass:
    return ClassSection.objects.get(section__number=section, section__database_year=2020).school_class


def place(section: int, sis_id: int) -> ClassStudent:
    return ClassStudent.objects.get(school_class=class_of(section), student__sis_student_id=sis_id)


def active_in(section: int) -> set[int | None]:
    rows = ClassStudent.objects.filter(school_class=class_of(section), active=True)
    return set(rows.values_list("student__sis_student_id", flat=True))


def codes(report: RosterReport) -> list[str]:
    return [problem.code for problem in report.problems]


def everything() -> dict[str, list[Any]]:
    """All rows of gradebook and district, as they are stored, but for what was read when."""
    models = [*apps.get_app_config("gradebook").get_models(), *apps.get_app_config("district").get_models()]
    stored = {m.__name__: serializers.serialize("python", m._default_manager.order_by("pk")) for m in models}
    del stored["RosterSchool"]
    for row in stored["Section"]:
        del row["fields"]["roster_day"]
    return stored


def staff(staff_id: int, email: str, **more: object) -> dict[str, object]:
    return {"staff_id": staff_id, "first_name": "Given", "last_name": f"S{staff_id}", "email": email, **more}


def section_staff(staff_id: int, **more: object) -> dict[str, object]:
    return {"staff_id": staff_id, **more}


def enrolment(section: int, student: int, sequence: int, started: str, ended: str) -> dict[str, object]:
    return {
        "school_code": SCHOOL,
        "section_number": section,
        "student_id": student,
        "sequence_number": sequence,
        "date_started": started,
        "date_ended": ended,
    }


def test_a_first_read_makes_classes_students_and_accounts(client: AeriesClient, aeries: Aeries) -> None:
    report = read_roster(client, SCHOOL)
    assert report.problems == ()
    assert report.counts["classes_created"] == SchoolClass.objects.count() == 4
    assert report.counts["students_added"] == 12
    assert (report.database_year, report.school_codes) == (2020, (SCHOOL,))
    english = class_of(1038)
    assert (english.name, english.section_number, english.school_code) == ("Eng Lit, period 1", 1038, SCHOOL)
    assert active_in(1038) == {ABBOTT, CASTRO, NGUYEN, YOUNG}
    assert Student.objects.get(sis_student_id=ABBOTT).name == "Allan Abbott"
    user = User.objects.get()
    assert (user.email, user.has_usable_password(), user.staff) == (TEACHER.actor, False, Staff.objects.get())
    assert sorted(report.changed_classes) == sorted(SchoolClass.objects.values_list("id", flat=True))


def test_a_first_read_costs_four_requests_three_a_school_and_one_a_section(
    client: AeriesClient, aeries: Aeries
) -> None:
    aeries.control("DELETE", "/requests")
    read_roster(client, SCHOOL)
    assert len(aeries.requests()) == 4 + 3 + 4 + 1  # the students' second page tells that it was the last


def test_a_second_run_changes_nothing(client: AeriesClient) -> None:
    read_roster(client, SCHOOL)
    before = everything()
    report = read_roster(client, SCHOOL)
    assert everything() == before
    assert report.counts == {"sections_read": 4}
    assert report.changed_classes == ()


def test_a_chosen_school_is_remembered_and_an_unknown_one_is_named(
    client: AeriesClient, aeries: Aeries
) -> None:
    with pytest.raises(NotFoundError) as refused:
        read_roster(client, 995)
    assert "994 Screaming Eagle High School" in str(refused.value.advice)
    read_roster(client, SCHOOL)
    assert list(RosterSchool.objects.values_list("school_code", flat=True)) == [SCHOOL]
    assert read_roster(client).school_codes == (SCHOOL,)


def test_of_several_schools_none_is_taken_unasked(client: AeriesClient, aeries: Aeries) -> None:
    term = {"code": "Y", "description": "Year", "start_date": "2020-07-06", "end_date": "2021-06-10"}
    aeries.patch(schools=[{"school_code": 995, "name": "Second", "terms": [term]}])
    with pytest.raises(NoSchoolChosenError) as refused:
        read_roster(client)
    assert "995 Second" in str(refused.value.advice)


def test_the_only_school_needs_no_choice(client: AeriesClient) -> None:
    assert read_roster(client).school_codes == (SCHOOL,)


def test_a_student_who_leaves_keeps_scores_and_may_come_back(client: AeriesClient, aeries: Aeries) -> None:
    read_roster(client, SCHOOL)
    class_id = class_of(1040).id
    quiz = activities.create(class_id, ActivityFields("Quiz", Decimal(10)), TEACHER)
    student = Student.objects.get(sis_student_id=CASTRO).id
    saved = save_scores(class_id, quiz.id, [ScoreWrite(student, Number(Decimal(8)))], TEACHER)
    aeries.on("2020-10-12")
    aeries.withdraw(1040, CASTRO)
    report = read_roster(client)
    assert (report.counts["students_dropped"], report.changed_classes) == (1, (class_id,))
    gone = place(1040, CASTRO)
    assert (gone.active, gone.ended_on) == (False, date(2020, 10, 11))
    assert scores.of_activity(quiz.id) == {student: saved[0]}
    aeries.on("2020-11-02")
    aeries.enrol(1040, CASTRO)
    report = read_roster(client)
    assert report.counts["students_added"] == 1
    back = place(1040, CASTRO)
    assert (back.active, back.started_on, back.ended_on) == (True, date(2020, 11, 2), None)
    spans = Enrolment.objects.filter(student_id=student, section__number=1040).order_by("started_on")
    assert [(s.started_on, s.ended_on) for s in spans] == [
        (date(2020, 7, 6), date(2020, 10, 11)),
        (date(2020, 11, 2), None),
    ]
    assert scores.of_activity(quiz.id) == {student: saved[0]}


def test_a_move_between_sections_drops_here_and_adds_there(client: AeriesClient, aeries: Aeries) -> None:
    read_roster(client, SCHOOL)
    aeries.withdraw(1038, NGUYEN)
    aeries.enrol(1039, NGUYEN)
    report = read_roster(client)
    assert (report.counts["students_dropped"], report.counts["students_added"]) == (1, 1)
    assert NGUYEN not in active_in(1038)
    assert NGUYEN in active_in(1039)


@pytest.mark.parametrize(
    ("day", "active", "span"),
    [
        ("2020-09-20", False, (date(2020, 7, 6), date(2020, 9, 10))),
        ("2020-10-01", True, (date(2020, 10, 1), date(2020, 11, 1))),
        ("2020-11-01", True, (date(2020, 10, 1), date(2020, 11, 1))),
        ("2020-11-02", False, (date(2020, 10, 1), date(2020, 11, 1))),
    ],
)
def test_two_enrolment_rows_with_a_gap(
    client: AeriesClient, aeries: Aeries, day: str, active: bool, span: tuple[date, date]
) -> None:
    aeries.patch(
        enrolments=[
            enrolment(1040, ABBOTT, 3, "2020-07-06", "2020-09-10"),
            enrolment(1040, ABBOTT, 9, "2020-10-01", "2020-11-01"),
        ]
    )
    aeries.on(day)
    read_roster(client, SCHOOL)
    found = place(1040, ABBOTT)
    assert (found.active, found.started_on, found.ended_on) == (active, *span)


def test_the_end_of_the_term_drops_nobody(client: AeriesClient, aeries: Aeries) -> None:
    """Enrolments end with the term, but teachers still grade in the days after it."""
    read_roster(client, SCHOOL)
    for day in ("2021-08-10", "2020-07-01"):
        aeries.on(day)
        assert "students_dropped" not in read_roster(client).counts
        assert active_in(1038) == {ABBOTT, CASTRO, NGUYEN, YOUNG}


def test_blank_and_shared_addresses_get_no_account_and_are_named(
    client: AeriesClient, aeries: Aeries
) -> None:
    aeries.patch(
        staff=[
            staff(1, "  "),
            staff(2, "shared@example.org"),
            staff(3, "Shared@Example.org"),
            staff(4, "not an address"),
            staff(5, "Gone@example.org", inactive_status_code="I"),
            staff(6, "Own@Example.org"),
        ]
    )
    report = read_roster(client, SCHOOL)
    named = {problem.code: problem.items for problem in report.problems}
    assert named == {
        "email_blank": ("staff 1",),
        "email_invalid": ("staff 4",),
        "email_shared": ("staff 2", "staff 3"),
    }
    assert set(User.objects.values_list("email", flat=True)) == {TEACHER.actor, "own@example.org"}


def test_an_account_follows_its_person_and_is_never_taken_over(client: AeriesClient, aeries: Aeries) -> None:
    aeries.patch(staff=[staff(1, "one@example.org")])
    read_roster(client, SCHOOL)
    first = User.objects.get(email="one@example.org")
    aeries.patch(staff=[staff(1, "married@example.org")])
    read_roster(client)
    first.refresh_from_db()
    assert first.email == "married@example.org"
    aeries.patch(staff=[staff(1, ""), staff(2, "married@example.org")])
    report = read_roster(client)
    assert codes(report) == ["email_blank", "email_taken"]
    first.refresh_from_db()
    assert first.staff is not None
    assert first.staff.sis_staff_id == 1


def test_an_invited_account_is_linked_to_its_staff_member(client: AeriesClient, aeries: Aeries) -> None:
    invited = User.objects.create(email="macosta@screamingeagle.example", is_district_admin=True)
    assert read_roster(client, SCHOOL).counts["accounts_linked"] == 1
    invited.refresh_from_db()
    assert (invited.staff, invited.is_district_admin) == (Staff.objects.get(), True)


@pytest.mark.parametrize(
    ("schedule", "code", "expected"),
    [
        ("MasterSchedule", "", Permission.FULL),
        ("Flexible", "", Permission.UNKNOWN),
        ("Flex", "F", Permission.FULL),
        ("Flex", "R", Permission.READ),
        ("Flex", "N", Permission.NONE),
        ("Flex", "?", Permission.UNKNOWN),
    ],
)
def test_permissions_of_section_staff(
    client: AeriesClient, aeries: Aeries, schedule: str, code: str, expected: Permission
) -> None:
    aeries.patch(
        schools=[{"school_code": SCHOOL, "schedule_type": schedule}],
        staff=[staff(7, "seven@example.org")],
        sections=[
            {
                "school_code": SCHOOL,
                "section_number": 1040,
                "staff": [
                    section_staff(994605),
                    section_staff(7, primary=False, gradebook_permission=code, end_date="2020-11-30"),
                ],
            }
        ],
    )
    read_roster(client, SCHOOL)
    entry = SectionStaff.objects.get(section__number=1040, staff__sis_staff_id=7)
    assert (entry.permission, entry.primary) == (expected, False)


def test_a_section_without_an_active_teacher_has_no_class(client: AeriesClient, aeries: Aeries) -> None:
    aeries.patch(
        sections=[
            {
                "school_code": SCHOOL,
                "section_number": 1038,
                "staff": [section_staff(994605, end_date="2020-09-30")],
            },
            {
                "school_code": SCHOOL,
                "section_number": 1039,
                "staff": [section_staff(994605, inactive_status_code="I")],
            },
            {"school_code": SCHOOL, "section_number": 1040, "inactive_status_code": "I"},
        ]
    )
    read_roster(client, SCHOOL)
    assert list(ClassSection.objects.values_list("section__number", flat=True)) == [1041]


def test_a_class_ends_with_its_section_and_returns_with_it(client: AeriesClient, aeries: Aeries) -> None:
    read_roster(client, SCHOOL)
    aeries.patch(sections=[{"school_code": SCHOOL, "section_number": 1040, "inactive_status_code": "I"}])
    assert read_roster(client).counts["classes_ended"] == 1
    assert class_of(1040).ended_on == date(2020, 10, 1)
    assert active_in(1040) == {ABBOTT, CASTRO, NGUYEN, YOUNG}
    aeries.patch(sections=[{"school_code": SCHOOL, "section_number": 1040, "inactive_status_code": ""}])
    read_roster(client)
    assert class_of(1040).ended_on is None


def test_an_empty_roster_drops_nobody(client: AeriesClient, aeries: Aeries) -> None:
    read_roster(client, SCHOOL)
    before = everything()
    aeries.fault(path="sections/1038/students$", kind="body", body="[]", times=1)
    report = read_roster(client)
    assert codes(report) == ["roster_incomplete"]
    assert everything() == before
    assert codes(read_roster(client)) == []


def test_a_roster_of_another_section_drops_nobody(client: AeriesClient, aeries: Aeries) -> None:
    read_roster(client, SCHOOL)
    before = everything()
    rows = '[{"StudentID": 99400001, "SchoolCode": 994, "SectionNumber": 1, "DateStarted": "2020-07-06"}]'
    aeries.fault(path="sections/1038/students$", kind="body", body=rows, times=1)
    assert codes(read_roster(client)) == ["roster_incomplete"]
    assert everything() == before


def test_empty_lists_of_staff_and_sections_prove_nothing(client: AeriesClient, aeries: Aeries) -> None:
    read_roster(client, SCHOOL)
    before = everything()
    aeries.fault(path="/staff$", kind="body", body="[]", times=1)
    aeries.fault(path="/sections$", kind="body", body="[]", times=1)
    report = read_roster(client)
    assert codes(report) == ["staff_list_incomplete", "section_list_incomplete"]
    assert everything() == before


def test_a_failing_section_does_not_stop_the_others(client: AeriesClient, aeries: Aeries) -> None:
    aeries.fault(path="sections/1039/students$", kind="status", status=500)
    report = read_roster(client, SCHOOL)
    assert [(p.code, p.items) for p in report.problems] == [("section_failed", ("section 1039",))]
    assert set(ClassSection.objects.values_list("section__number", flat=True)) == {1038, 1040, 1041}
    aeries.control("DELETE", "/faults")
    assert read_roster(client).counts["classes_created"] == 1


def test_an_outage_in_the_middle_ends_the_run_and_keeps_what_was_stored(
    client: AeriesClient, aeries: Aeries
) -> None:
    aeries.fault(path="sections/10(39|40|41)/students$", kind="drop_before")
    with pytest.raises(Wait):
        read_roster(client, SCHOOL)
    assert active_in(1038) == {ABBOTT, CASTRO, NGUYEN, YOUNG}


def test_course_titles_are_a_courtesy(client: AeriesClient, aeries: Aeries) -> None:
    aeries.control("PATCH", "/rights", {"denied_areas": ["Course Data"]})
    report = read_roster(client, SCHOOL)
    assert codes(report) == ["course_titles_missing"]
    assert class_of(1040).name == "0801, period 3"


def test_a_title_once_known_stays_when_courses_cannot_be_read(client: AeriesClient, aeries: Aeries) -> None:
    read_roster(client, SCHOOL)
    aeries.control("PATCH", "/rights", {"denied_areas": ["Course Data"]})
    read_roster(client)
    assert class_of(1040).name == "Algebra 1, period 3"


def test_a_missing_right_to_rosters_stops_the_run(client: AeriesClient, aeries: Aeries) -> None:
    aeries.control("PATCH", "/rights", {"denied_areas": ["Class Schedules/History"]})
    with pytest.raises(PermissionMissing):
        read_roster(client, SCHOOL)


def test_another_database_year_is_never_read(aeries: Aeries) -> None:
    with (
        AeriesClient(aeries.url, aeries.certificate, permits=permits(), database_year=2031) as client,
        pytest.raises(WrongYear),
    ):
        read_roster(client, SCHOOL)
    assert not Section.objects.exists()


def test_a_student_whom_the_school_does_not_list_still_gets_a_place(
    client: AeriesClient, aeries: Aeries
) -> None:
    aeries.fault(path=r"/schools/994/students", kind="body", body="[]", times=1)
    read_roster(client, SCHOOL)
    assert Student.objects.get(sis_student_id=ABBOTT).name == f"Student {ABBOTT}"
    read_roster(client)
    assert Student.objects.get(sis_student_id=ABBOTT).name == "Allan Abbott"
    aeries.fault(path=r"/schools/994/students", kind="body", body="[]", times=1)
    read_roster(client)
    assert Student.objects.get(sis_student_id=ABBOTT).name == "Allan Abbott"
