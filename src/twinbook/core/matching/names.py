"""Reading a title the way a teacher does: words, numbers, and words that make it another piece of work."""

import html
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from rapidfuzz.distance import OSA

from twinbook.core.matching.vocabulary import FILLER, NUMBER_WORDS, OTHER_WORK, SAME_WORD

_PHRASES = (
    (re.compile(r"\bstudy[\s-]+guide\b"), "review"),
    (re.compile(r"\bextra[\s-]+credit\b"), "bonus"),
    (re.compile(r"\b(make[\s-]*up|re-?take|re-?test|re-?do)\b( work)?"), "retake"),
    (re.compile(r"\bwarm[\s-]+up\b"), "warmup"),
    (re.compile(r"\bmultiple[\s-]+choice\b"), "mc"),
    (re.compile(r"\bfree[\s-]+response\b"), "fr"),
)
# A part, a version or a group of a class: "part B", "form 2", "day 1", "Per 3", "P2" (but "p. 2" is a page).
_PART = re.compile(r"\b(?:(part|form|day|version)\s+(\d|[a-d])|(?:per\.?|period)\s*(\d)|p(\d))\b")
# "& notes", "and reflection": handed in together, not instead.
_TOGETHER = re.compile(r"(?:&|\band\b|\+)\s*$")
_TOKEN = re.compile(r"\d+(?:[./-]\d+)+|\d+[a-h](?![^\W\d_])|\d+|[^\W\d_]+")
_ORDINAL = re.compile(r"(?<=\d)(st|nd|rd|th)\b")
_SPECIAL = {"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe"}

Number = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Title:
    """`words` are in canonical form without numbers and other-work words, each once.

    `numbers` holds the numbers in reading order, a section such as 1.2 as a tuple of two; `labelled`
    those that stand right behind a word, by that word. `acronyms` maps the initials of neighbouring
    words to those words. `other_work` may lose what is habitual in a class, `marked` keeps it. `plain`
    is the whole title, normalised.
    """

    plain: str
    words: tuple[str, ...]
    numbers: tuple[Number, ...]
    labelled: tuple[tuple[str, Number], ...]
    other_work: frozenset[str]
    marked: frozenset[str]
    acronyms: tuple[tuple[str, tuple[str, ...]], ...]


@lru_cache(maxsize=8192)
def read_title(text: str) -> Title:
    plain = _plain(text)
    spaced = _ORDINAL.sub("", plain)
    for pattern, word in _PHRASES:
        spaced = pattern.sub(word, spaced)
    other = {"-".join(part for part in match if part) for match in _PART.findall(spaced)}
    words: dict[str, None] = {}
    numbers: list[Number] = []
    labelled: list[tuple[str, Number]] = []
    sequence: list[tuple[str, str]] = []
    before = ""
    for match in _TOKEN.finditer(spaced):
        token = match.group()
        number: Number | None = None
        if token[0].isdigit():
            number = _number(token)
        else:
            word = canonical(token)
            if word in NUMBER_WORDS:
                number = (NUMBER_WORDS[word],)
        if number is not None:
            numbers.append(number)
            if before:
                labelled.append((before, number))
            before = ""
            continue
        sequence.append((token, word))
        if word in OTHER_WORK:
            if not _TOGETHER.search(spaced[: match.start()]):
                other.add(word)
            continue
        if word not in FILLER:
            words[word] = None
            before = word
    if not words:
        words, other = dict.fromkeys(sorted(other)), set()
    marked = frozenset(other)
    return Title(plain, tuple(words), tuple(numbers), tuple(labelled), marked, marked, _acronyms(sequence))


@lru_cache(maxsize=8192)
def canonical(word: str) -> str:
    """The form a word is compared in; two swapped letters in a known word are put right."""
    known = _KNOWN.get(word)
    if known is not None:
        return known
    if len(word) >= 4:
        for slip in _BY_LETTERS.get("".join(sorted(word)), ()):
            if OSA.distance(word, slip) == 1:
                return _KNOWN[slip]
    return word


def dated(numbers: tuple[Number, ...], near: date | None, days: int = 10) -> date | None:
    """The first number that reads as month and day within `days` of `near`."""
    if near is None:
        return None
    for number in numbers:
        if len(number) != 2:
            continue
        for year in (near.year, near.year + 1, near.year - 1):
            try:
                day = date(year, number[0], number[1])
            except (ValueError, OverflowError):
                continue
            if abs((day - near).days) <= days:
                return day
    return None


def _acronyms(sequence: list[tuple[str, str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = []
    for length in range(2, 6):
        for start in range(len(sequence) - length + 1):
            run = sequence[start : start + length]
            initials = "".join(token[0] for token, _ in run)
            found.append((initials, tuple(word for _, word in run if word not in FILLER)))
    return tuple(found)


def _plain(text: str) -> str:
    """Entities resolved, accents and case removed; signs that carry no word become spaces."""
    decomposed = unicodedata.normalize("NFKD", html.unescape(html.unescape(text))).casefold()
    letters = "".join(_SPECIAL.get(c, c) for c in decomposed if not unicodedata.combining(c))
    letters = re.sub(r"['’`]", "", letters)
    letters = re.sub(r"[‐-―]", "-", letters)
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s./#&()+-]", " ", letters)).strip()


def _number(token: str) -> Number:
    """1.2 and 1-2 as two parts, 1b as a number and the letter's place below zero."""
    if token[-1].isalpha():
        return _integer(token[:-1]), ord("a") - ord(token[-1]) - 1
    return tuple(_integer(part) for part in re.split(r"[./-]", token))


def _integer(digits: str) -> int:
    """Endless numbers stay comparable."""
    return int(digits[:18])


_KNOWN = {
    **{word: word for word in (*SAME_WORD.values(), *OTHER_WORK, *NUMBER_WORDS)},
    **SAME_WORD,
}
_BY_LETTERS: dict[str, list[str]] = {}
for _word in sorted(_KNOWN):
    if len(_word) >= 4:
        _BY_LETTERS.setdefault("".join(sorted(_word)), []).append(_word)
