"""Everything that speaks for and against a pair, in log-odds, for all pairs of a class at once.

All arrays are activities × assignments. The weights are natural logarithms of likelihood ratios: how
much more often the observation is made of one piece of work than of two different ones.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from rapidfuzz.distance import OSA

from twinbook.core.matching.columns import Floats, ScoreEvidence, score_evidence
from twinbook.core.matching.items import LmsActivity, SisAssignment
from twinbook.core.matching.names import Title, dated, read_title

# Without any evidence, an item's partner is one of the other side's.
_PRIOR = -4.0

# Days between the due dates (after the class's own shift) and what they are worth.
_DAYS = ((0, 2.6), (1, 1.3), (3, 0.0), (7, -1.2), (14, -2.2), (10**6, -3.2))

_SAME_NUMBERS, _PART_OF_NUMBERS, _ONE_SIDE_NUMBERED, _OTHER_NUMBERS = 2.0, 0.8, -0.5, -5.0
_OTHER_WORK = -6.0
_SAME_POINTS, _OTHER_POINTS = 0.9, -1.2


@dataclass(frozen=True, slots=True)
class Evidence:
    names: Floats
    numbers: Floats
    other_work: Floats
    dates: Floats
    points: Floats
    scores: ScoreEvidence
    days: Floats

    def total(self) -> Floats:
        return np.asarray(
            _PRIOR
            + self.names
            + self.numbers
            + self.other_work
            + self.dates
            + self.points
            + self.scores.weight,
            dtype=np.float64,
        )


def gather(activities: Sequence[LmsActivity], assignments: Sequence[SisAssignment]) -> Evidence:
    ours = [read_title(a.title) for a in activities]
    theirs = [read_title(s.name) for s in assignments]
    days = _days_between([a.due_on for a in activities], [s.due_on for s in assignments])
    return Evidence(
        names=name_evidence(ours, theirs),
        numbers=_number_evidence(ours, theirs, activities, assignments),
        other_work=_other_work_evidence(ours, theirs),
        dates=_date_evidence(days),
        points=_point_evidence(activities, assignments),
        scores=score_evidence(activities, assignments),
        days=days,
    )


def _days_between(ours: list[date | None], theirs: list[date | None]) -> Floats:
    def numbers(days: list[date | None]) -> Floats:
        return np.array([np.nan if day is None else float(day.toordinal()) for day in days])

    return np.asarray(numbers(theirs)[None, :] - numbers(ours)[:, None], dtype=np.float64)


def _date_evidence(days: Floats) -> Floats:
    """Dates count relative to the shift that most items share (a time zone, a week)."""
    known = days[~np.isnan(days)]
    if not len(known):
        return np.zeros(days.shape)
    shifts = Counter(int(d) for d in known if abs(d) <= 1)
    shift = max(shifts, key=lambda d: (shifts[d], -abs(d), d)) if shifts else 0
    off = np.abs(days - shift)
    weights = np.zeros(days.shape)
    for limit, weight in reversed(_DAYS):
        weights = np.where(off <= limit, weight, weights)
    return np.where(np.isnan(days), 0.0, weights)


def _point_evidence(activities: Sequence[LmsActivity], assignments: Sequence[SisAssignment]) -> Floats:
    points = np.array([float(a.points) for a in activities])[:, None]
    possible = np.array([float(s.points_possible) for s in assignments])[None, :]
    correct = np.array([float(s.number_correct_possible) for s in assignments])[None, :]
    return np.where((points == possible) | (points == correct), _SAME_POINTS, _OTHER_POINTS)


def _other_work_evidence(ours: list[Title], theirs: list[Title]) -> Floats:
    return np.array(
        [[0.0 if a.other_work == b.other_work else _OTHER_WORK for b in theirs] for a in ours]
    ).reshape(len(ours), len(theirs))


def _number_evidence(
    ours: list[Title],
    theirs: list[Title],
    activities: Sequence[LmsActivity],
    assignments: Sequence[SisAssignment],
) -> Floats:
    left = [_index(title, a.due_on) for title, a in zip(ours, activities, strict=True)]
    right = [_index(title, s.due_on) for title, s in zip(theirs, assignments, strict=True)]
    return np.array([[_compare_numbers(a, b) for b in right] for a in left]).reshape(len(left), len(right))


def _index(title: Title, due: date | None) -> tuple[int, ...]:
    """The numbers in one row, without a date that only repeats the due date."""
    day = dated(title.numbers, due)
    numbers = [n for n in title.numbers if day is None or n != (day.month, day.day)]
    return tuple(part for number in numbers for part in number)


@lru_cache(maxsize=65536)
def _compare_numbers(ours: tuple[int, ...], theirs: tuple[int, ...]) -> float:
    if not ours and not theirs:
        return 0.0
    if not ours or not theirs:
        return _ONE_SIDE_NUMBERED
    if ours == theirs:
        return _SAME_NUMBERS
    short, long = sorted((ours, theirs), key=len)
    if any(long[i : i + len(short)] == short for i in range(len(long) - len(short) + 1)):
        return _PART_OF_NUMBERS
    return _OTHER_NUMBERS


def name_evidence(ours: list[Title], theirs: list[Title]) -> Floats:
    """Shared words count by their rarity in the class; words left over on both sides count against."""
    vocabulary_a = sorted({w for t in ours for w in t.words})
    vocabulary_b = sorted({w for t in theirs for w in t.words})
    if not vocabulary_a or not vocabulary_b:
        return np.zeros((len(ours), len(theirs)))
    likeness = np.array([[word_likeness(a, b) for b in vocabulary_b] for a in vocabulary_a])
    in_a = np.array([[w in t.words for w in vocabulary_a] for t in ours], dtype=float)
    in_b = np.array([[w in t.words for w in vocabulary_b] for t in theirs], dtype=float)
    # a word's frequency counts its look-alikes on the other side
    near_a = in_b @ (likeness >= 0.75).T
    near_b = in_a @ (likeness >= 0.75)
    rarity_a = np.log((len(ours) + 2) / (np.maximum(in_a.sum(axis=0), (near_a > 0).sum(axis=0)) + 0.5))
    rarity_b = np.log((len(theirs) + 2) / (np.maximum(in_b.sum(axis=0), (near_b > 0).sum(axis=0)) + 0.5))
    best_a = np.array(
        [np.where(row > 0, likeness, 0.0).max(axis=1) for row in in_b]
    ).T  # words of A × titles B
    best_b = np.array([np.where(row[:, None] > 0, likeness, 0.0).max(axis=0) for row in in_a]).T
    matched_a = (in_a * rarity_a) @ best_a
    matched_b = ((in_b * rarity_b) @ best_b).T
    left_a = (in_a @ rarity_a)[:, None] - matched_a
    left_b = (in_b @ rarity_b)[None, :] - matched_b
    matched = (matched_a + matched_b) / 2
    return np.asarray(
        np.clip(
            1.2 * matched - 0.7 * np.minimum(left_a, left_b) - 0.1 * np.maximum(left_a, left_b), -4.0, 6.0
        )
    )


@lru_cache(maxsize=262144)
def word_likeness(a: str, b: str) -> float:
    """1 for the same word, less for a beginning, an abbreviation or a slip of the pen, else 0."""
    if a == b:
        return 1.0
    short, long = sorted((a, b), key=len)
    if len(short) >= 3 and long.startswith(short):
        return 0.9
    if len(short) < 4:
        return 0.0
    slips = OSA.distance(a, b, score_cutoff=2)
    if slips == 1:
        return 0.9
    return 0.8 if slips == 2 and len(short) >= 7 else 0.0
