"""kill -9 of the worker in the middle of a push: the work goes on by itself, and nothing is lost or doubled."""

from __future__ import annotations

import pytest

from tests.district_and_sandbox import Class
from tests.kill.conftest import Workers, comes_to_rest, takes_long, wait_until_taken
from tests.sync.classes import clear_jobs
from twinbook.sync.models import IntentRow

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Quiz on rivers"
HELD = [
    {"kind": "delay_before", "delay_ms": 2500},
    {"kind": "delay_after", "delay_ms": 2500},
]
LONGEST_SECONDS = 3


@pytest.mark.parametrize("fault", HELD, ids=lambda fault: fault["kind"])
def test_a_write_whose_worker_died_never_wins_over_a_newer_score(
    joined: Class, workers: Workers, fault: dict[str, object]
) -> None:
    first, second, *_ = joined.students()
    quiz = joined.agreed(TITLE, {first: "1", second: "1"})
    takes_long(LONGEST_SECONDS)
    joined.aeries.fault(method="POST", path="scores", times=1, **fault)
    worker = workers.start()
    joined.save(quiz, first, "9")
    wait_until_taken(joined.aeries)
    workers.kill(worker)
    left = IntentRow.objects.get(settled_at=None)
    assert left.ended_at is None
    joined.save(quiz, first, "6")
    joined.save(quiz, second, "7")
    workers.start()
    comes_to_rest(joined, {(TITLE, first): "6", (TITLE, second): "7"})
    left.refresh_from_db()
    assert left.ended_at is not None
    assert left.settled_at is not None
    assert (left.settled_at - left.ended_at).total_seconds() > LONGEST_SECONDS


@pytest.mark.parametrize("fault", HELD, ids=lambda fault: fault["kind"])
def test_killed_in_an_insert_there_is_one_assignment_and_every_score(
    joined: Class, workers: Workers, fault: dict[str, object]
) -> None:
    first, second, *_ = joined.students()
    takes_long(LONGEST_SECONDS)
    joined.aeries.fault(method="POST", path="assignments$", times=1, **fault)
    worker = workers.start()
    poster = joined.assigned("Volcano poster")
    joined.save(poster, first, "9")
    wait_until_taken(joined.aeries)
    workers.kill(worker)
    joined.save(poster, second, "7")
    workers.start()
    comes_to_rest(joined, {("Volcano poster", first): "9", ("Volcano poster", second): "7"})


def test_saves_made_without_a_worker_go_when_one_starts_although_every_wake_up_was_lost(
    joined: Class, workers: Workers
) -> None:
    student = joined.students()[0]
    quiz = joined.agreed(TITLE, {student: "1"})
    joined.save(quiz, student, "9")
    clear_jobs()
    workers.start()
    comes_to_rest(joined, {(TITLE, student): "9"})


def test_with_its_real_times_a_killed_worker_is_replaced_as_well(joined: Class, workers: Workers) -> None:
    """`twinbook worker` as it is: what the dead one held is taken up by the next sweep."""
    student = joined.students()[0]
    quiz = joined.agreed(TITLE, {student: "1"})
    joined.aeries.fault(kind="delay_after", delay_ms=30_000, method="POST", path="scores", times=1)
    worker = workers.start(quick=False)
    joined.save(quiz, student, "9")
    wait_until_taken(joined.aeries)
    workers.kill(worker)
    joined.save(quiz, student, "6")
    workers.start(quick=False)
    comes_to_rest(joined, {(TITLE, student): "6"})
