"""Undo of a set-up, and of one pair that was joined later: each side back to what it held before, then apart (G4).

The class counts as being set up meanwhile (G5): nothing else writes for it. First Aeries gets back what it can be given,
then our side goes back and the link (or the pair) ends in one transaction. What only a person can do there becomes a task.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from twinbook.core.carry_out.undo import Seen, Target, put_back_there
from twinbook.core.fields import Field, FieldChange
from twinbook.core.sentence import sentence
from twinbook.gradebook import categories
from twinbook.gradebook.errors import GradebookError
from twinbook.gradebook.origin import Origin, OriginKind
from twinbook.sync import codec, errors, homes, links, pairs, runs, wake
from twinbook.sync.interpreter import Interpreter
from twinbook.sync.lease import Lease
from twinbook.sync.look import live_links, note_pushed
from twinbook.sync.models import ClassSync, Link, Pair, PairState, Run, RunKind, RunState, SetupDraft
from twinbook.sync.undo import carrying, here, setup_planning
from twinbook.sync.undo.steps import Steps, from_json, to_json


def carry_out(run: Run, undone: Run, held: Lease) -> None:
    """Raises Wait errors once the plan is stored: the class stays as it is and the run is resumed."""
    class_id = runs.class_of(run)
    if run.params.get("applied"):
        _finish(run, class_id)
        return
    link = link_of(undone)
    steps = _planned(run, undone, link, held)
    if run.dry_run:
        runs.finish(run)
        return
    _there(run, steps, link, held)
    with held.committing():
        here.apply(run, steps, carrying.why(undone))
        _part(run, undone, steps, link)
    _finish(run, class_id)


def _finish(run: Run, class_id: int) -> None:
    counts = {**run.counts, "skipped": run.counts["skipped"] + int(run.params.get("missed", 0))}
    runs.finish(run, counts=counts)
    wake.wake_class(class_id)


def link_of(undone: Run) -> Link:
    """The live link that the run made, or that its pair is of. Raises NotSynced."""
    class_id = runs.class_of(undone)
    if undone.kind == RunKind.LINK:
        pair = _pair_of(undone)
        if pair is not None and pair.link.ended_on is None and pair.state == PairState.LINKED:
            return pair.link
        raise errors.NotSynced(
            sentence("This pair is no longer joined."), hint=sentence("Both sides kept what they held.")
        )
    number = undone.params.get("gradebook_number")
    for link in live_links(class_id):
        made_by = Run.objects.filter(
            school_class_id=class_id,
            kind=RunKind.SETUP,
            params__gradebook_number=number,
            created_at__lte=link.created_at,
        ).order_by("-id")
        if link.gradebook_number == number and made_by.values_list("id", flat=True).first() == undone.id:
            return link
    raise errors.NotSynced(
        sentence("The class is no longer joined by this set-up."),
        hint=sentence("Both gradebooks kept what they held."),
    )


def _pair_of(undone: Run) -> Pair | None:
    return Pair.objects.select_related("link").filter(id=undone.params.get("pair", 0)).first()


def _planned(run: Run, undone: Run, link: Link, held: Lease) -> Steps:
    stored = run.params.get("steps")
    if stored is not None:
        return from_json(stored)
    seen: Seen = carrying.seen_of(run, link, carrying.pairs_moved(undone, link.id), held)
    found = setup_planning.plan(run, undone, link, seen)
    if not run.dry_run:
        run.params = {**run.params, "steps": to_json(found.steps)}
    run.plan, run.counts = found.plan, found.plan["counts"]
    with held.committing():
        run.save(update_fields=["params", "plan", "counts"])
    return found.steps


def _there(run: Run, steps: Steps, link: Link, held: Lease) -> None:
    if not steps.there and not steps.there_fields:
        return
    interpreter = Interpreter(link, held, run_id=run.id, actor=run.created_by, told=runs.teller(run))
    outcome = interpreter.drive(put_back_there(_targets(steps), _changes(steps)))
    note_pushed(link.id, outcome)
    if outcome.trouble is not None:
        raise carrying.waiting(outcome.trouble.message, outcome.trouble.retry_at)
    run.counts = {**run.counts, "skipped": run.counts["skipped"] + outcome.report.counts["skipped"]}
    if outcome.report.troubles:
        run.plan = {**run.plan, "troubles": outcome.report.troubles}


def _targets(steps: Steps) -> Mapping[int, Mapping[int, Target]]:
    found: dict[int, dict[int, Target]] = defaultdict(dict)
    for step in steps.there:
        found[step.pair][step.student] = Target(
            step.version,
            codec.form_from(step.expected_kind, step.expected_text),
            codec.form_from(step.kind, step.text),
            step.text,
        )
    return found


def _changes(steps: Steps) -> Mapping[int, tuple[FieldChange, ...]]:
    found: dict[int, tuple[FieldChange, ...]] = defaultdict(tuple)
    for step in steps.there_fields:
        found[step.pair] += (FieldChange(Field(step.field), step.expected, step.text),)
    return found


def _part(run: Run, undone: Run, steps: Steps, link: Link) -> None:
    """Both sides go on apart, with their data."""
    class_id = link.school_class_id
    if undone.kind == RunKind.LINK:
        pair = _pair_of(undone)
        if pair is not None and pair.state == PairState.LINKED:
            pairs.unlink(pair)
    else:
        if len(live_links(class_id)) > 1:
            links.end_one(link, carrying.why(undone))
            SetupDraft.objects.filter(school_class_id=class_id).delete()
        else:
            links.end(class_id, carrying.why(undone))
        homes.settle(class_id)
        _remove_categories(run, class_id, steps, carrying.why(undone))
    for task in steps.tasks:
        here.open_task(run, task)
    ClassSync.objects.filter(school_class_id=class_id).update(setting_up=False)


def _remove_categories(run: Run, class_id: int, steps: Steps, why: str) -> None:
    origin = Origin(OriginKind.PERSON, run.created_by, None, run.id)
    for category in steps.categories:
        try:
            categories.delete(class_id, category, origin)
        except GradebookError:
            continue  # it is in use after all, or gone


def failed(run: Run) -> None:
    """Nothing more is done: the class is as the last committed step left it, and goes on by the ordinary rules."""
    undone = Run.objects.filter(id=run.params.get("undo", 0)).first()
    if run.dry_run or undone is None or run.school_class_id is None or not carrying.apart(undone):
        return
    others = Run.objects.filter(
        school_class_id=run.school_class_id,
        kind__in=[RunKind.SETUP, RunKind.UNDO],
        dry_run=False,
        state__in=[RunState.QUEUED, RunState.RUNNING],
    ).exclude(id=run.id)
    if not others.exists():
        ClassSync.objects.filter(school_class_id=run.school_class_id).update(setting_up=False)
