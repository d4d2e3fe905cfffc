"""A sandbox over loopback HTTP with the documentation's school, and a client that asks it."""

import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx2
import pytest

from aeries_sandbox.sandbox import Options, Sandbox
from twinbook.aeries.client import AeriesClient
from twinbook.aeries.permits import LocalPermits
from twinbook.district.roster import RosterReport, sync_roster

SCHOOL = 994
TODAY = date(2020, 10, 1)


def permits() -> LocalPermits:
    return LocalPermits(rate=10_000, burst=100, in_flight=8, clock=time.monotonic, sleep=time.sleep)


class Aeries:
    """The sandbox as an office sees it: changes go through its control surface."""

    def __init__(self, sandbox: Sandbox, control: httpx2.Client) -> None:
        self.url = sandbox.url
        self.certificate = sandbox.certificate
        self._control = control

    def control(self, method: str, path: str, body: object = None) -> Any:
        answer = self._control.request(method, f"{self.url}/sandbox{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def patch(self, **tables: object) -> None:
        self.control("PATCH", "/state", tables)

    def on(self, day: str) -> None:
        self.control("POST", "/clock", {"now": f"{day}T17:00:00+00:00"})

    def enrol(self, section: int, student: int) -> None:
        self.control("POST", f"/sections/{SCHOOL}/{section}/students", {"student_id": student})

    def withdraw(self, section: int, student: int) -> None:
        self.control("DELETE", f"/sections/{SCHOOL}/{section}/students/{student}")

    def fault(self, **order: object) -> None:
        self.control("POST", "/faults", order)

    def requests(self) -> list[str]:
        return [f"{item['method']} {item['path']}" for item in self.control("GET", "/requests")["items"]]


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox(Options(seed="documentation")) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def control_client() -> Iterator[httpx2.Client]:
    with httpx2.Client(timeout=10) as client:
        yield client


@pytest.fixture
def aeries(running_sandbox: Sandbox, control_client: httpx2.Client) -> Aeries:
    found = Aeries(running_sandbox, control_client)
    found.control("POST", "/reset", {"seed": "documentation", "profile": "documented"})
    return found


@pytest.fixture
def client(aeries: Aeries) -> Iterator[AeriesClient]:
    with AeriesClient(aeries.url, aeries.certificate, permits=permits(), database_year=2020) as client:
        yield client


def read_roster(client: AeriesClient, school_code: int | None = None, *, whole: bool = True) -> RosterReport:
    """Everything, unless a test is about what the change feeds save."""
    return sync_roster(client, school_code, None, lambda done, total, label: None, whole=whole)
