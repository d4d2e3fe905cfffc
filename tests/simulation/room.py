"""One class in a few words: its students, its work, and what both gradebooks hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from tests.core.cell_cases import ours
from tests.simulation.aeries_model import Aeries
from tests.simulation.clock import Clock
from tests.simulation.network import Network
from tests.simulation.remote import AeriesRemote
from tests.simulation.store import Link, Pair, Store
from tests.simulation.world import World
from twinbook.aeries.side import AeriesSide
from twinbook.core.carry_out.fields import maxima_of
from twinbook.core.carry_out.views import PairState
from twinbook.core.fields import CategoryMap, halves
from twinbook.core.remote import CellTerms
from twinbook.core.snapshot import OurActivity
from twinbook.core.values import Blank, Maxima

TODAY = date(2026, 3, 2)
DUE = date(2026, 3, 9)
DISTRICT = AeriesSide(marks={"EX": ours("excused").kind}, missing_mark="MI")  # type: ignore[union-attr]
HOMEWORK, TESTS = 1, 2
CATEGORIES = CategoryMap({HOMEWORK: "H", TESTS: "T"}, {"H": HOMEWORK, "T": TESTS})


@dataclass(frozen=True)
class Work:
    """An activity and its assignment; `cells`: for each student what stands here and there."""

    cells: Sequence[tuple[str, str]] = ()
    points: str = "10"
    entry: str | None = None
    weight: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)


class Class(World):
    """A world whose far side is Aeries, with the words of teachers on both sides."""

    remote: AeriesRemote

    @property
    def aeries(self) -> Aeries:
        return self.remote.aeries

    def fork(self) -> Class:
        forked = super().fork()
        forked.__class__ = Class
        assert isinstance(forked, Class)
        return forked

    def type_here(self, activity: int, student: int, text: str) -> None:
        self.store.save(activity, student, ours(text))

    def type_there(self, activity: int, student: int, text: str) -> None:
        self.aeries.type_in(self.uid(activity), sis(student), text)

    def here(self, activity: int, student: int) -> str:
        return str(self.store.cell(activity, student).value)

    def there(self, activity: int, student: int) -> str:
        row = self.aeries.rows[self.uid(activity), sis(student)]
        return _short(row.mark)

    def uid(self, activity: int) -> str:
        found = [p.unique_id for p in self.store.pairs.values() if p.activity == activity]
        assert len(found) == 1 and found[0] is not None
        return found[0]

    def pair(self, activity: int) -> Pair:
        (found,) = (p for p in self.store.pairs.values() if p.activity == activity)
        return found

    def points(self, activity: int) -> Decimal:
        """0 for extra credit, whatever its points say: nothing is rescaled there."""
        work = self.store.activities[activity]
        return Decimal(0) if work.extra_credit else work.points

    def codes(self) -> dict[str, str]:
        """Open questions: subject → code."""
        return {subject: problem.held.code for subject, problem in self.store.problems.items()}

    def set_link(self, **changes: Any) -> None:
        self.store.link = replace(self.store.link, **changes)


def sis(student: int) -> int:
    return 1000 + student


def activity(key: int, points: str = "10", **fields: Any) -> OurActivity:
    values: dict[str, Any] = {
        "title": f"Work {key}",
        "description": "",
        "category_id": HOMEWORK,
        "points": Decimal(points),
        "assigned_on": TODAY,
        "due_on": DUE,
        "extra_credit": Decimal(points) == 0,
        "grading_completed": False,
        "published": True,
        "version": 1,
        "generation": 0,
    }
    return OurActivity(id=key, **{**values, **fields})


def classroom(
    works: Iterable[Work] = (Work((("8", "8"),)),), students: int = 3, *, agreed: bool = True, **link: Any
) -> Class:
    """Activities 1, 2, … are linked; students 1, 2, … are in both gradebooks. `agreed`: after a first look."""
    clock = Clock()
    aeries = Aeries(TODAY)
    settings: dict[str, Any] = {"far": DISTRICT, "categories": CATEGORIES, "today": TODAY}
    store = Store(clock, Link(**{**settings, **link}))
    for student in range(1, students + 1):
        store.add_student(student, sis(student))
        aeries.enrol(sis(student))
    world = Class(clock, store, AeriesRemote(aeries), Network())
    for key, work in enumerate(works, start=1):
        _join(world, key, work)
    if agreed:
        world.catch_up()
        world.writes.clear()
        store.history.clear()
    return world


def _join(world: Class, key: int, work: Work) -> None:
    store, aeries = world.store, world.aeries
    ours_work = activity(key, work.points, **work.fields)
    store.add_activity(ours_work)
    unique_id = aeries.insert(
        {
            "Description": ours_work.title,
            "Comment": ours_work.description,
            "AssignmentCategoryCode": "H" if ours_work.category_id == HOMEWORK else "T",
            "PointsPossible": work.weight or work.points,
            "NumberCorrectPossible": work.entry or work.points,
            "DateAssigned": ours_work.assigned_on,
            "DateDue": ours_work.due_on,
        }
    ).unique_id
    if ours_work.grading_completed:
        aeries.change(unique_id, grading_completed=True)
    theirs = world.remote.assignment(unique_id)
    pair = store.next_id()
    store.pairs[pair] = Pair(
        pair,
        PairState.LINKED,
        key,
        unique_id=unique_id,
        number=theirs.number,
        title=theirs.title,
        fields=halves(store.activities[key], theirs),
        maxima=maxima_of(store.activities[key], theirs),
        their_due_on=theirs.due_on,
        their_grading_completed=theirs.grading_completed,
    )
    for student, (here, there) in enumerate(work.cells, start=1):
        if here:
            world.type_here(key, student, here)
        if there:
            aeries.type_in(unique_id, sis(student), there)


def _short(mark: str) -> str:
    return mark.rstrip("0").rstrip(".") if "." in mark else mark


def disagreements(world: Class) -> list[str]:
    """Cells of linked pairs that differ although no open question names them."""
    found: list[str] = []
    link = world.store.link
    for pair in world.store.pairs.values():
        view = world.store.pair_view(pair.id)
        if view is None or view.unique_id not in world.aeries.assignments or view.maxima is None:
            continue
        rows = world.remote.scores(view.unique_id)
        for cell in view.cells:
            theirs = rows.get(cell.sis_student_id)
            if theirs is None:
                continue
            if not _agree(world, pair, cell.student) and not named(world, view.activity.id, cell.student):
                found.append(
                    f"{view.activity.id}/{cell.student}: {cell.ours.value} here, {link.far.describe(theirs)} there"  # type: ignore[attr-defined]
                )
    return found


def _agree(world: Class, pair: Pair, student: int) -> bool:
    assert pair.activity is not None and pair.unique_id is not None
    theirs = world.remote.scores(pair.unique_id)[sis(student)]
    maxima = Maxima(world.points(pair.activity), theirs.entry_max, theirs.weight_max)
    ours_value = world.store.cell(pair.activity, student).value
    if isinstance(ours_value, Blank) and theirs.form.kind == "blank":
        return True
    terms = CellTerms(maxima, pair.their_grading_completed)
    return world.store.link.far.agrees(ours_value, theirs, terms)


def named(world: Class, activity: int, student: int) -> bool:
    subjects = {
        f"cell:{activity}:{student}",
        f"student:{student}",
        f"activity:{activity}",
        f"field:{activity}:points",
        "brake:class",
        f"brake:activity:{activity}",
        f"brake:student:{student}",
    }
    return bool(subjects & set(world.store.problems))
