"""Histories of the real services, judged by somebody who knows nothing of the product.

A failure names its seed, which plays the same again: `make simulate N=1 SEED=<seed>`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.district_and_sandbox import Aeries
from tests.judge import judge
from tests.services.history import History
from tests.services.how_long import EVENTS, FIRST_SEED, HISTORIES
from tests.services.school import joined_classes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + HISTORIES))
def test_a_history_ends_with_equal_gradebooks_and_named_questions(
    district: Aeries, seed: int, tmp_path: Path, record_property: Any
) -> None:
    history = History(joined_classes(district, 1041), seed, tmp_path)
    try:
        history.run(EVENTS)
        history.settle()
        verdicts = [judge(book.record) for book in history.books]
        record_property("gaps", [gap for verdict in verdicts for gap in verdict.gaps])
        record_property("overwritten_in_gap", sum(verdict.overwritten_in_gap for verdict in verdicts))
        assert [wrong for verdict in verdicts for wrong in verdict.wrongs] == []
    except BaseException as error:
        error.add_note("\n".join([f"make simulate N=1 SEED={seed}", *history.log]))
        raise
    finally:
        history.end()
