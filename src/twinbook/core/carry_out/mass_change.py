"""A mass change as one plan (G1): what exactly a stop holds, and its fingerprint.

A person approves or discards one plan, never "whatever comes": a plan in which one value, version or cell differs has
another fingerprint and is asked anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from twinbook.core.brake import Stop
from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out.scores_outcome import Pending


@dataclass(frozen=True, slots=True)
class Planned:
    """What a look at a whole class would take over: read and judged, and not yet done."""

    pending: tuple[Pending, ...]
    stops: tuple[Stop, ...]
    compared: int
    """Values here that were compared."""
    losing: int
    """Of these: would be replaced or blanked, and nobody has answered to it."""
    at: datetime
    """Readings of a pair that began later make its part void."""


def plan_of(stop: Stop, pending: Iterable[Pending]) -> ch.MassPlan:
    """The cells that the stop holds. Blanks that would be filled wait with them but are no part of the plan: filling
    loses nothing, and is done once the question is answered, whatever the answer."""
    inside = [each for each in pending if stop.covers(each.step.student, each.step.activity)]
    losing = sorted((each for each in inside if each.loses), key=_place)
    cells = tuple(_losing(each) for each in losing)
    return ch.MassPlan(fingerprint(losing), cells, len(inside) - len(losing))


def fingerprint(losing: Iterable[Pending]) -> str:
    digest = hashlib.sha256()
    for each in losing:
        step = each.step
        form = f"{step.theirs.kind} {step.theirs}"
        maxima = f"{step.maxima.entry} {step.maxima.weight}"
        parts = (step.activity, step.student, step.expected_version, step.value, form, maxima)
        digest.update("\x1f".join(map(str, parts)).encode() + b"\x1e")
    return digest.hexdigest()


def _place(each: Pending) -> tuple[int, int]:
    return each.step.activity, each.step.student


def _losing(each: Pending) -> ch.Losing:
    step, before = each.step, each.line.before or ""
    return ch.Losing(step.activity, step.student, before, str(step.value), step.maxima.ours)
