"""What a set-up has to know besides the two gradebooks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class SetupContext:
    """`today` is the far side's own date (G2). `backup` says what is saved before the first write, and where."""

    school_code: int
    database_year: str
    today: date
    backup: str
    grace_days: int = 14
    sections_move: tuple[str, ...] = ()
    """Sections of the class that are joined with another gradebook so far, each with that gradebook's name."""
