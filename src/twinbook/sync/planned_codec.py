"""What a night planned for a link, stored with its run: a worker that dies does not make the next one read again."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from twinbook.core.brake import BrakeScope, Stop
from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out.mass_change import Planned
from twinbook.core.carry_out.report import Line
from twinbook.core.carry_out.scores_outcome import Pending
from twinbook.core.values import Maxima
from twinbook.sync import codec

Json = dict[str, Any]


def to_json(plan: Planned) -> Json:
    return {
        "pending": [_pending(each) for each in plan.pending],
        "stops": [[stop.scope.value, stop.key, stop.changed, stop.of] for stop in plan.stops],
        "compared": plan.compared,
        "losing": plan.losing,
        "at": plan.at.isoformat(),
    }


def from_json(stored: Json) -> Planned:
    return Planned(
        pending=tuple(_from_pending(one) for one in stored["pending"]),
        stops=tuple(Stop(BrakeScope(scope), key, changed, of) for scope, key, changed, of in stored["stops"]),
        compared=stored["compared"],
        losing=stored["losing"],
        at=datetime.fromisoformat(stored["at"]),
    )


def _pending(each: Pending) -> Json:
    step, line = each.step, each.line
    return {
        "pair": step.pair,
        "activity": step.activity,
        "student": step.student,
        "version": step.expected_version,
        "value": codec.value_columns(step.value),
        "theirs": codec.form_columns(step.theirs),
        "maxima": [str(step.maxima.ours), str(step.maxima.entry), str(step.maxima.weight)],
        "membership": step.membership,
        "why": step.why,
        "line": [line.kind, line.before, line.after],
        "count": each.count,
    }


def _from_pending(stored: Json) -> Pending:
    kind, before, after = stored["line"]
    step = ch.TakeOverCell(
        pair=stored["pair"],
        activity=stored["activity"],
        student=stored["student"],
        expected_version=stored["version"],
        value=codec.value_from(*stored["value"]),
        theirs=codec.form_from(*stored["theirs"]),
        maxima=Maxima(*(Decimal(number) for number in stored["maxima"])),
        membership=stored["membership"],
        why=stored["why"],
    )
    line = Line("lms", kind, step.activity, step.student, before, after)
    return Pending(step, line, stored["count"])
