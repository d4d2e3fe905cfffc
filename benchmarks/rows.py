"""A measured row, the file that keeps it and the table that shows it."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Row:
    """`measured` and `bare`: numbers by name, with the unit in the name. `met`: None where the aim has no number here."""

    what: str
    measured: dict[str, Any]
    bare: dict[str, Any]
    aim: str
    met: bool | None


def middle(seconds: Sequence[float]) -> float:
    return statistics.median(seconds)


def p95(seconds: Sequence[float]) -> float:
    return percentile(seconds, 95)


def percentile(numbers: Sequence[float], percent: int) -> float:
    """The smallest measured number that at least `percent` of them do not exceed."""
    ordered = sorted(numbers)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def keep(rows: Sequence[Row], about: dict[str, Any], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{about['date'].replace(':', '').replace('+0000', 'Z')}.json"
    body = {"machine": about, "rows": [asdict(row) for row in rows]}
    path.write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def show(rows: Sequence[Row], about: dict[str, Any]) -> None:
    table = Table(show_lines=True)
    for heading in ("what", "measured", "bare", "aim", "met"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        met = "" if row.met is None else "yes" if row.met else "no"
        table.add_row(row.what, _lines(row.measured), _lines(row.bare), row.aim, met)
    console = Console(width=130, highlight=False)
    console.print(table)
    console.print(
        f"{about['date']}: {about['cores']} cores, {about['memory_gb']} GB, Python {about['python']}, load"
        f" {about['load_before'][0]} before and {about['load_after'][0]} after",
        markup=False,
    )
    if not about["quiet_at_the_start"]:
        console.print("The machine was busy with other things: do not take these timings for the truth.")


def _lines(numbers: dict[str, Any]) -> str:
    return "\n".join(f"{name.replace('_', ' ')}: {number}" for name, number in numbers.items())
