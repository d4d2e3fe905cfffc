"""The same machine with another far side (design §2.5): nothing but its adapter knows Aeries."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import pytest

import twinbook.core
from tests.core.cell_cases import ours
from tests.simulation.clock import Clock
from tests.simulation.network import Network
from tests.simulation.odd_remote import OddRemote, OddSide
from tests.simulation.room import CATEGORIES, TODAY, activity, sis
from tests.simulation.store import Link, Pair, Store
from tests.simulation.world import World
from twinbook.core.carry_out.fields import maxima_of
from twinbook.core.carry_out.views import PairState
from twinbook.core.fields import halves
from twinbook.core.remote import CellTerms
from twinbook.core.snapshot import TheirStudent
from twinbook.core.values import Maxima

UID = "odd-1"
STUDENTS = (1, 2, 3)


class Odd(World):
    remote: OddRemote

    def type_here(self, student: int, text: str) -> None:
        self.store.save(1, student, ours(text))

    def here(self, student: int) -> str:
        return str(self.store.cell(1, student).value)

    def there(self, student: int) -> str:
        return str(self.remote.scores(UID)[sis(student)].form)

    def disagreements(self) -> list[int]:
        rows = self.remote.scores(UID)
        terms = CellTerms(Maxima(*([self.store.activities[1].points] * 3)), grading_completed=False)
        return [
            student
            for student in STUDENTS
            if not OddSide().agrees(self.store.cell(1, student).value, rows[sis(student)], terms)
            and f"cell:1:{student}" not in self.store.problems
        ]


@pytest.fixture
def world() -> Odd:
    clock = Clock()
    store = Store(clock, Link(far=OddSide(), categories=CATEGORIES, today=TODAY))
    remote = OddRemote(clock)
    remote.people = tuple(TheirStudent(sis(student), None, None) for student in STUDENTS)
    remote.add(UID, "Work 1", tuple(map(sis, STUDENTS)))
    store.add_activity(activity(1))
    for student in STUDENTS:
        store.add_student(student, sis(student))
    theirs, work = remote.assignment(UID), store.activities[1]
    store.pairs[1] = Pair(
        1, PairState.LINKED, 1, UID, fields=halves(work, theirs), maxima=maxima_of(work, theirs)
    )
    world = Odd(clock, store, remote, Network())
    world.catch_up()
    return world


def test_a_score_is_sent_rounded_and_proven_by_a_later_reading(world: Odd) -> None:
    world.type_here(1, "8.46")
    world.push()
    assert world.there(1) == ""
    assert world.store.intents
    world.clock.advance(200)
    world.push()
    assert (world.here(1), world.there(1)) == ("8.46", "85")
    assert not world.store.intents
    assert not world.store.waiting()


def test_its_rounding_is_never_taken_over(world: Odd) -> None:
    world.type_here(1, "8.46")
    for _ in range(4):
        world.settle()
    assert (world.here(1), world.there(1)) == ("8.46", "85")
    assert len(world.writes) == 1


def test_a_blank_can_be_written_there(world: Odd) -> None:
    world.type_here(1, "8")
    world.settle()
    world.type_here(1, "")
    world.settle()
    assert (world.here(1), world.there(1)) == ("", "")
    assert world.store.problems == {}


def test_refilled_blanks_are_blanks(world: Odd) -> None:
    world.type_here(1, "8")
    world.settle()
    world.remote.refill_blanks()
    world.settle()
    assert [world.here(student) for student in STUDENTS] == ["8", "", ""]
    assert world.store.problems == {}
    world.type_here(2, "5")
    world.settle()
    assert world.there(2) == "50"


def test_a_mark_that_it_can_take_is_sent(world: Odd) -> None:
    world.type_here(1, "excused")
    world.type_here(2, "missing")
    world.settle()
    assert world.there(1) == "exempt"
    assert {s: p.held.code for s, p in world.store.problems.items()} == {"cell:1:2": "mark_needs_typing"}


def test_a_change_there_comes_back(world: Odd) -> None:
    world.remote.type_in(UID, sis(1), "77")
    world.settle()
    assert world.here(1) == "7.7"


def test_a_newer_value_wins_over_one_that_shows_late(world: Odd) -> None:
    world.type_here(1, "8")
    world.push()
    world.type_here(1, "9")
    world.push()
    world.settle()
    assert (world.here(1), world.there(1)) == ("9", "90")


def test_seeded_weeks_end_in_agreement(world: Odd) -> None:
    for seed in range(150):
        source, odd = random.Random(seed), world.fork()
        odd.__class__ = Odd
        assert isinstance(odd, Odd)
        odd.remote.clock = odd.clock
        for _ in range(6):
            student = source.choice(STUDENTS)
            if source.random() < 0.5:
                odd.type_here(student, source.choice(("", "8", "7.77", "excused", "missing", "0")))
            elif source.random() < 0.8:
                odd.remote.type_in(UID, sis(student), source.choice(("", "80", "33", "exempt", "0")))
            else:
                odd.remote.refill_blanks()
            if source.random() < 0.6:
                odd.push()
            odd.clock.advance(source.choice((1, 30, 400)))
        odd.settle()
        assert odd.disagreements() == [], f"seed {seed}"
        written = len(odd.writes)
        odd.settle()
        assert len(odd.writes) == written, f"seed {seed}"


def test_core_names_no_form_of_aeries() -> None:
    """The words of Aeries' forms stand in its adapter alone; core never asks a form for its kind."""
    folder = Path(twinbook.core.__file__).parent
    found = []
    for path in sorted(folder.rglob("*.py")):
        if path.parent.name in ("matching", "setup") or path.name == "values.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Form"
            asked = isinstance(node, ast.Attribute) and node.attr == "kind" and path.name == "merge.py"
            if called or asked:
                found.append(f"{path.name}:{node.lineno}")  # type: ignore[attr-defined]
    assert found == []
