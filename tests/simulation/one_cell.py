"""One cell, every sequence of a few events (C4): what two people and a bad network can do to one grade.

States that differ only in how they came about are one state, so that all sequences are judged by exploring the states.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from tests.simulation.network import Fate, InFlight, scripted
from tests.simulation.room import Class, Work, classroom, disagreements
from twinbook.core.carry_out import effects as ef
from twinbook.core.cells import Intent, Policy

LONGEST = timedelta(seconds=180)
OLD, A, B = "8", "9", "6"
EDITS = ("7", "5", "4", "3", "2")


@dataclass(frozen=True)
class Typed:
    """A value that a person typed on one side, and which of all typings it was."""

    text: str
    turn: float


@dataclass(frozen=True)
class Node:
    world: Class
    turn: int = 0
    here: tuple[Typed, ...] = (Typed(OLD, 0),)
    there: tuple[Typed, ...] = (Typed(OLD, 0),)
    sent: tuple[int, ...] = ()
    """For each request under way: the turn at which it left."""
    excused: bool = False
    """What was typed last in Aeries was overwritten by a request that had left before: no client can prevent that."""

    def fork(self) -> Node:
        return replace(self, world=self.world.fork())

    def key(self) -> tuple[object, ...]:
        """Everything that decides about the future; versions and turns only by their order."""
        world = self.world
        store = world.store
        ours = store.cell(1, 1)
        base = store.bases.get((world.pair(1).id, 1))
        intents = [stored.intent for stored in store.intents.values()]
        problems = store.problems.get("cell:1:1")
        versions = [ours.version, base[0].ours_version if base else -1]
        versions += [intent.ours_version for intent in intents]
        versions += [problems.held.ours_version if problems else -1]
        rank = {version: place for place, version in enumerate(sorted(set(versions)))}
        turns = {
            turn: n
            for n, turn in enumerate(sorted({t.turn for t in (*self.here, *self.there)} | set(self.sent)))
        }
        return (
            ours.value,
            base and (base[0].ours, base[0].theirs),
            tuple((i.ours, i.sent, self._past_doubt(i)) for i in intents),
            problems and (problems.held.code, problems.held.ours, problems.held.theirs),
            tuple(rank[version] for version in versions),
            world.aeries.rows[world.uid(1), 1001].mark,
            tuple(_sent_text(flight) for flight in world.network.in_flight),
            tuple((t.text, turns[t.turn]) for t in self.here),
            tuple((t.text, turns[t.turn]) for t in self.there),
            tuple(turns[turn] for turn in self.sent),
            self.excused,
        )

    def _past_doubt(self, intent: Intent) -> bool:
        return intent.ended_at is not None and self.world.clock.now > intent.ended_at + LONGEST


def _sent_text(flight: InFlight) -> str:
    assert isinstance(flight.write, ef.WriteScores)
    return flight.write.entries[0].entry_text


Event = Callable[[Node], Node]


def _save(text: str) -> Event:
    def event(node: Node) -> Node:
        before = node.world.store.cell(1, 1).version
        node.world.type_here(1, 1, text)
        if node.world.store.cell(1, 1).version == before:
            return node
        turn = node.turn + 1
        return replace(node, turn=turn, here=(*node.here, Typed(text, turn)))

    return event


def _edit_there(node: Node) -> Node:
    text = EDITS[sum(t.text in EDITS for t in node.there) % len(EDITS)]
    node.world.type_there(1, 1, text)
    turn = node.turn + 1
    return replace(node, turn=turn, there=(*node.there, Typed(text, turn)), excused=False)


def _look(fate: Fate) -> Event:
    def event(node: Node) -> Node:
        world = node.world
        world.network.fates = scripted(fate)
        flying = len(world.network.in_flight)
        due(world)
        world.push()
        if len(world.network.in_flight) > flying:
            return replace(node, sent=(*node.sent, node.turn))
        return node

    return event


def due(world: Class) -> None:
    pair = world.pair(1)
    world.store.pairs[pair.id] = replace(pair, look_again_at=world.clock.now)


def _time_passes(node: Node) -> Node:
    """Past the longest time-out: nothing is under way any more."""
    while node.world.network.in_flight:
        node = land(node, 0)
    node.world.clock.advance(200)
    return node


EVENTS: Mapping[str, Event] = {
    "save A": _save(A),
    "save B": _save(B),
    "save the old value": _save(OLD),
    "clear": _save(""),
    "look": _look(Fate.DONE),
    "look, answer lost": _look(Fate.ANSWER_LOST),
    "look, landing late": _look(Fate.LATE),
    "edit in Aeries": _edit_there,
}
WITH_TIME: Mapping[str, Event] = {**EVENTS, "time passes": _time_passes}


def land(node: Node, index: int) -> Node:
    """A request that was under way takes effect."""
    flights = node.world.network.in_flight
    flight = flights.pop(index)
    node.world.take_effect(flight)
    excused = node.excused or node.there[-1].turn > node.sent[index]
    return replace(node, sent=node.sent[:index] + node.sent[index + 1 :], excused=excused)


def start(agreed: str = OLD, *, first_looked: bool = True, **link: Any) -> Node:
    work = Work(((agreed, agreed),))
    world = classroom([work], students=1, agreed=first_looked, longest_timeout=LONGEST, **link)
    world.give_up = 0.5
    typed = (Typed(agreed, 0),)
    return Node(world, here=typed, there=typed)


@dataclass
class Explored:
    schedules: int = 0
    """Sequences of events, each with every way in which late requests may land in between."""
    wrong: int = 0
    example: tuple[str, ...] = ()
    why: str = ""


class Explorer:
    def __init__(self, events: Mapping[str, Event] = EVENTS) -> None:
        self.events = events
        self.known: dict[tuple[object, ...], Explored] = {}
        self.judged: dict[tuple[object, ...], str] = {}

    def explore(self, node: Node, depth: int) -> Explored:
        """Every sequence of at most `depth` more events, each judged at its end."""
        key = (node.key(), depth)
        if key not in self.known:
            self.known[key] = self._explore(node, depth)
        return self.known[key]

    def _explore(self, node: Node, depth: int) -> Explored:
        why = self.judge(node)
        found = Explored(1, int(bool(why)), (), why)
        if depth:
            for name, event in self.events.items():
                _add(found, name, self.explore(event(node.fork()), depth - 1))
        for index in range(len(node.world.network.in_flight)):
            _add(found, "late request lands", self.explore(land(node.fork(), index), depth))
        return found

    def judge(self, node: Node) -> str:
        """What is wrong in the end, when time has passed and looks have gone on until both sides stand still; or ''."""
        key = node.key()
        if key not in self.judged:
            self.judged[key] = verdict(settle(node.fork()))
        return self.judged[key]


def settle(node: Node) -> Node:
    world = node.world
    world.network.fates = scripted()
    _quiet(world)
    while world.network.in_flight:
        node = land(node, 0)
        due(world)
        _quiet(world)
    world.clock.advance(200)
    due(world)
    _quiet(world)
    return node


def _quiet(world: Class) -> None:
    for _ in range(8):
        out = world.push()
        if not out.again and not world.store.waiting():
            return
    raise AssertionError("never quiet")


def verdict(node: Node) -> str:
    world = node.world
    here, there = world.here(1, 1), world.there(1, 1)
    if differ := disagreements(world):
        return f"differs without a question: {differ}"
    if world.store.intents:
        return "a write is unsettled for ever"
    if world.store.link.policy is not Policy.ASK:
        return ""
    last_here, last_there = node.here[-1], node.there[-1]
    if here != last_here.text and here not in [t.text for t in node.there if t.turn > last_here.turn]:
        return f"{last_here.text!r} typed here became {here!r}, which nobody typed later"
    overwritten = there != last_there.text and not node.excused
    if overwritten and there not in [t.text for t in node.here if t.turn > last_there.turn]:
        return f"{last_there.text!r} typed in Aeries became {there!r}, which nobody typed later"
    return ""


def _add(found: Explored, name: str, part: Explored) -> None:
    found.schedules += part.schedules
    found.wrong += part.wrong
    if part.wrong and not found.why:
        found.example, found.why = (name, *part.example), part.why
