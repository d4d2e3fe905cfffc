"""Classes with students and staff, and callers with tokens: rows only, no Aeries."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tests.api.asking import Caller
from twinbook.district import tokens
from twinbook.district.models import (
    ClassSection,
    DistrictSettings,
    Permission,
    School,
    Section,
    SectionStaff,
    Staff,
    User,
)
from twinbook.gradebook.models import Activity, Category, ClassStudent, MembershipSource, SchoolClass, Student
from twinbook.gradebook.origin import OriginKind

SCHOOL = 994


@dataclass(frozen=True)
class Room:
    """A class that is not synced: two active students and one who left; an activity of 10 points."""

    id: int
    ada: int
    ben: int
    left: int
    activity: int
    category: int

    @property
    def path(self) -> str:
        return f"/classes/{self.id}"

    def score(self, student: int) -> str:
        return f"{self.path}/activities/{self.activity}/scores/{student}"


def make_room(number: int = 1038) -> Room:
    DistrictSettings.objects.get_or_create(id=1)
    school, _ = School.objects.get_or_create(code=SCHOOL)
    school_class = SchoolClass.objects.create(
        name=f"Algebra {number}", school_code=SCHOOL, section_number=number, term="Y"
    )
    section = Section.objects.create(school=school, database_year=2026, number=number)
    ClassSection.objects.create(school_class=school_class, section=section)
    names = {"Ada": True, "Ben": True, "Cy": False}
    ada, ben, left = (
        _student(school_class, name, number * 10 + place, active=active)
        for place, (name, active) in enumerate(names.items())
    )
    category = Category.objects.create(
        school_class=school_class, name="Homework", weight=Decimal(100), position=0
    )
    activity = Activity.objects.create(
        school_class=school_class,
        title="Worth 10",
        points=Decimal(10),
        category=category,
        origin_kind=OriginKind.PERSON.value,
    )
    return Room(school_class.id, ada, ben, left, activity.id, category.id)


def _student(school_class: SchoolClass, name: str, sis: int, *, active: bool) -> int:
    student = Student.objects.create(first_name=name, last_name="Test", sis_student_id=sis)
    ClassStudent.objects.create(
        school_class=school_class, student=student, active=active, source=MembershipSource.ROSTER.value
    )
    return student.id


def make_user(email: str, *, admin: bool = False, active: bool = True, sis: int | None = None) -> User:
    """`sis`: the number of the staff member whose account it is."""
    staff = None if sis is None else Staff.objects.create(sis_staff_id=sis, email=email)
    return User.objects.create(email=email, is_district_admin=admin, is_active=active, staff=staff)


def put_on_staff(
    user: User, room: Room, permission: Permission = Permission.FULL, *, primary: bool = True
) -> None:
    section = Section.objects.get(class_section__school_class_id=room.id)
    assert user.staff is not None
    SectionStaff.objects.create(section=section, staff=user.staff, permission=permission, primary=primary)


def caller(user: User) -> Caller:
    return Caller(tokens.create(user))
