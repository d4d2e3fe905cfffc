"""The confirmed run of a set-up (G5). Survives a kill at any point: what was done is found done, the rest goes on.

First the backup of both sides, then the structure (link, category pairs, pairs, activities created here) in one
transaction, then pair by pair what the summary showed. Its last step marks the whole class dirty.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from twinbook.aeries import errors as wire_errors
from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out.fields import maxima_of
from twinbook.core.carry_out.report import Report
from twinbook.core.carry_out.scores_outcome import Decided
from twinbook.core.carry_out.setup import set_up
from twinbook.core.fields import halves
from twinbook.core.sentence import sentence
from twinbook.core.setup import steps as st
from twinbook.core.setup.serial import from_json
from twinbook.core.snapshot import GradebookReading, TheirAssignment
from twinbook.gradebook import activities, categories
from twinbook.gradebook.categories import CategoryFields
from twinbook.gradebook.origin import Origin, OriginKind
from twinbook.sync import (
    backup,
    clock,
    commit,
    errors,
    health,
    homes,
    lease,
    links,
    load,
    remote,
    runs,
    summary,
    wake,
)
from twinbook.sync.interpreter import Interpreter
from twinbook.sync.look import note_pushed
from twinbook.sync.models import (
    CategoryPair,
    ClassSync,
    DraftState,
    Link,
    LinkStudent,
    Pair,
    PairState,
    Run,
    SetupDraft,
)

LEASE_WAIT_SECONDS = 60.0


def carry_out(run: Run) -> None:
    """Raises Wait errors when Aeries cannot be reached: the class stays `setting_up` and the run is resumed."""
    class_id = runs.class_of(run)
    draft = SetupDraft.objects.filter(school_class_id=class_id, run_id=run.id).first()
    if draft is None or draft.confirmed_plan is None or draft.reading is None:
        raise errors.NoDraft
    plan: st.SetupPlan = from_json(st.SetupPlan, draft.confirmed_plan)
    reading: GradebookReading = from_json(GradebookReading, draft.reading)
    with lease.hold(class_id, lease.this_process(), timeout=LEASE_WAIT_SECONDS) as held:
        draft.backup_path = str(backup.write(run.id, class_id, reading))
        draft.save(update_fields=["backup_path"])
        link = _structure(run, class_id, plan, reading, held)
        interpreter = Interpreter(link, held, run_id=run.id, actor=run.created_by, told=runs.teller(run))
        outcome = interpreter.drive(set_up(decided(link, plan)))
        if outcome.trouble is not None:
            raise _waiting(outcome.trouble.message, outcome.trouble.retry_at)
        with held.committing():
            _close(run, class_id, link)
            note_pushed(link.id, outcome)
    runs.finish(run, counts=_counts(run, outcome.report))
    wake.wake_class(class_id)


def _waiting(message: str, until: datetime | None) -> wire_errors.AeriesError:
    return health.RemoteDown(until) if until is not None else wire_errors.Wait(message)


def failed(run: Run) -> None:
    """A set-up that a person must help ends: what was joined stays joined, and the ordinary rules go on."""
    class_id = runs.class_of(run)
    ClassSync.objects.filter(school_class_id=class_id).update(setting_up=False)
    SetupDraft.objects.filter(run_id=run.id).update(state=DraftState.READY)
    Link.objects.filter(school_class_id=class_id, ended_on=None).update(look_at_everything=True)


def _close(run: Run, class_id: int, link: Link) -> None:
    ClassSync.objects.filter(school_class_id=class_id).update(setting_up=False)
    Link.objects.filter(id=link.id).update(look_at_everything=True, last_pulled_at=clock.now())
    SetupDraft.objects.filter(school_class_id=class_id, run_id=run.id).delete()


def _counts(run: Run, report: Report) -> dict[str, object]:
    """What the confirmed summary said, and how many of its steps were no longer true when their turn came. Not counted
    from this pass: a run that was killed and resumed wrote a part of it before."""
    planned = run.plan.get("counts") or summary.empty_counts()
    return {**planned, "skipped": report.counts["skipped"]}


# Structure


def _structure(
    run: Run, class_id: int, plan: st.SetupPlan, reading: GradebookReading, held: lease.Lease
) -> Link:
    """Everything that is ours, at once or not at all. Begun again: the link is there already, and nothing is done."""
    with held.committing():
        number = plan.gradebook_number
        link = Link.objects.filter(school_class_id=class_id, gradebook_number=number, ended_on=None).first()
        if link is not None:
            return link
        link = _link(class_id, reading)
        builder = Builder(run, class_id, link, reading)
        for step in plan.steps:
            builder.take(step)
        for bare in homes.take_sections(link):
            links.end_one(bare, "its sections were joined with another gradebook")
        homes.settle(class_id, set_up=link)
        return link


def _link(class_id: int, reading: GradebookReading) -> Link:
    row = remote.connection_row()
    if Link.objects.filter(connection=row, gradebook_number=reading.gradebook_number, ended_on=None).exists():
        raise errors.GradebookUnsuitable(
            sentence("This gradebook was joined with another class meanwhile."),
            hint=sentence("Stop the sync there first, or choose another."),
        )
    link = Link.objects.create(
        school_class_id=class_id,
        sections=homes.link_sections(class_id, reading.sections),
        connection=row,
        gradebook_number=reading.gradebook_number,
        gradebook_name=reading.name,
        school_code=reading.school_code,
        database_year=reading.database_year,
        started_on=load.today(row.id, clock.now()),
        terms=[commit.term_json(term) for term in reading.terms],
        gradebook_read_at=reading.read_at,
        students_read_at=reading.read_at,
    )
    LinkStudent.objects.bulk_create(
        LinkStudent(
            link=link, sis_student_id=s.student_id, starts_on=s.starts_on, ends_on=s.ends_on, tag=s.tag
        )
        for s in reading.students
    )
    return link


class Builder:
    """Stores steps of a plan, in a transaction of the caller."""

    def __init__(self, run: Run, class_id: int, link: Link, reading: GradebookReading) -> None:
        self.class_id = class_id
        self.link = link
        self.origin = Origin(OriginKind.SETUP, run.created_by, link.id, run.id)
        self.assignments = {found.unique_id: found for found in reading.assignments}
        self.names = {category.code: category for category in reading.categories}
        self.category_of: dict[str, int] = {}

    def take(self, step: st.Step) -> None:
        match step:
            case st.MatchCategory(code, category_id):
                self._category(code, category_id)
            case st.CreateCategoryHere(code, name, weight):
                made = categories.create(self.class_id, CategoryFields(name, weight), self.origin, quiet=True)
                self._category(code, made.id)
            case st.IgnoreCategory(code):
                self._category(code, None)
            case st.MatchPair():
                self._match(step)
            case st.CreateActivityHere():
                found = self.assignments[step.unique_id]
                category = self.category_of.get(step.category_code)
                commit.pair_with_new_activity(self.class_id, self.link.id, found, category, self.origin)
            case st.CreateAssignmentThere(activity_id, _, _, _):
                Pair.objects.create(
                    link=self.link,
                    activity_id=activity_id,
                    state=PairState.CREATING,
                    confirmed_in_summary=True,
                )
            case st.IgnoreHere(activity_id):
                self._pair(activity_id, None, PairState.IGNORED_IN_LMS)
            case st.IgnoreThere(unique_id):
                self._pair(None, self.assignments[unique_id], PairState.IGNORED_IN_AERIES)

    def _category(self, code: str, category_id: int | None) -> None:
        found = self.names[code]
        if category_id is not None:
            self.category_of[code] = category_id
        CategoryPair.objects.create(
            link=self.link,
            code=code,
            category_id=category_id,
            their_name=found.name,
            their_percent=found.percent,
        )

    def _pair(self, activity_id: int | None, found: TheirAssignment | None, state: PairState) -> None:
        shown = {} if found is None else {"unique_id": found.unique_id, **commit.shown_of(found)}
        Pair.objects.create(link=self.link, activity_id=activity_id, state=state, **shown)

    def _match(self, step: st.MatchPair) -> None:
        """The base is both sides as they stand (A2). A half that the summary carries over counts as never agreed on the
        side it comes from, so that the ordinary merge of fields moves it."""
        found = self.assignments[step.unique_id]
        activity = load.our_activity(activities.get(self.class_id, step.activity_id))
        base = dict(halves(activity, found))
        for change in step.to_lms:
            base[change.field.value] = (base[change.field.value][0], ch.NEVER_AGREED)
        for change in step.to_aeries:
            base[change.field.value] = (ch.NEVER_AGREED, base[change.field.value][1])
        maxima = maxima_of(activity, found)
        Pair.objects.create(
            link=self.link,
            activity_id=step.activity_id,
            unique_id=step.unique_id,
            state=PairState.LINKED,
            fields={name: list(both) for name, both in base.items()},
            max_ours=maxima.ours,
            max_entry=maxima.entry,
            max_weight=maxima.weight,
            **commit.shown_of(found),
        )


# Decisions


def decided(link: Link, plan: st.SetupPlan) -> dict[int, Decided]:
    """Pair → the cells that the confirmed plan decided."""
    pairs = {pair.unique_id: pair.id for pair in Pair.objects.filter(link=link, unique_id__isnull=False)}
    found: dict[int, Decided] = {}
    for step in _matches(plan):
        cells = {
            cell.student: (cell.ours_version, cell.theirs)
            for cell in step.cells
            if cell.theirs is not None and cell.outcome in (st.Outcome.SEND, st.Outcome.TAKE_OVER)
        }
        found[pairs[step.unique_id]] = Decided(step.scores_from, cells)
    return found


def _matches(plan: st.SetupPlan) -> Iterator[st.MatchPair]:
    return (step for step in plan.steps if isinstance(step, st.MatchPair))
