"""aeripy, a public client that none of us wrote, reads what it can read. It refuses unknown and missing fields."""

import importlib
import sys
from types import ModuleType
from typing import Any

import pytest

from aeries_sandbox.sandbox import Sandbox
from tests.sandbox.conftest import Address


@pytest.fixture
def client(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Any:
    dotenv = ModuleType("dotenv")
    dotenv.load_dotenv = lambda: None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "dotenv", dotenv)  # imported by aeripy, neither declared nor used
    aeripy = importlib.import_module("aeripy")
    client = aeripy.Aeripy(hostname="unused", api_key=sandbox.certificate)
    client._rest_adapter.url = f"{sandbox.url}/aeries/api/v5"  # it only knows https
    return client


def test_it_reads_the_system_and_the_schools(client: Any) -> None:
    assert client.get_system_info().database_year == "2020-2021"
    assert [school.name for school in client.get_schools()] == ["Screaming Eagle High School"]
    assert [term.term_code for term in client.get_terms(994)] == ["F", "S", "Y"]
    assert len(client.get_calendar(994)) == 285


def test_it_expects_one_school_as_an_object(client: Any, control: Address) -> None:
    control.post("/switches", {"single_school_shape": "object"})
    assert client.get_school(994).school_code == 994


def test_it_reads_staff(client: Any) -> None:
    assert [person.last_name for person in client.get_staff()] == ["Acosta"]
    assert client.get_staff(994605).email_address == "macosta@screamingeagle.example"
