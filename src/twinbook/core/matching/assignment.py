"""One optimal assignment over the whole class, and how clearly each pair won."""

from dataclasses import dataclass

import numpy as np

from twinbook.core.matching.columns import Floats

_CLEARER = 1e-6


@dataclass(frozen=True, slots=True)
class Won:
    """`margin` is the distance, in log-odds, to `rival`: the best other candidate of either item, as a cell.

    Without a candidate better than leaving both alone there is no rival, and the margin is the weight.
    """

    row: int
    column: int
    weight: float
    margin: float
    rival: tuple[int, int] | None


def best_pairs(weights: Floats) -> tuple[Won, ...]:
    """The one-to-one pairs of positive weight whose sum is largest, by row.

    A pair competes with leaving both items alone (weight 0) and with every other candidate, also with
    those that lost their own partner to it.
    """
    if 0 in weights.shape:
        return ()
    # Half of a worker's start would go into loading this, and most workers never match anything.
    from scipy.optimize import linear_sum_assignment

    gains = np.maximum(weights, 0.0)
    # of equal sums the one with the clearer pairs, whatever the order of the items
    rows, columns = linear_sum_assignment(gains + _CLEARER * gains**2, maximize=True)
    won = []
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        weight = float(weights[row, column])
        if weight <= 0:
            continue
        rival = _best_other(weights, row, column)
        second = 0.0 if rival is None else float(weights[rival])
        won.append(Won(row, column, weight, weight - second, rival))
    return tuple(sorted(won, key=lambda pair: pair.row))


def _best_other(weights: Floats, row: int, column: int) -> tuple[int, int] | None:
    in_row, in_column = weights[row].copy(), weights[:, column].copy()
    in_row[column] = in_column[row] = 0.0
    by_row, by_column = int(in_row.argmax()), int(in_column.argmax())
    if max(in_row[by_row], in_column[by_column]) <= 0:
        return None
    return (row, by_row) if in_row[by_row] >= in_column[by_column] else (by_column, column)
