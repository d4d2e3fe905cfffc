"""A history of the real services from one seed: two classes, people who type on both sides, and everything that goes wrong.

PostgreSQL, connector and sandbox are the real ones. Workers are this process, or copies of it that die or freeze at one of
their effects. Time passes without waiting: every instant that the product compares with now is moved back instead.
"""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db.models import F

from tests.district_and_sandbox import TEACHER, Class, finished
from tests.faces.passing import landed, pass_time
from tests.judge import AERIES, LMS, Changed, Choice, Made, Read, Record, Typed
from tests.services import pictures
from tests.services.process import Process, between_effects, in_process
from tests.services.watch import Watch
from tests.services.weather import LOSING, lost_answer, order_faults
from twinbook.aeries.errors import AeriesError as AeriesTrouble
from twinbook.core.carry_out import effects as ef
from twinbook.core.values import BLANK, Mark, MarkKind, OurValue
from twinbook.gradebook import activities
from twinbook.gradebook.models import Activity
from twinbook.gradebook.origin import person
from twinbook.sync import night, problems
from twinbook.sync.errors import SyncError
from twinbook.sync.interpreter import Interpreter
from twinbook.sync.lease import LeaseError
from twinbook.sync.models import Lease, Pair

POINTS = Decimal(1000)
MOST_ROUNDS = 14
COMMENT = "bring the book"


class Book:
    """One class with its record, and the next thing that somebody does in it."""

    def __init__(self, school_class: Class, now: Callable[[], float]) -> None:
        self.school_class, self.aeries, self.now = school_class, school_class.aeries, now
        self.students = list(school_class.students())
        self.record = Record(pictures.here(school_class), pictures.there(self.truth()))
        self.after = pictures.newest_history(school_class)
        self.watch = Watch(school_class, self.record, now)

    def truth(self) -> dict[str, Any]:
        return self.aeries.truth(self.school_class.gradebook)

    def begin(self, ours: set[int]) -> None:
        """From here on it is a history."""
        elsewhere = pictures.elsewhere(self.school_class, ours)
        self.record.here = pictures.here(self.school_class)
        self.record.there = pictures.there(self.truth(), elsewhere)
        self.after = pictures.newest_history(self.school_class)
        self.watch.typed()

    def end(self, ours: set[int]) -> None:
        record, here, there = self.record, pictures.here(self.school_class), self.truth()
        record.end_here = here
        record.end_there = pictures.there(there, pictures.elsewhere(self.school_class, ours))
        record.pairs = pictures.pairs(self.school_class)
        record.history = pictures.history(self.school_class, self.after)
        record.problems = pictures.questions(self.school_class)

    def activities(self) -> list[Activity]:
        return list(activities.of_class(self.school_class.id).order_by("id"))

    def assignments(self) -> list[dict[str, Any]]:
        return [a for a in self.truth()["assignments"] if not a["deleted"]]

    # What people do here

    def types_here(self, activity: Activity, sis: int, value: str | OurValue) -> None:
        said = value if isinstance(value, str) else str(value)
        self.school_class.save(activity, sis, value)
        cell = pictures.item_here(activity.id), str(sis)
        self.record.typed.append(Typed(self.now(), LMS, cell, said))

    def makes_here(self, title: str) -> Activity:
        made = self.school_class.assigned(title, str(POINTS), description=COMMENT)
        self.record.made.append(Made(self.now(), LMS, pictures.item_here(made.id)))
        return made

    def changes_here(self, activity: Activity, **fields: Any) -> None:
        self.school_class.edit(activity, **fields)
        self.record.changed.append(Changed(self.now(), LMS, item=pictures.item_here(activity.id)))

    def deletes_here(self, activity: Activity) -> None:
        activities.delete(self.school_class.id, activity.id, person(TEACHER))
        self.record.changed.append(Changed(self.now(), LMS, item=pictures.item_here(activity.id)))

    # What people do there. Whatever is on its way lands first, but for what was ordered to come late.

    def types_there(self, assignment: dict[str, Any], sis: int, mark: str) -> None:
        self.watch.look()
        self.aeries.types(self.school_class.gradebook, assignment["assignment_number"], sis, mark)
        at, uid = self.now(), assignment["unique_id"]
        shown = next(a for a in self.assignments() if a["unique_id"] == uid)["scores"][str(sis)]["mark"]
        self.record.typed.append(Typed(at, AERIES, (uid, str(sis)), shown or ""))
        self.watch.typed()

    def makes_there(self, title: str) -> None:
        self.watch.look()
        number = self.aeries.adds(self.school_class.gradebook, title, str(POINTS), comment=COMMENT)
        made = next(a for a in self.assignments() if a["assignment_number"] == number)
        self.record.made.append(Made(self.now(), AERIES, made["unique_id"]))
        self.watch.typed()

    def changes_there(self, assignment: dict[str, Any], **fields: Any) -> None:
        self.watch.look()
        self.aeries.edits(self.school_class.gradebook, assignment["assignment_number"], **fields)
        self.record.changed.append(Changed(self.now(), AERIES, item=assignment["unique_id"]))
        self.watch.typed()

    def deletes_there(self, assignment: dict[str, Any]) -> None:
        self.watch.look()
        self.aeries.deletes(self.school_class.gradebook, assignment["assignment_number"])
        self.record.changed.append(Changed(self.now(), AERIES, item=assignment["unique_id"]))
        self.watch.typed()

    def answers(self, dice: random.Random) -> None:
        """One of the open questions about a value, one way or the other."""
        asked = [q for q in self.school_class.questions() if q["code"] in ("conflict", "rejected_by_aeries")]
        if not asked:
            return
        question = dice.choice(asked)
        choice = dice.choice(question["choices"])
        try:
            problems.resolve(int(question["id"]), choice, TEACHER)
        except SyncError:
            return
        student = pictures.students().get(int(question["student_id"] or 0))
        activity = None if question["activity_id"] is None else pictures.item_here(question["activity_id"])
        self.record.choices.append(Choice(self.now(), activity, student))
        if question["field"] is not None:
            self.record.changed.append(Changed(self.now(), LMS, item=activity))


class History:
    """`run`, then `settle`; then each book's record is ready for the judge. The same seed does the same again."""

    def __init__(self, classes: list[Class], seed: int, folder: Path) -> None:
        self.dice, self.folder = random.Random(seed), folder
        self.began, self.passed, self.last = time.monotonic(), 0.0, 0.0
        self.turn = 0
        self.log: list[str] = []
        self.processes: list[Process] = []
        self.aeries = classes[0].aeries
        self.ours = {school_class.gradebook for school_class in classes}
        self.books = [Book(school_class, self.now) for school_class in classes]
        self.cell: tuple[Book, str, int] | None = None
        for number, book in enumerate(self.books):
            for title in ("Alpine lakes", "Weather diary", "Map drawing"):
                activity = book.school_class.assigned(f"{title} {number}", str(POINTS), description=COMMENT)
                for sis in book.students:
                    book.school_class.save(activity, sis, self._value())
            book.school_class.look()
            self._quiet(book)
            book.begin(self.ours)

    def now(self) -> float:
        """Of the one clock of this history; never the same twice."""
        self.last = max(self.last + 1e-6, time.monotonic() - self.began + self.passed)
        return self.last

    def run(self, events: int) -> None:
        people: list[tuple[Callable[[Book], None], int]] = [
            (self._type_here, 8),
            (self._type_there, 6),
            (self._add_here, 1),
            (self._add_there, 1),
            (self._change, 2),
            (self._delete, 1),
            (lambda book: book.answers(self.dice), 2),
        ]
        acts, weights = zip(*people, strict=True)
        while self.turn < events:
            self.turn += 1
            book = self.dice.choice(self.books)
            if self.dice.random() < 0.6:
                self.dice.choices(acts, weights)[0](book)
            elif self.dice.random() < 0.3:
                self._weather()
            else:
                self._work(book)
            self._watch()

    def settle(self) -> None:
        """Left alone until nothing is left to do; then one more run of everything."""
        self.aeries.heal()
        for process in [process for process in self.processes if process.frozen]:
            process.thaw()
            self._watch()
        for book in self.books:
            self._quiet(book)
            self._watch()
        for book in self.books:
            book.end(self.ours)
        for book in self.books:
            self.aeries.forget()
            self._finish(lambda book=book: book.school_class.force())  # type: ignore[misc]
            book.record.further_writes = len(self.aeries.writes())
            book.record.rest_here = pictures.here(book.school_class)
            book.record.rest_there = pictures.there(
                book.truth(), pictures.elsewhere(book.school_class, self.ours)
            )

    def end(self) -> None:
        """Also after a failure: no process is left behind."""
        for process in self.processes:
            if process.frozen:
                process.kill()
        self.aeries.heal()

    def _quiet(self, book: Book) -> None:
        for _ in range(MOST_ROUNDS):
            # A day: for so long a PUT whose worker died may be thought of as on its way.
            self._pass(90_000)
            self._finish(book.school_class.look)
            self.aeries.forget()
            self._finish(book.school_class.force)
            waiting = Pair.objects.filter(
                link__school_class_id=book.school_class.id, look_again_at__isnull=False
            )
            if not self.aeries.writes() and not waiting.exists():
                return
        left = [f"{item['method']} {item['path']}" for item in self.aeries.writes()]
        left += [
            f"pair {pair.id} ({pair.state}, {pair.their_title}, missing since {pair.missing_since}) is due"
            f" at {pair.look_again_at}; {pair.fields}"
            for pair in waiting
        ]
        raise AssertionError(f"it does not come to rest: {left}")

    def _watch(self) -> None:
        for book in self.books:
            book.watch.look()

    # Time and weather

    def _pass(self, seconds: float) -> None:
        pass_time(self.aeries, int(seconds))
        earlier = timedelta(seconds=int(seconds))
        Lease.objects.filter(until__isnull=False).update(until=F("until") - earlier)
        Activity.objects.update(edited_at=F("edited_at") - earlier)
        for pair in Pair.objects.all():
            moved = {_moved(name, earlier): both for name, both in pair.fields.items()}
            if moved != pair.fields:
                Pair.objects.filter(id=pair.id).update(fields=moved)
        self.passed += seconds

    def _weather(self) -> None:
        """Faults come, go, or time passes."""
        what = self.dice.random()
        if what < 0.4:
            order_faults(self.aeries, self.dice)
        elif what < 0.6:
            self.aeries.heal()
        else:
            self._watch()
            landed(self.aeries)
            self._watch()
            self._pass(self.dice.choice((2, 11, 70, 400)))

    # People

    def _value(self) -> str:
        """Typed once only in a history, so that whose value stands can be told."""
        self.turn_value = getattr(self, "turn_value", 0) + 1
        return f"{Decimal(self.turn_value) / 4 + 100:f}"

    def _title_and_student(self, book: Book) -> tuple[str, int] | None:
        """Every other time the cell of just before: people correct what they typed."""
        if self.cell is not None and self.cell[0] is book and self.dice.random() < 0.5:
            return self.cell[1], self.cell[2]
        titles = [activity.title for activity in book.activities()]
        if not titles:
            return None
        self.cell = (book, self.dice.choice(titles), self.dice.choice(book.students))
        return self.cell[1], self.cell[2]

    def _type_here(self, book: Book) -> None:
        found = self._title_and_student(book)
        if found is None:
            return
        activity = next((a for a in book.activities() if a.title == found[0]), None)
        if activity is None:
            return
        kinds: list[str | OurValue] = [self._value(), BLANK, Mark(MarkKind.EXCUSED)]
        value = self.dice.choices(kinds, [12, 1, 1])[0]
        self._note(f"{found[1]} gets {value!s:.8} here in {found[0]}")
        book.types_here(activity, found[1], value)

    def _type_there(self, book: Book) -> None:
        found = self._title_and_student(book)
        if found is None:
            return
        assignment = next((a for a in book.assignments() if a["description"] == found[0]), None)
        if assignment is None or str(found[1]) not in assignment["scores"]:
            return
        mark = self.dice.choices([self._value(), "", "NA", "TX"], [12, 1, 1, 1])[0]
        self._note(f"{found[1]} gets {mark!r} there in {found[0]}")
        book.types_there(assignment, found[1], mark)

    def _add_here(self, book: Book) -> None:
        title = f"{self.dice.choice(('Cliffs', 'Tides', 'Dunes', 'Glaciers'))} of turn {self.turn}"
        self._note(f"{title} is made here")
        activity = book.makes_here(title)
        if self.dice.random() < 0.7:
            book.types_here(activity, self.dice.choice(book.students), self._value())

    def _add_there(self, book: Book) -> None:
        title = f"{self.dice.choice(('Verbs', 'Nouns', 'Commas', 'Spelling'))} of turn {self.turn}"
        self._note(f"{title} is made there")
        book.makes_there(title)

    def _change(self, book: Book) -> None:
        side = self.dice.choice((LMS, AERIES))
        word = f"changed on turn {self.turn}"
        if side == LMS:
            found = book.activities()
            if found:
                activity = self.dice.choice(found)
                self._note(f"{activity.title} is {word} here")
                book.changes_here(activity, description=word)
            return
        listed = book.assignments()
        if listed:
            assignment = self.dice.choice(listed)
            self._note(f"{assignment['description']} is {word} there")
            book.changes_there(assignment, comment=word)

    def _delete(self, book: Book) -> None:
        """Seldom: a gradebook must not run empty."""
        if len(book.activities()) < 4:
            return
        if self.dice.random() < 0.5:
            activity = self.dice.choice(book.activities())
            self._note(f"{activity.title} is deleted here")
            book.deletes_here(activity)
            return
        listed = book.assignments()
        if len(listed) >= 4:
            assignment = self.dice.choice(listed)
            self._note(f"{assignment['description']} is deleted there")
            book.deletes_there(assignment)

    # Twinbook

    def _work(self, book: Book) -> None:
        works: list[Callable[[], object]] = [book.school_class.look, book.school_class.force, self._night]
        work = self.dice.choices(works, [5, 2, 1])[0]
        if self.dice.random() < 0.5:
            lost_answer(self.aeries, self.dice, LOSING)
        how = self.dice.random()
        if how < 0.35:
            self._note(f"{getattr(work, '__name__', 'work')}")
            self._observed(work)
        elif how < 0.65:
            self._interrupted_by_people(book, work)
        else:
            self._stopped(work, signal.SIGKILL if how < 0.9 else signal.SIGSTOP)

    def _observed(self, work: Callable[[], object]) -> None:
        with between_effects(self._hook()):
            self._finish(work)

    def _interrupted_by_people(self, book: Book, work: Callable[[], object]) -> None:
        """Somebody types between two of its effects."""
        typing = self.dice.choice((self._type_here, self._type_there))
        self._note("while it works:")
        with between_effects(self._hook(self.dice.randint(2, 14), lambda: typing(book))):
            self._finish(work)

    def _hook(
        self, at_effect: int = 0, act: Callable[[], None] = lambda: None
    ) -> Callable[[Interpreter, ef.Effect, Any], None]:
        began: dict[tuple[int, str], tuple[object, float]] = {}
        watches = {book.school_class.gradebook: book for book in self.books}
        count = 0

        def hook(interpreter: Interpreter, effect: ef.Effect, result: Any) -> None:
            nonlocal count
            book = watches[interpreter.gradebook]
            if result is None:
                count += 1
                if count == at_effect:
                    act()
            if isinstance(effect, ef.ReadScores):
                self._reading(book, effect, result, began)
            if isinstance(effect, ef.WriteScores) and result is None:
                book.watch.look()
                known = began.get((interpreter.gradebook, effect.unique_id))
                # An insert that was just made is known to be blank and is not read.
                book.watch.sent_on[effect.unique_id] = self.now() if known is None else known[1]
            if isinstance(effect, ef.WriteScores | ef.Insert | ef.Update) and result is not None:
                book.watch.look()

        return hook

    def _reading(
        self, book: Book, effect: ef.ReadScores, result: Any, began: dict[tuple[int, str], Any]
    ) -> None:
        key = book.school_class.gradebook, effect.unique_id
        if result is None:
            began[key] = (None, self.now()) if key not in began else (*began[key][:2], self.now())
            return
        if not isinstance(result, ef.Reading):
            return
        kept, at = began[key][0], began[key][-1]
        if kept == result.began_at:
            at = began[key][1]  # The reading of before serves once more.
        else:
            book.record.reads.append(Read(effect.unique_id, at, self.now()))
        began[key] = (result.began_at, at)

    def _stopped(self, work: Callable[[], object], stop: signal.Signals) -> None:
        """In a copy of this process, which dies or freezes; its lease runs out at once."""
        self._watch()
        said = self.folder / f"worker-{len(self.processes)}"
        at = self.dice.randint(1, 24)
        self._note(f"a worker gets {stop.name} at effect {at}")
        process = in_process(lambda: self._finish(work), said, at, stop)
        self.processes.append(process)
        process.wait()
        for gradebook, assignment, began_at in process.readings():
            for book in self.books:
                if book.school_class.gradebook == gradebook:
                    book.watch.sent_on[assignment] = began_at - self.began + self.passed
        self._watch()
        landed(self.aeries)
        self._watch()
        self._pass(11)  # Its lease runs out.

    def _night(self) -> None:
        finished(night.begin(TEACHER, awake=False))

    def _finish(self, work: Callable[[], object]) -> None:
        """What Aeries or another worker makes impossible now is done later."""
        try:
            work()
        except (SyncError, AeriesTrouble, LeaseError):
            return

    def _note(self, line: str) -> None:
        self.log.append(f"{self.turn}: {line}")


def _moved(name: str, earlier: timedelta) -> str:
    """A doubtful field carries an instant in its name."""
    field, mark, instant = name.partition("!")
    return name if not mark else f"{field}!{(datetime.fromisoformat(instant) - earlier).isoformat()}"
