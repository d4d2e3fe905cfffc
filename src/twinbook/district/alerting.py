"""Who is told when Aeries is away: checking what an administrator enters."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from twinbook.core.sentence import sentence
from twinbook.district.errors import InvalidError

_LONGEST_MINUTES = 7 * 24 * 60
_MOST_ADDRESSES = 50
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def minutes(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= _LONGEST_MINUTES:
        raise InvalidError(
            sentence(
                "The minutes until an alert are a whole number from 1 to %(longest_minutes)s.",
                longest_minutes=_LONGEST_MINUTES,
            ),
            field="alert_after_minutes",
        )
    return value


def emails(value: Any) -> list[str]:
    """In lower case, each once. Raises InvalidError."""
    if not isinstance(value, list) or len(value) > _MOST_ADDRESSES:
        raise InvalidError(
            sentence("Name up to %(most_addresses)s e-mail addresses.", most_addresses=_MOST_ADDRESSES),
            field="alert_emails",
        )
    found: list[str] = []
    for one in value:
        address = one.strip().lower() if isinstance(one, str) else ""
        try:
            validate_email(address)
        except ValidationError:
            raise InvalidError(
                sentence("“%(one)s” is no e-mail address.", one=one), field="alert_emails"
            ) from None
        if address not in found:
            found.append(address)
    return found


def webhook(value: Any) -> str:
    """Blank: none. Its address may hold a secret, so it goes over TLS. Raises InvalidError."""
    text = value.strip() if isinstance(value, str) else "?"
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        host, parts = "", urlsplit("")
    if not host or parts.scheme not in ("https", "http") or "\x00" in text or len(text) > 2000:
        raise InvalidError(sentence("The webhook's address is not one of the web."), field="alert_webhook")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise InvalidError(
            sentence("The webhook's address must begin with https://."),
            hint=sentence("Only a listener on this machine may use http://."),
            field="alert_webhook",
        )
    return text
