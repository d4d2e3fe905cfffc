"""A gradebook that is not found any more (A7): a question only after a second look by another route, a while later.

Nothing here is deleted or written because of it, and every read of it goes on being tried.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime
from typing import Any

from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.views import LinkView

SUBJECT = "gradebook"


def gradebook_missing(link: LinkView, lane: ef.Lane) -> Generator[ef.Effect, Any, None]:
    """The gradebook itself was not found. The other route is its list of assignments."""
    if not link.writes:
        return
    now: datetime = yield ef.Now()
    if link.missing_since is None:
        yield ef.Commit((ch.GradebookMissing(now),))
        return
    if now < link.missing_since + link.second_look:
        return
    listing = yield ef.ListAssignments(lane, reuse=False)
    if isinstance(listing, ef.Trouble):
        gone = listing.family is ef.Family.NOT_FOUND
    else:
        gone = not listing.assignments
    if gone:
        yield ef.Commit((ch.JudgeSubjects(SUBJECT, {SUBJECT: ch.Held("gradebook_gone")}),))


def gradebook_found(link: LinkView) -> tuple[ch.Change, ...]:
    if link.missing_since is None:
        return ()
    return (ch.GradebookMissing(None), ch.JudgeSubjects(SUBJECT, {}))
