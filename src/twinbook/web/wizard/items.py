"""The items of both gradebooks as a teacher recognises them: a title and a few facts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.dateformat import format as formatted
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from twinbook.core.setup.draft import ActivityRow, AssignmentRow, CategoryRow, Draft, LmsCategoryRow
from twinbook.core.values import plain


@dataclass(frozen=True, slots=True)
class Item:
    """`weight`: of categories only, as text."""

    id: str
    title: str
    facts: tuple[str, ...] = ()
    weight: str = ""

    @property
    def line(self) -> str:
        """In one line, for lists to choose from."""
        return " · ".join((self.title, *self.facts))


def key_of(id_: str) -> str:
    """Names a row in the page. The ids of Aeries may hold any character."""
    return hashlib.blake2s(id_.encode(), digest_size=6).hexdigest()


def assignment(draft: Draft, row: AssignmentRow) -> Item:
    category = next((c.name for c in draft.categories if c.code == row.category_code), "")
    facts = (
        _("no. %(number)d") % {"number": row.number},
        category,
        points(row.points, row.entry_max),
        due(row.due_on),
        scores(row.scores),
    )
    return Item(row.aeries_id, row.name.strip() or _("(no title)"), _present(facts))


def activity(draft: Draft, row: ActivityRow) -> Item:
    category = next((c.name for c in draft.lms_categories if c.lms_id == row.category_id), "")
    facts = (
        category or _("no category"),
        points(row.points, row.points),
        due(row.due_on),
        scores(row.scores),
        "" if row.published else _("draft"),
    )
    return Item(row.lms_id, row.title, _present(facts))


def their_category(draft: Draft, row: CategoryRow) -> Item:
    count = sum(1 for a in draft.assignments if a.category_code == row.code and not a.gone)
    return Item(
        row.code,
        row.name.strip() or _("Category %(code)s") % {"code": row.code},
        (activities_there(count),),
        weight(row.percent),
    )


def our_category(draft: Draft, row: LmsCategoryRow) -> Item:
    count = sum(1 for a in draft.activities if a.category_id == row.lms_id and not a.gone)
    return Item(row.lms_id, row.name, (activities_here(count),), weight(row.weight))


def _present(facts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(fact for fact in facts if fact)


def points(maximum: Decimal, entry: Decimal) -> str:
    """`entry`: the number correct possible; only told where it is another number."""
    if maximum == 0:
        return _("extra credit")
    words = (_("%(number)s point") if maximum == 1 else _("%(number)s points")) % {"number": plain(maximum)}
    if entry == maximum:
        return words
    return _("%(points)s, %(entry)s number correct") % {"points": words, "entry": plain(entry)}


def due(day: date | None) -> str:
    return "" if day is None else _("due %(day)s") % {"day": formatted(day, "j M Y")}


def scores(count: int) -> str:
    return ngettext("%(count)d score", "%(count)d scores", count) % {"count": count}


def activities_here(count: int) -> str:
    return ngettext("%(count)d activity here", "%(count)d activities here", count) % {"count": count}


def activities_there(count: int) -> str:
    return ngettext("%(count)d activity in Aeries", "%(count)d activities in Aeries", count) % {
        "count": count
    }


def weight(value: Decimal | None) -> str:
    return _("no weight") if value is None else f"{plain(value)} %"
