"""The open questions of a class, grouped by kind and then by activity."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from twinbook.said import said, said_again
from twinbook.sync import mass_change, problems, questions, wording
from twinbook.sync.models import Problem
from twinbook.sync.problems import Seen
from twinbook.web.questions import words


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One question. `message` is blank where its kind says it. `seen` goes back with the answer, so that an older page never answers a newer question."""

    id: int
    title: str
    message: str
    hint: str
    has_values: bool
    ours: str | None
    theirs: str | None
    agreed: str | None
    to_type: str
    opened_at: datetime
    changed_at: datetime
    here_by: str | None
    here_at: datetime | None
    """Of a conflict: who changed it here, and when."""
    seen: str
    choices: tuple[Choice, ...]
    student_id: int | None
    activity_id: int | None
    page: str | None
    """Where it is shown whole and answered; then nothing is answered from the list."""
    changed: bool
    """Its values were other ones when it was answered a moment ago."""
    checking: bool


@dataclass(slots=True)
class OfActivity:
    id: int | None
    title: str
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Kind:
    key: str
    title: str
    explained: str
    choices: tuple[Choice, ...]
    activities: list[OfActivity] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(len(activity.lines) for activity in self.activities)


_SAID_BY_THE_KIND = {
    "conflict",
    "mark_needs_typing",
    "clear_needs_typing",
    "student_not_in_gradebook",
}
"""Whose kind says above all lines what each line's own sentence would repeat."""
_ORDER = list(problems.CHOICES)


def kinds(class_id: int, changed: Collection[int] = (), checking: Collection[int] = ()) -> list[Kind]:
    """`changed`, `checking`: ids to mark. Conflicts first, then as the public surface lists the codes."""
    found: dict[str, Kind] = {}
    for row in questions.open_problems(class_id):
        key = _key(row)
        kind = found.setdefault(key, _kind(key, row))
        _activity(kind.activities, row).lines.append(
            _line(row, changed=row.id in changed, checking=row.id in checking)
        )
    for kind in found.values():
        kind.activities.sort(key=lambda activity: activity.title.casefold())
        for activity in kind.activities:
            activity.lines.sort(key=lambda line: (line.title.casefold(), line.id))
    return sorted(found.values(), key=_rank)


def _key(row: Problem) -> str:
    return f"{row.code}-field" if row.code == "conflict" and row.field is not None else row.code


def code_of(key: str) -> str:
    return key.removesuffix("-field")


def _rank(kind: Kind) -> int:
    code = code_of(kind.key)
    return _ORDER.index(code) if code in _ORDER else len(_ORDER)


def _kind(key: str, row: Problem) -> Kind:
    of_field = row.field is not None
    return Kind(
        key,
        words.kind(row.code, of_field=of_field),
        words.explained(row.code, of_field=of_field),
        tuple(
            Choice(word, words.choice(row.code, word, of_one=False))
            for word in problems.built(row.code)
            if row.code != mass_change.CODE
        ),
    )


def _activity(groups: list[OfActivity], row: Problem) -> OfActivity:
    for group in groups:
        if group.id == row.activity_id:
            return group
    title = _("The whole class") if row.activity is None else row.activity.title
    groups.append(OfActivity(row.activity_id, title))
    return groups[-1]


def _line(row: Problem, *, changed: bool, checking: bool) -> Line:
    told = wording.of(row)
    ours, theirs = problems.values(row)
    moved = problems.changed(row)
    return Line(
        id=row.id,
        title=_title(row),
        message="" if row.code in _SAID_BY_THE_KIND else said(told.message),
        hint="" if row.code in _SAID_BY_THE_KIND else said(told.hint),
        has_values=row.code == "student_moved"
        or row.field is not None
        or (row.student_id is not None and row.activity_id is not None),
        ours=ours,
        theirs=theirs,
        agreed=row.agreed_text,
        to_type=said_again(row.to_type),
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        here_by=moved["lms_changed_by"],
        here_at=_instant(moved["lms_changed_at"]),
        seen=json.dumps([ours, theirs]),
        choices=tuple(
            Choice(word, words.choice(row.code, word, of_one=True, ours=ours, theirs=theirs))
            for word in problems.built(row.code)
            if _possible(row, word)
        ),
        page=_page(row),
        student_id=row.student_id,
        activity_id=row.activity_id,
        changed=changed,
        checking=checking,
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _possible(row: Problem, word: str) -> bool:
    match row.code, word:
        case "possible_duplicate", "match":
            return "aeries_id" in row.details and (
                "activity_id" in row.details or row.activity_id is not None
            )
        case "copy_suspected", "other":
            return "activity_id" in row.details
        case mass_change.CODE, _:
            return False
        case _:
            return True


def _page(row: Problem) -> str | None:
    """A mass change is more than two values: it is looked at whole before it is answered."""
    if row.code != mass_change.CODE:
        return None
    return reverse("questions:mass_change", args=[row.school_class_id, row.id])


def _title(row: Problem) -> str:
    if row.student is not None:
        return row.student.name
    if row.field is not None:
        return said(wording.FIELD_NAMES.get(row.field, row.field)).capitalize()
    return str(row.details.get("name", "")) or (
        _("The whole class") if row.activity is None else row.activity.title
    )


def seen_of(text: str) -> Seen | None:
    """None: not a field of ours."""
    try:
        ours, theirs = json.loads(text)
    except (ValueError, TypeError):
        return None
    if not all(value is None or isinstance(value, str) for value in (ours, theirs)):
        return None
    return Seen(ours, theirs)


def ids(values: Iterable[str]) -> list[int]:
    return [int(value) for value in values if value.isdecimal() and len(value) < 19]
