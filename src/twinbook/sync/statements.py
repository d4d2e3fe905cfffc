"""Plain SQL on this thread's connection, for the few statements that must be one UPDATE … RETURNING (design J3, J4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

Parameters = Mapping[str, Any]


def run(statement: str, parameters: Parameters) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def one(statement: str, parameters: Parameters) -> tuple[Any, ...] | None:
    """The first row; None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def one_of_last(statements: str, parameters: Parameters) -> tuple[Any, ...] | None:
    """Several statements, separated by semicolons, sent at once and run as one transaction, in which the server never
    waits for this process; the first row of the last one."""
    with connection.cursor() as cursor:
        cursor.execute(statements, parameters)
        while cursor.nextset():
            pass
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def rows(statement: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
