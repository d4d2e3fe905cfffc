"""The connection to Aeries: one row; the certificate goes in and never comes out again."""

from collections.abc import Collection
from datetime import datetime
from typing import TypedDict

from django.db import transaction
from django.db.models.functions import Now

from twinbook.aeries import health, refusals
from twinbook.aeries.address import normalise_address
from twinbook.aeries.client import AeriesClient
from twinbook.aeries.errors import AeriesError, Wait
from twinbook.aeries.permits import Permits
from twinbook.aeries.transport import TimeOuts
from twinbook.core.sentence import sentence
from twinbook.district import roster_changes, secrets
from twinbook.district.errors import InvalidError, NotConnectedError
from twinbook.district.models import AeriesConnection, ConnectionState

# Lowest and highest value of each number; seconds, requests or a year.
_BOUNDS = {
    "database_year": (1990, 2200),
    "requests_per_second": (1, 1000),
    "burst": (1, 1000),
    "in_flight": (1, 200),
    "connect_timeout": (1, 600),
    "read_timeout": (1, 3600),
    "total_timeout": (1, 3600),
    "longest_timeout_seconds": (0, 86_400),
    "second_look_seconds": (0, 86_400),
}


class ConnectionChanges(TypedDict, total=False):
    url: str
    certificate: str
    database_year: int | None
    requests_per_second: int
    burst: int
    in_flight: int
    connect_timeout: int
    read_timeout: int
    total_timeout: int
    longest_timeout_seconds: int
    second_look_seconds: int
    allow_http: bool


def get() -> AeriesConnection:
    return AeriesConnection.objects.get_or_create(id=1)[0]


def put(changes: ConnectionChanges) -> AeriesConnection:
    """Changes what is given, all or nothing; sends nothing. A new address, certificate or year makes the
    state "never checked". Raises InvalidError."""
    with transaction.atomic():
        get()
        row = AeriesConnection.objects.select_for_update().get(id=1)
        for field, value in changes.items():
            match field:
                case "certificate":
                    row.certificate_encrypted = secrets.encrypt(_certificate(value))
                case "url":
                    row.url = str(value)
                case "allow_http":
                    row.allow_http = bool(value)
                case _:
                    setattr(row, field, _number(field, value))
        if row.url or "url" in changes:
            row.url = _address(row.url, row.allow_http)
        if changes.keys() & {"url", "certificate", "database_year"}:
            row.state = ConnectionState.NEVER_CHECKED
            row.checked_at = row.unreachable_since = None
            row.refused_for = ""
        if changes.keys() & {"url", "database_year"}:
            roster_changes.forget()
        row.save()
        return row


def client_for_connection(permits: Permits) -> AeriesClient:
    """A client of its own, to be closed. Raises NotConnectedError, KeysLostError and the set-up errors of
    `twinbook.aeries.errors`; sends nothing."""
    row = get()
    if not row.url or not row.certificate_encrypted:
        raise NotConnectedError(sentence("Aeries is not connected yet."))
    return AeriesClient(
        row.url,
        secrets.decrypt(row.certificate_encrypted),
        permits=permits,
        database_year=row.database_year,
        time_outs=TimeOuts(row.connect_timeout, row.read_timeout, row.read_timeout, row.total_timeout),
        allow_http=row.allow_http,
        connections=row.in_flight,
    )


def check(client: AeriesClient, now: datetime) -> health.Check:
    """Looks at address, year, certificate and rights by about ten reads, and keeps what it found as the
    connection's state. A year that was not configured yet is kept as Aeries names it."""
    found = health.check(client)
    row = get()
    if found.system_info is not None and row.database_year is None:
        AeriesConnection.objects.filter(id=1).update(database_year=found.system_info.database_year)
    note(
        _state(found), now, refused_for="" if found.error is None else refusals.refused_for(found.error) or ""
    )
    return found


def note_refused(what: str) -> bool:
    """A request was refused for that; whether this is news. Costs one short query."""
    changed = AeriesConnection.objects.filter(id=1).exclude(state=ConnectionState.REFUSED, refused_for=what)
    return bool(changed.update(state=ConnectionState.REFUSED, refused_for=what, checked_at=Now()))


def note_accepted(proof: Collection[str]) -> bool:
    """A request was answered that proves that much; whether a refusal ends with it. Costs one short query."""
    refused = AeriesConnection.objects.filter(id=1, state=ConnectionState.REFUSED, refused_for__in=proof)
    return bool(refused.update(state=ConnectionState.OK, refused_for="", checked_at=Now()))


def note(state: ConnectionState, now: datetime, *, refused_for: str = "") -> None:
    """Keeps a state that somebody has seen; the start of an outage stays while it lasts."""
    get()
    with transaction.atomic():
        row = AeriesConnection.objects.select_for_update().get(id=1)
        row.state, row.checked_at, row.refused_for = state, now, refused_for
        if state != ConnectionState.UNREACHABLE:
            row.unreachable_since = None
        elif row.unreachable_since is None:
            row.unreachable_since = now
        row.save(update_fields=["state", "checked_at", "refused_for", "unreachable_since"])


def _state(found: health.Check) -> ConnectionState:
    if found.error is None:
        return ConnectionState.OK
    return ConnectionState.UNREACHABLE if isinstance(found.error, Wait) else ConnectionState.REFUSED


def _address(url: str, allow_http: bool) -> str:
    try:
        return normalise_address(url, allow_http=allow_http)
    except AeriesError as error:
        raise InvalidError(
            sentence("The address: %(text)s.", text=error.text), hint=error.hint, field="url"
        ) from None


def _certificate(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text or not text.isascii() or not text.isalnum() or len(text) > 255:
        raise InvalidError(
            sentence("The certificate must be letters and digits."),
            hint=sentence("Copy it from Aeries' API Security page, on one line."),
            field="certificate",
        )
    return text


def _number(field: str, value: object) -> int | None:
    if field not in _BOUNDS:
        raise InvalidError(sentence("The connection has no “%(field)s”.", field=field), field=field)
    if value is None and field == "database_year":
        return None
    lowest, highest = _BOUNDS[field]
    if type(value) is not int or not lowest <= value <= highest:
        raise InvalidError(
            sentence(
                "“%(field)s” must be a whole number from %(lowest)s to %(highest)s.",
                field=field,
                lowest=lowest,
                highest=highest,
            ),
            field=field,
        )
    return value
