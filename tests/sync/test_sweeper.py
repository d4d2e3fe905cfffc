"""What was forgotten is found in the state (design J1, J2, J5)."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection
from hypothesis import given
from hypothesis import strategies as st

from tests.sync.children import child, together
from tests.sync.classes import (
    clear_jobs,
    forget_leases,
    generation,
    jobs,
    look_through,
    make_class,
    save,
    sql,
)
from twinbook.district.models import DistrictSettings
from twinbook.gradebook.models import Activity
from twinbook.gradebook.origin import OriginKind
from twinbook.sync import clock, lease, sweeper, wake
from twinbook.sync.models import ClassSync, Installation, Link, Mode, Pair, PairState, Run, RunKind, RunState
from twinbook.sync.sweeper import Sweeper, forgotten_classes, next_night

database = pytest.mark.django_db(transaction=True)
ZONE = ZoneInfo("America/Los_Angeles")


@pytest.fixture
def class_id(transactional_db: None) -> Iterator[int]:
    clear_jobs()
    Installation.objects.update_or_create(id=1, defaults={"identity": uuid4()})
    yield make_class()
    clear_jobs()
    forget_leases()


def rescues() -> int:
    return Installation.objects.get().sweeper_rescues


def woken() -> list[int]:
    return [arguments["class_id"] for _, arguments in jobs()]


def taken_and_given_back(class_id: int) -> None:
    """Somebody looked, but did not come to the end."""
    held = lease.try_take(class_id, "someone")
    assert held is not None and held.release()


@database
def test_a_save_whose_wake_up_was_lost_is_found_in_the_second_round_and_counted(class_id: int) -> None:
    save(class_id, and_wake=False)
    sweeping = Sweeper()
    sweeping.wake_classes()
    assert woken() == [], "its own wake-up may be on its way"
    sweeping.wake_classes()
    assert woken() == [class_id]
    assert rescues() == 1
    sweeping.wake_classes()
    assert (woken(), rescues()) == ([class_id], 1)


@database
def test_without_the_sweeper_s_look_at_the_state_nobody_would_ever_come(
    class_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard removed (J2): the save is there for all to see, and no job will ever look at it."""
    monkeypatch.setattr(Sweeper, "wake_classes", lambda sweeping: None)
    save(class_id, and_wake=False)
    sweeping = Sweeper()
    for _ in range(5):
        sweeping.sweep()
    assert woken() == []
    assert [found.class_id for found in forgotten_classes()] == [class_id]


@database
def test_a_save_whose_wake_up_came_is_not_counted(class_id: int) -> None:
    sweeping = Sweeper()
    save(class_id)
    for _ in range(3):
        sweeping.wake_classes()
    assert (woken(), rescues()) == ([class_id], 0)


@database
def test_a_save_seen_between_commit_and_wake_up_twice_is_not_counted_when_it_was_served_between(
    class_id: int,
) -> None:
    sweeping = Sweeper()
    for _ in range(2):
        save(class_id, and_wake=False)
        sweeping.wake_classes()
        taken_and_given_back(class_id)
        look_through(class_id, generation(class_id))
    assert rescues() == 0


@database
def test_several_sweepers_wake_and_count_once(class_id: int) -> None:
    save(class_id, and_wake=False)
    sweepers = [Sweeper() for _ in range(6)]
    for one in sweepers:
        one.wake_classes()
    together(*[one.wake_classes for one in sweepers])
    assert (woken(), rescues()) == ([class_id], 1)


@database
def test_the_class_of_a_dead_holder_is_woken_in_the_first_round(class_id: int) -> None:
    assert lease.try_take(class_id, "dead") is not None
    save(class_id, and_wake=False)
    Sweeper().wake_classes()
    assert woken() == [], "the lease holds still"
    sql("UPDATE sync_lease SET until = clock_timestamp() - interval '1 ms'")
    Sweeper().wake_classes()
    assert woken() == [class_id]


@database
def test_what_was_looked_at_and_not_finished_is_woken_when_its_time_has_come(class_id: int) -> None:
    save(class_id, and_wake=False)
    taken_and_given_back(class_id)
    wake.put_off(class_id, "Aeries does not answer.", seconds=3600)
    Sweeper().wake_classes()
    assert woken() == []
    sql("UPDATE sync_link SET next_attempt_at = clock_timestamp()")
    Sweeper().wake_classes()
    assert (woken(), rescues()) == ([class_id], 0)


@database
def test_a_save_after_the_attempt_that_was_put_off_does_not_wait_for_the_next(class_id: int) -> None:
    taken_and_given_back(class_id)
    wake.put_off(class_id, "Aeries does not answer.", seconds=3600)
    save(class_id, and_wake=False)
    sweeping = Sweeper()
    sweeping.wake_classes()
    sweeping.wake_classes()
    assert woken() == [class_id]


@database
def test_a_class_is_woken_when_its_pair_is_due_or_everything_is_to_be_looked_at(class_id: int) -> None:
    link = Link.objects.get(school_class_id=class_id)
    activity = Activity.objects.create(
        school_class_id=class_id, title="Quiz", points=10, origin_kind=OriginKind.PERSON.value
    )
    pair = Pair.objects.create(link=link, activity=activity, state=PairState.CREATING)
    assert forgotten_classes() == []
    Pair.objects.filter(id=pair.id).update(look_again_at=clock.now() + timedelta(hours=1))
    assert forgotten_classes() == []
    Pair.objects.filter(id=pair.id).update(look_again_at=clock.now())
    assert [found.class_id for found in forgotten_classes()] == [class_id]
    Pair.objects.filter(id=pair.id).update(look_again_at=None)
    Link.objects.filter(id=link.id).update(look_at_everything=True)
    assert [found.class_id for found in forgotten_classes()] == [class_id]


@database
@pytest.mark.parametrize("why", ["paused", "observed", "set up", "unlinked", "district", "restored"])
def test_a_class_at_which_a_look_would_do_nothing_is_left_alone(class_id: int, why: str) -> None:
    save(class_id, and_wake=False)
    assert [found.class_id for found in forgotten_classes()] == [class_id]
    match why:
        case "paused":
            ClassSync.objects.update(mode=Mode.PAUSED)
        case "observed":
            ClassSync.objects.update(mode=Mode.OBSERVE)
        case "set up":
            ClassSync.objects.update(setting_up=True)
        case "unlinked":
            Link.objects.update(ended_on=date(2026, 11, 24))
        case "district":
            DistrictSettings.objects.update(mode="observe")
        case _:
            Installation.objects.update(observe_only_since=clock.now())
    assert forgotten_classes() == []


@database
def test_the_longest_put_off_comes_first(class_id: int) -> None:
    second, third = make_class(), make_class()
    for one, seconds in ((class_id, -1), (second, -3), (third, -2)):
        wake.put_off(one, "Aeries does not answer.", seconds=seconds)
    Sweeper().wake_classes()
    assert woken() == [second, third, class_id]


@database
def test_a_run_that_nobody_carries_out_is_woken(class_id: int) -> None:
    queued = Run.objects.create(kind=RunKind.ROSTER, created_by="system")
    held = Run.objects.create(kind=RunKind.ROSTER, state=RunState.RUNNING, created_by="system")
    Run.objects.create(kind=RunKind.FORCE, state=RunState.RUNNING, created_by="system", parent=held)
    Run.objects.create(kind=RunKind.ROSTER, state=RunState.DONE, created_by="system")
    assert lease.try_take_run(held.id, "alive") is not None
    sweeper.wake_runs()
    sweeper.wake_runs()
    assert jobs() == [(f"run:{queued.id}", {"run_id": queued.id})]
    sql("UPDATE sync_lease SET until = clock_timestamp() - interval '1 ms'")
    sweeper.wake_runs()
    assert [lock for lock, _ in jobs()] == [f"run:{queued.id}", f"run:{held.id}"]


@database
def test_jobs_of_the_dead_and_failed_ones_are_dropped_and_those_of_the_living_stay(class_id: int) -> None:
    sql(
        """
        INSERT INTO procrastinate_workers (id, last_heartbeat) OVERRIDING SYSTEM VALUE
        VALUES (1, clock_timestamp()), (2, clock_timestamp() - interval '11 s');
        INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, status, worker_id, args) VALUES
            ('look', 'twinbook.look', 'living', 'doing', 1, '{}'), ('look', 'twinbook.look', 'silent', 'doing', 2, '{}'),
            ('look', 'twinbook.look', 'gone', 'doing', NULL, '{}'), ('look', 'twinbook.look', 'aborted', 'aborted', 1, '{}'),
            ('look', 'twinbook.look', 'waiting', 'todo', NULL, '{}'), ('else', 'of another', 'other', 'doing', NULL, '{}')
        """
    )
    sweeper.drop_dead_jobs()
    left = jobs("doing") + jobs("todo") + jobs("aborted")
    assert [lock for lock, _ in left] == ["living", "other", "waiting"]


@database
def test_a_class_whose_job_died_with_its_worker_is_woken(class_id: int) -> None:
    save(class_id)
    sql("UPDATE procrastinate_jobs SET status = 'doing'")
    sweeping = Sweeper()
    for _ in range(2):
        sweeping.sweep()
    assert woken() == [class_id]


@database
def test_one_part_that_fails_does_not_stop_the_others(class_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(sweeper, "drop_dead_jobs", fail)
    wake.put_off(class_id, "Aeries does not answer.", seconds=-1)
    Sweeper().sweep()
    assert woken() == [class_id]


@database
def test_the_night_is_started_once_when_it_is_due(class_id: int) -> None:
    sweeper.start_night()
    planned = Installation.objects.get().next_night_at
    assert planned is not None and planned > clock.now()
    assert Run.objects.count() == 0
    Installation.objects.update(next_night_at=clock.now() - timedelta(days=3))
    together(*[sweeper.start_night] * 6)
    night = Run.objects.get()
    assert (night.kind, night.created_by, night.state) == (RunKind.NIGHTLY, "schedule", RunState.QUEUED)
    assert jobs() == [(f"run:{night.id}", {"run_id": night.id})]
    assert Installation.objects.get().next_night_at == planned


@database
def test_while_a_night_runs_no_second_one_is_started(class_id: int) -> None:
    Run.objects.create(kind=RunKind.NIGHTLY, state=RunState.RUNNING, created_by="schedule")
    Installation.objects.update(next_night_at=clock.now())
    sweeper.start_night()
    assert Run.objects.count() == 1
    planned = Installation.objects.get().next_night_at
    assert planned is not None and planned > clock.now()


@database
def test_the_planned_night_follows_the_district_s_settings(class_id: int) -> None:
    sweeper.start_night()
    DistrictSettings.objects.update(timezone="America/New_York", night_at=time(3, 30))
    sweeper.start_night()
    planned = Installation.objects.get().next_night_at
    assert planned is not None
    local = planned.astimezone(ZoneInfo("America/New_York"))
    assert (local.hour, local.minute) == (3, 30)
    assert Run.objects.count() == 0


@database
def test_an_unknown_time_zone_does_not_lose_the_night(class_id: int) -> None:
    DistrictSettings.objects.update(timezone="Mars/Olympus")
    sweeper.start_night()
    planned = Installation.objects.get().next_night_at
    assert planned is not None and planned.astimezone(UTC).hour == 2


@pytest.mark.parametrize(
    ("after", "at", "night"),
    [
        ("2026-03-07T12:00-08:00", time(2, 30), "2026-03-08T03:30-07:00"),  # 2:30 does not exist on that day
        ("2026-03-08T03:30-07:00", time(2, 30), "2026-03-09T02:30-07:00"),
        ("2026-10-31T12:00-07:00", time(1, 30), "2026-11-01T01:30-07:00"),  # 1:30 comes twice on that day
        ("2026-11-01T01:30-07:00", time(1, 30), "2026-11-02T01:30-08:00"),
        ("2026-11-01T01:45-08:00", time(1, 30), "2026-11-02T01:30-08:00"),
        ("2026-06-01T01:59-07:00", time(2, 0), "2026-06-01T02:00-07:00"),
        ("2026-06-01T02:00-07:00", time(2, 0), "2026-06-02T02:00-07:00"),
        ("2026-05-31T23:59-07:00", time(0, 0), "2026-06-01T00:00-07:00"),
    ],
)
def test_the_night_across_a_change_of_the_clocks(after: str, at: time, night: str) -> None:
    assert next_night(datetime.fromisoformat(after), ZONE, at) == datetime.fromisoformat(night)


@given(
    after=st.integers(0, 6 * 366 * 24 * 60).map(
        lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    at=st.times(),
    zone=st.sampled_from(
        ["America/Los_Angeles", "America/Phoenix", "Pacific/Honolulu", "Europe/London", "Australia/Lord_Howe"]
    ),
)
def test_there_is_exactly_one_night_for_each_date(after: datetime, at: time, zone: str) -> None:
    nights = [next_night(after, ZoneInfo(zone), at)]
    for _ in range(3):
        nights.append(next_night(nights[-1], ZoneInfo(zone), at))
    assert nights[0] > after
    dates = [night.astimezone(ZoneInfo(zone)).date() for night in nights]
    assert [later - earlier for earlier, later in pairwise(dates)] == [timedelta(days=1)] * 3
    assert next_night(nights[0] - timedelta(microseconds=1), ZoneInfo(zone), at) == nights[0]


HOLDING = """
from twinbook.sync import lease
held = [lease.try_take({class_id}, lease.this_process()), lease.try_take_run(77, lease.this_process())]
say("taken")
hear()
"""


@database
def test_what_a_killed_process_held_is_taken_up_at_once(class_id: int) -> None:
    """Not when its lease runs out: a class must be served again within fifteen seconds."""
    with child(HOLDING.format(class_id=class_id)) as holder:
        assert holder.hear() == "taken"
        sweeper.wake_abandoned()
        assert jobs() == [], "it lives"
        os.kill(holder.pid, signal.SIGKILL)
        holder.process.wait()
        sweeper.wake_abandoned()
    assert [lock for lock, _ in jobs()] == [f"class:{class_id}", "run:77"]
    heir = lease.try_take(class_id, "heir")
    assert heir is not None and heir.number == 2
    assert forgotten_classes() == []


@database
def test_what_a_frozen_process_holds_stays_its_own_until_its_lease_runs_out(class_id: int) -> None:
    with child(HOLDING.format(class_id=class_id)) as holder:
        assert holder.hear() == "taken"
        os.kill(holder.pid, signal.SIGSTOP)
        sweeper.wake_abandoned()
        assert lease.try_take(class_id, "heir") is None
        os.kill(holder.pid, signal.SIGCONT)
    assert jobs() == []


@database
def test_a_lease_that_could_not_be_given_back_is_given_back_when_the_database_answers_again(
    class_id: int,
) -> None:
    def works() -> None:
        held = lease.hold(class_id, lease.this_process())
        with held, connection.cursor() as cursor, pytest.raises(DatabaseError):
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    together(works)
    assert lease.try_take(class_id, "heir") is None
    sweeper.wake_abandoned()
    assert woken() == [class_id]
    assert lease.try_take(class_id, "heir") is not None
