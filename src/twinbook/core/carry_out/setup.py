"""The confirmed set-up of a class, pair by pair (G5).

The structure (link, pairs, their field bases) is stored before; here both sides are brought to what the summary showed.
A preview was confirmed, so the brake does not judge; a cell whose before-value is no longer true is left to the rules.
Interrupted anywhere and begun again: what was done is found done.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

from twinbook.core.brake import BrakeVerdict
from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.outcome import Look, LookOutcome
from twinbook.core.carry_out.pair_work import PairWork
from twinbook.core.carry_out.ready import ready
from twinbook.core.carry_out.scores_outcome import Decided
from twinbook.core.carry_out.taking_over import take_over
from twinbook.core.carry_out.views import LinkView, PairHead, PairState, PairView
from twinbook.core.cells import Policy

NOTHING_STOPS = BrakeVerdict(())


def set_up(
    decided: Mapping[int, Decided], lane: ef.Lane = ef.Lane.BULK, *, only: frozenset[int] | None = None
) -> Look:
    """`decided`: pair → what the summary decided for its cells. `only`: these pairs, else all of the link.

    The outcome's `trouble` is what stopped it: go on later.
    """
    out = LookOutcome()
    link: LinkView = yield ef.LoadLink()
    trouble = yield from ready(link, lane)
    if trouble is not None:
        out.trouble = trouble
        return out
    link = yield ef.LoadLink()
    heads = [
        head
        for head in link.pairs
        if head.state in (PairState.LINKED, PairState.CREATING) and (only is None or head.id in only)
    ]
    for done, head in enumerate(heads):
        yield ef.Progress(done, len(heads), head.title)
        stopped = yield from _pair(head, decided.get(head.id), lane, out)
        if stopped:
            return out
    yield ef.Progress(len(heads), len(heads), "")
    return out


def _pair(
    head: PairHead, decided: Decided | None, lane: ef.Lane, out: LookOutcome
) -> Generator[ef.Effect, Any, bool]:
    """True: nothing else can be served either. One odd answer only skips its own pair."""
    pair: PairView | None = yield ef.LoadPair(head.id)
    if pair is None:
        return False
    link: LinkView = yield ef.LoadLink()
    # What the summary left as a conflict stays a question, whatever the class's policy says of later ones.
    link = replace(link, policy=Policy.ASK)
    assignment = None
    if head.unique_id is not None and _fields_to_settle(pair):
        read = yield ef.ReadAssignment(head.unique_id, lane)
        if isinstance(read, ef.Trouble):
            return _note(read, out)
        assignment = read
    work = PairWork(link, pair, lane, out.report, decided)
    scores = yield from work.run(assignment)
    out.pushed |= work.wrote
    if scores is not None and scores.pending:
        yield from take_over(link, pair, scores.pending, NOTHING_STOPS, out)
    return work.trouble is not None and _note(work.trouble, out)


def _fields_to_settle(pair: PairView) -> bool:
    """Whether the summary carries a field of this pair over: such a half was stored as never agreed."""
    return any(ch.NEVER_AGREED in both for both in pair.fields.values())


def _note(trouble: ef.Trouble, out: LookOutcome) -> bool:
    if trouble.stops_the_class:
        out.trouble = trouble
        return True
    out.report.troubles.append(trouble.message)
    out.report.count("skipped")
    return False
