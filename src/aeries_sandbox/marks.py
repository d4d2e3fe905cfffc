"""What a typed mark means and which numbers a row stores with it (behaviour §5.1, §5.3)."""

from dataclasses import dataclass
from decimal import Decimal

from aeries_sandbox.decimals import ZERO, four_places, parse, plain, share
from aeries_sandbox.model import Assignment, CustomMark, Gradebook

HUNDRED = Decimal(100)


class MarkError(ValueError):
    """A text that Aeries would not accept in a cell."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The stored mark and its worth under the row's two maxima."""

    mark: str
    number_correct: Decimal = ZERO
    points_earned: Decimal = ZERO


def number_entry(number: Decimal, mark: str, possible: Decimal, points: Decimal) -> Entry:
    """A raw score in units of `possible`; without a maximum the points are the number itself."""
    earned = four_places(number) if possible == 0 else share(number, possible, points)
    return Entry(mark, four_places(number), earned)


def percent_entry(percent: Decimal, mark: str, possible: Decimal, points: Decimal) -> Entry:
    return Entry(mark, share(percent, HUNDRED, possible), share(percent, HUNDRED, points))


def typed(
    text: str,
    gradebook: Gradebook,
    assignment: Assignment,
    possible: Decimal,
    points: Decimal,
    custom_marks: dict[str, CustomMark],
    undefined_allowed: bool,
) -> Entry:
    """What typing `text` into a cell stores; an empty text clears it. Raises MarkError."""
    mark = text.strip()
    upper = mark.upper()
    if not mark:
        return Entry("")
    if upper in ("NA", "TX"):
        return Entry(upper)
    for narrative in gradebook.narrative_marks:
        if narrative.narrative_set_id == assignment.narrative_set_id and narrative.mark.upper() == upper:
            return percent_entry(narrative.percent, narrative.mark, possible, points)
    custom = custom_marks.get(upper)
    if custom is not None:
        if not custom.enabled:
            raise MarkError(f"the custom mark {custom.mark} is disabled")
        if custom.kind == "quick_points":
            return percent_entry(custom.percent, custom.mark, possible, points)
        return Entry(custom.mark)
    return _number_or_percent(mark, possible, points, undefined_allowed)


def _number_or_percent(mark: str, possible: Decimal, points: Decimal, undefined_allowed: bool) -> Entry:
    percent = mark.endswith("%")
    number = parse(mark[:-1] if percent else mark)
    if number is None:
        if undefined_allowed and not percent and 2 <= len(mark) <= 6 and mark.isalnum() and mark[0].isalpha():
            return Entry(mark.upper())
        raise MarkError(
            f"{mark!r} is neither a number nor a percentage nor a mark of this district; "
            "PUT /sandbox/custom-marks defines marks of 2 to 6 characters"
        )
    if number < 0:
        raise MarkError("a score is 0 or more")
    if number != four_places(number):
        raise MarkError("a score has at most four decimals")
    if percent:
        return percent_entry(number, f"{plain(number)}%", possible, points)
    return number_entry(number, mark, possible, points)


def is_number(mark: str) -> bool:
    return parse(mark) is not None


def special(mark: str) -> bool:
    """Any mark that is neither blank, a number nor a percentage."""
    text = mark.strip()
    return bool(text) and parse(text.removesuffix("%")) is None


def shown(mark: str) -> str:
    """A mark for the control surface: numbers without trailing zeros."""
    number = parse(mark)
    return mark.strip() if number is None else plain(number)
