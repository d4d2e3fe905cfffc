"""Every operation that carries something out, as data: a class in which it has something to do, its machine, and the
effects that it asks for. A new operation is one more entry; `test_every_moment.py` does the rest.

`again`: the very operation is taken up by whoever comes next, until it is done; without it the ordinary looks go on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.core.cell_cases import form
from tests.simulation.network import Fate, all_done, scripted
from tests.simulation.room import Class, Work, activity, classroom, sis
from tests.simulation.world import Machine
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.look import look_through, push
from twinbook.core.carry_out.scores_outcome import Decided
from twinbook.core.carry_out.setup import set_up
from twinbook.core.carry_out.undo import Target, push_pairs, put_back_there
from twinbook.core.carry_out.views import GradingRule
from twinbook.core.cells import Policy

Kinds = frozenset[type[ef.Effect]]
PLAIN = frozenset({ef.LoadLink, ef.LoadPair, ef.CheckIdentity, ef.Now, ef.Commit})
WRITE = PLAIN | {ef.ReadScores, ef.WriteScores}
WHOLE = (PLAIN - {ef.LoadPair}) | {
    ef.ReadGradebook,
    ef.ListAssignments,
    ef.ReadStudents,
    ef.Progress,
    ef.NextDirty,
}
SET_UP = PLAIN | {ef.Progress, ef.ReadScores, ef.ReadGradebook, ef.ReadStudents}


@dataclass(frozen=True)
class Operation:
    build: Callable[[], Class]
    machine: Callable[[Class], Machine]
    effects: Kinds
    """Exactly the kinds that it asks for in this class."""
    again: bool = False
    agrees: bool = True
    """Both sides agree in the end, but for open questions."""
    rests: bool = True
    """A further night sends no write. A create that was refused is asked for again each night."""


def pushing(_: Class) -> Machine:
    return push()


def night(_: Class) -> Machine:
    return look_through(ef.Lane.BULK)


def force(_: Class) -> Machine:
    return look_through(ef.Lane.PERSON)


TWO = [
    Work((("8", "8"), ("7", "7"), ("", ""))),
    Work((("17", "22.6667"), ("", ""), ("excused", "NA")), "30", "40"),
]


def one_score() -> Class:
    world = classroom(TWO)
    world.type_here(1, 1, "9")
    return world


def several_saves() -> Class:
    world = classroom(TWO)
    for student, text in enumerate(("9", "", "excused"), start=1):
        world.type_here(1, student, text)
        world.type_here(2, student, "3")
    world.store.edit(1, title="Work one", grading_completed=True)
    return world


def one_refused() -> Class:
    world = several_saves()
    world.aeries.refuses.add((world.uid(2), sis(2)))
    return world


def a_rule_overrules() -> Class:
    world = classroom(TWO, policy=Policy.LMS)
    world.type_there(1, 1, "6")
    world.type_here(1, 1, "9")
    return world


def overruled_and_typed_over() -> Class:
    """The answer to the write that a rule decided was lost, and a person typed over it before anybody read."""
    world = a_rule_overrules()
    world.network.fates = scripted(Fate.ANSWER_LOST)
    world.push()
    world.network.fates = all_done
    world.type_there(1, 1, "5")
    world.clock.advance(30)
    return world


def a_new_activity() -> Class:
    world = classroom(TWO)
    world.store.add_activity(activity(50, title="Volcano project", grading_completed=True))
    world.type_here(50, 1, "9")
    world.type_here(50, 2, "excused")
    return world


def a_refused_activity() -> Class:
    world = a_new_activity()
    world.aeries.locked = True
    return world


def changed_fields() -> Class:
    world = classroom(TWO)
    world.store.edit(1, title="Work one", description='say "hello"', due_on=date(2026, 3, 12))
    return world


def changed_points() -> Class:
    world = classroom([Work()])
    world.store.edit(1, points=Decimal(20))
    return world


def points_changed_there() -> Class:
    """Scores keep their percentage (A3)."""
    world = classroom([Work((("8", "8"), ("7", "7")))])
    world.aeries.change_points(world.uid(1), Decimal(40), Decimal(40))
    return world


def old_lists() -> Class:
    """Students and gradebook were read more than a day ago."""
    world = one_score()
    world.clock.advance(90_000)
    return world


def a_night() -> Class:
    world = several_saves()
    world.type_there(1, 2, "5")
    world.type_there(2, 1, "")
    world.type_there(2, 3, "30")
    world.aeries.change(world.uid(2), description="Work two", date_due=date(2026, 3, 20))
    world.aeries.drop(sis(3))
    unique_id = world.aeries.add("Field trip", Decimal(20), "T")
    world.aeries.type_in(unique_id, sis(1), "15")
    return world


def a_teacher_typed_there() -> Class:
    world = classroom(TWO)
    world.type_there(1, 1, "5")
    world.aeries.change(world.uid(2), description="Work two")
    return world


def gone_for_a_while() -> Class:
    world = classroom(TWO)
    world.aeries.delete(world.uid(2))
    world.look()
    world.clock.advance(61)
    return world


def everyone_has_a_value() -> Class:
    world = classroom([Work((("8", "8"), ("7", "7")))], 2, grading_rule=GradingRule.WHEN_EVERYONE)
    world.store.edit(1, title="Work one")
    return world


def a_mass_change() -> Class:
    """Found by a push, which leaves it to a look at the whole class."""
    world = classroom([Work((("8", "8"),) * 8)], 8)
    for student in range(1, 7):
        world.type_there(1, student, "3")
    world.type_here(1, 8, "9")
    return world


def deleted_before_its_create() -> Class:
    world = classroom(TWO)
    world.store.add_activity(activity(50, title="Volcano project", published=False))
    world.push()
    world.store.delete(50)
    return world


def only_observing() -> Class:
    world = a_new_activity()
    world.set_link(writes=False)
    return world


def a_first_meeting() -> Class:
    cells = (("8", ""), ("", "7"), ("5", "6"))
    return classroom([Work(cells), Work(cells)], agreed=False)


def decided_set_up(world: Class) -> Machine:
    """Ours count in one, theirs in the other, as the summary showed them; nothing was typed since."""
    decided = {
        world.pair(key).id: Decided(winner, {3: (1, form("6"))})
        for key, winner in ((1, Policy.LMS), (2, Policy.AERIES))
    }
    return set_up(decided)


def to_put_back() -> Class:
    world = classroom(TWO)
    world.type_here(1, 1, "9")
    world.catch_up()
    world.writes.clear()
    return world


def put_back(world: Class) -> Machine:
    version = world.store.cell(1, 1).version
    target = Target(version, form("9"), form("8"), "8.0000")
    return put_back_there({world.pair(1).id: {1: target}}, {})


def pushed_pairs(world: Class) -> Machine:
    return push_pairs([world.pair(1).id, world.pair(2).id])


OPERATIONS: dict[str, Operation] = {
    "push one score": Operation(one_score, pushing, WRITE),
    "push several": Operation(several_saves, pushing, WRITE | {ef.ReadAssignment, ef.Update}),
    "push what is refused": Operation(one_refused, pushing, WRITE | {ef.ReadAssignment, ef.Update}),
    "push what a rule decides": Operation(a_rule_overrules, pushing, WRITE),
    "push over what was typed over": Operation(overruled_and_typed_over, pushing, WRITE),
    "push with old lists": Operation(old_lists, pushing, WRITE | {ef.ReadGradebook, ef.ReadStudents}),
    "create there": Operation(
        a_new_activity,
        pushing,
        (WRITE - {ef.ReadScores}) | {ef.ListAssignments, ef.MintExternalId, ef.Insert},
    ),
    "create that is refused": Operation(
        a_refused_activity, pushing, PLAIN | {ef.ListAssignments, ef.MintExternalId, ef.Insert}, rests=False
    ),
    "push fields": Operation(changed_fields, pushing, PLAIN | {ef.ReadAssignment, ef.Update, ef.ReadScores}),
    "push points": Operation(changed_points, pushing, PLAIN | {ef.ReadAssignment, ef.Update, ef.ReadScores}),
    "points from there": Operation(points_changed_there, night, WHOLE | PLAIN | {ef.ReadScores}),
    "night": Operation(a_night, night, WHOLE | WRITE | {ef.Update}),
    "force": Operation(a_teacher_typed_there, force, WHOLE | PLAIN | {ef.ReadScores}),
    "night with one gone": Operation(
        gone_for_a_while, night, WHOLE | PLAIN | {ef.ReadScores, ef.ReadAssignment}
    ),
    "a rule completes grading": Operation(
        everyone_has_a_value, night, WHOLE | PLAIN | {ef.ReadScores, ef.Update}
    ),
    "push into a mass change": Operation(a_mass_change, pushing, WRITE),
    "night with one deleted here": Operation(
        deleted_before_its_create, night, WHOLE | PLAIN | {ef.ReadScores}
    ),
    "first look": Operation(a_first_meeting, night, WHOLE | WRITE),
    "preview": Operation(
        only_observing,
        night,
        (WHOLE | PLAIN | {ef.LoadUnpaired, ef.ReadScores}) - {ef.Commit, ef.NextDirty},
        agrees=False,
    ),
    "set-up": Operation(a_first_meeting, decided_set_up, SET_UP | {ef.WriteScores}, again=True),
    "undo: push": Operation(one_score, pushed_pairs, WRITE | {ef.Progress}, again=True),
    "undo: put back there": Operation(
        to_put_back, put_back, WRITE | {ef.Progress, ef.ReadAssignment}, again=True, agrees=False
    ),
}
