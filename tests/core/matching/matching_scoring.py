"""Scoring proposals against the true pairs of `tests/matching_data/classes.jsonl` (format: its README)."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CLASSES = Path(__file__).parents[2] / "matching_data" / "classes.jsonl"


@dataclass(frozen=True)
class ClassScore:
    """Counts of one class. `wrong` and `missed` hold pairs of names, for people."""

    class_id: str
    style: str
    true_pairs: int = 0
    sure: int = 0
    sure_right: int = 0
    probable: int = 0
    probable_right: int = 0
    used_twice: int = 0
    true_categories: int = 0
    categories: int = 0
    categories_right: int = 0
    wrong: tuple[tuple[str, str, str], ...] = ()
    missed: tuple[tuple[str, str], ...] = ()

    @property
    def badness(self) -> int:
        wrong_sure = self.sure - self.sure_right
        return 3 * wrong_sure + (self.probable - self.probable_right) + len(self.missed)


@dataclass(frozen=True)
class Figures:
    """Pooled over classes; a ratio without denominator is None."""

    precision_sure: float | None
    recall_sure: float | None
    precision_all: float | None
    recall_all: float | None
    category_precision: float | None
    category_recall: float | None
    wrong_sure: int
    used_twice: int
    classes: int
    true_pairs: int


def load_classes() -> list[dict[str, Any]]:
    with CLASSES.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def held_out(class_id: str) -> bool:
    """A third of the classes, by a fixed split; weights and words are chosen on the others only."""
    return hashlib.sha256(class_id.encode()).digest()[0] % 3 == 0


def score_class(data: dict[str, Any], answer: dict[str, Any]) -> ClassScore:
    truth = {(lms, sis) for lms, sis in data["truth"]}
    titles = {a["id"]: a["title"] for a in data["lms"]}
    names = {s["id"]: s["name"] for s in data["sis"]}
    proposed = {(p["lms"], p["sis"]): p["confidence"] for p in answer["proposals"]}
    sure = {pair for pair, confidence in proposed.items() if confidence == "sure"}
    probable = set(proposed) - sure
    category_truth = {(lms, code) for lms, code in data["category_truth"]}
    judged = {
        (lms, code)
        for lms, code in map(tuple, answer["categories"])
        if lms in {c[0] for c in category_truth} or code in {c[1] for c in category_truth}
    }
    return ClassScore(
        class_id=data["class_id"],
        style=data["style"],
        true_pairs=len(truth),
        sure=len(sure),
        sure_right=len(sure & truth),
        probable=len(probable),
        probable_right=len(probable & truth),
        used_twice=2 * len(proposed) - len({p[0] for p in proposed}) - len({p[1] for p in proposed}),
        true_categories=len(category_truth),
        categories=len(judged),
        categories_right=len(judged & category_truth),
        wrong=tuple((titles[a], names[b], proposed[a, b]) for a, b in sorted(set(proposed) - truth)),
        missed=tuple((titles[a], names[b]) for a, b in sorted(truth - set(proposed))),
    )


def pooled(scores: Iterable[ClassScore]) -> Figures:
    rows: Sequence[ClassScore] = tuple(scores)

    def total(field: str) -> int:
        return sum(getattr(row, field) for row in rows)

    right = total("sure_right") + total("probable_right")
    return Figures(
        precision_sure=_ratio(total("sure_right"), total("sure")),
        recall_sure=_ratio(total("sure_right"), total("true_pairs")),
        precision_all=_ratio(right, total("sure") + total("probable")),
        recall_all=_ratio(right, total("true_pairs")),
        category_precision=_ratio(total("categories_right"), total("categories")),
        category_recall=_ratio(total("categories_right"), total("true_categories")),
        wrong_sure=total("sure") - total("sure_right"),
        used_twice=total("used_twice"),
        classes=len(rows),
        true_pairs=total("true_pairs"),
    )


def traps(style: str) -> tuple[str, ...]:
    """What makes a class hard, from its description: "dates shift1", "traps: holes" and the like."""
    if not style.startswith(("easy;", "medium;", "hard;")):
        return (style,) if style.startswith("empty") else ("written by hand",)
    level, settings, *rest = (part.strip() for part in style.split(";"))
    found = [level, *(setting.strip() for setting in settings.split(","))]
    for part in rest:
        found += [f"trap {trap.strip()}" for trap in part.removeprefix("traps:").split(",")]
    return tuple(found)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
