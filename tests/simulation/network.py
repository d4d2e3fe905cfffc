"""What may happen to a request on its way: it or its answer is lost, it lands late, it lands twice, it is put off."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from twinbook.core.carry_out.effects import Effect, Insert, Update, WriteScores

Write = WriteScores | Insert | Update


class Fate(StrEnum):
    DONE = "done"
    PUT_OFF = "put off"
    """429: it certainly did not happen."""
    NEVER = "never arrived"
    ANSWER_LOST = "answer lost"
    LATE = "late"
    TWICE = "twice"
    """At once, with the answer lost, and again later (something between us repeats it)."""


@dataclass(frozen=True)
class InFlight:
    write: Write
    lands_at: datetime
    turn: float = 0
    """The turn of the people's typing at which it left."""


Fates = Callable[[Write], Fate]


def all_done(_: Write) -> Fate:
    return Fate.DONE


class Network:
    def __init__(self, longest: timedelta = timedelta(seconds=180), *, seed: int = 0) -> None:
        self.longest = longest
        self.random = random.Random(seed)
        self.fates: Fates = all_done
        self.reads_fail: Callable[[], bool] = lambda: False
        self.lie: Callable[[Effect, Any], Any] = lambda _, shown: shown
        """What an answer to a reading shows instead of what stands there."""
        self.in_flight: list[InFlight] = []

    def fork(self) -> Network:
        other = Network(self.longest)
        other.in_flight = list(self.in_flight)
        return other

    def delay(self, flight: InFlight, ended_at: datetime) -> None:
        """At the latest `longest` after the request ended on our side."""
        self.in_flight.append(replace(flight, lands_at=ended_at + self.longest * self.random.random()))

    def landing(self, now: datetime) -> list[InFlight]:
        due = sorted((f for f in self.in_flight if f.lands_at <= now), key=lambda f: f.lands_at)
        self.in_flight = [f for f in self.in_flight if f.lands_at > now]
        return due


def seeded(chances: dict[Fate, float], source: random.Random) -> Fates:
    """Each write meets one of these fates by its chance, else it is done."""

    def fate(_: Write) -> Fate:
        drawn = source.random()
        for wanted, chance in chances.items():
            if drawn < chance:
                return wanted
            drawn -= chance
        return Fate.DONE

    return fate


def scripted(*fates: Fate) -> Fates:
    """The next writes meet these fates in turn, all later ones are done."""
    waiting = list(fates)
    return lambda _: waiting.pop(0) if waiting else Fate.DONE
