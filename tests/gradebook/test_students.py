"""Students, their places in a class, and the totals over them."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from pytest_django import DjangoAssertNumQueries

from twinbook.core.values import ForeignMark, Mark, MarkKind, Number
from twinbook.gradebook import students
from twinbook.gradebook.errors import InvalidError
from twinbook.gradebook.models import ClassStudent, HistoryEntry, SchoolClass, Student
from twinbook.gradebook.origin import Origin, OriginKind
from twinbook.gradebook.overview import gradebook
from twinbook.gradebook.scores import ScoreWrite, save_scores
from twinbook.gradebook.students import KnownStudent, Place
from twinbook.gradebook.totals import totals

from .conftest import TEACHER, Room

pytestmark = pytest.mark.django_db(transaction=True)

ROSTER = Origin(OriginKind.ROSTER, actor="roster")
TODAY = date(2026, 10, 1)


def known(*sis_ids: int) -> dict[int, int]:
    return students.know(KnownStudent(sis_id, "Given", str(sis_id)) for sis_id in sis_ids)


def test_a_student_added_by_hand_is_unknown_to_aeries(room: Room, announced: list[int]) -> None:
    place = students.add_by_hand(room.class_id, "Mary Ann Evans", TEACHER)
    assert (place.student.first_name, place.student.last_name) == ("Mary Ann", "Evans")
    assert (place.student.name, place.student.sis_student_id, place.active) == ("Mary Ann Evans", None, True)
    assert announced == [room.class_id]
    with pytest.raises(InvalidError):
        students.add_by_hand(room.class_id, "  ", TEACHER)


def test_known_students_are_made_once_and_renamed(db: None) -> None:
    first = known(1, 2)
    assert known(1, 2) == first
    renamed = students.know([KnownStudent(1, "New", "Name")])
    assert renamed == {1: first[1]}
    assert Student.objects.get(sis_student_id=1).name == "New Name"


def test_the_roster_adds_drops_and_brings_back_without_touching_hand_made_students(
    room: Room, announced: list[int]
) -> None:
    one, two = known(1, 2).values()
    places = [Place(one, True, date(2026, 8, 1)), Place(two, True, date(2026, 8, 1))]
    assert students.set_roster(room.class_id, places, ROSTER, today=TODAY).added == (one, two)
    save_scores(room.class_id, room.activity, [ScoreWrite(two, Number(Decimal(7)))], TEACHER)
    assert students.set_roster(room.class_id, places[:1], ROSTER, today=TODAY).dropped == (two,)
    dropped = ClassStudent.objects.get(student_id=two)
    assert (dropped.active, dropped.ended_on) == (False, TODAY)
    assert gradebook(room.class_id).cells[room.activity, two].value == Number(Decimal(7))
    assert ClassStudent.objects.filter(school_class_id=room.class_id, active=True).count() == 4
    assert students.set_roster(room.class_id, places, ROSTER, today=TODAY).added == (two,)
    assert ClassStudent.objects.get(student_id=two).ended_on is None
    assert len(announced) == 4


def test_the_same_roster_again_changes_nothing(room: Room, announced: list[int]) -> None:
    (one,) = known(1).values()
    places = [Place(one, False, date(2026, 8, 1), date(2026, 9, 1))]
    students.set_roster(room.class_id, places, ROSTER, today=TODAY)
    generation = SchoolClass.objects.get(id=room.class_id).generation
    entries = HistoryEntry.objects.count()
    announced.clear()
    again = students.set_roster(room.class_id, places, ROSTER, today=TODAY)
    gone = students.set_roster(room.class_id, [], ROSTER, today=TODAY)
    assert again == gone == students.RosterChange()
    assert SchoolClass.objects.get(id=room.class_id).generation == generation
    assert (HistoryEntry.objects.count(), announced) == (entries, [])


def test_an_overview_costs_five_queries_and_gives_totals(
    room: Room, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ada, ben, cy = room.students
    save_scores(
        room.class_id,
        room.activity,
        [
            ScoreWrite(ada, Number(Decimal(8))),
            ScoreWrite(ben, Mark(MarkKind.MISSING)),
            ScoreWrite(cy, ForeignMark("XY")),
        ],
        TEACHER,
    )
    save_scores(room.class_id, room.other_activity, [ScoreWrite(ada, Number(Decimal(20)))], TEACHER)
    with django_assert_num_queries(5):
        book = gradebook(room.class_id)
    found = totals(book)
    assert found[ada].percent == Fraction(2800, 30)
    assert found[ben].percent == 0
    assert found[cy].percent is None
