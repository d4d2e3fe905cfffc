"""Our side in dictionaries: the LMS gradebook, one link, and what the carry-out machine commits.

It means the same as the tables of production, without a database: a commit is refused when another worker holds the
lease, a take-over is a compare-and-set on the cell's version, dirty is what was not looked through up to a generation.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, assert_never

from tests.simulation.clock import Clock
from twinbook.core.brake import BrakeLimits
from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out.effects import Committed, LeaseLost
from twinbook.core.carry_out.fields import maxima_of
from twinbook.core.carry_out.views import (
    CellView,
    GradingRule,
    LinkView,
    MassAnswer,
    NewItems,
    PairHead,
    PairState,
    PairView,
    membership_token,
)
from twinbook.core.cells import CellBase, Intent, OpenProblem, OurCell, Policy, ProblemCode
from twinbook.core.fields import CategoryMap, Field, FieldBase, FieldChange, halves
from twinbook.core.merge import resolved_base
from twinbook.core.remote import FarSide
from twinbook.core.snapshot import OurActivity, OurStudent, TheirAssignment, TheirStudent, TheirTerm
from twinbook.core.values import BLANK, Blank, Maxima, OurValue, rescaled

NEVER = OurCell(BLANK, 0, typed=False)


@dataclass(frozen=True)
class Link:
    far: FarSide
    writes: bool = True
    policy: Policy = Policy.ASK
    new_in_aeries: NewItems = NewItems.CREATE
    new_in_lms: NewItems = NewItems.CREATE
    grading_rule: GradingRule = GradingRule.BY_HAND
    create_after: timedelta = timedelta(seconds=30)
    grace: timedelta = timedelta(days=14)
    longest_timeout: timedelta = timedelta(seconds=180)
    second_look: timedelta = timedelta(seconds=60)
    brake: BrakeLimits = field(default_factory=BrakeLimits)
    categories: CategoryMap = field(default_factory=lambda: CategoryMap({}, {}))
    ignored_codes: frozenset[str] = frozenset()
    students: tuple[TheirStudent, ...] = ()
    students_read_at: datetime | None = None
    gradebook_read_at: datetime | None = None
    terms: tuple[TheirTerm, ...] = ()
    today: date = date(2026, 3, 2)
    create_here: frozenset[str] = frozenset()
    missing_since: datetime | None = None
    students_missing_since: datetime | None = None
    looked_generation: int = 0


@dataclass(frozen=True)
class Pair:
    id: int
    state: PairState
    activity: int | None
    unique_id: str | None = None
    number: int | None = None
    title: str = ""
    external_id: str | None = None
    create_sent_at: datetime | None = None
    create_ended_at: datetime | None = None
    create_lease: int = 0
    create_confirmed: bool = False
    rule_fired: bool = False
    fields: FieldBase = field(default_factory=dict)
    maxima: Maxima | None = None
    their_due_on: date | None = None
    their_grading_completed: bool = False
    looked_generation: int = 0
    look_again_at: datetime | None = None
    missing_since: datetime | None = None
    scores_read_at: datetime | None = None


@dataclass(frozen=True)
class StoredIntent:
    pair: int
    student: int
    lease: int
    intent: Intent


@dataclass(frozen=True)
class Problem:
    held: ch.Held
    pair: int | None
    answer: str | None = None


@dataclass(frozen=True)
class Entry:
    """History: every value that moved, on the side where it did."""

    side: str
    activity: int
    student: int | None
    field: str
    before: str | None
    after: str | None
    why: str


class Store:
    def __init__(self, clock: Clock, link: Link) -> None:
        self.clock = clock
        self.link = link
        self.lease = 0
        self.generation = 0
        self.activities: dict[int, OurActivity] = {}
        self.edited_at: dict[int, datetime] = {}
        self.deleted: set[int] = set()
        self.students: dict[int, OurStudent] = {}
        self.scores: dict[tuple[int, int], OurCell] = {}
        self.pairs: dict[int, Pair] = {}
        self.bases: dict[tuple[int, int], tuple[CellBase, str]] = {}
        self.intents: dict[int, StoredIntent] = {}
        self.problems: dict[str, Problem] = {}
        self.history: list[Entry] = []
        self.answers: dict[str, MassAnswer] = {}
        self.last_id = 100

    def fork(self, clock: Clock) -> Store:
        """A copy that shares only immutable values."""
        other = copy.copy(self)
        other.clock = clock
        for name, value in vars(self).items():
            if isinstance(value, (dict, set, list)):
                setattr(other, name, value.copy())
        return other

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id

    # What people do here

    def cell(self, activity: int, student: int) -> OurCell:
        return self.scores.get((activity, student), NEVER)

    def save(self, activity: int, student: int, value: OurValue, *, typed: bool = True) -> None:
        """Saving the value that stands there changes nothing."""
        old = self.cell(activity, student)
        if old.value == value:
            return
        self._set(activity, student, value, "typed here", typed=typed)
        self._changed(activity)

    def _set(self, activity: int, student: int, value: OurValue, why: str, *, typed: bool) -> None:
        old = self.cell(activity, student)
        self.scores[activity, student] = OurCell(value, old.version + 1, typed)
        self._record("lms", activity, student, "score", str(old.value) or None, str(value) or None, why)

    def _changed(self, activity: int) -> None:
        self.generation += 1
        self.activities[activity] = replace(self.activities[activity], generation=self.generation)

    def add_student(self, student: int, sis_student_id: int | None) -> None:
        self.students[student] = OurStudent(student, sis_student_id, f"student {student}", active=True)

    def add_activity(self, activity: OurActivity) -> int:
        self.activities[activity.id] = activity
        self.edited_at[activity.id] = self.clock.now
        self._changed(activity.id)
        return activity.id

    def edit(self, activity: int, **fields: Any) -> None:
        old = self.activities[activity]
        if replace(old, **fields) == old:
            return
        self.activities[activity] = replace(old, **fields, version=old.version + 1)
        self.edited_at[activity] = self.clock.now
        self._changed(activity)

    def delete(self, activity: int) -> None:
        self.deleted.add(activity)
        self._changed(activity)

    def resolve(self, subject: str, winner: Policy) -> None:
        """C3: the loser's half moves to the value that was seen; the next look does the rest."""
        problem = self.problems[subject]
        held, pair = problem.held, problem.pair
        assert pair is not None and held.student is not None and held.theirs is not None
        base, membership = self.bases.get((pair, held.student), (None, self._membership(held.student)))
        maxima = base.maxima if base is not None else self.pairs[pair].maxima
        assert held.ours is not None and maxima is not None
        moved = resolved_base(base, winner, held.ours, held.ours_version, held.theirs, maxima)
        self.bases[pair, held.student] = moved, membership
        activity = self.pairs[pair].activity
        assert activity is not None
        self._changed(activity)

    def answer_mass_change(self, subject: str, *, approved: bool) -> None:
        """About the plan as it stands in the open question."""
        plan = self.problems[subject].held.plan
        assert plan is not None
        self.answers[subject] = MassAnswer(approved, plan.fingerprint, "a person")

    def _membership(self, student: int) -> str:
        sis = self.students[student].sis_student_id
        row = next((s for s in self.link.students if s.student_id == sis), None)
        return "" if row is None else membership_token(row)

    # Who works

    def take_lease(self) -> int:
        self.lease += 1
        return self.lease

    def worker_known_dead(self, lease: int) -> None:
        """Its requests have ended on our side by now, whatever became of them (C4, A5)."""
        for key, stored in self.intents.items():
            if stored.lease == lease and stored.intent.ended_at is None:
                self.intents[key] = replace(stored, intent=replace(stored.intent, ended_at=self.clock.now))
        for pair in list(self.pairs.values()):
            if pair.create_lease == lease and pair.create_sent_at and pair.create_ended_at is None:
                self.pairs[pair.id] = replace(pair, create_ended_at=self.clock.now)

    # What the machine is shown

    def dirty(self, pair: Pair) -> bool:
        if pair.state not in (PairState.LINKED, PairState.CREATING) or pair.activity in self.deleted:
            return False
        due = pair.look_again_at is not None and pair.look_again_at <= self.clock.now
        assert pair.activity is not None
        return due or self.activities[pair.activity].generation > pair.looked_generation

    def waiting(self) -> bool:
        """Whether the link has something that nobody has looked through (J1)."""
        return self.generation > self.link.looked_generation or any(map(self.dirty, self.pairs.values()))

    def link_view(self) -> LinkView:
        link = self.link
        paired = {pair.activity for pair in self.pairs.values()}
        return LinkView(
            link_id=1,
            class_id=1,
            generation=self.generation,
            writes=link.writes,
            policy=link.policy,
            new_in_aeries=link.new_in_aeries,
            new_in_lms=link.new_in_lms,
            grading_rule=link.grading_rule,
            create_after=link.create_after,
            grace=link.grace,
            longest_timeout=link.longest_timeout,
            second_look=link.second_look,
            far=link.far,
            brake=link.brake,
            categories=link.categories,
            ignored_codes=link.ignored_codes,
            students=link.students,
            students_read_at=link.students_read_at,
            gradebook_read_at=link.gradebook_read_at,
            terms=link.terms,
            today=link.today,
            pairs=tuple(self._head(pair) for pair in self.pairs.values()),
            asked_about=frozenset(),
            new_activities=tuple(
                activity
                for key, activity in self.activities.items()
                if key not in paired and key not in self.deleted
            ),
            missing_since=link.missing_since,
            students_missing_since=link.students_missing_since,
            create_here=link.create_here,
            roster={
                student.sis_student_id: student.id
                for student in self.students.values()
                if student.active and student.sis_student_id is not None
            },
            values_in_class=sum(
                not isinstance(cell.value, Blank)
                for (activity, _), cell in self.scores.items()
                if activity in paired
            ),
            braked=frozenset(subject for subject in self.problems if subject.startswith("brake:")),
            answers=dict(self.answers),
        )

    def _head(self, pair: Pair) -> PairHead:
        return PairHead(
            id=pair.id,
            state=pair.state,
            unique_id=pair.unique_id,
            activity_id=pair.activity,
            title=pair.title,
            dirty=self.dirty(pair),
            missing_since=pair.missing_since,
            activity_deleted=pair.activity in self.deleted,
            scores_read_at=pair.scores_read_at,
            external_id=pair.external_id,
        )

    def pair_view(self, pair_id: int) -> PairView | None:
        pair = self.pairs.get(pair_id)
        if pair is None or pair.activity is None or pair.activity in self.deleted:
            return None
        if pair.state not in (PairState.LINKED, PairState.CREATING):
            return None
        question = self.problems.get(f"activity:{pair.activity}")
        return PairView(
            id=pair.id,
            state=pair.state,
            activity=self.activities[pair.activity],
            edited_at=self.edited_at[pair.activity],
            unique_id=pair.unique_id,
            number=pair.number,
            external_id=pair.external_id,
            create_sent_at=pair.create_sent_at,
            create_ended_at=pair.create_ended_at,
            create_confirmed=pair.create_confirmed,
            fields=pair.fields,
            maxima=pair.maxima,
            their_due_on=pair.their_due_on,
            their_grading_completed=pair.their_grading_completed,
            cells=tuple(
                self._cell_view(pair, student) for student in self.students.values() if student.active
            ),
            open_question=None if question is None else question.held.code,
            rule_fired=pair.rule_fired,
            zeros_asked=f"zeros:{pair.activity}" in self.problems,
            fields_in_question=any(key.startswith(f"field:{pair.activity}:") for key in self.problems),
            fields_in_conflict=frozenset(
                problem.held.field or ""
                for key, problem in self.problems.items()
                if key.startswith(f"field:{pair.activity}:") and problem.held.code == "conflict"
            ),
        )

    def unpaired_view(self, activity: int) -> PairView | None:
        self.pairs[0] = Pair(0, PairState.CREATING, activity)
        view = self.pair_view(0)
        del self.pairs[0]
        return view

    def _cell_view(self, pair: Pair, student: OurStudent) -> CellView:
        assert pair.activity is not None and student.sis_student_id is not None
        base, agreed_as = self.bases.get((pair.id, student.id), (None, None))
        problem = self.problems.get(f"cell:{pair.activity}:{student.id}")
        ours = self.cell(pair.activity, student.id)
        return CellView(
            student=student.id,
            sis_student_id=student.sis_student_id,
            ours=ours,
            base=base,
            agreed_as=agreed_as,
            intents=tuple(
                stored.intent
                for stored in self.intents.values()
                if (stored.pair, stored.student) == (pair.id, student.id)
            ),
            problem=None if problem is None else _open(problem.held),
            send_anyway=problem is not None
            and problem.answer == "send_anyway"
            and problem.held.ours_version == ours.version,
        )

    # What the machine commits

    def apply(self, changes: Iterable[ch.Change], lease: int) -> Committed:
        if lease != self.lease:
            raise LeaseLost
        lost: set[int] = set()
        stored: dict[int, int] = {}
        for change in changes:
            self._apply(change, lease, lost, stored)
        return Committed(frozenset(lost), stored)

    def _apply(self, change: ch.Change, lease: int, lost: set[int], stored: dict[int, int]) -> None:
        match change:
            case ch.MoveBase(pair, student, base, membership):
                self.bases[pair, student] = base, membership
            case ch.Agree(activity, move):
                if self.cell(activity, move.student).version == move.base.ours_version:
                    self.bases[move.pair, move.student] = move.base, move.membership
                else:
                    lost.add(move.student)
            case ch.TakeOverCell():
                self._take_over(change, lost)
            case ch.StoreIntent(pair, student, ours, version, sent, maxima, replaced):
                key = self.next_id()
                intent = Intent(key, ours, version, sent, maxima, None, replaced)
                self.intents[key] = StoredIntent(pair, student, lease, intent)
                stored[student] = key
            case ch.EndIntents(ids, at):
                for key in ids:
                    row = self.intents[key]
                    self.intents[key] = replace(row, intent=replace(row.intent, ended_at=at))
            case ch.SettleIntents(ids):
                for key in ids:
                    del self.intents[key]
            case ch.Named(ids):
                for key in set(ids) & self.intents.keys():
                    row = self.intents[key]
                    self.intents[key] = replace(row, intent=replace(row.intent, replaced=None))
            case ch.RecordWrite(activity, student, name, before, after, why):
                self._record("aeries", activity, student, name, before, after, why)
            case ch.RecordGone(activity, student, before, after, why):
                self._record("aeries", activity, student, "score", before, after, why)
            case ch.JudgeCells(pair, activity, students, held):
                for student in students - lost:
                    self._judge(f"cell:{activity}:{student}", pair, _of(held, student=student))
            case ch.JudgeFields(pair, activity, held):
                for name in Field:
                    self._judge(f"field:{activity}:{name}", pair, _of(held, field=name.value))
            case ch.JudgePair(pair, pair_activity, question):
                self._judge(f"activity:{pair_activity}", pair, question)
            case ch.JudgeSubjects(prefix, questions):
                known = {s for s in self.problems if s == prefix or s.startswith(prefix + ":")}
                for subject in known | set(questions):
                    self._judge(subject, None, questions.get(subject))
            case ch.MoveFields(pair, fields, assignment, maxima):
                self._pair(pair, fields=fields, maxima=maxima, **_shown(assignment))
            case ch.SetOurFields(pair, activity, expected, field_changes):
                self._set_fields(activity, expected, field_changes, lost)
            case ch.MovePoints():
                self._move_points(change, lost)
            case ch.Enrol(activity, ignored):
                state = PairState.IGNORED_IN_LMS if ignored else PairState.CREATING
                key = self.next_id()
                self.pairs[key] = Pair(key, state, activity, title=self.activities[activity].title)
            case ch.CreateHere(assignment, category, ignored):
                self._create_here(assignment, category, ignored=ignored)
            case ch.StartCreate(pair, external_id, fields):
                self._pair(
                    pair,
                    fields=fields,
                    external_id=external_id,
                    create_sent_at=self.clock.now,
                    create_ended_at=None,
                    create_lease=lease,
                )
            case ch.EndCreate(pair, at):
                self._pair(pair, create_ended_at=at)
            case ch.CancelCreate(pair):
                self._pair(pair, create_sent_at=None, create_ended_at=None)
            case ch.Pin(pair, assignment, fields, maxima, _):
                self._pair(
                    pair,
                    state=PairState.LINKED,
                    unique_id=assignment.unique_id,
                    fields=fields,
                    maxima=maxima,
                    create_sent_at=None,
                    create_ended_at=None,
                    look_again_at=None,
                    **_shown(assignment),
                )
            case ch.Looked(pair, generation):
                seen = self.pairs[pair].looked_generation
                self._pair(pair, looked_generation=max(seen, generation))
            case ch.ScoresRead(pair, at):
                self._pair(pair, scores_read_at=at)
            case ch.LookAgain(pair, again_at):
                self._pair(pair, look_again_at=again_at)
            case ch.Missing(pair, since):
                self._pair(pair, missing_since=since)
            case ch.EndPair(pair):
                self._pair(pair, state=PairState.UNLINKED, look_again_at=None)
            case ch.RuleFired(pair, fired):
                self._pair(pair, rule_fired=fired)
            case ch.StudentsSeen(students, at):
                self.link = replace(
                    self.link, students=students, students_read_at=at, students_missing_since=None
                )
            case ch.StudentsMissing(since):
                self.link = replace(self.link, students_missing_since=since)
            case ch.GradebookMissing(since):
                self.link = replace(self.link, missing_since=since)
            case ch.GradebookSeen(_, terms, at):
                self.link = replace(self.link, terms=terms, gradebook_read_at=at)
            case ch.LookAtEverything():
                pass  # The next look of a test is one at everything, or a test says so.
            case ch.LinkLooked(generation):
                seen = self.link.looked_generation
                self.link = replace(self.link, looked_generation=max(seen, generation))
            case _:
                assert_never(change)

    def _take_over(self, change: ch.TakeOverCell, lost: set[int]) -> None:
        if self.cell(change.activity, change.student).version != change.expected_version:
            lost.add(change.student)
            return
        self._set(change.activity, change.student, change.value, change.why, typed=False)
        version = self.cell(change.activity, change.student).version
        base = CellBase(change.value, version, change.theirs, change.maxima)
        self.bases[change.pair, change.student] = base, change.membership

    def _set_fields(
        self, activity: int, expected: int, field_changes: tuple[FieldChange, ...], lost: set[int]
    ) -> None:
        old = self.activities[activity]
        if old.version != expected:
            lost.add(0)
            return
        new = {_COLUMN[change.field]: _parsed(change) for change in field_changes}
        if "points" in new:
            new["extra_credit"] = new["points"] == 0
        self.activities[activity] = replace(old, **new, version=old.version + 1)  # type: ignore[arg-type]
        for change in field_changes:
            self._record("lms", activity, None, change.field, change.before, change.after, "changed there")

    def _move_points(self, change: ch.MovePoints, lost: set[int]) -> None:
        stale = any(
            self.cell(change.activity, cell.student).version != cell.expected_version for cell in change.cells
        )
        if stale:
            lost.add(0)
            return
        before = _points(self.activities[change.activity])
        self._set_fields(change.activity, change.expected_version, change.changes, lost)
        if lost:
            return
        after = _points(self.activities[change.activity])
        told = {cell.student: cell.value for cell in change.cells}
        for (activity, student), cell in list(self.scores.items()):
            if activity == change.activity:
                value = told.get(student, rescaled(cell.value, before, after))
                if value != cell.value:
                    self._set(activity, student, value, change.why, typed=False)
        for move in change.cells:
            if move.base is not None:
                version = self.cell(change.activity, move.student).version
                base = replace(move.base, ours_version=version if move.agreed else move.base.ours_version)
                self.bases[change.pair, move.student] = base, move.membership

    def _create_here(self, assignment: TheirAssignment, category: int | None, *, ignored: bool) -> None:
        key = self.next_id()
        shown = _shown(assignment)
        if ignored:
            self.pairs[key] = Pair(
                key, PairState.IGNORED_IN_AERIES, None, unique_id=assignment.unique_id, **shown
            )
            return
        activity = self.next_id()
        self.add_activity(
            OurActivity(
                id=activity,
                title=assignment.title,
                description=assignment.description,
                category_id=category,
                points=assignment.weight_max,
                assigned_on=assignment.assigned_on,
                due_on=assignment.due_on,
                extra_credit=assignment.weight_max == 0,
                grading_completed=assignment.grading_completed,
                published=True,
                version=1,
                generation=0,
            )
        )
        ours = self.activities[activity]
        self.pairs[key] = Pair(
            key,
            PairState.LINKED,
            activity,
            unique_id=assignment.unique_id,
            fields=halves(ours, assignment),
            maxima=maxima_of(ours, assignment),
            **shown,
        )

    def _pair(self, pair: int, **changes: Any) -> None:
        self.pairs[pair] = replace(self.pairs[pair], **changes)

    def _judge(self, subject: str, pair: int | None, held: ch.Held | None) -> None:
        if held is None:
            self.problems.pop(subject, None)
            return
        old = self.problems.get(subject)
        answer = old.answer if old is not None and old.held.code == held.code else None
        self.problems[subject] = Problem(held, pair, answer)

    def _record(
        self,
        side: str,
        activity: int,
        student: int | None,
        name: str,
        before: str | None,
        after: str | None,
        why: str,
    ) -> None:
        self.history.append(Entry(side, activity, student, name, before, after, why))


def _points(work: OurActivity) -> Decimal:
    return Decimal(0) if work.extra_credit else work.points


_COLUMN = {
    Field.TITLE: "title",
    Field.DESCRIPTION: "description",
    Field.CATEGORY: "category_id",
    Field.ASSIGNED_ON: "assigned_on",
    Field.DUE_ON: "due_on",
    Field.POINTS: "points",
    Field.GRADING_COMPLETED: "grading_completed",
}


def _parsed(change: FieldChange) -> object:
    match change.field:
        case Field.TITLE | Field.DESCRIPTION:
            return change.after
        case Field.CATEGORY:
            return int(change.after)
        case Field.ASSIGNED_ON | Field.DUE_ON:
            return date.fromisoformat(change.after) if change.after else None
        case Field.POINTS:
            return Decimal(change.after)
        case Field.GRADING_COMPLETED:
            return change.after == "yes"


def _shown(assignment: TheirAssignment) -> dict[str, Any]:
    return {
        "number": assignment.number,
        "title": assignment.title,
        "their_due_on": assignment.due_on,
        "their_grading_completed": assignment.grading_completed,
    }


def _of(held: Iterable[ch.Held], *, student: int | None = None, field: str | None = None) -> ch.Held | None:
    return next((h for h in held if (h.student, h.field) == (student, field)), None)


def _open(held: ch.Held) -> OpenProblem:
    return OpenProblem(ProblemCode(held.code), held.ours, held.theirs, held.ours_version)
