"""Everything that speaks for and against a pair, in log-odds, for all pairs of a class at once.

All arrays are activities × assignments. The weights are natural logarithms of likelihood ratios: how
much more often the observation is made of one piece of work than of two different ones.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from twinbook.core.matching.columns import Bools, Floats, ScoreEvidence, score_evidence
from twinbook.core.matching.habits import Clear, Habits, Numbered, Stem
from twinbook.core.matching.items import LmsActivity, SisAssignment
from twinbook.core.matching.names import Title, read_title
from twinbook.core.matching.titles import TitleEvidence, extra_words, title_evidence

# Without any evidence an item's partner is any one of the other side's, or none.
_PRIOR_OF_ONE, _SMALLEST_CLASS = -0.4, 20

# Share of pairs of one piece of work by days between the due dates, each way, before habits are known.
_USUAL_DAYS = {0: 0.62, 1: 0.10, 2: 0.02, 3: 0.01, 4: 0.004, 5: 0.004, 6: 0.004, 7: 0.012}
_RARE_DAYS = 0.0008
_WORST_DAYS, _BEST_DAYS = -5.0, 3.5

_SAME_POINTS_SHARE = 0.9
_BEST_POINTS, _WORST_POINTS = 2.5, -2.3

_BEST_CATEGORY = 1.6


@dataclass(frozen=True, slots=True)
class Evidence:
    titles: TitleEvidence
    dates: Floats
    points: Floats
    categories: Floats
    scores: ScoreEvidence
    recurring: Bools
    odd_words: Bools

    def against(self, row: int, column: int) -> float:
        """The strongest thing that speaks against the pair (0: nothing), scores aside."""
        parts = (self.titles.words, self.titles.numbers, self.titles.other_work, self.dates, self.points)
        return min(0.0, *(float(part[row, column]) for part in parts))

    def total(self) -> Floats:
        prior = _PRIOR_OF_ONE - np.log(max(*self.dates.shape, _SMALLEST_CLASS))
        return np.asarray(
            prior + self.titles.total() + self.dates + self.points + self.categories + self.scores.weight,
            dtype=np.float64,
        )


@dataclass(frozen=True, slots=True)
class Classroom:
    """The items of one class with what does not depend on habits worked out once."""

    activities: tuple[LmsActivity, ...]
    assignments: tuple[SisAssignment, ...]
    ours: tuple[Title, ...]
    theirs: tuple[Title, ...]
    our_stems: tuple[Stem, ...]
    their_stems: tuple[Stem, ...]
    days: Floats
    ratio: Floats
    scores: ScoreEvidence
    recurring: Bools
    extra_words: tuple[Bools, Bools]


def classroom(activities: Sequence[LmsActivity], assignments: Sequence[SisAssignment]) -> Classroom:
    ours = _without_habitual_words(tuple(read_title(a.title) for a in activities))
    theirs = _without_habitual_words(tuple(read_title(s.name) for s in assignments))
    return Classroom(
        activities=tuple(activities),
        assignments=tuple(assignments),
        ours=ours,
        theirs=theirs,
        our_stems=_stems(ours),
        their_stems=_stems(theirs),
        days=_days_between([a.due_on for a in activities], [s.due_on for s in assignments]),
        ratio=_ratios(activities, assignments),
        scores=score_evidence(activities, assignments),
        recurring=_recurring(ours)[:, None] | _recurring(theirs)[None, :],
        extra_words=extra_words(ours, theirs),
    )


def weigh(room: Classroom, habits: Habits, with_dates: bool = True) -> Evidence:
    none = np.zeros(room.days.shape)
    return Evidence(
        titles=title_evidence(
            room.ours,
            room.theirs,
            [a.due_on for a in room.activities],
            [s.due_on for s in room.assignments],
            room.our_stems,
            room.their_stems,
            habits,
        ),
        dates=_date_evidence(room, habits) if with_dates else none,
        points=_point_evidence(room, habits),
        categories=_category_evidence(room, habits),
        scores=room.scores,
        recurring=room.recurring,
        odd_words=_odd_words(room, habits),
    )


def clear_pair(room: Classroom, row: int, column: int) -> Clear:
    activity, assignment = room.activities[row], room.assignments[column]
    days, ratio = float(room.days[row, column]), float(room.ratio[row, column])
    ours, theirs = room.ours[row], room.theirs[column]
    return Clear(
        row=row,
        column=column,
        stems=(room.our_stems[row], room.their_stems[column]),
        days=None if np.isnan(days) else int(days),
        category=(activity.category_id, assignment.category_code),
        ratio=None if np.isnan(ratio) else ratio,
        words=(frozenset(ours.words), frozenset(theirs.words)),
        extra_words=tuple(bool(extra[row, column]) for extra in room.extra_words),
        numbers=(
            tuple(part for number in ours.numbers for part in number),
            tuple(part for number in theirs.numbers for part in number),
        ),
        scored=bool(room.scores.weight[row, column] > 2),
    )


def _odd_words(room: Classroom, habits: Habits) -> Bools:
    """Pairs in which one title says more than the other, and the clear pairs of the series do not."""
    odd = room.extra_words[0] | room.extra_words[1]
    for stems, pairs in habits.by_stem().items():
        rows = np.array([stem == stems[0] for stem in room.our_stems])
        columns = np.array([stem == stems[1] for stem in room.their_stems])
        of_stem = rows[:, None] & columns[None, :]
        usual = [sum(pair.extra_words[side] for pair in pairs) * 2 >= len(pairs) >= 3 for side in (0, 1)]
        in_stem = np.zeros(odd.shape, dtype=np.bool_)
        for side in (0, 1):
            if not usual[side]:
                in_stem |= room.extra_words[side]
        odd = np.where(of_stem, in_stem, odd)
    return odd


def numbered(room: Classroom) -> tuple[list[Numbered], list[Numbered]]:
    """The dated items of each side that bear exactly one number."""

    def side(titles: tuple[Title, ...], stems: tuple[Stem, ...], days: list[date | None]) -> list[Numbered]:
        return [
            Numbered(stem, title.numbers[0][0], day.toordinal())
            for title, stem, day in zip(titles, stems, days, strict=True)
            if day is not None and len(title.numbers) == 1 and len(title.numbers[0]) == 1
        ]

    return (
        side(room.ours, room.our_stems, [a.due_on for a in room.activities]),
        side(room.theirs, room.their_stems, [s.due_on for s in room.assignments]),
    )


def _without_habitual_words(titles: tuple[Title, ...]) -> tuple[Title, ...]:
    """Other-work words that a whole series carries are ordinary words of it ("Slope practice" and so on).

    A word is habitual when many titles carry it and few of them have a title without it beside them.
    """
    plain = {(frozenset(t.words), t.numbers) for t in titles if not t.other_work}
    carried: Counter[str] = Counter()
    beside: Counter[str] = Counter()
    for title in titles:
        for word in title.other_work:
            carried[word] += 1
            beside[word] += (frozenset(title.words), title.numbers) in plain
    habitual = {
        word
        for word, count in carried.items()
        if count >= max(4, 0.2 * len(titles)) and beside[word] <= count / 4
    }
    return tuple(
        replace(t, words=(*t.words, *sorted(t.other_work & habitual)), other_work=t.other_work - habitual)
        if t.other_work & habitual
        else t
        for t in titles
    )


def _recurring(titles: tuple[Title, ...]) -> Bools:
    """Titles that another item of the same side bears too."""
    keys = [(frozenset(t.words), t.numbers, t.other_work) for t in titles]
    held = Counter(keys)
    return np.array([held[key] > 1 for key in keys], dtype=np.bool_)


def _stems(titles: tuple[Title, ...]) -> tuple[Stem, ...]:
    """The words of a title that at least three titles share: the name of its series."""
    held = Counter(word for title in titles for word in title.words)
    return tuple(tuple(sorted(word for word in title.words if held[word] >= 3)) for title in titles)


def _days_between(ours: list[date | None], theirs: list[date | None]) -> Floats:
    def numbers(days: list[date | None]) -> Floats:
        return np.array([np.nan if day is None else float(day.toordinal()) for day in days])

    return np.asarray(numbers(theirs)[None, :] - numbers(ours)[:, None], dtype=np.float64)


def _date_evidence(room: Classroom, habits: Habits) -> Floats:
    """How usual a distance is between the dates of pairs, against between any two dates of the class.

    A clear pair is judged by the habits of the others, so that it cannot confirm itself.
    """
    days = room.days
    known = ~np.isnan(days)
    if not known.any():
        return np.zeros(days.shape)
    values, place, counts = np.unique(days[known], return_inverse=True, return_counts=True)
    # a small class is judged as the beginning of a larger one, as in the prior
    growth = max(1.0, _SMALLEST_CLASS / max(days.shape))
    anywhere = (counts + 1.0) / (counts.sum() * growth + 60.0)
    weights = np.zeros(days.shape)
    weights[known] = _date_weights(values, anywhere, habits.days)[place]
    for (our_stem, their_stem), seen in habits.days_by_stem.items():
        if seen.total() < 2 or not (our_stem and their_stem):
            continue
        rows = np.array([stem == our_stem for stem in room.our_stems])
        columns = np.array([stem == their_stem for stem in room.their_stems])
        of_stem = known & rows[:, None] & columns[None, :]
        by_stem = _date_weights(values, anywhere, seen)
        weights[of_stem] = by_stem[np.searchsorted(values, days[of_stem])]
    for pair in habits.clear:
        if pair.days is not None:
            seen = habits.days_by_stem[pair.stems]
            others = seen if seen.total() > 2 and all(pair.stems) else habits.days
            at = int(np.searchsorted(values, pair.days))
            without_itself = others - Counter({pair.days: 1})
            weights[pair.row, pair.column] = _date_weights(values, anywhere, without_itself)[at]
    return weights


def _date_weights(values: Floats, anywhere: Floats, seen: Counter[int]) -> Floats:
    usual = np.array([_USUAL_DAYS.get(abs(int(v)), _RARE_DAYS) for v in values])
    counted = np.array([seen[int(v)] for v in values], dtype=float)
    share = (3.0 * usual + counted) / (3.0 + seen.total())
    return np.asarray(np.clip(np.log(share / anywhere), _WORST_DAYS, _BEST_DAYS), dtype=np.float64)


def _ratios(activities: Sequence[LmsActivity], assignments: Sequence[SisAssignment]) -> Floats:
    """Aeries' points over ours; 1 where either of the two maxima is equal; NaN for an item without points."""
    points = np.array([float(a.points) for a in activities])[:, None]
    possible = np.array([float(s.points_possible) for s in assignments])[None, :]
    correct = np.array([float(s.number_correct_possible) for s in assignments])[None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where((points > 0) & (possible > 0), possible / points, np.nan)
    return np.asarray(np.where((points == possible) | (points == correct), 1.0, np.round(ratio, 4)))


def _point_evidence(room: Classroom, habits: Habits) -> Floats:
    same = room.ratio == 1.0
    usual = _same_points_share(habits.ratios)
    weights = _point_weights(same, usual)
    for (our_stem, their_stem), seen in habits.ratios_by_stem.items():
        ratio, count = max(seen.items(), key=lambda item: (item[1], -item[0]))
        if count < 2 or ratio == 1.0 or count < 0.75 * seen.total():
            continue
        rows = np.array([stem == our_stem for stem in room.our_stems])
        columns = np.array([stem == their_stem for stem in room.their_stems])
        of_stem = rows[:, None] & columns[None, :]
        weights = np.where(of_stem, np.where(np.isclose(room.ratio, ratio), 0.8, weights), weights)
    return weights


def _same_points_share(seen: Counter[float]) -> float:
    return (10 * _SAME_POINTS_SHARE + seen[1.0]) / (10 + seen.total())


def _point_weights(same: Bools, usual: float) -> Floats:
    """Equal points prove more the rarer they are in the class."""
    by_row = (same.sum(axis=1, keepdims=True) + 2.0) / (same.shape[1] + 6.0)
    by_column = (same.sum(axis=0, keepdims=True) + 2.0) / (same.shape[0] + 6.0)
    share = np.clip((by_row + by_column) / 2, 0.05, 0.9)
    weights = np.where(same, np.log(usual / share), np.log((1 - usual) / (1 - share)))
    return np.asarray(np.clip(weights, _WORST_POINTS, _BEST_POINTS), dtype=np.float64)


def _category_evidence(room: Classroom, habits: Habits) -> Floats:
    """Where clear pairs of this category lie, against where assignments lie anyway."""
    weights = np.zeros(room.days.shape)
    if not habits.categories:
        return weights
    ours: Counter[str | None] = Counter()
    theirs: Counter[str] = Counter()
    for (category, code), count in habits.categories.items():
        ours[category] += count
        theirs[code] += count
    total = habits.categories.total()
    kinds = len(theirs) + 1
    known: dict[tuple[str | None, str], float] = {}
    for row, activity in enumerate(room.activities):
        for column, assignment in enumerate(room.assignments):
            key = (activity.category_id, assignment.category_code)
            if key not in known:
                together = habits.categories[key]
                base = (theirs[key[1]] + 1.0) / (total + kinds)
                share = (together + 2.0 * base) / (ours[key[0]] + 2.0)
                base_back = (ours[key[0]] + 1.0) / (total + len(ours) + 1)
                share_back = (together + 2.0 * base_back) / (theirs[key[1]] + 2.0)
                weight = (np.log(share / base) + np.log(share_back / base_back)) / 2
                known[key] = float(np.clip(weight, -_BEST_CATEGORY, _BEST_CATEGORY))
            weights[row, column] = known[key]
    return weights
