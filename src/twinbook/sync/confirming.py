"""How a person lets a restored or copied installation write again (G3).

First a dry run over every joined class, which shows value by value what would follow; then the confirmation of that very
preview, by its fingerprint. What happens in between is left to the ordinary rules, which look at each value again and,
until a class has been looked through, let no policy decide (`installation.stop`).
"""

from __future__ import annotations

from typing import Any

from twinbook.core.sentence import sentence
from twinbook.said import said_if_any
from twinbook.sync import announce, errors, installation, night, runs, wake
from twinbook.sync.models import Installation, Link, Run, RunKind, RunState

Json = dict[str, Any]


def shown() -> Json:
    """How the installation stands: `ok`, or `observing` with the reason and the newest preview."""
    row = Installation.objects.filter(id=1).first()
    if row is None or row.observe_only_since is None:
        return {"state": "ok", "since": None, "why": None, "preview": None}
    preview = newest_preview(row)
    return {
        "state": "observing",
        "since": row.observe_only_since.isoformat(),
        "why": said_if_any(row.observe_only_why),
        "preview": None if preview is None else runs.shown(preview),
    }


def preview(actor: str, *, awake: bool = True) -> Run:
    """A dry run over every joined class; a preview that is under way serves. Raises NothingToConfirm."""
    row = _waiting()
    going = newest_preview(row)
    if awake and going is not None and going.state in (RunState.QUEUED, RunState.RUNNING):
        return going
    return night.begin(actor, dry_run=True, awake=awake)


def newest_preview(row: Installation) -> Run | None:
    """Of those begun since the installation only observes."""
    return (
        Run.objects.filter(
            kind=RunKind.NIGHTLY, dry_run=True, parent=None, created_at__gte=row.observe_only_since
        )
        .order_by("-id")
        .first()
    )


def confirm(fingerprint: str) -> Json:
    """From now on Twinbook writes; every class is looked through from the beginning.

    Raises NothingToConfirm, NotReady (no preview has ended, or none of its classes could be looked at) and
    SummaryOutOfDate (a newer preview shows something else).
    """
    row = _waiting()
    newest = newest_preview(row)
    if newest is None or newest.state in (RunState.QUEUED, RunState.RUNNING):
        raise errors.NotReady(
            sentence("There is no preview to confirm yet."),
            hint=sentence("Have a preview made, wait for its end, and read it."),
        )
    plan = runs.plan(newest)
    if newest.state != RunState.DONE or not plan["ready"]:
        raise errors.NotReady(
            sentence("The preview could not look at the classes."),
            hint=sentence("Put right what it names, then have another preview made."),
        )
    if plan["fingerprint"] != fingerprint:
        raise errors.SummaryOutOfDate(extra={"summary": plan})
    installation.may_write_again()
    announce.announce_everybody()
    live = Link.objects.filter(ended_on=None).order_by("school_class_id")
    for class_id in live.values_list("school_class_id", flat=True).distinct():
        wake.wake_class(class_id)
    return shown()


def _waiting() -> Installation:
    row = Installation.objects.filter(id=1, observe_only_since__isnull=False).first()
    if row is None:
        raise errors.NothingToConfirm
    return row
