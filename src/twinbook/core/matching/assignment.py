"""One optimal assignment over the whole class, and how clearly each pair won."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from twinbook.core.matching.columns import Floats


@dataclass(frozen=True, slots=True)
class Won:
    """`margin` is the distance, in log-odds, to the best other candidate of either item (0: nothing else)."""

    row: int
    column: int
    weight: float
    margin: float


def best_pairs(weights: Floats) -> tuple[Won, ...]:
    """The one-to-one pairs of positive weight whose sum is largest, by row.

    A pair competes with leaving both items alone (weight 0) and with every other candidate, also with
    those that lost their own partner to it.
    """
    if 0 in weights.shape:
        return ()
    rows, columns = linear_sum_assignment(np.maximum(weights, 0.0), maximize=True)
    won = []
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        weight = float(weights[row, column])
        if weight <= 0:
            continue
        rivals = np.concatenate([np.delete(weights[row], column), np.delete(weights[:, column], row), [0.0]])
        won.append(Won(row, column, weight, weight - float(rivals.max())))
    return tuple(sorted(won, key=lambda pair: pair.row))
