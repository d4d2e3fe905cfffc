"""Texts for people as the pure parts know them: English, and how they were put together.

A `Sentence` is its English text. It also remembers the text with its gaps and what fills them, so that whoever shows it
(`twinbook.said`) can look the text up in the reader's language. What is cut or joined by hand is plain English again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Self


class Sentence(str):
    """`text` has named gaps, `%(name)s`; `filling` holds what stands in them, other sentences among it. A text that depends on
    a number has its form for one in `text`, for others in `plural`, and the number as the gap `count`."""

    __slots__ = ("filling", "plural", "text")
    text: str
    plural: str
    filling: Mapping[str, str | int]

    def __new__(cls, text: str, filling: Mapping[str, str | int], plural: str = "") -> Self:
        chosen = text if not plural or filling["count"] == 1 else plural
        self = super().__new__(cls, chosen % filling if filling else chosen)
        self.text = text
        self.plural = plural
        self.filling = MappingProxyType(dict(filling))
        return self

    def __reduce__(self) -> tuple[type[Self], tuple[str, dict[str, str | int], str]]:
        return type(self), (self.text, dict(self.filling), self.plural)


def sentence(text: str, /, **filling: str | int) -> Sentence:
    """`text` is collected for translators, so it stands in the source as it is. A text without gaps may hold a bare %."""
    return Sentence(text, filling)


def counted(one: str, many: str, count: int, /, **filling: str | int) -> Sentence:
    return Sentence(one, {**filling, "count": count}, many)


def joined(parts: Iterable[str], between: str = " ") -> Sentence:
    """Several texts one after the other; blank ones are left out."""
    named = {f"part{index}": part for index, part in enumerate(part for part in parts if part)}
    return Sentence(between.replace("%", "%%").join(f"%({name})s" for name in named), named)


def stored(shown: object) -> object:
    """JSON in which each sentence is kept with what `unstored` needs to make it again; everything else as it is."""
    match shown:
        case Sentence():
            kept = {
                "text": shown.text,
                "filling": {name: stored(value) for name, value in shown.filling.items()},
            }
            return {**kept, "plural": shown.plural} if shown.plural else kept
        case Mapping():
            return {name: stored(item) for name, item in shown.items()}
        case list() | tuple():
            return [stored(item) for item in shown]
        case _:
            return shown


def unstored(kept: object) -> object:
    """What `stored` was given, but for tuples, which come back as lists."""
    match kept:
        case {"text": str(text), "filling": Mapping() as filling, **rest} if rest.keys() <= {"plural"}:
            return Sentence(
                text, {name: _filling(value) for name, value in filling.items()}, str(rest.get("plural", ""))
            )
        case Mapping():
            return {name: unstored(item) for name, item in kept.items()}
        case list():
            return [unstored(item) for item in kept]
        case _:
            return kept


def _filling(kept: object) -> str | int:
    value = unstored(kept)
    if isinstance(value, str | int):
        return value
    raise ValueError(f"{value!r} fills no gap")
