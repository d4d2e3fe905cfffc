"""No save is nobody's job: whatever clients save at the same time is attended by its own wake-up (J1).

`make saves N=10000` saves as many as that.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.district_and_sandbox import Aeries, Class
from tests.kill.conftest import Workers, eventually, workers
from tests.services.how_long import SAVES
from tests.services.school import joined_classes
from tests.sync.children import together
from twinbook.gradebook.models import Activity, SchoolClass
from twinbook.sync.models import Installation, Link

__all__ = ["workers"]

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 8
POINTS = "100000"


def test_everything_that_eight_clients_save_at_once_is_attended_without_the_sweeper(
    district: Aeries, workers: Workers
) -> None:
    classes = joined_classes(district, 1038, 1039, 1041)
    made = [(c, [c.assigned(f"{title} {c.id}", POINTS) for title in ("Lakes", "Maps")]) for c in classes]
    workers.start(quick=False)
    workers.start(quick=False)
    together(*[_client(made, number) for number in range(CLIENTS)])
    eventually(lambda: not any(_behind(school_class) for school_class in classes))
    assert Installation.objects.get().sweeper_rescues == 0
    for school_class, activities in made:
        for activity in activities:
            for sis in school_class.students():
                theirs = district.mark(school_class.gradebook, activity.title, sis)
                assert theirs == school_class.value(activity, sis)
                assert school_class.stands(activity, sis) == "synced"


def _client(made: list[tuple[Class, list[Activity]]], number: int) -> Callable[[], None]:
    """Its values are its own, whole and never the same twice."""
    dice = random.Random(number)
    cells = [(c, activity, sis) for c, activities in made for activity in activities for sis in c.students()]

    def save() -> None:
        for step in range(SAVES // CLIENTS):
            school_class, activity, sis = dice.choice(cells)
            school_class.save(activity, sis, str(1 + step * CLIENTS + number))

    return save


def _behind(school_class: Class) -> bool:
    generation = SchoolClass.objects.get(id=school_class.id).generation
    return Link.objects.filter(school_class_id=school_class.id, looked_generation__lt=generation).exists()
