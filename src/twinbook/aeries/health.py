"""Is this the Aeries, and the year, that the connection is for (design G2)?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from twinbook.aeries.client import AeriesClient
from twinbook.aeries.errors import (
    AeriesError,
    AskPerson,
    BadAnswer,
    NotFound,
    PerhapsMissing,
    PermissionMissing,
    WrongYear,
)
from twinbook.aeries.models import School, SystemInfo
from twinbook.aeries.permits import Lane
from twinbook.aeries.rights import (
    CALENDAR,
    COURSES,
    GRADEBOOKS,
    GRADEBOOKS_UPDATE,
    ROSTERS,
    SCORES,
    SCORES_UPDATE,
    SECTIONS,
    STAFF,
    STUDENTS,
    TEACHERS,
    Right,
)
from twinbook.aeries.wire import path


def check_identity(system_info: SystemInfo, expected_year: int | None) -> int:
    """The starting year that Aeries answers for; `WrongYear` when another is expected.

    Aeries silently answers for its default year when it does not have the one asked for (reference
    §3.5), so nothing may be read or written before this has passed.
    """
    if expected_year is not None and system_info.database_year != expected_year:
        raise WrongYear(expected_year, system_info.database_year)
    return system_info.database_year


class Granted(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Needed(StrEnum):
    YES = "yes"
    OPTIONAL = "optional"
    NO = "no"


@dataclass(frozen=True)
class Permission:
    """One right of the certificate. Granted though not needed: wider than it should be."""

    area: str
    right: str
    needed: Needed
    granted: Granted

    @property
    def is_missing(self) -> bool:
        return self.needed is Needed.YES and self.granted is Granted.NO

    @property
    def is_too_wide(self) -> bool:
        return self.needed is Needed.NO and self.granted is Granted.YES


@dataclass(frozen=True)
class Check:
    """What a look at the connection found. `error` is why it stopped or what an administrator must
    change; None when everything needed was seen to work."""

    reachable: bool
    system_info: SystemInfo | None
    permissions: tuple[Permission, ...]
    error: AeriesError | None


def check(client: AeriesClient, *, lane: Lane = Lane.PERSON) -> Check:
    """Look at address, year, certificate and rights, by reads only; about eleven requests.

    Rights to write cannot be seen without writing and come back as unknown. Raises no `Wait`,
    `FixSetup` or `AskPerson`: they are the answer.
    """
    info: SystemInfo | None = None
    granted: dict[Right, Granted] = {}
    error: AeriesError | None = None
    try:
        info = client.systeminfo(via=lane).value
        check_identity(info, client.database_year)
        schools = client.schools(via=lane).items
        for right, where in _probes(schools):
            granted[right] = _granted(client, right, where, lane)
    except AeriesError as failure:
        error = failure
    permissions = tuple(
        Permission(right.area, right.right, needed, granted.get(right, Granted.UNKNOWN))
        for right, needed in _NEEDED.items()
    )
    missing = next((permission for permission in permissions if permission.is_missing), None)
    if error is None and missing is not None:
        error = PermissionMissing(missing.area, missing.right)
    return Check(info is not None, info, permissions, error)


_NEEDED = {
    STAFF: Needed.YES,
    SECTIONS: Needed.YES,
    ROSTERS: Needed.YES,
    STUDENTS: Needed.YES,
    COURSES: Needed.OPTIONAL,
    GRADEBOOKS: Needed.YES,
    GRADEBOOKS_UPDATE: Needed.YES,
    SCORES: Needed.YES,
    SCORES_UPDATE: Needed.YES,
    TEACHERS: Needed.NO,
    CALENDAR: Needed.NO,
}

# Things that no district has. That they are not found shows that looking is allowed.
_NO_SCHOOL = 32_000
_NO_SECTION = 32_000
_NO_NUMBER = 2_147_483_647
_NO_COURSE = "ZZZZZZ"
_NO_UNIQUE_ID = "00000000-0000-4000-8000-000000000000"


def _probes(schools: tuple[School, ...]) -> Iterator[tuple[Right, str]]:
    """A small read for each right that reading needs; school-wise ones only where there is a school."""
    yield STAFF, path("staff", _NO_NUMBER)
    yield COURSES, path("courses", _NO_COURSE)
    yield GRADEBOOKS, path("gradebooks", _NO_NUMBER)
    yield SCORES, path("gradebooks", "assignments", _NO_UNIQUE_ID, "scores")
    yield CALENDAR, path("schools", _NO_SCHOOL, "calendar")
    code = next((school.code for school in schools if school.active and school.code > 0), None)
    if code is None:
        return
    yield SECTIONS, path("schools", code, "sections", _NO_SECTION)
    yield ROSTERS, path("schools", code, "sections", _NO_SECTION, "students")
    yield STUDENTS, path("schools", code, "students", _NO_NUMBER)
    yield TEACHERS, path("schools", code, "teachers", _NO_NUMBER)


def _granted(client: AeriesClient, right: Right, where: str, lane: Lane) -> Granted:
    try:
        client.probe(right, where, via=lane)
    except PermissionMissing:
        return Granted.NO
    except (AskPerson, PerhapsMissing, BadAnswer) as error:
        return Granted.YES if isinstance(error, NotFound) else Granted.UNKNOWN
    return Granted.YES
