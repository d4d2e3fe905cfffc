"""From the weights of a class to proposals and doubts."""

import numpy as np

from twinbook.core.matching.assignment import Won, best_pairs
from twinbook.core.matching.evidence import Classroom, Evidence, classroom, clear_pair, numbered, weigh
from twinbook.core.matching.habits import Clear, Habits, learn
from twinbook.core.matching.items import LmsActivity, SisAssignment
from twinbook.core.matching.proposals import ActivityProposal, Confidence, Doubt
from twinbook.core.matching.reasons import reason_for
from twinbook.core.sentence import sentence

# Log-odds that a sure pair needs, and its distance to the next best candidate of either item.
SURE = 3.0
_SURE_MARGIN = 3.0
_PROBABLE_MARGIN = 0.1
# From this weight on scores prove a pair against its name and date.
_SCORES_PROVE = 4.0
_NOTHING_AGAINST = -1.6
# Down to this weight scores part what looks like a pair.
_SCORES_PART = -3.0
# Pairs that habits are learned from, and how often that is done again.
_CLEAR = 2.0
_ROUNDS = 3


def judge(
    activities: list[LmsActivity], assignments: list[SisAssignment]
) -> tuple[list[ActivityProposal], list[Doubt]]:
    """No item occurs in two proposals, nor in a proposal and a doubt."""
    if not activities or not assignments:
        return [], []
    evidence = _weigh_by_habits(classroom(activities, assignments))
    pairs = best_pairs(evidence.total())
    apart = _parted_by_scores(evidence, pairs)

    def reason(won: Won) -> str:
        activity, assignment = activities[won.row], assignments[won.column]
        text = reason_for(evidence, won.row, won.column, activity, assignment)
        if won.rival is None or won.margin >= _SURE_MARGIN:
            return text
        row, column = won.rival
        other = assignments[column].name if row == won.row else activities[row].title
        if won.margin >= _PROBABLE_MARGIN:
            return sentence("%(reason)s; “%(other)s” fits nearly as well", reason=text, other=other.strip())
        return sentence("%(reason)s; “%(other)s” fits as well", reason=text, other=other.strip())

    proposals = [
        ActivityProposal(
            activities[won.row].id, assignments[won.column].id, _confidence(evidence, won), reason(won)
        )
        for won in pairs
        if won.margin >= _PROBABLE_MARGIN
    ]
    ties = [won for won in pairs if abs(won.margin) < _PROBABLE_MARGIN and won.weight >= SURE]
    doubts = [Doubt(activities[w.row].id, assignments[w.column].id, reason(w)) for w in (*ties, *apart)]
    return proposals, doubts


def _weigh_by_habits(room: Classroom) -> Evidence:
    """First without dates, since their shift is not known yet; then by what the clear pairs taught."""
    evidence = weigh(room, Habits(), with_dates=False)
    ours, theirs = numbered(room)
    known: list[Clear] | None = None
    for _ in range(_ROUNDS):
        clear = [
            clear_pair(room, won.row, won.column)
            for won in best_pairs(evidence.total())
            if won.weight >= _CLEAR and won.margin >= _CLEAR
        ]
        if clear == known:
            break
        evidence = weigh(room, learn(clear, ours, theirs))
        known = clear
    return evidence


def _confidence(evidence: Evidence, won: Won) -> Confidence:
    """Sure only when clear, with no close second, and nothing of weight against it unless scores outweigh it."""
    cell = won.row, won.column
    if won.weight < SURE or won.margin < _SURE_MARGIN:
        return Confidence.PROBABLE
    if float(evidence.scores.weight[cell]) >= _SCORES_PROVE:
        return Confidence.SURE
    if evidence.recurring[cell] or evidence.titles.renumbered[cell] or evidence.odd_words[cell]:
        return Confidence.PROBABLE
    return Confidence.PROBABLE if evidence.against(*cell) < _NOTHING_AGAINST else Confidence.SURE


def _parted_by_scores(evidence: Evidence, paired: tuple[Won, ...]) -> tuple[Won, ...]:
    """Of the items left over, pairs that only their scores part."""
    scores = evidence.scores.weight
    looks = np.where(scores <= _SCORES_PART, evidence.total() - scores, 0.0)
    looks[[won.row for won in paired], :] = 0.0
    looks[:, [won.column for won in paired]] = 0.0
    alike = best_pairs(np.asarray(looks))
    # what else it looks like does not matter here
    return tuple(Won(w.row, w.column, w.weight, w.weight, None) for w in alike if w.weight >= SURE)
