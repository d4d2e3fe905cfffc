"""How an LMS gradebook and how an Aeries gradebook compute a total. Pure and exact, no I/O.

`aeries_total` and `lms_total` answer Fractions on the 0-100 scale; `cut` makes the shown Decimal of one.
"""

from gradebook_math.aeries_cells import AeriesCell, CellReason, Earned
from gradebook_math.aeries_gradebook import (
    AeriesAssignment,
    AeriesCategory,
    AeriesGradebook,
    AeriesScore,
    AeriesStudent,
    AeriesSwitches,
    AssignmentKind,
    CustomMark,
    CustomMarkKind,
    DropRule,
    KindWeights,
    LowestBy,
    MinMaxMethod,
    MinMaxRange,
    Replacement,
    RuleAverage,
    SpanBoundary,
    TransferDate,
    TransferGrade,
)
from gradebook_math.aeries_total import AeriesCategoryTotal, AeriesTotal, aeries_total
from gradebook_math.lms_total import (
    LmsCategoryRule,
    LmsCategoryTotal,
    LmsItem,
    LmsMark,
    LmsTotal,
    LmsValue,
    lms_total,
)
from gradebook_math.shown import FinalMarkRange, cut, final_mark

__all__ = [
    "AeriesAssignment",
    "AeriesCategory",
    "AeriesCategoryTotal",
    "AeriesCell",
    "AeriesGradebook",
    "AeriesScore",
    "AeriesStudent",
    "AeriesSwitches",
    "AeriesTotal",
    "AssignmentKind",
    "CellReason",
    "CustomMark",
    "CustomMarkKind",
    "DropRule",
    "Earned",
    "FinalMarkRange",
    "KindWeights",
    "LmsCategoryRule",
    "LmsCategoryTotal",
    "LmsItem",
    "LmsMark",
    "LmsTotal",
    "LmsValue",
    "LowestBy",
    "MinMaxMethod",
    "MinMaxRange",
    "Replacement",
    "RuleAverage",
    "SpanBoundary",
    "TransferDate",
    "TransferGrade",
    "aeries_total",
    "cut",
    "final_mark",
    "lms_total",
]
