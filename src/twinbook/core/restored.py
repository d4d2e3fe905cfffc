"""Whether what would be taken over is an older state of the same class: a restore made on the far side.

Every cell tells when it held the value that stands there now. Where these times meet, the whole is the state of that
time. Pure: the history comes in as plain values.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

Cell = tuple[int, int]

MOST = Fraction(4, 5)
"""Of the values that would be lost: so many must fit one time."""
NEARLY_ALL = Fraction(19, 20)
A_FEW = 5


@dataclass(frozen=True, slots=True)
class Moved:
    """One entry of a cell's history here, oldest first; "" is a blank."""

    at: datetime
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class StateOf:
    """The last change that the older state holds, and the first that it lacks. Its own time lies between."""

    since: datetime | None
    until: datetime


@dataclass(frozen=True, slots=True)
class _Span:
    since: datetime | None
    until: datetime | None
    value: str

    def holds(self, since: datetime | None) -> bool:
        """At the instant right after `since`."""
        if since is None:
            return self.since is None
        return (self.since is None or self.since <= since) and (self.until is None or since < self.until)


def recognise(
    history: Mapping[Cell, Sequence[Moved]], losing: Mapping[Cell, str], kept: Mapping[Cell, str]
) -> StateOf | None:
    """`losing`: what each cell would hold afterwards; `kept`: values that stand alike on both sides.

    Old numbers say it by themselves. Blanks alone do not, since a cleared gradebook is blank as well: then nearly all of
    what did not change must be as old, too.
    """
    spans = {cell: _spans(history.get(cell, ()), value) for cell, value in losing.items()}
    beside = {cell: _spans(history.get(cell, ()), value) for cell, value in kept.items() if value}
    since = _best(spans.values(), beside.values())
    fitting, others = _holding(spans.values(), since), _holding(beside.values(), since)
    ends = [span.until for span in fitting if span.until is not None]
    if not losing or len(fitting) < MOST * len(losing) or not ends:
        return None
    if sum(bool(span.value) for span in fitting) * 5 >= len(losing):
        return StateOf(since, min(ends))
    as_old = len(others) >= A_FEW and len(others) >= NEARLY_ALL * len(beside)
    return StateOf(since, min(ends)) if as_old and len(fitting) >= NEARLY_ALL * len(losing) else None


def _best(losing: Iterable[Sequence[_Span]], beside: Iterable[Sequence[_Span]]) -> datetime | None:
    """The beginning of the time that most cells fit; of equal ones the latest. None: before everything that is known."""
    steps: dict[datetime | None, list[int]] = defaultdict(lambda: [0, 0])
    for kind, cells in enumerate((losing, beside)):
        for span in (span for found in cells for span in found):
            steps[span.since][kind] += 1
            if span.until is not None:
                steps[span.until][kind] -= 1
    fit, best, most = [0, 0], None, (-1, -1)
    for at in sorted(steps, key=lambda at: (at is not None, at)):
        fit = [held + step for held, step in zip(fit, steps[at], strict=True)]
        if (fit[0], fit[1]) >= most:
            best, most = at, (fit[0], fit[1])
    return best


def _spans(moves: Sequence[Moved], value: str) -> list[_Span]:
    """When the cell held this value."""
    found: list[_Span] = []
    if moves and moves[0].before == value:
        found.append(_Span(None, moves[0].at, value))
    for number, move in enumerate(moves):
        if move.after == value:
            until = moves[number + 1].at if number + 1 < len(moves) else None
            found.append(_Span(move.at, until, value))
    return found


def _holding(cells: Iterable[Sequence[_Span]], since: datetime | None) -> list[_Span]:
    held = (next((span for span in found if span.holds(since)), None) for found in cells)
    return [span for span in held if span is not None]
