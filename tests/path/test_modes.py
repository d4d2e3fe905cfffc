"""Observing, pausing, outages, and gradebooks that are none of ours."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from tests.district_and_sandbox import Aeries, Class
from tests.sync.children import eventually
from twinbook.aeries.bodies import AssignmentInsert
from twinbook.district import settings as district_settings
from twinbook.district.models import ClassSection
from twinbook.gradebook import history
from twinbook.gradebook.models import Activity
from twinbook.sync import errors, force, overview, wake
from twinbook.sync.models import Link, RemoteState, Run

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Quiz on rivers"
LINKED, SIBLING = 4366926, 4366927


@pytest.fixture
def quiz(joined: Class) -> Activity:
    return joined.agreed(TITLE, dict.fromkeys(joined.students(), "8"))


def _types(school_class: Class, student: int, mark: str) -> None:
    number = school_class.aeries.assignment(school_class.gradebook, TITLE)["assignment_number"]
    school_class.aeries.types(school_class.gradebook, number, student, mark)


def _both_sides_changed(school_class: Class, quiz: Activity) -> tuple[int, int]:
    first, second, *_ = school_class.students()
    _types(school_class, first, "5")
    school_class.save(quiz, second, "9")
    school_class.aeries.adds(school_class.gradebook, "Bell work")
    new = school_class.assigned("Volcano poster")
    school_class.save(new, first, "4")
    return first, second


@pytest.mark.parametrize("whole_district", [True, False], ids=["district", "class"])
def test_observe_reads_and_shows_and_writes_nothing_on_either_side(
    joined: Class, quiz: Activity, whole_district: bool
) -> None:
    if whole_district:
        district_settings.patch({"mode": "observe"})
    else:
        joined.set(mode="observe")
    first, second = _both_sides_changed(joined, quiz)
    entries = history.of_class(joined.id).count()
    joined.aeries.forget()
    joined.look()
    run = joined.force()
    assert joined.aeries.writes() == []
    assert joined.aeries.asked()["read scores"] == 2
    assert (joined.value(quiz, first), joined.aeries.mark(joined.gradebook, TITLE, second)) == ("8", "8")
    assert joined.titles() == sorted(["Volcano poster", TITLE])
    assert history.of_class(joined.id).count() == entries
    told = {(c["side"], c["kind"], c["after"]) for c in run.plan["changes"]}
    assert {
        ("lms", "set_score", "5"),
        ("aeries", "set_score", "9"),
        ("lms", "create_activity", "Bell work"),
        ("aeries", "create_activity", "Volcano poster"),
    } <= told


def test_after_observing_everything_that_was_shown_happens(joined: Class, quiz: Activity) -> None:
    joined.set(mode="observe")
    first, second = _both_sides_changed(joined, quiz)
    joined.force()
    joined.set(mode="sync")
    joined.look()
    joined.force()
    assert (joined.value(quiz, first), joined.aeries.mark(joined.gradebook, TITLE, second)) == ("5", "9")
    assert joined.titles() == sorted(["Bell work", TITLE, "Volcano poster"])
    assert joined.aeries.titles(joined.gradebook) == sorted(["Bell work", TITLE, "Volcano poster"])


def test_paused_keeps_saves_waiting_and_sends_them_afterwards(joined: Class, quiz: Activity) -> None:
    student = joined.students()[0]
    joined.set(mode="paused")
    joined.save(quiz, student, "9")
    joined.aeries.forget()
    joined.look()
    assert joined.aeries.requests() == []
    assert joined.stands(quiz, student) == "waiting"
    with pytest.raises(errors.Paused):
        force.begin(joined.id, "teacher@example.org")
    assert joined.force(dry_run=True).plan["changes"] != []
    joined.set(mode="sync")
    joined.look()
    assert joined.stands(quiz, student) == "synced"
    assert joined.aeries.mark(joined.gradebook, TITLE, student) == "9"


def _look_when_admitted(school_class: Class) -> None:
    """The sweeper comes back when the next probe is due; here the test does."""

    def served() -> bool:
        school_class.look()
        return school_class.link().why is None

    eventually(served)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 503},
        {"kind": "drop_before"},
        {"kind": "drop_after"},
        {"kind": "html"},
    ],
    ids=lambda fault: str(fault["kind"]),
)
def test_an_outage_stops_nobody_and_heals_by_itself(
    joined: Class, quiz: Activity, fault: dict[str, object]
) -> None:
    first, second, *_ = joined.students()
    joined.set(reuse_seconds=0)
    joined.aeries.fault(**fault)
    joined.save(quiz, first, "9")
    joined.look()
    assert joined.link().why
    assert joined.link().next_attempt_at is not None
    joined.save(quiz, second, "7")
    joined.look()
    assert [joined.stands(quiz, sis) for sis in (first, second)] == ["waiting", "waiting"]
    joined.aeries.heal()
    _look_when_admitted(joined)
    assert [joined.aeries.mark(joined.gradebook, TITLE, sis) for sis in (first, second)] == ["9", "7"]
    assert [joined.stands(quiz, sis) for sis in (first, second)] == ["synced", "synced"]
    assert joined.codes() == []


def test_an_outage_is_named_and_the_class_is_woken_when_it_ends(joined: Class, quiz: Activity) -> None:
    joined.set(reuse_seconds=0)
    joined.aeries.fault(kind="status", status=503)
    joined.save(quiz, joined.students()[0], "9")
    joined.look()
    standing = overview.class_sync(joined.id)
    assert standing["aeries_reachable"] is False
    assert "has not answered since" in standing["why"]
    joined.aeries.heal()
    _look_when_admitted(joined)
    standing = overview.class_sync(joined.id)
    assert (standing["aeries_reachable"], standing["why"], standing["waiting"]) == (True, None, 0)


def test_while_aeries_is_down_nothing_but_the_probe_is_asked(joined: Class, quiz: Activity) -> None:
    joined.set(reuse_seconds=0)
    joined.aeries.fault(kind="status", status=503)
    joined.save(quiz, joined.students()[0], "9")
    joined.look()
    RemoteState.objects.update(next_probe_at=Now() + timedelta(hours=1))
    joined.aeries.forget()
    joined.look()
    assert joined.aeries.requests() == []


def test_too_many_requests_is_obeyed_and_loses_nothing(joined: Class, quiz: Activity) -> None:
    student = joined.students()[0]
    joined.set(reuse_seconds=0)
    joined.aeries.fault(kind="throttle", retry_after=1, times=1)
    joined.save(quiz, student, "9")
    joined.look()
    _look_when_admitted(joined)
    assert joined.aeries.mark(joined.gradebook, TITLE, student) == "9"


def test_an_answer_lost_after_a_write_is_our_echo_and_no_edit(joined: Class, quiz: Activity) -> None:
    """C4: found again, the value that was sent is our own; the newer one here is sent after it."""
    student = joined.students()[0]
    joined.aeries.fault(kind="drop_after", method="POST", path="scores", times=1)
    joined.save(quiz, student, "9")
    joined.look()
    joined.save(quiz, student, "6")
    joined.look()
    assert joined.aeries.mark(joined.gradebook, TITLE, student) == "6"
    assert joined.value(quiz, student) == "6"
    assert joined.codes() == []


def test_a_write_that_lands_late_does_not_win_over_a_newer_one(joined: Class, quiz: Activity) -> None:
    student = joined.students()[0]
    joined.aeries.fault(kind="late", method="POST", path="scores", delay_ms=300, times=1)
    joined.save(quiz, student, "9")
    joined.look()
    joined.save(quiz, student, "6")
    joined.look()
    eventually(lambda: joined.aeries.mark(joined.gradebook, TITLE, student) == "9")

    def rests() -> bool:
        joined.look()
        return joined.aeries.mark(joined.gradebook, TITLE, student) == "6"

    eventually(rests)
    joined.force()
    assert joined.value(quiz, student) == "6"
    assert joined.codes() == []


@pytest.fixture
def linked(district: Aeries) -> Class:
    """The class of a gradebook in a linked group of Aeries."""
    section = district.truth(LINKED)["sections"][0]["section_number"]
    return Class(ClassSection.objects.get(section__number=section).school_class_id, LINKED, district)


def test_linked_siblings_stay_untouched(linked: Class) -> None:
    before = linked.aeries.truth(SIBLING)
    linked.join()
    linked.look()
    student = linked.students()[0]
    new = linked.assigned("Only in this one")
    linked.save(new, student, "8")
    linked.edit(linked.named("Chapter 1 Test"), title="Chapter 1 Exam")
    linked.save(linked.named("Chapter 1 Exam"), student, "33")
    linked.look()
    linked.force()
    assert linked.aeries.mark(LINKED, "Only in this one", student) == "8"
    assert linked.aeries.mark(LINKED, "Chapter 1 Exam", student) == "33"
    assert linked.aeries.truth(SIBLING) == before


def test_both_link_flags_are_sent_as_false(linked: Class) -> None:
    linked.join()
    linked.look()
    linked.aeries.forget()
    new = linked.assigned("Only in this one")
    linked.save(new, linked.students()[0], "8")
    linked.edit(linked.named("Chapter 1 Test"), title="Chapter 1 Exam")
    linked.look()
    bodies = [item["body"] for item in linked.aeries.writes() if isinstance(item["body"], dict)]
    assert len(bodies) == 2
    for body in bodies:
        flags = {name: value for name, value in body.items() if "linked" in name.lower()}
        assert flags
        assert set(flags.values()) == {False}


def test_with_the_flag_set_a_sibling_gets_an_assignment_that_nobody_made_there(
    linked: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard removed (promise 4): what the flag of the insert would do."""
    whole = AssignmentInsert.encode

    def with_flag(body: AssignmentInsert) -> bytes:
        return whole(body).replace(
            b'"CreateInLinkedGradebooksToo":false', b'"CreateInLinkedGradebooksToo":true'
        )

    monkeypatch.setattr(AssignmentInsert, "encode", with_flag)
    linked.join()
    linked.look()
    new = linked.assigned("Only in this one")
    linked.save(new, linked.students()[0], "8")
    linked.look()
    assert "Only in this one" in {a["description"] for a in linked.aeries.truth(SIBLING)["assignments"]}


def test_the_draft_warns_about_a_linked_group(linked: Class) -> None:
    checks = {check["code"]: check["level"] for check in linked.draft()["checks"]}
    assert checks["linked_group"] == "warning"


def test_a_gradebook_serves_one_class_only(joined: Class) -> None:
    """G2 as a constraint of the database; the list of gradebooks says who uses it."""
    link = joined.link()
    other = ClassSection.objects.exclude(school_class_id=joined.id).first()
    assert other is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Link.objects.create(
            school_class_id=other.school_class_id,
            connection=link.connection,
            gradebook_number=link.gradebook_number,
            school_code=link.school_code,
            database_year=link.database_year,
            started_on=link.started_on,
        )


def test_another_years_database_is_not_written_to(joined: Class, quiz: Activity) -> None:
    joined.save(quiz, joined.students()[0], "9")
    RemoteState.objects.update(identity_checked_at=None)
    joined.aeries.fault(
        kind="body", path="systeminfo", body={"AeriesVersion": "10.26.10.1", "DatabaseYear": "2021-2022"}
    )
    joined.aeries.forget()
    joined.look()
    assert joined.aeries.writes() == []
    assert "2021" in (joined.link().why or "")
    joined.aeries.heal()
    wake.served(joined.id)
    joined.look()
    assert joined.aeries.mark(joined.gradebook, TITLE, joined.students()[0]) == "9"
    assert Run.objects.filter(kind="push", school_class_id=joined.id).exists()
