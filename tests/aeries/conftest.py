"""A sandbox per test, spoken to over loopback HTTP as a district's Aeries would be."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from aeries_sandbox.sandbox import Options, Sandbox
from tests.aeries import payloads as p
from twinbook.aeries.client import AeriesClient


@dataclass
class Teacher:
    """Works in the sandbox behind the client's back, through its control surface."""

    http: httpx2.Client

    def get(self, path: str) -> Any:
        return self._checked("GET", path, None)

    def post(self, path: str, body: object) -> Any:
        return self._checked("POST", path, body)

    def patch(self, path: str, body: object) -> Any:
        return self._checked("PATCH", path, body)

    def put(self, path: str, body: object) -> Any:
        return self._checked("PUT", path, body)

    def delete(self, path: str) -> Any:
        return self._checked("DELETE", path, None)

    def fault(self, kind: str, **order: object) -> None:
        """One misbehaviour, once unless said otherwise."""
        self.post("faults", {"kind": kind, "times": 1} | order)

    def requests(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.get("requests")["items"]
        return items

    def writes(self) -> list[dict[str, Any]]:
        return [item for item in self.requests() if item["method"] != "GET"]

    def assignments(self, gradebook: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(f"gradebooks/{gradebook}")["assignments"]
        return found

    def _checked(self, method: str, path: str, body: object) -> Any:
        answer = self.http.request(method, f"/sandbox/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None


@pytest.fixture
def profile() -> str:
    return "documented"


@pytest.fixture
def sandbox(profile: str) -> Iterator[Sandbox]:
    with Sandbox(Options(seed="documentation", profile=profile)) as running:
        yield running


@pytest.fixture
def teacher(sandbox: Sandbox) -> Iterator[Teacher]:
    with httpx2.Client(base_url=sandbox.url, trust_env=False) as http:
        yield Teacher(http)


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[AeriesClient]:
    with p.client_of(f"{sandbox.url}/aeries", database_year=2020) as made:
        yield made
