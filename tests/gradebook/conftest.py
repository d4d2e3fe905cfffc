"""A class on the real database, and small builders around it."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest

from twinbook.gradebook import hooks
from twinbook.gradebook.models import Activity, ClassStudent, MembershipSource, SchoolClass, Student
from twinbook.gradebook.origin import OriginKind, person

TEACHER = person("teacher@example.org")


@dataclass(frozen=True)
class Room:
    """A class with three students and two activities of 10 and 20 points."""

    class_id: int
    students: tuple[int, int, int]
    activity: int
    other_activity: int


def make_room() -> Room:
    school_class = SchoolClass.objects.create(name="Algebra 1", school_code=994, section_number=1038)
    students = [Student.objects.create(first_name=name, last_name="Test") for name in ("Ada", "Ben", "Cy")]
    for student in students:
        ClassStudent.objects.create(
            school_class=school_class, student=student, source=MembershipSource.HAND.value
        )
    activities = [
        Activity.objects.create(
            school_class=school_class,
            title=f"Worth {points}",
            points=Decimal(points),
            origin_kind=OriginKind.PERSON.value,
        )
        for points in (10, 20)
    ]
    ada, ben, cy = (student.id for student in students)
    return Room(school_class.id, (ada, ben, cy), activities[0].id, activities[1].id)


@pytest.fixture
def room(db: None) -> Room:
    return make_room()


@pytest.fixture
def announced() -> Iterator[list[int]]:
    """The class ids that the hook was called with."""
    calls: list[int] = []
    hooks.register(calls.append)
    yield calls
    hooks.unregister(calls.append)
