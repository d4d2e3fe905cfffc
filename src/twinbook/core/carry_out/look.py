"""Looking at one link: the same three things for every trigger, over a narrower or wider scope (design §2).

`push` looks at what is dirty. `look_through` looks at everything: the night, the force button and the first look after
a set-up.
"""

from __future__ import annotations

from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.mass_change import Planned
from twinbook.core.carry_out.one_pair import enrol_new, in_order, one_pair
from twinbook.core.carry_out.outcome import Look, LookOutcome
from twinbook.core.carry_out.ready import ready
from twinbook.core.carry_out.taking_over import conclude
from twinbook.core.carry_out.vanished import deleted_here
from twinbook.core.carry_out.views import LinkView
from twinbook.core.carry_out.whole import Whole


def push() -> Look:
    """What is dirty, in the lane of a person who saves. Interrupted: what was not looked through stays dirty."""
    out = LookOutcome()
    link: LinkView = yield ef.LoadLink()
    trouble = yield from ready(link, ef.Lane.PERSON)
    if trouble is not None:
        out.trouble = trouble
        return out
    link = yield from enrol_new(link, ef.Lane.PERSON)
    for head in in_order(link.pairs):
        if not head.dirty:
            continue
        if head.activity_deleted:
            out.trouble = out.trouble or (yield from deleted_here(link, head, ef.Lane.PERSON, out.report))
        else:
            yield from one_pair(link, head.id, ef.Lane.PERSON, out)
        if out.trouble is not None and out.trouble.stops_the_class:
            return out
    if not out.again and out.trouble is None and link.writes:
        yield ef.Commit((ch.LinkLooked(link.generation, pulled=False, pushed=out.pushed),))
    return out


def look_through(lane: ef.Lane = ef.Lane.BULK, *, only_plan: bool = False) -> Look:
    """Everything: fields, scores, students, new and vanished items, with the brake over the whole class.

    `only_plan`: what would be taken over is left in the outcome's `planned`, for `carry_out_planned`; where nothing
    would be, there is nothing left to do.
    """
    whole = Whole(lane, only_plan=only_plan)
    return (yield from whole.run())


def carry_out_planned(plan: Planned) -> Look:
    """What an earlier look planned, some time later and under another lease. A pair that was read again since is left
    to a new look (`again`), and every cell is written only if its version is still the one planned with (C6)."""
    out = LookOutcome()
    link: LinkView = yield ef.LoadLink()
    yield from conclude(link, plan, out, later=True)
    return out
