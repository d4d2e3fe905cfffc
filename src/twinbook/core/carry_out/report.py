"""What a look did, or in a dry run would do: the lines and counts of a summary (public surface §3.3)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

Side = Literal["lms", "aeries"]


@dataclass(frozen=True, slots=True)
class Line:
    """`student` and `activity` are our ids; texts are filled in where the line is shown."""

    side: Side
    kind: str
    activity: int | None
    student: int | None
    before: str | None
    after: str | None
    title: str = ""


@dataclass(slots=True)
class Report:
    lines: list[Line] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    """Keys: `lms.scores_set` and the like, `conflicts`, `held`, `skipped`, `field_differences`."""
    troubles: list[str] = field(default_factory=list)

    def add(self, line: Line, count: str) -> None:
        self.lines.append(line)
        self.counts[f"{line.side}.{count}"] += 1

    def count(self, key: str, by: int = 1) -> None:
        self.counts[key] += by
