"""A class as live pages follow it: its sync, its cells, totals and activities, and whether its rows and columns changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from twinbook.api import shapes
from twinbook.gradebook import overview as gradebook_overview
from twinbook.gradebook import totals as gradebook_totals
from twinbook.gradebook.cells import Cell
from twinbook.gradebook.overview import Gradebook
from twinbook.sync import overview
from twinbook.sync.overview import ClassStand
from twinbook.web.live_feed import Event

Json = dict[str, Any]
Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ClassPicture:
    sync: Json
    cells: dict[Key, Json]
    activities: dict[int, Json]
    totals: dict[int, Json]
    structure: str
    last: bool = False

    def whole(self) -> list[Event]:
        shown = [cell for cell in self.cells.values() if not _empty(cell)]
        return [
            Event("sync", self.sync),
            Event("structure", {"digest": self.structure}),
            Event("activities", {"activities": list(self.activities.values())}),
            Event("totals", {"totals": list(self.totals.values())}),
            Event("cells", {"whole": True, "cells": shown}),
        ]

    def since(self, earlier: ClassPicture) -> list[Event]:
        events = []
        cells = [cell for key, cell in self.cells.items() if earlier.cells.get(key) != cell]
        activities = [row for key, row in self.activities.items() if earlier.activities.get(key) != row]
        if cells:
            events.append(Event("cells", {"whole": False, "cells": cells}))
        totals = [row for student, row in self.totals.items() if earlier.totals.get(student) != row]
        if totals:
            events.append(Event("totals", {"totals": totals}))
        if activities:
            events.append(Event("activities", {"activities": activities}))
        if self.structure != earlier.structure:
            events.append(Event("structure", {"digest": self.structure}))
        if self.sync != earlier.sync:
            events.append(Event("sync", self.sync))
        return events


def picture(class_id: int) -> ClassPicture:
    """Raises NotFoundError."""
    book = gradebook_overview.gradebook(class_id)
    stand = ClassStand(class_id)
    cells = {}
    for row in book.activities:
        for member in book.students:
            found = book.cells.get((row.id, member.student_id)) or Cell(member.student_id, row.id)
            cells[row.id, member.student_id] = shapes.cell(
                found, row, stand.of(row, member.student_id, found.value)
            )
    activities = {
        row.id: {
            "id": str(row.id),
            "sync": overview.activity_sync(stand, row),
            "aeries": overview.activity_aeries(stand.pairs.get(row.id)),
        }
        for row in book.activities
    }
    totals = {
        student: {"student_id": str(student), **shapes.total(found)}
        for student, found in gradebook_totals.totals(book).items()
    }
    sync = overview.class_sync(class_id, book)
    return ClassPicture(sync, cells, activities, totals, structure_of(book))


def structure_of(book: Gradebook) -> str:
    """A digest of students, categories and activities without their scores: another one means other rows or columns."""
    parts = [
        [(member.student_id, member.active, member.student.name) for member in book.students],
        [(row.id, row.name, row.weight, row.drop_lowest) for row in book.categories],
        [
            (row.id, row.title, row.points, row.category_id, row.due_on, row.extra_credit, row.published)
            for row in book.activities
        ],
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _empty(cell: Json) -> bool:
    """Blank and synced or local: a page that knows nothing of the cell shows just that."""
    held = cell["score"], cell["mark"], cell["sis_mark"], cell["late"], cell["comment"]
    return all(value is None for value in held) and cell["sync"] in ("synced", "local")
