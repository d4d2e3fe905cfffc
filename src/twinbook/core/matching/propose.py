"""The proposer: which activity is which assignment, which category is which code."""

from collections import Counter
from collections.abc import Sequence

from twinbook.core.matching.assignment import Won, best_pairs
from twinbook.core.matching.categories import propose_categories
from twinbook.core.matching.evidence import Classroom, Evidence, classroom, clear_pair, numbered, weigh
from twinbook.core.matching.habits import Habits, learn
from twinbook.core.matching.items import LmsActivity, LmsCategory, SisAssignment, SisCategory
from twinbook.core.matching.proposals import ActivityProposal, Confidence, Partner, Proposals
from twinbook.core.matching.reasons import reason_for

# Log-odds that a pair needs, and its distance to the next best candidate of either item.
_SURE, _SURE_MARGIN = 3.0, 3.0
_PROBABLE_MARGIN = 0.3
# From this weight on scores prove a pair against its name and date.
_SCORES_PROVE = 4.0
_NOTHING_AGAINST = -1.6
_LIKELY = 0.0
# Pairs that habits are learned from, and how often that is done again.
_CLEAR = 2.0
_ROUNDS = 3


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
    proposals = [
        ActivityProposal(lms, sis, Confidence.SURE, "carries the id under which it was created in Aeries")
        for lms, sis in pinned.items()
    ]
    taken = set(pinned.values())
    open_activities = [a for a in activities if a.id not in pinned]
    open_assignments = [s for s in assignments if s.id not in taken]
    proposals += _by_evidence(open_activities, open_assignments)
    proposals.sort(key=lambda p: p.lms_id)

    ours = {a.id: a for a in activities}
    theirs = {s.id: s for s in assignments}
    categories = propose_categories(
        sorted(lms_categories, key=lambda c: c.id),
        sorted(sis_categories, key=lambda c: c.code),
        [(ours[p.lms_id], theirs[p.sis_id]) for p in proposals],
    )
    return Proposals(categories, tuple(proposals))


def likely_partners(
    item: LmsActivity | SisAssignment, others: Sequence[LmsActivity] | Sequence[SisAssignment]
) -> tuple[Partner, ...]:
    """The unpaired items of the other side that may be the same work as `item`, likeliest first.

    To be asked before every create: anything in the answer holds it as a possible duplicate.
    """
    found = []
    for other in others:
        if isinstance(item, LmsActivity) and isinstance(other, SisAssignment):
            activity, assignment = item, other
        elif isinstance(item, SisAssignment) and isinstance(other, LmsActivity):
            activity, assignment = other, item
        else:
            raise TypeError("an item is compared with items of the other side")
        evidence = weigh(classroom([activity], [assignment]), Habits())
        weight = float(evidence.total()[0, 0])
        if weight > _LIKELY:
            confidence = Confidence.SURE if weight >= _SURE else Confidence.PROBABLE
            reason = reason_for(evidence, 0, 0, activity, assignment)
            found.append((weight, Partner(other.id, confidence, reason)))
    found.sort(key=lambda pair: (-pair[0], pair[1].id))
    return tuple(partner for _, partner in found)


def _by_evidence(activities: list[LmsActivity], assignments: list[SisAssignment]) -> list[ActivityProposal]:
    if not activities or not assignments:
        return []
    room = classroom(activities, assignments)
    evidence = _weigh_by_habits(room)
    return [
        ActivityProposal(
            activities[won.row].id,
            assignments[won.column].id,
            _confidence(evidence, won),
            reason_for(evidence, won.row, won.column, activities[won.row], assignments[won.column]),
        )
        for won in best_pairs(evidence.total())
        if won.margin >= _PROBABLE_MARGIN
    ]


def _confidence(evidence: Evidence, won: Won) -> Confidence:
    """Sure only when clear, with no close second, and nothing of weight against it unless scores outweigh it."""
    if won.weight < _SURE or won.margin < _SURE_MARGIN:
        return Confidence.PROBABLE
    if float(evidence.scores.weight[won.row, won.column]) >= _SCORES_PROVE:
        return Confidence.SURE
    cell = won.row, won.column
    if evidence.recurring[cell] or evidence.titles.renumbered[cell]:
        return Confidence.PROBABLE
    if evidence.against(*cell) < _NOTHING_AGAINST:
        return Confidence.PROBABLE
    return Confidence.SURE


def _weigh_by_habits(room: Classroom) -> Evidence:
    """First without dates, since their shift is not known yet; then by what the clear pairs taught."""
    evidence = weigh(room, Habits(), with_dates=False)
    ours, theirs = numbered(room)
    for _ in range(_ROUNDS):
        clear = [
            clear_pair(room, won.row, won.column)
            for won in best_pairs(evidence.total())
            if won.weight >= _CLEAR and won.margin >= _CLEAR
        ]
        evidence = weigh(room, learn(clear, ours, theirs))
    return evidence


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
