"""How a log line looks: one instant, one level, one logger, one sentence; nothing about a child.

The message of an exception may carry a name or a grade (PostgreSQL quotes the row, Python the value), so a traceback
shows where and what kind, and leaves the message out, except for kinds that only ever speak of the program itself.
"""

import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType

SPEAKS_OF_THE_PROGRAM = (ImportError, NameError, AttributeError, SyntaxError)

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class PlainFormatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging names it
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging names it
        return "\n".join(_chain(ei[1])) if ei[1] else ""


def _chain(error: BaseException | None) -> list[str]:
    lines: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = [f"  {f.filename}:{f.lineno} in {f.name}" for f in traceback.extract_tb(error.__traceback__)]
        lines = [f"{type(error).__module__}.{type(error).__qualname__}{_detail(error)}", *frames, *lines]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


def _detail(error: BaseException) -> str:
    if isinstance(error, SPEAKS_OF_THE_PROGRAM):
        return f": {error}"
    state = getattr(error, "sqlstate", None)
    return f" (SQLSTATE {state})" if state else ""
