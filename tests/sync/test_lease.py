"""One at a time per class, also when a holder freezes (design J3)."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import connection, transaction

from tests.sync.children import child, eventually, together
from tests.sync.classes import clear_jobs, forget_leases, jobs, look_through, make_class, save, sql
from twinbook.gradebook.models import SchoolClass
from twinbook.sync import lease, processes, wake
from twinbook.sync.models import Lease

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def class_id() -> int:
    return make_class()


@pytest.fixture(autouse=True)
def _nothing_left_over(transactional_db: None) -> Iterator[None]:
    clear_jobs()
    yield
    forget_leases()


def run_out(class_id: int) -> None:
    sql("UPDATE sync_lease SET until = clock_timestamp() - interval '1 ms' WHERE subject = %s", [class_id])


def test_of_many_at_the_same_time_one_takes_it(class_id: int) -> None:
    taken = together(*[lambda: lease.try_take(class_id, "someone")] * 12)
    assert [type(one) for one in taken if one is not None] == [lease.Lease]
    assert Lease.objects.get(kind="class", subject=class_id).number == 1


def test_of_many_at_the_same_time_one_takes_over_what_ran_out(class_id: int) -> None:
    assert lease.try_take(class_id, "first") is not None
    run_out(class_id)
    taken = together(*[lambda: lease.try_take(class_id, "someone")] * 12)
    assert [one.number for one in taken if isinstance(one, lease.Lease)] == [2]


def test_number_counts_every_taking_and_generation_is_that_of_the_taking(class_id: int) -> None:
    first = lease.try_take(class_id, "one")
    assert first is not None and (first.number, first.generation) == (1, 0)
    assert first.release()
    save(class_id, and_wake=False)
    second = lease.try_take(class_id, "one")
    assert second is not None and (second.number, second.generation) == (2, 1)


def test_classes_and_runs_of_one_number_do_not_meet(class_id: int) -> None:
    assert lease.try_take(class_id, "one") is not None
    assert lease.try_take_run(class_id, "two") is not None


def test_hold_refuses_what_is_held_and_gives_back_also_after_an_error(class_id: int) -> None:
    with pytest.raises(ZeroDivisionError), lease.hold(class_id, "one"):
        with pytest.raises(lease.LeaseBusy), lease.hold(class_id, "two"):
            pytest.fail("two holders")
        raise ZeroDivisionError
    with lease.hold(class_id, "two") as held:
        assert held.number == 2


def test_waiting_takes_it_as_soon_as_it_is_given_back(class_id: int) -> None:
    first = lease.try_take(class_id, "one")
    assert first is not None
    waits = threading.Event()

    def wait() -> lease.Lease:
        waits.set()
        return lease.wait_take(class_id, "two", timeout=60)

    def give_back() -> bool:
        waits.wait()
        return first.release()

    taken, given_back = together(wait, give_back)
    assert given_back and isinstance(taken, lease.Lease) and taken.holder == "two"


def test_after_it_ran_out_the_first_holder_may_neither_send_nor_commit_nor_renew_nor_give_back(
    class_id: int,
) -> None:
    first = lease.try_take(class_id, "one")
    assert first is not None
    first.check()
    run_out(class_id)
    with pytest.raises(lease.LeaseLost):
        first.check()
    with pytest.raises(lease.LeaseLost), first.committing():
        pytest.fail("committed after the end")
    assert lease.renew([first]) == 0
    second = lease.try_take(class_id, "one")
    assert second is not None
    with pytest.raises(lease.LeaseLost), first.committing():
        pytest.fail("committed under another number of the same holder")
    assert not first.release()
    second.check()


def test_without_the_database_s_word_the_own_clock_ends_it(class_id: int) -> None:
    held = lease.try_take(class_id, "one")
    assert held is not None
    held.deadline = 0
    with pytest.raises(lease.LeaseLost):
        held.check()


def test_nothing_of_a_refused_commit_is_stored(class_id: int) -> None:
    held = lease.try_take(class_id, "one")
    assert held is not None
    with pytest.raises(lease.LeaseLost), transaction.atomic():
        SchoolClass.objects.filter(id=class_id).update(name="written before the guard")
        run_out(class_id)
        held.guard()
    assert SchoolClass.objects.get(id=class_id).name == "Algebra 1"


def test_nobody_takes_over_between_guard_and_commit(class_id: int) -> None:
    """The row stays locked: who would take over waits, and sees what was committed."""
    held = lease.try_take(class_id, "one")
    assert held is not None
    guarded = threading.Event()
    waits = threading.Event()

    def commit() -> None:
        with transaction.atomic():
            sql(
                "UPDATE sync_lease SET until = clock_timestamp() + interval '50 ms' WHERE subject = %s",
                [class_id],
            )
            held.guard()
            guarded.set()
            waits.wait()
            eventually(lambda: _somebody_waits_for_a_lock())
            SchoolClass.objects.filter(id=class_id).update(name="by the first")

    def take_over() -> str:
        guarded.wait()
        waits.set()
        while lease.try_take(class_id, "two") is None:
            pass
        return SchoolClass.objects.get(id=class_id).name

    assert together(commit, take_over)[1] == "by the first"


def _somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
        return cursor.fetchone() is not None


def test_guard_outside_and_taking_inside_a_transaction_are_refused(class_id: int) -> None:
    held = lease.try_take(class_id, "one")
    assert held is not None
    with pytest.raises(RuntimeError):
        held.guard()
    with transaction.atomic(), pytest.raises(RuntimeError):
        lease.try_take(class_id, "one")


def test_one_statement_renews_all_that_is_held_and_does_not_wait_for_a_commit(class_id: int) -> None:
    other_class = make_class()
    held = [lease.try_take(class_id, "one"), lease.try_take(other_class, "one")]
    leases = [one for one in held if one is not None]
    assert lease.renew(leases) == 2
    guarded, renewed = threading.Event(), threading.Event()

    def commit() -> None:
        with leases[0].committing():
            guarded.set()
            assert renewed.wait(60)

    def renew() -> int:
        guarded.wait()
        try:
            return lease.renew(leases)
        finally:
            renewed.set()

    assert together(commit, renew)[1] == 1
    assert lease.renew(leases) == 2


def test_it_is_renewed_for_as_long_as_it_is_held(class_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "LEASE_SECONDS", 1.0)
    monkeypatch.setattr(lease, "RENEW_SECONDS", 0.1)
    with lease.hold(class_id, "one") as held:
        first_end = Lease.objects.get(subject=class_id).until
        assert first_end is not None
        eventually(lambda: _database_clock_is_past(first_end))
        held.check()
        with held.committing():
            pass


def _database_clock_is_past(instant: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp() > %s", [instant])
        row = cursor.fetchone()
    return bool(row and row[0])


FROZEN = """
from django.db import transaction
from twinbook.gradebook.models import SchoolClass
from twinbook.sync import lease
lease.LEASE_SECONDS, lease.RENEW_SECONDS = 2.0, 0.2
held = lease.try_take({class_id}, lease.this_process())
say(lease.this_process())
hear()
try:
    with transaction.atomic():
        if {guarded}:
            held.guard()
        SchoolClass.objects.filter(id={class_id}).update(name="by the frozen holder")
    say("committed")
except lease.LeaseLost:
    say("refused")
try:
    held.check()
    say("may send")
except lease.LeaseLost:
    say("may not send")
hear()
"""


@pytest.mark.parametrize(("guarded", "name"), [(True, "by the successor"), (False, "by the frozen holder")])
def test_the_commit_of_a_frozen_holder_is_refused_and_only_by_its_guard(
    class_id: int, guarded: bool, name: str
) -> None:
    with child(FROZEN.format(class_id=class_id, guarded=guarded)) as frozen:
        holder = frozen.hear()
        os.kill(frozen.pid, signal.SIGSTOP)
        successor = lease.wait_take(class_id, "successor", timeout=60)
        assert successor.number == 2
        with successor.committing():
            SchoolClass.objects.filter(id=class_id).update(name="by the successor")
        assert not lease.is_known_dead(holder)
        os.kill(frozen.pid, signal.SIGCONT)
        frozen.say("go on")
        assert [frozen.hear(), frozen.hear()] == ["refused" if guarded else "committed", "may not send"]
        assert SchoolClass.objects.get(id=class_id).name == name
        successor.check()


def test_a_holder_is_known_dead_only_when_its_process_is_certainly_gone() -> None:
    assert not lease.is_known_dead(lease.this_process())
    with child("from twinbook.sync import lease; say(lease.this_process()); hear()") as other:
        holder = other.hear()
        assert not lease.is_known_dead(holder)
        os.kill(other.pid, signal.SIGKILL)
        eventually(lambda: lease.is_known_dead(holder))  # a zombie until it is collected
    assert lease.is_known_dead(holder)


def test_a_process_of_another_host_boot_or_number_is_told_apart() -> None:
    host, _, rest = lease.this_process().rpartition("@")
    pid, _, start = rest.partition("-")
    assert not processes.is_known_dead(f"elsewhere/{host}@{pid}-1")
    assert processes.is_known_dead(f"{host}@{pid}-{int(float(start)) + 1}")
    assert not processes.is_known_dead("")
    assert not processes.is_known_dead(f"{host}@nonsense")


def test_a_save_during_a_look_is_looked_at_after_it(class_id: int) -> None:
    """Its own wake-up found the lease taken and ended: the holder wakes again when it gives back (J1)."""
    with lease.hold(class_id, "one"):
        look_through(class_id, 0)
        save(class_id, and_wake=False)
    assert [lock for lock, _ in jobs()] == [wake.class_lock(class_id)]


def test_without_the_holder_s_word_the_save_would_be_nobody_s_job(
    class_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake, "wake_if_saved_since", lambda *_: False)
    with lease.hold(class_id, "one"):
        save(class_id, and_wake=False)
    assert jobs() == []


def test_a_save_that_the_holder_has_looked_through_wakes_nobody(class_id: int) -> None:
    with lease.hold(class_id, "one") as held:
        assert not held.wanted()
        save(class_id, and_wake=False)
        assert held.wanted()
        look_through(class_id, 1)
    assert jobs() == []


def test_what_was_not_finished_wakes_nobody_when_nothing_was_saved(class_id: int) -> None:
    """Else a class that cannot be served would be looked at without end: its next attempt stands in its link."""
    save(class_id, and_wake=False)
    with lease.hold(class_id, "one"):
        pass
    assert jobs() == []


def test_a_stopping_process_sends_nothing_more(class_id: int) -> None:
    held = lease.try_take(class_id, "one")
    assert held is not None
    lease.stop_all()
    with pytest.raises(lease.Stopping):
        held.check()
    with pytest.raises(lease.Stopping):
        lease.wait_take(class_id, "two", timeout=60)
    lease.may_go_on()
    held.check()
