"""Whether Aeries can be reached, shared by all workers (design J4, promise 8: an outage is probed gently).

While it is down, one caller at a time is admitted as the probe; everybody else gets RemoteDown without sending. The
wait between probes grows 1, 2, 4 … seconds. The first success wakes every class that waits, the oldest first.

    with health.admitted(remote_id) as admission:
        answer = ...                # requests to Aeries; AeriesErrors that leave the block are judged
        admission.answered()        # after the first answer at the latest
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from twinbook.aeries import errors
from twinbook.aeries.errors import AeriesError
from twinbook.core.sentence import sentence
from twinbook.sync import announce, budget, statements, wake

LONGEST_PROBE_WAIT_SECONDS = 120
PROBE_MARGIN_SECONDS = 5
"""On top of a request's total time: when a probe whose sender died may be repeated by another."""
DOUBTFUL_IN_A_ROW = 3

_log = logging.getLogger(__name__)


class RemoteDown(errors.Wait):
    """Nothing was sent: Aeries is down and another is probing it, or the next probe is not due. Try at `until`."""

    hint = sentence("Aeries does not answer. Twinbook keeps trying and catches up by itself.")

    def __init__(self, until: datetime) -> None:
        super().__init__(sentence("Aeries does not answer"))
        self.until = until


@dataclass
class Admission:
    """Leave to send. `probe` is set when Aeries is down and this caller tries whether it is back."""

    remote_id: int
    probe: datetime | None = None
    _told: bool = field(default=False, repr=False)

    def answered(self) -> None:
        """Aeries has answered sensibly; cheap to repeat."""
        if not self._told:
            self._told = True
            note_success(self.remote_id)

    def failed(self, error: AeriesError, *, longest: float = LONGEST_PROBE_WAIT_SECONDS) -> None:
        """Judges an error of a request: an answer that refuses something is an answer."""
        self._told = True
        note_trouble(self.remote_id, error, probe=self.probe, longest=longest)

    def close(self) -> None:
        """A probe that sent nothing leaves its turn to the next."""
        if self.probe is not None and not self._told:
            self._told = True
            statements.run(_GIVE_PROBE_BACK, {"remote": self.remote_id, "probe": self.probe})


def admit(remote_id: int) -> Admission:
    """Leave to send to the remote, or RemoteDown. Costs one short query while Aeries is up."""
    down, next_probe_at = statements.one(_STATE, {"remote": remote_id}) or (False, None)
    if not down:
        return Admission(remote_id)
    won = statements.one(_TAKE_PROBE, {"remote": remote_id, "margin": PROBE_MARGIN_SECONDS})
    if won is not None:
        return Admission(remote_id, probe=won[0])
    down, next_probe_at = statements.one(_STATE, {"remote": remote_id}) or (False, None)
    if not down or next_probe_at is None:
        return Admission(remote_id)
    raise RemoteDown(next_probe_at)


@contextmanager
def admitted(remote_id: int) -> Iterator[Admission]:
    """`admit`, with every AeriesError that leaves the block judged. Raises RemoteDown."""
    admission = admit(remote_id)
    try:
        yield admission
    except AeriesError as error:
        if error.request is not None:
            admission.failed(error)
        raise
    finally:
        admission.close()


def note_success(remote_id: int) -> None:
    """Aeries answered. Ends an outage and then wakes the classes that wait; else one short query."""
    if statements.one(_IN_TROUBLE, {"remote": remote_id}) is None:
        return
    with transaction.atomic():
        was_down = statements.one(_SUCCESS, {"remote": remote_id})
        if was_down is None or not was_down[0]:
            return
        waiting = statements.rows(_WAITING, {"remote": remote_id})
    _log.info("Aeries answers again; %d classes were waiting", len(waiting))
    announce.announce_everybody()
    for (class_id,) in waiting:
        wake.wake_class(class_id)


def note_trouble(
    remote_id: int,
    error: AeriesError,
    *,
    probe: datetime | None = None,
    longest: float = LONGEST_PROBE_WAIT_SECONDS,
) -> None:
    """A request failed. An outage begins at once when Aeries cannot be reached, after three doubtful failures in a row
    otherwise (one odd thing must not stop the rest); only the probe itself makes the wait grow, up to `longest`."""
    if not isinstance(error, errors.Wait) or isinstance(error, errors.Throttled):
        note_success(remote_id)
        return
    parameters = {
        "remote": remote_id,
        "probe": probe,
        "longest": longest,
        "enough": 1 if _is_outage(error) else DOUBTFUL_IN_A_ROW,
    }
    if probe is not None:
        statements.run(_PROBE_FAILED, parameters)
        return
    budget.ensure(remote_id)
    with transaction.atomic():
        began = statements.one(_TROUBLE, parameters)
    if began is not None and began[0]:
        _log.warning("Aeries cannot be reached (%s); it is probed until it answers", type(error).__name__)
        announce.announce_everybody()


def _is_outage(error: errors.Wait) -> bool:
    """Whether the failure says something about all of Aeries and not only about what was asked."""
    match error:
        case errors.Unreachable():
            return True
        case errors.TimedOut(sent=sent):
            return not sent
        case errors.ServerError(status=status):
            return status in {502, 503, 504}
        case _:
            return False


_STATE = "SELECT down_since IS NOT NULL, next_probe_at FROM sync_remotestate WHERE connection_id = %(remote)s"
_IN_TROUBLE = """
    SELECT 1 FROM sync_remotestate
    WHERE connection_id = %(remote)s AND (down_since IS NOT NULL OR troubles > 0)
"""
# The probe's turn lasts as long as its request may; its end is also what names the probe.
_TAKE_PROBE = """
    UPDATE sync_remotestate AS remote
    SET next_probe_at = clock_timestamp() + (aeries.total_timeout + %(margin)s) * interval '1 second'
    FROM district_aeriesconnection AS aeries
    WHERE remote.connection_id = %(remote)s AND aeries.id = remote.connection_id
      AND down_since IS NOT NULL AND (next_probe_at IS NULL OR next_probe_at <= clock_timestamp())
    RETURNING next_probe_at
"""
_GIVE_PROBE_BACK = """
    UPDATE sync_remotestate SET next_probe_at = clock_timestamp()
    WHERE connection_id = %(remote)s AND next_probe_at = %(probe)s
"""
_PROBE_FAILED = """
    UPDATE sync_remotestate
    SET probe_wait_seconds = least(2 * probe_wait_seconds, %(longest)s),
        next_probe_at = clock_timestamp() + least(2 * probe_wait_seconds, %(longest)s) * interval '1 second'
    WHERE connection_id = %(remote)s AND down_since IS NOT NULL AND next_probe_at = %(probe)s
"""
_TROUBLE = """
    WITH remote AS (
        UPDATE sync_remotestate
        SET troubles = troubles + 1,
            down_since = CASE WHEN troubles + 1 >= %(enough)s THEN clock_timestamp() END,
            probe_wait_seconds = 1,
            next_probe_at = CASE WHEN troubles + 1 >= %(enough)s THEN clock_timestamp() + interval '1 second' END
        WHERE connection_id = %(remote)s AND down_since IS NULL
        RETURNING connection_id, down_since
    ), shown AS (
        UPDATE district_aeriesconnection AS aeries
        SET state = 'unreachable', unreachable_since = down_since, checked_at = down_since
        FROM remote WHERE aeries.id = remote.connection_id AND down_since IS NOT NULL
    )
    SELECT down_since IS NOT NULL FROM remote
"""
_SUCCESS = """
    WITH before AS (
        SELECT connection_id, down_since FROM sync_remotestate WHERE connection_id = %(remote)s FOR NO KEY UPDATE
    ), shown AS (
        UPDATE district_aeriesconnection AS aeries
        SET state = 'ok', unreachable_since = NULL, checked_at = clock_timestamp()
        FROM before WHERE aeries.id = before.connection_id AND down_since IS NOT NULL AND state = 'unreachable'
    )
    UPDATE sync_remotestate AS remote
    SET down_since = NULL, next_probe_at = NULL, probe_wait_seconds = 0, troubles = 0
    FROM before WHERE remote.connection_id = before.connection_id
    RETURNING before.down_since IS NOT NULL
"""
_WAITING = """
    WITH due AS (
        UPDATE sync_link SET next_attempt_at = clock_timestamp()
        WHERE connection_id = %(remote)s AND ended_on IS NULL AND next_attempt_at IS NOT NULL
        RETURNING school_class_id, coalesce(waiting_since, clock_timestamp()) AS since
    )
    SELECT school_class_id FROM due ORDER BY since, school_class_id
"""
