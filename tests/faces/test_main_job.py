"""Set-up, push, night and force under every face: the same promises, however Aeries answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from aeries_sandbox.profiles import PROFILES
from tests.district_and_sandbox import DUE, TEACHER, Class, finished
from tests.faces.how_long import LONG
from tests.faces.neighbours import Neighbours
from tests.faces.passing import settle
from twinbook.core.values import BLANK, Mark, MarkKind, OurValue
from twinbook.district import settings
from twinbook.gradebook.models import Activity
from twinbook.sync import night

pytestmark = pytest.mark.django_db(transaction=True)

FARTHEST = list(PROFILES) if LONG else ["documented", "strict", "hostile"]
"""The faces that differ most; `make faces` takes the others here as well."""
ESSAY, ITEMS, SHEET = "Essay on tides", "Forty questions", "Worksheet 12"


@pytest.fixture
def filled(neighbours: Neighbours, school_class: Class) -> Class:
    """Joined after work on both sides; the essay stands on both, with a comment and grading completed there."""
    aeries, book = school_class.aeries, school_class.gradebook
    first, second, third, _ = school_class.students()
    essay = aeries.adds(book, ESSAY, "20", comment="bring the book", grading_completed=True)
    items = aeries.adds(book, ITEMS, "100", number_correct_possible="40", comment="in the lab")
    category = school_class.category("Homework")
    ours = school_class.activity(ESSAY, "20", category_id=category, due_on=DUE)
    sheet = school_class.activity(SHEET, "12", category_id=category, due_on=DUE)
    aeries.types(book, essay, first, "17")
    aeries.types(book, items, first, "30")
    school_class.save(ours, second, "18.25")
    school_class.save(sheet, third, "0")
    neighbours.before = neighbours.taken_down()
    school_class.join()
    school_class.look()
    return school_class


def there(school_class: Class, title: str) -> dict[str, Any]:
    return school_class.aeries.assignment(school_class.gradebook, title)


def marks(school_class: Class, title: str) -> list[str]:
    rows = there(school_class, title)["scores"]
    return [rows[str(sis)]["mark"] for sis in school_class.students()]


def values(school_class: Class, title: str) -> list[str]:
    activity = school_class.named(title)
    return [school_class.value(activity, sis) for sis in school_class.students()]


def pulled(school_class: Class) -> None:
    run = finished(night.begin(TEACHER, awake=False))
    assert run.state == "done", run.error
    assert all(part["state"] == "done" for part in run.plan["classes"])


def test_the_main_job(filled: Class, neighbours: Neighbours) -> None:
    first, second, third, fourth = filled.students()
    assert filled.titles() == filled.aeries.titles(filled.gradebook) == sorted([ESSAY, ITEMS, SHEET])
    assert marks(filled, ESSAY) == values(filled, ESSAY) == ["17", "18.25", "", ""]
    assert values(filled, ITEMS) == ["75", "", "", ""]
    assert marks(filled, SHEET) == ["", "", "0", ""]

    filled.save(filled.named(ITEMS), second, "50")
    filled.save(filled.named(SHEET), third, "11.5")
    filled.save(filled.named(ESSAY), first, "16")
    filled.look()
    assert (marks(filled, ITEMS)[1], marks(filled, SHEET)[2], marks(filled, ESSAY)[0]) == ("20", "11.5", "16")

    book = filled.gradebook
    filled.aeries.types(book, there(filled, ESSAY)["assignment_number"], fourth, "12.5")
    filled.aeries.types(book, there(filled, SHEET)["assignment_number"], third, "")
    pulled(filled)
    assert values(filled, ESSAY) == ["16", "18.25", "", "12.5"]
    assert values(filled, SHEET) == ["", "", "", ""]

    filled.aeries.types(book, there(filled, ITEMS)["assignment_number"], first, "10")
    assert filled.force().counts["lms"]["scores_set"] == 1
    own_maximum = Decimal(there(filled, ITEMS)["scores"][str(first)]["number_correct_possible"])
    expected = round(Decimal(10) / own_maximum * 100, 4).normalize()
    assert values(filled, ITEMS) == [f"{expected:f}", "50", "", ""], "a row's own maximum counts (design A3)"
    assert filled.codes() == []
    neighbours.check()

    # Doing it again writes nothing and changes nothing (promise 7).
    before = (filled.aeries.truth(filled.gradebook), [values(filled, title) for title in filled.titles()])
    filled.aeries.forget()
    for _ in range(2):
        pulled(filled)
        filled.force()
        filled.look()
    assert filled.aeries.writes() == []
    assert before == (filled.aeries.truth(filled.gradebook), [values(filled, t) for t in filled.titles()])


EDITS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"title": "Essay on seas"}, {"description": "Essay on seas"}),
    ({"due_on": DUE.replace(day=9)}, {"date_due": "2020-10-09"}),
    ({"assigned_on": DUE.replace(day=1)}, {"date_assigned": "2020-10-01"}),
    ({"description": "bring a pencil"}, {"comment": "bring a pencil"}),
    ({"grading_completed": True}, {}),
    ({"grading_completed": False}, {"grading_completed": False}),
]


def test_an_edit_changes_one_field_and_loses_no_other(filled: Class, neighbours: Neighbours) -> None:
    """Of an assignment with a foreign id, a comment and grading completed; PUT replaces everything (reference §11.4)."""
    book, title = filled.gradebook, ESSAY
    foreign = {"external_id": "classroom:42", "comment": "bring the book", "visible_to_parents": False}
    filled.aeries.edits(book, there(filled, title)["assignment_number"], **foreign)
    filled.force()
    for changes, expected in [
        *EDITS,
        ({"category_id": filled.matched_category("2")}, {"category_code": "2"}),
    ]:
        before = there(filled, title)
        filled.edit(filled.named(title), **changes)
        filled.look()
        title = expected.get("description", title)
        after = there(filled, title)
        assert {key: value for key, value in after.items() if before[key] != value} == expected
    assert filled.codes() == []
    neighbours.check()


def test_the_states_of_a_cell_stay_apart(filled: Class) -> None:
    """Blank, zero, excused, incomplete, percent, missing and unknown marks, from there to here, and none comes back changed."""
    filled.aeries.control("POST", "/switches", {"undefined_mark": "placeholder"})
    book, students = filled.gradebook, filled.students()
    number = there(filled, SHEET)["assignment_number"]
    typed = [["0", "NA", "TX", "95%"], ["MI", "LATE", "", "12"], ["TX", "0", "NA", ""], ["", "", "0", "NA"]]
    shown = [
        ["0", "excused", "incomplete", "11.4"],
        ["missing", "LATE", "", "12"],
        ["incomplete", "0", "excused", ""],
        ["", "", "0", "excused"],
    ]
    settings.patch({"marks": {"MI": "missing"}})
    for row, expected in zip(typed, shown, strict=True):
        for sis, mark in zip(students, row, strict=True):
            filled.aeries.types(book, number, sis, mark)
        filled.aeries.forget()
        pulled(filled)
        assert values(filled, SHEET) == expected
        assert marks(filled, SHEET) == row
        filled.force()
        assert filled.aeries.writes() == []
    assert set(filled.codes()) <= {"unknown_mark"}


@pytest.mark.parametrize("face", FARTHEST)
def test_what_aeries_cannot_take_is_held_and_nothing_is_sent(filled: Class) -> None:
    """Least of all a zero (reference §12.6), whatever Aeries would make of it."""
    first = filled.students()[0]
    before = there(filled, ESSAY)
    values_here: list[OurValue] = [BLANK, *(Mark(kind) for kind in MarkKind)]
    for value in values_here:
        filled.save(filled.named(ESSAY), first, value)
        filled.aeries.forget()
        filled.look()
        filled.force()
        assert filled.aeries.writes() == []
        assert there(filled, ESSAY) == before
        assert filled.stands(filled.named(ESSAY), first) == "held"


@pytest.mark.parametrize("face", FARTHEST)
def test_a_number_over_a_special_mark_goes_or_is_held_with_aeries_words(filled: Class) -> None:
    settings.patch({"marks": {"MI": "missing"}})
    number, students = there(filled, SHEET)["assignment_number"], filled.students()
    typed = ["NA", "TX", "MI", "LATE"]
    for sis, mark in zip(students, typed, strict=True):
        filled.aeries.types(filled.gradebook, number, sis, mark)
    pulled(filled)
    for sis in students:
        filled.save(filled.named(SHEET), sis, "7")
    settle(filled)
    sheet = filled.named(SHEET)
    for sis, mark in zip(students, typed, strict=True):
        row = there(filled, SHEET)["scores"][str(sis)]
        seven = round(7 * Decimal(row["number_correct_possible"]) / 12, 4).normalize()
        assert (row["mark"], filled.stands(sheet, sis)) in ((f"{seven:f}", "synced"), (mark, "held"))
        assert filled.value(sheet, sis) == "7" or mark == "LATE"
    assert marks(filled, SHEET)[3] == "LATE", "a mark that nobody explained is never overwritten"


@pytest.mark.parametrize("face", FARTHEST)
def test_a_new_activity_without_and_with_scores(filled: Class, neighbours: Neighbours) -> None:
    filled.set(create_after_seconds=0)
    first = filled.students()[0]
    bare = filled.assigned("Bare one", description='with "quotes" & <brackets>')
    scored = filled.assigned("Scored one", "33.3333")
    filled.save(scored, first, "33.3333")
    bonus = filled.assigned("Bonus", "0", extra_credit=True)
    filled.save(bonus, first, "2.5")
    settle(filled)
    titles = filled.aeries.titles(filled.gradebook)
    assert titles == sorted([ESSAY, ITEMS, SHEET, "Bare one", "Scored one", "Bonus"])
    assert marks(filled, "Scored one")[0] == "33.3333"
    assert marks(filled, "Bonus")[0] == "2.5"
    assert there(filled, "Bare one")["grading_completed"] is False
    assert filled.codes() == []
    assert isinstance(bare, Activity) and Decimal(there(filled, "Bonus")["points_possible"]) == 0
    neighbours.check()


@pytest.mark.parametrize("face", FARTHEST)
def test_standards_rubrics_and_narratives_are_never_written(filled: Class) -> None:
    """Aeries' own assignments of these kinds come here as they can and are left alone there."""
    book = filled.gradebook
    filled.aeries.control(
        "PATCH",
        f"/gradebooks/{book}",
        {"narrative_marks": [{"narrative_set_id": 3, "mark": "GOOD", "percent": "90"}]},
    )
    odd = filled.aeries.adds(book, "Narrative one", "10")
    filled.aeries.edits(book, odd, narrative_set_id=3)
    filled.aeries.types(book, odd, filled.students()[0], "GOOD")
    before = there(filled, "Narrative one")
    settle(filled)
    filled.aeries.forget()
    if "Narrative one" in filled.titles():
        filled.save(filled.named("Narrative one"), filled.students()[1], "5")
    settle(filled)
    assert there(filled, "Narrative one") == before
    assert filled.aeries.writes() == []
