"""`make bench`: the speed that design §6 aims at, measured beside a bare client in the same run.

usage: python -m benchmarks [--short] [--only NAME …] [--out FOLDER]

`--short` runs everything once with tiny numbers, to see that it works; its timings mean nothing, and are kept only
where `--out` says so.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmarks import budget, bulk, embedded_start, machine, one_save, outage, reconcile, sandbox, save_cost
from benchmarks.rows import Row, keep, show
from benchmarks.stage import stage

Measure = Callable[[bool], list[Row]]


def _served(short: bool) -> list[Row]:
    """On one stage: processes as a district runs them."""
    with stage() as scene:
        return [*one_save.measure(scene, short), *bulk.measure(scene, short)]


def _budget(short: bool) -> list[Row]:
    with stage() as scene:
        return budget.measure(scene, short)


def _outage(short: bool) -> list[Row]:
    with stage() as scene:
        return outage.measure(scene, short)


MEASURES: dict[str, Measure] = {
    "reconcile": reconcile.measure,
    "save_cost": save_cost.measure,
    "embedded_start": embedded_start.measure,
    "sandbox": sandbox.measure,
    "served": _served,
    "budget": _budget,
    "outage": _outage,
}
RESULTS = Path(__file__).parent / "results"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--only", nargs="+", choices=list(MEASURES), default=list(MEASURES))
    parser.add_argument("--out", type=Path, default=None)
    given = parser.parse_args()
    before = machine.load()
    rows: list[Row] = []
    for name in given.only:
        print(f"measuring {name} …", flush=True)
        rows += MEASURES[name](given.short)
    about = machine.about(before)
    show(rows, about)
    if given.short and given.out is None:
        print("Too short to mean anything; not kept.")
        return
    print(f"Written to {keep(rows, about, given.out or RESULTS)}.")


if __name__ == "__main__":
    main()
