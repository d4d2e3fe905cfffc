"""The district's settings: one row, always there, changed field by field."""

from datetime import UTC, date, datetime, time
from typing import Any, TypedDict
from zoneinfo import ZoneInfo, available_timezones

from django.db import transaction

from twinbook.core.sentence import sentence
from twinbook.core.values import MarkKind
from twinbook.district import alerting
from twinbook.district.errors import InvalidError
from twinbook.district.models import (
    NAME_LENGTH,
    ConflictPolicy,
    DistrictSettings,
    Mode,
    default_brake,
)

_LONGEST_MARK = 10
_MOST_CELLS = 1_000_000


class SettingsChanges(TypedDict, total=False):
    name: str
    timezone: str
    night_at: str
    mode: str
    conflict_policy: str
    marks: dict[str, str]
    missing_mark: str | None
    brake: dict[str, Any]
    alert_after_minutes: int
    alert_emails: list[str]
    alert_webhook: str


def get() -> DistrictSettings:
    return DistrictSettings.objects.get_or_create(id=1)[0]


def today(now: datetime) -> date:
    """The date of an instant in the district's time zone."""
    return now.astimezone(ZoneInfo(get().timezone)).date()


def today_now() -> date:
    return today(datetime.now(UTC))


def patch(changes: SettingsChanges) -> DistrictSettings:
    """Changes what is given, all or nothing; `marks` is replaced, `brake` number by number. Raises InvalidError."""
    with transaction.atomic():
        get()
        settings = DistrictSettings.objects.select_for_update().get(id=1)
        for field, value in changes.items():
            setattr(settings, field, _checked(field, value, settings))
        settings.save()
        return settings


def _checked(field: str, value: Any, settings: DistrictSettings) -> Any:
    match field:
        case "name":
            return _name(value)
        case "timezone":
            return _timezone(value)
        case "night_at":
            return _time(value)
        case "mode":
            return _word(value, Mode.values, field)
        case "conflict_policy":
            return _word(value, ConflictPolicy.values, field)
        case "marks":
            return _marks(value)
        case "missing_mark":
            return None if value is None else _mark(value, field)
        case "brake":
            return _brake(settings.brake, value)
        case "alert_after_minutes":
            return alerting.minutes(value)
        case "alert_emails":
            return alerting.emails(value)
        case "alert_webhook":
            return alerting.webhook(value)
        case _:
            raise InvalidError(sentence("There is no setting “%(field)s”.", field=field), field=field)


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or "\x00" in value:
        raise InvalidError(sentence("The district needs a name."), field="name")
    if len(value) > NAME_LENGTH:
        raise InvalidError(
            sentence("The name has more than %(name_length)s characters.", name_length=NAME_LENGTH),
            field="name",
        )
    return value.strip()


def _timezone(value: Any) -> str:
    if value not in available_timezones():
        raise InvalidError(
            sentence("This is not a known time zone."),
            hint=sentence("Use an IANA name such as America/Los_Angeles."),
            field="timezone",
        )
    return str(value)


def _time(value: Any) -> time:
    try:
        at = time.fromisoformat(value)
    except (TypeError, ValueError):
        at = None
    if at is None or at.tzinfo is not None or len(value) != len("02:00"):
        raise InvalidError(
            sentence("The time of the night's run is not a time of day."),
            hint=sentence("Write it like 02:00."),
            field="night_at",
        )
    return at


def _word(value: Any, words: list[str], field: str) -> str:
    if value not in words:
        raise InvalidError(
            sentence("“%(field)s” must be one of %(words)s.", field=field, words=", ".join(words)),
            field=field,
        )
    return str(value)


def _marks(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise InvalidError(sentence("The marks are a table from Aeries' marks to ours."), field="marks")
    kinds = [kind.value for kind in MarkKind]
    marks = {_mark(text, "marks").upper(): _word(kind, kinds, "marks") for text, kind in value.items()}
    if len(marks) != len(value):
        raise InvalidError(sentence("A mark stands twice in the table."), field="marks")
    return marks


def _mark(value: Any, field: str) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > _LONGEST_MARK or "\x00" in text:
        raise InvalidError(
            sentence("A mark has 1 to %(longest_mark)s characters.", longest_mark=_LONGEST_MARK), field=field
        )
    if text.rstrip("%").replace(".", "", 1).isdigit():
        raise InvalidError(
            sentence("“%(text)s” is a number, not a mark.", text=text),
            hint=sentence("Enter the mark that Aeries shows."),
            field=field,
        )
    return text


def _brake(present: dict[str, Any], wanted: Any) -> dict[str, Any]:
    known = default_brake()
    merged = {part: {**known[part], **present.get(part, {})} for part in known}
    if not isinstance(wanted, dict):
        raise InvalidError(sentence("The brake is a table of numbers."), field="brake")
    for part, numbers in wanted.items():
        if part not in known or not isinstance(numbers, dict):
            raise InvalidError(
                sentence("The brake's parts are %(known)s.", known=", ".join(known)), field="brake"
            )
        for name, number in numbers.items():
            if name not in known[part]:
                raise InvalidError(
                    sentence(
                        "The numbers of “%(part)s” are %(names)s.", part=part, names=", ".join(known[part])
                    ),
                    field=f"brake.{part}",
                )
            highest = 100 if name.endswith("percent") else _MOST_CELLS
            if type(number) is not int or not 0 <= number <= highest:
                raise InvalidError(
                    sentence(
                        "“%(part)s.%(name)s” must be a whole number from 0 to %(highest)s.",
                        part=part,
                        name=name,
                        highest=highest,
                    ),
                    field=f"brake.{part}.{name}",
                )
            merged[part][name] = number
    return merged
