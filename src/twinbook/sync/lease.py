"""One at a time per class and per run: a lease in the database (design J3).

A lease is a row (holder, number, until). It is taken by compare-and-set, counts up at every taking, ends 10 seconds
after its last renewal and is renewed every 2 seconds by one thread per process. All times are the database's; the
process keeps a deadline of its own as well, counted from before each statement was sent, so that it stops early rather
than late.

    with lease.hold(class_id, lease.this_process()) as held:
        held.check()                  # immediately before each request
        with held.committing():       # every transaction that belongs to the lease
            ...

Raises LeaseBusy when another holds it, LeaseLost when it was lost on the way: a commit is then refused, what was sent
stays an unsettled intent (C4).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import Error as DatabaseTrouble
from django.db import connection, transaction

from twinbook.core.carry_out.effects import Reading
from twinbook.sync import processes, statements, wake
from twinbook.sync.models import LeaseKind
from twinbook.sync.renewal import Renewer

LEASE_SECONDS = 10.0
RENEW_SECONDS = 2.0
POLL_SECONDS = 0.05

_log = logging.getLogger(__name__)


class LeaseError(Exception):
    """Wait: somebody else works on it, or will go on with it."""


class LeaseBusy(LeaseError):
    """Another process or thread holds the lease."""


class LeaseLost(LeaseError):
    """The lease ran out or was taken over. Nothing of the refused transaction is in the database."""


class Stopping(LeaseError):
    """This process is about to stop: what it was doing is taken up by another."""


@dataclass(eq=False)
class Lease:
    """A taken lease. `generation` is the class's when it was taken; 0 for a run."""

    kind: LeaseKind
    subject: int
    holder: str
    number: int
    generation: int
    deadline: float = field(repr=False)
    readings: dict[str, Reading] = field(default_factory=dict, repr=False)
    """Score readings by UniqueID, made under this lease. They end with it: between two leases anybody may have typed in
    Aeries, and nobody is to be overwritten for the sake of one request (C5, promise 3)."""

    @property
    def class_id(self) -> int:
        """Raises ValueError for the lease of a run."""
        if self.kind is not LeaseKind.CLASS:
            raise ValueError(f"{self} is not the lease of a class")
        return self.subject

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.subject} number {self.number}"

    def check(self) -> None:
        """Returns when the lease is still ours, by our clock and by the database's; call it immediately before each
        request. Raises LeaseLost, or Stopping when the process is to end."""
        if _stopping.is_set():
            raise Stopping(f"{self}: the process is stopping")
        self._check_deadline()
        if statements.one(_STILL_HELD, self._row()) is None:
            raise LeaseLost(f"{self} was taken over or ran out")
        self._check_deadline()

    def guard(self) -> None:
        """Locks the lease's row until the running transaction ends, so that nobody takes it over before the commit.

        Make it the first statement of the transaction. Raises LeaseLost; RuntimeError outside a transaction, where it
        would guard nothing.
        """
        if not connection.in_atomic_block:
            raise RuntimeError("A lease guards a transaction: call guard() inside transaction.atomic().")
        if statements.one(_STILL_HELD + " FOR NO KEY UPDATE", self._row()) is None:
            raise LeaseLost(f"{self} was taken over or ran out")

    @contextmanager
    def committing(self) -> Iterator[None]:
        """A guarded transaction: what is written inside is committed only under this lease. Raises LeaseLost."""
        with transaction.atomic():
            self.guard()
            yield

    def wanted(self) -> bool:
        """Whether somebody saved in the class after the lease was taken: a long run then looks at the saves, or gives
        way."""
        return statements.one(_SAVED_SINCE, {"class": self.class_id, "since": self.generation}) is not None

    def release(self) -> bool:
        """Gives the lease back, by compare-and-set; False when it was no longer ours. A second call does nothing."""
        _renewer.forget(self)
        return statements.one(_RELEASE, self._row()) is not None

    def _row(self) -> statements.Parameters:
        return {"kind": self.kind, "subject": self.subject, "holder": self.holder, "number": self.number}

    def _check_deadline(self) -> None:
        if time.monotonic() >= self.deadline:
            raise LeaseLost(f"{self} was not renewed in time")


def try_take(class_id: int, holder: str) -> Lease | None:
    """The lease of the class, or None when another has it or there is no such class. Give it back with `release`."""
    return _take(LeaseKind.CLASS, class_id, holder)


def try_take_run(run_id: int, holder: str) -> Lease | None:
    """The lease of a run, which says that somebody is carrying it out; None when another has it."""
    return _take(LeaseKind.RUN, run_id, holder)


def wait_take(class_id: int, holder: str, timeout: float) -> Lease:
    """Waits up to `timeout` seconds for the class's lease; for the command line. Raises LeaseBusy, Stopping."""
    return _wait_take(LeaseKind.CLASS, class_id, holder, timeout)


@contextmanager
def hold(class_id: int, holder: str, *, timeout: float = 0) -> Iterator[Lease]:
    """The class's lease for as long as the block runs, renewed meanwhile.

    Raises LeaseBusy when it is not free within `timeout` seconds. After the lease was given back, the class is woken
    when somebody saved meanwhile: their own wake-up found the lease taken and ended (J1).
    """
    held = _wait_take(LeaseKind.CLASS, class_id, holder, timeout)
    try:
        yield held
    finally:
        _give_back(held)


@contextmanager
def hold_run(run_id: int, holder: str, *, timeout: float = 0) -> Iterator[Lease]:
    """The run's lease for as long as the block runs. Raises LeaseBusy."""
    held = _wait_take(LeaseKind.RUN, run_id, holder, timeout)
    try:
        yield held
    finally:
        _give_back(held)


def this_process() -> str:
    """The holder's name of this process, see `is_known_dead`."""
    return processes.name_of_this()


def is_known_dead(holder: str) -> bool:
    """True only when it is certain that the holder's process has ended: it ran on this host and is gone."""
    return processes.is_known_dead(holder)


def free_abandoned() -> list[tuple[LeaseKind, int]]:
    """Ends the leases that nobody will give back: of processes of this machine that are known dead, and those of this one
    that could not be given back while the database was away. Returns kind and subject, for whoever wakes them.

    Safe: a dead process sends nothing more, and what it sent before is an unsettled intent (C4). Of what cannot be known to
    be dead (another machine, a frozen process) the lease runs out. Raises DatabaseTrouble.
    """
    freed: list[tuple[LeaseKind, int]] = []
    for held in list(_left):
        if held.release():
            freed.append((held.kind, held.subject))
        _left.discard(held)
    for (holder,) in statements.rows(_HOLDERS, {}):
        if is_known_dead(holder):
            rows = statements.rows(_FREE, {"holder": holder})
            freed += [(LeaseKind(kind), subject) for kind, subject in rows]
    return freed


def stop_all() -> None:
    """From now on every `check` in this process raises Stopping, so that long work ends before its next request."""
    _stopping.set()


def may_go_on() -> None:
    """Takes `stop_all` back."""
    _stopping.clear()


def sleep(seconds: float) -> None:
    """Sleeps; raises Stopping as soon as the process is to end."""
    if _stopping.wait(seconds):
        raise Stopping("the process is stopping")


_stopping = threading.Event()
_left: set[Lease] = set()

_TAKE = """
    INSERT INTO sync_lease AS lease (kind, subject, holder, number, until, generation)
    VALUES (%(kind)s, %(subject)s, %(holder)s, 1, clock_timestamp() + %(seconds)s * interval '1 second',
            coalesce((SELECT generation FROM gradebook_schoolclass WHERE %(kind)s = 'class' AND id = %(subject)s), 0))
    ON CONFLICT (kind, subject) DO UPDATE
        SET holder = EXCLUDED.holder, number = lease.number + 1, generation = EXCLUDED.generation,
            until = clock_timestamp() + %(seconds)s * interval '1 second'
        WHERE lease.until IS NULL OR lease.until < clock_timestamp()
    RETURNING number, generation
"""
_OURS = "kind = %(kind)s AND subject = %(subject)s AND holder = %(holder)s AND number = %(number)s"
_STILL_HELD = f"SELECT 1 FROM sync_lease WHERE {_OURS} AND until > clock_timestamp()"
_RELEASE = f"UPDATE sync_lease SET until = NULL WHERE {_OURS} AND until > clock_timestamp() RETURNING 1"
_HOLDERS = "SELECT DISTINCT holder FROM sync_lease WHERE until > clock_timestamp()"
_FREE = """
    UPDATE sync_lease SET until = clock_timestamp() WHERE holder = %(holder)s AND until > clock_timestamp()
    RETURNING kind, subject
"""
_SAVED_SINCE = "SELECT 1 FROM gradebook_schoolclass WHERE id = %(class)s AND generation > %(since)s"

# A row that a commit of its own holder has locked is left for the next round: waiting for it would keep the rows that
# are renewed already locked as long. A lease that ran out is lost, also when nobody has taken it yet.
_RENEW = """
    UPDATE sync_lease SET until = clock_timestamp() + %(seconds)s * interval '1 second'
    WHERE id IN (
        SELECT lease.id FROM sync_lease AS lease
        JOIN unnest(%(kinds)s::text[], %(subjects)s::bigint[], %(numbers)s::bigint[], %(holders)s::text[])
            AS held (kind, subject, number, holder) USING (kind, subject, number, holder)
        WHERE lease.until > clock_timestamp()
        FOR NO KEY UPDATE OF lease SKIP LOCKED)
    RETURNING kind, subject, number
"""


def _take(kind: LeaseKind, subject: int, holder: str) -> Lease | None:
    if connection.in_atomic_block:
        raise RuntimeError("A lease is taken outside a transaction: nobody else would see it.")
    asked_at = time.monotonic()
    row = statements.one(
        _TAKE, {"kind": kind, "subject": subject, "holder": holder, "seconds": LEASE_SECONDS}
    )
    if row is None:
        return None
    taken = Lease(kind, subject, holder, row[0], row[1], asked_at + LEASE_SECONDS)
    _renewer.remember(taken)
    return taken


def _wait_take(kind: LeaseKind, subject: int, holder: str, timeout: float) -> Lease:
    give_up_at = time.monotonic() + timeout
    while (taken := _take(kind, subject, holder)) is None:
        if time.monotonic() >= give_up_at:
            raise LeaseBusy(f"{kind.value}:{subject} is being worked on")
        sleep(POLL_SECONDS)
    return taken


def _give_back(held: Lease) -> None:
    """A lease that cannot be given back is left to `free_abandoned`; that must not hide what the block did or raised."""
    try:
        held.release()
        if held.kind is LeaseKind.CLASS:
            wake.wake_if_saved_since(held.class_id, held.generation)
    except DatabaseTrouble:
        _log.warning("%s was not given back; the sweeper does it", held, exc_info=True)
        _left.add(held)


def renew(leases: list[Lease]) -> int:
    """Renews those that are still held and not locked by a commit of their own; how many that were."""
    asked_at = time.monotonic()
    rows = statements.rows(
        _RENEW,
        {
            "seconds": LEASE_SECONDS,
            "kinds": [str(lease.kind) for lease in leases],
            "subjects": [lease.subject for lease in leases],
            "numbers": [lease.number for lease in leases],
            "holders": [lease.holder for lease in leases],
        },
    )
    renewed = set(rows)
    for lease in leases:
        if (lease.kind, lease.subject, lease.number) in renewed:
            lease.deadline = asked_at + LEASE_SECONDS
    return len(renewed)


_renewer: Renewer[Lease] = Renewer("lease-renewer", renew, lambda: RENEW_SECONDS)
