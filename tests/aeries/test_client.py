"""Each call against the sandbox, under each of its five faces."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from aeries_sandbox.profiles import PROFILES
from tests.aeries import payloads as p
from tests.aeries.conftest import Teacher
from twinbook.aeries import client as client_module
from twinbook.aeries.bodies import AssignmentInsert, AssignmentUpdate, ScoreWrite
from twinbook.aeries.client import AeriesClient
from twinbook.aeries.errors import NotFound, OtherRows, PerhapsMissing, Rejected, WrongYear
from twinbook.aeries.health import check_identity
from twinbook.aeries.models import Assignment
from twinbook.aeries.permits import Lane

SCHOOL = 994
LINKED = 4366926
LINKED_SIBLING = 4366927
ALONE = 4500001
ALLAN = 99400001

pytestmark = pytest.mark.parametrize("profile", PROFILES)


def a_new(external_id: str = "tb1:1") -> AssignmentInsert:
    return AssignmentInsert(
        description='Chapter "2" <draft>',
        category_code="0",
        date_assigned=date(2020, 9, 1),
        date_due=date(2020, 9, 8),
        number_correct_possible=Decimal(20),
        points_possible=Decimal("12.5"),
        comment="read it",
        external_id=external_id,
    )


def insert(client: AeriesClient, gradebook: int = ALONE) -> Assignment:
    return client.insert_assignment(gradebook, a_new(), via=Lane.PERSON).assignment


def students_of(client: AeriesClient, gradebook: int) -> list[int]:
    return [student.student_id for student in client.gradebook_students(gradebook, "F")]


def test_system_and_year(client: AeriesClient) -> None:
    info = client.systeminfo().value
    assert check_identity(info, 2020) == 2020
    assert check_identity(info, None) == 2020
    assert info.today == date(2020, 10, 1)
    assert info.now is not None and info.now.tzinfo is not None


def test_the_silent_fallback_to_another_year_is_noticed(client: AeriesClient) -> None:
    with p.client_of(client.address, database_year=2031) as other:
        try:
            info = other.systeminfo().value
        except Rejected:
            return
        with pytest.raises(WrongYear) as caught:
            check_identity(info, 2031)
    assert (caught.value.expected, caught.value.actual) == (2031, 2020)


def test_every_request_names_the_year(client: AeriesClient, teacher: Teacher) -> None:
    client.schools()
    client.students(SCHOOL)
    client.section_roster_changes(datetime(2020, 9, 1, 7, 5, tzinfo=UTC))
    insert(client)
    paths = [item["path"] for item in teacher.requests()]
    assert paths
    assert all("DatabaseYear=2020" in path for path in paths)
    assert not any(p.CERTIFICATE in path for path in paths)


def test_schools_terms_staff_courses(client: AeriesClient) -> None:
    school = next(school for school in client.schools() if school.code == SCHOOL)
    assert school.active
    terms = client.terms(SCHOOL)
    assert {term.code for term in terms} >= {"F", "S"}
    assert terms.proves_absence
    acosta = next(member for member in client.staff() if member.id == 994605)
    assert acosta.active and acosta.last_name == "Acosta"
    assert all(course.id for course in client.courses())


def test_sections_and_rosters(client: AeriesClient) -> None:
    section = next(section for section in client.sections(SCHOOL) if section.number == 1038)
    assert [staff.staff_id for staff in section.staff] == [994605]
    roster = client.section_students(SCHOOL, 1038)
    assert roster.complete
    assert ALLAN in {enrolment.student_id for enrolment in roster if enrolment.active_on(date(2020, 10, 1))}


@pytest.mark.parametrize("page", [1, 2, 500])
@pytest.mark.parametrize("paging", ["off", "on"])
def test_students_page_by_page(
    client: AeriesClient, teacher: Teacher, monkeypatch: pytest.MonkeyPatch, page: int, paging: str
) -> None:
    whole = client.students(SCHOOL)
    assert whole.complete and len(whole) > 2
    teacher.post("switches", {"ignore_paging": paging})
    monkeypatch.setattr(client_module, "STUDENTS_A_PAGE", page)
    paged = client.students(SCHOOL)
    assert {student.id for student in paged} == {student.id for student in whole}
    assert len(paged) == len(whole)
    assert paged.complete


def test_change_feeds_are_keys(client: AeriesClient, teacher: Teacher) -> None:
    now = client.systeminfo().value.now
    assert now is not None
    teacher.delete(f"sections/{SCHOOL}/1038/students/{ALLAN}")
    teacher.post("clock", {"advance_seconds": 3600})
    since = now - timedelta(minutes=15)
    assert (SCHOOL, 1038) in {
        (key.school_code, key.section_number) for key in client.section_roster_changes(since)
    }
    assert ALLAN in set(client.student_changes("class", since))
    assert client.section_changes(since).complete
    assert client.staff_changes(since).complete


def test_gradebooks_by_staff_by_section_and_by_number(client: AeriesClient) -> None:
    of_staff = {gradebook.number for gradebook in client.staff_gradebooks(994605)}
    assert of_staff >= {LINKED, LINKED_SIBLING, ALONE}
    assert [gradebook.number for gradebook in client.section_gradebooks(SCHOOL, 1038)] == [LINKED]
    gradebook = client.gradebook(LINKED).value
    assert gradebook.linked_group == 1
    assert {category.code: category.percent for category in gradebook.categories}["0"] == 10
    assert [term.code for term in gradebook.terms] == ["F", "S"]
    assert gradebook.settings.doing_weight and not gradebook.settings.doing_rubric


def test_students_of_a_gradebook(client: AeriesClient) -> None:
    students = client.gradebook_students(LINKED, "F")
    assert students.complete
    allan = next(student for student in students if student.student_id == ALLAN)
    assert allan.active_on(date(2020, 10, 1))


def test_assignments_and_scores(client: AeriesClient) -> None:
    listed = client.assignments(LINKED).items[0]
    assert listed.unique_id == p.UNIQUE_ID
    assert listed.points_possible == 50
    assert client.assignment(LINKED, p.UNIQUE_ID.lower()).value == listed
    scores = client.scores(LINKED, p.UNIQUE_ID, listed.number).value
    allan = scores.rows[ALLAN]
    assert (Decimal(allan.mark), allan.number_correct, allan.points_possible) == (
        Decimal(20),
        Decimal(20),
        Decimal(50),
    )
    assert set(scores.rows) == set(students_of(client, LINKED))


def test_blanks_zeros_and_marks_stay_different(client: AeriesClient, teacher: Teacher) -> None:
    made = insert(client)
    first, second, third, fourth = students_of(client, ALONE)[:4]
    where = f"gradebooks/{ALONE}/assignments/{made.number}/scores"
    teacher.put(f"{where}/{first}", {"mark": "0"})
    teacher.put(f"{where}/{second}", {"mark": "NA"})
    teacher.put(f"{where}/{third}", {"mark": "95%"})
    rows = client.scores(ALONE, made.unique_id, made.number).value.rows
    assert (Decimal(rows[first].mark), rows[first].number_correct) == (Decimal(0), Decimal(0))
    assert rows[second].mark == "NA"
    assert rows[third].mark == "95%"
    assert rows[fourth].mark == ""


def test_an_insert_makes_one_assignment_and_its_answer_is_it(client: AeriesClient, teacher: Teacher) -> None:
    inserted = client.insert_assignment(ALONE, a_new(), via=Lane.PERSON)
    made = inserted.assignment
    assert inserted.external_id_kept
    assert (made.gradebook_number, made.category_code, made.comment) == (ALONE, "0", "read it")
    assert (made.number_correct_possible, made.points_possible) == (Decimal(20), Decimal("12.5"))
    assert not made.grading_completed
    (stored,) = teacher.assignments(ALONE)
    assert (stored["unique_id"], stored["external_id"]) == (made.unique_id, "tb1:1")
    assert client.assignments(ALONE).items == (made,)


def test_an_insert_never_fans_out_to_linked_gradebooks(client: AeriesClient, teacher: Teacher) -> None:
    before = teacher.assignments(LINKED_SIBLING)
    insert(client, LINKED)
    assert teacher.assignments(LINKED_SIBLING) == before


def test_an_update_changes_what_was_meant_and_nothing_else(client: AeriesClient, teacher: Teacher) -> None:
    sibling = teacher.assignments(LINKED_SIBLING)
    before = client.assignment(LINKED, p.UNIQUE_ID).value
    body = replace(AssignmentUpdate.of(before), description="Chapter 1, again", date_due=date(2020, 9, 2))
    after = client.update_assignment(LINKED, p.UNIQUE_ID, body, via=Lane.PERSON).value
    assert after == replace(before, description="Chapter 1, again", date_due=date(2020, 9, 2))
    assert client.assignment(LINKED, p.UNIQUE_ID).value == after
    assert teacher.assignments(LINKED_SIBLING) == sibling


def test_an_update_that_changes_nothing_changes_nothing(client: AeriesClient, teacher: Teacher) -> None:
    teacher.patch(
        f"gradebooks/{ALONE}/assignments/{insert(client).number}",
        {"grading_completed": True, "comment": " two \n lines"},
    )
    before = teacher.assignments(ALONE)
    read = client.assignments(ALONE).items[0]
    client.update_assignment(
        ALONE,
        read.unique_id,
        replace(AssignmentUpdate.of(read), description=before[0]["description"]),
        via=Lane.BULK,
    )
    assert teacher.assignments(ALONE) == before


def test_written_scores_come_back_with_all_others(client: AeriesClient, teacher: Teacher) -> None:
    made = insert(client)
    first, second, third = students_of(client, ALONE)[:3]
    teacher.put(f"gradebooks/{ALONE}/assignments/{made.number}/scores/{third}", {"mark": "4"})
    written = client.write_scores(
        ALONE,
        made.unique_id,
        made.number,
        [ScoreWrite(first, Decimal("8.3333")), ScoreWrite(second, Decimal(0), date(2020, 9, 4))],
        via=Lane.PERSON,
    )
    rows = written.scores.rows
    assert rows[first].number_correct == Decimal("8.3333")
    assert rows[first].date_completed == date(2020, 9, 8)
    assert (Decimal(rows[second].mark), rows[second].date_completed) == (Decimal(0), date(2020, 9, 4))
    assert Decimal(rows[third].mark) == 4
    assert set(rows) == set(students_of(client, ALONE))
    assert written.unanswered == frozenset()
    assert client.scores(ALONE, made.unique_id, made.number).value == written.scores


def test_a_student_outside_the_gradebook_is_named_or_refused(client: AeriesClient) -> None:
    made = insert(client)
    inside = students_of(client, ALONE)[0]
    rows = [ScoreWrite(inside, Decimal(5)), ScoreWrite(123, Decimal(5))]
    try:
        written = client.write_scores(ALONE, made.unique_id, made.number, rows, via=Lane.PERSON)
    except Rejected as error:
        assert error.message
    else:
        assert written.unanswered == {123}
        assert written.scores.rows[inside].number_correct == 5


def test_what_aeries_refuses_comes_with_its_words(client: AeriesClient, teacher: Teacher) -> None:
    teacher.patch(f"gradebooks/{ALONE}", {"locked": True})
    with pytest.raises(Rejected) as caught:
        insert(client)
    assert caught.value.message
    assert teacher.assignments(ALONE) == []


# Not found, in each of its disguises


def test_a_single_thing_that_is_not_there_is_never_an_empty_success(client: AeriesClient) -> None:
    for ask in (
        lambda: client.gradebook(999),
        lambda: client.assignment(LINKED, "00000000-0000-4000-8000-000000000000"),
        lambda: client.assignment(ALONE, p.UNIQUE_ID),
    ):
        with pytest.raises(NotFound):
            ask()


def test_an_empty_list_proves_nothing(client: AeriesClient) -> None:
    for ask in (
        lambda: client.assignments(999),
        lambda: client.section_students(SCHOOL, 32000),
        lambda: client.gradebook_students(ALONE, "Q"),
        lambda: client.students(77),
    ):
        try:
            assert not ask().proves_absence
        except NotFound:
            continue


def test_a_renumbered_assignment_is_found_again_by_its_unique_id(
    client: AeriesClient, teacher: Teacher
) -> None:
    made = insert(client)
    teacher.patch(f"gradebooks/{ALONE}/assignments/{made.number}", {"assignment_number": 17})
    with pytest.raises(OtherRows):
        client.scores(ALONE, made.unique_id, made.number)
    again = client.assignment(ALONE, made.unique_id).value
    assert again.number == 17
    assert client.scores(ALONE, made.unique_id, 17).value.rows


def test_a_deleted_assignment_is_not_found(client: AeriesClient, teacher: Teacher) -> None:
    made = insert(client)
    teacher.delete(f"gradebooks/{ALONE}/assignments/{made.number}")
    with pytest.raises(NotFound):
        client.assignment(ALONE, made.unique_id)
    with pytest.raises((NotFound, PerhapsMissing)) as caught:
        client.write_scores(ALONE, made.unique_id, made.number, [ScoreWrite(1, Decimal(1))], via=Lane.PERSON)
    assert caught.value.ending is not None
