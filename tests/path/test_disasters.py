"""A corpus of accidents in Aeries and on the way to it: after each, both gradebooks hold what they held, and what differs
is asked about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.district_and_sandbox import TEACHER, Class, finished
from tests.path.test_night import SECOND
from tests.path.test_vanished import _second_look_is_due
from twinbook.core.values import Blank
from twinbook.district import settings
from twinbook.gradebook import scores
from twinbook.gradebook.cells import parse_number
from twinbook.gradebook.models import Activity
from twinbook.gradebook.origin import person
from twinbook.gradebook.scores import ScoreWrite
from twinbook.sync import night
from twinbook.sync.models import Link

pytestmark = pytest.mark.django_db(transaction=True)

TITLES = ("Alpine lakes", "Weather diary", "Map drawing", "Rock cycle")
ASSIGNMENTS = r"gradebooks/\d+/assignments$"


class School:
    """One class, each student with a value of their own in four activities, the same on both sides."""

    def __init__(self, joined: Class) -> None:
        self.joined = joined
        self.aeries = joined.aeries
        self.book = joined.gradebook
        self.students = joined.students()
        self.work = [joined.assigned(title) for title in TITLES]
        for place in range(len(TITLES)):
            self.saves(place, [str(4 + nth + place % 2) for nth in range(len(self.students))])
        joined.look()
        self.numbers = [self.aeries.assignment(self.book, title)["assignment_number"] for title in TITLES]

    def saves(self, place: int, values: list[str]) -> None:
        people = zip(self.students, values, strict=True)
        writes = [ScoreWrite(self.joined.student(sis), parse_number(value)) for sis, value in people]
        scores.save_scores(self.joined.id, self.work[place].id, writes, person(TEACHER))

    def types(self, place: int, sis: int, mark: str) -> None:
        self.aeries.types(self.book, self.numbers[place], sis, mark)

    def each(self, mark: Callable[[int, int], str]) -> None:
        """Types into every cell; `mark` of the activity's and the student's place."""
        for place in range(len(TITLES)):
            for nth, sis in enumerate(self.students):
                self.types(place, sis, mark(place, nth))

    def here(self) -> dict[tuple[str, int], str]:
        titles = dict(Activity.objects.filter(school_class_id=self.joined.id).values_list("id", "title"))
        return {
            (titles[activity], student): str(cell.value)
            for (activity, student), cell in scores.of_class(self.joined.id).items()
            if not isinstance(cell.value, Blank)
        }

    def restores(self, mode: str) -> None:
        """To the state before every score was raised."""
        backup = self.aeries.control("POST", f"/gradebooks/{self.book}/backup")["backup"]
        for place in range(len(TITLES)):
            self.saves(place, ["9.5"] * len(self.students))
        self.joined.look()
        self.aeries.control("POST", f"/gradebooks/{self.book}/restore", {"backup": backup, "mode": mode})

    def another_gradebook(self) -> None:
        """The number now belongs to another class's gradebook, as after a year that was rolled over by mistake."""
        Link.objects.filter(school_class_id=self.joined.id).update(gradebook_number=SECOND)
        for title in ("Limits", "Sums", "Series"):
            self.aeries.adds(SECOND, title)

    def fault(self, kind: str, path: str, **more: Any) -> None:
        self.aeries.fault(kind=kind, method="GET", path=path, **more)


@pytest.fixture
def school(joined: Class) -> School:
    return School(joined)


DISASTERS: dict[str, tuple[Callable[[School], None], set[str]]] = {
    "the gradebook was cleared": (lambda s: s.each(lambda place, nth: ""), {"mass_change"}),
    "half of the gradebook was cleared": (
        lambda s: s.each(lambda place, nth: "" if place < 2 else str(4 + nth + place % 2)),
        {"mass_change"},
    ),
    "one activity was cleared": (
        lambda s: [s.types(0, sis, "") for sis in s.students] and None,
        {"mass_change"},
    ),
    "one student was cleared": (
        lambda s: [s.types(place, s.students[0], "") for place in range(4)] and None,
        {"mass_change"},
    ),
    "every score became zero": (lambda s: s.each(lambda place, nth: "0"), {"mass_change"}),
    "another class's scores were imported": (
        lambda s: s.each(lambda place, nth: str(9 - nth - place % 2)),
        {"mass_change"},
    ),
    "every row moved down by one student": (
        lambda s: s.each(lambda place, nth: str(4 + (nth + 1) % 4 + place % 2)),
        {"mass_change"},
    ),
    "everybody was marked NA": (lambda s: s.each(lambda place, nth: "NA"), {"mass_change"}),
    "a backup was restored in place": (lambda s: s.restores("same_ids"), {"mass_change"}),
    "a backup was restored under new ids": (
        lambda s: s.restores("new_ids"),
        {"deleted_in_aeries", "copy_suspected"},
    ),
    "a backup was restored as a copy beside it": (lambda s: s.restores("copy"), set()),
    "another gradebook stands under the number": (
        lambda s: s.another_gradebook(),
        {"deleted_in_aeries", "possible_duplicate", "student_not_in_gradebook"},
    ),
    "an empty list of assignments": (lambda s: s.fault("empty", ASSIGNMENTS), set()),
    "half a list of assignments": (lambda s: s.fault("partial", ASSIGNMENTS), set()),
    "an empty list of students": (lambda s: s.fault("empty", "students"), set()),
    "half a list of students": (lambda s: s.fault("partial", "students"), set()),
    "no rows of scores": (lambda s: s.fault("empty", "scores"), set()),
    "half of the rows of scores": (lambda s: s.fault("partial", "scores"), set()),
    "another assignment's rows": (lambda s: s.fault("swap", "scores"), set()),
    "a page instead of an answer": (lambda s: s.fault("html", "gradebooks"), set()),
    "half an answer": (lambda s: s.fault("truncate", "gradebooks"), set()),
}
"""What happens, and the questions that may stand afterwards: never others, and at least one where any may."""


@pytest.mark.parametrize("name", DISASTERS)
def test_held(name: str, school: School) -> None:
    happens, may_ask = DISASTERS[name]
    joined, aeries = school.joined, school.aeries
    happens(school)
    here, titles = school.here(), joined.titles()
    aeries.forget()
    for _ in range(2):
        joined.force()
        _second_look_is_due(joined)
        joined.look()
    assert school.here() == here
    assert joined.titles() == titles
    assert aeries.writes() == []
    asked = set(joined.codes())
    assert asked <= may_ask
    assert bool(asked) is bool(may_ask)
    aeries.heal()
    if not may_ask:
        joined.force()
        assert joined.codes() == []
        assert school.here() == here


def test_fifteen_of_a_hundred_values_in_every_class_stop_the_night(school: School) -> None:
    """Below the class's own limits; a district of one class stands for one of twenty."""
    settings.patch({"brake": {"district": {"classes": 1}}})
    for place in (0, 1):
        school.types(place, school.students[place], "1")
    here = school.here()
    run = finished(night.begin("schedule", awake=False))
    assert (run.state, school.joined.codes()) == ("held", ["mass_change"])
    assert school.here() == here
