"""What became of a look."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.mass_change import Planned
from twinbook.core.carry_out.report import Report


@dataclass(slots=True)
class LookOutcome:
    """`trouble`: what stopped the look, if anything did. `again`: something moved meanwhile; look once more."""

    report: Report = field(default_factory=Report)
    trouble: ef.Trouble | None = None
    again: bool = False
    held: bool = False
    """The brake of the class or of the district stopped the taking-over."""
    pushed: bool = False
    planned: Planned | None = None
    """Of a look at everything: what it would take over, as judged. Done by then, but where it was asked only to plan."""


Look = Generator[ef.Effect, Any, LookOutcome]
