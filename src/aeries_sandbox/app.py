"""What answers a request: the API under its prefixes, the control surface, the page, or an HTML 404."""

import asyncio
import ipaddress

from aeries_sandbox import page
from aeries_sandbox.api.dispatch import Asked, answered, printed
from aeries_sandbox.api.misbehaviour import Dropped, misbehave
from aeries_sandbox.control.call import Holder
from aeries_sandbox.control.dispatch import control
from aeries_sandbox.messages import HTML, Request, Response
from aeries_sandbox.throttle import Throttle
from aeries_sandbox.world import World

NOT_FOUND = b"<!DOCTYPE html><html><head><title>404 - File or directory not found.</title></head><body><h1>404</h1></body></html>"


class App:
    def __init__(self, holder: Holder) -> None:
        self.holder = holder
        self._throttle = Throttle()

    @property
    def world(self) -> World:
        return self.holder.world

    async def answer(self, request: Request) -> Response | Dropped:
        try:
            segments = request.segments
        except UnicodeDecodeError:
            return Response(400, b"", HTML)
        first = segments[0].lower() if segments else ""
        if first == "sandbox":
            if not _from_this_machine(request):
                return Response(403, b"the control surface listens on loopback only", HTML)
            return control(self.holder, request, segments[1:])
        asked = self._asked(request, segments)
        if asked is not None:
            return await self._answer_api(asked)
        if _is_page(segments) and _from_this_machine(request):
            return page.answer(self.world, request, segments)
        entry = self.world.log.open(request.method, request.target, request.body)
        entry.status = 404
        return Response(404, NOT_FOUND, HTML)

    def _asked(self, request: Request, segments: list[str]) -> Asked | None:
        """What is asked below /api/v5, at the root or under the base path; None elsewhere."""
        lower = [segment.lower() for segment in segments[:8]]
        base = [part.lower() for part in self.world.switches["base_path"].split("/") if part]
        for root in ([], base):
            api, rest = [*root, "api"], len(root) + 2
            if lower[: rest - 1] != api or len(lower) < rest:
                continue
            if lower[rest - 1] == "v5":
                return Asked(request, segments[rest:])
            if lower[rest - 1] == "v3" and self.world.on("legacy_v3_routes"):
                return Asked(request, segments[rest:], v3=True)
        return None

    async def _answer_api(self, asked: Asked) -> Response | Dropped:
        world, request = self.world, asked.request
        entry = world.log.open(request.method, request.target, request.body)
        fault = world.faults.take(request.method, "/" + "/".join(asked.segments))
        outcome: Response | Dropped
        if fault is not None:
            outcome = await misbehave(world, fault, asked)
        elif (refused := self._throttle.refusal(world)) is not None:
            outcome = refused
        else:
            outcome = printed(world, asked, answered(world, world.databases, asked))
        latency = world.number("latency_ms")
        if latency and isinstance(outcome, Response):
            await asyncio.sleep(latency / 1000)
        entry.status = 0 if isinstance(outcome, Dropped) else outcome.status
        if request.method != "GET":
            world.changed = True
        return outcome


def _from_this_machine(request: Request) -> bool:
    """From loopback, and not sent by a web page of elsewhere that a browser here happens to show."""
    try:
        if not ipaddress.ip_address(request.peer).is_loopback:
            return False
    except ValueError:
        return False
    origin = request.headers.get("origin")
    return origin is None or origin.rpartition("//")[2] == request.headers.get("host", "")


def _is_page(segments: list[str]) -> bool:
    return not segments or segments[0].lower() in ("gradebooks", "style.css")
