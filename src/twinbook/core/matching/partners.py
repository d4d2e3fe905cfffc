"""Before an item is created: does its work exist on the other side already?"""

from collections.abc import Sequence

from twinbook.core.matching.evidence import classroom, clear_pair, numbered, weigh
from twinbook.core.matching.habits import learn
from twinbook.core.matching.items import LmsActivity, SisAssignment
from twinbook.core.matching.proposals import Confidence, Partner
from twinbook.core.matching.reasons import reason_for
from twinbook.core.matching.verdicts import SURE

# A click on "not the same" costs less than a duplicate: already even odds hold a create.
_LIKELY = 0.0


def likely_partners(
    item: LmsActivity | SisAssignment,
    others: Sequence[LmsActivity] | Sequence[SisAssignment],
    pairs: Sequence[tuple[LmsActivity, SisAssignment]] = (),
) -> tuple[Partner, ...]:
    """The unpaired items of the other side that may be the same work as `item`, likeliest first.

    To be asked before every create: anything in the answer holds it as a possible duplicate. `pairs` are
    the class's pairs; they teach its habits (date shifts, numbering, names) and are never answered.
    Raises TypeError when `others` are of the item's own side.
    """
    if any(isinstance(other, LmsActivity) == isinstance(item, LmsActivity) for other in others):
        raise TypeError("an item is compared with items of the other side")
    if not others:
        return ()
    ours = [x for x in (item, *others) if isinstance(x, LmsActivity)]
    theirs = [x for x in (item, *others) if isinstance(x, SisAssignment)]
    room = classroom([*ours, *(a for a, _ in pairs)], [*theirs, *(s for _, s in pairs)])
    known = [clear_pair(room, len(ours) + n, len(theirs) + n) for n in range(len(pairs))]
    evidence = weigh(room, learn(known, *numbered(room)))
    total = evidence.total()
    found = []
    for row, activity in enumerate(ours):
        for column, assignment in enumerate(theirs):
            weight = float(total[row, column])
            if weight <= _LIKELY:
                continue
            confidence = Confidence.SURE if weight >= SURE else Confidence.PROBABLE
            reason = reason_for(evidence, row, column, activity, assignment)
            other = assignment.id if isinstance(item, LmsActivity) else activity.id
            found.append((-weight, Partner(other, confidence, reason)))
    found.sort(key=lambda pair: (pair[0], pair[1].id))
    return tuple(partner for _, partner in found)
