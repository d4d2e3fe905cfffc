"""Looking at a class: what every wake-up does, whoever sent it (design §2).

Level-triggered: the job says only "look". What is dirty is found in the rows, carried out under the class's lease, and
what could not be served is put off in the link's row with a reason for people.
"""

from __future__ import annotations

from django.db import connection
from django.db.models.functions import Now

from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.look import look_through, push
from twinbook.core.carry_out.outcome import LookOutcome
from twinbook.core.sentence import joined, sentence
from twinbook.district.models import DistrictSettings
from twinbook.sync import health, homes, lease, load, remote, summary, wake
from twinbook.sync.interpreter import Interpreter
from twinbook.sync.lease import Lease
from twinbook.sync.models import ClassSync, Link, Run, RunKind, RunState

MOST_ROUNDS = 5
"""A look that finds new saves at its end goes round again; a class that never comes to rest gives way to others."""


def look_at_class(class_id: int, *, holder: str) -> None:
    """Looks at the live links of a class until nothing is dirty. Raises LeaseBusy when another does."""
    with lease.hold(class_id, holder) as held:
        if not may_push(class_id):
            return
        homes.settle(class_id)
        for link in live_links(class_id):
            _look(link, held)


def may_push(class_id: int) -> bool:
    """Not while the class is paused, observes, or is being set up (G5), nor before a plan that a person has confirmed was
    carried out by its own run: saves then wait."""
    sync = ClassSync.objects.filter(school_class_id=class_id).first()
    district = DistrictSettings.objects.filter(id=1).first()
    if sync is None or district is None or sync.setting_up or not load.writes(sync, district):
        return False
    confirmed = Run.objects.filter(
        school_class_id=class_id,
        state__in=[RunState.QUEUED, RunState.RUNNING],
        kind=RunKind.FORCE,
        params__has_key="confirmed",
    )
    return not confirmed.exists()


def live_links(class_id: int) -> list[Link]:
    return list(
        Link.objects.select_related("connection")
        .filter(school_class_id=class_id, ended_on=None)
        .order_by("id")
    )


def _look(link: Link, held: Lease) -> None:
    for _ in range(MOST_ROUNDS):
        outcome = look_once(link, held)
        if outcome is None or not outcome.again or outcome.trouble is not None:
            return
    why = sentence("Many changes at once; Twinbook goes on in a moment.")
    wake.put_off(link.school_class_id, why, seconds=1, link_id=link.id)


def look_once(link: Link, held: Lease) -> LookOutcome | None:
    """One look; None when Aeries is down or not connected. Troubles are put off in the link's row."""
    record = PushRecord(link)
    try:
        interpreter = Interpreter(link, held, run_id=record.run_id, before_first_move=record.begin)
    except health.RemoteDown as down:
        wake.put_off(link.school_class_id, down.hint, until=down.until)
        return None
    except remote.NotConnected as missing:
        wake.put_off(link.school_class_id, joined([missing.message, missing.hint]))
        return None
    everything = Link.objects.values_list("look_at_everything", flat=True).get(id=link.id)
    outcome = interpreter.drive(look_through() if everything else push())
    record.end(outcome)
    note_pushed(link.id, outcome)
    put_off_or_served(link, outcome.trouble)
    return outcome


def note_pushed(link_id: int, outcome: LookOutcome) -> None:
    """Also of a round that another one follows: the next round may have nothing left to send."""
    if outcome.pushed:
        Link.objects.filter(id=link_id).update(last_pushed_at=Now())


def put_off_or_served(link: Link, trouble: ef.Trouble | None) -> None:
    """One gradebook that cannot be served leaves the class's others alone."""
    if trouble is None:
        wake.served(link.school_class_id, link_id=link.id)
    else:
        wake.put_off(link.school_class_id, trouble.message, until=trouble.retry_at, link_id=link.id)


class PushRecord:
    """The run of a push. Its id is drawn beforehand; its row is stored with the first move, or never."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.run_id = _next_run_id()
        self.begun = False

    def begin(self) -> None:
        Run.objects.create(
            id=self.run_id,
            school_class_id=self.link.school_class_id,
            kind=RunKind.PUSH,
            state=RunState.DONE,
            created_by="system",
            started_at=Now(),
            finished_at=Now(),
        )
        self.begun = True

    def end(self, outcome: LookOutcome) -> None:
        if self.begun:
            counts = summary.counts_of(outcome.report, self.link.id)
            plan = summary.of_report(outcome.report, self.link.school_class_id, self.link.id)
            Run.objects.filter(id=self.run_id).update(counts=counts, plan=plan, finished_at=Now())


def _next_run_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('sync_run', 'id'))")
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])
