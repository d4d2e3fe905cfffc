"""`make kills`: rounds of kill -9 of worker, web process, database and Aeries while people type (tests/kill/rounds.py).

usage: python -m scripts.kills [--rounds N] [--seed N]
"""

from __future__ import annotations

import argparse
import sys

from tests.kill.rounds import VICTIMS, Rounds
from tests.kill.scene import scene


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.kills")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with scene() as prepared:
        rounds = Rounds(prepared, given.seed)
        for number in range(given.rounds):
            victim = rounds.dice.choice(VICTIMS)
            rounds.play(victim)
            print(
                f"round {number + 1}: {victim}, served again after {rounds.recovered[victim][-1]:.1f} s",
                flush=True,
            )
        wrongs = rounds.wrongs()
    told(rounds.recovered)
    print("\n".join(wrongs) or f"seed {given.seed}: nothing lost, nothing doubled, both sides equal")
    sys.exit(1 if wrongs else 0)


def told(recovered: dict[str, list[float]]) -> None:
    for victim, seconds in recovered.items():
        if seconds:
            ordered = sorted(seconds)
            p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
            print(
                f"{victim}: {len(seconds)} kills, median {ordered[len(ordered) // 2]:.1f} s, p99 {p99:.1f} s"
            )


if __name__ == "__main__":
    main()
