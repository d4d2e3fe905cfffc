"""What is wrong about a history, and what the stated gap cost."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from tests.judge.record import AERIES, LMS, Cell, Effect, Here, Moved, Problem, Record, Row, There, Typed
from tests.judge.values import agree, same, says_here

ZERO = Decimal(0)


@dataclass
class Verdict:
    wrongs: list[str] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    overwritten_in_gap: int = 0
    not_to_be_told: int = 0
    """Typed in Aeries what had stood there before, or what a write of ours had said: no reading can tell them apart."""
    replaced_unseen: int = 0
    """By a write of ours that a rule or a choice decided, whose answer was lost, and whose item a person deleted before
    anyone read it: such a value is in no history."""
    twins_named: int = 0

    def gap_p99(self) -> float:
        """0 where nothing was written."""
        return percentile(self.gaps, 0.99)


def percentile(numbers: Iterable[float], share: float) -> float:
    ordered = sorted(numbers)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)] if ordered else 0.0


def judge(record: Record) -> Verdict:
    """Needs the whole record, its end and its further run included."""
    case = _Case(record)
    verdict = Verdict()
    for wrongs in (
        case.disagreements(),
        case.different_fields(),
        case.doubles(verdict),
        case.older_won(verdict),
        case.lost(verdict),
        case.broken_chains(),
        case.without_reason(),
        case.touched(),
        case.invented(),
        case.not_at_rest(),
    ):
        verdict.wrongs += wrongs
    verdict.gaps = [effect.at - effect.read_at for effect in record.effects if effect.read_at is not None]
    return verdict


class _Case:
    def __init__(self, record: Record) -> None:
        if record.end_here is None or record.end_there is None:
            raise ValueError("a history is judged when it has ended")
        self.record = record
        self.end_here: Here = record.end_here
        self.end_there: There = record.end_there
        self.partner = dict(record.pairs)
        self.activity_of = {there: here for here, there in record.pairs}
        self.typed: dict[tuple[str, Cell], list[Typed]] = defaultdict(list)
        for typed in record.typed:
            self.typed[typed.side, typed.cell].append(typed)
        self.effects: dict[Cell, list[Effect]] = defaultdict(list)
        for effect in record.effects:
            for student in effect.marks:
                self.effects[effect.assignment, student].append(effect)
        self.moves: dict[Cell, list[Moved]] = defaultdict(list)
        for moved in record.history:
            self.moves[moved.cell].append(moved)
        self.rescaled = {change.item for change in record.changed if change.points}
        self.disturbed = {change.item for change in record.changed if change.item is not None}
        self.moved_students = {change.student for change in record.changed if change.student is not None}

    # Agreement

    def disagreements(self) -> Iterator[str]:
        for activity, assignment in self._standing_pairs():
            for student in self._students():
                cell, row = (activity, student), self.end_there.rows.get((assignment, student))
                value = self._here(cell)
                if row is None:
                    last = self.typed[LMS, cell]
                    if value and last and not last[-1].undone and not self._named(cell):
                        yield f"{_at(cell)}: {value!r} typed here has no row there, and nobody is asked"
                elif not self._agree(cell, row) and not self._named(cell):
                    yield f"{_at(cell)}: {value!r} here, {row.mark!r} there, and nobody is asked"

    def _standing_pairs(self) -> list[tuple[str, str]]:
        """Where neither was deleted."""
        works, assignments = self.end_here.points, self.end_there.assignments
        return [pair for pair in self.record.pairs if pair[0] in works and pair[1] in assignments]

    def different_fields(self) -> Iterator[str]:
        """What a blank of ours leaves open (a date) is Aeries' own."""
        for activity, assignment in self._standing_pairs() if self.record.agreed else ():
            ours, theirs = self.end_here.fields.get(activity, {}), self.end_there.fields.get(assignment, {})
            asked = {
                problem.field or ""
                for problem in self.record.problems
                if problem.activity in (None, activity) and problem.student is None
            }
            for name in ours.keys() & theirs.keys():
                if ours[name] and ours[name] != theirs[name] and not {name, ""} & asked:
                    yield f"{activity}: {name} is {ours[name]!r} here, {theirs[name]!r} there, and nobody is asked"

    def _students(self) -> list[str]:
        if self.end_here.students is not None:
            return sorted(self.end_here.students)
        here = {student for _, student in self.end_here.scores}
        return sorted(here | {student for _, student in self.end_there.rows})

    def _here(self, cell: Cell) -> str:
        return self.end_here.scores.get(cell, "")

    def _agree(self, cell: Cell, row: Row) -> bool:
        completed = self.partner[cell[0]] in self.end_there.completed
        points = self._points(cell[0])
        return agree(self._here(cell), row, points, self.record.marks, completed=completed)

    def _named(self, cell: Cell) -> bool:
        return any(self._names(problem, cell) for problem in self.record.problems)

    def _names(self, problem: Problem, cell: Cell) -> bool:
        if problem.field not in (None, "points"):
            return False
        item = problem.activity is None and problem.assignment is None
        item |= problem.activity == cell[0]
        item |= problem.assignment is not None and problem.assignment == self.partner.get(cell[0])
        return item and problem.student in (None, cell[1])

    # Duplicates

    def doubles(self, verdict: Verdict) -> Iterator[str]:
        for place, side in enumerate(("activity", "assignment")):
            for item, count in Counter(pair[place] for pair in self.record.pairs).items():
                if count > 1:
                    yield f"the {side} {item} stands in {count} pairs"
        own_here = set(self.record.here.points) | {m.item for m in self.record.made if m.side == LMS}
        own_there = set(self.record.there.assignments) | {
            m.item for m in self.record.made if m.side == AERIES
        }
        for activity in self.end_here.points:
            if activity not in own_here and self.partner.get(activity) not in own_there:
                yield f"the activity {activity} was made by nobody"
        for assignment in self.end_there.assignments - own_there:
            if self.activity_of.get(assignment) not in own_here:
                yield from self._twin(assignment, verdict)
        yield from self._inserted_twice()

    def _inserted_twice(self) -> Iterator[str]:
        inserted: dict[str, set[str]] = defaultdict(set)
        for effect in self.record.effects:
            if effect.kind == "insert" and effect.label and effect.assignment in self.end_there.assignments:
                inserted[effect.label].add(effect.assignment)
        asked = {problem.assignment for problem in self.record.problems}
        asked |= {self.partner.get(problem.activity or "") for problem in self.record.problems}
        for label, assignments in inserted.items():
            if len(assignments - asked) > 1:
                yield f"{label} was inserted {len(assignments)} times, and nobody is asked"

    def _twin(self, assignment: str, verdict: Verdict) -> Iterator[str]:
        if not any(problem.assignment == assignment for problem in self.record.problems):
            yield f"the assignment {assignment} was made by nobody, and nobody is asked"
        verdict.twins_named += 1
        for (item, student), row in self.end_there.rows.items():
            if item == assignment and row.mark and not self.typed[AERIES, (item, student)]:
                yield f"the second assignment {assignment} carries {row.mark!r} for {student}"

    # What people typed

    def older_won(self, verdict: Verdict) -> Iterator[str]:
        """What was typed last on a side stands there, but for what was typed later on the other side, or chosen."""
        for (side, cell), typings in sorted(self.typed.items(), key=str):
            if not typings:
                continue
            last = typings[-1]
            if side == LMS:
                yield from self._older_won_here(cell, last)
            elif cell in self.end_there.rows:
                yield from self._older_won_there(cell, last, verdict)

    def _older_won_here(self, cell: Cell, last: Typed) -> Iterator[str]:
        value = self._here(cell)
        if last.undone or cell[0] not in self.end_here.points or same(value, last.value):
            return
        if self._is_rescaled(cell[0]) or self._chosen(cell) or (not last.value and self._fillable(cell)):
            return
        there = (self.partner.get(cell[0], ""), cell[1])
        later = [typed.value for typed in self.typed[AERIES, there] if typed.at > last.at]
        if not any(same(value, self._says_here(cell, mark)) for mark in later):
            yield f"{_at(cell)}: {last.value!r} typed here became {value!r}, which nobody typed later there"

    def _older_won_there(self, cell: Cell, last: Typed, verdict: Verdict) -> Iterator[str]:
        row = self.end_there.rows[cell]
        ours = (self.activity_of.get(cell[0], ""), cell[1])
        if same(row.mark, last.value) or self._is_rescaled(ours[0]) or self._chosen(ours):
            return
        if not last.value and self._fillable(ours):
            return
        later = [typed.value for typed in self.typed[LMS, ours] if typed.at > last.at]
        if any(self._agrees_with(ours, row, value) for value in later):
            return
        if self._in_gap(cell, last):
            verdict.overwritten_in_gap += 1
        elif self._not_to_be_told(cell, last):
            verdict.not_to_be_told += 1
        else:
            yield f"{_at(cell)}: {last.value!r} typed there became {row.mark!r}, which nobody typed later here"

    def _in_gap(self, cell: Cell, typed: Typed) -> bool:
        """A write took effect after it, decided on a reading that had begun before it."""
        return any(
            effect.read_at is not None and effect.read_at < typed.at < effect.at
            for effect in self.effects[cell]
        )

    def _is_named(self, there: Cell, here: Cell, mark: str) -> bool:
        """In the history of the cell, or as the value here with which it was agreed in the beginning."""
        known = [value for moved in self.moves[here] for value in (moved.before, moved.after)]
        row = self.record.there.rows.get(there)
        agreed = self.record.here.scores.get(here, "")
        if self.record.agreed and row is not None and same(row.mark, mark):
            return any(same(value, agreed) for value in known)
        return any(same(value, self._says_here(here, mark)) for value in known)

    def _stands_there(self, cell: Cell, mark: str) -> bool:
        """Somebody typed it again."""
        row = self.end_there.rows.get(cell)
        return row is not None and same(row.mark, mark)

    def _not_to_be_told(self, cell: Cell, typed: Typed) -> bool:
        known = [self.record.there.rows[cell].mark] if cell in self.record.there.rows else [""]
        known += [earlier.value for earlier in self.typed[AERIES, cell] if earlier.at < typed.at]
        known += [effect.marks[cell[1]][1] for effect in self.effects[cell]]
        return any(same(mark, typed.value) for mark in known)

    def _never_seen(self, cell: Cell, effect: Effect) -> bool:
        """Before anything was read again a person deleted the one item or the other."""
        deleted = cell[0] not in self.end_there.assignments
        return deleted or self.activity_of.get(cell[0]) not in self.end_here.points

    def _forgotten(self, effect: Effect) -> bool:
        """What was decided or done before a restore is not known after it."""
        return self._within(effect.at) or (effect.read_at is not None and self._within(effect.read_at))

    def _within(self, at: float) -> bool:
        return any(begin <= at <= end for begin, end in self.record.forgotten)

    def _chosen(self, cell: Cell) -> bool:
        return any(choice.is_about(cell) for choice in self.record.choices)

    def _fillable(self, cell: Cell) -> bool:
        """Never agreed in the beginning: a blank is no edit there, but filled from the other side (design C2)."""
        there = (self.partner.get(cell[0], ""), cell[1])
        agreed = self.record.agreed and cell[0] in self.record.here.points
        return not agreed or there not in self.record.there.rows

    def _is_rescaled(self, activity: str) -> bool:
        return bool({activity, self.partner.get(activity, "")} & self.rescaled)

    def _says_here(self, cell: Cell, mark: str) -> str:
        theirs = (self.partner.get(cell[0], ""), cell[1])
        row = self.end_there.rows.get(theirs) or self.record.there.rows.get(theirs)
        entry = ZERO if row is None else row.entry
        return says_here(mark, entry, self._points(cell[0]), self.record.marks)

    def _points(self, activity: str) -> Decimal:
        """Its last ones, where it was deleted here."""
        return self.end_here.points.get(activity, self.record.here.points.get(activity, ZERO))

    def _agrees_with(self, cell: Cell, row: Row, value: str) -> bool:
        points = self._points(cell[0])
        return agree(value, row, points, self.record.marks, completed=False)

    def lost(self, verdict: Verdict) -> Iterator[str]:
        """A value typed in Aeries that a write of ours replaced, not inside the gap, is in the history of its cell."""
        for cell, effects in self.effects.items():
            ours = (self.activity_of.get(cell[0], ""), cell[1])
            if cell not in self.end_there.rows and cell not in self.record.there.rows:
                continue  # It came and went: how its values would be called here is not known any more.
            for effect in effects:
                before, after = effect.marks[cell[1]]
                typed = [t for t in self.typed[AERIES, cell] if t.at < effect.at]
                if not typed or not before or same(before, after) or not same(before, typed[-1].value):
                    continue
                if self._in_gap(cell, typed[-1]) or self._is_rescaled(ours[0]) or self._forgotten(effect):
                    continue
                if self._is_named(cell, ours, before) or self._stands_there(cell, before):
                    continue
                if self._never_seen(cell, effect):
                    verdict.replaced_unseen += 1
                else:
                    yield f"{_at(ours)}: {before!r} typed there was replaced by {after!r} and is in no history"

    # The history

    def broken_chains(self) -> Iterator[str]:
        """Each value that stood here goes over into the next by a row of the history."""
        for activity in self.end_here.points:
            for student in self._students():
                cell = (activity, student)
                stood = self.record.here.scores.get(cell, "")
                for moved in self.moves[cell]:
                    if moved.side != LMS:
                        continue
                    if not same(moved.before, stood):
                        yield f"{_at(cell)}: {stood!r} gave way here without a row in the history"
                    stood = moved.after
                if not same(stood, self._here(cell)):
                    yield f"{_at(cell)}: {stood!r} became {self._here(cell)!r} without a row in the history"

    def without_reason(self) -> Iterator[str]:
        for moved in self.record.history:
            if not moved.why.strip():
                yield f"{_at(moved.cell)}: {moved.before!r} became {moved.after!r} without a reason"

    # What should be untouched

    def touched(self) -> Iterator[str]:
        if self.record.there.elsewhere != self.end_there.elsewhere:
            yield "something outside of the class's gradebook was touched"
        for (assignment, student), row in self.record.there.rows.items():
            end = self.end_there.rows.get((assignment, student))
            if self._quiet(assignment, student) and end is not None and not same(end.mark, row.mark):
                yield f"{_at((assignment, student))}: {row.mark!r} became {end.mark!r} there, and nobody typed"
        for (activity, student), value in self.record.here.scores.items():
            end_value = self._here((activity, student))
            quiet = activity in self.end_here.points and self._quiet(self.partner.get(activity, ""), student)
            if quiet and not self.typed[LMS, (activity, student)] and not same(end_value, value):
                yield f"{_at((activity, student))}: {value!r} became {end_value!r} here, and nobody typed"
        yield from self._touched_fields()
        for effect in self.record.effects:
            paired = effect.assignment in self.activity_of or self._forgotten(effect)
            if effect.kind == "scores" and not paired:
                yield f"scores were written to {effect.assignment}, which is in no pair"

    def _quiet(self, assignment: str, student: str) -> bool:
        """Nobody did anything to this cell on either side, and both sides agreed in the beginning."""
        activity = self.activity_of.get(assignment)
        if activity is not None:
            if not self.record.agreed or self._is_rescaled(activity) or self.typed[LMS, (activity, student)]:
                return False
            if activity not in self.record.here.points or not self._agreed_before(
                activity, assignment, student
            ):
                return False
        busy = self.typed[AERIES, (assignment, student)] or student in self.moved_students
        return not busy and assignment not in self.rescaled

    def _agreed_before(self, activity: str, assignment: str, student: str) -> bool:
        row = self.record.there.rows.get((assignment, student))
        value = self.record.here.scores.get((activity, student), "")
        points = self.record.here.points[activity]
        completed = assignment in self.record.there.completed
        return row is None or agree(value, row, points, self.record.marks, completed=completed)

    def _touched_fields(self) -> Iterator[str]:
        sides = (
            ("here", self.record.here.fields, self.end_here.fields, self.partner),
            ("there", self.record.there.fields, self.end_there.fields, self.activity_of),
        )
        for side, before, after, partner in sides:
            for item, fields in before.items():
                undisturbed = not {item, partner.get(item, "")} & self.disturbed
                if undisturbed and self.record.agreed and item in after and after[item] != fields:
                    moved = sorted(
                        name for name in {*fields, *after[item]} if fields.get(name) != after[item].get(name)
                    )
                    yield f"{item}: {', '.join(moved)} changed {side}, and nobody did that"

    def invented(self) -> Iterator[str]:
        """No value appears that nobody typed and that stood nowhere in the beginning."""
        for activity, assignment in self._standing_pairs():
            if self._is_rescaled(activity):
                continue
            for student in self._students():
                ours, theirs = (activity, student), (assignment, student)
                row = self.end_there.rows.get(theirs)
                here = {"", self.record.here.scores.get(ours, "")}
                here |= {typed.value for typed in self.typed[LMS, ours]}
                there = {typed.value for typed in self.typed[AERIES, theirs]} | {""}
                if theirs in self.record.there.rows:
                    there.add(self.record.there.rows[theirs].mark)
                there |= {e.marks[student][1] for e in self.effects[theirs] if self._forgotten(e)}
                known = [*here, *(self._says_here(ours, mark) for mark in there)]
                if not any(same(self._here(ours), value) for value in known):
                    yield f"{_at(ours)}: {self._here(ours)!r} stands here, and nobody typed it"
                if row is None or any(same(row.mark, mark) for mark in there):
                    continue
                if not any(self._agrees_with(ours, row, value) for value in known):
                    yield f"{_at(theirs)}: {row.mark!r} stands there, and nobody typed it"

    # Rest

    def not_at_rest(self) -> Iterator[str]:
        if self.record.further_writes:
            yield f"a further run sent {self.record.further_writes} writes"
        if self.record.rest_here not in (None, self.end_here):
            yield "a further run changed something here"
        if self.record.rest_there not in (None, self.end_there):
            yield "a further run changed something there"


def _at(cell: Cell) -> str:
    return f"{cell[0]}, student {cell[1]}"
