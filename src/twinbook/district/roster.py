"""The roster sync: schools, terms, staff, sections, enrolments, students.

Level-triggered: what Aeries tells is compared with what is here, and only differences are written. Each
section is stored by itself, so an interrupted run leaves whole sections and the next run does the rest.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from twinbook.aeries import models as wire
from twinbook.aeries.client import AeriesClient
from twinbook.aeries.errors import (
    AeriesError,
    Dropped,
    FixSetup,
    OurBug,
    PermissionMissing,
    TimedOut,
    Unreachable,
)
from twinbook.aeries.health import check_identity
from twinbook.core.sentence import sentence
from twinbook.district import roster_changes, roster_people, roster_sections, settings
from twinbook.district.errors import NoSchoolChosenError, NotFoundError
from twinbook.district.models import NAME_LENGTH, RosterSchool, School, SchoolTerm, Section, Staff
from twinbook.district.roster_changes import Changes
from twinbook.district.roster_names import SchoolNames
from twinbook.district.roster_report import Findings, Progress, RosterProblem, RosterReport, shown
from twinbook.district.roster_sections import SchoolReading

__all__ = ["RosterProblem", "RosterReport", "chosen_schools", "shown", "sync_roster"]

# So many sections in a row without any connection: Aeries is down, and the run ends.
_UNREACHABLE_IN_A_ROW = 3
_NO_CONNECTION = (Unreachable, TimedOut, Dropped)


def chosen_schools() -> list[int]:
    """The codes of the schools that were ever chosen."""
    return list(RosterSchool.objects.order_by("school_code").values_list("school_code", flat=True))


def sync_roster(
    client: AeriesClient,
    school_code: int | None,
    today: date | None,
    on_progress: Progress,
    *,
    whole: bool = False,
) -> RosterReport:
    """Reads the chosen schools and stores what changed. `school_code` chooses one more, remembers it and
    reads it alone.

    `today` None: Aeries' own date. Requests take the bulk lane. The whole, which is read the first time, once
    a week, after a silence and when asked for with `whole`, costs 4, then 3 a school and 1 a section with a
    class. In between the change feeds tell what may be left unread: 6, then 2 a school and 1 a changed section.
    One section's trouble stops no other: it becomes a problem of the report.
    Raises NotFoundError and NoSchoolChosenError, and AeriesError when nothing can be read at all: the
    set-up is wrong or Aeries is not there. What was stored until then stays.
    """
    findings = Findings()
    on_progress(0, 0, "schools and staff")
    info = client.systeminfo().value
    year = check_identity(info, client.database_year)
    today = today or info.today or settings.today_now()
    schools = _choose(client.schools(), school_code)
    staff = roster_people.store_staff(client.staff(), findings)
    roster_people.store_accounts(findings)
    courses = _course_titles(client, findings)
    changes = roster_changes.since_last(client, info, year, [school.code for school in schools], whole=whole)
    for told in schools:
        reading = _read_school(client, told, year, today, staff, courses, changes, findings)
        _Sections(client, reading, findings, on_progress).store()
        reading.names.renew()
        if not reading.names.failed:
            roster_changes.remember(info, year, told.code, whole=told.code in changes.whole)
    return RosterReport(
        database_year=year,
        school_codes=tuple(school.code for school in schools),
        counts={name: count for name, count in findings.counts.items() if count},
        problems=tuple(findings.problems),
        changed_classes=tuple(findings.changed_classes),
    )


def _choose(told: wire.ListReading[wire.School], school_code: int | None) -> list[wire.School]:
    """The schools to read: those chosen, or the only one there is. Aeries' list holds things that are no
    schools (reference §5.1), so several are never taken unasked."""
    by_code = {school.code: school for school in told}
    if school_code is not None and school_code not in by_code:
        raise NotFoundError(
            sentence("Aeries has no school %(school_code)s.", school_code=school_code),
            hint=_names(told),
            field="school_code",
        )
    codes = set(chosen_schools()) | ({school_code} if school_code is not None else set())
    if not codes:
        possible = [school for school in told if school.active and school.code > 0 and school.terms]
        if len(possible) != 1:
            raise NoSchoolChosenError(
                sentence("Choose the school to read."), hint=_names(told), field="school_code"
            )
        codes = {possible[0].code}
    for code in codes:
        RosterSchool.objects.get_or_create(school_code=code)
    if school_code is not None:
        codes = {school_code}
    return [by_code[code] for code in sorted(codes) if code in by_code]


def _names(told: wire.ListReading[wire.School]) -> str:
    known = [f"{school.code} {school.name}" for school in told if school.active and school.code > 0]
    return sentence("Schools in Aeries: %(schools)s.", schools=", ".join(known) or sentence("none"))


def _course_titles(client: AeriesClient, findings: Findings) -> dict[str, str]:
    """Titles are a courtesy: without them classes are named by their course id."""
    try:
        return {course.id: course.title.strip() or course.long_description for course in client.courses()}
    except PermissionMissing:
        message, hint = (
            sentence("The certificate may not read course titles."),
            sentence("Grant Read on Course Data in Aeries."),
        )
    except FixSetup:
        raise
    except AeriesError as error:
        message, hint = sentence("The course titles could not be read."), error.hint
    findings.problem("course_titles_missing", message, hint)
    return {
        section.course_id: section.title
        for section in Section.objects.exclude(title="").order_by("database_year")
    }


def _read_school(
    client: AeriesClient,
    told: wire.School,
    year: int,
    today: date,
    staff: dict[int, Staff],
    courses: dict[str, str],
    changes: Changes,
    findings: Findings,
) -> SchoolReading:
    terms = client.terms(told.code).items or told.terms
    whole = told.code in changes.whole
    names = SchoolNames(client, told.code, None if whole else changes.students, findings)
    with transaction.atomic():
        school, _ = School.objects.update_or_create(
            code=told.code,
            defaults={
                "name": told.name.strip()[:NAME_LENGTH],
                "is_flex": told.is_flex,
                "inactive": not told.active,
            },
        )
        kept = {
            term.code: SchoolTerm.objects.update_or_create(
                school=school,
                database_year=year,
                code=term.code,
                defaults={"name": term.name, "starts_on": term.start, "ends_on": term.end},
            )[0]
            for term in terms
        }
    changed = None if whole else changes.sections
    return SchoolReading(school, year, today, kept, staff, courses, names, changed)


@dataclass
class _Sections:
    """The sections of one school, one after the other."""

    client: AeriesClient
    reading: SchoolReading
    findings: Findings
    on_progress: Progress
    unreachable: int = 0

    def store(self) -> None:
        school = self.reading.school
        listed = self.client.sections(school.code)
        told = sorted(
            (section for section in listed if section.school_code == school.code),
            key=lambda section: section.number,
        )
        for done, section in enumerate(told):
            self.on_progress(done, len(told), f"section {section.number} of school {school.code}")
            self._store(section)
        self.on_progress(len(told), len(told), f"school {school.code}")
        self._end_those_gone(listed)

    def _store(self, told: wire.Section) -> None:
        section = roster_sections.store_section(told, self.reading)
        if not roster_sections.needs_roster(section, told, self.reading):
            return
        if not roster_sections.may_have_changed(section, told, self.reading):
            roster_sections.describe_class(section, self.reading, self.findings)
            self.findings.counts["sections_unchanged"] += 1
            return
        try:
            roster = self.client.section_students(told.school_code, told.number)
        except (FixSetup, OurBug):
            raise
        except AeriesError as error:
            self._failed(told, error)
            roster_sections.read_again(section)
            return
        self.unreachable = 0
        self.findings.counts["sections_read"] += 1
        roster_sections.store_class(section, told, roster, self.reading, self.findings)

    def _failed(self, told: wire.Section, error: AeriesError) -> None:
        self.findings.counts["sections_failed"] += 1
        self.findings.problem(
            "section_failed",
            sentence(
                "The roster of section %(number)s in school %(school_code)s could not be read: %(text)s.",
                number=told.number,
                school_code=told.school_code,
                text=error.text,
            ),
            error.hint,
            [f"section {told.number}"],
        )
        self.unreachable = self.unreachable + 1 if isinstance(error, _NO_CONNECTION) else 0
        if self.unreachable >= _UNREACHABLE_IN_A_ROW:
            raise error

    def _end_those_gone(self, listed: wire.ListReading[wire.Section]) -> None:
        """Sections missing from a whole list, and those of earlier years, have no running class any more."""
        school, year = self.reading.school, self.reading.database_year
        numbers = [section.number for section in listed]
        own = Section.objects.filter(school=school, database_year=year)
        missing = own.filter(inactive=False).exclude(number__in=numbers)
        count = missing.count()
        if listed.proves_absence and not roster_people.looks_partial(
            count, own.filter(inactive=False).count()
        ):
            missing.update(inactive=True, roster_day=None)
        elif count:
            missing.update(roster_day=None)
            self.findings.problem(
                "section_list_incomplete",
                sentence(
                    "Aeries' list of sections of school %(code)s lacks %(count)s that it had before; they were left "
                    "as they are.",
                    code=school.code,
                    count=count,
                ),
                sentence("Nothing to do if the next run finds them."),
            )
        earlier = Section.objects.filter(school=school, database_year__lt=year)
        for gone in (own.filter(inactive=True), earlier):
            self.findings.counts["classes_ended"] += roster_sections.end_classes(gone, self.reading.today)
