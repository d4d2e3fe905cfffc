"""The gradebook as the class page's table: rows of students, columns of activities, each cell as text and state."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from gradebook_math import LmsTotal, cut
from twinbook.core.values import Blank, plain
from twinbook.gradebook import cells, totals
from twinbook.gradebook.cells import Cell
from twinbook.gradebook.models import Activity, Category, ClassStudent
from twinbook.gradebook.overview import Gradebook
from twinbook.sync import overview
from twinbook.sync.overview import CellSync, ClassStand
from twinbook.web.class_page import typed


@dataclass(frozen=True, slots=True)
class Column:
    activity: Activity
    category: Category | None
    sync: str

    @property
    def points(self) -> str:
        return plain(self.activity.points)


@dataclass(frozen=True, slots=True)
class Row:
    """`cells`: the row's `td` elements, made here: a template would take most of the page's time for them."""

    place: ClassStudent
    cells: SafeString
    total: str

    @property
    def name(self) -> str:
        """By last name, as teachers sort."""
        student = self.place.student
        return ", ".join(part for part in (student.last_name, student.first_name) if part)


@dataclass(frozen=True, slots=True)
class Grid:
    columns: list[Column]
    rows: list[Row]


def grid(book: Gradebook, stand: ClassStand) -> Grid:
    by_id = {row.id: row for row in book.categories}
    columns = [
        Column(row, by_id.get(row.category_id or 0), overview.activity_sync(stand, row))
        for row in book.activities
    ]
    found = totals.totals(book)
    return Grid(
        columns,
        [
            Row(place, _cells(book, place, stand), total_text(found[place.student_id]))
            for place in book.students
        ],
    )


def total_text(total: LmsTotal) -> str:
    """Cut to two decimals; a dash while nothing counts, which is not a zero."""
    return "–" if total.percent is None else f"{cut(total.percent)} %"


def _cells(book: Gradebook, place: ClassStudent, stand: ClassStand) -> SafeString:
    locked = mark_safe("" if place.active else ' aria-readonly="true"')
    return format_html_join(
        "",
        '<td role="gridcell" aria-colindex="{}"{}{}>{}</td>',
        (
            (number, locked, *_cell(book.cells.get((activity.id, place.student_id)), activity, place, stand))
            for number, activity in enumerate(book.activities, 2)
        ),
    )


def _cell(
    found: Cell | None, activity: Activity, place: ClassStudent, stand: ClassStand
) -> tuple[SafeString, str]:
    """Attributes, and text. An attribute that is not there has its usual value; paint.js keeps the same."""
    cell = found or Cell(place.student_id, activity.id)
    sync = stand.of(activity, place.student_id, cell.value).sync
    attributes = []
    quiet = isinstance(cell.value, Blank) and sync in (CellSync.SYNCED, CellSync.LOCAL)
    if not quiet:
        attributes.append(format_html(' data-s="{}"', sync.value))
    if cell.version:
        attributes.append(format_html(' data-v="{}"', cell.version))
    if cells.over_maximum(cell.value, activity.points, activity.extra_credit):
        attributes.append(mark_safe(" data-over"))
    if cell.comment:
        attributes.append(mark_safe(" data-comment"))
    return mark_safe("".join(attributes)), typed.shown(cell.value, cell.late)


def state_words() -> dict[str, str]:
    """What a screen reader adds to a cell."""
    return {
        CellSync.SYNCED.value: _("synced"),
        CellSync.WAITING.value: _("waiting to be sent"),
        CellSync.HELD.value: _("needs you"),
        CellSync.CONFLICT.value: _("conflict"),
        CellSync.LOCAL.value: _("only here"),
    }
