"""A bad answer in the place of any reading changes nothing on either side, the class counts as not seen and says why, and the
other classes go on (issue 6.6). Everyday a sample; `make bad-answers` takes every body at every place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2
import pytest

from tests.district_and_sandbox import CERTIFICATE, TEACHER, Class, answers, finished
from tests.faces import bad_answers
from tests.faces.bad_answers import Bad
from tests.faces.how_long import EVERY_BAD_ANSWER
from tests.faces.passing import pass_time, settle
from twinbook.district.models import ClassSection
from twinbook.gradebook.models import ClassStudent
from twinbook.sync import night, overview, setup
from twinbook.sync.models import Link, RemoteState, RunState

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.parametrize("face", ["documented"])]

TITLES = ("Alpine lakes", "Weather diary", "Map drawing")
OTHER_SECTION = 1038


@dataclass(frozen=True)
class Place:
    """`path`: what follows /api/v5, with the class's own gradebook and assignments put in. `own`: no other class reads it."""

    name: str
    path: str
    own: bool = True


PLACES = [
    Place("the gradebook", r"^/gradebooks/{book}$"),
    Place("its students", r"^/gradebooks/{book}/\w/students$"),
    Place("its assignments", r"^/gradebooks/{book}/assignments$"),
    Place("scores", r"^/gradebooks/assignments/(?:{ids})/scores$"),
    Place("systeminfo", "^/systeminfo$", own=False),
]
ROSTER = [
    "^/schools$",
    r"^/schools/\d+/terms$",
    "^/staff$",
    "^/courses$",
    r"^/schools/\d+/sections$",
    r"^/schools/\d+/sections/\d+/students$",
    r"^/schools/\d+/students$",
    "^/SectionRosterDataChanges/",
    "^/SectionDataChanges/",
    "^/StudentDataChanges/",
]
NAMED = {bad.name: bad for bad in bad_answers.ALL}
SAMPLE = ["empty list", "truncated", "HTML with 200", "null", "every value a list", "list of nulls"]
SAMPLE += ["another assignment's rows", "message"]


@dataclass
class Two:
    """The class that meets bad answers, and another one that must not notice."""

    own: Class
    other: Class
    http: httpx2.Client

    def pattern(self, path: str) -> str:
        ids = [row["unique_id"] for row in self.own.aeries.truth(self.own.gradebook)["assignments"]]
        return path.replace("{book}", str(self.own.gradebook)).replace("{ids}", "|".join(ids))

    def spoil(self, path: str, bad: Bad) -> None:
        """One order for all addresses; a body that is made of the honest one needs one for each."""
        pattern = self.pattern(path)
        if bad.spoil is None:
            self.own.aeries.fault(method="GET", path=pattern, **bad.order)
            return
        for asked in self.known:
            if re.search(pattern, asked, re.IGNORECASE):
                honest = self.http.get(
                    f"{self.own.aeries.url}/api/v5{asked}", headers={"AERIES-CERT": CERTIFICATE}
                )
                order = bad.ordered(honest.json())
                self.own.aeries.fault(method="GET", path=f"^{re.escape(asked)}$", **order)

    @property
    def known(self) -> list[str]:
        return sorted(self._known)

    def learn(self) -> None:
        """Every address that a night asks for."""
        self.own.aeries.forget()
        self.night()
        asked = [item["path"] for item in self.own.aeries.requests()]
        self._known = {re.sub(r"^.*/api/v5", "", path.partition("?")[0]) for path in asked}

    def night(self) -> Any:
        """An hour after the last one: nothing is trusted any more."""
        pass_time(self.own.aeries, 3600)
        RemoteState.objects.update(identity_checked_at=None, down_since=None, next_probe_at=None, troubles=0)
        return finished(night.begin(TEACHER, awake=False))

    def held(self) -> Any:
        return [
            [(title, [one.value(one.named(title), sis) for sis in one.students()]) for title in one.titles()]
            for one in (self.own, self.other)
        ] + [
            list(ClassStudent.objects.order_by("id").values_list("school_class_id", "student_id", "active")),
            self.own.aeries.control("GET", "/gradebooks"),
        ]


@pytest.fixture
def two(school_class: Class, loopback: httpx2.Client) -> Iterator[Two]:
    aeries = school_class.aeries
    book = aeries.truth(school_class.gradebook)
    made = aeries.control(
        "POST",
        "/gradebooks",
        {
            **{key: book[key] for key in ("school_code", "staff_id", "terms", "categories")},
            "name": "Another class",
            "sections": [OTHER_SECTION],
            "students": [row["student_id"] for row in book["students"]],
        },
    )
    class_id = ClassSection.objects.get(section__number=OTHER_SECTION).school_class_id
    other = Class(class_id, int(made["gradebook_number"]), aeries)
    for one in (school_class, other):
        one.join()
        one.look()
        for position, title in enumerate(TITLES):
            one.agreed(title, dict.fromkeys(one.students(), f"{position + 1}.5"))
    both = Two(school_class, other, loopback)
    both.learn()
    yield both


def seen(one: Class) -> datetime | None:
    return Link.objects.get(school_class_id=one.id, ended_on=None).last_pulled_at


def why(one: Class) -> str | None:
    found: str | None = overview.class_sync(one.id)["why"]
    return found


def sample(position: int) -> list[Bad]:
    """Half a list everywhere, and two others in turn."""
    return [NAMED["half a list"], *(NAMED[SAMPLE[(2 * position + step) % len(SAMPLE)]] for step in (0, 1))]


CASES = [
    (place, bad)
    for position, place in enumerate(PLACES)
    for bad in (bad_answers.ALL if EVERY_BAD_ANSWER else sample(position))
]


def test_a_class_that_gets_a_bad_answer_was_not_seen_and_says_why(two: Two) -> None:
    before, wrongs = two.held(), []
    for place, bad in CASES:
        if is_no_answer_there(place, bad):
            continue
        was = seen(two.own), seen(two.other)
        two.spoil(place.path, bad)
        two.own.aeries.forget()
        two.night()
        two.own.look()  # a push that reads nothing of it
        where = f"{bad.name} for {place.name}"
        if seen(two.own) != was[0]:
            wrongs.append(f"{where}: counts as seen")
        if not why(two.own):
            wrongs.append(f"{where}: does not say why")
        if place.own and (seen(two.other) == was[1] or why(two.other)):
            wrongs.append(f"{where}: stopped another class: {why(two.other)}")
        if two.own.aeries.writes():
            wrongs.append(f"{where}: wrote")
        if two.held() != before:
            wrongs.append(f"{where}: changed something")
            break
        two.own.aeries.heal()
        if place.name == "its students" and (bad.plausible or "elsewhere" in bad.name):
            two.night()  # else the next list that lacks somebody would be the second one in a row
    assert wrongs == []
    was = seen(two.own), seen(two.other)
    settle(two.own)
    assert all(now != then for now, then in zip((seen(two.own), seen(two.other)), was, strict=True))
    assert (why(two.own), two.own.codes(), two.held()) == (None, [], before)


def is_no_answer_there(place: Place, bad: Bad) -> bool:
    """Half of a single object, or another assignment's rows where there are no assignments, is the honest answer."""
    if bad.name == "another assignment's rows":
        return place.name != "scores"
    if bad.name == "half a list":
        return place.name in ("the gradebook", "systeminfo")
    harmless_there = {
        "systeminfo": {"every number a word", "without its keys"},
    }
    return bad.name in harmless_there.get(place.name, set())


def test_a_bad_roster_moves_nobody_and_the_classes_go_on(two: Two) -> None:
    before, wrongs = two.held(), []
    for position, path in enumerate(ROSTER):
        for bad in bad_answers.ALL if EVERY_BAD_ANSWER else sample(position)[:2]:
            was = seen(two.own), seen(two.other)
            two.spoil(path, bad)
            run = two.night()
            where = f"{bad.name} for {path}"
            if two.held() != before:
                wrongs.append(f"{where}: changed something")
            if run.state != RunState.DONE or seen(two.own) == was[0] or seen(two.other) == was[1]:
                wrongs.append(f"{where}: a class was not seen: {run.error}")
            two.own.aeries.heal()
    assert wrongs == []
    settle(two.own)
    assert (two.own.codes(), two.held()) == ([], before)


def test_a_bad_answer_while_a_gradebook_is_read_for_the_set_up_makes_no_draft(
    school_class: Class, loopback: httpx2.Client
) -> None:
    aeries, book = school_class.aeries, school_class.gradebook
    for title in TITLES:
        number = aeries.adds(book, title)
        aeries.types(book, number, school_class.students()[0], "5")
    paths: list[Callable[[], str]] = [
        lambda: r"^/gradebooks/\d+$",
        lambda: r"^/gradebooks/\d+/\w/students$",
        lambda: r"^/gradebooks/\d+/assignments$",
        lambda: "/scores$",
    ]
    names = (
        [*bad_answers.REPLACING, *bad_answers.KINDS[:2]]
        if EVERY_BAD_ANSWER
        else [NAMED[n] for n in SAMPLE[1:3]]
    )
    for path in paths:
        for bad in names:
            aeries.fault(method="GET", path=path(), **bad.order)
            run, _ = setup.begin(school_class.id, book, TEACHER)
            done = finished(run)
            if (
                "elsewhere" not in bad.name
            ):  # well-formed people, whom nothing can tell from the gradebook's own
                assert done.state == RunState.FAILED, (path(), bad.name)
                assert done.error["message"] and done.error["hint"]
            assert aeries.writes() == [] and school_class.titles() == []
            aeries.heal()
    draft = school_class.draft()
    setup.patch(school_class.id, answers(draft))
    school_class.confirm()
    assert school_class.titles() == sorted(TITLES)
