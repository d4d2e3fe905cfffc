"""What the pairs that are already clear tell about the others of the same class.

A teacher who dates everything a day late in Aeries, numbers the quizzes one higher, calls homework
"Checkpoint" or weighs everything 100 does so throughout. Habits are learned from the clear pairs and
used for the rest; they never decide a clear pair.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

Stem = tuple[str, ...]
StemPair = tuple[Stem, Stem]


@dataclass(frozen=True, slots=True)
class Clear:
    """One clear pair: what of it can be a habit. `days` is None when a date is missing."""

    row: int
    column: int
    stems: StemPair
    days: int | None
    category: tuple[str | None, str]
    ratio: float | None
    words: tuple[frozenset[str], frozenset[str]]
    numbers: tuple[tuple[int, ...], tuple[int, ...]]
    extra_words: tuple[bool, ...]
    scored: bool


@dataclass(frozen=True, slots=True)
class Habits:
    """Counts over clear pairs. Empty: nothing known yet."""

    clear: tuple[Clear, ...] = ()
    days: Counter[int] = field(default_factory=Counter)
    days_by_stem: dict[StemPair, Counter[int]] = field(default_factory=dict)
    categories: Counter[tuple[str | None, str]] = field(default_factory=Counter)
    ratios: Counter[float] = field(default_factory=Counter)
    ratios_by_stem: dict[StemPair, Counter[float]] = field(default_factory=dict)
    words: dict[tuple[str, str], float] = field(default_factory=dict)
    offsets: dict[StemPair, int] = field(default_factory=dict)

    def by_stem(self) -> dict[StemPair, list[Clear]]:
        found: defaultdict[StemPair, list[Clear]] = defaultdict(list)
        for pair in self.clear:
            found[pair.stems].append(pair)
        return dict(found)


@dataclass(frozen=True, slots=True)
class Numbered:
    """An item of a numbered series: its only number, and its due date as a day number."""

    stem: Stem
    number: int
    day: int


def learn(clear: Sequence[Clear], ours: Sequence[Numbered] = (), theirs: Sequence[Numbered] = ()) -> Habits:
    """`ours` and `theirs` are all dated items of the class that bear exactly one number."""
    days_by_stem: defaultdict[StemPair, Counter[int]] = defaultdict(Counter)
    ratios_by_stem: defaultdict[StemPair, Counter[float]] = defaultdict(Counter)
    for pair in clear:
        if pair.days is not None:
            days_by_stem[pair.stems][pair.days] += 1
        if pair.ratio is not None:
            ratios_by_stem[pair.stems][pair.ratio] += 1
    return Habits(
        clear=tuple(clear),
        days=Counter(pair.days for pair in clear if pair.days is not None),
        days_by_stem=dict(days_by_stem),
        categories=Counter(pair.category for pair in clear),
        ratios=Counter(pair.ratio for pair in clear if pair.ratio is not None),
        ratios_by_stem=dict(ratios_by_stem),
        words=_word_partners(clear),
        offsets=_offsets_by_dates(clear, ours, theirs) | _offsets_by_scores(clear),
    )


def _word_partners(clear: Sequence[Clear]) -> dict[tuple[str, str], float]:
    """Words that stand for each other in at least two clear pairs and rarely without each other."""
    together: Counter[tuple[str, str]] = Counter()
    ours: Counter[str] = Counter()
    theirs: Counter[str] = Counter()
    for pair in clear:
        left, right = pair.words
        ours.update(left)
        theirs.update(right)
        together.update((a, b) for a in left - right for b in right - left)
    return {
        (a, b): 0.9
        for (a, b), count in together.items()
        if count >= 2 and count >= 0.7 * ours[a] and count >= 0.7 * theirs[b]
    }


def _offsets_by_scores(clear: Sequence[Clear]) -> dict[StemPair, int]:
    """By how much a series is numbered higher in Aeries, where most scored pairs of the series say so."""
    seen: defaultdict[StemPair, Counter[int]] = defaultdict(Counter)
    for pair in clear:
        ours, theirs = pair.numbers
        if pair.scored and len(ours) == 1 and len(theirs) == 1:
            seen[pair.stems][theirs[0] - ours[0]] += 1
    offsets = {}
    for stems, counts in seen.items():
        offset, count = max(counts.items(), key=lambda item: (item[1], -abs(item[0]), item[0]))
        if count >= 2 and count >= 0.75 * counts.total():
            offsets[stems] = offset
    return offsets


def _offsets_by_dates(
    clear: Sequence[Clear], ours: Sequence[Numbered], theirs: Sequence[Numbered]
) -> dict[StemPair, int]:
    """Series whose dates fit the rest of the class only when Aeries numbers them higher or lower.

    The other reading, that just this series is dated otherwise, needs scores to be believed.
    """
    offsets = {}
    for stems in sorted({pair.stems for pair in clear if all(pair.stems)}):
        left = [item for item in ours if item.stem == stems[0]]
        right = [item for item in theirs if item.stem == stems[1]]
        elsewhere = Counter(p.days for p in clear if p.days is not None and p.stems != stems)
        if len(left) < 3 or len(right) < 3 or elsewhere.total() < 3:
            continue
        shift, count = max(elsewhere.items(), key=lambda item: (item[1], -abs(item[0]), item[0]))
        if count <= 0.5 * elsewhere.total():
            continue
        fits = Counter(
            b.number - a.number
            for a in left
            for b in right
            if abs(b.number - a.number) <= 3 and abs(b.day - a.day - shift) <= 1
        )
        if not fits:
            continue
        offset, hits = max(fits.items(), key=lambda item: (item[1], -abs(item[0]), item[0]))
        alone = sum(count == hits for count in fits.values()) == 1
        if offset and alone and hits >= 3 and fits[0] <= hits / 4:
            offsets[stems] = offset
    return offsets
