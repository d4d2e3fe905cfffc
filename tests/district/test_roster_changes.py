"""What the change feeds save, and that nothing is missed for it, whatever the feeds leave open (reference §9)."""

from datetime import UTC, datetime

import pytest

from twinbook.aeries.client import AeriesClient
from twinbook.aeries.errors import Wait
from twinbook.district import connection
from twinbook.district.models import ClassSection, RosterSchool
from twinbook.district.roster import RosterReport
from twinbook.gradebook.models import ClassStudent, Student

from .conftest import SCHOOL, Aeries, read_roster

pytestmark = pytest.mark.django_db

ABBOTT, CASTRO, NGUYEN, YOUNG = 99400001, 99400156, 99400318, 99402373
EVERYBODY = {ABBOTT, CASTRO, NGUYEN, YOUNG}
QUIET = ["systeminfo", "schools", "staff", "courses", "roster feed", "student feed", "terms", "sections"]
WHOLE = ["systeminfo", "schools", "staff", "courses", "terms", "sections", "names", "names", "roster 1038"]


def active_in(section: int) -> set[int | None]:
    rows = ClassStudent.objects.filter(
        school_class__sections__section__number=section,
        school_class__sections__section__database_year=2020,
        active=True,
    )
    return set(rows.values_list("student__sis_student_id", flat=True))


def kinds(aeries: Aeries) -> list[str]:
    """What was asked since `forget`, in words."""
    return [_kind(asked.partition("/api/v5/")[2].partition("?")[0]) for asked in aeries.requests()]


def _kind(path: str) -> str:
    parts = path.split("/")
    if parts[0].endswith("Changes"):
        return "roster feed" if parts[0].startswith("SectionRoster") else "student feed"
    if parts[0] != "schools" or len(parts) == 1:
        return parts[0]
    if parts[2] == "sections" and len(parts) > 3:
        return f"roster {parts[3]}"
    return "names" if parts[2] == "students" else parts[2]


@pytest.fixture
def known(client: AeriesClient, aeries: Aeries) -> Aeries:
    """Read whole on the first of October, with no change for hours before."""
    aeries.on("2020-10-01")
    read_roster(client, SCHOOL)
    aeries.on("2020-10-02")
    aeries.control("DELETE", "/requests")
    return aeries


def night(client: AeriesClient) -> RosterReport:
    return read_roster(client, whole=False)


def next_day(aeries: Aeries, hours: int = 24) -> None:
    aeries.control("POST", "/clock", {"advance_seconds": hours * 3600})
    aeries.control("DELETE", "/requests")


def test_a_night_without_changes_reads_no_roster_and_no_names(client: AeriesClient, known: Aeries) -> None:
    report = night(client)
    assert kinds(known) == QUIET
    assert report.counts == {"sections_unchanged": 4}
    assert report.changed_classes == ()


def test_the_feeds_are_asked_in_aeries_own_time_with_an_overlap(client: AeriesClient, known: Aeries) -> None:
    """The first run saw 10:00 in Los Angeles."""
    known_until = RosterSchool.objects.get().known_until
    assert known_until is not None
    assert known_until.replace(second=0, microsecond=0) == datetime(2020, 10, 1, 17, 0, tzinfo=UTC)
    night(client)
    feeds = [asked for asked in known.requests() if "Changes" in asked]
    assert [asked.partition("/api/v5/")[2].partition("?")[0] for asked in feeds] == [
        "SectionRosterDataChanges/2020/10/1/7/45",
        "StudentDataChanges/student/2020/10/1/7/45",
    ]


def test_only_the_changed_roster_is_read(client: AeriesClient, known: Aeries) -> None:
    known.withdraw(1040, ABBOTT)
    next_day(known)
    report = night(client)
    assert kinds(known) == [*QUIET, "roster 1040"]
    assert report.counts == {"sections_read": 1, "sections_unchanged": 3, "students_dropped": 1}
    assert active_in(1040) == EVERYBODY - {ABBOTT}
    next_day(known)
    night(client)
    assert kinds(known) == QUIET


def test_names_are_read_only_for_somebody_new(client: AeriesClient, known: Aeries) -> None:
    person = {"school_code": SCHOOL, "student_number": 900, "last_name": "New", "first_name": "Nora"}
    known.patch(students=[{"student_id": 99409999, **person}])
    known.enrol(1039, 99409999)
    next_day(known)
    night(client)
    assert kinds(known) == [*QUIET, "roster 1039", "names", "names"]
    assert Student.objects.get(sis_student_id=99409999).name == "Nora New"


def test_a_new_name_is_taken_over_without_reading_a_roster(client: AeriesClient, known: Aeries) -> None:
    known.patch(students=[{"student_id": ABBOTT, "school_code": SCHOOL, "last_name": "Abbott-Lee"}])
    next_day(known)
    night(client)
    assert kinds(known) == [*QUIET, "names", "names"]
    assert Student.objects.get(sis_student_id=ABBOTT).name == "Allan Abbott-Lee"


def test_a_change_of_a_student_of_another_school_reads_nothing(client: AeriesClient, known: Aeries) -> None:
    person = {"school_code": 995, "student_number": 1, "last_name": "Far", "first_name": "Away"}
    known.patch(students=[{"student_id": 99500001, **person}])
    next_day(known)
    night(client)
    assert kinds(known) == QUIET


@pytest.mark.parametrize(
    "switches",
    [
        {"feed_lag_minutes": 30},
        {"changes_since": "gt"},
        {"feed_duplicates": "on"},
        {"feed_includes_deleted": "off"},
        {"feed_lag_minutes": 90, "changes_since": "gt", "feed_includes_deleted": "off"},
    ],
)
def test_a_swap_right_before_a_night_is_found_the_next_night_at_the_latest(
    client: AeriesClient, known: Aeries, switches: dict[str, object]
) -> None:
    """One came and one left, so the number of students shows nothing."""
    known.control("POST", "/switches", switches)
    known.withdraw(1038, NGUYEN)
    read_roster(client)
    known.enrol(1038, NGUYEN)
    known.withdraw(1038, YOUNG)
    for hours in (0, 24):
        next_day(known, hours)
        night(client)
    assert active_in(1038) == EVERYBODY - {YOUNG}


def test_a_silent_feed_is_found_out_by_the_number_of_students(client: AeriesClient, known: Aeries) -> None:
    known.control("POST", "/switches", {"feed_lag_minutes": 100_000})
    known.withdraw(1040, CASTRO)
    report = night(client)
    assert kinds(known) == [*QUIET, "roster 1040"]
    assert report.counts["students_dropped"] == 1


def test_a_section_that_is_gone_from_feed_and_list_ends(client: AeriesClient, known: Aeries) -> None:
    known.control("POST", "/switches", {"feed_includes_deleted": "off"})
    known.patch(sections=[{"school_code": SCHOOL, "section_number": 1040, "inactive_status_code": "I"}])
    next_day(known)
    assert night(client).counts["classes_ended"] == 1
    known.withdraw(1040, ABBOTT)
    next_day(known, 48)
    night(client)
    known.patch(sections=[{"school_code": SCHOOL, "section_number": 1040, "inactive_status_code": ""}])
    next_day(known, 48)
    night(client)
    assert ClassSection.objects.get(section__number=1040).school_class.ended_on is None
    assert active_in(1040) == EVERYBODY - {ABBOTT}


def test_a_new_title_reaches_a_class_whose_roster_is_not_read(client: AeriesClient, known: Aeries) -> None:
    known.patch(sections=[{"school_code": SCHOOL, "section_number": 1040, "period": "7"}])
    next_day(known)
    night(client)
    assert kinds(known) == QUIET
    assert ClassSection.objects.get(section__number=1040).school_class.name == "Algebra 1, period 7"


@pytest.mark.parametrize("days", [7, 8])
def test_once_a_week_everything_is_read(client: AeriesClient, known: Aeries, days: int) -> None:
    asked = []
    for _ in range(days):
        night(client)
        asked.append(len(kinds(known)))
        next_day(known)
    assert asked[:6] == [8] * 6
    assert asked[6] == 12


def test_after_a_silence_everything_is_read(client: AeriesClient, known: Aeries) -> None:
    next_day(known, 24 * 3)
    night(client)
    assert len(kinds(known)) == 12
    next_day(known)
    night(client)
    assert kinds(known) == QUIET


def test_whole_reads_everything_whatever_the_feeds_tell(client: AeriesClient, known: Aeries) -> None:
    read_roster(client, whole=True)
    assert sorted(set(kinds(known)) - {"roster 1039", "roster 1040", "roster 1041"}) == sorted(set(WHOLE))


@pytest.mark.parametrize(
    "order",
    [
        {"kind": "status", "status": 404},
        {"kind": "status", "status": 500},
        {"kind": "html"},
        {"kind": "body", "body": [None]},
    ],
)
@pytest.mark.parametrize("path", ["SectionRosterDataChanges", "StudentDataChanges"])
def test_a_feed_that_fails_saves_nothing(
    client: AeriesClient, known: Aeries, path: str, order: dict[str, object]
) -> None:
    known.fault(path=path, **order)
    report = night(client)
    assert report.counts == {"sections_read": 4}
    assert report.problems == ()


def test_a_roster_that_failed_is_read_the_next_night(client: AeriesClient, known: Aeries) -> None:
    known.withdraw(1040, ABBOTT)
    known.fault(path="sections/1040/students$", kind="status", status=500, times=1)
    next_day(known)
    assert night(client).counts["sections_failed"] == 1
    next_day(known)
    night(client)
    assert kinds(known) == [*QUIET, "roster 1040"]
    assert active_in(1040) == EVERYBODY - {ABBOTT}


def test_a_doubted_roster_is_read_the_next_night(client: AeriesClient, known: Aeries) -> None:
    known.withdraw(1040, ABBOTT)
    known.fault(path="sections/1040/students$", kind="empty", times=1)
    next_day(known)
    assert [problem.code for problem in night(client).problems] == ["roster_incomplete"]
    next_day(known)
    night(client)
    assert active_in(1040) == EVERYBODY - {ABBOTT}


def test_names_that_could_not_be_read_are_read_the_next_night(client: AeriesClient, known: Aeries) -> None:
    known.patch(students=[{"student_id": ABBOTT, "school_code": SCHOOL, "last_name": "Abbott-Lee"}])
    known.fault(path=r"/schools/994/students", kind="status", status=500, times=1)
    next_day(known)
    assert [problem.code for problem in night(client).problems] == ["student_names_missing"]
    next_day(known)
    night(client)
    assert Student.objects.get(sis_student_id=ABBOTT).name == "Allan Abbott-Lee"


def test_an_interrupted_night_forgets_no_change(client: AeriesClient, known: Aeries) -> None:
    known.withdraw(1038, ABBOTT)
    known.withdraw(1040, ABBOTT)
    known.fault(path="/sections$", kind="drop_before", times=1)
    next_day(known)
    with pytest.raises(Wait):
        night(client)
    next_day(known)
    night(client)
    assert active_in(1038) == active_in(1040) == EVERYBODY - {ABBOTT}


def test_a_section_missing_from_the_list_is_read_when_it_is_back(client: AeriesClient, known: Aeries) -> None:
    known.withdraw(1039, ABBOTT)
    known.enrol(1039, ABBOTT)
    known.fault(path="/sections$", kind="body", body="[]", times=1)
    next_day(known)
    assert [problem.code for problem in night(client).problems] == ["section_list_incomplete"]
    next_day(known)
    night(client)
    assert "roster 1039" in kinds(known)


def test_a_span_that_begins_or_ends_later_takes_effect_on_its_day(
    client: AeriesClient, aeries: Aeries
) -> None:
    row = {"school_code": SCHOOL, "section_number": 1040}
    aeries.on("2020-10-01")
    aeries.patch(
        enrolments=[
            {**row, "student_id": ABBOTT, "sequence_number": 3, "date_ended": "2020-10-03"},
            {**row, "student_id": CASTRO, "sequence_number": 3, "date_started": "2020-10-05"},
        ]
    )
    read_roster(client, SCHOOL)
    seen = {}
    for day in ("2020-10-03", "2020-10-04", "2020-10-05"):
        aeries.on(day)
        aeries.control("POST", "/switches", {"feed_lag_minutes": 100_000})
        night(client)
        seen[day] = active_in(1040)
    assert seen == {
        "2020-10-03": EVERYBODY - {CASTRO},
        "2020-10-04": EVERYBODY - {ABBOTT, CASTRO},
        "2020-10-05": EVERYBODY - {ABBOTT},
    }


def test_another_address_is_read_whole(client: AeriesClient, known: Aeries) -> None:
    connection.put({"url": known.url, "database_year": 2020})
    night(client)
    assert len(kinds(known)) == 12


def test_another_school_is_read_whole_and_the_known_one_is_not(client: AeriesClient, known: Aeries) -> None:
    term = {"code": "Y", "description": "Year", "start_date": "2020-07-06", "end_date": "2021-06-10"}
    known.patch(schools=[{"school_code": 995, "name": "Second", "terms": [term]}])
    read_roster(client, 995, whole=False)
    known.control("DELETE", "/requests")
    RosterSchool.objects.filter(school_code=995).update(known_until=None)
    report = night(client)
    assert report.counts["sections_unchanged"] == 4
    assert "sections_read" not in report.counts


@pytest.mark.parametrize("profile", ["documented", "v2_quirks", "strict", "permissive", "hostile"])
def test_under_every_profile_a_night_of_changes_is_found(
    client: AeriesClient, aeries: Aeries, profile: str
) -> None:
    aeries.control("POST", "/switches", {})
    aeries.control("POST", "/reset", {"seed": "documentation", "profile": profile})
    aeries.on("2020-10-01")
    read_roster(client, SCHOOL)
    aeries.withdraw(1038, NGUYEN)
    aeries.enrol(1039, NGUYEN)
    aeries.patch(students=[{"student_id": ABBOTT, "school_code": SCHOOL, "last_name": "Abbott-Lee"}])
    next_day(aeries)
    report = night(client)
    assert report.problems == ()
    assert active_in(1038) == EVERYBODY - {NGUYEN}
    assert Student.objects.get(sis_student_id=ABBOTT).name == "Allan Abbott-Lee"
    assert report.counts["sections_unchanged"] >= 2
