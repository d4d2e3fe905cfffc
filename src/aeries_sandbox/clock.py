"""The sandbox's own time: it runs like a clock, but starts and jumps where it is told."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


class Clock:
    def __init__(self, zone: ZoneInfo, start: datetime | None) -> None:
        self.zone = zone
        self._ahead = timedelta(0)
        if start is not None:
            self.set(start)

    def now(self) -> datetime:
        """An aware instant in the district's zone."""
        return (datetime.now(UTC) + self._ahead).astimezone(self.zone)

    def today(self) -> date:
        return self.now().date()

    def set(self, now: datetime) -> None:
        """A time without zone is the district's local time."""
        aware = now if now.tzinfo is not None else now.replace(tzinfo=self.zone)
        self._ahead = aware - datetime.now(UTC)

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)
