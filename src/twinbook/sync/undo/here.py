"""Our side of an undo: all of it in one transaction, as a person's edit that Aeries then follows (J1).

What has moved since the plan was made is left alone and counted. A resumed run finds its steps applied and goes on.
"""

from __future__ import annotations

from collections import defaultdict

from django.db.models.functions import Now

from twinbook.gradebook import activities, scores
from twinbook.gradebook.errors import GradebookError, NotFoundError
from twinbook.gradebook.models import Activity, Side
from twinbook.gradebook.origin import Origin, OriginKind
from twinbook.gradebook.scores import ValueChange
from twinbook.sync import codec, journal, questions, runs
from twinbook.sync.models import CellBaseRow, MovedCell, MovedField, Pair, PairState, Problem, Run
from twinbook.sync.undo import notes
from twinbook.sync.undo.steps import CellStep, FieldStep, ItemStep, Steps, Task

TASK_CODE = "undo_by_hand"


def apply(run: Run, steps: Steps, why: str) -> None:
    """Call it in a transaction under the class's lease. Done already: does nothing."""
    if run.params.get("applied"):
        return
    writer = _Writer(run, why)
    writer.bring_back(steps.bring_back)
    writer.relink(steps.relink)
    writer.fields(steps.fields)
    writer.cells(steps.cells)
    writer.remove(steps.remove)
    writer.unpair(steps.unpair)
    run.params = {**run.params, "applied": True, "pairs": writer.states, "missed": writer.missed}
    run.save(update_fields=["params"])


class _Writer:
    def __init__(self, run: Run, why: str) -> None:
        assert run.school_class_id is not None
        self.run = run
        self.class_id = run.school_class_id
        self.why = why
        self.missed = 0
        self.states: dict[str, str] = {}
        """Pairs that this undo takes apart, with their state until then: an undo of it joins them again."""

    def _origin(self, link: int | None) -> Origin:
        return Origin(OriginKind.PERSON, self.run.created_by, link, self.run.id)

    # Values

    def cells(self, steps: tuple[CellStep, ...]) -> None:
        by_activity: dict[int, list[CellStep]] = defaultdict(list)
        for step in steps:
            by_activity[step.activity].append(step)
        for activity, group in sorted(by_activity.items()):
            moved = [self._moved_cell(step) for step in group]
            wanted = [
                ValueChange(step.student, step.version, codec.value_from(step.kind, step.text))
                for step in group
            ]
            try:
                lost = scores.compare_and_set(
                    self.class_id, activity, wanted, self._origin(group[0].link), why=self.why, wakes=True
                )
            except NotFoundError:
                self.missed += len(group)
                continue
            self.missed += len(lost)
            journal.store(journal.Moved(tuple(moved)), lost=lost)

    def _moved_cell(self, step: CellStep) -> MovedCell:
        """What this undo overwrites, so that it can be undone as well."""
        value = scores.of_activity(step.activity)[step.student].value
        base = CellBaseRow.objects.filter(
            pair__link_id=step.link or 0, pair__activity_id=step.activity, student_id=step.student
        ).first()
        kind, text = codec.value_columns(value)
        return MovedCell(
            run_id=self.run.id,
            link_id=step.link,
            activity_id=step.activity,
            student_id=step.student,
            side=Side.LMS,
            agreed=True,
            ours_kind=kind,
            ours_text=text,
            theirs_kind=None if base is None else base.theirs_kind,
            theirs_text="" if base is None else base.theirs_text,
            after_version=step.version + 1,
        )

    def fields(self, steps: tuple[FieldStep, ...]) -> None:
        for step in steps:
            done = self._note(step) if step.student is not None else self._field(step)
            self.missed += not done

    def _field(self, step: FieldStep) -> bool:
        activity = Activity.objects.select_for_update().filter(id=step.activity, deleted_at=None).first()
        if activity is None or step.text is None or not notes.says(step.field, activity, step.expected):
            return False
        wanted = notes.changes(step.field, step.text, paired=step.link is not None)
        pair = Pair.objects.filter(link_id=step.link or 0, activity_id=step.activity).first()
        try:
            activities.update(self.class_id, activity.id, wanted, self._origin(step.link), why=self.why)
        except GradebookError:
            return False  # such as a category that was deleted meanwhile
        agreed = None if pair is None else pair.fields.get(step.field)
        moved = MovedField(
            run_id=self.run.id,
            link_id=step.link,
            activity_id=activity.id,
            field=step.field,
            ours=step.expected,
            theirs=None if agreed is None else agreed[1],
            after_ours=step.text,
        )
        journal.store(journal.Moved(fields=(moved,)))
        if pair is not None and step.apart is not None:
            pair.fields = {**pair.fields, step.field: [step.text, step.apart]}
            pair.save(update_fields=["fields"])
        return True

    def _note(self, step: FieldStep) -> bool:
        assert step.student is not None
        cell = scores.of_activity(step.activity).get(step.student)
        if cell is None or notes.of_cell(step.field, cell) != step.expected:
            return False
        write = notes.write(step.field, step.student, step.text)
        try:
            scores.save_scores(self.class_id, step.activity, [write], self._origin(step.link), why=self.why)
        except GradebookError:
            return False
        moved = MovedField(
            run_id=self.run.id,
            activity_id=step.activity,
            student_id=step.student,
            field=step.field,
            ours=step.expected,
            after_ours=step.text,
        )
        journal.store(journal.Moved(fields=(moved,)))
        return True

    # Items

    def remove(self, steps: tuple[ItemStep, ...]) -> None:
        """Its assignment there stays, and is not taken for a new one."""
        for step in steps:
            try:
                activities.delete(self.class_id, step.activity, self._origin(None), why=self.why)
            except NotFoundError:
                self.missed += 1
                continue
            if step.pair is not None:
                self._set_state(step.pair, PairState.IGNORED_IN_AERIES)
            self._close_questions(step.activity)

    def bring_back(self, steps: tuple[ItemStep, ...]) -> None:
        for step in steps:
            try:
                activities.restore(self.class_id, step.activity, self._origin(None), why=self.why)
            except NotFoundError:
                self.missed += 1
                continue
            self._join_again(step)

    def relink(self, steps: tuple[ItemStep, ...]) -> None:
        for step in steps:
            self._join_again(step)
            tasks = Problem.objects.filter(school_class_id=self.class_id, pair_id=step.pair or 0)
            for task in tasks.filter(code=TASK_CODE, closed_at=None):
                questions.close(task, "the undo was undone")

    def _join_again(self, step: ItemStep) -> None:
        if step.pair is not None and step.state:
            self._set_state(step.pair, PairState(step.state))
            Pair.objects.filter(id=step.pair).update(look_again_at=Now())

    def unpair(self, tasks: tuple[Task, ...]) -> None:
        """Ours and theirs go on apart; deleting theirs is a person's."""
        for task in tasks:
            if task.pair is not None:
                self._set_state(task.pair, PairState.UNLINKED)
            if task.activity is not None:
                self._close_questions(task.activity)
            open_task(self.run, task)

    def _set_state(self, pair: int, state: PairState) -> None:
        found = Pair.objects.select_for_update().get(id=pair)
        self.states[str(pair)] = found.state
        Pair.objects.filter(id=pair).update(state=state, look_again_at=None)

    def _close_questions(self, activity: int) -> None:
        rows = Problem.objects.filter(
            school_class_id=self.class_id, activity_id=activity, closed_at=None
        ).exclude(code=TASK_CODE)
        for row in rows:
            questions.close(row, self.why)


def open_task(run: Run, task: Task, *, link: int | None = None) -> None:
    """A question that only a person's hand in Aeries can settle. It closes when it is said to be done, and a deleted
    assignment when a look no longer finds it."""
    class_id, subject = runs.class_of(run), f"undo:{task.unique_id}"
    if link is None and task.pair is not None:
        link = Pair.objects.values_list("link_id", flat=True).get(id=task.pair)
    if Problem.objects.filter(school_class_id=class_id, subject=subject, closed_at=None).exists():
        return
    Problem.objects.create(
        school_class_id=class_id,
        link_id=link or _link_of(task),
        subject=subject,
        code=TASK_CODE,
        pair_id=task.pair,
        activity_id=task.activity,
        details={
            "kind": task.kind,
            "aeries_id": task.unique_id,
            "number": str(task.number),
            "name": task.title,
            "text": task.text,
            "run": str(run.id),
        },
    )


def _link_of(task: Task) -> int | None:
    """The gradebook that the task is to be done in: only a look at that one may find it done."""
    if task.pair is None:
        return None
    return Pair.objects.filter(id=task.pair).values_list("link_id", flat=True).first()
