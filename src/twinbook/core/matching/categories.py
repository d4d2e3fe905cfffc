"""Which category of the LMS is which code of Aeries: names, weights, and where the paired work lies."""

from collections.abc import Sequence

import numpy as np

from twinbook.core.matching.assignment import best_pairs
from twinbook.core.matching.columns import Floats
from twinbook.core.matching.items import LmsActivity, LmsCategory, SisAssignment, SisCategory
from twinbook.core.matching.names import read_title
from twinbook.core.matching.proposals import CategoryProposal, Confidence
from twinbook.core.matching.titles import word_evidence
from twinbook.core.sentence import counted, joined, sentence

_PRIOR = -0.5
# Teachers call one thing by many names: another name says little.
_OTHER_NAME, _SAME_NAME = -0.8, 3.0
_SAME_WEIGHT, _OTHER_WEIGHT = 1.0, -0.5
# Each pair of activities between two categories, up to a limit, against pairs that go elsewhere.
_PAIR, _PAIR_ELSEWHERE, _MOST = 0.9, 1.3, 6.0
_SURE, _SURE_MARGIN = 2.5, 1.5


def propose_categories(
    ours: Sequence[LmsCategory],
    theirs: Sequence[SisCategory],
    pairs: Sequence[tuple[LmsActivity, SisAssignment]],
) -> tuple[CategoryProposal, ...]:
    """`pairs` are the proposed activities; they outvote names."""
    if not ours or not theirs:
        return ()
    counts = np.array(
        [
            [sum(a.category_id == c.id and s.category_code == k.code for a, s in pairs) for k in theirs]
            for c in ours
        ],
        dtype=float,
    )
    names = word_evidence([read_title(c.name) for c in ours], [read_title(k.name) for k in theirs], {})
    names = np.clip(names, _OTHER_NAME, _SAME_NAME)
    weights = np.array([[_weight(c, k) for k in theirs] for c in ours])
    total = _PRIOR + names + weights + _votes(counts)
    return tuple(
        CategoryProposal(
            ours[won.row].id,
            theirs[won.column].code,
            Confidence.SURE if won.weight >= _SURE and won.margin >= _SURE_MARGIN else Confidence.PROBABLE,
            _reason(
                float(names[won.row, won.column]),
                float(weights[won.row, won.column]) > 0,
                int(counts[won.row, won.column]),
            ),
        )
        for won in best_pairs(np.asarray(total))
    )


def _votes(counts: Floats) -> Floats:
    elsewhere = counts.sum(axis=1, keepdims=True) + counts.sum(axis=0, keepdims=True) - 2 * counts
    return np.asarray(np.clip(_PAIR * counts - _PAIR_ELSEWHERE * elsewhere, -_MOST, _MOST))


def _weight(ours: LmsCategory, theirs: SisCategory) -> float:
    if ours.weight is None or theirs.percent is None:
        return 0.0
    return _SAME_WEIGHT if ours.weight == theirs.percent else _OTHER_WEIGHT


def _reason(names: float, same_weight: bool, pairs: int) -> str:
    parts: list[str] = []
    if names > 0.5:
        parts.append(sentence("same or similar name"))
    if same_weight:
        parts.append(sentence("same weight"))
    if pairs:
        parts.append(
            counted("1 matched activity lies in both", "%(count)s matched activities lie in both", pairs)
        )
    return joined(parts, ", ") if parts else sentence("the only ones left that fit")
