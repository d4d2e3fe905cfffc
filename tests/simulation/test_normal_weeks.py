"""A hundred normal weeks stop nothing that is normal: at most one false stop (G1).

Twenty classes for five weeks each with the real machine, as a district of twenty; then sixty classes for a hundred weeks
as counts alone. Each from one seed.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from fractions import Fraction

from tests.simulation.room import Class, Work, _join, classroom
from twinbook.core.carry_out.look import carry_out_planned, look_through
from twinbook.core.district_brake import ClassCount, DistrictLimits, NightCount, too_much, usual

STUDENTS = 24
CLASSES = 20
WEEKS = 5
NIGHTS = 5
LIMITS = DistrictLimits()
SEED = int(os.environ.get("SIMULATION_SEED", "7"))


class Teaching:
    """A teacher who works here, and now and then corrects, excuses or completes something in Aeries."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.world: Class = classroom([self._new_work() for _ in range(self.random.randint(3, 8))], STUDENTS)
        self.works = len(self.world.store.activities)
        self.stops = 0

    def _new_work(self) -> Work:
        """Scored here; a few students were absent."""
        return Work(tuple(("" if self.random.random() < 0.1 else self._score(), "") for _ in range(STUDENTS)))

    def _score(self) -> str:
        return str(self.random.choice(("5", "6", "6.5", "7", "8", "8.5", "9", "10")))

    def day(self) -> None:
        chance = self.random.random
        if chance() < 0.4:
            self._gives_work()
        if chance() < 0.5:
            self._grades_here()
        for _ in range(self.random.choice((0, 0, 0, 1, 1, 2, 3))):
            self._corrects_there()
        if chance() < 0.1:
            self._completes_there()
        if chance() < 0.05:
            self._curves_there()
        if chance() < 0.05:
            self._excuses_there()

    def night(self) -> ClassCount:
        world = self.world
        planned = world.worker(look_through(only_plan=True)).run().planned
        assert planned is not None
        world.worker(carry_out_planned(planned)).run()
        world.catch_up()
        self.stops += sum(code == "mass_change" for code in world.codes().values())
        for subject, code in list(world.codes().items()):
            if code == "mass_change":
                world.store.answer_mass_change(subject, approved=True)
        world.catch_up()
        return ClassCount(planned.compared, planned.losing, stopped=bool(planned.stops))

    def _gives_work(self) -> None:
        self.works += 1
        _join(self.world, self.works, self._new_work())

    def _grades_here(self) -> None:
        """Regrades a whole activity: typed here, it never counts."""
        work = self.random.randint(1, self.works)
        for student in range(1, STUDENTS + 1):
            self.world.type_here(work, student, self._score())

    def _cell(self) -> tuple[int, int]:
        return self.random.randint(1, self.works), self.random.randint(1, STUDENTS)

    def _corrects_there(self) -> None:
        self.world.type_there(*self._cell(), self._score())

    def _completes_there(self) -> None:
        """Late papers of one activity, entered in Aeries."""
        work = self.random.randint(1, self.works)
        for student in range(1, STUDENTS + 1):
            if not self.world.here(work, student):
                self.world.type_there(work, student, self._score())

    def _curves_there(self) -> None:
        """A third of a class gets another score for one activity."""
        work = self.random.randint(1, self.works)
        for student in self.random.sample(range(1, STUDENTS + 1), STUDENTS // 3):
            self.world.type_there(work, student, self._score())

    def _excuses_there(self) -> None:
        """A student who was ill: the newest work does not count."""
        student = self.random.randint(1, STUDENTS)
        for work in range(max(1, self.works - 1), self.works + 1):
            self.world.type_there(work, student, "NA")


def test_a_hundred_weeks_of_twenty_classes_give_at_most_one_false_stop() -> None:
    classes = [Teaching(SEED * 1000 + number) for number in range(CLASSES)]
    stopped_nights = 0
    past: list[Fraction] = []
    moved = 0
    for _ in range(WEEKS * NIGHTS):
        night = NightCount()
        for one in classes:
            one.day()
            night = night.plus(one.night(), LIMITS)
        stopped = too_much(night, LIMITS, usual(past, LIMITS), CLASSES) is not None
        stopped_nights += stopped
        if not stopped:
            past.insert(0, night.changed_share)
        moved += night.losing
    assert moved > 300, "weeks in which nothing is corrected prove nothing"
    assert sum(one.stops for one in classes) + stopped_nights <= 1


def test_a_hundred_weeks_of_sixty_classes_stop_at_most_one_night() -> None:
    limits, stops = LIMITS, 0
    past: list[Fraction] = []
    for night in district_nights(random.Random(SEED), classes=60, weeks=100):
        stopped = too_much(night, limits, usual(past, limits), 60) is not None
        stops += stopped
        if not stopped:
            past.insert(0, night.changed_share)
    assert stops <= 1


def test_a_restore_in_the_middle_of_them_is_stopped() -> None:
    """Fifteen of a hundred values of every class; the usual was learned from the nights before."""
    past: list[Fraction] = []
    for night in district_nights(random.Random(SEED), classes=60, weeks=10):
        past.insert(0, night.changed_share)
    restored = NightCount()
    for _ in range(60):
        restored = restored.plus(ClassCount(800, 120, stopped=False), LIMITS)
    assert too_much(restored, LIMITS, usual(past, LIMITS), 60) is not None


def district_nights(chance: random.Random, *, classes: int, weeks: int) -> Iterator[NightCount]:
    """Terms of twenty weeks: values grow from a few dozen to some hundreds; corrections follow their number; at the end of
    a term twice as many."""
    for week in range(weeks):
        of_term = week % 20
        for _ in range(5):
            night = NightCount()
            for _ in range(classes):
                compared = 30 + 60 * of_term + chance.randint(0, 30)
                rate = 0.002 if of_term < 18 else 0.004
                losing = sum(chance.random() < rate for _ in range(compared // 4)) * 2
                if chance.random() < 0.01:
                    losing += chance.randint(5, 10)
                night = night.plus(ClassCount(compared, losing, stopped=False), LIMITS)
            yield night
