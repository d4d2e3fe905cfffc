"""The words of a teacher for states, runs and times; never those of the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateformat import format as formatted
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True, slots=True)
class State:
    """`shape`: the badge's class, which draws shape and colour; `text`: its word."""

    shape: str
    text: str


def class_state(state: str) -> State:
    """Of `sync.state`."""
    match state:
        case "synced":
            return State("synced", _("Synced"))
        case "setting_up":
            return State("waiting", _("Being set up"))
        case "paused":
            return State("waiting", _("Paused"))
        case "held":
            return State("held", _("Held"))
        case "ended":
            return State("local", _("Term has ended"))
        case "not_synced":
            return State("local", _("Not synced"))
        case _:
            raise ValueError(f"no such state of a class: {state}")


def cell_state(sync: str) -> State:
    match sync:
        case "synced":
            return State("synced", _("Synced"))
        case "waiting":
            return State("waiting", _("Waiting"))
        case "held":
            return State("held", _("Held"))
        case "conflict":
            return State("conflict", _("Conflict"))
        case "local":
            return State("local", _("Only here"))
        case _:
            raise ValueError(f"no such state of a cell: {sync}")


def run_state(state: str) -> State:
    match state:
        case "queued":
            return State("waiting", _("Waiting to start"))
        case "running":
            return State("waiting", _("Running"))
        case "done":
            return State("synced", _("Done"))
        case "held":
            return State("held", _("Held"))
        case "failed":
            return State("bad", _("Failed"))
        case _:
            raise ValueError(f"no such state of a run: {state}")


def run_kind(kind: str) -> str:
    match kind:
        case "read":
            return _("Reading the Aeries gradebook")
        case "setup":
            return _("Joining the two gradebooks")
        case "push":
            return _("Sending scores")
        case "force":
            return _("Force sync")
        case "nightly":
            return _("Nightly sync")
        case "roster":
            return _("Reading the roster")
        case "undo":
            return _("Undo")
        case "restore":
            return _("Restore")
        case "link":
            return _("Repair of a pair")
        case _:
            return kind


def run(run: dict[str, Any]) -> str:
    """What a run is and how far."""
    kind = run_kind(run["kind"])
    if run["dry_run"]:
        kind = _("Preview: %(what)s") % {"what": kind}
    return f"{kind}: {run_state(run['state']).text.lower()}"


def ago(age: timedelta) -> str:
    """Kept alike in page.js."""
    seconds = max(0, int(age.total_seconds()))
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        minutes = seconds // 60
        return ngettext("%(count)d minute ago", "%(count)d minutes ago", minutes) % {"count": minutes}
    if seconds < 86_400:
        hours = seconds // 3600
        return ngettext("%(count)d hour ago", "%(count)d hours ago", hours) % {"count": hours}
    days = seconds // 86_400
    return ngettext("%(count)d day ago", "%(count)d days ago", days) % {"count": days}


def day_and_time(at: datetime, now: datetime) -> str:
    """Both in the district's time zone."""
    time = formatted(at, "H:i")
    if at.date() == now.date():
        return _("today, %(time)s") % {"time": time}
    if at.date() == now.date() - timedelta(days=1):
        return _("yesterday, %(time)s") % {"time": time}
    if at.date() == now.date() + timedelta(days=1):
        return _("tomorrow, %(time)s") % {"time": time}
    return f"{formatted(at, 'j M Y' if at.year != now.year else 'j M')}, {time}"


def roster_count(name: str) -> str:
    """Of a roster report's counts."""
    known = {
        "sections_read": _("Sections read"),
        "sections_unchanged": _("Sections unchanged"),
        "sections_failed": _("Sections that could not be read"),
        "classes_created": _("Classes created"),
        "classes_changed": _("Classes renamed or moved"),
        "classes_ended": _("Classes ended"),
        "students_added": _("Students added"),
        "students_dropped": _("Students dropped"),
        "staff_changed": _("Staff changed"),
        "accounts_created": _("Accounts created"),
        "accounts_linked": _("Accounts joined with staff"),
    }
    return known.get(name, name.replace("_", " ").capitalize())


def connection_state(state: str) -> State:
    match state:
        case "ok":
            return State("synced", _("Connected"))
        case "unreachable":
            return State("held", _("Does not answer"))
        case "refused":
            return State("bad", _("Refused"))
        case "never_checked":
            return State("local", _("Not checked yet"))
        case _:
            raise ValueError(f"no such state of the connection: {state}")


def granted(needed: str, granted: str) -> State:
    """A permission of the certificate; `needed`: yes, no or optional."""
    match needed, granted:
        case "no", "yes":
            return State("held", _("Granted, but not needed"))
        case "no", "no":
            return State("synced", _("Not granted, as it should be"))
        case _, "yes":
            return State("synced", _("Granted"))
        case "optional", "no":
            return State("local", _("Not granted; it is not necessary"))
        case _, "no":
            return State("bad", _("Missing"))
        case _:
            return State("local", _("Not known"))
