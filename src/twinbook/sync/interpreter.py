"""Carrying out for real: each effect with PostgreSQL and HTTP.

The lease is checked immediately before each request and guards each commit. Instants are the database's. A request's
permit is taken before the lease is checked, so that waiting for the budget cannot outlast the check.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Generator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar, assert_never

from django.db.models import F

from twinbook.aeries import errors
from twinbook.aeries import models as wire
from twinbook.aeries.client import AeriesClient
from twinbook.aeries.permits import Lane as WireLane
from twinbook.aeries.permits import Permit
from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.create import EXTERNAL_PREFIX
from twinbook.core.carry_out.views import LinkView
from twinbook.core.sentence import joined, sentence
from twinbook.gradebook.origin import Origin, OriginKind
from twinbook.sync import clock, endings, exchanged, far, health, identity, load, remote
from twinbook.sync.commit import Committer
from twinbook.sync.lease import Lease
from twinbook.sync.models import ClassSync, Link, Pair, PairState, RemoteState

T = TypeVar("T")
R = TypeVar("R")

IDENTITY_TRUST = timedelta(minutes=10)
_NOT_NOW = ef.Trouble(
    ef.Family.WAIT,
    sentence(
        "Twinbook only observes, or is paused: nothing is written to Aeries. What is waiting goes when "
        "it may write again."
    ),
)
ProgressTold = Callable[[int, int, str], None]

# What these change is shown by LinkView: a kept view is dropped after them.
_LINK_CHANGES = (
    ch.StudentsSeen,
    ch.StudentsMissing,
    ch.GradebookSeen,
    ch.GradebookMissing,
    ch.Enrol,
    ch.CreateHere,
    ch.Pin,
    ch.Missing,
    ch.EndPair,
    ch.LinkLooked,
    ch.JudgeSubjects,
    ch.MoveFields,
)


class Interpreter:
    """Drives generators of `core.carry_out` for one link under one lease."""

    def __init__(
        self,
        link: Link,
        lease: Lease,
        *,
        dry_run: bool = False,
        run_id: int | None = None,
        actor: str | None = None,
        told: ProgressTold | None = None,
        before_first_move: Callable[[], None] | None = None,
    ) -> None:
        self.link = link
        self.class_id = link.school_class_id
        self.gradebook = link.gradebook_number
        self.lease = lease
        self.dry_run = dry_run
        self.told = told
        self.client: AeriesClient = remote.client()
        self.admission = health.admit(link.connection_id)
        self.committer = Committer(
            link_id=link.id,
            class_id=self.class_id,
            origin=Origin(OriginKind.SYNC, actor, link.id, run_id),
            guard=lease.guard,
            lease_number=lease.number,
            holder=lease.holder,
            before_first_move=before_first_move,
        )
        self._kept = lease.readings
        self.reuse = timedelta(seconds=self._reuse_seconds())
        self._view: LinkView | None = None
        self._listing: ef.Listing | None = None
        self._codes: tuple[str, ...] | None = None
        self._permit: Permit | None = None
        self._down: ef.Trouble | None = None
        self._permits = remote.permits(link.connection_id)
        self._tried: dict[int, int] = {}
        self._doubted = False

    def _reuse_seconds(self) -> int:
        return ClassSync.objects.values_list("reuse_seconds", flat=True).get(school_class_id=self.class_id)

    def drive(self, steps: Generator[ef.Effect, Any, R]) -> R:
        """Runs to the end. Raises LeaseLost and database errors; a database error is thrown into nothing and ends it."""
        answer: Any = None
        try:
            while True:
                try:
                    effect = steps.send(answer)
                except StopIteration as end:
                    result: R = end.value
                    return result
                if not isinstance(effect, ef.WriteScores | ef.Commit):
                    self._drop_permit()
                answer = self._perform(effect)
        except BaseException:
            endings.of_broken_work(self.lease)
            raise
        finally:
            self._drop_permit()
            self.admission.close()
            steps.close()

    def _drop_permit(self) -> None:
        if self._permit is not None:
            self._permit.release()
            self._permit = None

    def _perform(self, effect: ef.Effect) -> Any:
        match effect:
            case ef.LoadLink():
                return self._link_view()
            case ef.LoadPair(pair):
                endings.note(pair, self.lease)
                return load.pair_view(pair)
            case ef.LoadUnpaired(activity):
                return load.unpaired_view(self.link, activity)
            case ef.Commit(changes):
                return self._commit(changes)
            case ef.Now():
                return clock.now()
            case ef.MintExternalId():
                return f"{EXTERNAL_PREFIX}{uuid.uuid4()}"
            case ef.Progress(done, total, label):
                return self.told(done, total, label) if self.told is not None else None
            case ef.NextDirty():
                return self._next_dirty()
            case ef.CheckIdentity(lane):
                return self._identity(lane)
            case ef.ReadGradebook(lane):
                return self._gradebook(lane)
            case ef.ListAssignments(lane, reuse):
                return self._list(lane, reuse)
            case ef.ReadAssignment(unique_id, lane):
                return self._read(lambda: far.assignment(self._assignment(unique_id, lane).value))
            case ef.ReadStudents(lane):
                return self._students(lane)
            case ef.ReadScores():
                return self._scores(effect)
            case ef.WriteScores():
                return self._write_scores(effect)
            case ef.Insert():
                return self._insert(effect)
            case ef.Update():
                return self._update(effect)
            case _:
                assert_never(effect)

    # Our own side

    def _link_view(self) -> LinkView:
        if self._view is None:
            self._view = load.link_view(self.link.id, dry_run=self.dry_run)
        return self._view

    def _commit(self, changes: tuple[ch.Change, ...]) -> ef.Committed:
        if not changes:
            return ef.Committed(frozenset(), {})
        committed = self.committer.apply(changes)
        if any(isinstance(change, _LINK_CHANGES) for change in changes):
            self._view = None
        return committed

    def _next_dirty(self) -> int | None:
        """A pair whose activity was saved after this run began and that was not looked through since. Each save is tried
        once: what cannot be served now stays dirty for the next look."""
        if not self.lease.wanted():
            return None
        dirty = Pair.objects.filter(
            link_id=self.link.id,
            state__in=[PairState.LINKED, PairState.CREATING],
            activity__deleted_at=None,
            activity__generation__gt=F("looked_generation"),
        ).filter(activity__generation__gt=self.lease.generation)
        for pair, generation in dirty.order_by("activity__generation").values_list(
            "id", "activity__generation"
        ):
            if self._tried.get(pair) != generation:
                self._tried[pair] = generation
                self._view = None
                return pair
        return None

    # Requests

    def _lane(self, lane: ef.Lane) -> WireLane:
        return WireLane.PERSON if lane is ef.Lane.PERSON else WireLane.BULK

    def _permitted(self, lane: ef.Lane, requests: int = 1) -> Permit:
        """A permit, then the lease: the last things before a request."""
        permit = self._permits.acquire(self._lane(lane), requests)
        try:
            self.lease.check()
        except BaseException:
            permit.release()
            raise
        return permit

    def _ask(self, lane: ef.Lane, call: Callable[[Permit], T]) -> T:
        """One request in its own permit, judged for the remote's health. Raises AeriesError."""
        with self._permitted(lane) as permit:
            return self._judged(lambda: call(permit))

    def _judged(self, call: Callable[[], T]) -> T:
        try:
            answer = call()
        except errors.AeriesError as error:
            self._note(error)
            raise
        self.admission.answered()
        return answer

    def _note(self, error: errors.AeriesError) -> None:
        if error.request is None:
            return
        if isinstance(error, errors.BadAnswer):
            # Aeries answers, if nonsense: many odd answers about one class are no outage of all others (promise 10).
            if self._doubted:
                return
            self._doubted = True
        self.admission.failed(error)
        try:
            self.admission = health.admit(self.link.connection_id)
        except health.RemoteDown as down:
            self._down = ef.Trouble(ef.Family.WAIT, down.hint, down.until)

    def _read(self, call: Callable[[], T]) -> T | ef.Trouble:
        if self._down is not None:
            return self._down
        try:
            return call()
        except errors.AeriesError as error:
            return self._down or trouble_of(error)

    def _identity(self, lane: ef.Lane) -> ef.Identity | ef.Trouble:
        state, _ = RemoteState.objects.get_or_create(connection_id=self.link.connection_id)
        now = clock.now()
        fresh = state.identity_checked_at is not None and now - state.identity_checked_at < IDENTITY_TRUST
        if fresh and str(state.aeries_year) == self.link.database_year:
            return ef.Identity(state.aeries_today or now.date())
        return self._read(lambda: self._check_identity(lane))

    def _check_identity(self, lane: ef.Lane) -> ef.Identity:
        year, today = identity.check(
            self.link.connection_id,
            self.client,
            lambda: self._ask(lane, lambda permit: self.client.systeminfo(via=permit)).value,
        )
        if str(year) != self.link.database_year:
            raise errors.WrongYear(int(self.link.database_year), year)
        self._view = None
        return ef.Identity(today)

    def _gradebook(self, lane: ef.Lane) -> ef.GradebookHead | ef.Trouble:
        return self._read(lambda: self._read_gradebook(lane))

    def _read_gradebook(self, lane: ef.Lane) -> ef.GradebookHead:
        found = self._ask(lane, lambda permit: self.client.gradebook(self.gradebook, via=permit)).value
        if found.school_code != self.link.school_code:
            raise errors.NotFound("the gradebook belongs to another school now")
        self._codes = tuple(term.code for term in found.terms)
        return ef.GradebookHead(
            categories=tuple(far.category(category) for category in found.categories),
            terms=tuple(far.term(term) for term in found.terms),
            rubric=found.settings.doing_rubric,
            sections=far.sections(found),
        )

    def _list(self, lane: ef.Lane, reuse: bool) -> ef.Listing | ef.Trouble:
        if reuse and self._listing is not None:
            return self._listing
        return self._read(lambda: self._read_list(lane))

    def _read_list(self, lane: ef.Lane) -> ef.Listing:
        began = clock.now()
        listed = self._ask(lane, lambda permit: self.client.assignments(self.gradebook, via=permit))
        exchanged.check(self.link.id, listed)
        self._listing = ef.Listing(tuple(far.assignment(found) for found in listed), began)
        return self._listing

    def _assignment(self, unique_id: str, lane: ef.Lane) -> wire.Reading[wire.Assignment]:
        return self._ask(lane, lambda permit: self.client.assignment(self.gradebook, unique_id, via=permit))

    def _students(self, lane: ef.Lane) -> ef.StudentList | ef.Trouble:
        return self._read(lambda: self._read_students(lane))

    def _read_students(self, lane: ef.Lane) -> ef.StudentList:
        if self._codes is None:
            stored = Link.objects.values_list("terms", flat=True).get(id=self.link.id)
            self._codes = tuple(term["code"] for term in stored)
        if not self._codes:
            self._read_gradebook(lane)
        began = clock.now()
        lists = []
        for code in self._codes or ():
            listed = self._ask(lane, partial(self._term_students, code))
            lists.append(tuple(far.student(row) for row in listed))
        return ef.StudentList(far.merged_students(lists), began)

    def _term_students(self, code: str, permit: Permit) -> wire.ListReading[wire.GradebookStudent]:
        return self.client.gradebook_students(self.gradebook, code, via=permit)

    # Scores

    def _scores(self, effect: ef.ReadScores) -> ef.Reading | ef.Trouble:
        if self._down is not None:
            return self._down
        kept = self._kept.get(effect.unique_id)
        if effect.may_reuse and kept is not None and clock.now() - kept.began_at < self.reuse:
            return kept
        return self._read(lambda: self._read_scores(effect))

    def _read_scores(self, effect: ef.ReadScores) -> ef.Reading:
        """A person's push takes the permits of the read and the write together, so that the gap is the wire's own (C5)."""
        pair_of = effect.will_write and effect.lane is ef.Lane.PERSON
        permit = self._permitted(effect.lane, 2 if pair_of else 1)
        try:
            reading = self._scores_once(effect.unique_id, permit)
        except errors.OtherRows:
            permit.release()
            return self._after_renumbering(effect)
        except errors.PerhapsMissing:
            permit.release()
            self._assignment(effect.unique_id, effect.lane)
            raise
        except BaseException:
            permit.release()
            raise
        if pair_of:
            self._permit = permit
        else:
            permit.release()
        return reading

    def _scores_once(self, unique_id: str, permit: Permit) -> ef.Reading:
        began = clock.now()
        answer = self._judged(
            lambda: self.client.scores(self.gradebook, unique_id, self._number(unique_id), via=permit)
        )
        return self._keep(unique_id, answer.value, began)

    def _after_renumbering(self, effect: ef.ReadScores) -> ef.Reading:
        """Rows of another number: the teacher may have renumbered it; the permanent id tells (reference §11.2)."""
        found = self._assignment(effect.unique_id, effect.lane).value
        exchanged.check(self.link.id, [found])
        Pair.objects.filter(link_id=self.link.id, unique_id=effect.unique_id).update(number=found.number)
        with self._permitted(effect.lane) as permit:
            return self._scores_once(effect.unique_id, permit)

    def _keep(self, unique_id: str, scores: wire.Scores, began: datetime) -> ef.Reading:
        reading = ef.Reading(far.rows(scores), began)
        self._kept[unique_id] = reading
        return reading

    def _number(self, unique_id: str) -> int:
        """Of its pair; a preview also reads what stands in no pair yet, and knows the number from the list."""
        paired = Pair.objects.filter(link_id=self.link.id, unique_id=unique_id).values_list(
            "number", flat=True
        )
        listed = () if self._listing is None else self._listing.assignments
        return paired.first() or next((found.number for found in listed if found.unique_id == unique_id), 0)

    # Writes

    def _write_scores(self, effect: ef.WriteScores) -> Any:
        unique_id = effect.unique_id
        rows = [far.score_write(entry) for entry in effect.entries]
        permit, self._permit = self._permit, None

        def write(given: Permit) -> ef.Accepted:
            began = clock.now()
            number = self._number(unique_id)
            answer = self.client.write_scores(self.gradebook, unique_id, number, rows, via=given)
            return ef.Accepted(self._keep(unique_id, answer.scores, began))

        ending = self._write(effect.lane, write, permit)
        if not isinstance(ending, ef.Accepted):
            self._kept.pop(unique_id, None)
        return ending

    def _insert(self, effect: ef.Insert) -> Any:
        def write(permit: Permit) -> ef.Inserted:
            body = far.insert_body(effect.body, self._link_view().today)
            made = self.client.insert_assignment(self.gradebook, body, via=permit)
            return ef.Inserted(far.assignment(made.assignment))

        ending = self._write(effect.lane, write)
        self._listing = self._with(ending) if isinstance(ending, ef.Inserted) else None
        return ending

    def _with(self, ending: ef.Inserted) -> ef.Listing | None:
        if self._listing is None:
            return None
        return replace(self._listing, assignments=(*self._listing.assignments, ending.assignment))

    def _update(self, effect: ef.Update) -> Any:
        # New maxima may move its scores: no reading from before serves any more (A3).
        self._kept.pop(effect.unique_id, None)

        def write(permit: Permit) -> ef.Updated:
            body = far.update_body(effect.body)
            done = self.client.update_assignment(self.gradebook, effect.unique_id, body, via=permit)
            return ef.Updated(far.assignment(done.value))

        return self._write(effect.lane, write)

    def _write(self, lane: ef.Lane, call: Callable[[Permit], Any], permit: Permit | None = None) -> Any:
        """One write and how it ended: proven, refused, doubtful, or certainly not sent."""
        if self._down is not None:
            if permit is not None:
                permit.release()
            return ef.NotSent(self._down)
        given = permit if permit is not None else self._permitted(lane)
        try:
            if permit is not None:
                self.lease.check()
            self._check_link()
            if not load.may_write(self.class_id):
                return ef.NotSent(_NOT_NOW)
            return self._judged(lambda: call(given))
        except errors.AeriesError as error:
            return self._ending(error)
        finally:
            given.release()

    def _check_link(self) -> None:
        """Nothing is ever written to a gradebook without a live link (G2). Raises OurBug; then nothing was sent."""
        if not Link.objects.filter(id=self.link.id, ended_on=None).exists():
            raise errors.OurBug("a write to a gradebook that is no longer linked")

    def _ending(self, error: errors.AeriesError) -> Any:
        ended_at = clock.now()
        if isinstance(error, errors.Rejected):
            return ef.Refused(error.message or sentence("Aeries refused it without a reason."), ended_at)
        trouble = self._down or trouble_of(error)
        if error.ending is errors.Ending.DOUBTFUL:
            return ef.Doubtful(trouble, ended_at)
        if isinstance(error, errors.NotFound):
            trouble = ef.Trouble(ef.Family.NOT_FOUND, error.text)
        return ef.NotSent(trouble)


def trouble_of(error: errors.AeriesError) -> ef.Trouble:
    """An error of the connector, sorted by what can be done about it.

    Only what says something about all of Aeries stops the class; one odd answer stops its own item (promise 10).
    """
    message = joined([sentence("%(text)s.", text=error.text), error.hint])
    match error:
        case errors.NotFound():
            return ef.Trouble(ef.Family.NOT_FOUND, message)
        case errors.Throttled(retry_after=seconds):
            return ef.Trouble(ef.Family.WAIT, message, _after(seconds))
        case errors.Unreachable():
            return ef.Trouble(ef.Family.WAIT, message)
        case errors.ServerError(status=status) if status in (502, 503, 504):
            return ef.Trouble(ef.Family.WAIT, message)
        case errors.TimedOut(sent=False):
            return ef.Trouble(ef.Family.WAIT, message)
        case errors.Wait() | errors.AskPerson():
            return ef.Trouble(ef.Family.BAD_ANSWER, message)
        case errors.FixSetup():
            return ef.Trouble(ef.Family.FIX_SETUP, message)
        case _:
            raise error


def _after(seconds: float | None) -> datetime | None:
    return None if seconds is None else clock.now() + timedelta(seconds=seconds)
