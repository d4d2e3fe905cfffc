"""Histories of the real services, judged by somebody who knows nothing of the product.

A failure names its seed, which plays the same again: `make simulate N=1 SEED=<seed>`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.district_and_sandbox import Aeries, Class
from tests.judge import judge
from tests.services.history import History
from tests.services.how_long import EVENTS, FIRST_SEED, HISTORIES
from tests.sync.classes import clear_jobs
from twinbook.district.models import AeriesConnection, ClassSection

pytestmark = pytest.mark.django_db(transaction=True)

FIRST, SECOND = 4500001, 1041
"""A gradebook of the documentation's that a sync can use, and a section that gets one."""


@pytest.fixture
def classes(district: Aeries) -> list[Class]:
    clear_jobs()
    model = district.truth(FIRST)
    second = district.control(
        "POST",
        "/gradebooks",
        {
            "school_code": model["school_code"],
            "staff_id": model["staff_id"],
            "name": "Geography P4",
            "sections": [{"school_code": model["school_code"], "section_number": SECOND}],
            "terms": model["terms"],
            "categories": model["categories"],
            "students": [99000007, 99000018],
        },
    )["gradebook_number"]
    AeriesConnection.objects.update(longest_timeout_seconds=180, second_look_seconds=60)
    found = [_of_section(district, FIRST, model["sections"][0]["section_number"])]
    found.append(_of_section(district, second, SECOND))
    for school_class in found:
        school_class.join()
        school_class.look()
    return found


def _of_section(aeries: Aeries, gradebook: int, section: int) -> Class:
    return Class(ClassSection.objects.get(section__number=section).school_class_id, gradebook, aeries)


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + HISTORIES))
def test_a_history_ends_with_equal_gradebooks_and_named_questions(
    classes: list[Class], seed: int, tmp_path: Path, record_property: Any
) -> None:
    history = History(classes, seed, tmp_path)
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
