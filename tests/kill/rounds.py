"""Rounds of kill -9 against an installation as a district runs it: `twinbook serve` with its embedded database, and a
sandbox that keeps its state. While a round goes on, two teachers type over REST, and a night or a force sync may run; then worker, web process, database or
Aeries is killed at some moment, and what follows is watched from outside.

`make kills` plays a hundred and prints how long it took until each class was served again.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import httpx2
from benchmarks.stage import EMPTY, FILLED, Class, join

from tests.kill.scene import PATIENCE_SECONDS, Scene
from twinbook.demo.school import CallFailed, Json, until

VICTIMS = ("worker", "web", "database", "aeries")
Cell = tuple[str, str]
"""(title, student)"""


@dataclass
class Typing:
    """What one teacher's saves have made sure of: a save that was answered holds; one that was not may hold or not."""

    sure: dict[Cell, str] = field(default_factory=dict)
    perhaps: dict[Cell, set[str]] = field(default_factory=dict)

    def answered(self, cell: Cell, value: str) -> None:
        self.sure[cell] = value
        self.perhaps.pop(cell, None)

    def unanswered(self, cell: Cell, value: str) -> None:
        self.perhaps.setdefault(cell, set()).add(value)

    @property
    def cells(self) -> set[Cell]:
        return {*self.sure, *self.perhaps}

    def allowed(self, cell: Cell) -> set[str]:
        return {self.sure.get(cell, ""), *self.perhaps.get(cell, ())}


class Teacher(threading.Thread):
    """Types in one class until told to stop; whatever breaks meanwhile, the next value is typed."""

    def __init__(self, rounds: Rounds, school_class: Class, seed: int) -> None:
        super().__init__(daemon=True)
        self.rounds, self.school_class, self.dice = rounds, school_class, random.Random(seed)
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.wait(0.02 + self.dice.random() / 20):
            title = self.dice.choice(list(self.rounds.titles[self.school_class.id].items()))
            self._save(title, self.dice.choice(self.school_class.students), self.rounds.value())

    def _save(self, activity: tuple[str, str], student: str, value: str) -> None:
        title, activity_id = activity
        typing = self.rounds.typed[self.school_class.id]
        try:
            self.school_class.save(activity_id, student, value)
        except (httpx2.HTTPError, CallFailed):
            typing.unanswered((title, student), value)
        else:
            typing.answered((title, student), value)


class Rounds:
    """`play` as often as wanted, then `wrongs`."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene, self.dice = scene, random.Random(seed)
        self.counter = 0
        self.lock = threading.Lock()
        self.classes = [join(scene.twinbook, EMPTY), join(scene.twinbook, FILLED)]
        self.books = dict(zip([c.id for c in self.classes], [EMPTY[1], FILLED[1]], strict=True))
        self.typed = {school_class.id: Typing() for school_class in self.classes}
        self.titles: dict[str, dict[str, str]] = {school_class.id: {} for school_class in self.classes}
        self.runs: list[str] = []
        self.recovered: dict[str, list[float]] = {victim: [] for victim in VICTIMS}
        for school_class in self.classes:
            for title in ("Alpine lakes", "Weather diary", "Map drawing"):
                self.titles[school_class.id][title] = school_class.activity(title)
        self._wait_until_created()

    def _wait_until_created(self) -> None:
        """What is measured is the class, and not an activity whose insert ended doubtfully and so has to wait."""
        for school_class in self.classes:
            book, wanted = self.books[school_class.id], set(self.titles[school_class.id])
            there = until(partial(self._stand_in_aeries, book, wanted), PATIENCE_SECONDS)
            if not there:
                raise AssertionError(f"the first activities of class {school_class.id} did not reach Aeries")

    def _stand_in_aeries(self, book: int, titles: set[str]) -> bool:
        return titles <= {row["description"] for row in self.scene.aeries.assignments(book)}

    def value(self) -> str:
        """Never the same twice, and below an activity's hundred points for long."""
        with self.lock:
            self.counter += 1
            return f"{self.counter % 9_000 / 100:g}"

    def play(self, victim: str) -> None:
        """Everybody types; the victim is killed at some moment; how long until both classes are served again."""
        if self.dice.random() < 0.4:
            self._new_activity()
        self._start_a_run()
        teachers = [Teacher(self, c, self.dice.randrange(1_000_000)) for c in self.classes]
        for teacher in teachers:
            teacher.start()
        time.sleep(0.3 + self.dice.random())
        self.scene.kill(victim)
        killed_at = time.monotonic()
        if victim == "aeries":
            self.scene.start_aeries()
        time.sleep(self.dice.random())
        for teacher in teachers:
            teacher.stop.set()
            teacher.join()
        self.recovered[victim].append(max(self._served_again(c, killed_at) for c in self.classes))

    def _start_a_run(self) -> None:
        """Half of the rounds: a night, or a force sync of a class, is what is killed in the middle. One that goes on from the
        round before is not doubled."""
        path = self.dice.choice([None, None, "/nightly", self.dice.choice(self.classes).path("/force-sync")])
        if path is None or any(not self._ended(run) for run in self.runs):
            return
        self.runs.append(str(self.scene.twinbook.post(path)["id"]))

    def _ended(self, run: str) -> bool:
        try:
            return self.scene.twinbook.get(f"/runs/{run}")["state"] not in ("queued", "running")
        except (httpx2.HTTPError, CallFailed):
            return False

    def _new_activity(self) -> None:
        """Its insert may be what is under way when the kill comes."""
        school_class = self.dice.choice(self.classes)
        title = f"{self.dice.choice(('Cliffs', 'Tides', 'Dunes', 'Verbs'))} {self.value()}"
        self.titles[school_class.id][title] = school_class.activity(title)

    def _served_again(self, school_class: Class, killed_at: float) -> float:
        """Seconds until a value typed after the kill was read back. In an activity that Aeries has had for long: one whose
        insert ended doubtfully waits on purpose, and says so."""
        title = "Alpine lakes"
        activity, student = self.titles[school_class.id][title], school_class.students[0]
        value = self.value()

        def saved() -> bool:
            try:
                school_class.save(activity, student, value)
            except (httpx2.HTTPError, CallFailed):
                self.typed[school_class.id].unanswered((title, student), value)
                return False
            self.typed[school_class.id].answered((title, student), value)
            return True

        def read_back() -> bool:
            try:
                return school_class.synced_at(activity, student) is not None
            except (httpx2.HTTPError, CallFailed):
                return False

        if not until(saved, PATIENCE_SECONDS) or not until(read_back, PATIENCE_SECONDS):
            raise AssertionError(f"class {school_class.id} is not served again")
        return time.monotonic() - killed_at

    def wrongs(self) -> list[str]:
        """Left alone until nothing waits, and looked through once; then both sides are compared with what was typed."""
        found: list[str] = []
        for run in self.runs:
            if not until(partial(self._ended, run), 600.0):
                found.append(f"run {run} is never carried on")
            elif not _ended_well(self.scene.twinbook.get(f"/runs/{run}")):
                found.append(f"run {run} did not end well: {self.scene.twinbook.get(f'/runs/{run}')}")
        for school_class in self.classes:
            if not until(lambda c=school_class: c.waits() == 0, 600.0):  # type: ignore[misc]
                found.append(f"class {school_class.id} still has values that wait")
            twinbook = self.scene.twinbook
            done = twinbook.finished(twinbook.post(school_class.path("/force-sync")))
            if done["state"] != "done":
                found.append(
                    f"class {school_class.id}: the last look ended as {done['state']}: {done['error']}"
                )
            found += self._of(school_class)
        return found

    def _asked(self, school_class: Class) -> set[tuple[str, str | None]]:
        """(title, student, or None for the whole activity) of each open question."""
        names = {activity: title for title, activity in self.titles[school_class.id].items()}
        questions = self.scene.twinbook.get(school_class.path("/problems"))["items"]
        return {(names.get(q["activity_id"], ""), q["student_id"]) for q in questions}

    def _of(self, school_class: Class) -> Iterator[str]:
        book = self.scene.aeries.assignments(self.books[school_class.id])
        shown = {row["description"]: row for row in book}
        for title in {row["description"] for row in book}:
            if sum(row["description"] == title for row in book) > 1:
                yield f"{title} stands twice in Aeries"
        gradebook = self.scene.twinbook.get(school_class.path("/gradebook"))
        sis = {row["id"]: str(row["sis_student_id"]) for row in gradebook["students"]}
        here = {(cell["activity_id"], cell["student_id"]): cell for cell in gradebook["scores"]}
        typing = self.typed[school_class.id]
        asked = self._asked(school_class)
        for title, student in sorted(typing.cells):
            cell = here.get((self.titles[school_class.id][title], student))
            value = "" if cell is None else cell["score"] or ""
            allowed = typing.allowed((title, student))
            if value not in allowed:
                yield f"{title}, student {student}: {value!r} stands here, but {sorted(allowed)} was typed"
            row = shown.get(title, {"scores": {}})["scores"].get(sis[student], {"mark": None})
            if not _same(value, row["mark"]) and not asked & {(title, student), (title, None)}:
                yield f"{title}, student {student}: {value!r} here, {row['mark']!r} in Aeries"


def _ended_well(run: Json) -> bool:
    """Done, or given up because Aeries was killed under it: what it left is found again by itself."""
    away = run["error"] is not None and run["error"]["code"] == "aeries_unavailable"
    return run["state"] == "done" or (run["state"] == "failed" and away)


def _same(ours: str, theirs: str | None) -> bool:
    return (ours == "" and not theirs) or (bool(ours) and bool(theirs) and float(ours) == float(theirs or 0))
