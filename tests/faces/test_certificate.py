"""The certificate is in no error, log, URL or row, whatever goes wrong, also when Aeries itself quotes it (issue 5.5)."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers

from tests.district_and_sandbox import CERTIFICATE, TEACHER, Class
from tests.faces.how_long import LONG
from twinbook.aeries.errors import AeriesError
from twinbook.sync import connecting, force, lease, night, runs
from twinbook.sync.errors import SyncError
from twinbook.sync.models import RemoteState, Run

pytestmark = pytest.mark.django_db(transaction=True)

TROUBLES: list[dict[str, Any]] = [
    {"kind": "status", "status": 400, "body": {"Message": f"Bad certificate {CERTIFICATE}"}},
    {"kind": "status", "status": 401, "body": {"Message": f"Bad certificate {CERTIFICATE}"}},
    {"kind": "status", "status": 500, "body": {"ExceptionMessage": f"AERIES-CERT: {CERTIFICATE}"}},
    {"kind": "html", "status": 404},
    {"kind": "drop_after"},
    {"kind": "body", "body": f"<html>{CERTIFICATE}</html>"},
    {"kind": "body", "body": {"Message": CERTIFICATE}},
]


@pytest.mark.parametrize("face", ["documented", "hostile"] if LONG else ["documented"])
def test_the_certificate_is_in_no_error_log_url_or_row(
    joined: Class, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    aeries, (first, *_) = joined.aeries, joined.students()
    quiz = joined.agreed("Quiz on rivers", {first: "8"})
    told: list[str] = []
    acts: list[Callable[[], object]] = [joined.look, partial(_forced, joined.id), _night, _checked]
    for turn, trouble in enumerate(TROUBLES):
        for method in ("GET", "POST"):
            aeries.fault(method=method, path="", **trouble)
            joined.save(quiz, first, f"{turn}.{len(method)}")
            for act in acts:
                RemoteState.objects.update(down_since=None, next_probe_at=None, identity_checked_at=None)
                try:
                    told.append(repr(act()))
                except (AeriesError, SyncError) as error:
                    told += [str(error), repr(error), repr(error.__dict__)]
            aeries.heal()
    told.append(json.dumps(connecting.shown()))
    stored = [
        serializers.serialize("json", model._default_manager.all())
        for app in ("district", "gradebook", "sync")
        for model in apps.get_app_config(app).get_models()
    ]
    asked = [item["path"] for item in aeries.requests()]
    printed = capfd.readouterr()
    assert asked and told and caplog.text
    for place in (*told, *stored, *asked, caplog.text, printed.out, printed.err):
        assert CERTIFICATE not in place


def _checked() -> object:
    return connecting.check()


def _forced(class_id: int) -> object:
    return _ends(force.begin(class_id, TEACHER, awake=False))


def _ends(run: Run) -> object:
    with lease.hold_run(run.id, lease.this_process()):
        runs.carry_out(run.id)
    run.refresh_from_db()
    return run.error


def _night() -> object:
    return _ends(night.begin(TEACHER, awake=False))
