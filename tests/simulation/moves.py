"""What can happen to a class between two looks, as plain values: perturbations of one agreed state."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.simulation.aeries_model import Student
from tests.simulation.room import TESTS, Class, Work, classroom, sis
from twinbook.core.cells import Policy

HERE = ("", "0", "8", "7.5", "33.3333", "17", "excused", "missing", "incomplete")
THERE = ("", "0", "8", "7.5", "66.6667", "22.6667", "95%", "33.3333", "NA", "TX", "MI", "QQ")
STUDENTS = 3


@dataclass(frozen=True)
class Move:
    name: str
    activity: int = 1
    student: int = 1
    text: str = ""


def _edit_here(world: Class, move: Move) -> None:
    if move.activity not in world.store.deleted:
        world.store.edit(move.activity, title=f"Title {move.text or 'x'}")


def _readd(world: Class, move: Move) -> None:
    world.aeries.drop(sis(move.student))
    world.aeries.enrol(sis(move.student), start=date(2026, 2, 20))


def _renumber(world: Class, move: Move) -> None:
    world.aeries.change(world.uid(move.activity), number=90 + move.activity)


def _leave_and_return(world: Class, move: Move) -> None:
    """Dropped and taken back by a correction of dates: the rows stay."""
    world.aeries.students[sis(move.student)] = Student(sis(move.student), start=date(2026, 1, 5))


MOVES: dict[str, Callable[[Class, Move], None]] = {
    "type here": lambda world, move: world.type_here(move.activity, move.student, move.text),
    "type there": lambda world, move: world.type_there(move.activity, move.student, move.text),
    "edit here": _edit_here,
    "edit there": lambda world, move: world.aeries.change(
        world.uid(move.activity), description=f"Title {move.text or 'y'}"
    ),
    "due here": lambda world, move: world.store.edit(move.activity, due_on=date(2026, 3, 16)),
    "due there": lambda world, move: world.aeries.change(
        world.uid(move.activity), date_due=date(2026, 3, 20)
    ),
    "category here": lambda world, move: world.store.edit(move.activity, category_id=TESTS),
    "points here": lambda world, move: world.store.edit(move.activity, points=Decimal(40)),
    "points there": lambda world, move: world.aeries.change_points(
        world.uid(move.activity), Decimal(50), Decimal(50)
    ),
    "row maximum": lambda world, move: world.aeries.set_row_maximum(
        world.uid(move.activity), sis(move.student), Decimal(16)
    ),
    "grading completed there": lambda world, move: world.aeries.change(
        world.uid(move.activity), grading_completed=True
    ),
    "renumber": _renumber,
    "drop": lambda world, move: world.aeries.drop(sis(move.student)),
    "drop and add": _readd,
    "other dates": _leave_and_return,
    "refuse": lambda world, move: world.aeries.refuses.add((world.uid(move.activity), sis(move.student))),
}
_USUAL = ("type here", "type there")


def beginnings() -> list[Class]:
    """Agreed classes of every unit: plain points, 150 points over 100 items, 30 points over 40, percents, extra credit."""
    works = [
        [
            Work((("8", "8"), ("", ""), ("excused", "NA"))),
            Work((("100", "66.6667"), ("75", "50"), ("", "")), "150", "100"),
        ],
        [
            Work((("17", "22.6667"), ("3", "4"), ("", "")), "30", "40", "30"),
            Work((("9.5", "95%"), ("", ""), ("0", "0"))),
        ],
        [
            Work((("33.3333", "33.3333"), ("", ""), ("missing", "MI")), "100"),
            Work((("3", "3"), ("", ""), ("", "")), "0"),
        ],
    ]
    return [
        classroom(pair, STUDENTS, policy=policy)
        for pair in works
        for policy in (Policy.ASK, Policy.LMS, Policy.AERIES)
    ]


def perturbed(beginning: Class, moves: list[Move]) -> Class:
    world = beginning.fork()
    for move in moves:
        MOVES[move.name](world, move)
    return world


def some_moves(source: random.Random, most: int = 4) -> list[Move]:
    return [_some_move(source) for _ in range(source.randint(1, most))]


def _some_move(source: random.Random) -> Move:
    name = source.choice(_USUAL) if source.random() < 0.75 else source.choice(list(MOVES))
    text = source.choice(HERE if name.endswith(" here") else THERE)
    return Move(name, source.randint(1, 2), source.randint(1, STUDENTS), text)
