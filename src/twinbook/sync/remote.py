"""The client of the one remote, kept per process and made anew when the connection's settings change."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from twinbook.aeries.client import AeriesClient
from twinbook.aeries.transport import TimeOuts
from twinbook.core.sentence import sentence
from twinbook.district import secrets
from twinbook.district.models import AeriesConnection
from twinbook.sync import refusals
from twinbook.sync.budget import DatabasePermits


class NotConnected(Exception):
    """Fix the set-up: no Aeries address or certificate was given yet."""

    message = sentence("Aeries is not connected yet.")
    hint = sentence("An administrator connects it with `twinbook aeries connect` or under District › Aeries.")


@dataclass(frozen=True)
class _Settings:
    url: str
    certificate: str
    database_year: int | None
    allow_http: bool
    time_outs: TimeOuts
    in_flight: int


_lock = threading.Lock()
_open: tuple[_Settings, AeriesClient] | None = None


def connection_row() -> AeriesConnection:
    """Raises NotConnected."""
    row = AeriesConnection.objects.filter(id=1).first()
    if row is None or not row.url or not row.certificate_encrypted:
        raise NotConnected
    return row


def permits(connection_id: int) -> DatabasePermits:
    return DatabasePermits(connection_id)


def client() -> AeriesClient:
    """Shared by the threads of this process. Raises NotConnected and the set-up errors of a wrong address."""
    row = connection_row()
    wanted = _Settings(
        url=row.url,
        certificate=secrets.decrypt(row.certificate_encrypted),
        database_year=row.database_year,
        allow_http=row.allow_http,
        time_outs=TimeOuts(row.connect_timeout, row.read_timeout, row.read_timeout, row.total_timeout),
        in_flight=row.in_flight,
    )
    global _open
    with _lock:
        if _open is not None and _open[0] == wanted:
            return _open[1]
        # The old one is not closed here: another thread may be in the middle of a request with it.
        made = AeriesClient(
            wanted.url,
            wanted.certificate,
            permits=permits(row.id),
            database_year=wanted.database_year,
            time_outs=wanted.time_outs,
            allow_http=wanted.allow_http,
            connections=max(wanted.in_flight, 1) + 2,
            heard=refusals.heard,
        )
        _open = (wanted, made)
        return made
