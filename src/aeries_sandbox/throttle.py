"""The rate limit that an Aeries site may or may not have (reference §3.12); off by default."""

import time

import msgspec

from aeries_sandbox.messages import JSON, Response
from aeries_sandbox.world import World


class Throttle:
    """A token bucket on the machine's monotonic clock; full at the start and after a reset."""

    def __init__(self) -> None:
        self._tokens = 0.0
        self._at: float | None = None
        self._world: World | None = None

    def refusal(self, world: World) -> Response | None:
        """The answer for a request too many, or None when it may pass."""
        limit = world.switches["rate_limit"]
        if limit == "off":
            self._at = None
            return None
        burst = float(world.number("rate_limit_burst"))
        now = time.monotonic()
        if self._at is None or self._world is not world:
            self._tokens, self._at, self._world = burst, now, world
        self._tokens = min(burst, self._tokens + (now - self._at) * int(limit))
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return None
        return Response(
            world.number("rate_limit_status"),
            msgspec.json.encode({"Message": "Too many requests"}),
            JSON,
            {"Retry-After": str(world.number("rate_limit_retry_after"))},
        )
