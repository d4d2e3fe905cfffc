"""Live state: what changes anywhere is seen on an open page; who may not see it gets no stream."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from tests.path.conftest import Class
from tests.web.conftest import ADMINISTRATOR, Site, Visitors, eventually
from twinbook.district import accounts
from twinbook.district.models import User
from twinbook.sync import runs
from twinbook.sync.models import Run, RunKind
from twinbook.web import live, live_class, live_feed

Heard = list[tuple[str, Any]]


def session_of(user: User) -> dict[str, str]:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}


@contextmanager
def listening(site: Site, path: str, user: User) -> Iterator[Heard]:
    """What a stream sends. Its reader ends with the block at the next beat, or with the site."""
    heard: Heard = []
    with (
        httpx2.Client(cookies=session_of(user), timeout=30) as client,
        client.stream("GET", site(path)) as answer,
    ):
        assert answer.status_code == 200, answer.status_code
        assert answer.headers["Content-Type"] == "text/event-stream"
        thread = threading.Thread(target=_collect, args=(answer, heard), daemon=True)
        thread.start()
        yield heard


def _collect(answer: httpx2.Response, heard: Heard) -> None:
    event = ""
    try:
        for line in answer.iter_lines():
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data: "):
                heard.append((event, json.loads(line.removeprefix("data: "))))
    except (httpx2.StreamError, httpx2.TransportError, OSError, ValueError):
        return


def names(heard: Heard) -> list[str]:
    return [name for name, _ in heard]


def test_a_save_and_its_arrival_in_aeries_are_told_cell_by_cell(
    site: Site, joined: Class, teacher: User
) -> None:
    first, sis = joined.students()[:2]
    activity = joined.agreed("Live quiz", {first: "5"})
    with listening(site, f"/live/classes/{joined.id}", teacher) as heard:
        eventually(lambda: "cells" in names(heard))
        assert names(heard)[:5] == ["sync", "structure", "activities", "totals", "cells"]
        whole = heard[4][1]
        assert whole["whole"]
        assert [(c["score"], c["sync"]) for c in whole["cells"]] == [("5", "synced")]
        heard.clear()

        joined.save(activity, sis, "8.5")
        told = eventually(lambda: [data for name, data in heard if name == "cells"])[0]
        (cell,) = told["cells"]
        assert (cell["score"], cell["sync"], told["whole"]) == ("8.5", "waiting", False)
        assert cell["student_id"] == str(joined.student(sis))

        heard.clear()
        joined.look()
        eventually(lambda: [c for n, d in heard if n == "cells" for c in d["cells"] if c["sync"] == "synced"])


def test_pages_that_watch_the_same_class_share_one_reading(
    site: Site, joined: Class, teacher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    picture = live_class.picture

    def counted(class_id: int) -> live_class.ClassPicture:
        read.append(class_id)
        return picture(class_id)

    monkeypatch.setattr(live_class, "picture", counted)
    activity = joined.assigned("Shared quiz")
    path = f"/live/classes/{joined.id}"
    with (
        listening(site, path, teacher) as first,
        listening(site, path, accounts.find(ADMINISTRATOR)) as other,
    ):
        eventually(lambda: "cells" in names(first) and "cells" in names(other))
        eventually(lambda: len(read) >= 3)  # two arrivals, and once when the listening began
        first.clear()
        other.clear()
        read.clear()
        joined.save(activity, joined.students()[0], "7")
        eventually(lambda: "cells" in names(first) and "cells" in names(other))
        assert len(read) <= 2


def test_a_run_is_followed_to_its_end(site: Site, district: object) -> None:
    run = runs.create(RunKind.ROSTER, None, ADMINISTRATOR, {"school_code": 994}, awake=False)
    with listening(site, f"/live/runs/{run.id}", accounts.find(ADMINISTRATOR)) as heard:
        eventually(lambda: heard)
        assert heard[0][1]["state"] == "queued"
        runs.teller(run)(3, 10, "sections")
        eventually(lambda: heard[-1][1].get("progress") == {"done": 3, "total": 10, "label": "sections"})
        runs.finish(run)
        eventually(lambda: names(heard)[-1] == "end")
        assert heard[-2][1]["state"] == "done"


def test_quiet_streams_beat_and_end_in_time(
    site: Site, district: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_feed, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(live, "STREAM_SECONDS", 0.5)
    run = runs.create(RunKind.ROSTER, None, ADMINISTRATOR, awake=False)
    cookies = session_of(accounts.find(ADMINISTRATOR))
    answer = httpx2.get(site(f"/live/runs/{run.id}"), cookies=cookies, timeout=30)
    assert "event: beat" in answer.text
    assert "event: end" not in answer.text


def test_streams_are_refused_like_pages(site: Site, joined: Class, teacher: User) -> None:
    stranger = accounts.invite("stranger@example.org")
    district_run = runs.create(RunKind.NIGHTLY, None, "schedule", awake=False)
    class_run = runs.create(RunKind.FORCE, joined.id, "schedule", awake=False)
    paths = {
        f"/live/classes/{joined.id}": (401, 404, 200),
        f"/live/classes/{joined.id}/now": (401, 404, 200),
        f"/live/runs/{district_run.id}/now": (401, 404, 404),
        f"/live/runs/{class_run.id}/now": (401, 404, 200),
        "/live/classes/999999": (401, 404, 404),
        "/live/runs/999999999999999999999": (401, 404, 404),
    }
    for path, expected in paths.items():
        found = []
        for cookies in ({}, session_of(stranger), session_of(teacher)):
            with httpx2.Client(cookies=cookies).stream("GET", site(path)) as answer:
                found.append(answer.status_code)
        assert tuple(found) == expected, path


def test_a_page_follows_its_run_without_reload_and_also_without_streams(
    district: object, visitors: Visitors
) -> None:
    run = runs.create(RunKind.ROSTER, None, ADMINISTRATOR, awake=False)
    streaming = visitors.signed_in(ADMINISTRATOR)
    polling = visitors.signed_in(ADMINISTRATOR)
    visitors.expect_error(polling, "ERR_FAILED")
    polling.route(f"**/live/runs/{run.id}", lambda route: route.abort())
    for page in (streaming, polling):
        page.goto(f"/runs/{run.id}/")
        expect(page.get_by_text("Reading the roster: waiting to start")).to_be_visible()
    tell_progress(run, 4, 9)
    for page in (streaming, polling):
        expect(page.get_by_text("4 / 9")).to_be_visible(timeout=30_000)
    runs.finish(run)
    for page in (streaming, polling):
        expect(page.locator("h1 + .badge")).to_have_text("Done", timeout=40_000)


def tell_progress(run: Run, done: int, total: int) -> None:
    runs.start(run)
    runs.teller(run)(done, total, "")


def test_the_head_of_a_class_is_kept_current_also_after_a_stream_was_cut(
    teacher_page: Page, joined: Class
) -> None:
    teacher_page.goto(f"/classes/{joined.id}/runs/")
    badge = teacher_page.locator("[data-class-state] .badge")
    expect(badge).to_have_text("Synced")
    joined.set(mode="paused")
    expect(badge).to_have_text("Paused")
    live_feed.end_streams()  # as a server that stops or a proxy that cuts
    joined.set(mode="sync")
    expect(badge).to_have_text("Synced")
    joined.set(mode="paused")
    expect(badge).to_have_text("Paused")
