"""The planner on perturbed copies of one agreed state: each side changed by itself, planned, and the steps carried out in
any order, some of them twice. What must come out is said here by the two changes alone, without table C2.

Small enough for a hundred thousand cases in `make test`; `make fuzz` plays millions. A failing seed is the whole case.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tests.core.cell_cases import DISTRICT, form, ours
from tests.judge import Row
from tests.judge.values import agree, same
from tests.simulation.recorder import TABLE
from twinbook.core.cells import (
    CellBase,
    CellState,
    Decision,
    Hold,
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
from twinbook.core.fields import (
    CategoryMap,
    Field,
    FieldBase,
    halves,
    merge_fields,
    our_half,
    their_half,
    updated_body,
)
from twinbook.core.fields import (
    agree as fields_agree,
)
from twinbook.core.merge import answered_base, decide, taken_over_base
from twinbook.core.remote import CellTerms, TheirCell
from twinbook.core.snapshot import OurActivity, TheirAssignment
from twinbook.core.values import BLANK, Blank, ForeignMark, Mark, Maxima, Number

HERE = tuple(map(ours, ("", "0", "8", "7.5", "3.3333", "10", "excused", "missing", "incomplete")))
THERE = tuple(map(form, ("", "0", "8", "7.5", "6.6667", "95%", "10", "NA", "TX", "MI", "QQ", "EX")))
AGREED = tuple(
    (ours(here), form(there))
    for here, there in (
        ("8", "8"),
        ("", ""),
        ("0", "0"),
        ("9.5", "95%"),
        ("excused", "NA"),
        ("missing", "MI"),
    )
)
SCALES = tuple(
    Maxima(*map(Decimal, scale))
    for scale in (("10", "10", "10"), ("150", "100", "150"), ("30", "40", "30"), ("0", "0", "0"))
)
POLICIES = tuple(Policy)


@dataclass(slots=True)
class Standing:
    """One cell on both sides, and what was agreed."""

    here: OurCell
    there: TheirCell
    base: CellBase | None
    problem: OpenProblem | None = None


class WrongPlan(AssertionError):
    pass


def check(seed: int) -> None:
    source = random.Random(seed)
    if seed % 4 == 3:
        _check_fields(source)
    else:
        _check_cells(source)


def wrongs(seeds: range) -> list[str]:
    found = []
    for seed in seeds:
        try:
            check(seed)
        except (WrongPlan, ArithmeticError, LookupError, TypeError, ValueError) as wrong:
            found.append(f"seed {seed}: {type(wrong).__name__}: {wrong}")
    return found


# Cells


def _check_cells(source: random.Random) -> None:
    maxima = source.choice(SCALES)
    terms = CellTerms(maxima, source.random() < 0.2)
    policy = source.choice(POLICIES)
    cells = [_agreed(source, maxima) for _ in range(source.randint(2, 4))]
    before = [replace(cell) for cell in cells]
    for cell in cells:
        _perturb(cell, source)
    perturbed = [replace(cell) for cell in cells]
    plan = [decide(_state(number, cell), DISTRICT, terms, policy) for number, cell in enumerate(cells)]
    steps = list(range(len(cells)))
    source.shuffle(steps)
    for number in steps:
        for _ in range(source.choice((1, 1, 2))):
            _carry_out(cells[number], plan[number])
    for number, cell in enumerate(cells):
        wrong = _wrong(before[number], perturbed[number], cell, plan[number], terms, policy)
        if wrong:
            raise WrongPlan(
                f"{wrong}: {before[number]} perturbed to {perturbed[number]}, plan {plan[number]}"
            )
        _check_rest(number, cell, terms, policy)


def _agreed(source: random.Random, maxima: Maxima) -> Standing:
    """Never agreed, or agreed and looked at once, so that its form is the agreed one."""
    value, stands = source.choice(AGREED)
    row = TheirCell(stands, maxima.entry, maxima.weight)
    if source.random() < 0.15:
        return Standing(OurCell(BLANK, 0, typed=False), replace(row, form=DISTRICT.blank), None)
    if isinstance(value, Number):
        decoded = DISTRICT.decode(row, maxima.ours)
        value = decoded if isinstance(decoded, Number) else value
    return Standing(OurCell(value, 1, typed=True), row, CellBase(value, 1, stands, maxima))


def _perturb(cell: Standing, source: random.Random) -> None:
    drawn = source.random()
    if drawn < 0.45:
        cell.here = OurCell(source.choice(HERE), cell.here.version + 1, typed=True)
    elif drawn < 0.5 and cell.base is not None:
        cell.here = OurCell(cell.here.value, cell.here.version + 2, typed=True)
    if source.random() < 0.45:
        cell.there = replace(cell.there, form=source.choice(THERE))


def _state(number: int, cell: Standing) -> CellState:
    return CellState(
        student=number,
        ours=cell.here,
        theirs=cell.there,
        base=cell.base,
        intents=(),
        problem=cell.problem,
        membership=Membership.WRITABLE,
        students_read_after=True,
        term_open=True,
    )


def _carry_out(cell: Standing, step: Decision) -> None:
    match step:
        case Nothing():
            pass
        case NewBase(base):
            cell.base, cell.problem = base, None
        case Send():
            cell.there = replace(cell.there, form=step.form)
            cell.base, cell.problem = answered_base(step, cell.there), None
        case TakeOver():
            if cell.here.version == step.expected_version:
                cell.here = OurCell(step.value, step.expected_version + 1, typed=False)
                cell.base, cell.problem = taken_over_base(step, cell.here.version), None
        case Hold(code):
            cell.problem = OpenProblem(code, cell.here.value, cell.there.form, cell.here.version)


def _wrong(
    before: Standing, perturbed: Standing, after: Standing, step: Decision, terms: CellTerms, policy: Policy
) -> str:
    """What must come out, said without table C2: by who changed, and whether the values say the same."""
    theirs_changed = perturbed.there.form != before.there.form
    ours_changed = perturbed.here.value != before.here.value
    ours_changed |= theirs_changed and perturbed.here.version != before.here.version
    kept_here, kept_there = after.here == perturbed.here, after.there == perturbed.there
    equal = _agree(perturbed, terms)
    if equal or not (ours_changed or theirs_changed):
        return (
            ""
            if kept_here and kept_there and not isinstance(step, Hold)
            else "nothing differs, and something moved"
        )
    if before.base is None and ours_changed and theirs_changed:
        ours_changed, theirs_changed = _without_blank(perturbed)
    if ours_changed and not theirs_changed:
        return _sent(perturbed, after, step, terms, kept_here=kept_here)
    if theirs_changed and not ours_changed:
        return _taken_over(after, terms, kept_there=kept_there)
    blank_there = isinstance(DISTRICT.decode(perturbed.there, terms.maxima.ours), Blank)
    if policy is Policy.LMS or (blank_there and isinstance(perturbed.here.value, (Mark, ForeignMark))):
        return _sent(perturbed, after, step, terms, kept_here=kept_here)
    if policy is Policy.AERIES:
        return _taken_over(after, terms, kept_there=kept_there)
    asked = isinstance(step, Hold) and step.code is ProblemCode.CONFLICT
    return "" if asked and kept_here and kept_there else "both changed, and nobody was asked"


def _without_blank(cell: Standing) -> tuple[bool, bool]:
    """Nothing was agreed yet: a blank is no change, it is filled from the other side."""
    return not isinstance(cell.here.value, Blank), cell.there.form != DISTRICT.blank


def _sent(perturbed: Standing, after: Standing, step: Decision, terms: CellTerms, *, kept_here: bool) -> str:
    if not kept_here:
        return "only here it changed, and here it moved"
    if DISTRICT.is_unknown_mark(perturbed.there.form) or not isinstance(perturbed.here.value, Number):
        held = isinstance(step, Hold) and after.there == perturbed.there
        return "" if held else "what cannot be sent was not held"
    return "" if _agree(after, terms) else "changed here, and it did not arrive there"


def _taken_over(after: Standing, terms: CellTerms, *, kept_there: bool) -> str:
    if not kept_there:
        return "only there it changed, and there it moved"
    return "" if _agree(after, terms) else "changed there, and it did not arrive here"


def _agree(cell: Standing, terms: CellTerms) -> bool:
    row = Row(_mark(cell.there), cell.there.entry_max)
    return agree(str(cell.here.value), row, terms.maxima.ours, TABLE, completed=terms.grading_completed)


def _mark(cell: TheirCell) -> str:
    return str(cell.form)


def _check_rest(number: int, cell: Standing, terms: CellTerms, policy: Policy) -> None:
    """Planned again: nothing is written, and a question stays the same question."""
    again = decide(_state(number, cell), DISTRICT, terms, policy)
    match again:
        case Nothing() | NewBase():
            return
        case Hold(code) if cell.problem is not None and cell.problem.code is code:
            return
        case _:
            raise WrongPlan(f"planned again, it moves again: {cell}, {again}")


# Fields

CATEGORIES = CategoryMap({1: "H", 2: "T"}, {"H": 1, "T": 2})
ACTIVITY = OurActivity(
    1, "Work", "text", 1, Decimal(10), date(2026, 3, 2), date(2026, 3, 9), False, False, True, 1, 1
)
ASSIGNMENT = TheirAssignment(
    "UI-1", 1, "Work", "text", "H", date(2026, 3, 2), date(2026, 3, 9), Decimal(10), Decimal(10), False, "x:1"
)
_OURS: tuple[Callable[[OurActivity, random.Random], OurActivity], ...] = (
    lambda a, s: replace(a, title=s.choice(("Work", 'Say "hello"', "Other <1>"))),
    lambda a, s: replace(a, description=s.choice(("", "text", "more"))),
    lambda a, s: replace(a, category_id=s.choice((1, 2, 3))),
    lambda a, s: replace(a, due_on=date(2026, 3, s.randint(9, 12))),
    lambda a, s: replace(a, points=Decimal(s.choice((10, 20, 30)))),
    lambda a, s: replace(a, grading_completed=not a.grading_completed),
)
_THEIRS: tuple[Callable[[TheirAssignment, random.Random], TheirAssignment], ...] = (
    lambda a, s: replace(a, title=s.choice(("Work", "Theirs", "Say hello"))),
    lambda a, s: replace(a, description=s.choice(("", "text", "theirs"))),
    lambda a, s: replace(a, category_code=s.choice(("H", "T", "X"))),
    lambda a, s: replace(a, due_on=date(2026, 3, s.randint(9, 12))),
    lambda a, s: replace(a, entry_max=(n := Decimal(s.choice((10, 40)))), weight_max=n),
    lambda a, s: replace(a, grading_completed=not a.grading_completed),
)


def _check_fields(source: random.Random) -> None:
    base = halves(ACTIVITY, ASSIGNMENT)
    activity, assignment = ACTIVITY, ASSIGNMENT
    for change in source.sample(_OURS, source.randint(0, 3)):
        activity = change(activity, source)
    for there in source.sample(_THEIRS, source.randint(0, 3)):
        assignment = there(assignment, source)
    policy = source.choice(POLICIES)
    plan = merge_fields(activity, assignment, base, CATEGORIES, policy)
    asked = {question.field for question in plan.questions}
    for name in Field:
        _check_field(
            name,
            activity,
            assignment,
            base,
            plan.base,
            asked,
            {c.field for c in plan.to_lms},
            {c.field for c in plan.to_aeries},
            policy,
        )
    body = updated_body(activity, assignment, plan.to_aeries, base, CATEGORIES)
    if (
        body.external_id != assignment.external_id
        or body.formative_summative != assignment.formative_summative
    ):
        raise WrongPlan(f"a complete PUT loses what it read: {body}")
    for name in Field:
        sent = name in {change.field for change in plan.to_aeries}
        if not sent and not _same_in_body(name, assignment, body):
            raise WrongPlan(f"{name} was not ours to change: {body}")


def _same_in_body(name: Field, assignment: TheirAssignment, body: object) -> bool:
    names = {
        Field.TITLE: ("title", "title"),
        Field.DESCRIPTION: ("description", "description"),
        Field.CATEGORY: ("category_code", "category_code"),
        Field.ASSIGNED_ON: ("assigned_on", "assigned_on"),
        Field.DUE_ON: ("due_on", "due_on"),
        Field.POINTS: ("weight_max", "weight_max"),
        Field.GRADING_COMPLETED: ("grading_completed", "grading_completed"),
    }
    theirs, ours_name = names[name]
    shown, sent = getattr(assignment, theirs), getattr(body, ours_name)
    if name in (Field.TITLE, Field.DESCRIPTION):
        return same(str(sent).translate({ord(c): None for c in '"<>'}), shown)
    return bool(shown == sent)


def _check_field(
    name: Field,
    activity: OurActivity,
    assignment: TheirAssignment,
    base: FieldBase,
    after: FieldBase,
    asked: set[Field],
    to_lms: set[Field],
    to_aeries: set[Field],
    policy: Policy,
) -> None:
    here, there = our_half(name, activity), their_half(name, assignment)
    ours_moved, theirs_moved = here != base[name.value][0], there != base[name.value][1]
    moves = (name in to_lms) + (name in to_aeries) + (name in asked)
    if moves > 1:
        raise WrongPlan(f"{name} goes more than one way")
    if not ours_moved and not theirs_moved and (moves or after[name.value] != base[name.value]):
        raise WrongPlan(f"{name} moved, and nobody changed it")
    if moves == 0 and (ours_moved or theirs_moved) and not fields_agree(name, here, there, CATEGORIES):
        raise WrongPlan(f"{name} differs and nothing is done")
    if name in to_lms and ours_moved and policy is not Policy.AERIES:
        raise WrongPlan(f"{name} changed here is overwritten here")
    if name in to_aeries and theirs_moved and policy is not Policy.LMS:
        raise WrongPlan(f"{name} changed there is overwritten there")
    if name in asked and after[name.value] != base[name.value]:
        raise WrongPlan(f"{name} is a question, and its base moved")
