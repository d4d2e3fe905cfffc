"""The roster's sections with their staff, students and class; one short transaction each."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q

from twinbook.aeries import models as wire
from twinbook.core.sentence import sentence
from twinbook.district.models import (
    ClassSection,
    Enrolment,
    Permission,
    School,
    SchoolTerm,
    Section,
    SectionStaff,
    Staff,
)
from twinbook.district.roster_names import SchoolNames
from twinbook.district.roster_people import looks_partial
from twinbook.district.roster_report import Findings
from twinbook.gradebook import classes, students
from twinbook.gradebook.classes import ClassFields
from twinbook.gradebook.models import NAME_LENGTH, ClassStudent
from twinbook.gradebook.origin import Origin, OriginKind
from twinbook.gradebook.students import Place

ROSTER = Origin(OriginKind.ROSTER, actor="roster")


@dataclass(frozen=True, slots=True)
class SchoolReading:
    """What was read once per school. `changed` are the sections whose rosters must be read; None: all."""

    school: School
    database_year: int
    today: date
    terms: Mapping[str, SchoolTerm]
    staff: Mapping[int, Staff]
    courses: Mapping[str, str]
    names: SchoolNames
    changed: frozenset[wire.SectionKey] | None

    def day_in(self, term_code: str) -> date:
        """Today, or the nearest day of the section's term.

        Enrolments end with the term, but teachers grade on for some days, and get ready before it begins:
        who was there on the last day is not a student who left.
        """
        term = self.terms.get(term_code)
        if term is None:
            return self.today
        day = self.today
        if term.starts_on is not None:
            day = max(day, term.starts_on)
        return day if term.ends_on is None else min(day, term.ends_on)


def store_section(told: wire.Section, reading: SchoolReading) -> Section:
    """Keeps a section and its staff as Aeries tells them."""
    with transaction.atomic():
        section, _ = Section.objects.update_or_create(
            school=reading.school,
            database_year=reading.database_year,
            number=told.number,
            defaults={
                "course_id": told.course_id,
                "title": reading.courses.get(told.course_id, "")[:NAME_LENGTH],
                "period": told.period,
                "term_code": told.term_code,
                "inactive": not told.active,
                **({} if told.active else {"roster_day": None}),
            },
        )
        _store_section_staff(section, told, reading)
        return section


def needs_roster(section: Section, told: wire.Section, reading: SchoolReading) -> bool:
    """An active section with an active teacher gets a class; a class once made keeps its students up to date."""
    if not told.active:
        return False
    if ClassSection.objects.filter(section=section).exists():
        return True
    day = reading.day_in(told.term_code)
    return any(
        entry.active_on(day)
        and (staff := reading.staff.get(entry.staff_id)) is not None
        and not staff.inactive
        for entry in told.staff
    )


def may_have_changed(section: Section, told: wire.Section, reading: SchoolReading) -> bool:
    """Whether its roster must be read: the feeds name it, Aeries counts other students than at the last reading,
    that reading was doubted or failed, or somebody's span began or ended since."""
    if reading.changed is None or section.roster_day is None:
        return True
    if wire.SectionKey(told.school_code, told.number) in reading.changed:
        return True
    if told.total_students != section.total_students:
        return True
    earlier, later = sorted((section.roster_day, reading.day_in(told.term_code)))
    begun = Q(started_on__gt=earlier, started_on__lte=later)
    ended = Q(ended_on__gte=earlier, ended_on__lt=later)
    return earlier != later and Enrolment.objects.filter(begun | ended, section=section).exists()


def read_again(section: Section) -> None:
    """Its roster is read the next time, whatever the feeds tell."""
    Section.objects.filter(id=section.id).update(roster_day=None)


def describe_class(section: Section, reading: SchoolReading, findings: Findings) -> None:
    """Keeps the name of a class whose roster need not be read, and lets it run on."""
    with transaction.atomic():
        _class_of(section, reading, findings)


def store_class(
    section: Section,
    told: wire.Section,
    roster: wire.ListReading[wire.Enrolment],
    reading: SchoolReading,
    findings: Findings,
) -> None:
    """Makes the section's class if it has none yet, and its students those of the roster.

    Students who left keep their scores and become inactive. A list that cannot be the whole truth drops
    nobody. Interrupted, nothing of this section is changed.
    """
    rows = _own_rows(roster, section, reading.school)
    wanted = {row.student_id for row in rows}
    reading.names.look_up(wanted)
    with transaction.atomic():
        class_id = _class_of(section, reading, findings)
        ids = reading.names.know(wanted)
        day = reading.day_in(section.term_code)
        own = [Span(ids[row.student_id], row.start, row.end) for row in rows]
        others = _elsewhere_in_class(class_id, section)
        places = _places([*own, *others], day)
        of_others = {span.student_id for span in others}
        listed = _places(own, day)
        fewer = sum(place.active for place in listed) < (told.total_students or 0)
        kept = _doubted(class_id, listed, of_others, roster, section, reading, findings, fewer=fewer)
        change = students.set_roster(class_id, [*places, *kept], ROSTER, today=reading.today)
        _store_enrolments(section, rows, ids, keep_missing=bool(kept))
        Section.objects.filter(id=section.id).update(
            roster_day=None if kept else day, total_students=told.total_students
        )
    findings.counts["students_added"] += len(change.added)
    findings.counts["students_dropped"] += len(change.dropped)
    if change.added or change.dropped or change.moved_dates:
        findings.changed_classes.append(class_id)


def end_classes(sections: Iterable[Section], today: date) -> int:
    """Marks the classes of sections that are gone or inactive as ended; their data stays. One of combined sections goes
    on with the others."""
    ended = 0
    gone = list(sections)
    for link in ClassSection.objects.filter(section__in=gone, school_class__ended_on=None).select_related(
        "school_class", "section"
    ):
        others = ClassSection.objects.filter(school_class=link.school_class_id, section__inactive=False)
        if others.exclude(section__in=gone).exists():
            continue
        fields = ClassFields(
            link.school_class.name,
            link.school_class.school_code,
            link.school_class.section_number,
            link.school_class.term,
        )
        with transaction.atomic():
            ended += classes.describe(link.school_class_id, fields, today)
    return ended


def _store_section_staff(section: Section, told: wire.Section, reading: SchoolReading) -> None:
    term = reading.terms.get(told.term_code)
    term_end = None if term is None else term.ends_on
    wanted = {}
    for entry in told.staff:
        staff = reading.staff.get(entry.staff_id)
        if staff is None:
            continue
        # An end with the term is no removal: the teacher still grades in the days after it.
        to_the_end = entry.end is None or (term_end is not None and entry.end >= term_end)
        wanted[staff.id] = {
            "permission": _permission(entry.gradebook_permission, reading.school.is_flex).value,
            "primary": entry.is_primary,
            "starts_on": entry.start,
            "ends_on": None if to_the_end else entry.end,
            "inactive": not entry.active,
        }
    SectionStaff.objects.filter(section=section).exclude(staff_id__in=wanted).delete()
    for staff_id, columns in wanted.items():
        SectionStaff.objects.update_or_create(section=section, staff_id=staff_id, defaults=columns)


def _permission(code: str, is_flex: bool) -> Permission:
    """Blank means full where staff come from teacher numbers, and nothing known in flex schools (reference §7.1)."""
    match code.strip().upper():
        case "F":
            return Permission.FULL
        case "R":
            return Permission.READ
        case "N":
            return Permission.NONE
        case "" if not is_flex:
            return Permission.FULL
        case _:
            return Permission.UNKNOWN


def _class_of(section: Section, reading: SchoolReading, findings: Findings) -> int:
    fields = ClassFields(
        name=_class_name(section),
        school_code=reading.school.code,
        section_number=section.number,
        term=section.term_code,
    )
    link = ClassSection.objects.select_related("school_class").filter(section=section).first()
    if link is not None and link.school_class.section_number != section.number and _is_combined(link):
        return link.school_class_id  # the class goes by the name of its first section
    if link is None:
        made = classes.create(fields)
        ClassSection.objects.create(school_class=made, section=section)
        findings.counts["classes_created"] += 1
        return made.id
    findings.counts["classes_changed"] += classes.describe(link.school_class_id, fields, None)
    return link.school_class_id


def _class_name(section: Section) -> str:
    subject = section.title.strip() or section.course_id.strip() or f"Section {section.number}"
    period = section.period.strip()
    return f"{subject}, period {period}" if period else subject


def _own_rows(
    roster: wire.ListReading[wire.Enrolment], section: Section, school: School
) -> list[wire.Enrolment]:
    """Rows of other sections prove nothing about this one."""
    return [row for row in roster if (row.school_code, row.section_number) == (school.code, section.number)]


def _is_combined(link: ClassSection) -> bool:
    return ClassSection.objects.filter(school_class=link.school_class_id).count() > 1


@dataclass(frozen=True, slots=True)
class Span:
    """One enrolment of a student, by our id; both ends count."""

    student_id: int
    start: date | None
    end: date | None

    def active_on(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


def _elsewhere_in_class(class_id: int, section: Section) -> list[Span]:
    """The enrolments in the class's other sections, as last read: who moves between them stays in the class."""
    rows = Enrolment.objects.filter(section__class_section__school_class_id=class_id).exclude(section=section)
    return [Span(row.student_id, row.started_on, row.ended_on) for row in rows]


def _places(rows: Iterable[Span], day: date) -> list[Place]:
    """Each student's place on that day, from one or several spans."""
    spans: dict[int, list[Span]] = defaultdict(list)
    for row in rows:
        spans[row.student_id].append(row)
    return [_place(student_id, own, day) for student_id, own in spans.items()]


def _place(student_id: int, spans: list[Span], day: date) -> Place:
    active = [span for span in spans if span.active_on(day)]
    past = [span for span in spans if span.end is not None and span.end < day]
    if active:
        chosen = max(active, key=lambda span: (span.start or date.min, span.end or date.max))
    elif past:
        chosen = max(past, key=lambda span: (span.end or date.min, span.start or date.min))
    else:
        chosen = min(spans, key=lambda span: span.start or date.max)
    return Place(student_id, bool(active), chosen.start, chosen.end)


def _doubted(
    class_id: int,
    places: list[Place],
    of_others: Collection[int],
    roster: wire.ListReading[wire.Enrolment],
    section: Section,
    reading: SchoolReading,
    findings: Findings,
    *,
    fewer: bool,
) -> list[Place]:
    """The present places of students who are missing from a list that proves nothing; else none. `of_others`: students of
    the class's other sections, about whom this list says nothing.

    Aeries keeps the rows of students who left, so many missing rows mean a broken answer. `fewer`: it lists fewer than
    Aeries itself counts in the section (reference §7.1).
    """
    told = {place.student_id for place in places}
    present = ClassStudent.objects.filter(school_class_id=class_id, active=True, source="roster").exclude(
        student_id__in=set(of_others) - told
    )
    missing = [place for place in present if place.student_id not in told]
    if not missing:
        return []
    if roster.proves_absence and told and not fewer and not looks_partial(len(missing), len(present)):
        return []
    findings.problem(
        "roster_incomplete",
        sentence(
            "The roster of section %(number)s in school %(code)s lacks %(missing)s of %(present)s students; "
            "nobody was dropped.",
            number=section.number,
            code=reading.school.code,
            missing=len(missing),
            present=len(present),
        ),
        sentence("Look at the section's students in Aeries; the next run looks again."),
        [f"section {section.number}"],
    )
    return [Place(place.student_id, True, place.started_on, place.ended_on) for place in missing]


def _store_enrolments(
    section: Section, rows: Iterable[wire.Enrolment], ids: Mapping[int, int], *, keep_missing: bool
) -> None:
    wanted = {(ids[row.student_id], row.start, row.end) for row in rows}
    present = {
        (row.student_id, row.started_on, row.ended_on): row.id
        for row in Enrolment.objects.filter(section=section)
    }
    gone = [row_id for span, row_id in present.items() if span not in wanted]
    if gone and not keep_missing:
        Enrolment.objects.filter(id__in=gone).delete()
    Enrolment.objects.bulk_create(
        Enrolment(section=section, student_id=student_id, started_on=start, ended_on=end)
        for student_id, start, end in wanted - present.keys()
    )
