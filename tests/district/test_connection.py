"""The connection to Aeries: what it takes, that its certificate stays inside, and what a check finds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import IntegrityError
from django.db import connection as database

from twinbook.aeries.errors import CertificateRefused, PermissionMissing
from twinbook.district import connection, secrets
from twinbook.district.errors import InvalidError, KeysLostError, NotConnectedError
from twinbook.district.models import AeriesConnection, ConnectionState

from .conftest import Aeries, permits

pytestmark = pytest.mark.django_db

CERTIFICATE = "477abe9e7d27439681d62f4e0de1f5e1"
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


def connect(aeries: Aeries, **more: Any) -> AeriesConnection:
    return connection.put({"url": aeries.url, "certificate": aeries.certificate, **more})  # type: ignore[typeddict-item]


def checked(now: datetime = NOW) -> Any:
    with connection.client_for_connection(permits()) as client:
        return connection.check(client, now)


def test_the_defaults_are_those_of_the_surface() -> None:
    row = connection.get()
    assert (row.requests_per_second, row.burst, row.in_flight) == (10, 10, 6)
    assert (row.connect_timeout, row.read_timeout, row.total_timeout) == (10, 60, 90)
    assert (row.longest_timeout_seconds, row.second_look_seconds) == (180, 60)
    assert (row.state, row.checked_at, row.allow_http) == ("never_checked", None, False)
    with pytest.raises(IntegrityError):
        AeriesConnection.objects.create(id=2)


def test_the_certificate_is_encrypted_at_rest() -> None:
    connection.put({"url": "https://demo.example", "certificate": f" {CERTIFICATE}\n"})
    with database.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM district_aeriesconnection AS c")
        ((stored,),) = cursor.fetchall()
    assert CERTIFICATE not in stored
    assert secrets.decrypt(connection.get().certificate_encrypted) == CERTIFICATE


def test_keys_can_be_turned_and_lost_ones_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    monkeypatch.setenv("TWINBOOK_ENCRYPTION_KEYS", old)
    stored = secrets.encrypt(CERTIFICATE)
    monkeypatch.setenv("TWINBOOK_ENCRYPTION_KEYS", f"{new},{old}")
    turned = secrets.rotated(stored)
    monkeypatch.setenv("TWINBOOK_ENCRYPTION_KEYS", new)
    assert secrets.decrypt(turned) == CERTIFICATE
    with pytest.raises(KeysLostError):
        secrets.decrypt(stored)


def test_what_is_left_out_stays() -> None:
    connection.put({"url": "https://demo.example/aeries/", "certificate": CERTIFICATE, "burst": 20})
    kept = connection.get().certificate_encrypted
    row = connection.put({"requests_per_second": 5})
    assert (row.url, row.burst, row.requests_per_second) == ("https://demo.example/aeries", 20, 5)
    assert row.certificate_encrypted == kept


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", ""),
        ("url", "ftp://demo.example"),
        ("url", "http://demo.example"),
        ("url", "https://user:secret@demo.example"),
        ("certificate", ""),
        ("certificate", "two\nlines"),
        ("certificate", "quote'"),
        ("certificate", None),
        ("requests_per_second", 0),
        ("requests_per_second", 1001),
        ("requests_per_second", "10"),
        ("burst", True),
        ("in_flight", -1),
        ("total_timeout", 0),
        ("longest_timeout_seconds", -1),
        ("database_year", 20),
        ("state", "ok"),
    ],
)
def test_a_bad_value_is_named_and_changes_nothing(field: str, value: Any) -> None:
    connection.put({"url": "https://demo.example", "certificate": CERTIFICATE})
    before = AeriesConnection.objects.values().get()
    changes: Any = {"second_look_seconds": 1, field: value}
    with pytest.raises(InvalidError) as refused:
        connection.put(changes)
    assert refused.value.field == field
    assert CERTIFICATE not in str(refused.value)
    assert AeriesConnection.objects.values().get() == before


def test_plain_http_needs_loopback_or_a_stated_wish() -> None:
    assert connection.put({"url": "http://127.0.0.1:8400"}).url == "http://127.0.0.1:8400"
    assert connection.put({"url": "http://demo.example", "allow_http": True}).allow_http
    with pytest.raises(InvalidError):
        connection.put({"allow_http": False})


def test_nothing_is_sent_before_address_and_certificate_are_known() -> None:
    with pytest.raises(NotConnectedError):
        connection.client_for_connection(permits())


def test_a_check_finds_version_year_and_rights(aeries: Aeries) -> None:
    connect(aeries)
    found = checked()
    assert found.error is None
    row = connection.get()
    assert (row.state, row.checked_at, row.database_year) == (ConnectionState.OK, NOW, 2020)
    assert all(not permission.is_missing for permission in found.permissions)


def test_a_wrong_certificate_and_a_missing_right_are_refused(aeries: Aeries) -> None:
    connect(aeries, certificate="0" * 32)
    assert isinstance(checked().error, CertificateRefused)
    assert connection.get().state == ConnectionState.REFUSED
    connect(aeries)
    assert connection.get().state == ConnectionState.NEVER_CHECKED
    aeries.control("PATCH", "/rights", {"denied_areas": ["Gradebook Scores"]})
    assert isinstance(checked().error, PermissionMissing)
    assert connection.get().state == ConnectionState.REFUSED


def test_an_outage_is_dated_from_its_start(aeries: Aeries) -> None:
    connect(aeries)
    aeries.fault(kind="status", status=503)
    checked(NOW)
    checked(NOW + timedelta(hours=1))
    row = connection.get()
    assert (row.state, row.unreachable_since) == (ConnectionState.UNREACHABLE, NOW)
    assert row.checked_at == NOW + timedelta(hours=1)
    aeries.control("DELETE", "/faults")
    checked(NOW + timedelta(hours=2))
    row = connection.get()
    assert (row.state, row.unreachable_since) == (ConnectionState.OK, None)
