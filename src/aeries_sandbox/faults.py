"""Misbehaviour to order (public surface §5): which requests it hits, how often, and what kind it is."""

import random
import re
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec


class FaultKind(StrEnum):
    STATUS = "status"
    DELAY_BEFORE = "delay_before"
    DELAY_AFTER = "delay_after"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    LATE = "late"
    HTML = "html"
    TRUNCATE = "truncate"
    EMPTY = "empty"
    PARTIAL = "partial"
    STALE = "stale"
    SWAP = "swap"
    BODY = "body"
    THROTTLE = "throttle"


class FaultError(ValueError):
    """An order that makes no sense; the message says what is wrong with it."""


class FaultOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The body of POST /sandbox/faults. Delays are real milliseconds; without `times` until deleted."""

    kind: FaultKind
    method: str | None = None
    path: str | None = None
    status: int | None = None
    after: bool = False
    delay_ms: int | None = None
    retry_after: int | None = None
    body: object = None
    times: int | None = None
    probability: float | None = None
    seed: int | None = None


@dataclass(slots=True)
class Fault:
    """An order at work. `frozen` holds the older state that a stale fault shows."""

    order: FaultOrder
    pattern: re.Pattern[str]
    chance: random.Random
    left: int | None
    frozen: object = field(default=None, repr=False)

    def hits(self, method: str, path: str) -> bool:
        if self.left == 0:
            return False
        if self.order.method is not None and self.order.method.upper() != method:
            return False
        if self.pattern.search(path) is None:
            return False
        return self.order.probability is None or self.chance.random() < self.order.probability


class FaultBook:
    """The standing orders, oldest first; the first one that hits a request is used and counted."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def order(self, order: FaultOrder, frozen: object = None) -> None:
        """Raises FaultError; a refused order changes nothing."""
        _check(order)
        try:
            pattern = re.compile(order.path or "", re.IGNORECASE)
        except re.error as error:
            raise FaultError(f"path is no regular expression: {error}") from error
        chance = random.Random(0 if order.seed is None else order.seed)
        self._faults.append(Fault(order, pattern, chance, order.times, frozen))

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this request; `path` is what follows /api/v5, without the query."""
        for fault in self._faults:
            if fault.hits(method, path):
                if fault.left is not None:
                    fault.left -= 1
                return fault
        return None

    def standing(self) -> list[dict[str, object]]:
        return [
            {name: getattr(fault.order, name) for name in fault.order.__struct_fields__}
            | {"left": fault.left}
            for fault in self._faults
        ]

    def clear(self) -> None:
        self._faults.clear()


def _check(order: FaultOrder) -> None:
    if order.times is not None and order.times < 1:
        raise FaultError("times must be 1 or more")
    if order.delay_ms is not None and order.delay_ms < 0:
        raise FaultError("delay_ms must be 0 or more")
    if order.probability is not None and not 0 <= order.probability <= 1:
        raise FaultError("probability lies between 0 and 1")
    if order.status is not None and not 200 <= order.status <= 599:
        raise FaultError("status lies between 200 and 599")
    if (
        order.kind in (FaultKind.DELAY_BEFORE, FaultKind.DELAY_AFTER, FaultKind.LATE)
        and order.delay_ms is None
    ):
        raise FaultError(f"{order.kind} needs delay_ms")
    if order.kind is FaultKind.BODY and order.body is None:
        raise FaultError("body needs the body to answer with")
