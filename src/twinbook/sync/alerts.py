"""Telling whoever runs the district that Aeries is away, once, and that it is back, once.

An outage is a row; its two alerts are messages whose keys name it, so that neither several workers nor a restart tell it
twice. An outage shorter than `alert_after_minutes` tells nobody.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from twinbook.aeries.errors import AeriesError
from twinbook.aeries.permits import Lane
from twinbook.core.sentence import sentence
from twinbook.district import settings as district_settings
from twinbook.district.models import DistrictSettings, User
from twinbook.sync import health, outbox, remote, statements
from twinbook.sync.models import Channel, Installation, Link, Message, Outage, RemoteState

USEFUL_FOR = timedelta(days=2)


def watch() -> None:
    """Begins and ends outages, and stores what there is to tell. A few short queries; safe from several workers."""
    with transaction.atomic():
        _begin()
    with transaction.atomic():
        _end()


def probe() -> None:
    """While an outage goes on that somebody was told of: asks whether Aeries is back, when a probe is due and nobody who
    waits has asked. Otherwise its end would be told only with the next class that is looked at."""
    if not Outage.objects.filter(ended_at=None).exists():
        return
    try:
        row = remote.connection_row()
        with health.admitted(row.id) as admission:
            if admission.probe is None:
                return
            remote.client().systeminfo(via=Lane.BULK)
            admission.answered()
    except (AeriesError, remote.NotConnected):
        return


def _begin() -> None:
    district = DistrictSettings.objects.filter(id=1).first()
    if district is None:
        return
    begun = statements.one(_BEGIN, {"minutes": district.alert_after_minutes})
    if begun is not None:
        _tell("aeries_down", Outage.objects.get(id=begun[0]), district)


def _end() -> None:
    if RemoteState.objects.filter(down_since__isnull=False).exists():
        return
    ended = statements.one(_END, {})
    if ended is None:
        return
    outage = Outage.objects.get(id=ended[0])
    # What nobody could be told in time is told together with the end.
    Message.objects.filter(key__startswith=f"outage:{outage.id}:aeries_down:", sent_at=None).update(
        give_up_at=Now()
    )
    _tell("aeries_up", outage, district_settings.get())


def _tell(event: str, outage: Outage, district: DistrictSettings) -> None:
    waiting = (
        Link.objects.filter(ended_on=None, waiting_since__isnull=False)
        .values("school_class_id")
        .distinct()
        .count()
    )
    key = f"outage:{outage.id}:{event}"
    if settings.EMAIL_HOST:
        subject, body = _mail(event, outage, district, waiting)
        outbox.put(f"{key}:mail", Channel.MAIL, _recipients(district), subject, body, useful_for=USEFUL_FOR)
    if district.alert_webhook:
        text = json.dumps(_payload(key, event, outage, district, waiting), ensure_ascii=False)
        outbox.put(
            f"{key}:webhook", Channel.WEBHOOK, [district.alert_webhook], "", text, useful_for=USEFUL_FOR
        )


def _recipients(district: DistrictSettings) -> list[str]:
    if district.alert_emails:
        return list(district.alert_emails)
    admins = User.objects.filter(is_active=True, is_district_admin=True).order_by("email")
    return list(admins.values_list("email", flat=True))


def _mail(event: str, outage: Outage, district: DistrictSettings, waiting: int) -> tuple[str, str]:
    zone = ZoneInfo(district.timezone)
    name = district.name or "Twinbook"
    page = f"{settings.TWINBOOK_URL}/district/"
    since = _local(outage.began_at, zone)
    if event == "aeries_down" or outage.ended_at is None:
        return (
            sentence("%(name)s: Aeries has not answered since %(since)s", name=name, since=since),
            sentence(
                "Aeries has not answered since %(since)s.\n\nNothing is lost and nobody has to do anything in "
                "Twinbook: teachers go on saving, and everything is sent by itself once Aeries answers. Classes "
                "with something waiting: %(waiting)s.\n\n%(page)s\n",
                since=since,
                waiting=waiting,
                page=page,
            ),
        )
    back = _local(outage.ended_at, zone)
    return (
        sentence("%(name)s: Aeries answers again", name=name),
        sentence(
            "Aeries had not answered since %(since)s. It answers again since %(back)s, and what waited is "
            "being sent. Classes with something waiting: %(waiting)s.\n\n%(page)s\n",
            since=since,
            back=back,
            waiting=waiting,
            page=page,
        ),
    )


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def _payload(
    key: str, event: str, outage: Outage, district: DistrictSettings, waiting: int
) -> dict[str, Any]:
    installation = Installation.objects.filter(id=1).first()
    return {
        "event": event,
        "id": f"{'' if installation is None else installation.identity}:{key}",
        "district": district.name,
        "since": outage.began_at.isoformat(timespec="seconds"),
        "until": None if outage.ended_at is None else outage.ended_at.isoformat(timespec="seconds"),
        "classes_waiting": waiting,
        "url": f"{settings.TWINBOOK_URL}/district/",
    }


_BEGIN = """
    INSERT INTO sync_outage (began_at)
    SELECT min(down_since) FROM sync_remotestate
    WHERE down_since <= clock_timestamp() - %(minutes)s * interval '1 minute'
    HAVING min(down_since) IS NOT NULL
    ON CONFLICT DO NOTHING
    RETURNING id
"""
_END = "UPDATE sync_outage SET ended_at = clock_timestamp() WHERE ended_at IS NULL RETURNING id"
