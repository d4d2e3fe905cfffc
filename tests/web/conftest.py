"""A real browser on real pages: uvicorn over the test database, the sandbox over loopback, Debian's Chromium.

What a page logs as an error, what its Content-Security-Policy refuses and what it throws fails the test that opened it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
import uvicorn
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from aeries_sandbox.sandbox import Options, Sandbox
from tests.path.conftest import CERTIFICATE, Aeries, Class, finished, loopback
from tests.web import axe
from twinbook.district import accounts
from twinbook.district import connection as aeries_connection
from twinbook.district import setup as district_setup
from twinbook.district.models import ClassSection, SectionStaff, Staff, User
from twinbook.sync import installation, rosters, worker
from twinbook.web import live_feed

__all__ = ["loopback"]

PASSWORD = "a long enough password"
ADMINISTRATOR = "admin@example.org"
UNLINKED = 4500001
SCHOOL = 994
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WIDTHS = (360, 800, 1400)
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")

expect.set_options(timeout=15_000)
# Playwright's synchronous interface runs a loop in this thread; Django would take that for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def chromium() -> str | None:
    """The system's; None lets Playwright take its own."""
    return os.environ.get("TWINBOOK_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield found
        found.close()


@dataclass
class Site:
    """The web application of this test."""

    url: str

    def __call__(self, path: str) -> str:
        return f"{self.url}{path}"


@pytest.fixture
def site(transactional_db: None) -> Iterator[Site]:
    """Served by uvicorn in a thread, as in production but for its database."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    server = uvicorn.Server(
        uvicorn.Config(
            "twinbook.asgi:application",
            loop="asyncio",
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{listener.getsockname()[1]}")
    finally:
        server.should_exit = True
        live_feed.end_streams()
        thread.join(20)
        listener.close()
        _end_sessions()


def _end_sessions() -> None:
    """Of threads that have ended: the test database can be emptied only when nobody is in it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'twinbook'"
        )


@pytest.fixture
def running_worker(transactional_db: None, site: Site) -> Iterator[None]:
    """A worker of two classes at a time; what a page starts is carried out."""
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(2, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(40)
        installation.stop_watching()  # the next test's database is another one, and rightly so


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox(Options(seed="documentation")) as sandbox:
        yield sandbox


@pytest.fixture
def aeries(running_sandbox: Sandbox, loopback: Any) -> Aeries:
    found = Aeries(running_sandbox.url, loopback)
    found.control("POST", "/reset", {"seed": "documentation", "profile": "documented"})
    found.heal()
    found.forget()
    return found


@pytest.fixture
def initialised(transactional_db: None) -> None:
    """A district with its administrator, not connected yet."""
    district_setup.initialise("Test district", "America/Los_Angeles", ADMINISTRATOR, PASSWORD)


@pytest.fixture
def district(initialised: None, aeries: Aeries) -> Aeries:
    """Connected, with the roster read."""
    aeries_connection.put(
        {
            "url": aeries.url,
            "certificate": CERTIFICATE,
            "database_year": 2020,
            "requests_per_second": 500,
            "burst": 500,
            "in_flight": 20,
            "longest_timeout_seconds": 1,
            "second_look_seconds": 1,
        }
    )
    finished(rosters.begin(ADMINISTRATOR, SCHOOL, awake=False))
    return aeries


@pytest.fixture
def school_class(district: Aeries) -> Class:
    """The class of the documentation's unlinked gradebook that a sync can use."""
    section = district.truth(UNLINKED)["sections"][0]["section_number"]
    return Class(ClassSection.objects.get(section__number=section).school_class_id, UNLINKED, district)


@pytest.fixture
def joined(school_class: Class) -> Class:
    """The same, joined while both sides were empty; five categories came from Aeries."""
    school_class.join()
    school_class.look()
    return school_class


@pytest.fixture
def teacher(school_class: Class) -> User:
    """Who teaches the class, able to sign in."""
    entry = SectionStaff.objects.filter(
        section__class_section__school_class_id=school_class.id, primary=True
    ).first()
    assert entry is not None
    return with_password(entry.staff)


def with_password(staff: Staff) -> User:
    user = User.objects.filter(staff=staff).first()
    if user is None:
        user = accounts.invite(staff.email or f"staff{staff.id}@example.org")
        User.objects.filter(id=user.id).update(staff=staff)
    return accounts.set_password(user.email, PASSWORD)


@dataclass
class Watched:
    """A page whose errors are collected."""

    page: Page
    problems: list[str] = field(default_factory=list)
    expected: list[re.Pattern[str]] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self._note(str(error)))

    def _listen(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self._note(said.text)

    def _note(self, text: str) -> None:
        if "Failed to load resource" in text and "422" in text:
            return  # a form that is shown again with its errors
        if not any(pattern.search(text) for pattern in self.expected):
            self.problems.append(f"{self.page.url}: {text}")


class Visitors:
    """Opens pages for people. `opened.expect_error(page, pattern)` lets an error pass that the test causes itself."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self._browser = browser
        self.site = site
        self._contexts: list[BrowserContext] = []
        self._watched: dict[Page, Watched] = {}

    def anonymous(self, **options: Any) -> Page:
        options = {"viewport": {"width": 1400, "height": 900}, "locale": "en-US", **options}
        context = self._browser.new_context(base_url=self.site.url, **options)
        context.set_default_timeout(15_000)
        self._contexts.append(context)
        return self.tab(context)

    def tab(self, context: BrowserContext) -> Page:
        """A further tab of the same visitor."""
        page = context.new_page()
        self._watched[page] = watched = Watched(page)
        watched.watch()
        return page

    def signed_in(self, user: User | str, **options: Any) -> Page:
        """A page of somebody who has signed in; the sign-in itself has tests of its own."""
        page = self.anonymous(**options)
        found = user if isinstance(user, User) else accounts.find(user)
        page.context.add_cookies([self._session_cookie(found)])
        return page

    def _session_cookie(self, user: User) -> Any:
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        name = settings.SESSION_COOKIE_NAME
        return {"name": name, "value": client.cookies[name].value, "url": self.site.url, "httpOnly": True}

    def expect_error(self, page: Page, pattern: str) -> None:
        self._watched[page].expected.append(re.compile(pattern))

    def close(self) -> list[str]:
        for context in self._contexts:
            context.close()
        return [problem for watched in self._watched.values() for problem in watched.problems]


@pytest.fixture
def visitors(browser: Browser, site: Site) -> Iterator[Visitors]:
    found = Visitors(browser, site)
    yield found
    problems = found.close()
    assert not problems, "\n".join(problems)


@pytest.fixture
def admin_page(initialised: None, visitors: Visitors) -> Page:
    return visitors.signed_in(ADMINISTRATOR)


@pytest.fixture
def teacher_page(teacher: User, visitors: Visitors) -> Page:
    return visitors.signed_in(teacher)


def check_everywhere(page: Page, path: str | None = None, *, picture: str | None = None) -> None:
    """The page in both colour schemes at 360, 800 and 1400 px: axe finds nothing, nothing is cut off sideways.
    `path` None: the page as it stands, with its state. `picture`: files of this name go to TWINBOOK_PICTURES."""
    if path is not None:
        page.goto(path)
    expect(page.locator("h1")).to_have_count(1)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            axe.check(page, f"{page.url} ({scheme}, {width} px)", only_colours=scheme == "dark")
            _picture(page, picture, f"{scheme}-{width}")
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, f"{page.url} is {overflow} px too wide at {width} px"


def _picture(page: Page, name: str | None, suffix: str) -> None:
    folder = os.environ.get("TWINBOOK_PICTURES")
    if folder and name:
        page.screenshot(path=Path(folder) / f"{name}-{suffix}.png", full_page=True)


def eventually(what: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Looks again until it is true, for states that no page shows."""
    deadline = time.monotonic() + seconds
    found = what()
    while not found and time.monotonic() < deadline:
        with contextlib.suppress(InterruptedError):
            time.sleep(0.05)
        found = what()
    assert found
    return found
