"""The request budget of one remote, shared by all workers through the database (design J4).

One row holds the next free instant and is advanced by one UPDATE; in-flight slots are rows with an end, which is moved on
while the request lasts. `step` is one
request's share of a second. The bucket holds `burst − in_flight` requests (at least 1), because as many granted
requests may still be on their way: no one-second window then sees more than rate + burst.

Two lanes: a person's request may book instants ahead; bulk reading begins only when an instant is free now, and leaves
one slot to persons. Rate, burst and slots are read from the connection with every statement, so that a change
holds at once. All times are the database's; statements commit by themselves.
"""

from __future__ import annotations

import functools
import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import Error as DatabaseTrouble
from django.db import connection

from twinbook.aeries.errors import OurBug, Throttled, TimedOut
from twinbook.aeries.permits import Lane, Permit
from twinbook.sync import lease, statements
from twinbook.sync.renewal import Renewer

SLOT_SECONDS = 10.0
RENEW_SECONDS = 2.0
"""A slot is kept by renewing it while its request lasts, and so is free again ten seconds after its taker died."""
PATIENCE_SECONDS = 10
"""A longer pause is not slept through: `acquire` raises Throttled, and the class is tried again later."""
LONGEST_PAUSE_SECONDS = 3600
SLOT_POLL_SECONDS = 0.01
LONGEST_TURN_SECONDS = 0.25
_TURNS = 29815
"""Names the line of bulk requests among the database's advisory locks."""

_log = logging.getLogger(__name__)


@dataclass(eq=False)
class DatabasePermit(Permit):
    """`taken` names this taking of the slot. Past `deadline` (monotonic) another may have the slot."""

    taken: uuid.UUID = field(kw_only=True)
    deadline: float = field(kw_only=True)

    def spend(self) -> None:
        """Raises TimedOut, nothing sent, when the process was held up so long that the slot may have another taker."""
        if time.monotonic() > self.deadline:
            raise TimedOut("pool", sent=False)
        super().spend()


@dataclass(frozen=True)
class _Answer:
    """What the database said to one attempt; waits in seconds from when the answer came. `slot` None: not taken.
    `lasted`: the seconds that the attempt took there."""

    slot: int | None
    starts_in: float
    paused_for: float
    free_in: float
    lasted: float


class DatabasePermits:
    """`Permits` on the database for one remote; all objects of one process for it stand in one line."""

    def __init__(self, remote_id: int) -> None:
        self.remote_id = remote_id

    def __repr__(self) -> str:
        return f"DatabasePermits({self.remote_id})"

    def acquire(self, lane: Lane, requests: int = 1) -> Permit:
        """See `Permits.acquire`. Raises Throttled while a long pause lasts, lease.Stopping when the process is to end,
        OurBug inside a transaction (its row lock would hold up every worker)."""
        if requests < 1:
            raise OurBug("a permit for no request was asked for")
        if connection.in_atomic_block:
            raise OurBug("a permit was asked for inside a transaction")
        with _line(self.remote_id, lane).turn():
            permit, starts_at = self._take(lane, requests)
        try:
            self._wait_until(starts_at)
        except BaseException:
            permit.release()
            raise
        return permit

    def release(self, permit: Permit) -> None:
        """A slot that cannot be given back ends by itself; that must not hide how the request ended."""
        assert isinstance(permit, DatabasePermit)
        _renewer.forget(permit)
        try:
            statements.run(_RELEASE, {"slot": permit.key, "taken": permit.taken})
        except DatabaseTrouble:
            _log.warning("a request slot was not given back; it ends by itself", exc_info=True)

    def pause(self, seconds: float) -> None:
        pause = min(max(seconds, 0), LONGEST_PAUSE_SECONDS)
        statements.run(_PAUSE, {"remote": self.remote_id, "seconds": pause})

    def _take(self, lane: Lane, requests: int) -> tuple[DatabasePermit, float]:
        """The permit, and the instant (monotonic) from which it may be used."""
        taken = uuid.uuid4()
        while True:
            asked_at = time.monotonic()
            answer = self._ask(lane, requests, taken)
            if answer.slot is not None:
                starts_at = time.monotonic() + max(answer.starts_in, 0)
                deadline = asked_at + answer.lasted + SLOT_SECONDS
                permit = DatabasePermit(self, answer.slot, lane, requests, taken=taken, deadline=deadline)
                _renewer.remember(permit)
                return permit, starts_at
            _raise_if_long(answer.paused_for)
            lease.sleep(_until_next_attempt(answer))

    def _ask(self, lane: Lane, requests: int, taken: uuid.UUID) -> _Answer:
        parameters = {
            "remote": self.remote_id,
            "bulk": lane is Lane.BULK,
            "turns": _TURNS,
            "longest_turn": LONGEST_TURN_SECONDS,
            "requests": requests,
            "taken": taken,
            "seconds": SLOT_SECONDS,
        }
        statement = _TAKE_IN_TURN if lane is Lane.BULK else _TAKE
        row = statements.one_of_last(statement, parameters)
        if row is None or row[-1]:
            ensure(self.remote_id)
        if row is None:
            row = statements.one_of_last(statement, parameters)
        if row is None:
            raise OurBug(f"there is no Aeries connection {self.remote_id}")
        return _Answer(*row[:-1])

    def _wait_until(self, starts_at: float) -> None:
        """A pause that began while we slept is obeyed too."""
        while (wait := starts_at - time.monotonic()) > 0:
            lease.sleep(wait)
            paused_for = statements.one(_PAUSED_FOR, {"remote": self.remote_id})
            if paused_for is None or paused_for[0] <= 0:
                continue
            _raise_if_long(paused_for[0])
            starts_at = max(starts_at, time.monotonic() + paused_for[0])


class _Line:
    """The threads of this process in the order in which they came; only the first one asks the database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        mine = threading.Event()
        with self._lock:
            self._waiting.append(mine)
            self._waiting[0].set()
        try:
            mine.wait()
            yield
        finally:
            with self._lock:
                self._waiting.remove(mine)
                if self._waiting:
                    self._waiting[0].set()


@functools.cache
def _line(remote_id: int, lane: Lane) -> _Line:
    return _Line()


def _renew(permits: list[DatabasePermit]) -> int:
    asked_at = time.monotonic()
    parameters = {
        "seconds": SLOT_SECONDS,
        "slots": [permit.key for permit in permits],
        "takings": [permit.taken for permit in permits],
    }
    renewed = {slot for (slot,) in statements.rows(_RENEW, parameters)}
    for permit in permits:
        if permit.key in renewed:
            permit.deadline = asked_at + SLOT_SECONDS
    return len(renewed)


_renewer: Renewer[DatabasePermit] = Renewer("slot-renewer", _renew, lambda: RENEW_SECONDS)


def ensure(remote_id: int) -> None:
    """Makes the remote's row and its slots where they are missing. Safe to repeat and to race."""
    statements.run(_ENSURE_STATE, {"remote": remote_id})
    statements.run(_ENSURE_SLOTS, {"remote": remote_id})


def _raise_if_long(paused_for: float) -> None:
    if paused_for > PATIENCE_SECONDS:
        raise Throttled(paused_for)


def _until_next_attempt(answer: _Answer) -> float:
    """A bulk request that waits for an instant goes back into the line at once: it waits there, in the database."""
    if answer.paused_for > 0:
        return answer.paused_for
    return 0 if answer.free_in > 0 else SLOT_POLL_SECONDS


# The slot is locked first, so that an instant is only spent when there is a slot for it.
_TAKE = """
    WITH aeries AS (
        SELECT in_flight,
               ceil(1000000.0 / requests_per_second) * interval '1 microsecond' AS step,
               interval '1 second' / requests_per_second * (greatest(burst - in_flight, 1) - 1) AS slack
        FROM district_aeriesconnection WHERE id = %(remote)s
    ), slot AS (
        SELECT slot.id FROM sync_requestslot AS slot, aeries
        WHERE slot.remote_id = %(remote)s AND slot.until <= clock_timestamp()
          AND slot.position >= CASE WHEN %(bulk)s AND aeries.in_flight > 1 THEN 1 ELSE 0 END
          AND slot.position < aeries.in_flight
        ORDER BY slot.position LIMIT 1
        FOR UPDATE OF slot SKIP LOCKED
    ), instant AS (
        UPDATE sync_remotestate AS remote
        SET next_free_at = greatest(remote.next_free_at, clock_timestamp()) + %(requests)s * aeries.step
        FROM aeries
        WHERE remote.connection_id = %(remote)s AND EXISTS (SELECT 1 FROM slot)
          AND (remote.paused_until IS NULL OR remote.paused_until <= clock_timestamp())
          AND (NOT %(bulk)s OR remote.next_free_at - aeries.slack <= clock_timestamp())
        RETURNING greatest(remote.next_free_at - aeries.step - aeries.slack, clock_timestamp()) AS starts_at
    ), taken AS (
        UPDATE sync_requestslot AS mine
        SET taken = %(taken)s, until = clock_timestamp() + %(seconds)s * interval '1 second'
        FROM slot, instant WHERE mine.id = slot.id
        RETURNING mine.id, instant.starts_at
    )
    SELECT taken.id,
           coalesce(extract(epoch FROM taken.starts_at - clock_timestamp())::float8, 0),
           coalesce(extract(epoch FROM remote.paused_until - clock_timestamp())::float8, 0),
           extract(epoch FROM remote.next_free_at - aeries.slack - clock_timestamp())::float8,
           extract(epoch FROM clock_timestamp() - statement_timestamp())::float8,
           (SELECT count(*) FROM sync_requestslot WHERE remote_id = %(remote)s) < aeries.in_flight
    FROM sync_remotestate AS remote CROSS JOIN aeries LEFT JOIN taken ON true
    WHERE remote.connection_id = %(remote)s
"""

# Bulk requests of all workers wait in one line, first come first served, so that their shares are alike; the first one
# sleeps until an instant is free. All of it in the server: a frozen worker cannot hold up the line.
_TAKE_IN_TURN = (
    """
    SELECT pg_advisory_xact_lock(%(turns)s, %(remote)s);
    SELECT pg_sleep(greatest(0, least(%(longest_turn)s, extract(epoch FROM
               next_free_at - interval '1 second' / requests_per_second * (greatest(burst - in_flight, 1) - 1)
               - clock_timestamp())::float8)))
    FROM sync_remotestate AS remote JOIN district_aeriesconnection AS aeries ON aeries.id = remote.connection_id
    WHERE remote.connection_id = %(remote)s;
    """
    + _TAKE
)
_RELEASE = "UPDATE sync_requestslot SET until = clock_timestamp(), taken = NULL WHERE id = %(slot)s AND taken = %(taken)s"

_RENEW = """
    UPDATE sync_requestslot AS slot SET until = clock_timestamp() + %(seconds)s * interval '1 second'
    FROM unnest(%(slots)s::bigint[], %(takings)s::uuid[]) AS held (id, taken)
    WHERE slot.id = held.id AND slot.taken = held.taken AND slot.until > clock_timestamp()
    RETURNING slot.id
"""

# After the pause the bucket is empty but for one request: Aeries has just asked for fewer.
_PAUSE = """
    UPDATE sync_remotestate AS remote
    SET paused_until = greatest(paused_until, clock_timestamp() + %(seconds)s * interval '1 second'),
        next_free_at = greatest(next_free_at, clock_timestamp() + %(seconds)s * interval '1 second'
            + interval '1 second' / requests_per_second * (greatest(burst - in_flight, 1) - 1))
    FROM district_aeriesconnection AS aeries
    WHERE remote.connection_id = %(remote)s AND aeries.id = remote.connection_id
"""
_PAUSED_FOR = """
    SELECT coalesce(extract(epoch FROM paused_until - clock_timestamp())::float8, 0)
    FROM sync_remotestate WHERE connection_id = %(remote)s
"""
_ENSURE_STATE = """
    INSERT INTO sync_remotestate (connection_id, probe_wait_seconds, troubles)
    SELECT id, 0, 0 FROM district_aeriesconnection WHERE id = %(remote)s
    ON CONFLICT DO NOTHING
"""
_ENSURE_SLOTS = """
    INSERT INTO sync_requestslot (remote_id, position)
    SELECT aeries.id, place FROM district_aeriesconnection AS aeries, generate_series(0, in_flight - 1) AS place
    WHERE aeries.id = %(remote)s
    ON CONFLICT DO NOTHING
"""
