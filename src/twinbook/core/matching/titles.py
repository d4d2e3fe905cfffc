"""How much two titles speak for one piece of work, in log-odds, for all pairs at once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from rapidfuzz.distance import OSA

from twinbook.core.matching.columns import Bools, Floats
from twinbook.core.matching.habits import Habits, Stem
from twinbook.core.matching.names import Number, Title, dated
from twinbook.core.matching.vocabulary import KIND

_WORDS_MATCHED, _WORDS_LEFT_BOTH, _WORDS_LEFT_ONE = 1.2, 0.7, 0.1
_LEFT_BUT_USED, _LEFT_AND_UNUSED = 1.3, 0.7
_BEST_WORDS, _WORST_WORDS = 6.0, -4.0

_PART_OF_NUMBERS, _ONE_SIDE_NUMBERED, _OTHER_NUMBERS, _OTHER_SHAPE = 1.0, -0.5, -7.0, -1.0
_LEAST_SAME_NUMBERS, _MOST_SAME_NUMBERS = 1.2, 3.0
_SAME_DATE, _OTHER_DATE = 2.5, -6.0

_SMALLEST_CLASS = 20

_OTHER_WORK = -12.0
_OTHER_KIND = -2.0


@dataclass(frozen=True, slots=True)
class TitleEvidence:
    """`renumbered` is true where numbers agree only by the offset of their series."""

    words: Floats
    numbers: Floats
    other_work: Floats
    renumbered: Bools

    def total(self) -> Floats:
        return np.asarray(self.words + self.numbers + self.other_work, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """`row` without a date, `labels` the last number behind each word, `day` a month and day in the title."""

    row: tuple[int, ...]
    labels: tuple[tuple[str, Number], ...]
    day: Number | None


def title_evidence(
    ours: Sequence[Title],
    theirs: Sequence[Title],
    our_days: Sequence[date | None],
    their_days: Sequence[date | None],
    our_stems: Sequence[Stem],
    their_stems: Sequence[Stem],
    habits: Habits,
) -> TitleEvidence:
    left = [_numbers(title, day) for title, day in zip(ours, our_days, strict=True)]
    right = [_numbers(title, day) for title, day in zip(theirs, their_days, strict=True)]
    held_left = Counter(numbers.row for numbers in left)
    held_right = Counter(numbers.row for numbers in right)
    shape = (len(ours), len(theirs))
    numbers = np.zeros(shape)
    other = np.zeros(shape)
    renumbered = np.zeros(shape, dtype=np.bool_)
    our_kinds, their_kinds = [_kinds(t) for t in ours], [_kinds(t) for t in theirs]
    kinds_that_meet = {(KIND[a], KIND[b]) for a, b in habits.words if a in KIND and b in KIND}
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            offset = habits.offsets.get((our_stems[i], their_stems[j]), 0) if habits.offsets else 0
            weight = _compare_numbers(a, b, offset)
            if weight == _SAME and a.row:
                often = (held_left[a.row] / _at_least(left) + held_right[b.row] / _at_least(right)) / 2
                weight = min(max(float(np.log(0.7 / often)), _LEAST_SAME_NUMBERS), _MOST_SAME_NUMBERS)
                renumbered[i, j] = offset != 0
            numbers[i, j] = weight
            if ours[i].other_work != theirs[j].other_work and ours[i].marked != theirs[j].marked:
                other[i, j] = _OTHER_WORK
            elif _other_kind(our_kinds[i], their_kinds[j], kinds_that_meet):
                other[i, j] = _OTHER_KIND
    return TitleEvidence(word_evidence(ours, theirs, habits.words), numbers, other, renumbered)


def _at_least(items: Sequence[object]) -> int:
    """How many items rarity is judged among: a class of three is a class that has just begun."""
    return max(len(items), _SMALLEST_CLASS)


def _kinds(title: Title) -> frozenset[str]:
    return frozenset(KIND[word] for word in title.words if word in KIND)


def _other_kind(ours: frozenset[str], theirs: frozenset[str], that_meet: set[tuple[str, str]]) -> bool:
    if not ours or not theirs or ours & theirs:
        return False
    return not any((a, b) in that_meet for a in ours for b in theirs)


_SAME = 99.0


def _numbers(title: Title, due: date | None) -> _Numbers:
    day = dated(title.numbers, due, days=14)
    written = None if day is None else (day.month, day.day)
    row = tuple(part for number in title.numbers if number != written for part in number)
    return _Numbers(row, tuple(label for label in title.labelled if label[1] != written), written)


@lru_cache(maxsize=262144)
def _compare_numbers(ours: _Numbers, theirs: _Numbers, offset: int) -> float:
    by_day = 0.0
    if ours.day and theirs.day:
        by_day = _SAME_DATE if ours.day == theirs.day else _OTHER_DATE
    elif (ours.day and ours.day == theirs.row[:2]) or (theirs.day and theirs.day == ours.row[:2]):
        return _SAME_DATE
    a, b = ours.row, theirs.row
    if offset and len(a) == 1 and len(b) == 1:
        a = (a[0] + offset,)
    elif _labels_conflict(ours.labels, theirs.labels):
        return _OTHER_NUMBERS
    if not a and not b:
        return by_day
    if not a or not b:
        return by_day + (0.0 if by_day else _ONE_SIDE_NUMBERED)
    if a == b or _same_range(a, b):
        return by_day or _SAME
    short, long = sorted((a, b), key=len)
    if any(long[i : i + len(short)] == short for i in range(len(long) - len(short) + 1)):
        return by_day + _PART_OF_NUMBERS
    return by_day + (_OTHER_NUMBERS if len(a) == len(b) else _OTHER_SHAPE)


def _labels_conflict(ours: tuple[tuple[str, Number], ...], theirs: tuple[tuple[str, Number], ...]) -> bool:
    if not ours or not theirs:
        return False
    left, right = dict(ours), dict(theirs)
    return any(
        word in right and len(left[word]) == len(right[word]) and left[word] != right[word] for word in left
    )


def _same_range(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    """7-9 and 7/8/9."""
    short, long = sorted((a, b), key=len)
    return (
        len(short) == 2
        and len(long) == short[1] - short[0] + 1 > 2
        and long == tuple(range(short[0], short[1] + 1))
    )


def word_evidence(
    ours: Sequence[Title], theirs: Sequence[Title], partners: dict[tuple[str, str], float]
) -> Floats:
    """Shared words count by their rarity in the class; words left over on both sides count against."""
    words_a = sorted({w for t in ours for w in t.words})
    words_b = sorted({w for t in theirs for w in t.words})
    if not words_a or not words_b:
        return np.zeros((len(ours), len(theirs)))
    likeness = _likeness(words_a, words_b, ours, theirs, partners)
    in_a = _incidence(ours, words_a)
    in_b = _incidence(theirs, words_b)
    alike: Floats = (likeness >= 0.75).astype(float)
    rarity_a = np.log(
        (_at_least(ours) + 2) / (np.maximum(in_a.sum(axis=0), (in_b @ alike.T > 0).sum(axis=0)) + 0.5)
    )
    rarity_b = np.log(
        (_at_least(theirs) + 2) / (np.maximum(in_b.sum(axis=0), (in_a @ alike > 0).sum(axis=0)) + 0.5)
    )
    rarity_a, rarity_b = np.maximum(rarity_a, 0.1), np.maximum(rarity_b, 0.1)
    best_a = np.array([np.where(row > 0, likeness, 0.0).max(axis=1) for row in in_b]).T
    best_b = np.array([np.where(row[:, None] > 0, likeness, 0.0).max(axis=0) for row in in_a]).T
    matched_a = (in_a * rarity_a) @ best_a
    matched_b = ((in_b * rarity_b) @ best_b).T
    left_a = _left_over(in_a, rarity_a, best_a, alike.max(axis=1) > 0)
    left_b = _left_over(in_b, rarity_b, best_b, alike.max(axis=0) > 0).T
    return np.asarray(
        np.clip(
            _WORDS_MATCHED * (matched_a + matched_b) / 2
            - _WORDS_LEFT_BOTH * np.minimum(left_a, left_b)
            - _WORDS_LEFT_ONE * np.maximum(left_a, left_b),
            _WORST_WORDS,
            _BEST_WORDS,
        ),
        dtype=np.float64,
    )


def extra_words(ours: Sequence[Title], theirs: Sequence[Title]) -> tuple[Bools, Bools]:
    """Whether our title, and whether theirs, has words of its own that the other lacks (per pair).

    Words that more than two titles of a side carry belong to a series and do not count.
    """
    words_a = sorted({w for t in ours for w in t.words})
    words_b = sorted({w for t in theirs for w in t.words})
    if not words_a or not words_b:
        none = np.zeros((len(ours), len(theirs)), dtype=np.bool_)
        return none, none
    likeness = _likeness(words_a, words_b, ours, theirs, {})
    in_a, in_b = _incidence(ours, words_a), _incidence(theirs, words_b)
    alike: Floats = (likeness >= 0.75).astype(float)
    own_a = in_a * (in_a.sum(axis=0) <= 2)
    own_b = in_b * (in_b.sum(axis=0) <= 2)
    return own_a @ (alike @ in_b.T == 0) > 0, (own_b @ (alike.T @ in_a.T == 0) > 0).T


def _left_over(held: Floats, rarity: Floats, best: Floats, elsewhere: Bools) -> Floats:
    """Rarity of each title's words that the other title lacks; more where other titles over there have them."""
    weight = rarity * np.where(elsewhere, _LEFT_BUT_USED, _LEFT_AND_UNUSED)
    return np.asarray((held @ weight)[:, None] - (held * weight) @ best, dtype=np.float64)


def _incidence(titles: Sequence[Title], words: list[str]) -> Floats:
    place = {word: column for column, word in enumerate(words)}
    held = np.zeros((len(titles), len(words)))
    for row, title in enumerate(titles):
        for word in title.words:
            held[row, place[word]] = 1.0
    return held


def _likeness(
    words_a: list[str],
    words_b: list[str],
    ours: Sequence[Title],
    theirs: Sequence[Title],
    partners: dict[tuple[str, str], float],
) -> Floats:
    likeness = np.array([[word_likeness(a, b) for b in words_b] for a in words_a])
    place_a = {word: row for row, word in enumerate(words_a)}
    place_b = {word: column for column, word in enumerate(words_b)}

    def raise_to(a: str, b: str, least: float) -> None:
        if a in place_a and b in place_b:
            cell = place_a[a], place_b[b]
            likeness[cell] = max(likeness[cell], least)

    for (a, b), least in partners.items():
        raise_to(a, b, least)
    for title in theirs:
        for initials, words in title.acronyms:
            if initials in place_a:
                for word in words:
                    raise_to(initials, word, 0.85)
    for title in ours:
        for initials, words in title.acronyms:
            if initials in place_b:
                for word in words:
                    raise_to(word, initials, 0.85)
    return likeness


@lru_cache(maxsize=262144)
def word_likeness(a: str, b: str) -> float:
    """1 for the same word, less for a beginning, an abbreviation or a slip of the pen, else 0."""
    if a == b:
        return 1.0
    short, long = sorted((a, b), key=len)
    if len(short) >= 3 and long.startswith(short):
        return 0.9
    if len(short) == 3 and len(long) == 3:
        return 0.85 if sorted(a) == sorted(b) and OSA.distance(a, b) == 1 else 0.0
    if len(short) < 4:
        return 0.0
    slips = OSA.distance(a, b, score_cutoff=2)
    if slips == 1:
        return 0.9
    return 0.8 if slips == 2 and len(short) >= 7 else 0.0
