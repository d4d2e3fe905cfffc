"""How Aeries misbehaves in a history."""

from __future__ import annotations

import random
from typing import Any

from tests.district_and_sandbox import Aeries
from tests.faces.storm import ANYTHING, LOSING, PLACES, READS

__all__ = ["LOSING", "lost_answer", "order_faults"]


def lost_answer(aeries: Aeries, dice: random.Random, kinds: list[dict[str, Any]]) -> None:
    """Of the next write: it was done, or is done later, and nobody hears of it."""
    aeries.fault(
        method=dice.choice(("POST", "POST", "PUT")),
        path=dice.choice(("/assignments$", "/scores$", "assignments")),
        times=1,
        **dice.choice(kinds),
    )


def order_faults(aeries: Aeries, dice: random.Random) -> None:
    """One or two that strike now and then, until they are taken back."""
    for _ in range(dice.randint(1, 2)):
        reads = dice.random() < 0.4
        method = "GET" if reads else dice.choice((None, "GET", "POST", "PUT"))
        order = dice.choice(READS if reads else ANYTHING)
        aeries.fault(
            path=dice.choice(PLACES),
            probability=dice.choice((0.1, 0.3, 0.7)),
            seed=dice.randrange(1_000_000),
            **({} if method is None else {"method": method}),
            **order,
        )
