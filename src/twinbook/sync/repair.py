"""Repairing one pair later (public surface §3.3, `links`): match, create, ignore, unlink.

A repair is a set-up of a single row: the same reading, the same summary value by value, the same carrying out. Unlinking
and ignoring write nothing to either gradebook. A dry run reads and plans only.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any

from twinbook.aeries import errors as wire_errors
from twinbook.aeries.permits import Lane
from twinbook.core.carry_out.setup import set_up
from twinbook.core.cells import Policy
from twinbook.core.sentence import sentence
from twinbook.core.setup import steps as st
from twinbook.core.setup.draft import FieldsFrom
from twinbook.core.setup.serial import from_json, to_json
from twinbook.core.setup.summary import shown_summary
from twinbook.core.snapshot import GradebookReading
from twinbook.district import settings
from twinbook.gradebook.models import Activity
from twinbook.sync import (
    commit,
    errors,
    far,
    force,
    health,
    identity,
    lease,
    load,
    pairs,
    remote,
    repair_plan,
    runs,
    setup_run,
    snapshots,
    wake,
)
from twinbook.sync.interpreter import Interpreter
from twinbook.sync.look import live_links, note_pushed
from twinbook.sync.models import ClassSync, Link, Pair, PairState, Run, RunKind
from twinbook.sync.repair_plan import Wish

Json = dict[str, Any]

LEASE_WAIT_SECONDS = 60.0


def begin(class_id: int, wish: Wish, actor: str, *, dry_run: bool = False, awake: bool = True) -> Run:
    """Raises NotSynced, SetupRunning, Paused, InvalidLink, NoSuchItem, PartnerTaken."""
    writes = wish.action in ("match", "create")
    force.check(class_id, dry_run=dry_run or not writes)
    sync = ClassSync.objects.get(school_class_id=class_id)
    if writes and not dry_run and not load.writes(sync, settings.get()):
        raise errors.Paused(
            sentence("This class only observes Aeries for now; nothing may be written."),
            hint=sentence("Preview with a dry run."),
        )
    link = _link(class_id, wish)
    _check(link, wish)
    params = {**asdict(wish), "link": link.id}
    return runs.create(RunKind.LINK, class_id, actor, params, dry_run=dry_run, awake=awake)


def _link(class_id: int, wish: Wish) -> Link:
    found = live_links(class_id)
    if wish.gradebook_number is not None:
        found = [link for link in found if link.gradebook_number == wish.gradebook_number]
    if len(found) > 1 and wish.aeries_id is not None:
        known = [link for link in found if pairs.of_assignment(link, wish.aeries_id) is not None]
        found = known or found
    if not found:
        raise errors.NoSuchItem(
            sentence("The class has no such gradebook."), hint=sentence("Leave `gradebook_number` out.")
        )
    if len(found) > 1:
        numbers = ", ".join(str(link.gradebook_number) for link in found)
        raise errors.InvalidLink(
            sentence("This class has several Aeries gradebooks."),
            hint=sentence("Say which: `gradebook_number` (%(numbers)s).", numbers=numbers),
        )
    return found[0]


def _check(link: Link, wish: Wish) -> None:
    """Whether the wish can be carried out as the pairs stand now."""
    both = wish.activity_id is not None and wish.aeries_id is not None
    if wish.activity_id is None and wish.aeries_id is None:
        raise errors.InvalidLink(sentence("Neither an activity nor an assignment is named."))
    if wish.action == "match" and not both:
        raise errors.InvalidLink(
            sentence("A match needs both sides."), hint=sentence("Send `activity_id` and `aeries_id`.")
        )
    if wish.action in ("create", "ignore") and both:
        raise errors.InvalidLink(
            sentence("`%(action)s` is about one side.", action=wish.action),
            hint=sentence("Send `activity_id` or `aeries_id`, not both."),
        )
    ours, theirs = _halves(link, wish)
    if wish.action == "unlink":
        _check_unlink(wish, ours, theirs)
        return
    pairs.check_free(ours)
    pairs.check_free(theirs)


def _halves(link: Link, wish: Wish) -> tuple[Pair | None, Pair | None]:
    """The rows in which the two named halves stand now. Raises NoSuchItem for an activity that is not here."""
    ours = theirs = None
    if wish.activity_id is not None:
        here = Activity.objects.filter(
            id=wish.activity_id, school_class_id=link.school_class_id, deleted_at=None
        )
        if not here.exists():
            raise errors.NoSuchItem(sentence("There is no such activity in this class."))
        ours = pairs.of_activity(link, wish.activity_id)
    if wish.aeries_id is not None:
        theirs = pairs.of_assignment(link, wish.aeries_id)
    return ours, theirs


def _check_unlink(wish: Wish, ours: Pair | None, theirs: Pair | None) -> Pair:
    pair = ours or theirs
    named = [half for half, id_ in ((ours, wish.activity_id), (theirs, wish.aeries_id)) if id_ is not None]
    if pair is None or any(half != pair for half in named):
        raise errors.InvalidLink(
            sentence("These are not paired with each other."), hint=sentence("Read the list of links again.")
        )
    if pair.state not in (PairState.LINKED, PairState.HELD, PairState.CREATING):
        raise errors.InvalidLink(
            sentence("This is not paired."), hint=sentence("Read the list of links again.")
        )
    pairs.check_not_creating(pair)
    return pair


def carry_out(run: Run) -> None:
    """Interrupted: begun again; a pair that was made is found made, and the confirmed steps go on."""
    class_id = runs.class_of(run)
    wish = wish_of(run)
    link = Link.objects.filter(id=run.params["link"], ended_on=None).first()
    if link is None:
        raise errors.NotSynced
    if wish.action in ("unlink", "ignore"):
        _without_writing(run, class_id, link, wish)
        return
    if "plan" not in run.params:
        _check(link, wish)
        reading = _read(run, link, wish)
        planned = repair_plan.planned(class_id, link, wish, reading)
        run.plan = {**shown_summary(planned.summary), "twins": list(planned.twins)}
        if run.dry_run:
            runs.finish(run, counts={**run.plan["counts"], "skipped": 0}, plan=run.plan)
            return
        if not planned.summary.ready:
            stop = planned.summary.blocking[0]
            raise errors.NotReady(stop.message, hint=stop.hint)
        _store(run, planned.plan, reading)
    _write(run, class_id, link)


def wish_of(run: Run) -> Wish:
    told = {name: run.params[name] for name in Wish.__dataclass_fields__}
    return Wish(
        **{
            **told,
            "scores_from": Policy(told["scores_from"]),
            "fields_from": FieldsFrom(told["fields_from"]),
        }
    )


def _read(run: Run, link: Link, wish: Wish) -> GradebookReading:
    client = remote.client()
    with health.admitted(link.connection_id) as admission:
        ask = partial(client.systeminfo, via=Lane.PERSON)
        year, _ = identity.check(link.connection_id, client, lambda: ask().value)
        admission.answered()
        if str(year) != link.database_year:
            raise wire_errors.WrongYear(int(link.database_year), year)
        wanted = frozenset() if wish.aeries_id is None else frozenset({wish.aeries_id})
        return snapshots.read_gradebook(
            client, link.gradebook_number, str(year), runs.teller(run), Lane.PERSON, scores_of=wanted
        )


def _store(run: Run, plan: st.SetupPlan, reading: GradebookReading) -> None:
    run.params = {**run.params, "plan": to_json(plan), "reading": to_json(reading)}
    run.save(update_fields=["params", "plan"])


def _write(run: Run, class_id: int, link: Link) -> None:
    plan: st.SetupPlan = from_json(st.SetupPlan, run.params["plan"])
    reading: GradebookReading = from_json(GradebookReading, run.params["reading"])
    with lease.hold(class_id, lease.this_process(), timeout=LEASE_WAIT_SECONDS) as held:
        pair_id = _structure(run, class_id, link, plan, reading, held)
        interpreter = Interpreter(link, held, run_id=run.id, actor=run.created_by, told=runs.teller(run))
        decided = setup_run.decided(link, plan)
        outcome = interpreter.drive(set_up(decided, only=frozenset({pair_id})))
        note_pushed(link.id, outcome)
    if outcome.trouble is not None:
        wake.put_off(class_id, outcome.trouble.message, until=outcome.trouble.retry_at)
        raise errors.AeriesUnavailable(
            outcome.trouble.message,
            hint=sentence("The pair is made; what was not done is found and done by itself."),
        )
    counts = {**run.plan["counts"], "skipped": outcome.report.counts["skipped"]}
    _forget_reading(run)
    runs.finish(run, counts=counts)
    wake.wake_class(class_id)


def _structure(
    run: Run, class_id: int, link: Link, plan: st.SetupPlan, reading: GradebookReading, held: lease.Lease
) -> int:
    """The pair, in one transaction. Begun again: it is there already, and nothing is done."""
    with held.committing():
        run.refresh_from_db(fields=["params"])
        if "pair" in run.params:
            return int(run.params["pair"])
        wish = wish_of(run)
        _check(link, wish)
        ours, theirs = _halves(link, wish)
        for pair in [ours] if ours == theirs else [ours, theirs]:
            pairs.part(pair)
        if wish.activity_id is not None:
            pairs.free(pairs.of_activity(link, wish.activity_id))
        if wish.aeries_id is not None:
            pairs.free(pairs.of_assignment(link, wish.aeries_id))
        builder = setup_run.Builder(run, class_id, link, reading)
        builder.category_of = repair_plan.category_of(link)
        for step in plan.steps:
            if not isinstance(step, st.MatchCategory | st.IgnoreCategory | st.CreateCategoryHere):
                builder.take(step)
        made = _made(link, wish)
        run.params = {**run.params, "pair": made.id}
        run.save(update_fields=["params"])
        return made.id


def _made(link: Link, wish: Wish) -> Pair:
    if wish.activity_id is not None:
        return Pair.objects.get(link=link, activity_id=wish.activity_id)
    return Pair.objects.get(link=link, unique_id=wish.aeries_id)


def _forget_reading(run: Run) -> None:
    """It is large, and nobody needs it any more."""
    run.params = {key: value for key, value in run.params.items() if key not in ("reading", "plan")}
    run.save(update_fields=["params"])


# What writes nothing to either gradebook


def _without_writing(run: Run, class_id: int, link: Link, wish: Wish) -> None:
    _, theirs = _halves(link, wish)
    unknown = wish.aeries_id is not None and theirs is None
    shown = _shown_there(link, wish.aeries_id or "") if unknown and wish.action == "ignore" else {}
    if not run.plan:
        run.plan = repair_plan.resting(link, wish)
        run.save(update_fields=["plan"])
    if not run.dry_run:
        with (
            lease.hold(class_id, lease.this_process(), timeout=LEASE_WAIT_SECONDS) as held,
            held.committing(),
        ):
            _rest(run, link, wish, shown)
        wake.wake_class(class_id)
    runs.finish(run, counts={**run.plan["counts"], "skipped": 0})


def _shown_there(link: Link, unique_id: str) -> dict[str, object]:
    client = remote.client()
    with health.admitted(link.connection_id) as admission:
        try:
            found = client.assignment(link.gradebook_number, unique_id, via=Lane.PERSON).value
        except wire_errors.NotFound as gone:
            raise errors.NoSuchItem(
                sentence("There is no such assignment in the Aeries gradebook.")
            ) from gone
        admission.answered()
    return commit.shown_of(far.assignment(found))


def _rest(run: Run, link: Link, wish: Wish, shown: dict[str, object]) -> None:
    """Begun again after a kill: it is done already."""
    run.refresh_from_db(fields=["params"])
    if "done" in run.params:
        return
    ours, theirs = _halves(link, wish)
    if wish.action == "unlink":
        pairs.unlink(_check_unlink(wish, ours, theirs))
    elif wish.activity_id is not None:
        pairs.part(ours)
        if ours is None:
            Pair.objects.create(link=link, activity_id=wish.activity_id, state=PairState.IGNORED_IN_LMS)
    else:
        pairs.part(theirs)
        if theirs is None:
            Pair.objects.create(
                link=link, unique_id=wish.aeries_id, state=PairState.IGNORED_IN_AERIES, **shown
            )
    run.params = {**run.params, "done": True}
    run.save(update_fields=["params"])
