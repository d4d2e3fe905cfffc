"""Routes as a tree of path parts: literals regardless of case, then one parameter a level.

`{name}` takes a whole number, `{name:text}` any text, `{name?}` a whole number that may be left out; there 0
means left out as well (reference §3.6). A trailing slash is ignored.
"""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from aeries_sandbox.decimals import whole

H = TypeVar("H")
Params = dict[str, int | str | None]


@dataclass(slots=True)
class _Node(Generic[H]):
    literals: "dict[str, _Node[H]]" = field(default_factory=dict)
    parameter: "_Node[H] | None" = None
    names: dict[str, "_End[H]"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _End(Generic[H]):
    handler: H
    parameters: tuple[tuple[str, bool, bool], ...]  # name, text, optional
    absent: str | None


@dataclass(frozen=True, slots=True)
class Match(Generic[H]):
    handler: H
    params: Params


class Router(Generic[H]):
    def __init__(self) -> None:
        self._root: _Node[H] = _Node()

    def add(self, method: str, pattern: str, handler: H) -> None:
        parts = [part for part in pattern.split("/") if part]
        if parts and parts[-1].endswith("?}"):
            self._add(method, parts[:-1], handler, absent=parts[-1][1:-2])
        self._add(method, parts, handler, absent=None)

    def _add(self, method: str, parts: list[str], handler: H, absent: str | None) -> None:
        node = self._root
        parameters = []
        for part in parts:
            if not part.startswith("{"):
                node = node.literals.setdefault(part.lower(), _Node())
                continue
            name, _, kind = part[1:-1].partition(":")
            parameters.append((name.rstrip("?"), kind == "text", name.endswith("?")))
            node.parameter = node.parameter or _Node()
            node = node.parameter
        if method in node.names:
            raise ValueError(f"two handlers for {method} /{'/'.join(parts)}")
        node.names[method] = _End(handler, tuple(parameters), absent)

    def find(self, method: str, segments: list[str]) -> "Match[H] | list[str] | None":
        """The handler, or the methods that the path does allow, or None for an unknown path."""
        node = self._root
        values = []
        for segment in segments:
            literal = node.literals.get(segment.lower())
            if literal is not None:
                node = literal
            elif node.parameter is not None:
                node = node.parameter
                values.append(segment)
            else:
                return None
        end = node.names.get(method)
        if end is None:
            return sorted(node.names) or None
        params = _bound(end, values)
        return None if params is None else Match(end.handler, params)


def _bound(end: _End[H], values: list[str]) -> Params | None:
    params: Params = {} if end.absent is None else {end.absent: None}
    for (name, text, optional), value in zip(end.parameters, values, strict=True):
        if text:
            params[name] = value
        elif (number := whole(value)) is None:
            return None
        else:
            params[name] = None if optional and number == 0 else number
    return params
