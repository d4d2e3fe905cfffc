"""The pure part alone, 10,000 cells: the merge cell by cell, and a whole look at scores with database and HTTP left out."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

from benchmarks.rows import Row, middle, ms
from twinbook.aeries.side import AeriesSide, number_form
from twinbook.core.brake import BrakeLimits
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.report import Report
from twinbook.core.carry_out.scores import carry_out_scores
from twinbook.core.carry_out.views import (
    CellView,
    GradingRule,
    LinkView,
    NewItems,
    PairState,
    PairView,
    membership_token,
)
from twinbook.core.cells import CellBase, CellState, Membership, Nothing, OurCell, Policy
from twinbook.core.fields import CategoryMap
from twinbook.core.merge import decide
from twinbook.core.remote import CellTerms, TheirCell
from twinbook.core.snapshot import OurActivity, TheirStudent
from twinbook.core.values import Maxima, Number

CELLS = 10_000
STUDENTS = 25
NO_CHANGE_MS, SOME_CHANGE_MS, MEMORY_MB = 30, 40, 50
MAXIMA = Maxima(Decimal(100), Decimal(50), Decimal(100))
TERMS = CellTerms(MAXIMA, grading_completed=False)
NOW = datetime(2026, 10, 15, 9, tzinfo=UTC)
FAR = AeriesSide()


def measure(short: bool) -> list[Row]:
    cells, times = (200, 1) if short else (CELLS, 15)
    rows = []
    for what, changed, aim in (("no change", 0, NO_CHANGE_MS), ("1 % changed", 100, SOME_CHANGE_MS)):
        states = [_state(number, changed) for number in range(cells)]
        views, readings = _pairs(states)
        merged = _seconds(partial(_merge, states), times)
        looked = _seconds(partial(_look, views, readings), times)
        compared = _seconds(partial(_compare, states), times)
        peak = _peak_mb(partial(_look, views, readings))
        rows.append(
            Row(
                f"reconcile, pure, {cells} cells, {what}",
                {
                    "merge_ms": ms(merged),
                    "whole_look_ms": ms(looked),
                    "peak_memory_mb": peak,
                },
                {"comparing_both_halves_only_ms": ms(compared)},
                f"under {aim} ms; memory under {MEMORY_MB} MB",
                merged * 1000 < aim and peak < MEMORY_MB,
            )
        )
    return rows


def _state(number: int, changed_of_10000: int) -> CellState:
    """Agreed at half the points; every so many-th was typed anew on one side or on both, in turn."""
    value = Decimal(number % 400) / 4
    ours = OurCell(Number(value), 1, typed=True)
    form = number_form(value / 2)
    base = CellBase(ours.value, 1, form, MAXIMA)
    theirs = TheirCell(form, MAXIMA.entry, MAXIMA.weight)
    if changed_of_10000 and number % (10_000 // changed_of_10000) == 0:
        side = number // (10_000 // changed_of_10000) % 3
        if side in (0, 2):
            ours = OurCell(Number(value + 1), 2, typed=True)
        if side in (1, 2):
            theirs = replace(theirs, form=number_form(value / 2 + 3))
    return CellState(
        student=number % STUDENTS,
        ours=ours,
        theirs=theirs,
        base=base,
        intents=(),
        problem=None,
        membership=Membership.WRITABLE,
        students_read_after=True,
        term_open=True,
    )


def _merge(states: list[CellState]) -> int:
    """How many cells ask for something."""
    return sum(not isinstance(decide(state, FAR, TERMS, Policy.ASK), Nothing) for state in states)


def _compare(states: list[CellState]) -> int:
    """The least that any synchroniser would do."""
    return sum(
        state.base is None
        or state.theirs is None
        or state.ours.value != state.base.ours
        or state.theirs.form != state.base.theirs
        for state in states
    )


# A whole look, its effects answered out of memory

_STUDENT = TheirStudent(0, None, None)
_LINK = LinkView(
    link_id=1,
    class_id=1,
    generation=1,
    writes=True,
    policy=Policy.ASK,
    new_in_aeries=NewItems.CREATE,
    new_in_lms=NewItems.CREATE,
    grading_rule=GradingRule.BY_HAND,
    create_after=timedelta(seconds=30),
    grace=timedelta(days=14),
    longest_timeout=timedelta(seconds=180),
    second_look=timedelta(seconds=60),
    far=FAR,
    brake=BrakeLimits(),
    categories=CategoryMap({}, {}),
    ignored_codes=frozenset(),
    students=tuple(replace(_STUDENT, student_id=number) for number in range(STUDENTS)),
    students_read_at=NOW,
    gradebook_read_at=NOW,
    terms=(),
    today=date(2026, 10, 15),
    pairs=(),
    new_activities=(),
    asked_about=frozenset(),
    missing_since=None,
    students_missing_since=None,
    create_here=frozenset(),
    roster={number: number for number in range(STUDENTS)},
    values_in_class=CELLS,
)


def _pairs(states: list[CellState]) -> tuple[list[PairView], list[ef.Reading]]:
    views, readings = [], []
    for number, begin in enumerate(range(0, len(states), STUDENTS)):
        column = states[begin : begin + STUDENTS]
        cells = tuple(
            CellView(
                state.student,
                state.student,
                state.ours,
                state.base,
                membership_token(_STUDENT),
                (),
                None,
                False,
            )
            for state in column
        )
        views.append(_pair(number, cells))
        rows = {state.student: state.theirs for state in column if state.theirs is not None}
        readings.append(ef.Reading(rows, NOW))
    return views, readings


def _pair(number: int, cells: tuple[CellView, ...]) -> PairView:
    day = date(2026, 10, 1)
    activity = OurActivity(
        number, f"Work {number}", "", 1, MAXIMA.ours, day, day, False, False, True, version=1, generation=1
    )
    return PairView(
        id=number,
        state=PairState.LINKED,
        activity=activity,
        edited_at=NOW,
        unique_id=str(number),
        number=number,
        external_id=None,
        create_sent_at=None,
        create_ended_at=None,
        create_confirmed=False,
        fields={},
        maxima=MAXIMA,
        their_due_on=day,
        their_grading_completed=False,
        cells=cells,
        open_question=None,
        fields_in_question=False,
        fields_in_conflict=frozenset(),
    )


def _look(views: list[PairView], readings: list[ef.Reading]) -> Report:
    report = Report()
    for view, reading in zip(views, readings, strict=True):
        steps = carry_out_scores(_LINK, view, MAXIMA, reading, ef.Lane.BULK, report, grading_completed=False)
        answer: object = None
        try:
            while True:
                answer = _answered(steps.send(answer), reading)
        except StopIteration:
            continue
    return report


def _answered(effect: ef.Effect, reading: ef.Reading) -> object:
    match effect:
        case ef.Commit():
            return ef.Committed(frozenset(), {student: student for student in range(STUDENTS)})
        case ef.WriteScores(_, entries):
            rows = dict(reading.rows)
            for entry in entries:
                rows[entry.student_id] = replace(
                    rows[entry.student_id], form=number_form(Decimal(entry.entry_text))
                )
            return ef.Accepted(ef.Reading(rows, NOW))
        case ef.ReadScores():
            return reading
        case ef.Now():
            return NOW
        case _:
            raise TypeError(f"a look at scores was not expected to ask for {type(effect).__name__}")


def _seconds(act: Callable[[], object], times: int) -> float:
    """Of one processor, so that others on the machine count less; the median of some times, after a warm-up."""
    act()
    found = []
    for _ in range(times):
        gc.collect()
        began = time.process_time()
        act()
        found.append(time.process_time() - began)
    return middle(found)


def _peak_mb(act: Callable[[], object]) -> float:
    gc.collect()
    tracemalloc.start()
    act()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(peak / 2**20, 1)
