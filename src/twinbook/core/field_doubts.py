"""Writes of fields that may still take effect (C4), kept beside the field base they were made under.

Aeries' PUT replaces everything, so one that lands late brings back every field as it was when it was sent. What each PUT
sent therefore stays known until nothing of it can land any more: a field there that differs from the base and shows what
such a PUT sent is our own echo, and the base becomes that PUT's pair, both halves.

In the base's mapping a doubt is the entry "FIELD!INSTANT": the halves, and the instant from which on it is past.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from twinbook.core.fields import Field, FieldBase, normal_text

_MARK = "!"


def with_doubt(base: FieldBase, sent: FieldBase, past_at: datetime) -> FieldBase:
    """`sent`: field → (our half that it carried, their half that it asks for)."""
    return {**base, **{f"{field}{_MARK}{past_at.isoformat()}": both for field, both in sent.items()}}


def doubts_of(base: FieldBase, *, at: datetime | None = None) -> FieldBase:
    """The entries that are doubts; with `at` only those that a reading begun at that instant does not settle."""
    return {
        key: both
        for key, both in base.items()
        if _MARK in key and (at is None or at <= datetime.fromisoformat(key.partition(_MARK)[2]))
    }


def doubtful_until(base: FieldBase) -> datetime | None:
    return max((datetime.fromisoformat(key.partition(_MARK)[2]) for key in doubts_of(base)), default=None)


def echo(field: Field, theirs: str, base: Mapping[str, tuple[str, str]]) -> tuple[str, str] | None:
    """The pair that a doubtful PUT makes of this field, if the far side shows what it sent and not what was agreed."""
    agreed = base.get(field.value)
    if agreed is None or agreed[1] == theirs:
        return None
    for key, (ours, sent) in reversed(list(base.items())):
        if key.startswith(field.value + _MARK) and _shows(field, sent, theirs):
            return ours, theirs
    return None


def _shows(field: Field, sent: str, theirs: str) -> bool:
    if field in (Field.TITLE, Field.DESCRIPTION):
        return normal_text(sent) == normal_text(theirs)
    return sent == theirs
