"""Quality and speed of the proposer on the classes with known pairs, beside a simple baseline.

usage: .venv/bin/python benchmarks/matching.py
"""

import platform
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "core" / "matching"))

from matching_scoring import ClassScore, Figures, held_out, load_classes, pooled, score_class, traps

from twinbook.core.matching import (
    LmsActivity,
    LmsCategory,
    SisAssignment,
    SisCategory,
    as_json,
    propose,
    read_class,
)

Answer = dict[str, Any]


def proposer(data: dict[str, Any]) -> Answer:
    return as_json(data["class_id"], propose(*read_class(data)))


def baseline(data: dict[str, Any]) -> Answer:
    """Exact name (sure), then the most similar name that is left, best first (probable from 85 of 100)."""
    ours = {a["id"]: a["title"].casefold().strip() for a in data["lms"]}
    theirs = {s["id"]: s["name"].casefold().strip() for s in data["sis"]}
    proposals = []
    for lms, title in ours.items():
        exact = [sis for sis, name in theirs.items() if name == title]
        if exact:
            proposals.append({"lms": lms, "sis": exact[0], "confidence": "sure"})
            del theirs[exact[0]]
    left = [lms for lms in ours if lms not in {p["lms"] for p in proposals}]
    if left and theirs:
        names = list(theirs)
        likeness = process.cdist(
            [ours[lms] for lms in left], [theirs[sis] for sis in names], scorer=fuzz.token_sort_ratio
        )
        ranked = sorted(
            ((likeness[i, j], lms, sis) for i, lms in enumerate(left) for j, sis in enumerate(names)),
            reverse=True,
        )
        used: set[str] = set()
        for score, lms, sis in ranked:
            if score >= 85 and lms not in used and sis not in used:
                used |= {lms, sis}
                proposals.append({"lms": lms, "sis": sis, "confidence": "probable"})
    codes = {c["name"].casefold(): c["code"] for c in data["sis_categories"]}
    categories = [
        [c["id"], codes[c["name"].casefold()]]
        for c in data["lms_categories"]
        if c["name"].casefold() in codes
    ]
    return {"class_id": data["class_id"], "proposals": proposals, "categories": categories}


def print_figures(title: str, figures: Figures) -> None:
    print(
        f"{title:<34}{figures.classes:>8}{figures.true_pairs:>7}"
        f"{_share(figures.precision_sure)}{_share(figures.recall_sure)}"
        f"{_share(figures.precision_all)}{_share(figures.recall_all)}"
        f"{_share(figures.category_precision)}{_share(figures.category_recall)}"
    )


def _share(value: float | None) -> str:
    return f"{'–':>9}" if value is None else f"{value:>9.4f}"


def heading(first: str) -> None:
    print(
        f"\n{first:<34}{'classes':>8}{'pairs':>7}{'sure P':>9}{'sure R':>9}{'all P':>9}{'all R':>9}{'cat P':>9}{'cat R':>9}"
    )


def print_parts(
    classes: list[dict[str, Any]], answer: Callable[[dict[str, Any]], Answer], title: str
) -> list[ClassScore]:
    scores = [score_class(data, answer(data)) for data in classes]
    print_figures(f"{title}: all", pooled(scores))
    print_figures(f"{title}: worked on", pooled(s for s in scores if not held_out(s.class_id)))
    print_figures(f"{title}: held out", pooled(s for s in scores if held_out(s.class_id)))
    return scores


def print_traps(scores: list[ClassScore], simple: list[ClassScore]) -> None:
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for place, score in enumerate(scores):
        for trap in traps(score.style):
            groups[trap].append(place)
    heading("per trap (proposer, then baseline)")
    for trap in sorted(groups):
        print_figures(trap, pooled(scores[place] for place in groups[trap]))
        print_figures("  baseline", pooled(simple[place] for place in groups[trap]))


def print_worst(scores: list[ClassScore], count: int = 8) -> None:
    print("\nworst classes")
    for score in sorted(scores, key=lambda s: (-s.badness, s.class_id))[:count]:
        if not score.badness:
            break
        print(f"  {score.class_id}: {score.style}")
        for ours, theirs, confidence in score.wrong:
            print(f"    wrong ({confidence}): {ours!r} <> {theirs!r}")
        for ours, theirs in score.missed:
            print(f"    missed: {ours!r} = {theirs!r}")


def large_class(
    items: int, students: int
) -> tuple[list[LmsCategory], list[LmsActivity], list[SisCategory], list[SisAssignment]]:
    """A class with `items` activities on both sides, a tenth of them without partner."""
    kinds = ("Homework", "Quiz", "Lab", "Essay")
    start = date(2026, 8, 17)
    activities, assignments = [], []
    for n in range(items):
        due = start + timedelta(days=n)
        kind = kinds[n % 4]
        raw = {f"s{k}": Decimal((n * 7 + k * 13 + (n * k) % 5) % 21) for k in range(students)}
        ours: dict[str, Decimal | str | None] = dict(raw)
        activities.append(
            LmsActivity(
                f"a{n}", f"{kind} {n // 4 + 1}: topic {n * 37 % 101}", kind, Decimal(20), None, due, ours
            )
        )
        shifted = n + items // 10
        assignments.append(
            SisAssignment(
                f"x{n}", n, f"{kinds[shifted % 4]} {shifted // 4 + 1}", kinds[shifted % 4][0], Decimal(20), Decimal(20),
                None, start + timedelta(days=shifted + 1),
                {f"s{k}": str((shifted * 7 + k * 13 + (shifted * k) % 5) % 21) for k in range(students)},
            )
        )  # fmt: skip
    return (
        [LmsCategory(kind, kind) for kind in kinds],
        activities,
        [SisCategory(kind[0], kind) for kind in kinds],
        assignments,
    )


def print_speed() -> None:
    print("\nspeed (median of 7, after one warm-up)")
    for items, students in ((60, 35), (200, 35)):
        gradebooks = large_class(items, students)
        propose(*gradebooks)
        wall, processor = [], []
        for _ in range(7):
            began, spent = time.perf_counter(), time.process_time()
            propose(*gradebooks)
            wall.append(time.perf_counter() - began)
            processor.append(time.process_time() - spent)
        print(
            f"  {items} × {items} activities, {students} students: {statistics.median(wall) * 1000:.0f} ms"
            f" ({statistics.median(processor) * 1000:.0f} ms of one processor)"
        )


def main() -> None:
    classes = load_classes()
    print(f"Python {platform.python_version()}, {platform.machine()}, {datetime.now(UTC).date().isoformat()}")
    heading("")
    began = time.perf_counter()
    scores = print_parts(classes, proposer, "proposer")
    seconds = time.perf_counter() - began
    simple = print_parts(classes, baseline, "exact, then fuzzy name")
    print_traps(scores, simple)
    print_worst(scores)
    print_speed()
    print(f"  all {len(classes)} classes: {seconds:.2f} s")


if __name__ == "__main__":
    main()
