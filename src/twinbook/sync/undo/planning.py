"""What an undo would do: every value that goes back, what Aeries cannot be given, and what is left alone and why (G4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db.models import Q

from twinbook.core.carry_out.report import Line, Report
from twinbook.core.carry_out.scores_outcome import kind_of
from twinbook.core.carry_out.undo import Seen, SeenPair
from twinbook.core.carry_out.views import CellView
from twinbook.core.cells import ProblemCode
from twinbook.core.fields import CategoryMap, Field, our_half, their_half
from twinbook.core.remote import CellTerms
from twinbook.core.undo import (
    CellNow,
    LeaveAlone,
    Moved,
    MovedHalves,
    PutBack,
    Reason,
    put_back,
    put_back_field,
)
from twinbook.core.values import Maxima, OurValue
from twinbook.gradebook import scores
from twinbook.gradebook.cells import Cell, value_text
from twinbook.gradebook.models import Activity, Category, HistoryEntry, Side, Student
from twinbook.sync import codec, load, summary
from twinbook.sync.models import MovedCell, MovedField, Pair, PairState, Run, RunKind
from twinbook.sync.undo import notes, words
from twinbook.sync.undo.steps import CellStep, FieldStep, ItemStep, Steps, Task

Json = dict[str, Any]

PERSONS_RUNS = (RunKind.UNDO, RunKind.RESTORE)
"""What these write is a person's edit, although it has a run."""


@dataclass(frozen=True, slots=True)
class Planned:
    steps: Steps
    plan: Json


@dataclass
class Told:
    """What the plan shows beside its steps."""

    report: Report = field(default_factory=Report)
    left: list[Json] = field(default_factory=list)
    tasks: list[Json] = field(default_factory=list)


class Book:
    """The class as it stands here, with what an undo shows of it."""

    def __init__(self, class_id: int) -> None:
        self.class_id = class_id
        self.activities = {row.id: row for row in Activity.objects.filter(school_class_id=class_id)}
        self.categories = {row.id: row for row in Category.objects.filter(school_class_id=class_id)}
        rows = Student.objects.filter(memberships__school_class_id=class_id)
        self.names = {row.id: row.name for row in rows}
        self._cells: dict[int, dict[int, Cell]] = {}

    def cell(self, activity: int, student: int) -> Cell:
        if activity not in self._cells:
            self._cells[activity] = scores.of_activity(activity)
        return self._cells[activity].get(student) or Cell(student, activity)

    def title(self, activity: int) -> str:
        return self.activities[activity].title if activity in self.activities else ""

    def shown(self, name: str, half: str) -> str:
        """A half of a field for a person: categories by their name."""
        if name == Field.CATEGORY and half.isdecimal() and int(half) in self.categories:
            return self.categories[int(half)].name
        return half


def plan(undo: Run, undone: Run, seen: Mapping[int, Seen]) -> Planned:
    """`seen`: by link, what was read of the class's live gradebooks; without links only our side goes back."""
    assert undo.school_class_id is not None
    planner = _Planner(Book(undo.school_class_id), undone, seen)
    steps = planner.steps()
    return Planned(steps, shown(planner.told, undo.school_class_id, min(seen, default=0)))


def shown(told: Told, class_id: int, link_id: int) -> Json:
    told.report.count("held", len(told.tasks))
    told.report.count("skipped", len(told.left))
    body = summary.of_report(told.report, class_id, link_id)
    more = {"left": told.left, "tasks": told.tasks}
    told_all = {"counts": body["counts"], "changes": body["changes"], **more}
    return {**body, **more, "fingerprint": summary.fingerprint(told_all)}


def item(
    book: Book,
    side: Literal["lms", "aeries"],
    activity: int | None,
    student: int | None,
    code: str,
    message: str,
    *,
    stands: str | None = None,
    wanted: str | None = None,
    title: str = "",
) -> Json:
    """One line of what is left alone, or of what a person does."""
    return {
        "side": side,
        "code": code,
        "message": message,
        "activity": title or ("" if activity is None else book.title(activity)),
        "student": None if student is None else book.names.get(student, ""),
        "activity_id": None if activity is None else str(activity),
        "student_id": None if student is None else str(student),
        "stands": stands or None,
        "wanted": wanted or None,
    }


def moved_of(row: MovedCell) -> Moved:
    return Moved(
        side="lms" if row.side == Side.LMS else "aeries",
        agreed=row.agreed,
        ours=codec.optional_value(row.ours_kind, row.ours_text),
        theirs=codec.optional_form(row.theirs_kind, row.theirs_text),
        after_version=row.after_version,
    )


def used_since(activity: int, undone: Run, since: int, *, by_persons_only: bool) -> bool:
    """Whether anybody has edited or scored the activity after that entry of the history, other than the run itself."""
    rows = HistoryEntry.objects.filter(activity_id=activity, id__gt=since).exclude(run_id=undone.id)
    if by_persons_only:
        persons = Run.objects.filter(kind__in=PERSONS_RUNS).values("id")
        rows = rows.filter(Q(run_id=None) | Q(run_id__in=persons), side=Side.LMS)
    return rows.exists()


def made_items(class_id: int, undone: Run) -> list[HistoryEntry]:
    """The entries of activities that the run made, took away or brought back, oldest first; one an activity and side."""
    rows = HistoryEntry.objects.filter(
        school_class_id=class_id, run_id=undone.id, field="activity", activity__isnull=False
    )
    found: dict[tuple[int | None, str], HistoryEntry] = {}
    for row in rows.order_by("id"):
        found.setdefault((row.activity_id, row.side), row)
    return list(found.values())


class _Planner:
    def __init__(self, book: Book, undone: Run, seen: Mapping[int, Seen]) -> None:
        self.book = book
        self.undone = undone
        self.seen = seen
        self.told = Told()
        self.items: set[int] = set()
        self.push: dict[int, set[int]] = {}
        pairs = Pair.objects.filter(link_id__in=list(seen), activity__isnull=False)
        self.pairs = {(pair.link_id, pair.activity_id or 0): pair for pair in pairs}

    def steps(self) -> Steps:
        remove, bring_back, unpair = self._items()
        return Steps(
            remove=remove,
            bring_back=bring_back,
            unpair=unpair,
            relink=self._relinked(),
            cells=self._cells(),
            fields=self._fields(),
            push={str(link): sorted(pairs) for link, pairs in self.push.items()},
        )

    def _leave(self, reason: Reason, activity: int, student: int | None, **more: Any) -> None:
        side: Literal["lms", "aeries"] = "aeries" if reason is Reason.CHANGED_THERE else "lms"
        line = item(self.book, side, activity, student, reason.value, words.left(reason), **more)
        self.told.left.append(line)

    def _follow(self, pair: Pair) -> None:
        self.push.setdefault(pair.link_id, set()).add(pair.id)

    # Activities

    def _items(self) -> tuple[tuple[ItemStep, ...], tuple[ItemStep, ...], tuple[Task, ...]]:
        remove: list[ItemStep] = []
        bring_back: list[ItemStep] = []
        unpair: list[Task] = []
        for entry in made_items(self.book.class_id, self.undone):
            activity = entry.activity_id
            assert activity is not None
            self.items.add(activity)
            if entry.side == Side.AERIES:
                unpair += self._made_there(entry, activity)
            elif entry.after is None:
                bring_back += self._taken_away(activity)
            else:
                remove += self._made_here(entry, activity)
        return tuple(remove), tuple(bring_back), tuple(unpair)

    def _made_here(self, entry: HistoryEntry, activity: int) -> list[ItemStep]:
        if self.book.activities[activity].deleted_at is not None:
            return []
        if used_since(activity, self.undone, entry.id, by_persons_only=True):
            self._leave(Reason.IN_USE, activity, None)
            return []
        self.told.report.add(
            Line("lms", "delete_activity", activity, None, self.book.title(activity), None),
            "activities_updated",
        )
        pair = self._live_pair(activity)
        return [ItemStep(activity, None if pair is None else pair.id)]

    def _taken_away(self, activity: int) -> list[ItemStep]:
        if self.book.activities[activity].deleted_at is None:
            return []
        self.told.report.add(
            Line("lms", "create_activity", activity, None, None, self.book.title(activity)),
            "activities_created",
        )
        pair = self._live_pair(activity)
        if pair is None:
            return [ItemStep(activity, None)]
        state = self.undone.params.get("pairs", {}).get(str(pair.id), "")
        if state:
            self._follow(pair)
        return [ItemStep(activity, pair.id, state)]

    def _made_there(self, entry: HistoryEntry, activity: int) -> list[Task]:
        """In each gradebook of the class, where it stands in several."""
        pairs = [
            pair
            for (_, owner), pair in sorted(self.pairs.items())
            if owner == activity and pair.unique_id is not None and pair.state == PairState.LINKED
        ]
        if not pairs:
            return []
        if used_since(activity, self.undone, entry.id, by_persons_only=False):
            self._leave(Reason.IN_USE, activity, None)
            return []
        return [self._task_of(pair, activity) for pair in pairs]

    def _task_of(self, pair: Pair, activity: int) -> Task:
        task = Task("delete", pair.unique_id or "", pair.number or 0, pair.their_title, activity, pair.id)
        if task.unique_id in self.seen[pair.link_id].listed:
            message = words.delete(task.number, task.title)
            self.told.tasks.append(item(self.book, "aeries", activity, None, "delete_in_aeries", message))
        return task

    def _pair_of(self, link: int | None, activity: int) -> Pair | None:
        """In the gradebook where the run moved it; after the class was joined anew, the pair that it has now."""
        if link is None:
            return None
        return self.pairs.get((link, activity)) if link in self.seen else self._live_pair(activity)

    def _live_pair(self, activity: int) -> Pair | None:
        return next((pair for (_, owner), pair in self.pairs.items() if owner == activity), None)

    def _relinked(self) -> tuple[ItemStep, ...]:
        """Pairs that the undone undo took apart."""
        if self.undone.kind != RunKind.UNDO:
            return ()
        states = self.undone.params.get("pairs", {})
        found = []
        for pair in self.pairs.values():
            if pair.state == PairState.UNLINKED and str(pair.id) in states and pair.activity_id is not None:
                found.append(ItemStep(pair.activity_id, pair.id, states[str(pair.id)]))
                line = Line("lms", "update_activity", pair.activity_id, None, None, "joined again")
                self.told.report.add(line, "activities_updated")
                self._follow(pair)
        return tuple(found)

    # Cells

    def _cells(self) -> tuple[CellStep, ...]:
        rows = MovedCell.objects.filter(
            run_id=self.undone.id, activity__school_class_id=self.book.class_id
        ).order_by("activity_id", "student_id")
        found = [self._cell(row) for row in rows if row.activity_id not in self.items]
        return tuple(step for step in found if step is not None)

    def _cell(self, row: MovedCell) -> CellStep | None:
        if self.book.activities[row.activity_id].deleted_at is not None:
            self._leave(Reason.DELETED, row.activity_id, row.student_id)
            return None
        pair = self._pair_of(row.link_id, row.activity_id)
        if pair is None or pair.state != PairState.LINKED:
            return self._cell_here(row)
        seen = self.seen[pair.link_id].pairs.get(pair.id)
        if seen is None or seen.assignment is None or seen.reading is None:
            self._leave(Reason.UNREADABLE, row.activity_id, row.student_id)
            return None
        view = next((view for view in seen.view.cells if view.student == row.student_id), None)
        if view is None:
            self._leave(Reason.NOT_IN_CLASS, row.activity_id, row.student_id)
            return None
        return self._joined_cell(row, pair, seen, view)

    def _joined_cell(self, row: MovedCell, pair: Pair, seen: SeenPair, view: CellView) -> CellStep | None:
        assert seen.reading is not None
        link = self.seen[pair.link_id].link
        terms = terms_of(seen)
        now = CellNow(
            ours=view.ours,
            theirs=seen.reading.rows.get(view.sis_student_id),
            base=view.base,
            membership=link.membership(view.sis_student_id, seen.view.their_due_on, view.agreed_as),
            term_open=link.term_open(seen.view.their_due_on) or view.send_anyway,
        )
        decision = put_back(moved_of(row), now, link.far, terms)
        match decision:
            case LeaveAlone(reason):
                stands = str(view.ours.value)
                if reason is Reason.CHANGED_THERE and now.theirs is not None:
                    stands = link.far.describe(now.theirs) if hasattr(link.far, "describe") else ""
                self._leave(reason, row.activity_id, row.student_id, stands=stands)
                return None
            case PutBack():
                self._tell(row, view.ours.value, decision)
                self._follow(pair)
                return _cell_step(row, pair.link_id, decision.expected_version, decision.value)

    def _tell(self, row: MovedCell, stands: OurValue, decision: PutBack) -> None:
        activity, student = row.activity_id, row.student_id
        if decision.value != stands:
            self._line("lms", activity, student, stands, decision.value)
        if decision.there is None:
            return
        if decision.problem is None:
            self._line("aeries", activity, student, decision.there, decision.value)
            return
        task = item(
            self.book,
            "aeries",
            activity,
            student,
            decision.problem.value,
            words.to_type(ProblemCode(decision.problem), decision.to_type),
            stands=str(decision.there),
            wanted=str(decision.value),
        )
        self.told.tasks.append(task)

    def _line(
        self, side: Literal["lms", "aeries"], activity: int, student: int, before: OurValue, after: OurValue
    ) -> None:
        kind = kind_of(after)
        line = Line(side, kind, activity, student, value_text(before), value_text(after))
        self.told.report.add(line, "scores_cleared" if kind == "clear_score" else "scores_set")

    def _cell_here(self, row: MovedCell) -> CellStep | None:
        """The class is no longer joined with that gradebook, or this activity is not: only our side goes back."""
        moved = moved_of(row)
        cell = self.book.cell(row.activity_id, row.student_id)
        if cell.value_version != moved.after_version:
            self._leave(Reason.CHANGED_HERE, row.activity_id, row.student_id, stands=str(cell.value))
            return None
        value = moved.ours
        if value is None or value == cell.value:
            return None
        self._line("lms", row.activity_id, row.student_id, cell.value, value)
        if row.link_id is not None:
            message = words.stays_there(str(value))
            self.told.left.append(
                item(self.book, "aeries", row.activity_id, row.student_id, "not_joined", message)
            )
        return _cell_step(row, row.link_id, cell.value_version, value)

    # Fields

    def _fields(self) -> tuple[FieldStep, ...]:
        rows = MovedField.objects.filter(
            run_id=self.undone.id, activity__school_class_id=self.book.class_id
        ).order_by("activity_id", "id")
        found = [self._field(row) for row in rows if row.activity_id not in self.items]
        return tuple(step for step in found if step is not None)

    def _field(self, row: MovedField) -> FieldStep | None:
        activity = self.book.activities[row.activity_id]
        if activity.deleted_at is not None:
            self._leave(Reason.DELETED, row.activity_id, row.student_id)
            return None
        if row.student_id is not None:
            return self._note(row, row.student_id)
        if row.field not in set(Field) or row.theirs is None:
            return self._field_here(row, activity)
        pair = self._pair_of(row.link_id, row.activity_id)
        if pair is None or pair.state != PairState.LINKED or row.ours is None:
            return self._field_here(row, activity)
        seen = self.seen[pair.link_id].pairs.get(pair.id)
        if seen is None or seen.assignment is None:
            self._leave(Reason.UNREADABLE, row.activity_id, None)
            return None
        return self._joined_field(row, activity, pair, seen, self.seen[pair.link_id].link.categories)

    def _joined_field(
        self, row: MovedField, activity: Activity, pair: Pair, seen: SeenPair, categories: CategoryMap
    ) -> FieldStep | None:
        assert seen.assignment is not None and row.ours is not None and row.theirs is not None
        name = Field(row.field)
        ours, theirs = our_half(name, load.our_activity(activity)), their_half(name, seen.assignment)
        halves = MovedHalves(name, row.ours, row.theirs, row.after_ours, row.after_theirs)
        decision = put_back_field(halves, ours, theirs, categories)
        if isinstance(decision, LeaveAlone):
            stands = theirs if decision.reason is Reason.CHANGED_THERE else ours
            self._leave(decision.reason, activity.id, None, stands=f"{name}: {self.book.shown(name, stands)}")
            return None
        if not self._possible(name, decision.ours):
            self._leave(Reason.UNKNOWN, activity.id, None)
            return None
        self._field_line("lms", activity.id, name, ours, decision.ours)
        self._follow(pair)
        apart = None
        if decision.to_type:
            apart = theirs
            message = words.field_to_type(decision.to_type)
            self.told.left.append(item(self.book, "aeries", activity.id, None, "field_apart", message))
        elif decision.there is not None:
            self._field_line("aeries", activity.id, name, decision.there, decision.ours)
        return FieldStep(pair.link_id, activity.id, None, name.value, ours, decision.ours, apart)

    def _field_here(self, row: MovedField, activity: Activity) -> FieldStep | None:
        """A field of our side alone, or of a class that is no longer joined."""
        ours = notes.half(row.field, activity)
        if row.after_ours is None:
            self._leave(Reason.UNKNOWN, activity.id, None)
            return None
        if not notes.says(row.field, activity, row.after_ours):
            self._leave(Reason.CHANGED_HERE, activity.id, None, stands=f"{row.field}: {ours}")
            return None
        if row.ours is None or row.ours == ours or not self._possible(row.field, row.ours):
            return None
        self._field_line("lms", activity.id, row.field, ours, row.ours)
        pair = self._live_pair(activity.id)
        if pair is not None and pair.state == PairState.LINKED:
            self._follow(pair)
        return FieldStep(None, activity.id, None, row.field, ours, row.ours)

    def _note(self, row: MovedField, student: int) -> FieldStep | None:
        cell = self.book.cell(row.activity_id, student)
        stands = notes.of_cell(row.field, cell)
        if stands != row.after_ours:
            self._leave(Reason.CHANGED_HERE, row.activity_id, student, stands=stands or "")
            return None
        if row.ours == stands:
            return None
        line = Line("lms", f"set_{row.field}", row.activity_id, student, stands, row.ours)
        self.told.report.add(line, "scores_set")
        return FieldStep(None, row.activity_id, student, row.field, stands, row.ours)

    def _possible(self, name: str, half: str) -> bool:
        if name != Field.CATEGORY or not half:
            return True
        category = self.book.categories.get(int(half)) if half.isdecimal() else None
        return category is not None and category.deleted_at is None

    def _field_line(
        self, side: Literal["lms", "aeries"], activity: int, name: str, before: str, after: str
    ) -> None:
        shown_before, shown_after = self.book.shown(name, before), self.book.shown(name, after)
        if before == after:
            return
        line = Line(
            side, "update_activity", activity, None, f"{name}: {shown_before}", f"{name}: {shown_after}"
        )
        self.told.report.add(line, "activities_updated")


def terms_of(seen: SeenPair) -> CellTerms:
    """As they stand now; a row's own maxima replace theirs."""
    assert seen.assignment is not None
    activity = seen.view.activity
    ours = activity.points * 0 if activity.extra_credit else activity.points
    maxima = Maxima(ours, seen.assignment.entry_max, seen.assignment.weight_max)
    return CellTerms(maxima, seen.assignment.grading_completed)


def _cell_step(row: MovedCell, link: int | None, version: int, value: OurValue) -> CellStep:
    kind, text = codec.value_columns(value)
    return CellStep(link, row.activity_id, row.student_id, version, kind, text)
