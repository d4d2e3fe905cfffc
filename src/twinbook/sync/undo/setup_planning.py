"""What the undo of a set-up would do: each side back to what it held before, cell by cell and field by field."""

from __future__ import annotations

from collections import defaultdict
from typing import Literal

from twinbook.core.carry_out.changes import NEVER_AGREED
from twinbook.core.carry_out.report import Line
from twinbook.core.carry_out.scores_outcome import kind_of
from twinbook.core.carry_out.undo import Seen, SeenPair
from twinbook.core.carry_out.views import CellView
from twinbook.core.fields import Field, our_half, their_half
from twinbook.core.remote import Sendable, TheirCell
from twinbook.core.sentence import sentence
from twinbook.core.undo import Moved, Reason
from twinbook.core.values import Form, OurValue
from twinbook.gradebook.cells import value_text
from twinbook.gradebook.models import Activity, HistoryEntry, Side
from twinbook.sync import codec, load, runs
from twinbook.sync.models import CategoryPair, Link, MovedCell, MovedField, Pair, Run, RunKind
from twinbook.sync.undo import words
from twinbook.sync.undo.planning import (
    Book,
    Planned,
    Told,
    item,
    made_items,
    moved_of,
    shown,
    terms_of,
    used_since,
)
from twinbook.sync.undo.steps import CellStep, FieldStep, ItemStep, Steps, Task, ThereFieldStep, ThereStep


def plan(undo: Run, undone: Run, link: Link, seen: Seen) -> Planned:
    planner = _SetupPlanner(Book(runs.class_of(undo)), undone, link, seen)
    return Planned(planner.steps(), shown(planner.told, planner.book.class_id, link.id))


class _SetupPlanner:
    def __init__(self, book: Book, undone: Run, link: Link, seen: Seen) -> None:
        self.book = book
        self.undone = undone
        self.link = link
        self.seen = seen
        self.told = Told()
        self.pairs = {
            pair.activity_id: pair for pair in Pair.objects.filter(link=link, activity__isnull=False)
        }
        self.items: set[int] = set()
        self.cells: list[CellStep] = []
        self.fields: list[FieldStep] = []
        self.there: list[ThereStep] = []
        self.there_fields: list[ThereFieldStep] = []
        self.to_type: dict[int, list[str]] = defaultdict(list)
        """Activity → what a person types at its assignment."""

    def steps(self) -> Steps:
        remove, tasks = self._items()
        for cell in MovedCell.objects.filter(run_id=self.undone.id, link=self.link).order_by(
            "activity_id", "student_id"
        ):
            if cell.activity_id not in self.items:
                self._cell(cell)
        for field in MovedField.objects.filter(run_id=self.undone.id, link=self.link).order_by(
            "activity_id", "id"
        ):
            if field.activity_id not in self.items:
                self._field(field)
        tasks += [self._typing(activity, texts) for activity, texts in sorted(self.to_type.items())]
        return Steps(
            cells=tuple(self.cells),
            fields=tuple(self.fields),
            remove=tuple(remove),
            tasks=tuple(tasks),
            there=tuple(self.there),
            there_fields=tuple(self.there_fields),
            categories=tuple(self._categories({step.activity for step in remove})),
        )

    # Activities and categories

    def _items(self) -> tuple[list[ItemStep], list[Task]]:
        remove: list[ItemStep] = []
        tasks: list[Task] = []
        for entry in made_items(self.book.class_id, self.undone):
            activity = entry.activity_id
            assert activity is not None
            self.items.add(activity)
            pair = self.pairs.get(activity)
            if entry.side == Side.AERIES:
                tasks += self._made_there(activity, pair)
            elif self.book.activities[activity].deleted_at is None:
                remove += self._made_here(entry, activity, pair)
        return remove, tasks

    def _made_here(self, entry: HistoryEntry, activity: int, pair: Pair | None) -> list[ItemStep]:
        if used_since(activity, self.undone, entry.id, by_persons_only=True):
            self._leave(Reason.IN_USE, activity, None)
            return []
        line = Line("lms", "delete_activity", activity, None, self.book.title(activity), None)
        self.told.report.add(line, "activities_updated")
        return [ItemStep(activity, None if pair is None else pair.id)]

    def _made_there(self, activity: int, pair: Pair | None) -> list[Task]:
        if pair is None or pair.unique_id is None or pair.unique_id not in self.seen.listed:
            return []
        task = Task("delete", pair.unique_id, pair.number or 0, pair.their_title, activity, pair.id)
        message = words.delete(task.number, task.title)
        self.told.tasks.append(item(self.book, "aeries", activity, None, "delete_in_aeries", message))
        return [task]

    def _categories(self, removed: set[int]) -> list[int]:
        """Those that the set-up made here and nothing else uses."""
        if self.undone.kind != RunKind.SETUP:
            return []
        made = set(
            HistoryEntry.objects.filter(
                school_class_id=self.book.class_id, run_id=self.undone.id, field="category", before=None
            ).values_list("after", flat=True)
        )
        used = {
            row.category_id
            for row in self.book.activities.values()
            if row.deleted_at is None and row.id not in removed
        }
        paired = CategoryPair.objects.filter(link=self.link, category__isnull=False)
        found = []
        for category_id in paired.values_list("category_id", flat=True):
            category = self.book.categories.get(category_id or 0)
            if category is None or category.deleted_at is not None or category.id in used:
                continue
            if any(text == category.name or (text or "").startswith(f"{category.name}, ") for text in made):
                found.append(category.id)
        return found

    def _leave(self, reason: Reason, activity: int, student: int | None, stands: str = "") -> None:
        line = item(self.book, "lms", activity, student, reason.value, words.left(reason), stands=stands)
        self.told.left.append(line)

    # Cells

    def _cell(self, row: MovedCell) -> None:
        pair = self.pairs.get(row.activity_id)
        seen = None if pair is None else self.seen.pairs.get(pair.id)
        if self.book.activities[row.activity_id].deleted_at is not None:
            self._leave(Reason.DELETED, row.activity_id, row.student_id)
            return
        if pair is None or seen is None or seen.reading is None or seen.assignment is None:
            self._leave(Reason.UNREADABLE, row.activity_id, row.student_id)
            return
        view = next((view for view in seen.view.cells if view.student == row.student_id), None)
        if view is None:
            self._leave(Reason.NOT_IN_CLASS, row.activity_id, row.student_id)
            return
        theirs = seen.reading.rows.get(view.sis_student_id)
        moved = moved_of(row)
        reason = _edited(moved, view, theirs)
        if reason is not None or theirs is None:
            self._leave(
                reason or Reason.NOT_IN_GRADEBOOK, row.activity_id, row.student_id, str(view.ours.value)
            )
            return
        self._ours(row, moved, view)
        self._theirs(row, pair, seen, moved, view, theirs)

    def _ours(self, row: MovedCell, moved: Moved, view: CellView) -> None:
        if moved.ours is None or moved.ours == view.ours.value:
            return
        self._line("lms", row, view.ours.value, moved.ours)
        kind, text = codec.value_columns(moved.ours)
        self.cells.append(
            CellStep(self.link.id, row.activity_id, row.student_id, view.ours.version, kind, text)
        )

    def _theirs(
        self, row: MovedCell, pair: Pair, seen: SeenPair, moved: Moved, view: CellView, theirs: TheirCell
    ) -> None:
        if moved.theirs is None or moved.theirs == theirs.form:
            return
        maxima = terms_of(seen).maxima
        before = TheirCell(moved.theirs, theirs.entry_max, theirs.weight_max)
        wanted = self.seen.link.far.decode(before, maxima.ours)
        stands = self.seen.link.far.decode(theirs, maxima.ours)
        form = self._sendable(moved.theirs, wanted, seen)
        if form is None:
            name = self.book.names.get(row.student_id, "")
            text = str(moved.theirs) or "clear it"
            self.to_type[row.activity_id].append(f"{name}: {text}")
            message = (
                sentence("Type in Aeries: %(text)s.", text=text)
                if str(moved.theirs)
                else sentence("Clear it in Aeries.")
            )
            line = item(
                self.book,
                "aeries",
                row.activity_id,
                row.student_id,
                "type_in_aeries",
                message,
                stands=str(stands),
                wanted=str(wanted),
            )
            self.told.tasks.append(line)
            return
        self._line("aeries", row, stands, wanted)
        expected_kind, expected_text = codec.form_columns(theirs.form)
        kind, text = codec.form_columns(form)
        self.there.append(
            ThereStep(pair.id, row.student_id, view.ours.version, expected_kind, expected_text, kind, text)
        )

    def _sendable(self, form: Form, value: OurValue, seen: SeenPair) -> Form | None:
        """The very form where a request can say it, else the same value in one that it can; None: only by hand."""
        if form.kind == "number":
            return form
        encoded = self.seen.link.far.encode(value, terms_of(seen))
        return encoded.form if isinstance(encoded, Sendable) else None

    def _line(
        self, side: Literal["lms", "aeries"], row: MovedCell, before: OurValue, after: OurValue
    ) -> None:
        kind = kind_of(after)
        line = Line(side, kind, row.activity_id, row.student_id, value_text(before), value_text(after))
        self.told.report.add(line, "scores_cleared" if kind == "clear_score" else "scores_set")

    def _typing(self, activity: int, texts: list[str]) -> Task:
        pair = self.pairs[activity]
        return Task(
            "type",
            pair.unique_id or "",
            pair.number or 0,
            pair.their_title,
            activity,
            pair.id,
            "; ".join(texts) + ".",
        )

    # Fields

    def _field(self, row: MovedField) -> None:
        activity = self.book.activities[row.activity_id]
        pair = self.pairs.get(row.activity_id)
        seen = None if pair is None else self.seen.pairs.get(pair.id)
        if pair is None or seen is None or seen.assignment is None or activity.deleted_at is not None:
            self._leave(Reason.UNREADABLE, row.activity_id, None)
            return
        name = Field(row.field)
        ours, theirs = our_half(name, load.our_activity(activity)), their_half(name, seen.assignment)
        if row.after_ours is None:
            self._leave(Reason.UNKNOWN, activity.id, None)
            return
        if ours != row.after_ours:
            self._leave(Reason.CHANGED_HERE, activity.id, None, f"{name}: {self.book.shown(name, ours)}")
            return
        if row.after_theirs is not None and theirs != row.after_theirs:
            self._leave(Reason.CHANGED_THERE, activity.id, None, f"{name}: {theirs}")
            return
        if row.ours is not None and row.ours not in (NEVER_AGREED, ours) and self._possible(name, row.ours):
            self._field_line("lms", activity, name, ours, row.ours)
            self.fields.append(
                FieldStep(self.link.id, activity.id, None, name.value, ours, row.ours, apart=theirs)
            )
        if row.theirs is not None and row.theirs not in (NEVER_AGREED, theirs):
            self._field_line("aeries", activity, name, theirs, row.theirs)
            self.there_fields.append(ThereFieldStep(pair.id, name.value, theirs, row.theirs))

    def _possible(self, name: Field, half: str) -> bool:
        if name is not Field.CATEGORY or not half:
            return True
        category = self.book.categories.get(int(half)) if half.isdecimal() else None
        return category is not None and category.deleted_at is None

    def _field_line(
        self, side: Literal["lms", "aeries"], activity: Activity, name: Field, before: str, after: str
    ) -> None:
        shown_before, shown_after = (
            (self.book.shown(name, before), self.book.shown(name, after))
            if side == "lms"
            else (before, after)
        )
        line = Line(
            side, "update_activity", activity.id, None, f"{name}: {shown_before}", f"{name}: {shown_after}"
        )
        self.told.report.add(line, "activities_updated")


def _edited(moved: Moved, view: CellView, theirs: TheirCell | None) -> Reason | None:
    if view.ours.version != moved.after_version:
        return Reason.CHANGED_HERE
    if theirs is None:
        return Reason.NOT_IN_GRADEBOOK
    if view.base is None or view.base.theirs != theirs.form:
        return Reason.CHANGED_THERE
    return None
