"""Messages to people outside: mail over the district's server, or a POST to a webhook.

A message is a row with a key that names what it tells, so that however many workers store it, it is there once; who counts
its attempts up, by compare-and-set, sends it. A server that refuses or does not answer is tried again, at growing intervals,
until the message is too old to be of use. Nothing else ever waits for it: it has a thread of its own.

A worker that dies between the server's yes and our own note leaves a message that is sent once more: it then bears the same
Message-ID (or, to a webhook, the same `id`), by which the receiver can tell.
"""

from __future__ import annotations

import hashlib
import logging
import smtplib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, assert_never

import httpx2
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models.functions import Now

from twinbook.sync import statements
from twinbook.sync.models import Channel, Message

SENDING_SECONDS = 90
"""Longer than a sending may take; then another worker may take it for lost."""
FIRST_WAIT_SECONDS = 30
LONGEST_WAIT_SECONDS = 3600
WEBHOOK_SECONDS = 15
KEPT_DAYS = 90

_log = logging.getLogger(__name__)


class NotDelivered(Exception):
    """The sentence says why, without the message's content."""


def put(
    key: str, channel: Channel, to: Iterable[str], subject: str, body: str, *, useful_for: timedelta
) -> bool:
    """Stores the message unless one with this key is there; True when it was not. Raises nothing about delivery."""
    addresses = list(to)
    if not addresses:
        return False
    made = Message.objects.bulk_create(
        [
            Message(
                key=key,
                channel=channel,
                to=addresses,
                subject=subject,
                body=body,
                give_up_at=Now() + useful_for,
            )
        ],
        ignore_conflicts=True,
    )
    return bool(made)


def deliver_due() -> int:
    """Sends what is due, one after the other; how many went out. Failures are noted in their rows."""
    delivered = 0
    while (claimed := statements.one(_CLAIM, {"sending": SENDING_SECONDS})) is not None:
        message = Message.objects.get(id=claimed[0])
        try:
            _send(message)
        except NotDelivered as error:
            _log.warning("a %s was not delivered: %s", message.channel, error)
            wait = min(FIRST_WAIT_SECONDS * 2 ** (message.attempts - 1), LONGEST_WAIT_SECONDS)
            statements.run(_FAILED, {"id": message.id, "why": str(error)[:300], "wait": wait})
        else:
            Message.objects.filter(id=message.id).update(sent_at=Now(), why_not="")
            delivered += 1
    return delivered


def forget_old() -> None:
    Message.objects.filter(created_at__lt=Now() - timedelta(days=KEPT_DAYS)).delete()


def shown() -> dict[str, Any]:
    """How delivering stands, for `twinbook status`."""
    failing = Message.objects.filter(sent_at=None).exclude(why_not="").order_by("-id")
    newest = failing.first()
    return {
        "mail_server": settings.EMAIL_HOST or None,
        "undelivered": failing.count(),
        "why": None if newest is None else newest.why_not,
    }


def _send(message: Message) -> None:
    match Channel(message.channel):
        case Channel.MAIL:
            _mail(message)
        case Channel.WEBHOOK:
            _post(message)
        case other:
            assert_never(other)


def _mail(message: Message) -> None:
    if not settings.EMAIL_HOST:
        raise NotDelivered("no mail server is configured (TWINBOOK_SMTP_HOST)")
    headers = {"Message-ID": f"<{_token(message)}@twinbook>", "Auto-Submitted": "auto-generated"}
    mail = EmailMessage(message.subject, message.body, to=message.to, headers=headers)
    try:
        mail.send()
    except smtplib.SMTPException as error:
        raise NotDelivered(f"the mail server refused it ({type(error).__name__})") from error
    except OSError as error:
        raise NotDelivered(f"the mail server cannot be reached ({type(error).__name__})") from error


def _post(message: Message) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": _token(message)}
    try:
        answer = httpx2.post(
            message.to[0], content=message.body.encode(), headers=headers, timeout=WEBHOOK_SECONDS
        )
    except httpx2.HTTPError as error:
        raise NotDelivered(f"the webhook cannot be reached ({type(error).__name__})") from error
    if not 200 <= answer.status_code < 300:
        raise NotDelivered(f"the webhook answered {answer.status_code}")


def _token(message: Message) -> str:
    return hashlib.sha256(f"{settings.TWINBOOK_URL} {message.key}".encode()).hexdigest()[:32]


_CLAIM = """
    UPDATE sync_message
    SET attempts = attempts + 1, next_attempt_at = clock_timestamp() + %(sending)s * interval '1 second'
    WHERE id = (
        SELECT id FROM sync_message
        WHERE sent_at IS NULL AND next_attempt_at <= clock_timestamp() AND give_up_at > clock_timestamp()
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id
"""
_FAILED = """
    UPDATE sync_message
    SET why_not = %(why)s, next_attempt_at = clock_timestamp() + %(wait)s * interval '1 second'
    WHERE id = %(id)s AND sent_at IS NULL
"""
