"""A preview is the same plan, not carried out (design §2): it tells value by value what the real run then does."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from tests.simulation.network import Fate, scripted
from tests.simulation.properties import check_dry_run
from tests.simulation.room import Class, Work, activity, classroom, sis
from twinbook.core.carry_out.report import Report
from twinbook.core.carry_out.views import NewItems


def moved(report: Report) -> Counter[tuple[str, str, str | None, str | None]]:
    return Counter((line.side, line.kind, line.before, line.after) for line in report.lines)


def counted(report: Report) -> dict[str, int]:
    return {key: count for key, count in report.counts.items() if "." in key and count}


@pytest.fixture
def world() -> Class:
    world = classroom([Work((("8", "8"), ("7", "7")))])
    world.clock.advance(100)
    return world


def same(world: Class) -> Report:
    dry = check_dry_run(world)
    real = world.catch_up()
    assert moved(dry) == moved(real)
    assert counted(dry) == counted(real)
    return dry


def test_scores_both_ways(world: Class) -> None:
    world.type_here(1, 1, "9")
    world.type_there(1, 2, "")
    report = same(world)
    assert moved(report) == {("aeries", "set_score", "8", "9"): 1, ("lms", "clear_score", "7", None): 1}


def test_a_new_activity_here_with_its_scores(world: Class) -> None:
    world.store.add_activity(activity(50, title="Volcano project"))
    world.type_here(50, 1, "9")
    world.type_here(50, 2, "excused")
    report = same(world)
    assert counted(report) == {"aeries.activities_created": 1, "aeries.scores_set": 1}


def test_one_that_waits_for_its_create_already(world: Class) -> None:
    world.store.add_activity(activity(50, title="Volcano project", published=False))
    world.type_here(50, 1, "9")
    world.catch_up()
    world.store.edit(50, published=True)
    assert counted(same(world)) == {"aeries.activities_created": 1, "aeries.scores_set": 1}


@pytest.mark.parametrize("setting", [NewItems.ASK, NewItems.IGNORE])
def test_one_that_the_class_does_not_create(world: Class, setting: NewItems) -> None:
    world.set_link(new_in_lms=setting, new_in_aeries=setting)
    world.store.add_activity(activity(50, title="Volcano project"))
    world.type_here(50, 1, "9")
    world.aeries.add("Field trip", Decimal(20), "T")
    assert counted(same(world)) == {}


def test_a_new_assignment_there_with_its_scores(world: Class) -> None:
    unique_id = world.aeries.add("Field trip", Decimal(20), "T")
    for student, text in ((1, "15"), (2, "95%"), (3, "NA")):
        world.aeries.type_in(unique_id, sis(student), text)
    report = same(world)
    assert counted(report) == {"lms.activities_created": 1, "lms.scores_set": 3}


def test_fields_both_ways(world: Class) -> None:
    world.store.edit(1, title="Work one")
    world.aeries.change(world.uid(1), comment="Bring a pencil.")
    assert counted(same(world)) == {"aeries.activities_updated": 1, "lms.activities_updated": 1}


def test_students_who_are_only_now_in_the_gradebook() -> None:
    """An observing class stores no list: each preview reads its own."""
    world = classroom([Work((("8", ""),))], agreed=False)
    assert counted(check_dry_run(world)) == {"aeries.scores_set": 1}


def test_what_the_brake_would_hold() -> None:
    world = classroom([Work((("8", "8"),) * 10) for _ in range(10)], 10)
    for student in range(1, 7):
        world.type_there(1, student, "3")
    dry = check_dry_run(world)
    assert (counted(dry), dry.counts["held"]) == ({}, 6)


def test_a_doubtful_create_that_landed_is_not_adopted_by_a_preview(world: Class) -> None:
    world.store.add_activity(activity(50, title="Volcano project"))
    world.type_here(50, 1, "9")
    world.network.fates = scripted(Fate.ANSWER_LOST)
    world.push()
    assert counted(same(world)) == {"aeries.scores_set": 1}
