"""A teacher's classes and an administrator's."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.path.conftest import Class
from tests.web.conftest import ADMINISTRATOR, Visitors, check_everywhere
from twinbook.district.models import User


def test_a_teacher_sees_own_classes_and_their_state(teacher_page: Page, joined: Class) -> None:
    teacher_page.goto("/")
    card = teacher_page.locator(f'.card:has(a[href*="/classes/{joined.id}/"])')
    expect(card.locator(".badge").first).to_have_text("Synced")
    expect(card).to_contain_text("just now")
    check_everywhere(teacher_page, "/", picture="home-teacher")


def test_an_administrator_finds_a_class(district: object, visitors: Visitors) -> None:
    page = visitors.signed_in(ADMINISTRATOR)
    check_everywhere(page, "/", picture="home-admin")


def test_without_a_class_the_page_says_what_to_do(admin_page: Page) -> None:
    admin_page.goto("/")
    expect(admin_page.locator(".empty")).to_contain_text("They come from Aeries with the roster")
    check_everywhere(admin_page, picture="home-empty")


def test_nobody_sees_pages_without_signing_in(visitors: Visitors, initialised: None) -> None:
    page = visitors.anonymous()
    page.goto("/runs/")
    assert page.url.endswith("/accounts/login/?next=/runs/")


def test_a_teacher_sees_no_district_page(visitors: Visitors, teacher: User) -> None:
    page = visitors.signed_in(teacher)
    visitors.expect_error(page, "403|404")
    for path in ("/district/", "/runs/"):
        answer = page.goto(path)
        assert answer is not None and answer.status == 403
    answer = page.goto("/classes/999999/runs/")
    assert answer is not None and answer.status == 404
    check_everywhere(page, picture="not-found")
