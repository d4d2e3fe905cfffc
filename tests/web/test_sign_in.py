"""Signing in: password, second factor, lock-out, an ended session."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.web.conftest import ADMINISTRATOR, PASSWORD, Visitors, check_everywhere
from twinbook.district import accounts, settings
from twinbook.district.models import User


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def code_for(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def test_a_wrong_password_is_refused_and_guesses_are_locked_out(
    initialised: None, visitors: Visitors
) -> None:
    page = visitors.anonymous()
    check_everywhere(page, "/accounts/login/", picture="sign-in")
    for _ in range(5):
        sign_in(page, ADMINISTRATOR, "a wrong password")
        expect(page.get_by_role("alert")).to_be_visible()
    check_everywhere(page, picture="sign-in-refused")
    sign_in(page, ADMINISTRATOR, PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("Too many failed login attempts")
    expect(page.get_by_role("heading", name="Sign in to Twinbook")).to_be_visible()


def test_the_lock_out_counts_in_the_database_that_all_processes_share(initialised: None) -> None:
    from django.db import connection

    Client().post("/accounts/login/", {"login": ADMINISTRATOR, "password": "wrong"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM web_cache")
        assert cursor.fetchone()[0] > 0


def test_signing_in_and_out(initialised: None, visitors: Visitors) -> None:
    page = visitors.anonymous()
    sign_in(page, ADMINISTRATOR, PASSWORD)
    expect(page.get_by_role("heading", name="Classes of the district")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Twinbook")).to_be_visible()
    page.goto("/district/")
    expect(page.get_by_role("heading", name="Sign in to Twinbook")).to_be_visible()


def test_a_second_factor_is_set_up_asked_for_and_taken_away(
    initialised: None, teacher: User, visitors: Visitors
) -> None:
    page = visitors.anonymous()
    sign_in(page, teacher.email, PASSWORD)
    page.get_by_role("link", name=teacher.email).click()
    check_everywhere(page, picture="account")
    page.get_by_role("link", name="Turn it on").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    check_everywhere(page, picture="second-factor-set-up")
    secret = page.get_by_label("Authenticator secret").input_value()
    page.get_by_label("Authenticator code").fill(code_for(secret))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()
    check_everywhere(page, picture="recovery-codes")
    check_everywhere(page, "/accounts/2fa/", picture="second-factor")
    page.goto("/account/")
    expect(page.get_by_text("On", exact=True)).to_be_visible()
    recovery = recovery_code(page)

    other = visitors.anonymous()
    sign_in(other, teacher.email, PASSWORD)
    expect(other.get_by_label("Code")).to_be_visible()
    check_everywhere(other, picture="second-factor-asked")
    other.goto("/")
    expect(other.get_by_role("heading", name="Your classes")).to_have_count(0)
    expect(other.get_by_label("Code")).to_be_visible()
    other.get_by_label("Code").fill(recovery)
    other.get_by_role("button", name="Sign in").click()
    expect(other.get_by_role("heading", name="Your classes")).to_be_visible()

    admin = visitors.signed_in(ADMINISTRATOR)
    admin.goto(f"/district/accounts/{teacher.id}/link/")
    admin.get_by_role("button", name="Remove the second factor").click()
    admin.get_by_label("Password").fill(PASSWORD)
    admin.get_by_role("button", name="Confirm").click()
    expect(admin.get_by_text("is removed")).to_be_visible()
    third = visitors.anonymous()
    sign_in(third, teacher.email, PASSWORD)
    expect(third.get_by_role("heading", name="Your classes")).to_be_visible()


def recovery_code(page: Page) -> str:
    page.goto("/accounts/2fa/recovery-codes/")
    return page.get_by_label("Unused codes").input_value().split()[0]


def test_the_password_is_changed(teacher_page: Page, teacher: User) -> None:
    page = teacher_page
    check_everywhere(page, "/accounts/password/change/", picture="password-change")
    page.get_by_label("Current Password").fill(PASSWORD)
    page.get_by_label("New Password", exact=True).fill("a new and longer password")
    page.get_by_label("New Password (again)").fill("a new and longer password")
    page.get_by_role("button", name="Change Password").click()
    teacher.refresh_from_db()
    assert teacher.check_password("a new and longer password")


def test_who_has_forgotten_the_password_is_told_whom_to_ask(visitors: Visitors, initialised: None) -> None:
    page = visitors.anonymous()
    check_everywhere(page, "/accounts/password/reset/", picture="password-forgotten")
    expect(page.get_by_text("Ask your administrator for a link")).to_be_visible()


def test_nobody_opens_an_account_or_changes_an_address(teacher_page: Page, visitors: Visitors) -> None:
    guest = visitors.anonymous()
    guest.goto("/accounts/signup/")
    expect(guest.locator("form")).to_have_count(0)
    teacher_page.goto("/accounts/email/")
    assert teacher_page.url.endswith("/account/")


def test_what_was_typed_survives_a_session_that_ended(visitors: Visitors, initialised: None) -> None:
    page = visitors.signed_in(ADMINISTRATOR)
    page.goto("/district/settings/")
    page.get_by_label("Name of the district").fill("Typed while the session ended")
    page.get_by_label("The value here counts").check()
    Session.objects.all().delete()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Sign in to Twinbook")).to_be_visible()
    page.get_by_label("Email").fill(ADMINISTRATOR)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_label("Name of the district")).to_have_value("Typed while the session ended")
    expect(page.get_by_label("The value here counts")).to_be_checked()
    assert settings.get().name == "Test district"
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The settings are saved.")).to_be_visible()
    assert settings.get().name == "Typed while the session ended"

    page.goto("/district/settings/")
    page.get_by_label("Name of the district").fill("not sent")
    page.goto("/account/")
    page.goto("/district/settings/#restore")
    expect(page.get_by_label("Name of the district")).to_have_value("Typed while the session ended")


def test_an_account_that_is_no_longer_active_is_out_at_once(visitors: Visitors, teacher: User) -> None:
    page = visitors.signed_in(teacher)
    page.goto("/")
    expect(page.get_by_role("heading", name="Your classes")).to_be_visible()
    User.objects.filter(id=teacher.id).update(is_active=False)
    page.reload()
    expect(page.get_by_role("heading", name="Sign in to Twinbook")).to_be_visible()


@pytest.fixture
def signed_in(initialised: None) -> Client:
    found = Client()
    found.force_login(User.objects.get(), backend=django_settings.AUTHENTICATION_BACKENDS[0])
    assert found.get("/").status_code == 200
    return found


def test_a_session_ends_after_half_a_day(signed_in: Client) -> None:
    session = Session.objects.get()
    assert session.expire_date - timezone.now() <= timedelta(hours=12)
    Session.objects.update(expire_date=timezone.now())
    assert signed_in.get("/").headers["Location"].startswith("/accounts/login/")


def test_another_password_ends_every_other_session(signed_in: Client) -> None:
    accounts.set_password(ADMINISTRATOR, "another long enough password")
    assert signed_in.get("/").headers["Location"].startswith("/accounts/login/")
