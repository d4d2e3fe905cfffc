"""How the whole installation stands, for the person who runs it at night."""

from __future__ import annotations

from collections import Counter
from typing import Any

from twinbook.district.models import DistrictSettings
from twinbook.gradebook.models import SchoolClass
from twinbook.said import said_if_any
from twinbook.sync import confirming, connecting, outbox, overview
from twinbook.sync.models import Installation, Link, Problem, RemoteState, Run, RunKind, RunState

Json = dict[str, Any]


def shown() -> Json:
    classes = list(SchoolClass.objects.values_list("id", flat=True))
    states = Counter(state.value for state in overview.states_of(classes).values())
    installation = Installation.objects.filter(id=1).first()
    district = DistrictSettings.objects.filter(id=1).first()
    down = RemoteState.objects.filter(down_since__isnull=False).first()
    night = Run.objects.filter(kind=RunKind.NIGHTLY, parent=None, dry_run=False).order_by("-id").first()
    return {
        "installation": confirming.shown(),
        "district": None if district is None else {"name": district.name, "mode": district.mode},
        "aeries": {
            **connecting.shown(),
            "unreachable_since": None
            if down is None or down.down_since is None
            else down.down_since.isoformat(),
        },
        "classes": {"total": len(classes), **dict(sorted(states.items()))},
        "waiting_classes": _unserved(),
        "messages": outbox.shown(),
        "problems": Problem.objects.filter(closed_at=None).count(),
        "runs": {"open": Run.objects.filter(state__in=[RunState.QUEUED, RunState.RUNNING]).count()},
        "last_night": None if night is None else {"run_id": str(night.id), "state": night.state},
        "next_night_at": _iso(None if installation is None else installation.next_night_at),
        "sweeper_rescues": 0 if installation is None else installation.sweeper_rescues,
    }


def _unserved() -> list[Json]:
    """Classes that cannot be served right now, with the reason (promise 10)."""
    rows = Link.objects.filter(ended_on=None, why__isnull=False).order_by("school_class_id")
    return [{"class_id": str(row.school_class_id), "why": said_if_any(row.why)} for row in rows]


def _iso(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat()
