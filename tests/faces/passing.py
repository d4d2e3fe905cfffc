"""Time that passes without waiting, and coming to rest after a storm."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F, Model

from tests.district_and_sandbox import TEACHER, Aeries, Class, finished
from tests.sync.children import eventually
from twinbook.sync import night
from twinbook.sync.models import CategoryPair, IntentRow, Link, Pair, RemoteState

MOST_ROUNDS = 12
_INSTANTS: list[tuple[type[Model], list[str]]] = [
    (
        Pair,
        [
            "create_sent_at",
            "create_ended_at",
            "look_again_at",
            "missing_since",
            "scores_read_at",
            "fields_read_at",
        ],
    ),
    (CategoryPair, ["missing_since"]),
    (
        Link,
        [
            "next_attempt_at",
            "missing_since",
            "students_read_at",
            "gradebook_read_at",
            "students_missing_since",
        ],
    ),
    (IntentRow, ["created_at", "ended_at"]),
    (RemoteState, ["next_probe_at", "paused_until", "identity_checked_at"]),
]


def landed(aeries: Aeries) -> None:
    """Whatever was on its way to Aeries has acted or never will."""
    eventually(lambda: aeries.control("GET", "/pending")["pending"] == 0)


def pass_time(aeries: Aeries, seconds: int) -> None:
    """As if so long ago: every instant that the sync compares with now. Nothing may be on its way meanwhile."""
    landed(aeries)
    earlier = timedelta(seconds=seconds)
    for model, names in _INSTANTS:
        for name in names:
            moved: Any = {name: F(name) - earlier}
            model._default_manager.filter(**{f"{name}__isnull": False}).update(**moved)


def settle(school_class: Class) -> None:
    """Looks and nights until there is nothing left to do; fails when that never comes."""
    aeries = school_class.aeries
    for _ in range(MOST_ROUNDS):
        pass_time(aeries, 600)
        school_class.look()
        aeries.forget()
        run = finished(night.begin(TEACHER, awake=False))
        assert run.state == "done", run.error
        waiting = Pair.objects.filter(link__school_class_id=school_class.id, look_again_at__isnull=False)
        if not run.plan["changes"] and not aeries.writes() and not waiting.exists():
            return
    raise AssertionError("it does not come to rest")
