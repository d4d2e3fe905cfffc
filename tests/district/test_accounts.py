"""Accounts, passwords, tokens and the preparation of an installation."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError

from twinbook.district import accounts, settings, setup, tokens
from twinbook.district.errors import InvalidError, NotFoundError
from twinbook.district.models import ApiToken, Staff, User

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
PASSWORD = "nine green bottles"


def test_an_address_is_one_account_whatever_its_letters() -> None:
    assert accounts.invite(" Ada@Example.ORG ") == accounts.invite("ada@example.org")
    assert accounts.find("ADA@example.org").email == "ada@example.org"
    with pytest.raises(IntegrityError):
        User.objects.create(email="Ada@example.org")


@pytest.mark.parametrize("email", ["", "ada", "ada@", "a\x00@example.org", "a" * 300 + "@example.org"])
def test_what_is_no_address_gets_no_account(email: str) -> None:
    with pytest.raises(InvalidError) as refused:
        accounts.invite(email)
    assert refused.value.field == "email"


def test_an_invitation_links_the_one_staff_member_of_that_address() -> None:
    staff = Staff.objects.create(sis_staff_id=1, email="Ada@example.org")
    assert accounts.invite("ada@example.org").staff == staff
    Staff.objects.create(sis_staff_id=2, email="two@example.org")
    Staff.objects.create(sis_staff_id=3, email="two@example.org")
    assert accounts.invite("two@example.org").staff is None


def test_a_password_signs_in_and_a_weak_one_is_refused() -> None:
    accounts.invite("ada@example.org")
    assert authenticate(username="ada@example.org", password=PASSWORD) is None
    with pytest.raises(InvalidError):
        accounts.set_password("ada@example.org", "12345678")
    accounts.set_password("Ada@example.org", PASSWORD)
    assert authenticate(username="ADA@example.org", password=PASSWORD) == accounts.find("ada@example.org")
    with pytest.raises(NotFoundError):
        accounts.set_password("nobody@example.org", PASSWORD)


def test_a_token_is_kept_as_a_hash_and_stands_for_its_user() -> None:
    user = accounts.invite("ada@example.org")
    token = tokens.create(user, "script")
    kept = ApiToken.objects.get()
    assert token not in (kept.token_hash, kept.name)
    assert tokens.verify(token, NOW) == user
    assert tokens.verify(token + "x", NOW) is None
    assert tokens.verify("", NOW) is None
    assert tokens.verify("\ud800", NOW) is None


def test_the_use_of_a_token_is_noted_once_a_minute() -> None:
    token = tokens.create(accounts.invite("ada@example.org"))
    for seconds in (0, 30, 70):
        tokens.verify(token, NOW + timedelta(seconds=seconds))
        used = ApiToken.objects.get().last_used_at
        assert used == NOW + timedelta(seconds=70 if seconds == 70 else 0)


def test_revoked_tokens_and_those_of_inactive_users_are_worthless() -> None:
    user = accounts.invite("ada@example.org")
    revoked, other = tokens.create(user), tokens.create(user)
    stranger = accounts.invite("b@example.org")
    token_id = ApiToken.objects.order_by("id")[0].id
    assert not tokens.revoke(stranger, token_id, NOW)
    assert tokens.revoke(user, token_id, NOW)
    assert tokens.verify(revoked, NOW) is None
    assert tokens.verify(other, NOW) == user
    User.objects.update(is_active=False)
    assert tokens.verify(other, NOW) is None


def test_preparing_makes_the_administrator_and_is_safe_to_repeat() -> None:
    password = setup.initialise("Anytown", "America/Denver", "Admin@example.org", None)
    assert password is not None
    admin = authenticate(username="admin@example.org", password=password)
    assert isinstance(admin, User)
    assert admin.is_district_admin
    assert setup.initialise("Anytown USD", "America/Denver", "admin@example.org", None) is None
    assert authenticate(username="admin@example.org", password=password) == admin
    assert setup.initialise("Anytown USD", "America/Denver", "admin@example.org", PASSWORD) is None
    assert authenticate(username="admin@example.org", password=PASSWORD) == admin
    assert (settings.get().name, settings.get().timezone) == ("Anytown USD", "America/Denver")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "zone", "email", "password", "field"),
    [
        ("", "America/Denver", "a@example.org", None, "name"),
        ("A", "Mountain", "a@example.org", None, "timezone"),
        ("A", "America/Denver", "a", None, "email"),
        ("A", "America/Denver", "a@example.org", "short", "password"),
    ],
)
def test_a_bad_preparation_leaves_nothing(
    name: str, zone: str, email: str, password: str | None, field: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        setup.initialise(name, zone, email, password)
    assert refused.value.field == field
    assert not User.objects.exists()
    assert settings.get().name == ""
