"""Classes as cards: how each stands, in a few queries for a page of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet

from twinbook.district import roles, settings
from twinbook.district.models import User
from twinbook.gradebook.models import SchoolClass
from twinbook.said import said_if_any
from twinbook.sync import overview
from twinbook.sync.models import Link, Problem, RemoteState


@dataclass(frozen=True, slots=True)
class Card:
    """`looked_at`: the last complete look at Aeries; `why`: why the class cannot be served just now."""

    school_class: SchoolClass
    teachers: Sequence[str]
    state: str
    waiting: int
    conflicts: int
    questions: int
    looked_at: datetime | None
    why: str | None

    @property
    def other_questions(self) -> int:
        return self.questions - self.conflicts


def found(user: User, words: str, *, asked_about: bool = False) -> QuerySet[SchoolClass]:
    """The user's classes, those that still run first; `words`: parts of name, section number or teacher's e-mail;
    `asked_about`: only those with open questions."""
    classes = roles.classes_of(user, settings.today_now())
    if asked_about:
        classes = classes.filter(id__in=Problem.objects.filter(closed_at=None).values("school_class_id"))
    for word in words.split():
        match = Q(name__icontains=word) | Q(sections__section__staff__staff__email__icontains=word)
        if word.isascii() and word.isdecimal() and len(word) < 10:
            match |= Q(section_number=int(word))
        classes = classes.filter(match)
    return classes.distinct().order_by(F("ended_on").asc(nulls_first=True), "name", "id")


def cards(classes: Sequence[SchoolClass]) -> list[Card]:
    ids = [row.id for row in classes]
    states = overview.states_of(ids)
    teachers = roles.teachers_of(ids, settings.today_now())
    links = {link.school_class_id: link for link in Link.objects.filter(school_class__in=ids, ended_on=None)}
    questions, conflicts = _questions(ids)
    down = RemoteState.objects.filter(down_since__isnull=False).exists()
    return [
        Card(
            school_class=row,
            teachers=teachers.get(row.id, []),
            state=states[row.id].value,
            waiting=_waiting(row, links.get(row.id), down=down),
            conflicts=conflicts[row.id],
            questions=questions[row.id],
            looked_at=None if row.id not in links else links[row.id].last_pulled_at,
            why=None if row.id not in links else said_if_any(links[row.id].why),
        )
        for row in classes
    ]


def needing_a_person(limit: int) -> list[Card]:
    """Classes of the whole district with open questions or that cannot be served, most questions first."""
    rows = SchoolClass.objects.annotate(asked=Count("problems", filter=Q(problems__closed_at=None)))
    unserved = Link.objects.filter(ended_on=None, why__isnull=False).values("school_class_id")
    chosen = rows.filter(Q(asked__gt=0) | Q(id__in=unserved)).order_by("-asked", "name", "id")
    return cards(list(chosen[:limit]))


def _questions(class_ids: Sequence[int]) -> tuple[Counter[int], Counter[int]]:
    """All open ones, and the conflicts among them."""
    rows = Problem.objects.filter(school_class_id__in=class_ids, closed_at=None)
    every: Counter[int] = Counter()
    conflicts: Counter[int] = Counter()
    for class_id, code, count in rows.values_list("school_class_id", "code").annotate(count=Count("id")):
        every[class_id] += count
        if code == "conflict":
            conflicts[class_id] += count
    return every, conflicts


def _waiting(row: SchoolClass, link: Link | None, *, down: bool) -> int:
    """Counting takes the whole gradebook; where everything was looked through, nothing waits."""
    if link is None:
        return 0
    behind = row.generation > link.looked_generation or link.look_at_everything
    if not (behind or down or link.next_attempt_at is not None or link.why is not None):
        return 0
    count: int = overview.class_sync(row.id)["waiting"]
    return count
