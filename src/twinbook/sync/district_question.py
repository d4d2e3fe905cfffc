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
from twinbook.core.sentence import counted, joined, sentence
from twinbook.said import said
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
        raise errors.InvalidChoice(
            sentence("“%(choice)s” is no choice here.", choice=choice),
            hint=sentence("Choices: %(choices)s.", choices=", ".join(CHOICES)),
        )
    with transaction.atomic():
        list(Problem.objects.select_for_update().filter(subject=DISTRICT, closed_at=None).order_by("id"))
        rows = _rows()
        if not rows or fingerprint_of(rows) != fingerprint:
            raise errors.ProblemChanged(
                sentence("What would change is no longer what you saw; nothing was done."),
                hint=sentence("Look at it as it is now, then choose again."),
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
        "message": said(_message(rows, counts, night)),
        "hint": said(_HINT),
        "choices": list(CHOICES),
        "opened_at": min(row.opened_at for row in rows).isoformat(),
        "fingerprint": fingerprint_of(rows),
        **{name: counts[name] for name in _COUNTED},
        "night": night,
        "classes": [_of_class(row) for row in rows],
    }


_HINT = sentence(
    "Look at the examples and into a class or two. Approve: Twinbook takes over exactly these values. Discard: the values "
    "here count, and are put back into Aeries. Saves go on meanwhile."
)
_COUNTED = ("values_before", "values_after", "replaced", "blanked", "filled", "losing")


def _of_class(row: Problem) -> Json:
    return {
        "id": str(row.school_class_id),
        "name": row.school_class.name,
        "problem_id": str(row.id),
        "plan": mass_change.shown(row),
    }


def _message(rows: Sequence[Problem], counts: Counter[str], night: Json | None) -> str:
    parts: list[str] = [
        sentence(
            "%(lost)s of %(values)s values in %(classes)s would change at once (%(replaced)s replaced, "
            "%(blanked)s blanked); nothing of it was taken over.",
            lost=counts["losing"],
            values=counts["values_before"],
            classes=_classes(len(rows)),
            replaced=counts["replaced"],
            blanked=counts["blanked"],
        )
    ]
    if night is not None:
        parts.append(_compared(night))
    old = [row.details["values_of"] for row in rows if row.details.get("values_of")]
    if old:
        (time, _), *_rest = Counter(map(mass_plan.when, old)).most_common(1)
        parts.append(
            sentence(
                "In %(classes)s these are older values, most often of %(time)s: it looks as if Aeries was restored.",
                classes=_classes(len(old)),
                time=time,
            )
        )
    return joined(parts)


def _compared(night: Json) -> str:
    return sentence(
        "That night %(losing)s of %(compared)s compared values would have changed, in %(changed_classes)s of "
        "%(classes)s classes; usual are up to %(usual_percent)s %% of classes.",
        losing=night["losing"],
        compared=night["compared"],
        changed_classes=night["changed_classes"],
        classes=night["classes"],
        usual_percent=night["usual_percent"],
    )


def _classes(number: int) -> str:
    return counted("1 class", "%(count)s classes", number)


def _night() -> Json | None:
    """What the last stopped night counted."""
    stopped = Run.objects.filter(
        kind=RunKind.NIGHTLY, parent=None, dry_run=False, plan__brake__stopped__in=("cells", "classes")
    )
    last: tuple[int, Json] | None = stopped.order_by("-id").values_list("id", "plan__brake").first()
    return None if last is None else {"run_id": str(last[0]), **last[1]}
