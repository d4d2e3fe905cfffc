"""Many seeded histories: what they found and measured. Each twentieth is played twice and must give the same digest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.judge.verdict import percentile
from tests.simulation.history import history

TWICE_EVERY = 20


@dataclass
class Found:
    played: int = 0
    wrongs: list[str] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    overwritten_in_gap: int = 0
    not_to_be_told: int = 0
    replaced_unseen: int = 0
    twins_named: int = 0

    def add(self, other: Found) -> None:
        self.played += other.played
        self.wrongs += other.wrongs
        self.gaps += other.gaps
        self.overwritten_in_gap += other.overwritten_in_gap
        self.not_to_be_told += other.not_to_be_told
        self.replaced_unseen += other.replaced_unseen
        self.twins_named += other.twins_named

    def measured(self) -> str:
        return (
            f"{len(self.gaps)} score writes; between reading and effect: p50 {percentile(self.gaps, 0.5):.2f} s,"
            f" p99 {percentile(self.gaps, 0.99):.2f} s (simulated); typed in Aeries inside it and overwritten:"
            f" {self.overwritten_in_gap}; not to be told from what stood there before: {self.not_to_be_told};"
            f" replaced by a write that nobody saw: {self.replaced_unseen}; second assignments, all named:"
            f" {self.twins_named}"
        )


def play(seeds: range) -> Found:
    found = Found()
    for seed in seeds:
        found.played += 1
        found.wrongs += [f"seed {seed}: {wrong}" for wrong in _one(seed, found)]
    return found


def _one(seed: int, found: Found) -> Iterator[str]:
    one = history(seed)
    try:
        verdict = one.play()
    except Exception as failed:  # noqa: BLE001 - a crash of the machine is a finding like any other
        yield f"{type(failed).__name__}: {failed}"
        return
    yield from verdict.wrongs
    found.gaps += verdict.gaps
    found.overwritten_in_gap += verdict.overwritten_in_gap
    found.not_to_be_told += verdict.not_to_be_told
    found.replaced_unseen += verdict.replaced_unseen
    found.twins_named += verdict.twins_named
    if seed % TWICE_EVERY == 0:
        again = history(seed)
        again.play()
        if again.digest != one.digest:
            yield "played twice, it went another way"
