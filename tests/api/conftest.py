"""Callers of the REST API: of a class that only lives here, and of one in a district joined with a sandbox."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.api.asking import Caller
from tests.api.people import Room, caller, make_room, make_user, put_on_staff
from tests.district_and_sandbox import (
    Aeries,
    aeries,
    district,
    joined,
    loopback,
    running_sandbox,
    school_class,
)
from twinbook.district.models import User

__all__ = ["aeries", "district", "joined", "loopback", "running_sandbox", "school_class"]

ADMIN, TEACHER = "admin@example.org", "teacher@example.org"


@pytest.fixture(autouse=True)
def no_mistake_of_ours(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A route that fails answers 500 and logs; no test takes that for a refusal."""
    yield
    mistakes = [record for record in caplog.records if record.name == "twinbook.api.problem"]
    assert mistakes == [] or all(record.levelno < logging.ERROR for record in mistakes), mistakes


@pytest.fixture
def room(db: None) -> Room:
    return make_room()


@pytest.fixture
def teacher(room: Room) -> Caller:
    user = make_user(TEACHER, sis=7)
    put_on_staff(user, room)
    return caller(user)


@pytest.fixture
def admin(db: None) -> Caller:
    return caller(make_user(ADMIN, admin=True))


@pytest.fixture
def office(district: Aeries) -> Caller:
    """The administrator of the district with the sandbox."""
    return caller(User.objects.get(email=ADMIN))
