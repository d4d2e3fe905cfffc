"""The vocabulary of carrying out: what a generator asks for, and what it is answered.

Instants are aware datetimes of one clock (the database's in production).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from twinbook.core.carry_out.changes import Change
from twinbook.core.fields import AssignmentBody
from twinbook.core.remote import TheirCell
from twinbook.core.snapshot import TheirAssignment, TheirCategory, TheirStudent, TheirTerm


class Lane(StrEnum):
    PERSON = "person"
    BULK = "bulk"


class LeaseLost(Exception):
    """Another worker holds the class now: this one stops at once and commits nothing more (J3)."""


class Family(StrEnum):
    """What can be done about a trouble, by the one who meets it."""

    WAIT = "wait"
    ASK_PERSON = "ask a person"
    FIX_SETUP = "fix the set-up"
    NOT_FOUND = "not found"
    BAD_ANSWER = "bad answer"


@dataclass(frozen=True, slots=True)
class Trouble:
    family: Family
    message: str
    """For people; holds no names, grades or certificate."""
    retry_at: datetime | None = None

    @property
    def stops_the_class(self) -> bool:
        """Whether nothing else of this class can be served either."""
        return self.family in (Family.WAIT, Family.FIX_SETUP)


# Reading


@dataclass(frozen=True, slots=True)
class LoadLink:
    """→ LinkView"""


@dataclass(frozen=True, slots=True)
class LoadPair:
    """→ PairView, or None when the pair is gone or no longer takes part"""

    pair: int


@dataclass(frozen=True, slots=True)
class LoadUnpaired:
    """For a dry run, which enrols nothing: an activity of no pair, as its pair would look → PairView | None"""

    activity: int


@dataclass(frozen=True, slots=True)
class CheckIdentity:
    """School, database year and gradebook are still the ones that were linked (G2) → Identity | Trouble"""

    lane: Lane


@dataclass(frozen=True, slots=True)
class Identity:
    today: date
    """Aeries' own date."""


@dataclass(frozen=True, slots=True)
class ReadGradebook:
    """→ GradebookHead | Trouble"""

    lane: Lane


@dataclass(frozen=True, slots=True)
class GradebookHead:
    categories: tuple[TheirCategory, ...]
    terms: tuple[TheirTerm, ...]
    rubric: bool
    sections: tuple[int, ...] = ()
    """Numbers of the sections that the gradebook names."""


@dataclass(frozen=True, slots=True)
class ListAssignments:
    """→ Listing | Trouble. With `reuse`, one listing made under the lease serves all look-ups of a run (A5)."""

    lane: Lane
    reuse: bool = True


@dataclass(frozen=True, slots=True)
class Listing:
    assignments: tuple[TheirAssignment, ...]
    began_at: datetime


@dataclass(frozen=True, slots=True)
class ReadAssignment:
    """→ TheirAssignment | Trouble"""

    unique_id: str
    lane: Lane


@dataclass(frozen=True, slots=True)
class ReadStudents:
    """All terms of the gradebook → StudentList | Trouble"""

    lane: Lane


@dataclass(frozen=True, slots=True)
class StudentList:
    students: tuple[TheirStudent, ...]
    began_at: datetime


@dataclass(frozen=True, slots=True)
class ReadScores:
    """→ Reading | Trouble. `may_reuse`: a reading made under the same lease within `reuse_seconds` serves (C5)."""

    unique_id: str
    lane: Lane
    may_reuse: bool = True
    will_write: bool = True
    """Take both permits before the read, so that the gap between read and write is the wire's own (C5)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All scores of one assignment. A student without a row is unknown, never blank."""

    rows: Mapping[int, TheirCell]
    began_at: datetime


# Writing


@dataclass(frozen=True, slots=True)
class ScoreEntry:
    student_id: int
    entry_text: str
    date_completed: str | None


@dataclass(frozen=True, slots=True)
class WriteScores:
    """One request → Accepted | Taken | Refused | Doubtful | NotSent"""

    unique_id: str
    entries: tuple[ScoreEntry, ...]
    lane: Lane


@dataclass(frozen=True, slots=True)
class Insert:
    """→ Inserted | Refused | Doubtful | NotSent"""

    body: AssignmentBody
    lane: Lane


@dataclass(frozen=True, slots=True)
class Update:
    """Complete PUT → Updated | Refused | Doubtful | NotSent"""

    unique_id: str
    body: AssignmentBody
    lane: Lane


@dataclass(frozen=True, slots=True)
class Accepted:
    reading: Reading


@dataclass(frozen=True, slots=True)
class Taken:
    """Accepted, but the answer does not show it: a later reading is the proof. Aeries always proves (reference §12.4)."""

    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Inserted:
    assignment: TheirAssignment


@dataclass(frozen=True, slots=True)
class Updated:
    assignment: TheirAssignment


@dataclass(frozen=True, slots=True)
class Refused:
    """Aeries said no, in its own words."""

    message: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Nobody knows whether it took effect; it may still do so for `longest_timeout_seconds`."""

    trouble: Trouble
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class NotSent:
    """The request never left: certainly nothing happened."""

    trouble: Trouble


# Keeping


@dataclass(frozen=True, slots=True)
class Commit:
    """One transaction under the lease's number → Committed"""

    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Committed:
    lost: frozenset[int]
    """Students whose cell was saved meanwhile: their take-over was dropped (C6)."""
    intents: Mapping[int, int]
    """Student → id of the intent that this commit stored."""


@dataclass(frozen=True, slots=True)
class Now:
    """→ datetime"""


@dataclass(frozen=True, slots=True)
class MintExternalId:
    """→ str: `tb1:` and a random UUID, never derived from a key (A5)"""


@dataclass(frozen=True, slots=True)
class Progress:
    """→ None"""

    done: int
    total: int
    label: str


@dataclass(frozen=True, slots=True)
class NextDirty:
    """A pair that a save made dirty while a long run goes on, so that the run gives way (J3) → pair id | None"""


Effect = (
    LoadLink
    | LoadPair
    | LoadUnpaired
    | CheckIdentity
    | ReadGradebook
    | ListAssignments
    | ReadAssignment
    | ReadStudents
    | ReadScores
    | WriteScores
    | Insert
    | Update
    | Commit
    | Now
    | MintExternalId
    | Progress
    | NextDirty
)
