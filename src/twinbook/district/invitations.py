"""Links with which a person sets a password: made by an administrator, used once, valid for a week.

Nothing is stored: the link is signed and names the account as it stood, so that a new password or a sign-in ends it.
"""

from __future__ import annotations

from datetime import timedelta

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac

from twinbook.core.sentence import sentence
from twinbook.district import accounts
from twinbook.district.errors import DistrictError
from twinbook.district.models import User

VALID_FOR = timedelta(days=7)
_SALT = "twinbook.district.invitations"


class InvitationOverError(DistrictError):
    code = "invitation_over"
    hint = sentence(
        "If you have set your password already, sign in with it; else ask your administrator for a new link."
    )


def token(user: User) -> str:
    """For the account as it stands; earlier links of the same account stay valid until one is used."""
    return signing.dumps({"user": user.id, "stamp": _stamp(user)}, salt=_SALT)


def holder(token: str) -> User:
    """Whose link this is. Raises InvitationOverError."""
    return _holder(token, User.objects.filter(is_active=True))


def redeem(token: str, password: str) -> User:
    """Sets the password; of two at once one wins. Raises InvitationOverError; InvalidError when it is too weak."""
    with transaction.atomic():
        user = _holder(token, User.objects.select_for_update().filter(is_active=True))
        return accounts.set_password(user.email, password)


def _holder(token: str, among: QuerySet[User]) -> User:
    try:
        said = signing.loads(token, salt=_SALT, max_age=VALID_FOR)
    except signing.SignatureExpired:
        raise InvitationOverError(sentence("This link has expired.")) from None
    except signing.BadSignature:
        raise InvitationOverError(
            sentence("This link is not complete."), hint=sentence("Copy it once more, to its end.")
        ) from None
    user = among.filter(id=said["user"]).first()
    if user is None or not constant_time_compare(said["stamp"], _stamp(user)):
        raise InvitationOverError(sentence("This link has been used."))
    return user


def _stamp(user: User) -> str:
    return salted_hmac(_SALT, f"{user.id} {user.email} {user.password} {user.last_login}").hexdigest()[:24]
