"""A pair of which one side is gone (A7): deleted here, or not found there at a second look by another route.

Nothing is deleted on one side because it is missing on the other: a person is asked, and what they must do in the far
gradebook is a task that closes by itself. A pair of which both sides are gone is over.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.report import Report
from twinbook.core.carry_out.views import LinkView, PairHead, PairState

GONE = ("deleted_in_lms", "deleted_in_aeries")


def deleted_here(
    link: LinkView, head: PairHead, lane: ef.Lane, report: Report
) -> Generator[ef.Effect, Any, ef.Trouble | None]:
    """The activity was deleted here; its assignment, as far as is known, still stands there."""
    if head.state is PairState.LINKED and head.missing_since is not None and link.writes:
        return (yield from not_found(link, head, lane, report))
    if head.state is PairState.CREATING:
        if link.writes:
            yield ef.Commit((ch.JudgePair(head.id, head.activity_id, None), ch.EndPair(head.id)))
        return None
    report.count("held")
    if link.writes:
        yield from _asked(head)
    return None


def _asked(head: PairHead) -> Generator[ef.Effect, Any, None]:
    generation = 0 if head.ours is None else head.ours.generation
    yield ef.Commit(
        (
            ch.JudgePair(head.id, head.activity_id, ch.Held("deleted_in_lms")),
            ch.Looked(head.id, generation),
            ch.LookAgain(head.id, None),
        )
    )


def found_again(head: PairHead | None, open_question: str | None) -> tuple[ch.Change, ...]:
    """What a reading of the assignment by its own address says about a pair that was missing or asked about."""
    if head is None or (head.missing_since is None and open_question not in GONE):
        return ()
    return (ch.Missing(head.id, None), ch.JudgePair(head.id, head.activity_id, None))


def not_found(
    link: LinkView, head: PairHead, lane: ef.Lane, report: Report
) -> Generator[ef.Effect, Any, ef.Trouble | None]:
    """A7: missing from one answer, then, a while later, by its own address as well: only then it is a question."""
    now = yield ef.Now()
    if head.missing_since is None:
        yield ef.Commit((ch.Missing(head.id, now), ch.LookAgain(head.id, now + link.second_look)))
        report.count("skipped")
        return None
    if now < head.missing_since + link.second_look:
        yield ef.Commit((ch.LookAgain(head.id, head.missing_since + link.second_look),))
        report.count("skipped")
        return None
    return (yield from _second_look(head, lane, report))


def _second_look(
    head: PairHead, lane: ef.Lane, report: Report
) -> Generator[ef.Effect, Any, ef.Trouble | None]:
    """Found after all: what was saved meanwhile is looked for at once."""
    read = yield ef.ReadAssignment(head.unique_id or "", lane)
    if not isinstance(read, ef.Trouble):
        now = yield ef.Now()
        yield ef.Commit(
            (
                ch.Missing(head.id, None),
                ch.JudgePair(head.id, head.activity_id, None),
                ch.LookAgain(head.id, now),
            )
        )
        return None
    if read.family is not ef.Family.NOT_FOUND:
        return read
    if head.activity_deleted:
        yield ef.Commit((ch.JudgePair(head.id, head.activity_id, None), ch.EndPair(head.id)))
        return None
    report.count("held")
    held = ch.Held("deleted_in_aeries")
    yield ef.Commit((ch.JudgePair(head.id, head.activity_id, held), ch.LookAgain(head.id, None)))
    return None
