"""Tokens for the REST API: shown once, kept as a hash."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from twinbook.district.models import ApiToken, User

_PREFIX = "twb_"
_USE_IS_NOTED_EVERY = timedelta(minutes=1)


def create(user: User, name: str = "") -> str:
    """The new token, which cannot be seen again."""
    token = _PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(user=user, name=name[:255], token_hash=_hash(token))
    return token


def verify(token: str, now: datetime) -> User | None:
    """The active user of a token, or None. Notes its use, at most once a minute."""
    wanted = _hash(token)
    found = (
        ApiToken.objects.select_related("user", "user__staff")
        .filter(token_hash=wanted, revoked_at=None, user__is_active=True)
        .first()
    )
    if found is None or not hmac.compare_digest(found.token_hash, wanted):
        return None
    if found.last_used_at is None or now - found.last_used_at >= _USE_IS_NOTED_EVERY:
        ApiToken.objects.filter(id=found.id).update(last_used_at=now)
    return found.user


def revoke(user: User, token_id: int, now: datetime) -> bool:
    """Whether there was such a token of this user, still valid."""
    return bool(ApiToken.objects.filter(id=token_id, user=user, revoked_at=None).update(revoked_at=now))


def _hash(token: str) -> str:
    """Tokens hold 256 random bits, so a plain hash cannot be guessed backwards."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
