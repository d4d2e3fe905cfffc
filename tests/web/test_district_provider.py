"""Sign-in with the district's own OpenID Connect provider: a real one over loopback, in a real browser."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import oidc_provider_mock
import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from tests.web.conftest import ADMINISTRATOR, PASSWORD, Visitors, check_everywhere
from twinbook.accounts import vouched_for
from twinbook.district.models import User

PEOPLE = {
    "boss": {"email": ADMINISTRATOR.upper(), "email_verified": True},
    "stranger": {"email": "stranger@example.org", "email_verified": True},
    "unproven": {"email": ADMINISTRATOR, "email_verified": False},
    "nameless": {"name": "Nobody in particular"},
}


def provider(issuer: str) -> dict[str, Any]:
    """As the settings make it of TWINBOOK_OIDC_…"""
    app = {
        "provider_id": "district",
        "name": "District account",
        "client_id": "twinbook",
        "secret": "only for tests",
        "settings": {"server_url": issuer},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}


@pytest.fixture
def issuer(initialised: None) -> Iterator[str]:
    people = [oidc_provider_mock.User(sub=name, claims=dict(claims)) for name, claims in PEOPLE.items()]
    with oidc_provider_mock.run_server_in_thread(user_claims=people) as server:
        url = f"http://localhost:{server.server_port}"
        with override_settings(SOCIALACCOUNT_PROVIDERS=provider(url)):
            yield url


def guest(visitors: Visitors) -> Page:
    """The provider's own page asks for styles and an icon that are not there."""
    page = visitors.anonymous()
    visitors.expect_error(page, "Failed to load resource.*(ERR_NAME_NOT_RESOLVED|404)")
    return page


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_role("link", name="Sign in with District account").click()
    page.get_by_role("button", name=name, exact=True).click()


def test_somebody_of_the_staff_signs_in_and_keeps_role_and_password(issuer: str, visitors: Visitors) -> None:
    page = guest(visitors)
    check_everywhere(page, "/accounts/login/", picture="sign-in-provider")
    sign_in(page, "boss")
    expect(page.get_by_role("heading", name="Classes of the district")).to_be_visible()
    page.goto("/district/")
    expect(page.get_by_role("heading", name="Test district")).to_be_visible()
    boss = User.objects.get()
    assert (boss.email, boss.is_district_admin) == (ADMINISTRATOR, True)
    assert boss.check_password(PASSWORD), "who also has a password of Twinbook keeps it"


def test_a_teacher_sees_own_classes_only(issuer: str, teacher: User, visitors: Visitors) -> None:
    page = guest(visitors)
    User.objects.filter(id=teacher.id).update(email="teacher@example.org")
    with (
        oidc_provider_mock.run_server_in_thread(
            user_claims=[oidc_provider_mock.User(sub="teacher", claims={"email": "teacher@example.org"})]
        ) as server,
        override_settings(SOCIALACCOUNT_PROVIDERS=provider(f"http://localhost:{server.server_port}")),
    ):
        sign_in(page, "teacher")
        expect(page.get_by_role("heading", name="Your classes")).to_be_visible()
    expect(page.get_by_role("link", name="Algebra 1, period 3")).to_be_visible()
    visitors.expect_error(page, "403")
    page.goto("/district/")
    expect(page.get_by_role("heading", name="Your account may not do this")).to_be_visible()


@pytest.mark.parametrize("name", ["stranger", "unproven", "nameless"])
def test_who_has_no_account_is_told_whom_to_ask(issuer: str, visitors: Visitors, name: str) -> None:
    page = guest(visitors)
    sign_in(page, name)
    expect(page.get_by_role("heading", name="There is no account with this address")).to_be_visible()
    expect(page.get_by_text("Ask your administrator")).to_be_visible()
    if name == "stranger":
        check_everywhere(page, picture="sign-in-unknown-address")
    assert User.objects.count() == 1
    page.goto("/")
    expect(page.get_by_role("heading", name="Sign in to Twinbook")).to_be_visible()


def test_an_account_that_is_not_active_stays_out(issuer: str, visitors: Visitors) -> None:
    User.objects.update(is_active=False)
    page = guest(visitors)
    sign_in(page, "boss")
    expect(page.get_by_role("heading", name="This account is not active")).to_be_visible()


def test_who_says_no_at_the_provider_comes_back_to_the_sign_in(issuer: str, visitors: Visitors) -> None:
    page = guest(visitors)
    visitors.expect_error(page, "401")
    page.goto("/accounts/login/")
    page.get_by_role("link", name="Sign in with District account").click()
    page.get_by_role("button", name="Deny").click()
    page.get_by_role("link", name="Back to the sign-in").or_(
        page.get_by_role("link", name="Sign in")
    ).first.click()
    expect(page.get_by_role("heading", name="Sign in to Twinbook")).to_be_visible()


def test_a_provider_that_does_not_answer_is_told(initialised: None, visitors: Visitors) -> None:
    with override_settings(SOCIALACCOUNT_PROVIDERS=provider("http://localhost:9")):
        page = guest(visitors)
        visitors.expect_error(page, "503")
        page.goto("/accounts/login/")
        page.get_by_role("link", name="Sign in with District account").click()
        expect(page.get_by_role("heading", name="The district's sign-in did not work")).to_be_visible()


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ({"userinfo": {"email": " Ann@Example.org "}}, "ann@example.org"),
        ({"id_token": {"email": "ann@example.org", "email_verified": "true"}}, "ann@example.org"),
        ({"email": "ann@example.org", "email_verified": "false"}, None),
        ({"email": None}, None),
        ({}, None),
    ],
)
def test_the_address_that_a_provider_vouches_for(told: dict[str, Any], address: str | None) -> None:
    assert vouched_for(told) == address


def test_the_settings_make_the_provider_of_the_environment() -> None:
    environment = {
        "TWINBOOK_OIDC_ISSUER": "https://id.example.org",
        "TWINBOOK_OIDC_CLIENT_ID": "twinbook",
        "TWINBOOK_OIDC_CLIENT_SECRET": "only for tests",
    }
    told = subprocess.run(
        [sys.executable, "-c", "from twinbook import settings; print(settings.SOCIALACCOUNT_PROVIDERS)"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == str(provider("https://id.example.org"))
