"""What a command says: people's words on stderr, one JSON document on stdout, and the exit code."""

import dataclasses
import json
import logging
import sys
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

import typer

from twinbook.logs import PlainFormatter


class Ending(IntEnum):
    DONE = 0
    FAILED = 1
    WRONG_USAGE = 2
    NEEDS_PERSON = 3
    """Done, but there is an open problem in a class that was visited, a held class, an Aeries that does not answer."""


class Failed(Exception):
    """A command's own way to end with exit code 1: what went wrong, and the next thing to do."""

    def __init__(self, message: str, hint: str | None = None, code: str = "failed") -> None:
        super().__init__(message)
        self.hint = hint
        self.code = code


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def print_json(document: object) -> None:
    """To be called once, by a command that was given --json."""
    print(json.dumps(document, default=_plain, ensure_ascii=False, indent=2), flush=True)


def end(ending: Ending) -> NoReturn:
    raise typer.Exit(int(ending))


def not_yet(what: str) -> NoReturn:
    raise Failed(f"{what} is not built yet.", "Follow the changelog.", code="not_yet")


def tell_failure(error: Exception, *, as_json: bool) -> None:
    """An error that was made for people is told as it is; any other is a bug of ours and goes to the log."""
    if _is_for_people(error):
        message = str(error) or getattr(error, "message", type(error).__name__)
        hint = getattr(error, "advice", None) or getattr(error, "hint", None)
    else:
        _log_bug(error)
        message = f"Twinbook has made a mistake ({type(error).__name__})."
        hint = "Please report it with the lines above; they hold no names and no grades."
    say(message if hint is None else f"{message}\n{hint}")
    if as_json:
        code = getattr(error, "error_code", None) or getattr(error, "code", "failed")
        print_json({"error": {"code": code, "message": message, "hint": hint}})


def _is_for_people(error: Exception) -> bool:
    ours = type(error).__module__.startswith("twinbook.")
    return ours and (hasattr(error, "hint") or type(error).__name__ in {"EmbeddedError", "HomeError"})


def _log_bug(error: Exception) -> None:
    record = logging.LogRecord(
        "twinbook.cli",
        logging.ERROR,
        __file__,
        0,
        "the command failed",
        None,
        (type(error), error, error.__traceback__),
    )
    say(PlainFormatter().format(record))


def _plain(value: object) -> Any:
    match value:
        case Decimal():
            return format(value.normalize() if value else Decimal(0), "f")
        case datetime() | date():
            return value.isoformat()
        case UUID() | Path():
            return str(value)
        case Enum():
            return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no JSON form here")
