"""A student's home: the gradebook that holds the student's cells (C7), by the section the student is enrolled in.

In a plain class, with one live link over all its sections, everybody's home is that link and nothing is stored.
Otherwise each student has a row. A student who moves keeps what either side holds; `since` marks which values are older than the home.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction
from django.db.models import Q

from twinbook.district.models import ClassSection, Enrolment
from twinbook.gradebook.models import ClassStudent
from twinbook.sync import clock, load, questions
from twinbook.sync.models import Link, Problem, StudentHome


def is_plain(class_id: int) -> bool:
    """Whether one live link is everybody's home; also where there is none."""
    links = Link.objects.filter(school_class_id=class_id, ended_on=None).values_list("sections", flat=True)
    found = list(links[:2])
    if len(found) > 1:
        return False
    return not found or not found[0] or set(found[0]) >= set(_sections(class_id))


def _sections(class_id: int) -> list[int]:
    return list(
        ClassSection.objects.filter(school_class_id=class_id).values_list("section__number", flat=True)
    )


def settle(class_id: int, *, set_up: Link | None = None) -> None:
    """Stores the homes as the enrolments and live links say. `set_up`: a link whose summary showed every value of its
    students, so that nothing counts as older than it. Safe to repeat; called before every look."""
    if is_plain(class_id):
        StudentHome.objects.filter(school_class_id=class_id).delete()
        return
    with transaction.atomic():
        known = {
            row.student_id: row
            for row in StudentHome.objects.select_for_update().filter(school_class_id=class_id).order_by("id")
        }
        for student, link_id in _homes(class_id).items():
            row = known.get(student)
            fresh = set_up is not None and link_id == set_up.id
            if row is None:
                StudentHome.objects.create(school_class_id=class_id, student_id=student, link_id=link_id)
            elif row.link_id != link_id:
                _move(row, link_id, fresh=fresh)


def _move(row: StudentHome, link_id: int | None, *, fresh: bool) -> None:
    """What is asked about the student in the old gradebook is no question any more; the new one is looked at whole."""
    asked = Problem.objects.filter(
        school_class_id=row.school_class_id, student_id=row.student_id, closed_at=None
    )
    for question in asked:
        if question.link_id != link_id:
            questions.close(question, "the student moved to another section")
    row.link_id, row.since = link_id, None if fresh else clock.now()
    row.save(update_fields=["link", "since"])
    if link_id is not None and not fresh:
        Link.objects.filter(id=link_id).update(look_at_everything=True)


def _homes(class_id: int) -> Mapping[int, int | None]:
    """Student → the live link of the student's section; None where it has none."""
    links = Link.objects.filter(school_class_id=class_id, ended_on=None).order_by("id")
    link_of = {number: link.id for link in links for number in link.sections}
    section_of = sections_of(class_id)
    active = ClassStudent.objects.filter(school_class_id=class_id, active=True)
    return {
        student: link_of.get(section_of.get(student, 0))
        for student in active.values_list("student_id", flat=True)
    }


def sections_of(class_id: int) -> Mapping[int, int]:
    """Student → the number of the section of the class in which the student is enrolled, the latest of several."""
    rows = Enrolment.objects.filter(section__class_section__school_class_id=class_id)
    found: dict[int, Enrolment] = {}
    today = _today(class_id)
    for row in rows.select_related("section"):
        known = found.get(row.student_id)
        if known is None or _rank(row, today) > _rank(known, today):
            found[row.student_id] = row
    return {student: row.section.number for student, row in found.items()}


def _rank(row: Enrolment, today: date) -> tuple[bool, date, date]:
    begins, ends = row.started_on or date.min, row.ended_on or date.max
    return (begins <= today <= ends, begins, ends)


def _today(class_id: int) -> date:
    link = Link.objects.filter(school_class_id=class_id).order_by("-id").first()
    now = clock.now()
    return now.date() if link is None else load.today(link.connection_id, now)


def link_sections(class_id: int, of_gradebook: Iterable[int]) -> list[int]:
    """The class's sections that a gradebook is for: those it names; one of the teacher's that names none is for the
    sections without a gradebook, else for all."""
    own = set(_sections(class_id))
    named = own & set(of_gradebook)
    if named:
        return sorted(named)
    live = Link.objects.filter(school_class_id=class_id, ended_on=None)
    covered = {number for link in live for number in link.sections}
    return sorted(own - covered or own)


def take_sections(link: Link) -> list[Link]:
    """A section has one live link: the newest. Returns the earlier links of the class that are left without a section;
    the caller ends them."""
    bare: list[Link] = []
    others = Link.objects.filter(school_class_id=link.school_class_id, ended_on=None).exclude(id=link.id)
    for other in others.filter(~Q(sections=[])):
        kept = [number for number in other.sections if number not in link.sections]
        if kept == other.sections:
            continue
        if kept:
            Link.objects.filter(id=other.id).update(sections=kept)
        else:
            bare.append(other)
    return bare


def widen(link_id: int, of_gradebook: Iterable[int]) -> None:
    """A section that came into the class, and that this very gradebook names, has its home here from the next look on."""
    link = Link.objects.get(id=link_id)
    live = Link.objects.filter(school_class_id=link.school_class_id, ended_on=None)
    covered = {number for one in live for number in one.sections}
    further = (set(_sections(link.school_class_id)) & set(of_gradebook)) - covered
    if further and link.sections:
        sections = sorted({*link.sections, *further})
        Link.objects.filter(id=link_id).update(sections=sections, look_at_everything=True)
