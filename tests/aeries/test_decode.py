from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.aeries import payloads as p
from twinbook.aeries import decode
from twinbook.aeries.errors import AeriesError, BadAnswer, NotFound, OtherRows
from twinbook.aeries.models import Scores
from twinbook.aeries.reader import Row, parse


def one(text: str) -> Row:
    answer = parse(text.encode())
    assert isinstance(answer, dict)
    return Row("thing", answer)


def scores(*rows: dict[str, object]) -> Scores:
    return decode.scores_of(parse(p.scores_text(*rows).encode()), p.GRADEBOOK, 2)


def test_system_info() -> None:
    info = decode.system_info(one(p.SYSTEM))
    assert (info.version, info.database_year, info.available_years) == ("9.21.2.25", 2020, (2020, 2019))
    assert info.today == date(2021, 3, 3)


@pytest.mark.parametrize("year", ["", "next", "20", "twenty-one"])
def test_system_info_without_a_year_proves_nothing(year: str) -> None:
    with pytest.raises(BadAnswer):
        decode.system_info(Row("system", {"DatabaseYear": year}))


def test_school_with_blank_status_is_active_and_both_spellings_are_flex() -> None:
    school = decode.school(one(p.SCHOOL))
    assert school.active and school.is_flex
    assert school.terms[0].contains(date(2020, 12, 23))
    assert not school.terms[0].contains(date(2020, 12, 24))
    assert decode.school(Row("school", {"SchoolCode": 1, "ScheduleType": "Flex"})).is_flex
    assert not decode.school(Row("school", {"SchoolCode": 1, "ScheduleType": "Elementary"})).is_flex


def test_staff_section_enrolment_student() -> None:
    staff = decode.staff_member(one(p.STAFF_MEMBER))
    assert (staff.id, staff.email, staff.active) == (994605, "acosta@example.org", True)
    section = decode.section(one(p.SECTION))
    assert (section.course_id, section.term_code, section.total_students) == ("0726", "F", 31)
    first, second = section.staff
    assert first.active_on(date(2020, 9, 1)) and first.gradebook_permission == "F"
    assert not second.active and second.gradebook_permission == "R"
    enrolment = decode.enrolment(one(p.ENROLMENT))
    assert enrolment.active_on(date(2025, 1, 1)) and not enrolment.active_on(date(2020, 7, 5))
    assert not decode.student(one(p.STUDENT)).active


def test_gradebook_with_loose_parts() -> None:
    gradebook = decode.gradebook(one(p.GRADEBOOK_JSON))
    assert gradebook.period == "2"
    assert gradebook.linked_group == 1
    assert [(c.code, c.name, c.percent) for c in gradebook.categories] == [
        ("0", "Homework", Decimal(10)),
        ("2", "Test", Decimal("25.5")),
    ]
    assert [section.section_number for section in gradebook.sections] == [1038]
    assert gradebook.settings.count_completed_now and gradebook.settings.doing_weight
    assert not gradebook.settings.add_drop_automatically


def test_assignment_keeps_what_a_put_must_send_back() -> None:
    assignment = decode.assignment(one(p.ASSIGNMENT))
    assert assignment.unique_id == p.UNIQUE_ID
    assert assignment.comment == " read \n it "
    assert (assignment.number_correct_possible, assignment.points_possible) == (Decimal(40), Decimal(100))
    assert not (assignment.by_standard or assignment.narrative or assignment.rubric)


def test_an_assignment_without_maxima_is_not_guessed() -> None:
    with pytest.raises(BadAnswer):
        decode.assignment(one(p.ASSIGNMENT.replace('"PointsPossible": "100"', '"PointsPossible": null')))


def test_gradebook_student() -> None:
    student = decode.gradebook_student(one(p.GRADEBOOK_STUDENT))
    assert student.current_percentage == Decimal("91.5384")
    assert student.active_on(date(2020, 12, 23))


# One object


@pytest.mark.parametrize("nothing", [None, [], {}, "", [None], [None, None]])
def test_a_single_object_is_never_an_empty_success(nothing: object) -> None:
    with pytest.raises(NotFound):
        decode.single(nothing, "gradebook", decode.gradebook)


@pytest.mark.parametrize(
    "odd", [3, "text", [[]], [1], [{"GradebookNumber": 1}, {"GradebookNumber": 2}], {"Message": "x"}]
)
def test_another_shape_for_a_single_object_proves_nothing(odd: object) -> None:
    with pytest.raises(BadAnswer):
        decode.single(odd, "gradebook", decode.gradebook)


def test_a_single_object_may_come_as_a_list_of_one() -> None:
    assert (
        decode.single(parse(f"[{p.GRADEBOOK_JSON}]".encode()), "gradebook", decode.gradebook).number
        == p.GRADEBOOK
    )


# Lists


@pytest.mark.parametrize("odd", [None, 3, "text", {}, [3], [[]], {"Message": "x"}])
def test_no_list_proves_nothing(odd: object) -> None:
    with pytest.raises(BadAnswer):
        decode.whole_list(odd, "student", decode.gradebook_student)
    with pytest.raises(BadAnswer):
        decode.readable_rows(odd, "student", decode.student)


def test_a_list_of_nulls_is_a_thing_that_is_not_there() -> None:
    with pytest.raises(NotFound):
        decode.whole_list([None, None], "student", decode.gradebook_student)


def test_one_row_that_cannot_be_read_makes_a_roster_incomplete_not_useless() -> None:
    good = parse(p.STUDENT.encode())
    students, complete = decode.readable_rows([good, None, {"LastName": "no id"}], "student", decode.student)
    assert [student.id for student in students] == [99400001]
    assert not complete
    assert decode.readable_rows([good], "student", decode.student)[1]
    assert decode.readable_rows([], "student", decode.student) == ((), True)


# Scores


def test_score_rows() -> None:
    read = scores(
        p.score(1, " 8.5000 ", NumberCorrect="8.5000"), p.score(2, "", NumberCorrect=0), p.score(3, " na")
    )
    assert read.rows[1].mark == "8.5000"
    assert read.rows[1].number_correct == Decimal("8.5")
    assert read.rows[2].mark == ""
    assert read.rows[3].mark == "na"


@pytest.mark.parametrize("mark", ["", "  ", None])
def test_blank_is_decided_by_the_mark_whatever_the_number_says(mark: str | None) -> None:
    assert scores(p.score(1, mark, NumberCorrect=0)).rows[1].mark == ""


def test_a_mark_printed_as_a_number_is_its_text() -> None:
    read = decode.scores_of(
        parse(b'[{"StudentID": 1, "GradebookNumber": 4366926, "AssignmentNumber": 2, "Mark": 4.0000}]'),
        p.GRADEBOOK,
        2,
    )
    assert read.rows[1].mark == "4.0000"


def test_without_a_mark_field_a_number_is_a_number_but_a_zero_could_be_a_blank() -> None:
    row = p.score(1, NumberCorrect=Decimal("7.5"))
    del row["Mark"]
    assert scores(row).rows[1].mark == "7.5"
    for doubtful in (0, None, "0.0000"):
        with pytest.raises(BadAnswer):
            scores(row | {"NumberCorrect": doubtful})


def test_rows_of_another_assignment_or_gradebook_spoil_the_answer() -> None:
    with pytest.raises(OtherRows):
        scores(p.score(1), p.score(2, AssignmentNumber=3))
    with pytest.raises(OtherRows):
        scores(p.score(1, GradebookNumber=7))


def test_a_student_twice_spoils_the_answer() -> None:
    with pytest.raises(BadAnswer):
        scores(p.score(1, "8"), p.score(1, "9"))


@pytest.mark.parametrize("key", ["StudentID", "GradebookNumber", "AssignmentNumber"])
def test_a_score_row_without_its_key_spoils_the_answer(key: str) -> None:
    row = p.score(1)
    del row[key]
    with pytest.raises(BadAnswer):
        scores(p.score(2), row)


def test_assignments_of_another_gradebook_or_twice_spoil_the_list() -> None:
    item = parse(p.ASSIGNMENT.encode())
    assert isinstance(item, dict)
    assert len(decode.assignments_of([item], p.GRADEBOOK)) == 1
    with pytest.raises(OtherRows):
        decode.assignments_of(
            [item, item | {"GradebookNumber": 5, "UniqueID": "B", "AssignmentNumber": 3}], p.GRADEBOOK
        )
    with pytest.raises(BadAnswer):
        decode.assignments_of([item, item | {"AssignmentNumber": 3}], p.GRADEBOOK)
    with pytest.raises(BadAnswer):
        decode.assignments_of([item, item | {"UniqueID": "B"}], p.GRADEBOOK)


def test_an_added_assignment_is_recognised_by_its_external_id_or_title() -> None:
    item = parse(p.ASSIGNMENT.encode())
    assert isinstance(item, dict)
    ours = item | {"ExternalID": "tb1:1", "Description": "A b"}
    assert decode.added_assignment([ours], p.GRADEBOOK, "anything", "tb1:1").number == 2
    dropped = item | {"ExternalID": "", "Description": "A b"}
    assert decode.added_assignment([dropped], p.GRADEBOOK, 'A "b"', "tb1:1").external_id == ""
    for other in (dropped | {"Description": "C"}, ours | {"ExternalID": "tb1:2"}):
        with pytest.raises(OtherRows):
            decode.added_assignment([other], p.GRADEBOOK, "A b", "tb1:1")
    with pytest.raises(BadAnswer):
        decode.added_assignment([], p.GRADEBOOK, "A b", "tb1:1")


# Whatever comes

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NAMES = [
    "GradebookNumber", "AssignmentNumber", "StudentID", "Mark", "NumberCorrect", "UniqueID", "AssignmentCategory",
    "Code", "Terms", "Settings", "SchoolCode", "SectionNumber", "PointsPossible", "NumberCorrectPossible",
    "DateDue", "DateCompleted", "IsMissing", "GradingCompleted", "ID", "TermCode", "DatabaseYear", "CurrentDateTime",
    "AvailableDatabaseYears", "SectionStaffMembers", "StaffID", "InactiveStatusCode", "NarrativeGradeSet",
]  # fmt: skip
likely_objects = st.dictionaries(st.sampled_from(NAMES), json_values | st.integers(1, 9), max_size=10)
answers = json_values | likely_objects | st.lists(likely_objects | st.none(), max_size=3)
EVERYTHING = [
    decode.system_info, decode.school, decode.staff_member, decode.section, decode.course, decode.enrolment,
    decode.student, decode.gradebook, decode.gradebook_student, decode.assignment, decode.section_key,
]  # fmt: skip


@given(answers)
def test_whatever_json_comes_the_end_is_a_value_or_an_error_of_ours(answer: object) -> None:
    for make in EVERYTHING:
        for take in (decode.single, decode.whole_list, decode.readable_rows):
            try:
                take(answer, "thing", make)
            except AeriesError as error:
                assert isinstance(error, BadAnswer | NotFound)
    for ask in (decode.assignments_of, lambda a, g: decode.scores_of(a, g, 1)):
        try:
            ask(answer, 1)
        except AeriesError as error:
            assert isinstance(error, BadAnswer | NotFound)


@given(
    st.binary(max_size=60)
    | st.text(alphabet='{}[]":,0123456789.eE-+truefalsn \\u', max_size=40).map(str.encode)
)
def test_whatever_bytes_come_the_end_is_a_value_or_a_bad_answer(body: bytes) -> None:
    try:
        parse(body)
    except BadAnswer as error:
        assert str(error)


@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from(["", "8", "NA", " 95% "])), max_size=5))
def test_scores_lose_and_invent_no_row(rows: list[tuple[int, str]]) -> None:
    students = [student for student, _ in rows]
    if len(set(students)) != len(students):
        with pytest.raises(BadAnswer):
            scores(*(p.score(student, mark) for student, mark in rows))
        return
    read = scores(*(p.score(student, mark) for student, mark in rows))
    assert {(student, row.mark) for student, row in read.rows.items()} == {
        (s, mark.strip()) for s, mark in rows
    }
