from __future__ import annotations

import pytest

from tests.path.conftest import Class
from tests.web.wizard.world import Filled, fill
from twinbook.sync import setup


@pytest.fixture
def filled(school_class: Class) -> Filled:
    return fill(school_class)


@pytest.fixture
def read(filled: Filled) -> Filled:
    """The same, its Aeries gradebook chosen and read."""
    setup.begin(filled.id, filled.school_class.gradebook, "teacher@example.org")
    assert filled.finish().state == "done"
    return filled
