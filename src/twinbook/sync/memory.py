"""Answers of earlier set-ups, gathered for a new draft: of this gradebook, of the class's others, of a sibling section."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from twinbook.core.setup.earlier import ByName, Earlier, SameGradebook, key
from twinbook.district.models import ClassSection, SectionStaff
from twinbook.sync.models import CategoryPair, Link, Pair, PairState

_PAIRED = (PairState.LINKED, PairState.HELD, PairState.UNLINKED)


def of(class_id: int, gradebook_number: int, database_year: str) -> Earlier:
    own = Link.objects.filter(school_class_id=class_id).order_by("-id")
    same = [
        link
        for link in own
        if (link.gradebook_number, link.database_year) == (gradebook_number, database_year)
    ]
    others = [link for link in own if link not in same]
    siblings = Link.objects.filter(school_class_id__in=_siblings(class_id)).order_by("-id")
    return Earlier(
        _same(same[0]) if same else SameGradebook(),
        (
            *(_by_name(link, own_class=True) for link in others),
            *(_by_name(link, own_class=False) for link in siblings[:1]),
        ),
    )


def _siblings(class_id: int) -> list[int]:
    """Classes of the same course whose section has one of this class's primary teachers."""
    sections = ClassSection.objects.filter(school_class_id=class_id)
    courses = [course for course in sections.values_list("section__course_id", flat=True) if course]
    teachers = SectionStaff.objects.filter(
        section__class_section__school_class_id=class_id, primary=True
    ).values_list("staff_id", flat=True)
    rows = SectionStaff.objects.filter(
        staff_id__in=list(teachers), primary=True, section__course_id__in=courses
    ).exclude(section__class_section__school_class_id=class_id)
    found = rows.filter(section__class_section__isnull=False)
    return sorted(set(found.values_list("section__class_section__school_class_id", flat=True)))


def _pairs(link: Link) -> list[Pair]:
    """Without those of deleted activities."""
    rows = Pair.objects.filter(link=link).select_related("activity").order_by("id")
    return [pair for pair in rows if pair.activity is None or pair.activity.deleted_at is None]


def _same(link: Link) -> SameGradebook:
    pairs = _pairs(link)
    partner_of: dict[str, str | None] = {}
    minted: dict[str, str] = {}
    for pair in pairs:
        if pair.external_id and pair.activity_id is not None:
            minted[pair.external_id] = str(pair.activity_id)
        if pair.unique_id is None:
            continue
        if pair.state in _PAIRED and pair.activity_id is not None:
            partner_of[pair.unique_id] = str(pair.activity_id)
        elif pair.state == PairState.IGNORED_IN_AERIES:
            partner_of[pair.unique_id] = None
    ignored = (pair.activity_id for pair in pairs if pair.state == PairState.IGNORED_IN_LMS)
    rows = CategoryPair.objects.filter(link=link, code__isnull=False).select_related("category")
    return SameGradebook(
        partner_of,
        minted,
        frozenset(str(activity) for activity in ignored),
        {
            row.code: None if row.category is None else str(row.category_id)
            for row in rows
            if row.code is not None and (row.category is None or row.category.deleted_at is None)
        },
    )


def _by_name(link: Link, *, own_class: bool) -> ByName:
    pairs = _pairs(link)
    paired = [
        (key(pair.their_title), None if pair.activity is None else key(pair.activity.title))
        for pair in pairs
        if pair.unique_id is not None and pair.state in (*_PAIRED, PairState.IGNORED_IN_AERIES)
    ]
    rows = CategoryPair.objects.filter(link=link, code__isnull=False).select_related("category")
    categories = [
        (key(row.their_name), None if row.category is None else key(row.category.name)) for row in rows
    ]
    return ByName(
        _unambiguous(paired),
        frozenset(
            key(pair.activity.title)
            for pair in pairs
            if pair.state == PairState.IGNORED_IN_LMS and pair.activity is not None
        ),
        _unambiguous(categories),
        own_class,
    )


def _unambiguous(named: Iterable[tuple[str, str | None]]) -> dict[str, str | None]:
    """Where a name stood once on each side."""
    pairs = list(named)
    theirs = Counter(there for there, _ in pairs)
    ours = Counter(here for _, here in pairs)
    return {there: here for there, here in pairs if theirs[there] == 1 and (here is None or ours[here] == 1)}
