"""One commit of carrying out: one transaction, under the number of the lease.

The lease's row is locked first, so that a holder that was frozen and taken over commits nothing (J3). Then the changes
are applied in order; the class and its activities are locked by the gradebook's own services.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import assert_never

from django.db import transaction

from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out.effects import Committed
from twinbook.core.carry_out.fields import maxima_of
from twinbook.core.cells import CellBase, TakeOver
from twinbook.core.fields import TITLE_LIMIT, Field, FieldChange, halves
from twinbook.core.merge import taken_over_base
from twinbook.core.remote import TheirCell
from twinbook.core.sentence import sentence
from twinbook.core.snapshot import TheirAssignment, TheirTerm
from twinbook.core.values import BLANK
from twinbook.gradebook import activities, history, points, scores
from twinbook.gradebook.activities import ActivityChanges, ActivityFields
from twinbook.gradebook.errors import VersionConflictError
from twinbook.gradebook.history import Entry
from twinbook.gradebook.models import Side
from twinbook.gradebook.origin import Origin
from twinbook.gradebook.scores import ValueChange
from twinbook.sync import announce, clock, codec, homes, journal, questions
from twinbook.sync.load import our_activity
from twinbook.sync.models import (
    CategoryPair,
    CellBaseRow,
    IntentRow,
    Link,
    LinkStudent,
    Pair,
    PairState,
)

Guard = Callable[[], None]
"""Runs inside the transaction; raises LeaseLost unless the lease still is ours."""


@dataclass
class Committer:
    link_id: int
    class_id: int
    origin: Origin
    guard: Guard
    lease_number: int
    holder: str
    before_first_move: Callable[[], None] | None = None
    """Stores the run's row in the transaction of its first move: a push that moves nothing leaves none."""
    _lost: set[int] = field(default_factory=set)
    _intents: dict[int, int] = field(default_factory=dict)

    def apply(self, changes: tuple[ch.Change, ...]) -> Committed:
        """All or nothing. Raises LeaseLost; then nothing was written."""
        self._lost, self._intents = set(), {}
        with transaction.atomic():
            self.guard()
            if self.before_first_move is not None and any(isinstance(change, _MOVES) for change in changes):
                self.before_first_move()
                self.before_first_move = None
            moved = journal.about_to_move(self.link_id, self.origin.run_id, changes)
            self._take_over([change for change in changes if isinstance(change, ch.TakeOverCell)])
            agreed = self._agreed([change for change in changes if isinstance(change, ch.Agree)])
            self._move_bases([*(c for c in changes if isinstance(c, ch.MoveBase)), *agreed])
            journal.store(moved, lost=self._lost)
            self._store_intents([change for change in changes if isinstance(change, ch.StoreIntent)])
            self._record([c for c in changes if isinstance(c, (ch.RecordWrite, ch.RecordGone))])
            for change in changes:
                self._apply(change)
        announce.announce(self.class_id)
        return Committed(frozenset(self._lost), dict(self._intents))

    def _apply(self, change: ch.Change) -> None:
        match change:
            case ch.TakeOverCell() | ch.MoveBase() | ch.Agree():
                pass
            case ch.StoreIntent() | ch.RecordWrite() | ch.RecordGone():
                pass
            case ch.EndIntents(ids, at):
                IntentRow.objects.filter(id__in=ids, ended_at=None).update(ended_at=at)
            case ch.SettleIntents(ids):
                IntentRow.objects.filter(id__in=ids).update(settled_at=clock.now())
            case ch.Named(ids):
                IntentRow.objects.filter(id__in=ids).update(replaced_kind=None, replaced_text="")
            case ch.JudgeCells():
                questions.judge_cells(self.class_id, self.link_id, change, lost=frozenset(self._lost))
            case ch.JudgeFields():
                questions.judge_fields(self.class_id, self.link_id, change)
            case ch.JudgePair():
                questions.judge_pair(self.class_id, self.link_id, change)
            case ch.JudgeSubjects():
                questions.judge_subjects(self.class_id, self.link_id, change)
            case ch.MoveFields():
                self._move_fields(change)
            case ch.SetOurFields():
                self._set_our_fields(change)
            case ch.MovePoints():
                self._move_points(change)
            case ch.Enrol(activity, ignored):
                state = PairState.IGNORED_IN_LMS if ignored else PairState.CREATING
                Pair.objects.get_or_create(
                    link_id=self.link_id, activity_id=activity, defaults={"state": state}
                )
            case ch.CreateHere():
                self._create_here(change)
            case ch.StartCreate(pair, external_id, fields):
                Pair.objects.filter(id=pair).update(
                    external_id=external_id,
                    fields={name: list(both) for name, both in fields.items()},
                    create_sent_at=clock.now(),
                    create_ended_at=None,
                    create_lease=self.lease_number,
                    create_holder=self.holder,
                )
            case ch.EndCreate(pair, at):
                Pair.objects.filter(id=pair).update(create_ended_at=at)
            case ch.CancelCreate(pair):
                Pair.objects.filter(id=pair).update(create_sent_at=None, create_ended_at=None)
            case ch.Pin():
                self._pin(change)
            case ch.Looked(pair, generation):
                Pair.objects.filter(id=pair, looked_generation__lt=generation).update(
                    looked_generation=generation
                )
            case ch.ScoresRead(pair, began_at):
                Pair.objects.filter(id=pair).update(scores_read_at=began_at)
            case ch.LookAgain(pair, at):
                Pair.objects.filter(id=pair).update(look_again_at=at)
            case ch.Missing(pair, since):
                Pair.objects.filter(id=pair).update(missing_since=since)
            case ch.EndPair(pair):
                Pair.objects.filter(id=pair).update(state=PairState.UNLINKED, look_again_at=None)
                questions.close_of_pair(pair, "both sides are gone")
            case ch.RuleFired(pair, fired):
                Pair.objects.filter(id=pair).update(rule_fired=fired)
            case ch.StudentsSeen():
                self._students(change)
            case ch.StudentsMissing(since):
                Link.objects.filter(id=self.link_id).update(students_missing_since=since)
            case ch.GradebookSeen():
                self._gradebook(change)
            case ch.GradebookMissing(since):
                Link.objects.filter(id=self.link_id).update(missing_since=since)
            case ch.LookAtEverything():
                Link.objects.filter(id=self.link_id).update(look_at_everything=True)
            case ch.LinkLooked():
                self._link_looked(change)
            case _:
                assert_never(change)

    # Cells

    def _take_over(self, steps: list[ch.TakeOverCell]) -> None:
        """Compare-and-set on the version that the plan saw (C6): a lost race drops that step."""
        by_activity: dict[tuple[int, str], list[ch.TakeOverCell]] = {}
        for step in steps:
            by_activity.setdefault((step.activity, step.why), []).append(step)
        bases: list[ch.MoveBase] = []
        for (activity, why), group in sorted(by_activity.items()):
            wanted = [ValueChange(step.student, step.expected_version, step.value) for step in group]
            lost = scores.compare_and_set(self.class_id, activity, wanted, self.origin, why=why)
            self._lost |= lost
            bases += [self._base_of(step) for step in group if step.student not in lost]
        self._move_bases(bases)

    def _base_of(self, step: ch.TakeOverCell) -> ch.MoveBase:
        theirs = TheirCell(step.theirs, step.maxima.entry, step.maxima.weight)
        taken = TakeOver(step.expected_version, BLANK, step.value, theirs, step.maxima, step.why)
        return ch.MoveBase(
            step.pair, step.student, taken_over_base(taken, step.expected_version + 1), step.membership
        )

    def _agreed(self, found: list[ch.Agree]) -> list[ch.MoveBase]:
        """Without those whose cell was saved since it was found equal."""
        moves: list[ch.MoveBase] = []
        for activity in {each.activity for each in found}:
            cells = scores.of_activity(activity)
            for move in (each.move for each in found if each.activity == activity):
                cell = cells.get(move.student)
                if (0 if cell is None else cell.version) == move.base.ours_version:
                    moves.append(move)
                else:
                    self._lost.add(move.student)
        return moves

    def _move_bases(self, moves: list[ch.MoveBase]) -> None:
        """The last word on a cell counts: an echo is recognised first, and then what follows from it."""
        last = {(move.pair, move.student): move for move in moves if move.student not in self._lost}
        if last:
            now = clock.now()
            rows = [
                _base_row(move.pair, move.student, move.base, move.membership, self.origin.run_id, now)
                for move in last.values()
            ]
            CellBaseRow.objects.bulk_create(
                rows, update_conflicts=True, unique_fields=["pair", "student"], update_fields=_BASE_COLUMNS
            )

    def _store_intents(self, intents: list[ch.StoreIntent]) -> None:
        rows = []
        for intent in intents:
            ours_kind, ours_text = codec.value_columns(intent.ours)
            sent_kind, sent_text = codec.form_columns(intent.sent)
            over = intent.replaced
            replaced_kind, replaced_text = (None, "") if over is None else codec.form_columns(over)
            rows.append(
                IntentRow(
                    pair_id=intent.pair,
                    student_id=intent.student,
                    ours_kind=ours_kind,
                    ours_text=ours_text,
                    ours_version=intent.ours_version,
                    sent_kind=sent_kind,
                    sent_text=sent_text,
                    replaced_kind=replaced_kind,
                    replaced_text=replaced_text,
                    max_ours=intent.maxima.ours,
                    max_entry=intent.maxima.entry,
                    max_weight=intent.maxima.weight,
                    lease_number=self.lease_number,
                    holder=self.holder,
                    run_id=self.origin.run_id,
                )
            )
        for row in IntentRow.objects.bulk_create(rows):
            self._intents[row.student_id] = row.id

    def _record(self, writes: list[ch.RecordWrite | ch.RecordGone]) -> None:
        entries = [
            Entry(
                w.field if isinstance(w, ch.RecordWrite) else "score",
                w.before,
                w.after,
                activity_id=w.activity,
                student_id=w.student,
                side=Side.AERIES,
                why=w.why,
            )
            for w in writes
        ]
        if entries:
            history.record(self.class_id, self.origin, entries)

    # Fields and pairs

    def _move_fields(self, change: ch.MoveFields) -> None:
        found = change.assignment
        Pair.objects.filter(id=change.pair).update(
            fields={name: list(both) for name, both in change.fields.items()},
            fields_read_at=clock.now(),
            max_ours=change.maxima.ours,
            max_entry=change.maxima.entry,
            max_weight=change.maxima.weight,
            **shown_of(found),
        )
        journal.fields_moved(self.origin.run_id, change.pair, change.fields)

    def _set_our_fields(self, change: ch.SetOurFields) -> None:
        self._tell_other_gradebooks()
        try:
            activities.update(
                self.class_id,
                change.activity,
                _our_changes(change.changes),
                self.origin,
                expected_version=change.expected_version,
                why=change.why,
                quiet=True,
            )
        except VersionConflictError:
            self._lost.add(0)
            fields = dict(Pair.objects.get(id=change.pair).fields)
            for moved in change.changes:
                fields[moved.field.value][0] = moved.before
            Pair.objects.filter(id=change.pair).update(fields=fields)

    def _tell_other_gradebooks(self) -> None:
        """What comes from one gradebook of a class with several goes on to the others; quiet writes wake nobody."""
        others = Link.objects.filter(school_class_id=self.class_id, ended_on=None).exclude(id=self.link_id)
        others.update(look_at_everything=True)

    def _move_points(self, change: ch.MovePoints) -> None:
        values = {cell.student: (cell.expected_version, cell.value) for cell in change.cells}
        try:
            versions = points.change(
                self.class_id,
                change.activity,
                _our_changes(change.changes),
                values,
                self.origin,
                expected_version=change.expected_version,
                why=change.why,
            )
        except VersionConflictError:
            self._lost.add(0)
            return
        moves = []
        for cell in change.cells:
            if cell.base is not None:
                version = versions.get(cell.student, 0) if cell.agreed else cell.base.ours_version
                base = replace(cell.base, ours_version=version)
                moves.append(ch.MoveBase(change.pair, cell.student, base, cell.membership))
        self._move_bases(moves)
        self._tell_other_gradebooks()

    def _pin(self, change: ch.Pin) -> None:
        Pair.objects.filter(id=change.pair).update(
            state=PairState.LINKED,
            unique_id=change.assignment.unique_id,
            fields={name: list(both) for name, both in change.fields.items()},
            max_ours=change.maxima.ours,
            max_entry=change.maxima.entry,
            max_weight=change.maxima.weight,
            create_sent_at=None,
            create_ended_at=None,
            look_again_at=None,
            **shown_of(change.assignment),
        )

    def _create_here(self, change: ch.CreateHere) -> None:
        found = change.assignment
        if Pair.objects.filter(link_id=self.link_id, unique_id=found.unique_id).exists():
            return
        if change.ignored:
            Pair.objects.create(
                link_id=self.link_id,
                unique_id=found.unique_id,
                state=PairState.IGNORED_IN_AERIES,
                **shown_of(found),
            )
            return
        self._tell_other_gradebooks()
        pair_with_new_activity(self.class_id, self.link_id, found, change.category_id, self.origin)

    # The link

    def _students(self, change: ch.StudentsSeen) -> None:
        LinkStudent.objects.filter(link_id=self.link_id).delete()
        LinkStudent.objects.bulk_create(
            LinkStudent(
                link_id=self.link_id,
                sis_student_id=row.student_id,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                tag=row.tag,
            )
            for row in change.students
        )
        Link.objects.filter(id=self.link_id).update(
            students_read_at=change.began_at, students_missing_since=None
        )

    def _gradebook(self, change: ch.GradebookSeen) -> None:
        Link.objects.filter(id=self.link_id).update(
            terms=[term_json(term) for term in change.terms], gradebook_read_at=change.at
        )
        known = {category.code: category for category in change.categories}
        for row in CategoryPair.objects.filter(link_id=self.link_id, code__isnull=False):
            found = known.get(row.code or "")
            if found is not None and (row.their_name, row.their_percent) != (found.name, found.percent):
                row.their_name, row.their_percent = found.name, found.percent
                row.save(update_fields=["their_name", "their_percent"])
        questions.judge_categories(self.class_id, self.link_id, set(known))
        homes.widen(self.link_id, change.sections)

    def _link_looked(self, change: ch.LinkLooked) -> None:
        now = clock.now()
        link = Link.objects.get(id=self.link_id)
        link.looked_generation = max(link.looked_generation, change.generation)
        link.next_attempt_at, link.attempts, link.why = None, 0, None
        if change.pulled:
            link.look_at_everything = False
            link.last_pulled_at = now
            if not change.strangers:
                link.base_doubtful_since = None
        if change.pushed:
            link.last_pushed_at = now
        link.save(
            update_fields=[
                "looked_generation",
                "next_attempt_at",
                "attempts",
                "why",
                "look_at_everything",
                "base_doubtful_since",
                "last_pulled_at",
                "last_pushed_at",
            ]
        )


def pair_with_new_activity(
    class_id: int, link_id: int, found: TheirAssignment, category_id: int | None, origin: Origin
) -> Pair:
    """An assignment becomes an activity here, with its fields as they stand there; its scores follow at the next look."""
    activity = activities.create(
        class_id, activity_fields(found, category_id), origin, why=sentence("new in Aeries"), quiet=True
    )
    ours = our_activity(activity)
    maxima = maxima_of(ours, found)
    return Pair.objects.create(
        link_id=link_id,
        activity=activity,
        unique_id=found.unique_id,
        state=PairState.LINKED,
        fields={name: list(both) for name, both in halves(ours, found).items()},
        max_ours=maxima.ours,
        max_entry=maxima.entry,
        max_weight=maxima.weight,
        **shown_of(found),
    )


def activity_fields(found: TheirAssignment, category_id: int | None) -> ActivityFields:
    """Zero points there mean extra credit here (behaviour §4.3)."""
    return ActivityFields(
        title=found.title.strip()[:TITLE_LIMIT] or f"Assignment {found.number}",
        points=found.weight_max,
        description=found.description,
        category_id=category_id,
        assigned_on=found.assigned_on,
        due_on=found.due_on,
        extra_credit=found.weight_max == 0,
        grading_completed=found.grading_completed,
        published=True,
    )


def shown_of(found: TheirAssignment) -> dict[str, object]:
    return {
        "number": found.number,
        "their_title": found.title,
        "their_due_on": found.due_on,
        "their_grading_completed": found.grading_completed,
    }


def term_json(term: TheirTerm) -> dict[str, str | None]:
    return {
        "code": term.code,
        "name": term.name,
        "starts_on": None if term.starts_on is None else term.starts_on.isoformat(),
        "ends_on": None if term.ends_on is None else term.ends_on.isoformat(),
    }


def _our_changes(changes: tuple[FieldChange, ...]) -> ActivityChanges:
    result: ActivityChanges = {}
    for change in changes:
        match change.field:
            case Field.TITLE:
                result["title"] = change.after
            case Field.DESCRIPTION:
                result["description"] = change.after
            case Field.CATEGORY:
                result["category_id"] = int(change.after) if change.after else None
            case Field.ASSIGNED_ON:
                result["assigned_on"] = date.fromisoformat(change.after) if change.after else None
            case Field.DUE_ON:
                result["due_on"] = date.fromisoformat(change.after) if change.after else None
            case Field.POINTS:
                result["points"] = Decimal(change.after)
                result["extra_credit"] = Decimal(change.after) == 0
            case Field.GRADING_COMPLETED:
                result["grading_completed"] = change.after == "yes"
            case _:
                assert_never(change.field)
    return result


_MOVES = (
    ch.TakeOverCell,
    ch.StoreIntent,
    ch.RecordWrite,
    ch.StartCreate,
    ch.SetOurFields,
    ch.MovePoints,
    ch.CreateHere,
    ch.Pin,
)

_BASE_COLUMNS = [
    "ours_kind",
    "ours_text",
    "ours_version",
    "theirs_kind",
    "theirs_text",
    "their_revision",
    "max_ours",
    "max_entry",
    "max_weight",
    "membership",
    "agreed_at",
    "run_id",
]


def _base_row(
    pair: int, student: int, base: CellBase, membership: str, run_id: int | None, now: datetime
) -> CellBaseRow:
    ours_kind, ours_text = (None, "") if base.ours is None else codec.value_columns(base.ours)
    theirs_kind, theirs_text = (None, "") if base.theirs is None else codec.form_columns(base.theirs)
    return CellBaseRow(
        pair_id=pair,
        student_id=student,
        ours_kind=ours_kind,
        ours_text=ours_text,
        ours_version=base.ours_version,
        theirs_kind=theirs_kind,
        theirs_text=theirs_text,
        their_revision=base.their_revision,
        max_ours=base.maxima.ours,
        max_entry=base.maxima.entry,
        max_weight=base.maxima.weight,
        membership=membership,
        agreed_at=now,
        run_id=run_id,
    )


def store_base(pair: int, student: int, base: CellBase, membership: str, run_id: int | None) -> None:
    """One base outside of carrying out: a person's answer to a question (C3)."""
    CellBaseRow.objects.bulk_create(
        [_base_row(pair, student, base, membership, run_id, clock.now())],
        update_conflicts=True,
        unique_fields=["pair", "student"],
        update_fields=_BASE_COLUMNS,
    )
