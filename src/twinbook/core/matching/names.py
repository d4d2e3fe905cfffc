"""Reading a title the way a teacher does: words, numbers, and words that make it another piece of work."""

import html
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from twinbook.core.matching.vocabulary import FILLER, NUMBER_WORDS, OTHER_WORK, SAME_WORD

_PHRASES = (
    (re.compile(r"\bstudy[\s-]+guide\b"), "review"),
    (re.compile(r"\bextra[\s-]+credit\b"), "bonus"),
    (re.compile(r"\b(make[\s-]*up|re-?take|re-?test|re-?do)\b( work)?"), "retake"),
    (re.compile(r"\bwarm[\s-]+up\b"), "warmup"),
    (re.compile(r"\bmultiple[\s-]+choice\b"), "mc"),
    (re.compile(r"\bfree[\s-]+response\b"), "fr"),
)
_TOKEN = re.compile(r"\d+(?:[./-]\d+)+|\d+|[^\W\d_]+")
_ORDINAL = re.compile(r"(?<=\d)(st|nd|rd|th)\b")
_SPECIAL = {"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe"}


@dataclass(frozen=True, slots=True)
class Title:
    """`words` are in canonical form without numbers and other-work words, each once.

    `numbers` holds the numbers in reading order, a section such as 1.2 as a tuple of two.
    `plain` is the whole title, normalised.
    """

    plain: str
    words: tuple[str, ...]
    numbers: tuple[tuple[int, ...], ...]
    other_work: frozenset[str]


@lru_cache(maxsize=4096)
def read_title(text: str) -> Title:
    plain = _plain(text)
    spaced = _ORDINAL.sub("", plain)
    for pattern, word in _PHRASES:
        spaced = pattern.sub(word, spaced)
    words: dict[str, None] = {}
    numbers: list[tuple[int, ...]] = []
    other: set[str] = set()
    for token in _TOKEN.findall(spaced):
        if token[0].isdigit():
            numbers.append(tuple(_integer(part) for part in re.split(r"[./-]", token)))
            continue
        word = SAME_WORD.get(token, token)
        if word in NUMBER_WORDS:
            numbers.append((NUMBER_WORDS[word],))
        elif word in OTHER_WORK:
            other.add(word)
        elif word not in FILLER:
            words[word] = None
    return Title(plain, tuple(words), tuple(numbers), frozenset(other))


def _plain(text: str) -> str:
    """Entities resolved, accents and case removed; signs that carry no word become spaces."""
    decomposed = unicodedata.normalize("NFKD", html.unescape(html.unescape(text))).casefold()
    letters = "".join(_SPECIAL.get(c, c) for c in decomposed if not unicodedata.combining(c))
    letters = re.sub(r"['’`]", "", letters)
    letters = re.sub(r"[‐-―]", "-", letters)
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s./#&()-]", " ", letters)).strip()


def _integer(digits: str) -> int:
    """Unicode digits and endless ones included; 255 digits stay comparable."""
    return int(digits[:18])


def dated(numbers: tuple[tuple[int, ...], ...], near: date | None, days: int = 10) -> date | None:
    """The first number that reads as month and day within `days` of `near`."""
    if near is None:
        return None
    for number in numbers:
        if len(number) != 2:
            continue
        for year in (near.year, near.year + 1, near.year - 1):
            try:
                day = date(year, number[0], number[1])
            except ValueError:
                continue
            if abs((day - near).days) <= days:
                return day
    return None
