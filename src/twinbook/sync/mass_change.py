"""A mass change and what a person answers to it (G1): one plan is approved or discarded, by its fingerprint.

Nothing is written by the answer itself. The next look plans anew: where its plan is the very one that was answered, it
is carried out, or the values here count and go back to Aeries; else it is asked anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from twinbook.core.carry_out.taking_over import CLASS, DISTRICT
from twinbook.core.carry_out.views import MassAnswer
from twinbook.core.sentence import sentence
from twinbook.gradebook.models import Activity, Student
from twinbook.sync import errors
from twinbook.sync.models import Problem

Json = dict[str, Any]

CODE = "mass_change"
WHOLE_CLASS = (CLASS, DISTRICT)
"""Subjects of the questions that hold everything of a class."""


def check(row: Problem, fingerprint: str) -> None:
    """`fingerprint`: of the plan that the person saw. Raises ProblemChanged when another one stands now."""
    if row.details.get("fingerprint") != fingerprint:
        raise errors.ProblemChanged(
            sentence("What would change is no longer what you saw; nothing was done."),
            hint=sentence("Look at it as it is now, then choose again."),
        )


def answer(row: Problem, choice: str, actor: str) -> None:
    """About the plan that stands now. Raises ProblemChanged; then nothing is changed."""
    present = row.details.get("fingerprint")
    if present is None:
        raise errors.ProblemChanged(
            sentence("This mass change has not been read whole yet."),
            hint=sentence("It is in a moment; look again."),
        )
    row.answer = json.dumps({"choice": choice, "fingerprint": present, "by": actor})
    row.save(update_fields=["answer"])


def answers_of(rows: Iterable[tuple[str, str | None]]) -> dict[str, MassAnswer]:
    """Subject and stored answer of open questions → what carrying out is shown."""
    found = {}
    for subject, stored in rows:
        if stored is not None:
            said = json.loads(stored)
            found[subject] = MassAnswer(said["choice"] == "approve", said["fingerprint"], said["by"])
    return found


def shown(row: Problem) -> Json | None:
    """What exactly waits: for screens and REST. None for questions of another kind, and before a whole look."""
    details = row.details
    if row.code != CODE or "fingerprint" not in details:
        return None
    of = int(details["of"])
    return {
        "fingerprint": details["fingerprint"],
        "values_before": of,
        "values_after": of - details["blanked"],
        "replaced": details["replaced"],
        "blanked": details["blanked"],
        "filled": details["filled"],
        "examples": _examples(details["examples"]),
        "values_of": details["values_of"],
        "losing": details["replaced"] + details["blanked"],
        "answered": None if row.answer is None else json.loads(row.answer)["choice"],
    }


def _examples(kept: list[Json]) -> list[Json]:
    titles = dict(Activity.objects.filter(id__in={e["activity"] for e in kept}).values_list("id", "title"))
    people = Student.objects.in_bulk({e["student"] for e in kept})
    return [
        {
            "activity": {"id": str(e["activity"]), "name": titles.get(e["activity"], "")},
            "student": {
                "id": str(e["student"]),
                "name": people[e["student"]].name if e["student"] in people else "",
            },
            "before": e["before"],
            "after": e["after"],
        }
        for e in kept
    ]
