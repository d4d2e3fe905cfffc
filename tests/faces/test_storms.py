"""The main promises in random storms of faults, under every face. A failure names its seed, which does the same again:

FACES_FIRST_SEED=<seed> FACES_SEEDS=1 .venv/bin/pytest tests/faces/test_storms.py -k <face>
"""

from __future__ import annotations

import pytest

from tests.district_and_sandbox import Class
from tests.faces.how_long import FIRST_SEED, SEEDS
from tests.faces.neighbours import Neighbours
from tests.faces.storm import Storm

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + SEEDS))
def test_a_storm_loses_doubles_and_overwrites_nothing(
    neighbours: Neighbours, school_class: Class, face: str, seed: int
) -> None:
    school_class.join()
    school_class.look()
    neighbours.before = neighbours.taken_down()
    storm = Storm(school_class, seed)
    try:
        storm.run()
        storm.calm()
        assert storm.wrongs() == []
        neighbours.check()
    except BaseException as error:
        error.add_note(f"face {face}, seed {seed}: FACES_FIRST_SEED={seed} FACES_SEEDS=1 ... -k {face}")
        raise
