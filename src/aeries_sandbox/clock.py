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
        return self._at(self._ahead)

    def today(self) -> date:
        return self.now().date()

    def set(self, now: datetime) -> None:
        """A time without zone is the district's local time. Raises OverflowError, changing nothing."""
        aware = now if now.tzinfo is not None else now.replace(tzinfo=self.zone)
        self._jump(aware - datetime.now(UTC))

    def advance(self, seconds: int) -> None:
        """Raises OverflowError, changing nothing."""
        self._jump(self._ahead + timedelta(seconds=seconds))

    def _jump(self, ahead: timedelta) -> None:
        """A year on both sides must be left, so that no later computation with dates runs out of them."""
        for margin in (timedelta(days=-366), timedelta(days=366)):
            self._at(ahead + margin)
        self._ahead = ahead

    def _at(self, ahead: timedelta) -> datetime:
        return (datetime.now(UTC) + ahead).astimezone(self.zone)
