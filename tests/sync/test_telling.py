"""Alerts and digests: once each, whoever stores and sends them, over a real mail server and a webhook's listener."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from tests.outside import Listener, MailServer, listener, mail_server
from twinbook.district import accounts
from twinbook.district import setup as district_setup
from twinbook.district.errors import InvalidError
from twinbook.district.models import (
    AeriesConnection,
    ClassSection,
    DistrictSettings,
    Permission,
    School,
    Section,
    SectionStaff,
    Staff,
    User,
)
from twinbook.district.settings import patch
from twinbook.gradebook.models import SchoolClass
from twinbook.sync import alerts, digest, outbox, status, telling
from twinbook.sync.models import Message, Outage, Problem, RemoteState

pytestmark = pytest.mark.django_db(transaction=True)

ADMIN = "admin@example.org"
MONDAY_SEVEN = datetime(2026, 11, 23, 15, 5, tzinfo=UTC)
"""07:05 in Los Angeles."""


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = False
        yield server


@pytest.fixture
def hook() -> Iterator[Listener]:
    with listener() as found:
        yield found


@pytest.fixture
def remote(transactional_db: None) -> RemoteState:
    district_setup.initialise("Harborview", "America/Los_Angeles", ADMIN, "a long enough password")
    row, _ = AeriesConnection.objects.get_or_create(id=1)
    return RemoteState.objects.get_or_create(connection=row)[0]


def _down(minutes: int) -> None:
    RemoteState.objects.update(down_since=Now() - timedelta(minutes=minutes))


def _up() -> None:
    RemoteState.objects.update(down_since=None)


def _round_of_every_worker() -> None:
    """Four workers at the same time."""

    def once(_: int) -> None:
        try:
            telling.tell()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(once, range(4)))


def test_one_alert_down_and_one_up_however_many_workers_and_rounds(
    remote: RemoteState, mail: MailServer, hook: Listener
) -> None:
    patch({"alert_emails": ["office@example.org"], "alert_webhook": hook.url})
    _down(16)
    for _ in range(3):
        _round_of_every_worker()
    assert [one["to"] for one in mail.mails] == ["office@example.org"]
    assert "has not answered since" in mail.mails[0]["subject"]
    assert [post["event"] for post in hook.posts] == ["aeries_down"]
    _up()
    for _ in range(3):
        _round_of_every_worker()
    assert [one["subject"] for one in mail.mails][1:] == ["Harborview: Aeries answers again"]
    assert [post["event"] for post in hook.posts] == ["aeries_down", "aeries_up"]
    assert hook.posts[1]["until"] is not None and hook.posts[0]["id"] != hook.posts[1]["id"]
    assert set(hook.posts[0]) == {"event", "id", "district", "since", "until", "classes_waiting", "url"}
    _down(20)
    _round_of_every_worker()
    assert len(mail.mails) == 3


def test_a_short_outage_tells_nobody(remote: RemoteState, mail: MailServer) -> None:
    _down(14)
    _round_of_every_worker()
    _up()
    _round_of_every_worker()
    assert mail.mails == [] and not Outage.objects.exists()
    patch({"alert_after_minutes": 5})
    _down(6)
    telling.tell()
    assert [one["to"] for one in mail.mails] == [ADMIN]


def test_a_failing_mail_server_is_said_and_tried_again(remote: RemoteState, mail: MailServer) -> None:
    mail.refusing = True
    _down(16)
    telling.tell()
    telling.tell()
    (message,) = Message.objects.all()
    assert (message.attempts, message.sent_at) == (1, None)
    stand = status.shown()["messages"]
    assert stand["undelivered"] == 1 and "mail server refused" in stand["why"]
    mail.refusing = False
    Message.objects.update(next_attempt_at=Now())
    telling.tell()
    assert len(mail.mails) == 1
    assert status.shown()["messages"]["undelivered"] == 0


def test_a_mail_server_that_is_away_disturbs_nothing(
    remote: RemoteState, mail: MailServer, hook: Listener
) -> None:
    from django.conf import settings

    settings.EMAIL_PORT = 1
    patch({"alert_webhook": hook.url})
    _down(16)
    telling.tell()
    assert len(hook.posts) == 1
    assert "cannot be reached" in status.shown()["messages"]["why"]


def test_what_could_not_be_told_in_time_is_told_with_the_end_only(
    remote: RemoteState, mail: MailServer
) -> None:
    mail.refusing = True
    _down(16)
    telling.tell()
    _up()
    mail.refusing = False
    telling.tell()
    Message.objects.filter(sent_at=None).update(next_attempt_at=Now())
    telling.tell()
    assert [one["subject"] for one in mail.mails] == ["Harborview: Aeries answers again"]


def test_a_worker_that_died_while_sending_is_followed_by_another_with_the_same_id(
    remote: RemoteState, mail: MailServer
) -> None:
    _down(16)
    alerts.watch()
    outbox.deliver_due()
    Message.objects.update(sent_at=None)
    assert outbox.deliver_due() == 0
    Message.objects.update(next_attempt_at=Now())
    assert outbox.deliver_due() == 1
    first, second = mail.mails
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"alert_after_minutes": 0},
        {"alert_after_minutes": True},
        {"alert_emails": ["nobody"]},
        {"alert_emails": "a@example.org"},
        {"alert_webhook": "http://example.org/hook"},
        {"alert_webhook": "ftp://example.org"},
        {"alert_webhook": "https://"},
    ],
)
def test_whom_to_tell_is_checked(remote: RemoteState, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidError):
        patch(wrong)  # type: ignore[arg-type]
    assert DistrictSettings.objects.get().alert_emails == []


# Digests


def _teacher(email: str, *classes: SchoolClass) -> User:
    staff = Staff.objects.create(
        sis_staff_id=Staff.objects.count() + 1, first_name="Ada", last_name="Byron", email=email
    )
    for one in classes:
        section = ClassSection.objects.get(school_class=one).section
        SectionStaff.objects.create(section=section, staff=staff, permission=Permission.FULL, primary=True)
    user = accounts.invite(email)
    User.objects.filter(id=user.id).update(staff=staff)
    user.refresh_from_db()
    return user


def _class(name: str) -> SchoolClass:
    school, _ = School.objects.get_or_create(code=990, defaults={"name": "High"})
    number = Section.objects.count() + 1
    section = Section.objects.create(school=school, database_year=2026, number=number)
    made = SchoolClass.objects.create(name=name, school_code=990, section_number=number)
    ClassSection.objects.create(school_class=made, section=section)
    return made


def _question(one: SchoolClass, number: int) -> None:
    Problem.objects.create(
        school_class=one,
        subject=f"cell:1:{number}",
        code="conflict",
        ours_text="8.5",
        theirs_text="3",
        agreed_text="Ann Student",
    )


def test_a_digest_counts_by_class_with_links_and_neither_names_nor_grades(
    remote: RemoteState, mail: MailServer
) -> None:
    algebra, physics = _class("Algebra"), _class("Physics")
    _teacher("ada@example.org", algebra, physics)
    _teacher("bob@example.org", _class("Chemistry"))
    for number in range(3):
        _question(algebra, number)
    _question(physics, 1)
    digest.remind(MONDAY_SEVEN)
    outbox.deliver_due()
    (sent,) = mail.mails
    assert (sent["to"], sent["subject"]) == ("ada@example.org", "Twinbook: 4 questions for you")
    text = sent.get_content()
    assert "Algebra: 3" in text and f"/classes/{physics.id}/needs-you/" in text
    assert "8.5" not in text and "Ann" not in text and "Chemistry" not in text


def test_a_person_gets_one_a_day_however_many_workers(remote: RemoteState, mail: MailServer) -> None:
    algebra = _class("Algebra")
    _teacher("ada@example.org", algebra)
    _question(algebra, 1)

    def once(minutes: int) -> None:
        try:
            digest.remind(MONDAY_SEVEN + timedelta(minutes=minutes))
            outbox.deliver_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(once, [0, 0, 0, 1, 60]))
    assert len(mail.mails) == 1
    digest.remind(MONDAY_SEVEN + timedelta(days=1))
    outbox.deliver_due()
    assert len(mail.mails) == 2


def test_nothing_open_or_a_closed_question_sends_nothing(remote: RemoteState, mail: MailServer) -> None:
    algebra = _class("Algebra")
    _teacher("ada@example.org", algebra)
    _question(algebra, 1)
    Problem.objects.update(closed_at=Now())
    assert digest.remind(MONDAY_SEVEN) == 0


def test_off_and_who_teaches_no_longer_get_none(remote: RemoteState, mail: MailServer) -> None:
    algebra = _class("Algebra")
    ada, bob = _teacher("ada@example.org", algebra), _teacher("bob@example.org", algebra)
    _question(algebra, 1)
    accounts.set_digest(ada, "off", 7)
    SectionStaff.objects.filter(staff=bob.staff).update(inactive=True)
    assert digest.remind(MONDAY_SEVEN) == 0


def test_the_end_of_an_outage_is_looked_for_although_no_class_waits(
    remote: RemoteState, mail: MailServer
) -> None:
    """Nobody asks Aeries anything when no class waits; its return was told only with the next night."""
    from aeries_sandbox.sandbox import Options, Sandbox
    from tests.district_and_sandbox import CERTIFICATE
    from twinbook.district import connection as aeries_connection

    with Sandbox(Options(seed="documentation")) as sandbox:
        aeries_connection.put({"url": sandbox.url, "certificate": CERTIFICATE, "database_year": 2020})
        _down(16)
        telling.tell()
        telling.tell()
    assert len(mail.mails) == 2
    assert mail.mails[1]["subject"] == "Harborview: Aeries answers again"
