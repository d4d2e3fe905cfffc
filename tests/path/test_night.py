"""The night (J5): the roster first, then every joined class; one that fails stops no other."""

from __future__ import annotations

import pytest

from tests.district_and_sandbox import TEACHER, UNLINKED, Aeries, Class, finished
from twinbook.district.models import ClassSection
from twinbook.gradebook.models import Activity, ClassStudent
from twinbook.sync import night
from twinbook.sync.models import ClassSync, Run

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = 4366926
TITLE = "Quiz on rivers"


def _class_of(district: Aeries, gradebook: int) -> Class:
    section = district.truth(gradebook)["sections"][0]["section_number"]
    return Class(ClassSection.objects.get(section__number=section).school_class_id, gradebook, district)


@pytest.fixture
def two(district: Aeries) -> tuple[Class, Class]:
    """Two joined classes, each with an agreed quiz."""
    found = _class_of(district, UNLINKED), _class_of(district, SECOND)
    for school_class in found:
        school_class.join()
        school_class.look()
        school_class.agreed(TITLE, dict.fromkeys(school_class.students(), "8"))
    return found


def _night() -> Run:
    return finished(night.begin(TEACHER, awake=False))


def _types(school_class: Class, student: int, mark: str) -> None:
    number = school_class.aeries.assignment(school_class.gradebook, TITLE)["assignment_number"]
    school_class.aeries.types(school_class.gradebook, number, student, mark)


def _values(classes: tuple[Class, Class]) -> list[str]:
    return [one.value(one.named(TITLE), one.students()[0]) for one in classes]


def test_what_was_changed_in_aeries_comes_back_in_every_class(two: tuple[Class, Class]) -> None:
    for school_class in two:
        _types(school_class, school_class.students()[0], "6")
    run = _night()
    assert run.state == "done"
    assert _values(two) == ["6", "6"]
    assert run.counts["lms"]["scores_set"] == 2


def test_what_was_never_sent_goes_in_the_night(two: tuple[Class, Class]) -> None:
    for school_class in two:
        school_class.save(school_class.named(TITLE), school_class.students()[0], "9")
    _night()
    marks = [one.aeries.mark(one.gradebook, TITLE, one.students()[0]) for one in two]
    assert marks == ["9", "9"]


def test_the_roster_is_read_before_the_classes(two: tuple[Class, Class]) -> None:
    """A student who came today has a place here when the scores are read."""
    first = two[0]
    newcomer = 99000007
    section = first.aeries.truth(first.gradebook)["sections"][0]
    roster = f"/sections/{section['school_code']}/{section['section_number']}/students"
    first.aeries.control("POST", roster, {"student_id": newcomer})
    first.aeries.control("POST", f"/gradebooks/{first.gradebook}/students", {"student_id": newcomer})
    _types(first, newcomer, "4")
    run = _night()
    assert ClassStudent.objects.filter(
        school_class_id=first.id, student__sis_student_id=newcomer, active=True
    ).exists()
    assert first.value(first.named(TITLE), newcomer) == "4"
    assert "roster" in run.plan


def test_a_class_that_fails_does_not_stop_the_others(two: tuple[Class, Class]) -> None:
    for school_class in two:
        _types(school_class, school_class.students()[0], "6")
    two[0].aeries.fault(kind="status", status=500, path=f"gradebooks/{two[0].gradebook}")
    run = _night()
    two[0].aeries.heal()
    states = {item["class_id"]: item["state"] for item in run.plan["classes"]}
    assert run.state == "done"
    assert states[str(two[1].id)] == "done"
    assert _values(two) == ["8", "6"]
    told = next(item for item in run.plan["classes"] if item["class_id"] == str(two[0].id))
    assert told["state"] == "failed"
    assert told["why"]
    _night()
    assert _values(two) == ["6", "6"]


def test_a_class_that_the_brake_stopped_is_named_and_the_others_go_on(two: tuple[Class, Class]) -> None:
    first, second = two
    for title in ("Alpine lakes", "Map drawing", "Rock cycle"):
        first.agreed(title, dict.fromkeys(first.students(), "8"))
    for title in ("Alpine lakes", "Map drawing", "Rock cycle", TITLE):
        number = first.aeries.assignment(first.gradebook, title)["assignment_number"]
        for sis in first.students():
            first.aeries.types(first.gradebook, number, sis, "1")
    _types(second, second.students()[0], "6")
    run = _night()
    states = {item["class_id"]: item["state"] for item in run.plan["classes"]}
    assert run.state == "done"
    assert states == {str(first.id): "held", str(second.id): "done"}
    assert _values(two) == ["8", "6"]


def test_classes_being_set_up_or_paused_are_skipped_and_said(two: tuple[Class, Class]) -> None:
    first, second = two
    ClassSync.objects.filter(school_class_id=first.id).update(setting_up=True)
    second.set(mode="paused")
    for school_class in two:
        _types(school_class, school_class.students()[0], "6")
    run = _night()
    assert {item["state"] for item in run.plan["classes"]} == {"skipped"}
    assert all(item["why"] for item in run.plan["classes"])
    assert _values(two) == ["8", "8"]


def test_a_roster_that_cannot_be_read_does_not_keep_the_classes_from_being_looked_at(
    two: tuple[Class, Class],
) -> None:
    for school_class in two:
        _types(school_class, school_class.students()[0], "6")
    two[0].aeries.fault(kind="status", status=500, path="schools/994/sections")
    run = _night()
    assert "error" in run.plan["roster"]
    assert _values(two) == ["6", "6"]


def test_an_interrupted_night_goes_on_where_it_was(two: tuple[Class, Class]) -> None:
    """The first class was finished before the interruption: it is not read again."""
    first, second = two
    run = night.begin(TEACHER, awake=False)
    _types(first, first.students()[0], "6")
    part = Run.objects.create(
        school_class_id=first.id, kind="nightly", parent=run, created_by=TEACHER, state="done", counts={}
    )
    _types(second, second.students()[0], "6")
    first.aeries.forget()
    done = finished(run)
    assert done.state == "done"
    assert _values(two) == ["8", "6"]
    asked = [item["path"] for item in first.aeries.requests()]
    assert not any(f"gradebooks/{first.gradebook}/" in path for path in asked)
    assert part.id in {int(item["run_id"]) for item in done.plan["classes"]}


def test_a_night_right_after_a_night_sends_no_write(two: tuple[Class, Class]) -> None:
    _types(two[0], two[0].students()[0], "6")
    two[1].save(two[1].named(TITLE), two[1].students()[0], "9")
    _night()
    two[0].aeries.forget()
    run = _night()
    assert two[0].aeries.writes() == []
    assert run.plan["changes"] == []
    assert Activity.objects.filter(title=TITLE).count() == 2
