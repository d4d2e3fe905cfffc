"""The one question of a night that the district's brake stopped (G1), for administrators.

It is not stored: it is what the held classes' own questions are together, so that it cannot be out of date. It closes
with the last of them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from twinbook.core.carry_out.taking_over import DISTRICT
from twinbook.sync import announce, errors, mass_change, mass_plan, wake
from twinbook.sync.models import Link, Problem, Run, RunKind

Json = dict[str, Any]

ID = "mass_change"
CHOICES = ("approve", "discard")
EXAMPLES = 12


def all_open() -> list[Json]:
    """None or one."""
    rows = _rows()
    return [shown(rows)] if rows else []


def resolve(choice: str, actor: str, fingerprint: str) -> list[Json]:
    """Approves or discards exactly what the fingerprint stands for, in every held class. Each class is looked at again:
    where its plan is still the same it is carried out, else asked anew. Returns the question as it stands.

    Raises InvalidChoice, ProblemChanged; then nothing is changed.
    """
    if choice not in CHOICES:
        raise errors.InvalidChoice(f"“{choice}” is no choice here.", hint=f"Choices: {', '.join(CHOICES)}.")
    with transaction.atomic():
        list(Problem.objects.select_for_update().filter(subject=DISTRICT, closed_at=None).order_by("id"))
        rows = _rows()
        if not rows or fingerprint_of(rows) != fingerprint:
            raise errors.ProblemChanged(
                "What would change is no longer what you saw; nothing was done.",
                hint="Look at it as it is now, then choose again.",
            )
        for row in rows:
            mass_change.answer(row, choice, actor)
        Link.objects.filter(id__in=[row.link_id for row in rows]).update(look_at_everything=True)
    for row in rows:
        wake.wake_class(row.school_class_id)
        announce.announce(row.school_class_id)
    return all_open()


def _rows() -> list[Problem]:
    rows = Problem.objects.filter(subject=DISTRICT, closed_at=None).select_related("school_class")
    return list(rows.order_by("school_class__name", "id"))


def fingerprint_of(rows: Sequence[Problem]) -> str:
    parts = sorted((row.school_class_id, row.details.get("fingerprint", "")) for row in rows)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def shown(rows: Sequence[Problem]) -> Json:
    plans = [plan for row in rows if (plan := mass_change.shown(row)) is not None]
    counts: Counter[str] = Counter()
    for plan in plans:
        counts.update({name: plan[name] for name in _COUNTED})
    night = _night()
    return {
        "id": ID,
        "code": mass_change.CODE,
        "message": _message(rows, counts, night),
        "hint": "Look at the examples and into a class or two. Approve: Twinbook takes over exactly these values. Discard: "
        "the values here count, and are put back into Aeries. Saves go on meanwhile.",
        "choices": list(CHOICES),
        "opened_at": min(row.opened_at for row in rows).isoformat(),
        "fingerprint": fingerprint_of(rows),
        **{name: counts[name] for name in _COUNTED},
        "night": night,
        "classes": [_of_class(row) for row in rows],
    }


_COUNTED = ("values_before", "values_after", "replaced", "blanked", "filled")


def _of_class(row: Problem) -> Json:
    return {
        "id": str(row.school_class_id),
        "name": row.school_class.name,
        "problem_id": str(row.id),
        "plan": mass_change.shown(row),
    }


def _message(rows: Sequence[Problem], counts: Counter[str], night: Json | None) -> str:
    lost = counts["replaced"] + counts["blanked"]
    parts = [
        f"{lost} of {counts['values_before']} values in {_classes(len(rows))} would change at once "
        f"({counts['replaced']} replaced, {counts['blanked']} blanked); nothing of it was taken over."
    ]
    if night is not None:
        parts.append(_compared(night))
    old = [row.details["values_of"] for row in rows if row.details.get("values_of")]
    if old:
        (time, _), *_rest = Counter(map(mass_plan.when, old)).most_common(1)
        parts.append(
            f"In {_classes(len(old))} these are older values, most often of {time}: it looks as if Aeries was restored."
        )
    return " ".join(parts)


def _compared(night: Json) -> str:
    return (
        f"That night {night['losing']} of {night['compared']} compared values would have changed, in "
        f"{night['changed_classes']} of {night['classes']} classes; usual are up to {night['usual_percent']} % of classes."
    )


def _classes(number: int) -> str:
    return "1 class" if number == 1 else f"{number} classes"


def _night() -> Json | None:
    """What the last stopped night counted."""
    stopped = Run.objects.filter(
        kind=RunKind.NIGHTLY, parent=None, dry_run=False, plan__brake__stopped__in=("cells", "classes")
    )
    last: tuple[int, Json] | None = stopped.order_by("-id").values_list("id", "plan__brake").first()
    return None if last is None else {"run_id": str(last[0]), **last[1]}
