"""Whatever "not found" looks like, nothing is taken for deleted: not one value, item or place changes on either side."""

from __future__ import annotations

from typing import Any

import pytest

from aeries_sandbox.profiles import PROFILES
from tests.district_and_sandbox import TEACHER, UNLINKED, Class, finished
from tests.faces.how_long import LONG
from tests.faces.passing import pass_time, settle
from twinbook.gradebook.models import ClassStudent
from twinbook.sync import night
from twinbook.sync.models import RunState

pytestmark = pytest.mark.django_db(transaction=True)

TITLES = ("Alpine lakes", "Weather diary", "Map drawing")
DISGUISES: list[dict[str, Any]] = [
    {"kind": "status", "status": 404},
    {"kind": "empty"},
    {"kind": "body", "body": "null"},
    {"kind": "body", "body": ""},
    {"kind": "body", "body": [None, None]},
    {"kind": "body", "body": {}},
    {
        "kind": "body",
        "body": {"StudentID": 1, "GradebookNumber": 1, "AssignmentNumber": 77, "UniqueID": "X", "ID": 1},
    },
    {
        "kind": "status",
        "status": 500,
        "body": {"Message": "Object reference not set to an instance of an object."},
    },
    {"kind": "html", "status": 404},
    {"kind": "partial"},
    {"kind": "truncate"},
    {"kind": "swap"},
]
PLACES = [
    r"^/gradebooks/\d+$",
    r"^/gradebooks/\d+/assignments$",
    r"^/gradebooks/assignments/[^/]+$",
    "/scores$",
    r"^/gradebooks/\d+/\w/students$",
    "^/schools|^/staff",
    "",
]

EVERYDAY = [(place, DISGUISES[position]) for position, place in enumerate(PLACES)]
"""One disguise at each place, and further ones everywhere; `make faces` takes each of them at each place."""
EVERYDAY += [("", disguise) for disguise in DISGUISES[len(PLACES) :]]
EVERY = [(place, disguise) for place in PLACES for disguise in DISGUISES]


@pytest.fixture
def worked(joined: Class) -> Class:
    """Three activities with a score for everybody, on both sides."""
    for position, title in enumerate(TITLES):
        joined.agreed(title, dict.fromkeys(joined.students(), f"{position + 1}.5"))
    return joined


def here(school_class: Class) -> list[Any]:
    values = [
        (title, [school_class.value(school_class.named(title), sis) for sis in school_class.students()])
        for title in school_class.titles()
    ]
    places = ClassStudent.objects.order_by("id").values_list("school_class_id", "student_id", "active")
    return [values, list(places)]


@pytest.mark.parametrize("face", list(PROFILES) if LONG else ["documented", "v2_quirks"])
def test_not_found_in_any_disguise_deletes_nothing(worked: Class) -> None:
    """Night after night, with the time between for every second look; a person is asked nothing that healing answers."""
    aeries = worked.aeries
    before = here(worked), aeries.truth(UNLINKED)
    for place, disguise in EVERY if LONG else EVERYDAY:
        aeries.fault(method="GET", path=place, **disguise)
        for _ in range(2):
            pass_time(aeries, 90)
            run = finished(night.begin(TEACHER, awake=False))
            assert run.state in (RunState.DONE, RunState.FAILED)
        assert here(worked) == before[0], (place, disguise)
        assert aeries.truth(UNLINKED) == before[1], (place, disguise)
        aeries.heal()
    settle(worked)
    assert worked.codes() == []
    assert (here(worked), aeries.truth(UNLINKED)) == before


@pytest.mark.parametrize("face", ["documented", "strict", "hostile"])
def test_a_save_during_a_disguise_goes_once_it_is_over(worked: Class) -> None:
    aeries, (first, *_) = worked.aeries, worked.students()
    quiz = worked.named(TITLES[0])
    worked.set(reuse_seconds=0)
    for step, disguise in enumerate(DISGUISES):
        aeries.fault(method="GET", path="/scores$", **disguise)
        saved = f"{step / 2 + 0.25:g}"  # never above the ten points, which the strict face refuses
        worked.save(quiz, first, saved)
        pass_time(aeries, 600)
        worked.look()
        assert worked.value(quiz, first) == saved, disguise
        aeries.heal()
    settle(worked)
    assert aeries.mark(UNLINKED, TITLES[0], first) == saved
    assert worked.codes() == []


@pytest.mark.parametrize("face", ["documented", "hostile"])
def test_a_partial_list_after_a_doubtful_insert_makes_no_second_one(worked: Class) -> None:
    """The list lacks what is known to be there, so that it does not prove that the insert never landed."""
    aeries, (first, *_) = worked.aeries, worked.students()
    worked.agreed(
        "A fourth", {first: "4"}
    )  # a partial list has every second row, and the fifth is not among them
    poster = worked.assigned("Volcano poster")
    worked.save(poster, first, "8")
    aeries.fault(kind="drop_after", method="POST", path="/assignments$", times=1)
    worked.look()
    aeries.fault(kind="partial", method="GET", path=r"/gradebooks/\d+/assignments$")
    for _ in range(3):
        pass_time(aeries, 600)
        worked.look()
    assert aeries.titles(UNLINKED).count("Volcano poster") == 1
    aeries.heal()
    settle(worked)
    assert aeries.titles(UNLINKED) == sorted([*TITLES, "A fourth", "Volcano poster"])
    assert aeries.mark(UNLINKED, "Volcano poster", first) == "8"


@pytest.mark.parametrize("face", ["documented", "hostile"])
def test_an_empty_list_after_a_doubtful_insert_makes_no_second_one(worked: Class) -> None:
    aeries, (first, *_) = worked.aeries, worked.students()
    poster = worked.assigned("Volcano poster")
    worked.save(poster, first, "8")
    aeries.fault(kind="drop_after", method="POST", path="/assignments$", times=1)
    worked.look()
    aeries.fault(kind="empty", method="GET", path=r"/gradebooks/\d+/assignments$")
    for _ in range(3):
        pass_time(aeries, 600)
        worked.look()
    aeries.heal()
    settle(worked)
    assert aeries.titles(UNLINKED) == sorted([*TITLES, "Volcano poster"])


@pytest.mark.parametrize("face", ["documented", "hostile"])
def test_a_list_that_honestly_lacks_a_deleted_one_lets_the_insert_be_repeated(worked: Class) -> None:
    aeries, (first, *_) = worked.aeries, worked.students()
    poster = worked.assigned("Volcano poster")
    worked.save(poster, first, "8")
    aeries.fault(kind="drop_before", method="POST", path="/assignments$", times=1)
    worked.look()
    aeries.deletes(UNLINKED, aeries.assignment(UNLINKED, TITLES[2])["assignment_number"])
    settle(worked)
    assert aeries.titles(UNLINKED) == sorted([*TITLES[:2], "Volcano poster"])
    assert worked.codes() == ["deleted_in_aeries"]
