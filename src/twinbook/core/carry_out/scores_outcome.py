"""What a look at the scores of one pair leaves to whoever looks at the whole class: what it found, and what waits there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from twinbook.core.brake import Compared
from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.report import Line
from twinbook.core.cells import OurCell, Policy
from twinbook.core.remote import TheirCell
from twinbook.core.values import Blank, ForeignMark, Form, Mark, Number, OurValue


@dataclass(frozen=True, slots=True)
class Decided:
    """Cells that a person decided in a summary: student → (our version, their form) as the summary showed them."""

    overwrite: Policy
    cells: Mapping[int, tuple[int, Form]]


@dataclass(frozen=True, slots=True)
class Pending:
    """A take-over that waits for the brake's verdict, with its line and count in the report."""

    step: ch.TakeOverCell
    line: Line
    count: str

    @property
    def loses(self) -> bool:
        """A value here would be replaced or blanked; filling a blank loses nothing (G1)."""
        return self.line.before is not None


@dataclass(frozen=True, slots=True)
class BlankedThere:
    """A value here, a blank there, both as agreed but for that: judged once the student list was read after the scores."""

    pending: Pending
    sis_student_id: int
    agreed_as: str | None


@dataclass(frozen=True, slots=True)
class Older:
    """A value saved before the student's home began, which would go to the new gradebook: only a person takes it along
    (C7). `theirs`: what stands there."""

    activity: int
    student: int
    ours: OurCell
    theirs: Form


@dataclass(slots=True)
class ScoresOutcome:
    """`pending`: take-overs that wait for the brake's verdict over the whole class."""

    trouble: ef.Trouble | None = None
    pending: list[Pending] = field(default_factory=list)
    blanks: list[BlankedThere] = field(default_factory=list)
    """Blanks there over values here: only a run that reads the student list afterwards may take them over (C7)."""
    older: list[Older] = field(default_factory=list)
    compared: list[Compared] = field(default_factory=list)
    rows: Mapping[int, TheirCell] = field(default_factory=dict)
    """As last read, with the answers to what was sent."""
    wrote: bool = False
    again: bool = False
    """Something moved while this look went on: the pair stays dirty."""
    unseen: int = 0
    """Students of the gradebook whose agreed value has no row in the reading: it was not the whole list (A7)."""


def kind_of(value: OurValue) -> str:
    match value:
        case Blank():
            return "clear_score"
        case Number():
            return "set_score"
        case Mark() | ForeignMark():
            return "set_mark"
        case _:
            assert_never(value)
