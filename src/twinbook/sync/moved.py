"""What the question about a student who moved holds: the values older than the new home, as they were offered (C7)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from twinbook.core.values import Form
from twinbook.sync import codec

PREFIX = "cell:"


@dataclass(frozen=True, slots=True)
class Offered:
    """`theirs`: what stands in the new gradebook."""

    activity: int
    version: int
    ours: str
    theirs: Form
    title: str


def offered(details: Mapping[str, str]) -> list[Offered]:
    found = []
    for name, text in details.items():
        if name.startswith(PREFIX):
            version, ours, kind, theirs, title = json.loads(text)
            activity = int(name.removeprefix(PREFIX))
            found.append(Offered(activity, version, ours, codec.form_from(kind, theirs), title))
    return sorted(found, key=lambda cell: (cell.title, cell.activity))


def versions(details: Mapping[str, str]) -> dict[int, int]:
    """Activity → the version of the value that was offered."""
    return {cell.activity: cell.version for cell in offered(details)}


def shown(details: Mapping[str, str]) -> tuple[str, str]:
    """The plan as a person reads it: what would go along, and what it would meet there."""
    cells = offered(details)
    ours = "; ".join(f"{cell.title}: {cell.ours}" for cell in cells)
    return ours, "; ".join(f"{cell.title}: {str(cell.theirs) or 'blank'}" for cell in cells)
