"""What a look would take over here, under the brake's verdict (G1)."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from twinbook.core.brake import BrakeScope, BrakeVerdict
from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.outcome import LookOutcome
from twinbook.core.carry_out.scores import (
    Pending,
)
from twinbook.core.carry_out.views import LinkView, PairHead, PairView


def take_over(
    link: LinkView,
    pair: PairView | PairHead,
    pending: list[Pending],
    verdict: BrakeVerdict,
    out: LookOutcome,
) -> Generator[ef.Effect, Any, bool]:
    """What the brake lets through is taken over; the rest is left as it is. True: a save came between."""
    free = [each for each in pending if not verdict.holds(each.step.student, each.step.activity)]
    out.report.count("held", len(pending) - len(free))
    for each in free:
        out.report.add(each.line, each.count)
    if not free or not link.writes:
        return False
    steps = [each.step for each in free]
    judged = frozenset(step.student for step in steps)
    committed: ef.Committed = yield ef.Commit((*steps, ch.JudgeCells(pair.id, steps[0].activity, judged, ())))
    return bool(committed.lost)


def brake_questions(verdict: BrakeVerdict) -> dict[str, ch.Held]:
    """One question per stop, with before and after counts."""
    return {
        f"brake:{stop.scope}" if stop.key is None else f"brake:{stop.scope}:{stop.key}": ch.Held(
            "mass_change",
            student=stop.key if stop.scope is BrakeScope.STUDENT else None,
            activity=stop.key if stop.scope is BrakeScope.ACTIVITY else None,
            details={"changed": str(stop.changed), "of": str(stop.of)},
        )
        for stop in verdict.stops
    }
