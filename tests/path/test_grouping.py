"""Saves that come close together: the first goes at once, what comes while it is under way goes together after it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from tests.district_and_sandbox import Class
from tests.sync.children import PATIENCE_SECONDS, eventually
from twinbook.sync import lease

pytestmark = pytest.mark.django_db(transaction=True)

HELD_MILLISECONDS = 700


@contextmanager
def _looking(school_class: Class) -> Iterator[None]:
    """A look in another thread; has ended when the block has."""
    failed: list[BaseException] = []

    def look() -> None:
        try:
            school_class.look()
        except BaseException as error:  # noqa: BLE001 raised again below
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
    if failed:
        raise failed[0]


def test_the_first_save_goes_at_once_and_those_made_meanwhile_go_together(joined: Class) -> None:
    first, *others = joined.students()
    quiz = joined.agreed("Quiz on rivers", dict.fromkeys(joined.students(), "1"))
    joined.aeries.forget()
    joined.aeries.fault(kind="delay_after", method="POST", path="scores", delay_ms=HELD_MILLISECONDS, times=1)
    joined.save(quiz, first, "5")
    with _looking(joined):
        eventually(lambda: joined.aeries.mark(joined.gradebook, "Quiz on rivers", first) == "5")
        for sis in others:
            joined.save(quiz, sis, "6")
    joined.look()
    sent = [_students(post) for post in joined.aeries.writes()]
    assert sent == [[first], sorted(others)]
    assert all(joined.stands(quiz, sis) == "synced" for sis in joined.students())


def test_a_value_saved_again_while_it_is_on_its_way_follows(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed("Quiz on rivers", {student: "1"})
    joined.aeries.fault(kind="delay_after", method="POST", path="scores", delay_ms=HELD_MILLISECONDS, times=1)
    joined.save(quiz, student, "5")
    with _looking(joined):
        eventually(lambda: joined.aeries.mark(joined.gradebook, "Quiz on rivers", student) == "5")
        joined.save(quiz, student, "6")
    joined.look()
    assert joined.aeries.mark(joined.gradebook, "Quiz on rivers", student) == "6"
    assert joined.value(quiz, student) == "6"
    assert joined.codes() == []


def test_saves_in_other_activities_meanwhile_are_looked_at_too(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed("Quiz on rivers", {student: "1"})
    essay = joined.agreed("Essay on tides", {student: "1"})
    joined.aeries.fault(kind="delay_after", method="POST", path="scores", delay_ms=HELD_MILLISECONDS, times=1)
    joined.save(quiz, student, "5")
    with _looking(joined):
        eventually(lambda: joined.aeries.mark(joined.gradebook, "Quiz on rivers", student) == "5")
        joined.save(essay, student, "6")
    joined.look()
    assert joined.aeries.mark(joined.gradebook, "Essay on tides", student) == "6"


def test_a_long_run_gives_way_to_a_save(joined: Class) -> None:
    """The save goes before the run has read everything (J3)."""
    student = joined.students()[0]
    made = [
        joined.agreed(title, {student: "1"}) for title in ("Alpine lakes", "Weather diary", "Map drawing")
    ]
    joined.aeries.forget()
    joined.aeries.fault(kind="delay_after", method="GET", path="scores", delay_ms=HELD_MILLISECONDS, times=1)

    def force() -> None:
        try:
            joined.force()
        finally:
            connection.close()

    running = threading.Thread(target=force)
    running.start()
    eventually(lambda: joined.aeries.asked()["read scores"] >= 1)
    joined.save(made[0], student, "5")
    running.join(PATIENCE_SECONDS)
    assert joined.aeries.mark(joined.gradebook, "Alpine lakes", student) == "5"
    kinds = [item["method"] for item in joined.aeries.requests() if "scores" in item["path"].lower()]
    assert "POST" in kinds[:-1], kinds


def test_two_looks_at_once_are_one_after_the_other(joined: Class) -> None:
    student = joined.students()[0]
    quiz = joined.agreed("Quiz on rivers", {student: "1"})
    joined.aeries.fault(kind="delay_after", method="POST", path="scores", delay_ms=HELD_MILLISECONDS, times=1)
    joined.save(quiz, student, "5")
    with _looking(joined):
        eventually(lambda: joined.aeries.mark(joined.gradebook, "Quiz on rivers", student) == "5")
        with pytest.raises(lease.LeaseBusy):
            joined.look()


def _students(post: dict[str, object]) -> list[int]:
    body = post["body"]
    assert isinstance(body, list)
    return sorted(row["StudentID"] for row in body)
