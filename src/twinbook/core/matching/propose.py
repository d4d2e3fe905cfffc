"""The proposer: which activity is which assignment, which category is which code."""

from collections import Counter
from collections.abc import Sequence

from twinbook.core.matching.categories import propose_categories
from twinbook.core.matching.items import LmsActivity, LmsCategory, SisAssignment, SisCategory
from twinbook.core.matching.proposals import ActivityProposal, Confidence, Proposals
from twinbook.core.matching.verdicts import judge


def propose(
    lms_categories: Sequence[LmsCategory],
    lms_activities: Sequence[LmsActivity],
    sis_categories: Sequence[SisCategory],
    sis_assignments: Sequence[SisAssignment],
) -> Proposals:
    """Proposals for all items of one class; the order of the inputs does not matter.

    Ids are taken to be unique on each side. Answers are ordered by LMS id.
    """
    activities = sorted(lms_activities, key=lambda a: a.id)
    assignments = sorted(sis_assignments, key=lambda s: s.id)
    pinned = _by_external_id(activities, assignments)
    by_evidence, doubts = judge(
        [a for a in activities if a.id not in pinned],
        [s for s in assignments if s.id not in pinned.values()],
    )
    proposals = by_evidence + [
        ActivityProposal(lms, sis, Confidence.SURE, "carries the id under which it was created in Aeries")
        for lms, sis in pinned.items()
    ]
    proposals.sort(key=lambda p: p.lms_id)

    ours = {a.id: a for a in activities}
    theirs = {s.id: s for s in assignments}
    categories = propose_categories(
        sorted(lms_categories, key=lambda c: c.id),
        sorted(sis_categories, key=lambda c: c.code),
        [(ours[p.lms_id], theirs[p.sis_id]) for p in proposals],
    )
    return Proposals(categories, tuple(proposals), tuple(doubts))


def _by_external_id(activities: list[LmsActivity], assignments: list[SisAssignment]) -> dict[str, str]:
    """LMS id to SIS id where our external id decides; an id that occurs twice on a side decides nothing."""
    ours = Counter(a.external_id for a in activities if a.external_id)
    theirs = Counter(s.external_id for s in assignments if s.external_id)
    place = {s.external_id: s.id for s in assignments if s.external_id and theirs[s.external_id] == 1}
    return {
        a.id: place[a.external_id]
        for a in activities
        if a.external_id and ours[a.external_id] == 1 and a.external_id in place
    }
