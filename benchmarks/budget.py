"""The request budget under eight workers in processes of their own (design J4): how much of the cap they use, the busiest
second, their shares, and how long a save waits beside them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import datetime
from typing import Any

from benchmarks.rows import Row
from benchmarks.stage import Stage

WORKERS = 8
LATENCY_MS = 50
RATE, BURST, IN_FLIGHT = 40, 16, 8
USE_AIM, SHARES_AIM, STEPS_AIM = 0.97, 1.3, 2.0


def measure(scene: Stage, short: bool) -> list[Row]:
    seconds = 1.5 if short else 20.0
    limits = {"requests_per_second": RATE, "burst": BURST, "in_flight": IN_FLIGHT}
    with scene.serving(worker=False) as twinbook:
        twinbook.put("/aeries-connection", limits)
    scene.latency(LATENCY_MS)
    idle = _run(scene, ["saves"], seconds / 4)[0]
    scene.forget()
    *shares, beside = _run(scene, [*["reads"] * WORKERS, "saves"], seconds)
    scene.latency(0)
    instants = sorted(datetime.fromisoformat(row["at"]).timestamp() for row in scene.requests())
    # The first second holds the burst and the last one is cut off.
    lasted = instants[-1] - instants[0]
    booked_by_saves = len(beside)
    used = (len(instants) + booked_by_saves - BURST) / (RATE * lasted)
    busiest = _busiest_second(instants)
    more_steps = (max(beside) - max(idle)) * RATE
    return [
        Row(
            f"request budget, {WORKERS} workers in bulk reading at a cap of {RATE}/s",
            {
                "requests": len(instants),
                "seconds": round(lasted, 1),
                "share_of_the_cap": round(used, 3),
                "busiest_second": busiest,
                "shares": sorted(shares),
                "largest_by_smallest": round(max(shares) / max(1, min(shares)), 2),
            },
            {"cap": f"{RATE}/s", "burst": BURST, "in_flight": IN_FLIGHT},
            f"at least {USE_AIM} of the cap; no second above {RATE + BURST}; shares within {SHARES_AIM}",
            used >= USE_AIM and busiest <= RATE + BURST and max(shares) <= SHARES_AIM * max(1, min(shares)),
        ),
        Row(
            "a save's wait for its instant beside them",
            {
                "saves": len(beside),
                "longest_ms": round(max(beside) * 1000, 1),
                "more_steps": round(more_steps, 2),
            },
            {"idle_longest_ms": round(max(idle) * 1000, 1), "step_ms": round(1000 / RATE, 1)},
            f"at most {STEPS_AIM:g} steps longer than on an idle system",
            more_steps <= STEPS_AIM,
        ),
    ]


def _run(scene: Stage, kinds: list[str], seconds: float) -> list[Any]:
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.budget_worker", kind],
            env=scene.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for kind in kinds
    ]
    try:
        for process in started:
            assert process.stdout is not None and process.stdout.readline() == "ready\n"
        end = time.time() + seconds
        for process in started:
            assert process.stdin is not None
            process.stdin.write(f"{end}\n")
            process.stdin.flush()
        return [json.loads(process.communicate(timeout=seconds + 60)[0]) for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()


def _busiest_second(instants: list[float]) -> int:
    oldest = most = 0
    for newest, instant in enumerate(instants):
        while instants[oldest] <= instant - 1:
            oldest += 1
        most = max(most, newest - oldest + 1)
    return most
