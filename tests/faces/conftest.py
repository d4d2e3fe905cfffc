"""The product under each of Aeries' five faces: `school_class` and `joined` of `tests.district_and_sandbox`, and `face`."""

from __future__ import annotations

import httpx2
import pytest

from aeries_sandbox.profiles import PROFILES
from aeries_sandbox.sandbox import Sandbox
from tests.district_and_sandbox import (
    Aeries,
    Class,
    district,
    joined,
    loopback,
    running_sandbox,
    school_class,
)
from tests.faces.neighbours import Neighbours

__all__ = ["district", "joined", "loopback", "running_sandbox", "school_class"]

LINKED_GROUP = 7


@pytest.fixture(params=list(PROFILES))
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def aeries(running_sandbox: Sandbox, loopback: httpx2.Client, face: str) -> Aeries:
    """Started over with the face, with fields in every row that no documentation knows.

    A teacher's own changes stay in one gradebook, so that any change of a linked one would be ours.
    """
    found = Aeries(running_sandbox.url, loopback)
    switches = {"extra_fields": "on", "teacher_spreads_to_linked": "off"}
    found.control("POST", "/reset", {"seed": "documentation", "profile": face, "switches": switches})
    found.control(
        "PUT", "/custom-marks", [{"mark": "MI", "kind": "missing"}, {"mark": "LATE", "kind": "placeholder"}]
    )
    found.heal()
    found.forget()
    return found


@pytest.fixture
def neighbours(school_class: Class) -> Neighbours:
    """The class's gradebook gets a linked sibling with an assignment of the same numbers; all others stay beside it."""
    return Neighbours(school_class, LINKED_GROUP)
