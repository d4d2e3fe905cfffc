"""A pair that is due, wholly: fields, create, scores, and its take-overs under its own brake."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.create import activity_item, likely_there
from twinbook.core.carry_out.outcome import LookOutcome
from twinbook.core.carry_out.pair_work import PairWork
from twinbook.core.carry_out.taking_over import conclude_pair
from twinbook.core.carry_out.views import LinkView, NewItems, PairHead, PairView
from twinbook.core.sentence import sentence
from twinbook.core.snapshot import OurActivity


def in_order(pairs: tuple[PairHead, ...]) -> list[PairHead]:
    return sorted(pairs, key=lambda head: (not head.dirty, head.id))


def enrol_new(
    link: LinkView, lane: ef.Lane, listing: ef.Listing | None = None
) -> Generator[ef.Effect, Any, LinkView]:
    """Activities that stand in no pair yet, by the class's setting (A4). `ask` enrols nothing: the question stands."""
    if not link.new_activities or not link.writes:
        return link
    changes: list[ch.Change] = []
    for activity in link.new_activities:
        match link.new_in_lms:
            case NewItems.CREATE | NewItems.IGNORE:
                changes.append(ch.Enrol(activity.id, ignored=link.new_in_lms is NewItems.IGNORE))
            case NewItems.ASK:
                if activity.published and (listing is not None or activity.id not in link.asked_about):
                    listed = listing or (yield ef.ListAssignments(lane))
                    changes.append(_ask_about(link, activity, listed))
    yield ef.Commit(tuple(changes))
    fresh: LinkView = yield ef.LoadLink()
    return fresh


def _ask_about(link: LinkView, activity: OurActivity, listed: ef.Listing | ef.Trouble) -> ch.JudgePair:
    """With its likely partner there, where the list could be read."""
    partner = {} if isinstance(listed, ef.Trouble) else likely_there(link, activity_item(activity), listed)
    details = partner or {"reason": sentence("new here; the class asks")}
    return ch.JudgePair(0, activity.id, ch.Held("possible_duplicate", details=details))


def one_pair(
    link: LinkView, pair_id: int, lane: ef.Lane, out: LookOutcome
) -> Generator[ef.Effect, Any, PairView | None]:
    """One dirty pair, wholly: fields, create, scores, and its own take-overs under the activity's brake."""
    pair: PairView | None = yield ef.LoadPair(pair_id)
    if pair is None:
        return None
    link = yield ef.LoadLink()
    work = PairWork(link, pair, lane, out.report)
    scores = yield from work.run(None)
    out.again |= work.again
    out.pushed |= work.wrote
    out.trouble = out.trouble or work.trouble
    if scores is not None:
        yield from conclude_pair(link, pair, scores, out)
    return pair
