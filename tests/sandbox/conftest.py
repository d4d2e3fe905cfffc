"""One sandbox in a thread for all tests of this folder, started over before each of them."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from aeries_sandbox.sandbox import Options, Sandbox


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with Sandbox(Options(seed="documentation")) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def loopback() -> Iterator[httpx2.Client]:
    """One client for all tests: making one costs more than most tests do."""
    with httpx2.Client(timeout=10) as client:
        yield client


class Address:
    """A client bound to one address, with fixed headers."""

    def __init__(self, client: httpx2.Client, base: str, headers: dict[str, str]) -> None:
        self._client = client
        self._base = base
        self._headers = headers

    def request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        url = path if path.startswith("http") else f"{self._base}{path}"
        headers = {**self._headers, **options.pop("headers", {})}
        return self._client.request(method, url, headers=headers, **options)

    def get(self, path: str, **options: Any) -> httpx2.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> httpx2.Response:
        return self.request("POST", path, **options, **({} if "content" in options else {"json": json}))

    def put(self, path: str, json: Any) -> httpx2.Response:
        return self.request("PUT", path, json=json)

    def patch(self, path: str, json: Any) -> httpx2.Response:
        return self.request("PATCH", path, json=json)

    def delete(self, path: str, json: Any = None) -> httpx2.Response:
        return self.request("DELETE", path, **({} if json is None else {"json": json}))


@pytest.fixture
def control(running: Sandbox, loopback: httpx2.Client) -> Address:
    """The control surface of a sandbox that has just started over, with the documentation's seed."""
    address = Address(loopback, f"{running.url}/sandbox", {})
    answer = address.post("/reset", {"seed": "documentation", "profile": "documented"})
    assert answer.status_code == 200
    return address


@pytest.fixture
def sandbox(running: Sandbox, control: Address) -> Sandbox:
    return running


@pytest.fixture
def aeries(running: Sandbox, control: Address, loopback: httpx2.Client) -> Address:
    return Address(loopback, f"{running.url}/api/v5", {"AERIES-CERT": running.certificate})
