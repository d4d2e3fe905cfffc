"""Who sees and changes which class (promise 9), as a matrix."""

from datetime import date
from typing import Any

import pytest

from twinbook.district import roles
from twinbook.district.models import ClassSection, Permission, School, Section, SectionStaff, Staff, User
from twinbook.district.roles import Access
from twinbook.gradebook.models import SchoolClass

pytestmark = pytest.mark.django_db

DAY = date(2026, 10, 1)
TAUGHT, OTHER = 1038, 1039


def make_class(number: int) -> SchoolClass:
    school, _ = School.objects.get_or_create(code=994)
    school_class = SchoolClass.objects.create(name=f"Class {number}", school_code=994, section_number=number)
    section = Section.objects.create(school=school, database_year=2026, number=number)
    ClassSection.objects.create(school_class=school_class, section=section)
    return school_class


def make_teacher(**entry: Any) -> User:
    staff = Staff.objects.create(sis_staff_id=1, email="t@example.org", inactive=entry.pop("left", False))
    columns = {"permission": Permission.FULL.value, "primary": True} | entry
    SectionStaff.objects.create(section=Section.objects.get(number=TAUGHT), staff=staff, **columns)
    return User.objects.create(email="t@example.org", staff=staff)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({}, Access.EDIT),
        ({"primary": False}, Access.EDIT),
        ({"permission": "read"}, Access.READ),
        ({"permission": "none"}, Access.NONE),
        ({"permission": "unknown", "primary": True}, Access.EDIT),
        ({"permission": "unknown", "primary": False}, Access.READ),
        ({"inactive": True}, Access.NONE),
        ({"left": True}, Access.NONE),
        ({"starts_on": DAY, "ends_on": DAY}, Access.EDIT),
        ({"starts_on": date(2026, 10, 2)}, Access.NONE),
        ({"ends_on": date(2026, 9, 30)}, Access.NONE),
    ],
)
def test_staff_of_a_section(entry: dict[str, Any], expected: Access) -> None:
    taught, other = make_class(TAUGHT), make_class(OTHER)
    user = make_teacher(**entry)
    assert roles.access(user, taught.id, DAY) == expected
    assert roles.may_see(user, taught.id, DAY) == (expected != Access.NONE)
    assert roles.may_edit(user, taught.id, DAY) == (expected == Access.EDIT)
    assert list(roles.classes_of(user, DAY)) == ([taught] if expected else [])
    assert roles.access(user, other.id, DAY) == Access.NONE
    assert not roles.is_admin(user)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"is_district_admin": True}, Access.EDIT),
        ({"is_district_admin": True, "is_active": False}, Access.NONE),
        ({}, Access.NONE),
    ],
)
def test_accounts_without_a_section(columns: dict[str, bool], expected: Access) -> None:
    school_class = make_class(TAUGHT)
    user = User.objects.create(email="a@example.org", **columns)
    assert roles.access(user, school_class.id, DAY) == expected
    assert roles.is_admin(user) == (expected == Access.EDIT)
    assert list(roles.classes_of(user, DAY)) == ([school_class] if expected else [])


def test_an_inactive_account_of_a_teacher_sees_nothing() -> None:
    school_class = make_class(TAUGHT)
    user = make_teacher()
    user.is_active = False
    assert roles.access(user, school_class.id, DAY) == Access.NONE
    assert list(roles.classes_of(user, DAY)) == []


def test_a_class_of_two_sections_gives_the_better_access() -> None:
    school_class, other = make_class(TAUGHT), make_class(OTHER)
    ClassSection.objects.filter(school_class=other).update(school_class=school_class)
    user = make_teacher(permission="read")
    SectionStaff.objects.create(
        section=Section.objects.get(number=OTHER), staff=user.staff, permission="full"
    )
    assert roles.access(user, school_class.id, DAY) == Access.EDIT
    assert list(roles.classes_of(user, DAY)) == [school_class]


def test_teachers_of_a_class_by_address_the_primary_first() -> None:
    school_class = make_class(TAUGHT)
    make_teacher()
    helper = Staff.objects.create(sis_staff_id=2, last_name="A", email="h@example.org")
    section = Section.objects.get(number=TAUGHT)
    SectionStaff.objects.create(section=section, staff=helper, permission="read")
    gone = Staff.objects.create(sis_staff_id=3, email="gone@example.org", inactive=True)
    SectionStaff.objects.create(section=section, staff=gone, permission="full")
    assert roles.teachers_of([school_class.id], DAY) == {school_class.id: ["t@example.org", "h@example.org"]}
