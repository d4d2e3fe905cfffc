"""Telling teachers what needs them: a mail with a count and a link for each class, without a name or a grade.

Only when something is open, on the days and from the hour that each person chose, in the district's time zone, and at most
once a day. Whoever's hour passed while no worker was at work gets it up to two hours late, and not after.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count

from twinbook.core.sentence import counted, sentence
from twinbook.district import roles
from twinbook.district import settings as district_settings
from twinbook.district.models import Digest, User
from twinbook.gradebook.models import SchoolClass
from twinbook.sync import outbox
from twinbook.sync.models import Channel, Message, Problem

HOURS_LATE = 2
USEFUL_FOR = timedelta(hours=12)
MONDAY, FRIDAY = 0, 4


def remind(now: datetime) -> int:
    """Stores the mails that are due; how many. Safe from several workers: a person's day has one mail."""
    if not settings.EMAIL_HOST:
        return 0
    local = now.astimezone(ZoneInfo(district_settings.get().timezone))
    due = [
        user
        for user in User.objects.filter(is_active=True, staff__isnull=False).exclude(digest=Digest.OFF)
        if is_due(Digest(user.digest), user.digest_hour, local)
    ]
    told = set(Message.objects.filter(key__endswith=_key_of("", local.date())).values_list("key", flat=True))
    left = {user.email: user for user in due if _key_of(user.email, local.date()) not in told}
    if not left:
        return 0
    return sum(
        _put(left[email], local.date(), counts)
        for email, counts in _open_by_teacher(local.date()).items()
        if email in left
    )


def is_due(digest: Digest, hour: int, local: datetime) -> bool:
    """Within HOURS_LATE after the hour, which ends with the day; daily is Monday to Friday, weekly is Monday."""
    if digest is Digest.OFF or not hour <= local.hour <= hour + HOURS_LATE:
        return False
    return local.weekday() == MONDAY if digest is Digest.WEEKLY else local.weekday() <= FRIDAY


def _key_of(email: str, day: date) -> str:
    return f"digest:{email}:{day}" if email else f":{day}"


def _open_by_teacher(day: date) -> dict[str, Counter[int]]:
    """Open questions by class, for the address of each account that teaches it."""
    rows = Problem.objects.filter(closed_at=None).values_list("school_class_id").annotate(Count("id"))
    counts = dict(rows)
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for class_id, addresses in roles.teachers_of(counts, day).items():
        for address in addresses:
            found[address.strip().lower()][class_id] = counts[class_id]
    return found


def _put(user: User, day: date, counts: Counter[int]) -> bool:
    seen = roles.classes_of(user, day).filter(id__in=list(counts))
    mine = {row: counts[row.id] for row in seen}
    if not mine:
        return False
    subject, body = words(mine)
    return outbox.put(
        _key_of(user.email, day), Channel.MAIL, [user.email], subject, body, useful_for=USEFUL_FOR
    )


def words(counts: Mapping[SchoolClass, int]) -> tuple[str, str]:
    total = sum(counts.values())
    subject = counted("Twinbook: 1 question for you", "Twinbook: %(count)s questions for you", total)
    lines = [
        f"{row.name}: {count}\n  {settings.TWINBOOK_URL}/classes/{row.id}/needs-you/"
        for row, count in sorted(counts.items(), key=lambda item: item[0].name)
    ]
    return subject, (
        sentence(
            "These classes have questions that only you can answer; until then the values in question stay "
            "as they are on both sides.\n\n"
        )
        + "\n".join(lines)
        + "\n\n"
        f"How often this mail comes is set on {settings.TWINBOOK_URL}/account/\n"
    )
