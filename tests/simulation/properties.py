"""What must hold of every look, whatever happened before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.simulation.room import Class, disagreements, sis
from twinbook.aeries.side import form_of
from twinbook.core.carry_out import look, whole
from twinbook.core.carry_out.report import Report
from twinbook.core.carry_out.views import PairHead
from twinbook.core.fields import Field
from twinbook.core.remote import CellTerms, Sendable, TheirCell
from twinbook.core.values import Form, Maxima, OurValue

Cell = tuple[int, int]


def standing(world: Class) -> dict[str, Hashable]:
    """Everything that both gradebooks and our store hold, but for what passes with time: readings and doubts."""
    store = world.store
    return {
        "scores": _frozen(store.scores),
        "activities": _frozen(store.activities),
        "pairs": tuple(
            (key, pair.state, pair.maxima, tuple(pair.fields.get(field.value) for field in Field))
            for key, pair in store.pairs.items()
        ),
        "bases": _frozen(store.bases),
        "intents": len(store.intents),
        "problems": tuple(
            sorted((s, p.held.code, p.held.ours, p.held.theirs) for s, p in store.problems.items())
        ),
        "history": len(store.history),
        "rows": _frozen(world.aeries.rows),
        "assignments": _frozen(world.aeries.assignments),
    }


def _frozen(table: dict) -> Hashable:  # type: ignore[type-arg]
    return tuple(sorted(table.items(), key=lambda item: str(item[0])))


def gradebooks(world: Class) -> dict[str, Hashable]:
    """What people see, and what they are asked, in their own words: no ids, versions or order of events."""
    store, aeries = world.store, world.aeries
    here = {key: work.title for key, work in store.activities.items()}
    there = {key: (work.number, work.description) for key, work in aeries.assignments.items()}
    return {
        "activities": _frozen(
            {
                here[key]: replace(work, id=0, version=0, generation=0)
                for key, work in store.activities.items()
            }
        ),
        "values": _frozen({(here[a], student): cell.value for (a, student), cell in store.scores.items()}),
        "assignments": _frozen(
            {
                there[key]: replace(work, unique_id="", external_id=work.external_id[:4])
                for key, work in aeries.assignments.items()
            }
        ),
        "rows": _frozen(
            {(there[key], student): row for (key, student), row in aeries.rows.items() if key in there}
        ),
        "questions": tuple(
            sorted((p.held.code, str(p.held.ours), str(p.held.theirs)) for p in store.problems.values())
        ),
    }


def told(report: Report) -> tuple[Counter[Hashable], Counter[str]]:
    lines: Counter[Hashable] = Counter(
        (line.side, line.kind, line.activity, line.student, line.before, line.after) for line in report.lines
    )
    return lines, Counter({key: count for key, count in report.counts.items() if "." in key and count})


def check_dry_run(world: Class) -> Report:
    """It reads everything, and leaves everything as it is."""
    dry = world.fork()
    dry.set_link(writes=False)
    before, seen = standing(dry), (dry.store.link, dry.store.generation)
    report = dry.preview()
    assert standing(dry) == before
    assert (dry.store.link, dry.store.generation) == seen
    assert dry.writes == []
    return report


def check_agreement(world: Class) -> None:
    assert disagreements(world) == []


def check_quiet(world: Class, nights: int = 1) -> None:
    """Doing it again changes nothing (promise 7)."""
    written, before = len(world.writes), standing(world)
    for _ in range(nights):
        world.clock.advance(86_400)
        report = world.look().report
        assert report.lines == []
    assert len(world.writes) == written
    assert standing(world) == before


def values_before(world: Class) -> dict[Cell, set[OurValue | Form]]:
    """What each side holds for each cell, and what it would be called on the other side."""
    found: dict[Cell, set[OurValue | Form]] = {}
    link = world.store.link
    for pair in world.store.pairs.values():
        assert pair.activity is not None and pair.unique_id is not None
        rows = world.aeries.scores(pair.unique_id)
        points = world.points(pair.activity)
        work = world.aeries.assignments[pair.unique_id]
        settled = Maxima(points, work.number_correct_possible, work.points_possible)
        if pair.maxima != settled:
            # Points were changed: its scores are converted, some of them into new numbers (A3).
            continue
        for student in world.store.students:
            row = rows[sis(student)]
            theirs = TheirCell(
                form_of(row.mark, row.number_correct), row.number_correct_possible, row.points_possible
            )
            ours = world.store.cell(pair.activity, student).value
            maxima = Maxima(points, theirs.entry_max, theirs.weight_max)
            known: set[OurValue | Form] = {ours, theirs.form, link.far.decode(theirs, points)}
            encoded = link.far.encode(ours, CellTerms(maxima, grading_completed=False))
            if isinstance(encoded, Sendable):
                known.add(encoded.form)
            found[pair.activity, student] = known
    return found


def check_no_new_values(world: Class, known: dict[Cell, set[OurValue | Form]]) -> None:
    """No value appears that neither side had."""
    for (activity, student), values in known.items():
        assert world.store.cell(activity, student).value in values
        row = world.aeries.rows[world.uid(activity), sis(student)]
        assert form_of(row.mark, row.number_correct) in values


@contextmanager
def other_order() -> Iterator[None]:
    """Pairs are looked at in the reverse order."""
    usual = look.in_order

    def reverse(pairs: tuple[PairHead, ...]) -> list[PairHead]:
        return usual(pairs)[::-1]

    look.in_order = whole.in_order = reverse
    try:
        yield
    finally:
        look.in_order = whole.in_order = usual
