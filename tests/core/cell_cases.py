"""Short words for cells, so that a case of the merge reads as a sentence.

`ours` and `theirs` are written as a teacher sees them: "8.5", "excused", "" here; "8.5", "95%", "NA", "" in Aeries.
"""

from __future__ import annotations

from decimal import Decimal

from twinbook.aeries.side import AeriesSide, form_of
from twinbook.core.cells import (
    CellBase,
    CellState,
    Decision,
    Hold,
    Intent,
    Membership,
    NewBase,
    Nothing,
    OpenProblem,
    OurCell,
    Policy,
    ProblemCode,
    Send,
    TakeOver,
)
from twinbook.core.merge import decide
from twinbook.core.remote import CellTerms, TheirCell
from twinbook.core.values import BLANK, ForeignMark, Form, Mark, MarkKind, Maxima, Number, OurValue

DISTRICT = AeriesSide(marks={"EX": MarkKind.EXCUSED}, missing_mark="MI")
WITHOUT_MISSING = AeriesSide()

TEN = Maxima(Decimal(10), Decimal(10), Decimal(10))


def ours(text: str) -> OurValue:
    if text == "":
        return BLANK
    if text in set(MarkKind):
        return Mark(MarkKind(text))
    if text.startswith("!"):
        return ForeignMark(text[1:])
    return Number(Decimal(text))


def form(text: str) -> Form:
    return form_of(text, None)


def base(ours_text: str, theirs_text: str, *, version: int = 1, maxima: Maxima = TEN) -> CellBase:
    return CellBase(ours(ours_text), version, form(theirs_text), maxima)


def intent(number: int, ours_text: str, sent: str, *, version: int = 1, maxima: Maxima = TEN) -> Intent:
    return Intent(number, ours(ours_text), version, form(sent), maxima, None)


def merged(
    here: str,
    there: str | None,
    agreed: CellBase | None = None,
    *,
    version: int | None = None,
    intents: tuple[Intent, ...] = (),
    problem: OpenProblem | None = None,
    policy: Policy = Policy.ASK,
    overwrite: Policy = Policy.ASK,
    membership: Membership = Membership.WRITABLE,
    students_read_after: bool = True,
    term_open: bool = True,
    send_anyway: bool = False,
    grading_completed: bool = False,
    maxima: Maxima = TEN,
    row: tuple[str, str] | None = None,
    date_completed: str | None = None,
    far: AeriesSide = DISTRICT,
) -> Decision:
    """`version`: of our cell; by default the base's when the value is the base's, else one more. `row`: its own maxima."""
    value = ours(here)
    if version is None:
        agreed_version = 0 if agreed is None else agreed.ours_version
        version = agreed_version + (agreed is None or agreed.ours != value)
    entry, weight = (Decimal(row[0]), Decimal(row[1])) if row else (maxima.entry, maxima.weight)
    state = CellState(
        student=1,
        ours=OurCell(value, version, typed=True),
        theirs=None if there is None else TheirCell(form(there), entry, weight, date_completed),
        base=agreed,
        intents=intents,
        problem=problem,
        membership=membership,
        students_read_after=students_read_after,
        term_open=term_open,
        send_anyway=send_anyway,
    )
    return decide(state, far, CellTerms(maxima, grading_completed), policy, overwrite=overwrite)


def said(decision: Decision) -> str:
    """The decision in a few words: what moves where, or what is asked."""
    match decision:
        case Nothing(agreed):
            return "nothing" if agreed else "nothing known"
        case NewBase(base=new):
            return f"new base {new.ours}|{new.theirs}"
        case Send(entry_text=text):
            return f"send {text}"
        case TakeOver(value=value):
            return f"take over {value}" if str(value) else "take over blank"
        case Hold(code=code, to_type=to_type):
            return f"{code}: {to_type}" if to_type else str(code)


def problem_of(code: ProblemCode, here: str, there: str, version: int) -> OpenProblem:
    return OpenProblem(code, ours(here), form(there), version)
