"""A wake-up is a hint that may be lost, doubled or late (design J1, J2)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from tests.sync.children import together
from tests.sync.classes import (
    clear_jobs,
    generation,
    jobs,
    look_through,
    looked,
    make_class,
    save,
    sql,
)
from twinbook.gradebook import change
from twinbook.gradebook.origin import person
from twinbook.sync import clock, lease, look, runs, statements, tasks, wake
from twinbook.sync.models import Link, Run, RunKind, RunState

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_jobs(transactional_db: None) -> Iterator[None]:
    clear_jobs()
    yield
    clear_jobs()


@pytest.fixture
def class_id() -> int:
    return make_class()


def start_next_job() -> int | None:
    """What a worker does: takes the oldest waiting look; its class."""
    row = statements.one(
        "UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (SELECT id FROM procrastinate_jobs"
        " WHERE status = 'todo' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING args::text",
        {},
    )
    return None if row is None else int(json.loads(row[0])["class_id"])


def test_a_committed_change_wakes_the_class_and_a_rolled_back_one_does_not(class_id: int) -> None:
    with pytest.raises(ZeroDivisionError), change.changing(class_id, person("t@example.org")) as changed:
        changed.generation()
        raise ZeroDivisionError
    assert jobs() == []
    with transaction.atomic():
        with change.changing(class_id, person("t@example.org")) as changed:
            changed.generation()
        assert jobs() == []
    assert jobs() == [(f"class:{class_id}", {"class_id": class_id})]


def test_at_most_one_job_waits_for_a_class_however_many_wake_it(class_id: int) -> None:
    woken = together(*[lambda: wake.wake_class(class_id)] * 8)
    assert sorted(woken, key=bool) == [False] * 7 + [True]
    assert len(jobs()) == 1
    assert start_next_job() == class_id
    assert wake.wake_class(class_id), "the running job may have looked before this save"


def test_a_class_that_is_not_synced_is_not_woken() -> None:
    assert not wake.wake_class(make_class(live=False))
    assert jobs() == []


def test_inside_a_transaction_waking_waits_for_the_commit_and_cannot_break_it(class_id: int) -> None:
    wake.wake_class(class_id)
    with transaction.atomic():
        wake.wake_class(class_id)
        wake.wake_run(7)
        sql("UPDATE sync_link SET why = 'still usable'")
    assert [lock for lock, _ in jobs()] == [f"class:{class_id}", "run:7"]


def test_a_wake_up_that_cannot_be_stored_does_not_reach_who_saved(
    class_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql("ALTER TABLE procrastinate_jobs RENAME TO out_of_reach")
    try:
        assert not wake.wake_class(class_id)
    finally:
        sql("ALTER TABLE out_of_reach RENAME TO procrastinate_jobs")


def test_a_wake_up_does_not_wait_for_the_disk(class_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    run = statements.run

    def note(statement: str, parameters: statements.Parameters) -> None:
        run(statement, parameters)
        row = statements.one("SHOW synchronous_commit", {})
        asked.append(row and row[0])

    sql("SET synchronous_commit TO on")
    monkeypatch.setattr(statements, "run", note)
    wake.wake_class(class_id)
    assert asked == ["off"]
    row = statements.one("SHOW synchronous_commit", {})
    assert row == ("on",)


def test_no_save_is_nobody_s_job_however_saves_and_looks_race(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four workers and three savers on two classes; nothing sweeps. A look sees the generation at its beginning."""
    classes = [make_class(), make_class()]

    def look_at(class_id: int, *, holder: str) -> None:
        with lease.hold(class_id, holder):
            seen = generation(class_id)
            for _ in range(20):
                generation(class_id)  # a look lasts longer than a save
            look_through(class_id, seen)

    monkeypatch.setattr(look, "look_at_class", look_at)
    saving = [0, 0, 0]

    def saver(place: int) -> None:
        for count in range(40):
            save(classes[(place + count) % 2])
        saving[place] = 1

    def worker() -> None:
        while True:
            finished = all(saving)
            class_id = start_next_job()
            if class_id is not None:
                tasks.look_now(class_id)
            elif finished:
                return

    together(*[lambda place=place: saver(place) for place in range(3)], *[worker] * 4)
    while (class_id := start_next_job()) is not None:
        tasks.look_now(class_id)
    assert (
        [looked(class_id) for class_id in classes]
        == [generation(class_id) for class_id in classes]
        == [60, 60]
    )


def test_whatever_a_look_raises_its_class_is_put_off_and_the_job_ends(
    class_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(class_id: int, *, holder: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(look, "look_at_class", fail)
    tasks.look_now(class_id)
    link = Link.objects.get(school_class_id=class_id)
    assert (link.attempts, link.why) == (1, tasks._OUR_BUG)
    assert link.next_attempt_at is not None and link.next_attempt_at > clock.now() - timedelta(seconds=60)


def test_a_look_that_finds_the_lease_taken_puts_nothing_off(class_id: int) -> None:
    with lease.hold(class_id, "another"):
        tasks.look_now(class_id)
    assert Link.objects.get(school_class_id=class_id).attempts == 0


def test_a_run_that_fails_by_our_fault_ends_and_one_that_was_interrupted_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raised: list[Exception] = [ZeroDivisionError(), lease.LeaseLost(), DatabaseError()]

    def fail(run_id: int) -> None:
        raise raised.pop(0)

    monkeypatch.setattr(runs, "carry_out", fail)
    states = []
    while raised:
        run = Run.objects.create(kind=RunKind.ROSTER, state=RunState.RUNNING, created_by="system")
        tasks.carry_out_now(run.id)
        run.refresh_from_db()
        states.append(run.state)
    assert states == [RunState.FAILED, RunState.RUNNING, RunState.FAILED]


def test_one_run_is_carried_out_by_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    carried: list[int] = []

    def carry_out(run_id: int) -> None:
        carried.append(run_id)
        tasks.carry_out_now(run_id)

    monkeypatch.setattr(runs, "carry_out", carry_out)
    tasks.carry_out_now(7)
    assert carried == [7]


def test_waits_grow_up_to_five_minutes_and_end_when_served(class_id: int) -> None:
    waits = []
    for _ in range(11):
        wake.put_off(class_id, "Aeries does not answer.")
        row = statements.one(
            "SELECT extract(epoch FROM next_attempt_at - clock_timestamp())::float8 FROM sync_link", {}
        )
        assert row is not None
        waits.append(row[0])
    expected = [min(2.0**attempt, 300) for attempt in range(11)]
    assert all(wait <= most and wait > most * 0.5 - 1 for wait, most in zip(waits, expected, strict=True))
    wake.served(class_id)
    link = Link.objects.get(school_class_id=class_id)
    assert (link.attempts, link.why, link.next_attempt_at, link.waiting_since) == (0, None, None, None)


def test_it_waits_since_it_was_first_put_off(class_id: int) -> None:
    def since() -> datetime | None:
        return Link.objects.get(school_class_id=class_id).waiting_since

    wake.put_off(class_id, "Aeries does not answer.")
    first = since()
    wake.put_off(class_id, "Aeries does not answer.", until=clock.now() + timedelta(hours=1))
    assert first is not None and since() == first
    wake.served(class_id)
    wake.put_off(class_id, "Aeries does not answer.")
    again = since()
    assert again is not None and again > first
