"""Connection, district settings, roster and night: for administrators (public surface §3.1)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from twinbook.api import access, answers, paging
from twinbook.api.bodies import (
    ConfirmBody,
    ConnectionBody,
    DistrictBody,
    DistrictResolveBody,
    NightBody,
    RosterBody,
)
from twinbook.api.openapi import answer
from twinbook.district import settings
from twinbook.district.models import DistrictSettings
from twinbook.sync import confirming, connecting, district_question, mark_table, night, rosters, runs

router = Router(tags=["district"])
Json = dict[str, Any]


@router.get("/aeries-connection", **answer(answers.Connection, refuses=[403]))
def get_connection(request: HttpRequest) -> Json:
    """Where Aeries is and how it stands. The certificate itself is never shown."""
    access.administrator(request)
    return connecting.shown()


@router.put("/aeries-connection", **answer(answers.Connection))
def put_connection(request: HttpRequest, body: ConnectionBody) -> Json:
    """Set where Aeries is and how hard it may be asked. Fields left out stay."""
    access.administrator(request)
    return connecting.put(body.sent())  # type: ignore[arg-type]


@router.post("/aeries-connection/check", **answer(answers.ConnectionCheck, refuses=[409]))
def check_connection(request: HttpRequest) -> Json:
    """Look whether Aeries can be used, by about ten reads. What is wrong is part of the answer."""
    access.administrator(request)
    return connecting.check()


@router.get("/district-settings", **answer(answers.DistrictSettings, refuses=[403]))
def get_settings(request: HttpRequest) -> Json:
    """The settings of the district."""
    access.administrator(request)
    return _shown(settings.get())


@router.patch("/district-settings", **answer(answers.DistrictSettings))
def patch_settings(request: HttpRequest, body: DistrictBody) -> Json:
    """Change settings of the district. Fields left out stay; `marks` is replaced as a whole."""
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
        "alert_after_minutes": row.alert_after_minutes,
        "alert_emails": row.alert_emails,
        "alert_webhook": row.alert_webhook,
    }


@router.get("/district-problems", **answer(answers.DistrictQuestions, refuses=[403]))
def list_district_problems(request: HttpRequest) -> Json:
    """What needs an administrator: a night that the district's brake stopped. At most one."""
    access.administrator(request)
    return paging.whole(district_question.all_open())


@router.post(
    "/district-problems/mass_change/resolve", **answer(answers.DistrictQuestions, refuses=[403, 409])
)
def resolve_district_problem(request: HttpRequest, body: DistrictResolveBody) -> Json:
    """Approve or discard exactly the plan with this fingerprint. Answers what is open now; it closes class by class."""
    access.administrator(request)
    return paging.whole(district_question.resolve(body.choice, access.actor(request), body.fingerprint))


@router.post("/roster-sync", **answer(answers.Run, 202))
def roster_sync(request: HttpRequest, body: RosterBody | None = None) -> Status[Any]:
    """Read schools, staff, classes and students from Aeries. A school named here is remembered."""
    access.administrator(request)
    school = None if body is None else body.school_code
    return Status(202, runs.shown(rosters.begin(access.actor(request), school)))


@router.post("/nightly", **answer(answers.Run, 202))
def nightly(request: HttpRequest, body: NightBody | None = None) -> Status[Any]:
    """The nightly run now. First the roster, then every synced class. With `dry_run` the classes only, and nothing is written."""
    access.administrator(request)
    dry_run = body is not None and body.dry_run
    return Status(202, runs.shown(night.begin(access.actor(request), dry_run=dry_run)))


@router.get("/installation", **answer(answers.Installation, refuses=[403]))
def get_installation(request: HttpRequest) -> Json:
    """Whether this installation may write. `observing`: its database was restored or copied, and a person must confirm."""
    access.administrator(request)
    return confirming.shown()


@router.post("/installation/preview", **answer(answers.Run, 202, refuses=[409]))
def preview_installation(request: HttpRequest) -> Status[Any]:
    """A dry run over every joined class: what would follow if this restored installation wrote again."""
    access.administrator(request)
    return Status(202, runs.shown(confirming.preview(access.actor(request))))


@router.post("/installation/confirm", **answer(answers.Installation, refuses=[409, 422]))
def confirm_installation(request: HttpRequest, body: ConfirmBody) -> Json:
    """Let a restored installation write again, by the fingerprint of its newest preview (`GET /runs/{run}/plan`)."""
    access.administrator(request)
    return confirming.confirm(body.fingerprint)
