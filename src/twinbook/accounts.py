"""Sign-in through allauth: nobody opens an account by themselves."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """The district's own provider vouches for an e-mail address, so it signs in the account that has it.

    allauth's own way of doing so takes an account's password away, since it trusts no address that it has not mailed.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        return False

    def can_authenticate_by_email(self, login: object, email: str) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        from twinbook.district.models import User

        if sociallogin.is_existing:
            return
        address = vouched_for(sociallogin.account.extra_data)
        user = User.objects.filter(email=address).first() if address else None
        if user is not None:
            sociallogin.user = user


def vouched_for(told: dict[str, Any]) -> str | None:
    """The address of a provider's answer. Some providers do not say `email_verified` at all, since every address is theirs;
    one that says no is believed."""
    claims = told.get("userinfo") or told.get("id_token") or told
    address = claims.get("email")
    if not isinstance(address, str) or str(claims.get("email_verified", True)).lower() != "true":
        return None
    return address.strip().lower()
