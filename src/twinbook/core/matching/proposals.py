"""What the proposer answers."""

from dataclasses import dataclass
from enum import StrEnum


class Confidence(StrEnum):
    """`sure` is accepted without a look; `probable` is shown to the teacher first."""

    SURE = "sure"
    PROBABLE = "probable"


@dataclass(frozen=True, slots=True)
class CategoryProposal:
    lms_id: str
    code: str
    confidence: Confidence
    reason: str


@dataclass(frozen=True, slots=True)
class ActivityProposal:
    lms_id: str
    sis_id: str
    confidence: Confidence
    reason: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two items that look like one piece of work and are not proposed; `reason` names what speaks against it."""

    lms_id: str
    sis_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Partner:
    """A likely partner of one item, by the id of the other side."""

    id: str
    confidence: Confidence
    reason: str


@dataclass(frozen=True, slots=True)
class Proposals:
    """No id of either side occurs twice among the categories, nor among the activities."""

    categories: tuple[CategoryProposal, ...]
    activities: tuple[ActivityProposal, ...]
    doubts: tuple[Doubt, ...] = ()
