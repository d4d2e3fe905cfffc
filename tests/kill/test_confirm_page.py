"""kill -9 of the web server and the worker during Confirm: the page finds its run again and ends where it should."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from tests.district_and_sandbox import TEACHER, Class
from tests.kill.conftest import Workers, eventually, free_port, settled, takes_long, wait_until_taken
from tests.sync.children import database_url
from tests.web.conftest import ADMINISTRATOR, Site, Visitors, browser
from tests.web.wizard.world import BELL_WORK, ESSAY, LAB, NOTES, QUIZ, WORKSHEET, Filled, fill
from twinbook.sync import overview, setup
from twinbook.sync.models import Link, Run, RunKind

__all__ = ["browser"]

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_MS = 120_000


@dataclass
class Opened:
    page: Page
    filled: Filled
    workers: Workers
    port: int

    def confirm(self) -> None:
        self.page.goto(self.filled.path("summary/"))
        self.page.get_by_role("button", name="Confirm and Sync").click(no_wait_after=True)

    def ends_synced(self) -> None:
        """The page, without a hand on it; and both gradebooks, with everything once."""
        title = self.page.get_by_role("heading", name="Your gradebook is now synced")
        expect(title).to_be_visible(timeout=PATIENCE_MS)
        eventually(settled)
        school_class = self.filled.school_class
        assert overview.class_sync(school_class.id)["state"] == "synced"
        assert Run.objects.filter(kind=RunKind.SETUP).count() == Link.objects.count() == 1
        theirs = school_class.aeries.titles(school_class.gradebook)
        assert sorted(theirs) == sorted([ESSAY, LAB, BELL_WORK, QUIZ, WORKSHEET])
        assert sorted(school_class.titles()) == sorted([*theirs, NOTES])


@pytest.fixture
def opened(school_class: Class, workers: Workers, browser: Browser) -> Iterator[Opened]:
    """A page of somebody in a browser, on a real server in a process of its own; every question is answered."""
    takes_long(3)
    filled = fill(school_class)
    setup.begin(filled.id, school_class.gradebook, TEACHER)
    assert filled.finish().state == "done"
    filled.answer_all()
    port = free_port()
    visitors = Visitors(browser, Site(f"http://127.0.0.1:{port}"))
    page = visitors.signed_in(ADMINISTRATOR)
    page.set_default_navigation_timeout(PATIENCE_MS)  # the first page of a server that has just started
    visitors.expect_error(page, "ERR_")  # what a browser says of a server that is gone
    yield Opened(page, filled, workers, port)
    assert visitors.close() == []


def test_the_page_finds_the_run_again_after_a_kill_and_ends_synced(opened: Opened) -> None:
    aeries = opened.filled.school_class.aeries
    aeries.fault(kind="delay_after", delay_ms=2500, method="POST", path="assignments$", times=1)
    web, worker = opened.workers.serve(opened.port), opened.workers.start()
    opened.confirm()
    expect(opened.page.get_by_role("heading", name="Joining the two gradebooks")).to_be_visible()
    wait_until_taken(aeries)
    opened.workers.kill(web)
    opened.workers.kill(worker)
    assert overview.class_sync(opened.filled.id)["state"] == "setting_up"
    expect(opened.page.get_by_role("heading", name="Joining the two gradebooks")).to_be_visible()
    opened.workers.serve(opened.port)
    opened.workers.start()
    opened.ends_synced()


def test_a_kill_before_confirm_was_taken_loses_no_answer_and_it_is_pressed_again(opened: Opened) -> None:
    with psycopg.connect(database_url()) as holding:
        holding.execute("SELECT 1 FROM sync_setupdraft FOR UPDATE")
        web = opened.workers.serve(opened.port)
        opened.confirm()
        eventually(_somebody_waits)
        opened.workers.kill(web)
    assert Run.objects.filter(kind=RunKind.SETUP).count() == 0
    assert overview.class_sync(opened.filled.id)["state"] == "not_synced"
    opened.workers.serve(opened.port)
    opened.workers.start()
    opened.confirm()
    opened.ends_synced()


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE %s",
            ["%sync_setupdraft%"],
        )
        return cursor.fetchone() is not None
