"""Combining sections: one class over several of them. The class of a section that joins another ends; it must be unused."""

from __future__ import annotations

from datetime import date

from twinbook.core.sentence import sentence
from twinbook.district.errors import NotFoundError, SectionInUseError
from twinbook.district.models import ClassSection, Section, SectionStaff
from twinbook.gradebook import students
from twinbook.gradebook.models import Activity, MembershipSource, SchoolClass
from twinbook.gradebook.origin import Origin
from twinbook.gradebook.students import Place


def sections(class_id: int) -> list[Section]:
    """The sections of a class, its first one first."""
    rows = (
        ClassSection.objects.filter(school_class_id=class_id).select_related("section__school").order_by("id")
    )
    return [row.section for row in rows]


def find(class_id: int, number: int) -> Section:
    """An active section of the class's school and year. Raises NotFoundError."""
    own = sections(class_id)
    if not own:
        raise NotFoundError(
            sentence("This class has no section of its own."), hint=sentence("Read the roster first.")
        )
    found = Section.objects.filter(
        school=own[0].school, database_year=own[0].database_year, number=number, inactive=False
    ).first()
    if found is None:
        raise NotFoundError(
            sentence("There is no section %(number)s in this school.", number=number),
            hint=sentence("Check its number."),
        )
    return found


def siblings(class_id: int) -> list[Section]:
    """Active sections of the same school and year with one of the class's primary teachers, by number; not its own."""
    own = sections(class_id)
    if not own:
        return []
    teachers = SectionStaff.objects.filter(section__in=own, primary=True).values("staff_id")
    found = Section.objects.filter(
        school=own[0].school,
        database_year=own[0].database_year,
        inactive=False,
        staff__staff_id__in=teachers,
        staff__primary=True,
    )
    return list(found.exclude(id__in=[section.id for section in own]).order_by("number").distinct())


def class_of(section: Section) -> SchoolClass | None:
    row = ClassSection.objects.select_related("school_class").filter(section=section).first()
    return None if row is None else row.school_class


def check_unused(school_class: SchoolClass) -> None:
    """Raises SectionInUseError when the class holds work that would be left behind."""
    if Activity.objects.filter(school_class=school_class, deleted_at=None).exists():
        raise SectionInUseError(
            sentence("“%(name)s” already has activities of its own.", name=school_class.name),
            hint=sentence("Combine sections before work is entered, or delete its activities first."),
        )
    if ClassSection.objects.filter(school_class=school_class).count() > 1:
        raise SectionInUseError(
            sentence("“%(name)s” is over several sections itself.", name=school_class.name)
        )


def take(class_id: int, section: Section, origin: Origin, today: date) -> None:
    """Moves a section with its students out of its own class into this one; its own class ends. Inside a transaction."""
    former = ClassSection.objects.select_for_update().get(section=section)
    places = [
        Place(row.student_id, row.active, row.started_on, row.ended_on)
        for row in students.of_class(former.school_class_id)
        if row.source == MembershipSource.ROSTER
    ]
    SchoolClass.objects.filter(id=former.school_class_id).update(ended_on=today)
    former.school_class_id = class_id
    former.save(update_fields=["school_class"])
    students.join(class_id, places, origin, why=f"section {section.number} was combined")
