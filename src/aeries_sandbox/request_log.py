"""What a client asked: one entry a request, numbered from 1, without headers and so without certificates."""

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

KEPT = 200_000


@dataclass(slots=True)
class LoggedRequest:
    """`status` is None until the request is answered, 0 when its connection was dropped."""

    n: int
    at: datetime
    method: str
    path: str
    body: bytes
    status: int | None = None


class RequestLog:
    def __init__(self) -> None:
        self._entries: deque[LoggedRequest] = deque(maxlen=KEPT)
        self._counted = 0

    def open(self, method: str, path: str, body: bytes) -> LoggedRequest:
        self._counted += 1
        entry = LoggedRequest(self._counted, datetime.now(UTC), method, path, body)
        self._entries.append(entry)
        return entry

    def since(self, n: int) -> list[dict[str, object]]:
        """Entries with a number above n, oldest first; times are the machine's, in UTC."""
        return [_shown(entry) for entry in self._entries if entry.n > n]

    def unanswered(self) -> int:
        return sum(entry.status is None for entry in self._entries)

    def clear(self) -> None:
        """Forgets the entries; the numbers go on."""
        self._entries.clear()


def _shown(entry: LoggedRequest) -> dict[str, object]:
    shown: dict[str, object] = {
        "n": entry.n,
        "at": entry.at.isoformat(timespec="microseconds"),
        "method": entry.method,
        "path": entry.path,
        "status": entry.status,
    }
    if entry.body:
        shown["body"] = _body(entry.body)
    return shown


def _body(body: bytes) -> object:
    """The body as JSON, with its numbers as they were sent; as text when it is none."""
    try:
        msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body.decode(errors="replace")
    return msgspec.Raw(body)
