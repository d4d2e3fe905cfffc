"""A worker that was frozen for longer than its lease, taken over, and thawed (J3, C4): it harms nothing."""

from __future__ import annotations

import signal

import pytest

from tests.district_and_sandbox import Class
from tests.kill.conftest import Workers, comes_to_rest, eventually, takes_long, wait_until_taken
from twinbook.sync.models import Lease

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Quiz on rivers"


def _taken_over(school_class: Class, frozen_pid: int) -> bool:
    row = Lease.objects.get(kind="class", subject=school_class.id)
    return f"@{frozen_pid}-" not in row.holder


@pytest.mark.parametrize(
    ("method", "kind"),
    [("GET", "delay_after"), ("POST", "delay_after"), ("POST", "delay_before")],
    ids=["in its reading", "in its write, done", "in its write, to be done"],
)
def test_a_thawed_worker_changes_nothing_any_more(
    joined: Class, workers: Workers, method: str, kind: str
) -> None:
    first, second, *_ = joined.students()
    quiz = joined.agreed(TITLE, {first: "1", second: "1"})
    joined.set(reuse_seconds=0)
    takes_long(6)
    joined.aeries.fault(kind=kind, delay_ms=1000, method=method, path="scores", times=1)
    frozen = workers.start()
    joined.save(quiz, first, "9")
    wait_until_taken(joined.aeries)
    frozen.send_signal(signal.SIGSTOP)
    workers.start()
    joined.save(quiz, first, "6")
    joined.save(quiz, second, "7")
    eventually(lambda: _taken_over(joined, frozen.pid))
    eventually(lambda: joined.aeries.mark(joined.gradebook, TITLE, second) == "7")
    joined.aeries.forget()
    frozen.send_signal(signal.SIGCONT)
    comes_to_rest(joined, {(TITLE, first): "6", (TITLE, second): "7"})
    assert frozen.poll() is None
    sent = [row for post in joined.aeries.writes() for row in post["body"]]
    assert not any(str(row["NumberCorrect"]).startswith("9") for row in sent)
    joined.save(quiz, first, "5")
    comes_to_rest(joined, {(TITLE, first): "5", (TITLE, second): "7"})
