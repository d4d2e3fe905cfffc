"""Control of the whole sandbox: health, reset, switches, clock, faults, requests, state, rights."""

from datetime import datetime

from aeries_sandbox import documents, seeds
from aeries_sandbox.control.call import BadCall, ControlCall, items
from aeries_sandbox.decimals import whole
from aeries_sandbox.faults import FaultKind, FaultOrder
from aeries_sandbox.model import Change, CustomMark, Row
from aeries_sandbox.rights import Area, after_denying
from aeries_sandbox.switches import DECLARED
from aeries_sandbox.teacher.district import maintain_in_bulk, roll_year, set_custom_marks
from aeries_sandbox.world import World


class ResetBody(Row):
    """`seed` is a name or a whole seed document; what is left out stays as it was at the start."""

    seed: str | dict[str, object] | None = None
    profile: str | None = None
    switches: dict[str, object] = {}


class ClockBody(Row):
    now: datetime | None = None
    advance_seconds: int | None = None


class RightsBody(Row):
    denied_areas: list[str]


def health(call: ControlCall) -> object:
    world = call.world
    return {"profile": world.profile, "seed": world.seed, "gradebooks": len(world.database.gradebooks)}


def reset(call: ControlCall) -> object:
    """Starts over: the seed's data and clock, no faults, an empty log, all rights."""
    body = call.read(ResetBody)
    old = call.world
    seed = call.holder.seed if body.seed is None else body.seed
    document = documents.document(seed) if isinstance(seed, dict) else seeds.load(seed)
    world = World(document, body.profile or old.profile, body.switches, old.overrides)
    call.holder.world, call.holder.seed = world, seed
    return health(call)


def switches(call: ControlCall) -> object:
    return {switch.name: call.world.switches[switch.name] for switch in DECLARED}


def set_switches(call: ControlCall) -> object:
    call.world.set_switches(call.read(dict[str, object]))
    return switches(call)


def clock(call: ControlCall) -> object:
    return {"now": call.world.clock.now().isoformat()}


def set_clock(call: ControlCall) -> object:
    body = call.read(ClockBody)
    if (body.now is None) == (body.advance_seconds is None):
        raise BadCall("send either now or advance_seconds")
    try:
        if body.now is not None:
            call.world.clock.set(body.now)
        else:
            call.world.clock.advance(body.advance_seconds or 0)
        return clock(call)
    except OverflowError as error:
        raise BadCall("that time cannot be represented") from error


def order_fault(call: ControlCall) -> object:
    order = call.read(FaultOrder)
    frozen = call.world.frozen_copy() if order.kind is FaultKind.STALE else None
    call.world.faults.order(order, frozen)
    return faults(call)


def faults(call: ControlCall) -> object:
    return items([*call.world.faults.standing()])


def clear_faults(call: ControlCall) -> object:
    call.world.faults.clear()
    return faults(call)


def requests(call: ControlCall) -> object:
    since = whole(call.query.get("since", "0") or "0")
    if since is None:
        raise BadCall("since is the number of a request")
    return items([*call.world.log.since(since)])


def clear_requests(call: ControlCall) -> object:
    call.world.log.clear()
    return items([])


def pending(call: ControlCall) -> object:
    """How many requests may still act: such as are not answered yet, and dropped ones that act late."""
    return {"pending": call.world.log.unanswered() + call.world.late_effects}


def state(call: ControlCall) -> object:
    return documents.builtins(call.world.document())


def patch_state(call: ControlCall) -> object:
    """Merges a partial seed document; changed rows show in the change feeds."""
    patch = call.json({})
    if not isinstance(patch, dict):
        raise BadCall("the body must be an object, a partial seed document")
    world = call.world
    before = documents.builtins(world.document())
    after = documents.merged(before, patch)
    assert isinstance(before, dict) and isinstance(after, dict)
    document = documents.document(after)
    if "changes" not in patch:
        now = world.clock.now()
        document.changes += [
            Change(feed=feed, key=key, at=now) for feed, key in documents.changed_keys(before, after)
        ]
    if "clock" not in patch:
        document.clock = world.clock.now()
    World(documents.document(after))
    world.load(document)
    return health(call)


def rights(call: ControlCall) -> object:
    certificate = call.world.certificates[0]
    return {"rights": {area.value: certificate.rights.get(area, "RUID") for area in Area}}


def set_rights(call: ControlCall) -> object:
    remaining = after_denying(call.read(RightsBody).denied_areas)
    for certificate in call.world.certificates:
        certificate.rights = dict(remaining)
    return rights(call)


def custom_marks(call: ControlCall) -> object:
    return items([documents.builtins(mark) for mark in call.world.custom_marks.values()])


def put_custom_marks(call: ControlCall) -> object:
    set_custom_marks(call.world, call.read_list("custom_marks", CustomMark))
    return custom_marks(call)


def bulk_maintenance(call: ControlCall) -> object:
    return {"changed": maintain_in_bulk(call.world)}


def roll(call: ControlCall) -> object:
    return {"database_year": roll_year(call.world)}
