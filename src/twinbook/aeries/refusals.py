"""What about a connection Aeries refuses, by name; and what an answered request shows to be accepted again.

Names are kept (not translated): ADDRESS, CERTIFICATE, YEAR, or a needed right as "Gradebook Scores: Read".
"""

from __future__ import annotations

from twinbook.aeries.errors import (
    AeriesError,
    CertificateRefused,
    FixSetup,
    PermissionMissing,
    WrongYear,
)
from twinbook.aeries.rights import CALENDAR, COURSES, TEACHERS, Right

ADDRESS, CERTIFICATE, YEAR = "address", "certificate", "year"
_NOT_NEEDED = {right.area for right in (CALENDAR, COURSES, TEACHERS)}


def refused_for(error: AeriesError) -> str | None:
    """None when the error says nothing against the connection: a right that is not needed may be missing."""
    match error:
        case PermissionMissing(area=area, right=right):
            return None if area in _NOT_NEEDED else _name(area, right)
        case CertificateRefused():
            return CERTIFICATE
        case WrongYear():
            return YEAR
        case FixSetup():
            return ADDRESS
        case _:
            return None


def proof(right: Right | None, *, with_certificate: bool) -> frozenset[str]:
    found = {ADDRESS}
    if with_certificate:
        found.add(CERTIFICATE)
    if right is not None:
        found.add(_name(right.area, right.right))
    return frozenset(found)


def _name(area: str, right: str) -> str:
    return f"{area}: {right}"
