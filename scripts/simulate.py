"""Long runs of the simulator: `make histories`, `make fuzz`, `make late-creates`, `make school-year`.

Every failure is printed with its seed; the same target with `N=1 SEED=that` plays it again exactly.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

from tests.simulation import late_creates, many, planning, school_year

PORTION = 100


def portions(first: int, count: int, size: int = PORTION) -> list[range]:
    return [range(begin, min(begin + size, first + count)) for begin in range(first, first + count, size)]


def histories(first: int, count: int, jobs: int) -> int:
    whole, began = many.Found(), time.perf_counter()
    with ProcessPoolExecutor(jobs) as pool:
        for part in pool.map(many.play, portions(first, count)):
            whole.add(part)
            _tell(part.wrongs)
    _closing("histories", whole.played, first, jobs, began, len(whole.wrongs))
    print(whole.measured())
    return 1 if whole.wrongs else 0


def fuzz(first: int, count: int, jobs: int) -> int:
    """The planner on small perturbed cases."""
    wrongs, began = 0, time.perf_counter()
    with ProcessPoolExecutor(jobs) as pool:
        for found in pool.map(planning.wrongs, portions(first, count, 10_000)):
            wrongs += len(found)
            _tell(found)
    _closing("planner cases", count, first, jobs, began, wrongs)
    return 1 if wrongs else 0


def creates(first: int, count: int, jobs: int) -> int:
    """Inserts that land late."""
    wrongs, began = 0, time.perf_counter()
    with ProcessPoolExecutor(jobs) as pool:
        for found in pool.map(late_creates.wrongs, portions(first, count, 500)):
            wrongs += len(found)
            _tell(found)
    _closing("late creates", count, first, jobs, began, wrongs)
    return 1 if wrongs else 0


def years(first: int, count: int, jobs: int) -> int:
    """Each in one process, one after the other: its processor time and its memory are told."""
    wrongs = 0
    for seed in range(first, first + count):
        began = time.process_time()
        found = school_year.year(seed)
        wrongs += len(found.wrongs)
        _tell(found.wrongs)
        peaks = found.peaks
        print(
            f"school year {seed}: {found.stretches} weeks of classes, {found.writes} score writes,"
            f" {time.process_time() - began:.0f} s of processor time; largest memory after week 1"
            f" {peaks[0] / 1024:.0f} MB, half-way {peaks[len(peaks) // 2] / 1024:.0f} MB, in the end"
            f" {peaks[-1] / 1024:.0f} MB; {len(found.wrongs)} wrongs"
        )
    return 1 if wrongs else 0


def _tell(wrongs: list[str]) -> None:
    for wrong in wrongs:
        print(wrong, flush=True)


def _closing(what: str, played: int, first: int, jobs: int, began: float, wrongs: int) -> None:
    seconds = time.perf_counter() - began
    print(
        f"{played} {what} from seed {first} in {seconds:.0f} s on {jobs} processes"
        f" ({played / seconds * 3600:,.0f} an hour): {wrongs} wrongs"
    )


RUNS: dict[str, Callable[[int, int, int], int]] = {
    "fuzz": fuzz,
    "histories": histories,
    "late-creates": creates,
    "school-year": years,
}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("run", choices=sorted(RUNS))
    parser.add_argument("-n", type=int, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    return RUNS[asked.run](asked.seed, asked.n, asked.jobs)


if __name__ == "__main__":
    sys.exit(main())
