"""A school year of a few classes under all faults, judged week by week; what it needs of memory stays what it was."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.simulation.history import History, history

DAYS, CLASSES = 180, 5
DAYS_A_WEEK = 5
STEPS_A_DAY = 250
SET_UP_FIRST = 5
"""`history` begins each sixth seed with a set-up."""


@dataclass
class Year:
    wrongs: list[str] = field(default_factory=list)
    stretches: int = 0
    writes: int = 0
    peaks: list[int] = field(default_factory=list)
    """The process's largest memory so far, in kilobytes, after each week."""


def year(seed: int, *, days: int = DAYS, classes: int = CLASSES) -> Year:
    """A failure is named by seed, class and week; the same seed does the same again."""
    found = Year()
    lives = [history(6 * (seed * CLASSES + number) + _kind(number)) for number in range(classes)]
    for week in range(-(-days // DAYS_A_WEEK)):
        for number, life in enumerate(lives):
            found.wrongs += [
                f"seed {seed}, class {number}, week {week}: {wrong}" for wrong in _week(life, found)
            ]
        found.peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return found


def _kind(number: int) -> int:
    return SET_UP_FIRST if number == CLASSES - 1 else number % SET_UP_FIRST


def _week(life: History, found: Year) -> Iterator[str]:
    life.people.answer_all()
    verdict = life.stretch(STEPS_A_DAY * DAYS_A_WEEK)
    found.stretches += 1
    found.writes += len(verdict.gaps)
    yield from verdict.wrongs
    life.go_on()
