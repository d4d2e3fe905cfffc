"""The far side as `core` knows it: a few pure functions, cell by cell (design §2.5).

Nothing in the merge knows Aeries. What a far side can hold, what it cannot be sent, how numbers are rounded there and
how a create is found again are questions for its adapter. A second, deliberately odd adapter in the simulator keeps
this true.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from twinbook.core.values import Form, Maxima, OurValue


@dataclass(frozen=True, slots=True)
class TheirCell:
    """One row of the far side: its form and the row's own maxima (they may differ from the assignment's, design A3)."""

    form: Form
    entry_max: Decimal
    weight_max: Decimal
    date_completed: str | None = None
    """ISO date, sent back where the row had one (C5)."""


@dataclass(frozen=True, slots=True)
class CellTerms:
    """What a conversion needs to know besides the value."""

    maxima: Maxima
    grading_completed: bool
    """The far assignment's flag: a blank agrees with an LMS `missing` only while it is set (C8)."""


@dataclass(frozen=True, slots=True)
class Sendable:
    form: Form
    """The form in which the far side will show the value after the write."""
    text: str
    """What the request says, in the far side's unit of entry."""


@dataclass(frozen=True, slots=True)
class Impossible:
    """The far side cannot be given this value by a request (C2: held, with the text to type there)."""

    code: str
    to_type: str


Encoded = Sendable | Impossible


class FarSide(Protocol):
    """Adapter of one kind of remote. Pure; instances hold the district's mark table and nothing else."""

    def decode(self, cell: TheirCell, ours_max: Decimal) -> OurValue:
        """What the cell says in our words and units, rounded to four decimals. Uses the row's own maxima."""
        ...

    def encode(self, ours: OurValue, terms: CellTerms) -> Encoded: ...

    def agrees(self, ours: OurValue, theirs: TheirCell, terms: CellTerms) -> bool:
        """Whether two first-met or twice-changed values are equal. Never used to tell whether a side has changed."""
        ...

    @property
    def blank(self) -> Form:
        """The form of a row that was just created."""
        ...

    def in_row_units(self, form: Form) -> bool:
        """Whether the value counts in the row's own maximum, so that under another one it says another thing (A3)."""
        ...

    def rescaled(self, agreed: Form, under: Maxima, theirs: TheirCell) -> bool:
        """Whether the row shows the agreed value as the far side itself rescales it when maxima change: no edit (A3)."""
        ...

    def is_unknown_mark(self, form: Form) -> bool:
        """A mark that the district's table does not know: shown, never overwritten (C8)."""
        ...

    def took(self, sent: Form, answered: TheirCell) -> bool:
        """Whether an answer to our own write shows that the write was taken."""
        ...
