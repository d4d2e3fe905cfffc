"""kill -9 of the worker in the middle of an undo: the next one does exactly the rest of the stored plan."""

from __future__ import annotations

import pytest

from tests.district_and_sandbox import TEACHER, Class
from tests.kill.conftest import Workers, comes_to_rest, eventually, takes_long, wait_until_taken
from twinbook.gradebook import history
from twinbook.sync.models import Run
from twinbook.sync.undo import request

pytestmark = pytest.mark.django_db(transaction=True)

TITLES = ("Quiz on rivers", "Essay on tides")
LONGEST_SECONDS = 3


def test_killed_in_the_write_that_follows(joined: Class, workers: Workers) -> None:
    """Two activities: one undo, one worker that dies while Aeries takes the first of the two writes."""
    student = joined.students()[0]
    takes_long(LONGEST_SECONDS)
    for number, title in enumerate(TITLES, start=1):
        joined.agreed(title, {student: "8"})
        joined.aeries.types(joined.gradebook, number, student, "6")
    run = joined.force()
    joined.aeries.fault(kind="delay_after", delay_ms=2500, method="POST", path="scores", times=1)
    worker = workers.start()
    undo = request.begin(run.id, TEACHER)
    wait_until_taken(joined.aeries)
    workers.kill(worker)
    assert Run.objects.get(id=undo.id).state == "running"
    workers.start()
    eventually(lambda: Run.objects.get(id=undo.id).state == "done")
    comes_to_rest(joined, {(title, student): "8" for title in TITLES})
    for title in TITLES:
        rows = history.of_class(joined.id, activity_id=joined.named(title).id).filter(after="8", before="6")
        assert sorted(row.side for row in rows) == ["aeries", "lms"]
