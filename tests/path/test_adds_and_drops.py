"""Adds and drops in the middle of a term: the nine scenarios of behaviour §8, each by its number."""

from __future__ import annotations

from datetime import date

import pytest

from tests.district_and_sandbox import DUE, SCHOOL, TEACHER, Aeries, Class
from tests.path.combined import FIRST, SECOND, read_roster
from twinbook.district.models import ClassSection
from twinbook.gradebook.errors import GradebookError
from twinbook.gradebook.models import Activity, ClassStudent
from twinbook.gradebook.origin import person
from twinbook.sync import sections, student_lists

pytestmark = pytest.mark.django_db(transaction=True)

NEWCOMER = 99000007
EARLY, LATE = "Early quiz", "Late quiz"
TENTH = "2020-10-10"


@pytest.fixture
def two(joined: Class) -> tuple[Activity, Activity]:
    """Due on the 3rd and on the 12th, both completed; the others have scores."""
    first = joined.students()[0]
    early = joined.agreed(EARLY, {first: "8"}, due_on=date(2020, 10, 3), grading_completed=True)
    late = joined.agreed(LATE, {first: "9"}, due_on=date(2020, 10, 12), grading_completed=True)
    joined.force()
    joined.move_clock("2020-10-15")
    return early, late


def _joins(joined: Class) -> None:
    joined.aeries.control(
        "POST",
        f"/sections/{SCHOOL}/{FIRST}/students",
        {"student_id": NEWCOMER, "date_started": TENTH},
    )
    joined.aeries.seats(joined.gradebook, NEWCOMER, start_date=TENTH)
    read_roster()
    joined.force()
    joined.aeries.forget()


def _mark(joined: Class, title: str, student: int) -> str | None:
    rows = joined.aeries.assignment(joined.gradebook, title)["scores"]
    return str(rows[str(student)]["mark"]) if str(student) in rows else None


def test_1_joins_between_two_due_dates(joined: Class, two: tuple[Activity, Activity]) -> None:
    """No blank turns into a zero; the later one takes a score, the earlier one is asked about."""
    early, late = two
    _joins(joined)
    joined.force()
    assert joined.aeries.writes() == []
    assert [joined.value(one, NEWCOMER) for one in two] == ["", ""]
    assert joined.codes() == []
    joined.save(late, NEWCOMER, "7")
    joined.save(early, NEWCOMER, "6")
    joined.look()
    assert _mark(joined, LATE, NEWCOMER) == "7"
    assert _mark(joined, EARLY, NEWCOMER) in (None, "")
    assert joined.codes() == ["student_not_in_gradebook"]
    assert (joined.stands(late, NEWCOMER), joined.stands(early, NEWCOMER)) == ("synced", "held")


def test_2_joins_with_a_transfer_grade(joined: Class, two: tuple[Activity, Activity]) -> None:
    """Aeries counts the missed work by the transfer grade; nothing of it is a score, and nothing moves."""
    _joins(joined)
    joined.aeries.control(
        "PUT",
        f"/gradebooks/{joined.gradebook}/transfer-grades",
        {"transfer_grades": [{"student_id": NEWCOMER, "percent": "80"}]},
    )
    joined.force()
    assert joined.aeries.writes() == []
    assert [joined.value(one, NEWCOMER) for one in two] == ["", ""]
    assert joined.codes() == []


def test_3_leaves_between_two_due_dates(joined: Class, two: tuple[Activity, Activity]) -> None:
    _, late = two
    leaver = joined.students()[0]
    row = ClassStudent.objects.get(school_class_id=joined.id, student__sis_student_id=leaver)
    joined.aeries.control("DELETE", f"/sections/{SCHOOL}/{FIRST}/students/{leaver}", {"date_ended": TENTH})
    joined.aeries.unseats(joined.gradebook, leaver, end_date=TENTH)
    read_roster()
    joined.aeries.forget()
    joined.force()
    assert joined.aeries.writes() == []
    assert [joined.value(one, leaver) for one in two] == ["8", "9"]
    row.refresh_from_db()
    assert not row.active
    with pytest.raises(GradebookError, match="class"):
        joined.save(late, leaver, "5")
    assert _mark(joined, EARLY, leaver) == "8"


def test_4_moves_to_another_section_of_the_same_teacher(joined: Class) -> None:
    """Two classes, two gradebooks: no score moves, on neither side."""
    aeries, mover = joined.aeries, joined.students()[0]
    quiz = joined.agreed(EARLY, {mover: "8"})
    other = _class_of(aeries, SECOND, "Algebra 1 P4")
    other.join()
    other.look()
    aeries.withdraws(FIRST, mover)
    aeries.enrols(SECOND, mover)
    aeries.unseats(joined.gradebook, mover)
    aeries.seats(other.gradebook, mover)
    read_roster()
    aeries.forget()
    for one in (joined, other):
        one.force()
        assert one.codes() == []
    assert aeries.writes() == []
    assert joined.value(quiz, mover) == "8"
    assert _mark(joined, EARLY, mover) == "8"
    assert mover in other.students() and mover not in joined.students()
    assert other.titles() == []


def _class_of(aeries: Aeries, section: int, name: str) -> Class:
    school_class = Class(ClassSection.objects.get(section__number=section).school_class_id, 0, aeries)
    school_class.gradebook = aeries.opens(section, name, school_class.students())
    return school_class


def test_5_moves_between_two_sections_of_one_gradebook(school_class: Class) -> None:
    """One link over both sections: nothing changes, and the next score goes as always."""
    aeries, mover = school_class.aeries, school_class.students()[0]
    both = aeries.opens(FIRST, "Algebra 1 P3 and P4", [*school_class.students(), NEWCOMER], SECOND)
    joined = Class(school_class.id, both, aeries)
    joined.join()
    sections.combine(joined.id, [SECOND], person(TEACHER), lambda class_id: True)
    joined.look()
    assert joined.link().sections == [FIRST, SECOND]
    quiz = joined.agreed(EARLY, {mover: "8", NEWCOMER: "9"})
    aeries.withdraws(FIRST, mover)
    aeries.enrols(SECOND, mover)
    read_roster()
    aeries.forget()
    joined.force()
    assert aeries.writes() == []
    assert (joined.codes(), joined.stands(quiz, mover)) == ([], "synced")
    joined.save(quiz, mover, "7")
    joined.look()
    assert _mark(joined, EARLY, mover) == "7"


def test_6_in_the_section_but_not_in_the_gradebook(joined: Class) -> None:
    """Withheld and reported; it goes by itself once the student is there."""
    joined.aeries.enrols(FIRST, NEWCOMER)
    read_roster()
    quiz = joined.assigned(EARLY, due_on=DUE)
    joined.save(quiz, NEWCOMER, "7")
    joined.save(quiz, joined.students()[0], "8")
    joined.look()
    (question,) = joined.questions()
    assert question["code"] == "student_not_in_gradebook"
    assert (joined.stands(quiz, NEWCOMER), _mark(joined, EARLY, NEWCOMER)) == ("held", None)
    joined.aeries.seats(joined.gradebook, NEWCOMER, start_date="2020-08-01")
    joined.force()
    assert _mark(joined, EARLY, NEWCOMER) == "7"
    assert (joined.codes(), joined.stands(quiz, NEWCOMER)) == ([], "synced")


def test_7_in_the_gradebook_but_not_in_the_section(joined: Class) -> None:
    """Added by hand there: nothing is taken over or written, and the students page says so."""
    joined.aeries.seats(joined.gradebook, NEWCOMER)
    quiz = joined.agreed(EARLY, {joined.students()[0]: "8"})
    number = int(joined.aeries.assignment(joined.gradebook, EARLY)["assignment_number"])
    joined.aeries.types(joined.gradebook, number, NEWCOMER, "5")
    joined.aeries.forget()
    joined.force()
    assert joined.aeries.writes() == []
    assert NEWCOMER not in joined.students()
    assert (joined.codes(), _mark(joined, EARLY, NEWCOMER)) == ([], "5")
    assert joined.value(quiz, joined.students()[0]) == "8"
    assert [row.sis_student_id for row in student_lists.of_class(joined.id).only_in_aeries] == [NEWCOMER]


def test_8_dropped_and_added_again_with_a_new_start(joined: Class) -> None:
    """The new row is blank: nothing is lost here, and our scores go back into it when a person says so."""
    student = joined.students()[0]
    quiz = joined.agreed(EARLY, {student: "8"})
    joined.aeries.unseats(joined.gradebook, student)
    joined.force()
    joined.aeries.seats(joined.gradebook, student, start_date="2020-10-01")
    _blank(joined, student)
    joined.force()
    assert joined.value(quiz, student) == "8"
    assert joined.codes() == ["student_readded"]
    joined.answer("student_readded", "send_ours")
    joined.look()
    assert _mark(joined, EARLY, student) == "8"
    assert (joined.codes(), joined.stands(quiz, student)) == ([], "synced")


def _blank(joined: Class, student: int) -> None:
    number = int(joined.aeries.assignment(joined.gradebook, EARLY)["assignment_number"])
    joined.aeries.types(joined.gradebook, number, student, "")


def test_9_two_enrolments_with_a_gap(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed(EARLY, {student: "8"})
    joined.aeries.control(
        "DELETE", f"/sections/{SCHOOL}/{FIRST}/students/{student}", {"date_ended": "2020-09-10"}
    )
    read_roster()
    assert student not in joined.students()
    joined.aeries.enrols(FIRST, student)
    read_roster()
    assert student in joined.students()
    joined.aeries.forget()
    joined.force()
    assert joined.aeries.writes() == []
    assert (joined.value(quiz, student), joined.stands(quiz, student)) == ("8", "synced")
    joined.save(quiz, student, "7")
    joined.look()
    assert _mark(joined, EARLY, student) == "7"
