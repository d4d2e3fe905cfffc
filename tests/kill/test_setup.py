"""kill -9 of the worker in the middle of a confirmed set-up (G5): the next one goes on, and nothing is made twice."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connection

from tests.district_and_sandbox import DUE, TEACHER, Class, answers
from tests.kill.conftest import Workers, comes_to_rest, eventually, takes_long, wait_until_taken
from tests.sync.children import database_url
from twinbook.sync import overview, setup
from twinbook.sync.models import CategoryPair, Link, Pair, Run

pytestmark = pytest.mark.django_db(transaction=True)

HERE = ("Alpine lakes", "Map drawing")
THERE = "Rock cycle"
LONGEST_SECONDS = 3


@pytest.fixture
def drafted(school_class: Class) -> dict[tuple[str, int], str]:
    """Two activities here, one there, each with scores; every question answered. What both sides must hold then."""
    takes_long(LONGEST_SECONDS)
    first, second, *_ = school_class.students()
    number = school_class.aeries.adds(school_class.gradebook, THERE, "20")
    school_class.aeries.types(school_class.gradebook, number, first, "18")
    expected = {(THERE, first): "18"}
    category = school_class.category("Homework")
    for title in HERE:
        activity = school_class.activity(title, category_id=category, due_on=DUE)
        for sis, value in ((first, "8"), (second, "5")):
            school_class.save(activity, sis, value)
            expected[title, sis] = value
    setup.patch(school_class.id, answers(school_class.draft()))
    return expected


def _confirm(school_class: Class) -> Run:
    summary = setup.summary(school_class.id)
    assert summary["ready"], summary["blocking"]
    return setup.confirm(school_class.id, summary["fingerprint"], TEACHER)


def _joined_once(school_class: Class, run: Run, expected: dict[tuple[str, int], str]) -> None:
    eventually(lambda: Run.objects.get(id=run.id).state == "done")
    comes_to_rest(school_class, expected)
    titles = sorted({title for title, _ in expected})
    assert school_class.aeries.titles(school_class.gradebook) == titles
    assert school_class.titles() == titles
    assert overview.class_sync(school_class.id)["state"] == "synced"
    assert Link.objects.filter(school_class_id=school_class.id).count() == 1
    assert CategoryPair.objects.filter(category__isnull=False).count() == 5


@pytest.mark.parametrize("kind", ["delay_before", "delay_after"])
def test_killed_in_an_insert(
    school_class: Class, workers: Workers, drafted: dict[tuple[str, int], str], kind: str
) -> None:
    school_class.aeries.fault(kind=kind, delay_ms=2500, method="POST", path="assignments$", times=1)
    worker = workers.start()
    run = _confirm(school_class)
    wait_until_taken(school_class.aeries)
    workers.kill(worker)
    assert overview.class_sync(school_class.id)["state"] == "setting_up"
    workers.start()
    _joined_once(school_class, run, drafted)


def test_killed_in_the_step_that_makes_the_structure(
    school_class: Class, workers: Workers, drafted: dict[tuple[str, int], str]
) -> None:
    """All of the structure or none of it: the transaction waits for the class's row when its worker dies."""
    with psycopg.connect(database_url()) as holding:
        holding.execute(
            "SELECT 1 FROM gradebook_schoolclass WHERE id = %s FOR NO KEY UPDATE", [school_class.id]
        )
        worker = workers.start()
        run = _confirm(school_class)
        eventually(_somebody_waits)
        workers.kill(worker)
        assert Link.objects.count() == 0
        assert Pair.objects.count() == 0
    workers.start()
    _joined_once(school_class, run, drafted)


def _somebody_waits() -> bool:
    """A transaction of another process waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE %s",
            ["%gradebook_schoolclass%"],
        )
        return cursor.fetchone() is not None


def test_killed_in_a_post_of_scores_and_saves_made_meanwhile_go_afterwards(
    school_class: Class, workers: Workers, drafted: dict[tuple[str, int], str]
) -> None:
    third = school_class.students()[2]
    school_class.aeries.fault(kind="delay_after", delay_ms=2500, method="POST", path="scores", times=1)
    worker = workers.start()
    run = _confirm(school_class)
    wait_until_taken(school_class.aeries)
    workers.kill(worker)
    school_class.save(school_class.named(HERE[0]), third, "9")
    workers.start()
    expected: dict[Any, str] = {**drafted, (HERE[0], third): "9"}
    _joined_once(school_class, run, expected)
