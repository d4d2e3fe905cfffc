"""Force sync: look at everything of one class now, or show what that would do (public surface §3.4)."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import Now

from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.look import carry_out_planned, look_through
from twinbook.core.carry_out.mass_change import Planned
from twinbook.core.carry_out.outcome import LookOutcome
from twinbook.core.sentence import sentence, stored, unstored
from twinbook.district import settings
from twinbook.sync import errors, health, homes, lease, load, runs, summary
from twinbook.sync.interpreter import Interpreter
from twinbook.sync.lease import Lease
from twinbook.sync.look import live_links, note_pushed, put_off_or_served
from twinbook.sync.models import ClassSync, Link, Mode, Run, RunKind

LEASE_WAIT_SECONDS = 60.0
MOST_ROUNDS = 3
BROKEN = "broken"
"""Among a run's parameters: why Aeries did not answer to the end for one of the class's links."""


def begin(class_id: int, actor: str, *, dry_run: bool = False, awake: bool = True) -> Run:
    """Raises NotSynced, SetupRunning, Paused."""
    check(class_id, dry_run=dry_run)
    return runs.create(RunKind.FORCE, class_id, actor, dry_run=dry_run, awake=awake)


def check(class_id: int, *, dry_run: bool) -> None:
    sync = ClassSync.objects.filter(school_class_id=class_id).first()
    if sync is not None and sync.setting_up:
        raise errors.SetupRunning
    if sync is None or not live_links(class_id):
        raise errors.NotSynced
    if not dry_run and sync.mode == Mode.PAUSED:
        raise errors.Paused
    if not dry_run and settings.get().mode == Mode.PAUSED:
        raise errors.Paused(
            sentence("Syncing is paused for the whole district."),
            hint=sentence("An administrator sets the district back to `sync`; a dry run is possible."),
        )


def carry_out(run: Run) -> None:
    """In the calling thread, under the class's lease. Raises LeaseBusy when another keeps it for a minute."""
    class_id = runs.class_of(run)
    check(class_id, dry_run=run.dry_run)
    with lease.hold(class_id, lease.this_process(), timeout=LEASE_WAIT_SECONDS) as held:
        look_at_links(run, class_id, held)


def look_at_links(run: Run, class_id: int, held: Lease) -> None:
    """Everything of each live link, told as one. The run ends as held when the class brake stopped one, failed when Aeries
    did; a gradebook that cannot be served does not stop the class's others."""
    if not run.dry_run:
        homes.settle(class_id)
    run.params = {key: value for key, value in run.params.items() if key != BROKEN}
    stopped = [read_link(run, link, held).held for link in live_links(class_id)]
    close(run, held=any(stopped))


def close(run: Run, *, held: bool) -> None:
    """Ends the run: as failed when Aeries did not answer to the end for one of the links, else held or done."""
    broken = run.params.get(BROKEN)
    if broken is None:
        runs.finish(run, held=held)
        return
    hint = sentence("What was not done is found again and done by itself.")
    runs.fail(run, "aeries_unavailable", _said(broken), hint)


def _said(broken: object) -> str:
    """Still a sentence that can be said in the reader's language."""
    found = unstored(broken)
    return found if isinstance(found, str) else str(found)


def read_link(run: Run, link: Link, held: Lease, *, only_plan: bool = False) -> LookOutcome:
    """Everything of one link, told in the run, which goes on with the class's others; `close` ends it.

    `only_plan`: what would be taken over is left in the outcome's `planned`.
    """
    outcome = _rounds(run, link, held, only_plan=only_plan)
    _tell(run, link, outcome)
    if outcome.trouble is None and not run.dry_run:
        # Also where the class only observes: it was looked at now.
        Link.objects.filter(id=link.id).update(last_pulled_at=Now())
    if not run.dry_run:
        note_pushed(link.id, outcome)
        put_off_or_served(link, outcome.trouble)
    if outcome.trouble is not None and _broken_off(outcome.trouble, outcome):
        run.params = {**run.params, BROKEN: stored(outcome.trouble.message)}
        run.save(update_fields=["params"])
    return outcome


def take_over_planned(run: Run, link: Link, held: Lease, plan: Planned) -> LookOutcome:
    """The second half of a night: what `read_link` planned for the link, some time before."""
    outcome = _interpreter(run, link, held).drive(carry_out_planned(plan))
    _tell(run, link, outcome, pairs_counted=True)
    return outcome


def _tell(run: Run, link: Link, outcome: LookOutcome, *, pairs_counted: bool = False) -> None:
    """Adds to what the run has told already: of another link, or of its first half (`pairs_counted`)."""
    counts = summary.counts_of(outcome.report, link.id)
    if pairs_counted:
        counts |= dict.fromkeys(("matched", "ignored_in_aeries", "ignored_in_lms"), 0)
    plan = summary.of_report(outcome.report, link.school_class_id, link.id)
    plan["observed"] = not run.dry_run and not load.may_write(link.school_class_id)
    if run.plan:
        counts = summary.added([run.counts, counts])
        plan = summary.joined(run.plan, plan, counts)
    run.counts, run.plan = counts, plan
    run.save(update_fields=["counts", "plan"])


def _broken_off(trouble: ef.Trouble, outcome: LookOutcome) -> bool:
    """Whether the look ended there. A trouble of one item is told in the report, and everything else was done."""
    return trouble.stops_the_class or trouble.message not in outcome.report.troubles


def _rounds(run: Run, link: Link, held: Lease, *, only_plan: bool) -> LookOutcome:
    """A save that comes between makes another round; what the rounds did is told as one."""
    first: LookOutcome | None = None
    for _ in range(MOST_ROUNDS):
        outcome = _once(run, link, held, only_plan=only_plan)
        first = outcome if first is None else _joined(first, outcome)
        if run.dry_run or not outcome.again or outcome.trouble is not None:
            break
    assert first is not None
    return first


def _once(run: Run, link: Link, held: Lease, *, only_plan: bool) -> LookOutcome:
    return _interpreter(run, link, held).drive(look_through(only_plan=only_plan))


def _interpreter(run: Run, link: Link, held: Lease) -> Interpreter:
    """Raises AeriesUnavailable."""
    try:
        return Interpreter(
            link, held, dry_run=run.dry_run, run_id=run.id, actor=run.created_by, told=runs.teller(run)
        )
    except health.RemoteDown as down:
        raise errors.AeriesUnavailable(hint=down.hint) from down


def _joined(first: LookOutcome, then: LookOutcome) -> LookOutcome:
    """Doings add up; questions are those of the last round."""
    first.report.lines += then.report.lines
    questions: dict[str, Any] = {key: then.report.counts[key] for key in ("conflicts", "held", "skipped")}
    first.report.counts += then.report.counts
    first.report.counts.update({key: value - first.report.counts[key] for key, value in questions.items()})
    first.report.troubles = then.report.troubles
    first.trouble, first.again = then.trouble, then.again
    first.held = then.held
    first.pushed |= then.pushed
    first.planned = then.planned
    return first
