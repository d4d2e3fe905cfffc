"""Connection, district settings, roster and night: for administrators (public surface §3.1)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from twinbook.api import access
from twinbook.api.bodies import ConnectionBody, DistrictBody, RosterBody
from twinbook.district import settings
from twinbook.district.models import DistrictSettings
from twinbook.sync import connecting, mark_table, night, rosters, runs

router = Router(tags=["district"])
Json = dict[str, Any]


@router.get("/aeries-connection", response=dict[str, Any])
def get_connection(request: HttpRequest) -> Json:
    """Where Aeries is and how it stands; never the certificate."""
    access.administrator(request)
    return connecting.shown()


@router.put("/aeries-connection", response=dict[str, Any])
def put_connection(request: HttpRequest, body: ConnectionBody) -> Json:
    """Fields left out stay."""
    access.administrator(request)
    return connecting.put(body.sent())  # type: ignore[arg-type]


@router.post("/aeries-connection/check", response=dict[str, Any])
def check_connection(request: HttpRequest) -> Json:
    """Looks by reads only; about ten requests."""
    access.administrator(request)
    return connecting.check()


@router.get("/district-settings", response=dict[str, Any])
def get_settings(request: HttpRequest) -> Json:
    access.administrator(request)
    return _shown(settings.get())


@router.patch("/district-settings", response=dict[str, Any])
def patch_settings(request: HttpRequest, body: DistrictBody) -> Json:
    access.administrator(request)
    return _shown(mark_table.patch(body.sent()))  # type: ignore[arg-type]


def _shown(row: DistrictSettings) -> Json:
    return {
        "name": row.name,
        "timezone": row.timezone,
        "night_at": row.night_at.strftime("%H:%M"),
        "mode": row.mode,
        "conflict_policy": row.conflict_policy,
        "marks": row.marks,
        "missing_mark": row.missing_mark,
        "brake": row.brake,
    }


@router.post("/roster-sync", response={202: dict[str, Any]})
def roster_sync(request: HttpRequest, body: RosterBody | None = None) -> Status[Any]:
    access.administrator(request)
    school = None if body is None else body.school_code
    return Status(202, runs.shown(rosters.begin(access.actor(request), school)))


@router.post("/nightly", response={202: dict[str, Any]})
def nightly(request: HttpRequest) -> Status[Any]:
    """Roster, then every synced class."""
    access.administrator(request)
    return Status(202, runs.shown(night.begin(access.actor(request))))
