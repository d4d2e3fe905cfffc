"""Drafts, readings, snapshots and plans as JSON and back, exactly: decimals and dates as text, a value of a union with the
name of its type. Written from the types themselves, so that a new field cannot be forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from twinbook.core.sentence import Sentence, stored, unstored
from twinbook.core.setup.draft import Draft
from twinbook.core.setup.steps import SetupPlan
from twinbook.core.snapshot import ClassSnapshot, GradebookReading

Stored = TypeVar("Stored", Draft, SetupPlan, ClassSnapshot, GradebookReading)


def to_json(value: Draft | SetupPlan | ClassSnapshot | GradebookReading) -> dict[str, Any]:
    return cast(dict[str, Any], _encoded(type(value), value))


def from_json(kind: type[Stored], kept: Mapping[str, Any]) -> Stored:
    """Raises KeyError or ValueError for JSON that `to_json` did not write. Fields that are missing take their default."""
    return cast(Stored, _decoded(kind, kept))


def _encoded(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, Sentence):
        return stored(value)
    members = _members(kind)
    if len(members) > 1:
        member = next(m for m in members if isinstance(value, m))
        return [member.__name__, _encoded(member, value)]
    kind = members[0]
    if is_dataclass(kind):
        return {name: _encoded(hint, getattr(value, name)) for name, hint in _hints(cast(type, kind)).items()}
    origin = get_origin(kind)
    if origin is tuple:
        return [_encoded(get_args(kind)[0], item) for item in value]
    if origin is not None and issubclass(origin, Mapping):
        inner = get_args(kind)[1]
        return {str(key): _encoded(inner, item) for key, item in value.items()}
    if issubclass(kind, Enum):
        return value.value
    if issubclass(kind, Decimal):
        return str(value)
    if issubclass(kind, date):
        return value.isoformat()
    if issubclass(kind, str | bool | int):
        return value
    raise TypeError(f"{kind} cannot be stored")


def _decoded(kind: Any, kept: Any) -> Any:
    if kept is None:
        return None
    members = _members(kind)
    if len(members) > 1:
        name, inner = kept
        return _decoded(next(m for m in members if m.__name__ == name), inner)
    kind = members[0]
    if is_dataclass(kind):
        hints = _hints(cast(type, kind))
        return cast(Any, kind)(
            **{name: _decoded(hint, kept[name]) for name, hint in hints.items() if name in kept}
        )
    origin = get_origin(kind)
    if origin is tuple:
        return tuple(_decoded(get_args(kind)[0], item) for item in kept)
    if origin is not None and issubclass(origin, Mapping):
        key, inner = get_args(kind)
        return {key(name): _decoded(inner, item) for name, item in kept.items()}
    if issubclass(kind, Enum | Decimal):
        return kind(kept)
    if issubclass(kind, date):
        return kind.fromisoformat(kept)
    if issubclass(kind, str) and isinstance(kept, Mapping):
        return unstored(kept)
    if issubclass(kind, str | bool | int) and isinstance(kept, kind):
        return kept
    raise ValueError(f"{kept!r} is no {kind.__name__}")


@cache
def _members(kind: Any) -> tuple[Any, ...]:
    """The types that a value may have, None left out."""
    if get_origin(kind) in (Union, UnionType):
        return tuple(member for member in get_args(kind) if member is not type(None))
    return (kind,)


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
