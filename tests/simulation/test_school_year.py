"""Some weeks of two classes under all faults, judged week by week. `make school-year` plays 180 days of five."""

from __future__ import annotations

from tests.simulation.school_year import year

DAYS, CLASSES = 30, 2


def test_some_weeks_end_well_and_need_no_more_memory_than_the_first() -> None:
    found = year(1, days=DAYS, classes=CLASSES)
    assert found.wrongs == []
    assert found.stretches == DAYS // 5 * CLASSES
    assert found.writes > 100
    assert found.peaks[-1] - found.peaks[0] < 20_000, "kilobytes"
