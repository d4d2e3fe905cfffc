"""What a roster sync did and found, as plain values."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

# done, total, label
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class RosterProblem:
    """Something for a person to look at. `items` name what it is about: a section, an e-mail address, a staff id."""

    code: str
    message: str
    hint: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RosterReport:
    """`counts` has only what is not zero; `changed_classes` are those whose students changed."""

    database_year: int
    school_codes: tuple[int, ...]
    counts: dict[str, int]
    problems: tuple[RosterProblem, ...]
    changed_classes: tuple[int, ...]


def shown(report: RosterReport) -> dict[str, Any]:
    """As JSON: the plan of a roster run."""
    return {**asdict(report), "changed_classes": [str(class_id) for class_id in report.changed_classes]}


@dataclass(slots=True)
class Findings:
    """What is gathered while a roster sync runs."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[RosterProblem] = field(default_factory=list)
    changed_classes: list[int] = field(default_factory=list)

    def problem(self, code: str, message: str, hint: str, items: Sequence[str] = ()) -> None:
        self.problems.append(RosterProblem(code, message, hint, tuple(items)))
