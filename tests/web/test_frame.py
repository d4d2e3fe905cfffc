"""What every page has: landmarks, language, skip link, strict policy; and pages for what went wrong."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from tests.web.conftest import ADMINISTRATOR, Visitors, check_everywhere
from twinbook.district import accounts
from twinbook.web.home import views


def client_of(email: str, **options: bool) -> Client:
    client = Client(**options)  # type: ignore[arg-type]
    client.force_login(accounts.find(email), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_keyboard_reaches_content_and_navigation(admin_page: Page) -> None:
    admin_page.goto("/")
    assert admin_page.evaluate("document.documentElement.lang") == "en"
    assert admin_page.title() == "Classes · Twinbook"
    admin_page.keyboard.press("Tab")
    skip = admin_page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    admin_page.keyboard.press("Enter")
    expect(admin_page.locator("main")).to_be_focused()
    admin_page.goto("/")
    reached = []
    for _ in range(7):
        admin_page.keyboard.press("Tab")
        reached.append(admin_page.evaluate("document.activeElement.textContent.trim()"))
    assert reached == [
        "Skip to the content",
        "Twinbook",
        "Classes",
        "District",
        "Runs",
        ADMINISTRATOR,
        "Sign out",
    ]


def test_pages_work_without_javascript(initialised: None, visitors: Visitors) -> None:
    page = visitors.signed_in(ADMINISTRATOR, java_script_enabled=False)
    page.goto("/district/")
    page.get_by_role("button", name="Pause the whole district").click()
    expect(page.get_by_text("Syncing is paused for the whole district.")).to_be_visible()


@pytest.mark.django_db
def test_no_page_has_inline_code_or_styles(initialised: None) -> None:
    client = client_of(ADMINISTRATOR)
    for path in ("/", "/district/", "/district/connection/", "/district/accounts/", "/runs/", "/account/"):
        answer = client.get(path)
        html = answer.content.decode()
        assert answer.status_code == 200, path
        assert "'unsafe" not in answer.headers["Content-Security-Policy"]
        assert not re.search(r"<[^>]+\s(style|on\w+)=", html), path
        assert not re.search(r"<style|<script(?![^>]*src=)", html), path


def test_our_own_fault_says_so(
    visitors: Visitors, initialised: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(views.cards, "cards", broken)
    page = visitors.signed_in(ADMINISTRATOR)
    visitors.expect_error(page, "500")
    page.goto("/")
    expect(page.get_by_role("heading", name="Something went wrong in Twinbook")).to_be_visible()
    check_everywhere(page, picture="our-fault")


def test_scripts_get_sentences_instead_of_pages(initialised: None) -> None:
    json = {"Accept": "application/json"}
    ended = Client().post("/district/mode/", {"mode": "paused"}, headers=json)
    assert (ended.status_code, ended.json()["code"]) == (401, "signed_out")
    strict = client_of(ADMINISTRATOR, enforce_csrf_checks=True)
    renewed = strict.post("/district/mode/", {"mode": "paused"}, headers=json)
    assert (renewed.status_code, renewed.json()["code"]) == (403, "signed_out")
    missing = client_of(ADMINISTRATOR).get("/classes/5/runs/", headers=json)
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


def test_a_form_of_an_earlier_session_changes_nothing_and_says_what_to_do(initialised: None) -> None:
    answer = client_of(ADMINISTRATOR, enforce_csrf_checks=True).post("/district/mode/", {"mode": "paused"})
    assert answer.status_code == 403
    assert "This form is from an earlier session" in answer.content.decode()


def test_the_words_of_scripts_are_served(initialised: None) -> None:
    answer = Client().get("/words.js")
    assert answer.status_code == 200
    assert b"gettext" in answer.content
