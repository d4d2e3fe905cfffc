"""Carrying out a fault around one request (public surface §5): what acts, what waits, what is answered."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import assert_never

import msgspec

from aeries_sandbox.api.call import Answer
from aeries_sandbox.api.dispatch import Asked, answered, encoded, printed
from aeries_sandbox.decimals import whole
from aeries_sandbox.faults import Fault, FaultKind
from aeries_sandbox.messages import HTML, JSON, Response
from aeries_sandbox.store import Database, live_assignments
from aeries_sandbox.world import World

LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Aeries: Portals</title></head><body><form>Sign in</form></body></html>"


@dataclass(frozen=True, slots=True)
class Dropped:
    """No answer: the connection is closed; `then` still runs after `delay` seconds."""

    then: Callable[[], object] | None = None
    delay: float = 0


async def misbehave(world: World, fault: Fault, asked: Asked) -> Response | Dropped:
    order = fault.order
    delay = (order.delay_ms or 0) / 1000
    response: Response | Dropped

    def act() -> Answer:
        return answered(world, world.databases, asked)

    def show(answer: Answer) -> Response:
        return printed(world, asked, answer)

    match order.kind:
        case FaultKind.DELAY_BEFORE:
            await asyncio.sleep(delay)
            return show(act())
        case FaultKind.DELAY_AFTER:
            response = show(act())
        case FaultKind.LATE:
            return Dropped(act, delay)
        case FaultKind.DROP_BEFORE:
            response = Dropped()
        case FaultKind.DROP_AFTER:
            act()
            response = Dropped()
        case FaultKind.STATUS:
            if order.after:
                act()
            response = _status(fault)
        case FaultKind.THROTTLE:
            response = _status(fault, 429, order.retry_after if order.retry_after is not None else 1)
        case FaultKind.HTML:
            response = Response(order.status or 200, LOGIN_PAGE, HTML)
        case FaultKind.BODY:
            response = _ordered_body(fault)
        case FaultKind.EMPTY:
            _acted_if_writing(asked, act)
            response = Response(200, b"[]")
        case FaultKind.TRUNCATE:
            whole = show(act())
            response = Response(whole.status, whole.body[: len(whole.body) // 2], whole.content_type)
        case FaultKind.PARTIAL:
            response = show(_partial(act()))
        case FaultKind.STALE:
            _acted_if_writing(asked, act)
            older = fault.frozen
            assert isinstance(older, dict)
            response = show(answered(world, older, _reading(asked)))
        case FaultKind.SWAP:
            _acted_if_writing(asked, act)
            swapped = replace(_reading(asked), segments=_swapped(world.database, asked.segments))
            response = show(answered(world, world.databases, swapped))
        case _:
            assert_never(order.kind)
    await asyncio.sleep(delay)
    return response


def _acted_if_writing(asked: Asked, act: Callable[[], object]) -> None:
    if asked.request.method != "GET":
        act()


def _reading(asked: Asked) -> Asked:
    """The read that shows what the request would have answered: of a score write, the scores."""
    return replace(asked, request=replace(asked.request, method="GET", body=b""))


def _status(fault: Fault, default: int = 500, retry_after: int | None = None) -> Response:
    status = fault.order.status or default
    wait = fault.order.retry_after if retry_after is None else retry_after
    headers = {} if wait is None else {"Retry-After": str(wait)}
    body = _ordered_body(fault) if fault.order.body is not None else None
    if body is not None:
        return Response(status, body.body, body.content_type, headers)
    return Response(status, msgspec.json.encode({"Message": "An error has occurred."}), JSON, headers)


def _ordered_body(fault: Fault) -> Response:
    """A JSON string is answered as its text, anything else as the JSON that it is."""
    status, body = fault.order.status or 200, fault.order.body
    return Response(status, body.encode() if isinstance(body, str) else encoded(body))


def _partial(answer: Answer) -> Answer:
    """Every second row is left out; of a single row, that one."""
    if isinstance(answer.value, list):
        answer.value = answer.value[1::2]
    return answer


def _swapped(database: Database, segments: list[str]) -> list[str]:
    """The same path about another assignment of the same gradebook; unchanged when there is none."""
    names = [segment.lower() for segment in segments]
    if len(segments) < 3 or names[0] != "gradebooks" or "assignments" not in names[1:3]:
        return segments
    if names[1] == "assignments":
        found = database.by_unique_id(segments[2])
        if found is None:
            return segments
        others = [row for row in live_assignments(found[0]) if row is not found[1]]
        return [*segments[:2], others[0].unique_id, *segments[3:]] if others else segments
    gradebook = database.gradebooks.get(whole(segments[1]) or 0)
    if gradebook is None or len(segments) < 4:
        return segments
    numbers = [str(row.assignment_number) for row in live_assignments(gradebook)]
    others_of = [number for number in numbers if number != segments[3]]
    return [*segments[:3], others_of[0], *segments[4:]] if others_of else segments
