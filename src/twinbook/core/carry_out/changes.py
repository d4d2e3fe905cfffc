"""What a commit may change in our own store. Each commit is one transaction under the lease's number."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from twinbook.core.carry_out.points import CellMove
from twinbook.core.cells import CellBase
from twinbook.core.fields import FieldBase, FieldChange
from twinbook.core.snapshot import TheirAssignment, TheirCategory, TheirStudent, TheirTerm
from twinbook.core.values import Form, Maxima, OurValue

NEVER_AGREED = "\ue000never agreed"
"""A field half that equals nothing: that side counts as changed, so that its text moves to the other."""


@dataclass(frozen=True, slots=True)
class MoveBase:
    pair: int
    student: int
    base: CellBase
    membership: str


@dataclass(frozen=True, slots=True)
class Agree:
    """Both sides were found equal: move the base, if our cell still has its version. A value that was saved meanwhile was
    never equal, and what was typed there belongs to none of it."""

    activity: int
    move: MoveBase


@dataclass(frozen=True, slots=True)
class TakeOverCell:
    """Set our cell, if it still has `expected_version` (C6), and move both halves of the base with it."""

    pair: int
    activity: int
    student: int
    expected_version: int
    value: OurValue
    theirs: Form
    maxima: Maxima
    membership: str
    why: str


@dataclass(frozen=True, slots=True)
class StoreIntent:
    """`replaced`: what stands there and was never agreed, in no history until the write is proven; None: nothing such."""

    pair: int
    student: int
    ours: OurValue
    ours_version: int
    sent: Form
    maxima: Maxima
    replaced: Form | None


@dataclass(frozen=True, slots=True)
class EndIntents:
    """Their request ended on our side without a complete answer: unsettled until a late enough reading (C4)."""

    ids: tuple[int, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class SettleIntents:
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """What these intents replaced is in the history: it is not named again."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RecordWrite:
    """A value that was read back from the far side: a history entry of that side."""

    activity: int
    student: int | None
    field: str
    before: str | None
    after: str | None
    why: str
    replaced: Form | None = None
    """Of a score: what the far side held until then, in its own form."""


@dataclass(frozen=True, slots=True)
class RecordGone:
    """A value of the far side that is gone, and no answer told of it: a history entry of that side. Nothing is moved by it.
    `after`: what was found instead."""

    activity: int
    student: int
    before: str | None
    after: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Losing:
    """A value here that would be replaced or blanked. `points`: the activity's, to weigh the loss."""

    activity: int
    student: int
    before: str
    after: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class MassPlan:
    """The cells of one stop. The fingerprint covers each cell with its version here and its form there."""

    fingerprint: str
    cells: tuple[Losing, ...]
    filled: int
    """Blanks here that would be filled as well; they wait, and lose nothing."""


@dataclass(frozen=True, slots=True)
class Held:
    """Something that needs a person. `student` for cells, `field` for fields, neither for an activity as a whole."""

    code: str
    student: int | None = None
    activity: int | None = None
    pair: int | None = None
    field: str | None = None
    ours: OurValue | None = None
    ours_version: int = 0
    theirs: Form | None = None
    agreed: str | None = None
    to_type: str = ""
    details: Mapping[str, str] = dataclasses.field(default_factory=dict)
    plan: MassPlan | None = None
    """Of `mass_change`: what exactly waits for the answer."""


@dataclass(frozen=True, slots=True)
class JudgeCells:
    """The open questions of exactly these students' cells: those in `held` are opened or kept, others close."""

    pair: int
    activity: int
    students: frozenset[int]
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class JudgeFields:
    pair: int
    activity: int
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class JudgePair:
    """The open question of a pair as a whole; None closes it."""

    pair: int
    activity: int | None
    held: Held | None


@dataclass(frozen=True, slots=True)
class JudgeSubjects:
    """All questions whose subject is `prefix` or begins with `prefix:`. Those in `held` (subject → question) are opened or
    kept, others close. Subjects: `student:ID`, `brake:class`, `brake:activity:ID`, `aeries:UNIQUE-ID`, `zeros:ACTIVITY`."""

    prefix: str
    held: Mapping[str, Held]


@dataclass(frozen=True, slots=True)
class MoveFields:
    """The field base and what is for show, after a reading of the assignment."""

    pair: int
    fields: FieldBase
    assignment: TheirAssignment
    maxima: Maxima


@dataclass(frozen=True, slots=True)
class SetOurFields:
    """Take over fields here, if the activity still has `expected_version`."""

    pair: int
    activity: int
    expected_version: int
    changes: tuple[FieldChange, ...]
    why: str = "changed in Aeries"


@dataclass(frozen=True, slots=True)
class MovePoints:
    """Take over other points, and whatever else of `changes`, together with the scores and our halves of their bases (A3),
    if the activity still has `expected_version` and each cell its own."""

    pair: int
    activity: int
    expected_version: int
    changes: tuple[FieldChange, ...]
    cells: tuple[CellMove, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Enrol:
    """An activity that stood in no pair."""

    activity: int
    ignored: bool


@dataclass(frozen=True, slots=True)
class CreateHere:
    """An assignment that stood in no pair becomes an activity, or is ignored."""

    assignment: TheirAssignment
    category_id: int | None
    ignored: bool


@dataclass(frozen=True, slots=True)
class StartCreate:
    """The intent of an insert (A5): committed before the request. `fields`: what it asks for, kept as the pair's field
    base, so that an edit made before the assignment is found again counts as one."""

    pair: int
    external_id: str
    fields: FieldBase


@dataclass(frozen=True, slots=True)
class EndCreate:
    pair: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CancelCreate:
    """The insert certainly did not happen."""

    pair: int


@dataclass(frozen=True, slots=True)
class Pin:
    """The pair has its assignment for life."""

    pair: int
    assignment: TheirAssignment
    fields: FieldBase
    maxima: Maxima
    adopted: bool
    """Found by its external id after a doubtful insert, not answered by the insert itself."""


@dataclass(frozen=True, slots=True)
class Looked:
    """The pair was looked through up to this generation of its activity (J1)."""

    pair: int
    generation: int


@dataclass(frozen=True, slots=True)
class ScoresRead:
    pair: int
    began_at: datetime


@dataclass(frozen=True, slots=True)
class LookAgain:
    pair: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Missing:
    """The pair's assignment was not found; None: it was (A7)."""

    pair: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class RuleFired:
    """The rule of grading completed has done its work for this pair, once and for all (A6)."""

    pair: int
    fired: bool = True


@dataclass(frozen=True, slots=True)
class EndPair:
    """Both sides of the pair are gone, or the only one it had: it takes no part any more, and is never due again."""

    pair: int


@dataclass(frozen=True, slots=True)
class StudentsSeen:
    students: tuple[TheirStudent, ...]
    began_at: datetime


@dataclass(frozen=True, slots=True)
class StudentsMissing:
    """The list of students lacked some that it had, since then; `StudentsSeen` ends it."""

    since: datetime


@dataclass(frozen=True, slots=True)
class GradebookSeen:
    categories: tuple[TheirCategory, ...]
    terms: tuple[TheirTerm, ...]
    at: datetime
    sections: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class GradebookMissing:
    """The gradebook itself was not found; None: it was (A7)."""

    since: datetime | None


@dataclass(frozen=True, slots=True)
class LookAtEverything:
    """A push found what only a look at the whole class can judge."""


@dataclass(frozen=True, slots=True)
class LinkLooked:
    """Everything of the link was looked through up to this generation; `pulled`: all its pairs were read."""

    generation: int
    pulled: bool
    pushed: bool
    strangers: bool = False
    """Something that Twinbook made is unknown to this database, which was restored: a person has not said yet what it is."""


Change = (
    MoveBase
    | Agree
    | TakeOverCell
    | StoreIntent
    | EndIntents
    | SettleIntents
    | Named
    | RecordWrite
    | RecordGone
    | JudgeCells
    | JudgeFields
    | JudgePair
    | JudgeSubjects
    | MoveFields
    | SetOurFields
    | MovePoints
    | Enrol
    | CreateHere
    | StartCreate
    | EndCreate
    | CancelCreate
    | Pin
    | Looked
    | ScoresRead
    | LookAgain
    | Missing
    | EndPair
    | RuleFired
    | StudentsSeen
    | StudentsMissing
    | GradebookSeen
    | GradebookMissing
    | LookAtEverything
    | LinkLooked
)
