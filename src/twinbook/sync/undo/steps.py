"""What one undo does, as rows: stored with its run before anything is written, so that a resumed run does the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CellStep:
    """Our cell goes to this value if it still has `version`."""

    link: int | None
    activity: int
    student: int
    version: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class FieldStep:
    """Our field goes to `text` if it still says `expected`. `student`: what stands beside a score. `apart`: their half stays
    as it is, since the two stood differently when both agreed."""

    link: int | None
    activity: int
    student: int | None
    field: str
    expected: str | None
    text: str | None
    apart: str | None = None


@dataclass(frozen=True, slots=True)
class ItemStep:
    """An activity that the run made (or brought back) here. `pair`: of the live link."""

    activity: int
    pair: int | None
    state: str = ""
    """For one that is brought back: the state of its pair before it was taken away."""


@dataclass(frozen=True, slots=True)
class Task:
    """What only a person can do in Aeries. `kind`: `delete` an assignment, `type` values or fields."""

    kind: str
    unique_id: str
    number: int
    title: str
    activity: int | None
    pair: int | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class ThereStep:
    """A cell there that goes back without ours following it (undo of a set-up). The form that is expected, and the one it
    gets; `version` is of our value."""

    pair: int
    student: int
    version: int
    expected_kind: str
    expected_text: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class ThereFieldStep:
    pair: int
    field: str
    expected: str
    text: str


@dataclass(frozen=True, slots=True)
class Steps:
    cells: tuple[CellStep, ...] = ()
    fields: tuple[FieldStep, ...] = ()
    remove: tuple[ItemStep, ...] = ()
    bring_back: tuple[ItemStep, ...] = ()
    unpair: tuple[Task, ...] = ()
    relink: tuple[ItemStep, ...] = ()
    tasks: tuple[Task, ...] = ()
    there: tuple[ThereStep, ...] = ()
    there_fields: tuple[ThereFieldStep, ...] = ()
    categories: tuple[int, ...] = ()
    push: Mapping[str, list[int]] = field(default_factory=dict)
    """Link → pairs that follow in Aeries."""

    @property
    def anything(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self) if one.name != "push")


_KINDS: Mapping[str, Any] = {
    "cells": CellStep,
    "fields": FieldStep,
    "remove": ItemStep,
    "bring_back": ItemStep,
    "unpair": Task,
    "relink": ItemStep,
    "tasks": Task,
    "there": ThereStep,
    "there_fields": ThereFieldStep,
}


def to_json(steps: Steps) -> Json:
    return asdict(steps)


def from_json(stored: Json) -> Steps:
    read: Json = {name: tuple(kind(**row) for row in stored[name]) for name, kind in _KINDS.items()}
    return Steps(**read, categories=tuple(stored["categories"]), push=stored["push"])
