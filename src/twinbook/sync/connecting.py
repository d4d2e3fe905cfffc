"""The connection as people see it, and looking whether it works (public surface §3.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from twinbook.aeries.errors import AeriesError
from twinbook.aeries.health import Check, check_identity
from twinbook.aeries.models import SystemInfo
from twinbook.core.sentence import sentence
from twinbook.district import connection
from twinbook.district.models import AeriesConnection, ConnectionState
from twinbook.said import said
from twinbook.sync import clock, identity, remote
from twinbook.sync.models import Link, RemoteState

Json = dict[str, Any]


def shown() -> Json:
    """Never with the certificate."""
    row = connection.get()
    state, checked_at = _stand(row)
    return {
        "url": row.url,
        "database_year": row.database_year,
        "requests_per_second": row.requests_per_second,
        "burst": row.burst,
        "in_flight": row.in_flight,
        "connect_timeout": row.connect_timeout,
        "read_timeout": row.read_timeout,
        "total_timeout": row.total_timeout,
        "longest_timeout_seconds": row.longest_timeout_seconds,
        "second_look_seconds": row.second_look_seconds,
        "allow_http": row.allow_http,
        "certificate_set": bool(row.certificate_encrypted),
        "state": state,
        "checked_at": None if checked_at is None else checked_at.isoformat(),
    }


def _stand(row: AeriesConnection) -> tuple[str, datetime | None]:
    """The last check, or what a run has found out since: an outage, or an Aeries that answers again."""
    remote_state = RemoteState.objects.filter(connection=row).first()
    if remote_state is None:
        return row.state, row.checked_at
    if remote_state.down_since is not None:
        return ConnectionState.UNREACHABLE, remote_state.down_since
    answered = remote_state.identity_checked_at
    unsure = row.state in (ConnectionState.NEVER_CHECKED, ConnectionState.UNREACHABLE)
    if unsure and answered is not None and (row.checked_at is None or answered > row.checked_at):
        return ConnectionState.OK, answered
    return row.state, row.checked_at


def put(changes: connection.ConnectionChanges) -> Json:
    """What was trusted about the old address is forgotten. Raises InvalidError."""
    row = connection.put(changes)
    if changes.keys() & {"url", "certificate", "database_year"}:
        Link.objects.filter(connection=row).update(gradebook_read_at=None, students_read_at=None)
    RemoteState.objects.filter(connection=row).update(
        identity_checked_at=None, down_since=None, next_probe_at=None, probe_wait_seconds=0, troubles=0
    )
    return shown()


def check() -> Json:
    """Reads only. What is wrong is part of the answer; raises NotConnected when nothing was set yet."""
    client = remote.client()
    found: Check = connection.check(client, clock.now())
    info = found.system_info
    if info is not None and found.error is None:
        _remember(info)
    return {
        "reachable": found.reachable,
        "aeries_version": None if info is None else info.version,
        "database_year": None if info is None else info.database_year,
        "permissions": [
            {"area": p.area, "right": p.right, "needed": p.needed.value, "granted": p.granted.value}
            for p in found.permissions
        ],
        "error": None if found.error is None else _shown(found.error),
    }


def _remember(info: SystemInfo) -> None:
    client = remote.client()
    check_identity(info, client.database_year)
    identity.check(remote.connection_row().id, client, lambda: info)


def _shown(error: AeriesError) -> Json:
    return {
        "code": type(error).__name__,
        "message": said(sentence("Aeries: %(text)s.", text=error.text)),
        "hint": said(error.hint),
    }
