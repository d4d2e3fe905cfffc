"""Saves that come close together: the first goes at once, what comes while it is under way goes together after it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.db import connection

from tests.district_and_sandbox import TEACHER, Class
from tests.sync.children import PATIENCE_SECONDS, eventually
from twinbook.gradebook import scores
from twinbook.gradebook.origin import person
from twinbook.gradebook.scores import ScoreWrite
from twinbook.sync import lease

pytestmark = pytest.mark.django_db(transaction=True)

HELD_MILLISECONDS = 700


@contextmanager
def _in_a_thread(work: Callable[[], object]) -> Iterator[None]:
    """On a connection of its own; has ended when the block has."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 raised again below
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
    if failed:
        raise failed[0]


def _looking(school_class: Class) -> AbstractContextManager[None]:
    return _in_a_thread(school_class.look)


def _running(school_class: Class) -> AbstractContextManager[None]:
    return _in_a_thread(school_class.force)


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


def _types(school_class: Class, title: str, student: int, mark: str) -> None:
    number = school_class.aeries.assignment(school_class.gradebook, title)["assignment_number"]
    school_class.aeries.types(school_class.gradebook, number, student, mark)


def test_a_save_between_reading_and_taking_over_is_not_overwritten(joined: Class) -> None:
    """C6: the take-over is dropped, and the next look finds that both sides changed."""
    student = joined.students()[0]
    quiz = joined.agreed("Quiz on rivers", {student: "8"})
    _types(joined, "Quiz on rivers", student, "6")
    joined.aeries.forget()
    joined.aeries.fault(
        kind="delay_after", method="GET", path="students", delay_ms=HELD_MILLISECONDS, times=1
    )
    with _running(joined):
        eventually(lambda: joined.aeries.asked()["read scores"] == 1)
        joined.save(quiz, student, "9")
    joined.look()
    assert joined.value(quiz, student) == "9"
    assert joined.aeries.mark(joined.gradebook, "Quiz on rivers", student) == "6"
    assert joined.codes() == ["conflict"]


def test_what_was_equal_to_an_older_value_only_agrees_with_nothing(joined: Class) -> None:
    """C6: in Aeries stands what stood here when the look began; meanwhile another value was saved here."""
    student = joined.students()[0]
    quiz = joined.agreed("Quiz on rivers", {student: "7"})
    joined.save(quiz, student, "8")
    joined.aeries.fault(kind="delay_before", method="GET", path="scores", delay_ms=HELD_MILLISECONDS, times=1)
    with _looking(joined):
        eventually(lambda: _taken(joined))
        _types(joined, "Quiz on rivers", student, "8")
        joined.save(quiz, student, "9")
    joined.look()
    assert joined.value(quiz, student) == "9"
    assert joined.aeries.mark(joined.gradebook, "Quiz on rivers", student) == "8"
    assert joined.codes() == ["conflict"]


def test_a_comment_saved_meanwhile_does_not_keep_a_change_from_coming_over(joined: Class) -> None:
    """Only the value's own version counts."""
    student = joined.students()[0]
    quiz = joined.agreed("Quiz on rivers", {student: "8"})
    _types(joined, "Quiz on rivers", student, "6")
    joined.aeries.forget()
    joined.aeries.fault(
        kind="delay_after", method="GET", path="students", delay_ms=HELD_MILLISECONDS, times=1
    )
    with _running(joined):
        eventually(lambda: joined.aeries.asked()["read scores"] == 1)
        comment = ScoreWrite(joined.student(student), comment="well done")
        scores.save_scores(joined.id, quiz.id, [comment], person(TEACHER))
    joined.look()
    assert joined.value(quiz, student) == "6"
    assert joined.codes() == []


def test_an_edit_between_reading_and_taking_over_a_title_is_not_overwritten(joined: Class) -> None:
    quiz = joined.agreed("Quiz on rivers", {joined.students()[0]: "8"})
    number = joined.aeries.assignment(joined.gradebook, "Quiz on rivers")["assignment_number"]
    joined.aeries.edits(joined.gradebook, number, description="Quiz on lakes")
    joined.aeries.forget()
    fault = {"kind": "delay_after", "method": "GET", "path": "gradebooks/[0-9]+/assignments$"}
    joined.aeries.fault(**fault, delay_ms=HELD_MILLISECONDS, times=1)
    with _running(joined):
        eventually(lambda: joined.aeries.asked()["list"] == 1)
        joined.edit(quiz, title="Quiz on seas")
    joined.look()
    joined.force()
    assert joined.titles() == ["Quiz on seas"]
    assert joined.aeries.titles(joined.gradebook) == ["Quiz on lakes"]
    assert joined.codes() == ["conflict"]


def test_a_value_typed_in_aeries_while_ours_is_on_its_way_is_not_taken_for_agreed(joined: Class) -> None:
    """C5: cells of the answer that were not sent are reconciled, not copied."""
    first, second, *_ = joined.students()
    quiz = joined.agreed("Quiz on rivers", {first: "1", second: "1"})
    joined.set(reuse_seconds=0)
    joined.aeries.fault(
        kind="delay_before", method="POST", path="scores", delay_ms=HELD_MILLISECONDS, times=1
    )
    joined.save(quiz, first, "5")
    with _looking(joined):
        eventually(lambda: _taken(joined))
        _types(joined, "Quiz on rivers", second, "4")
    joined.force()
    assert joined.value(quiz, second) == "4"
    assert joined.codes() == []


def _taken(school_class: Class) -> bool:
    return all(item["left"] == 0 for item in school_class.aeries.control("GET", "/faults")["items"])


def test_a_long_run_gives_way_to_a_save(joined: Class) -> None:
    """The save goes before the run has read everything (J3)."""
    student = joined.students()[0]
    made = [
        joined.agreed(title, {student: "1"}) for title in ("Alpine lakes", "Weather diary", "Map drawing")
    ]
    joined.aeries.forget()
    joined.aeries.fault(kind="delay_after", method="GET", path="scores", delay_ms=HELD_MILLISECONDS, times=1)

    with _running(joined):
        eventually(lambda: joined.aeries.asked()["read scores"] >= 1)
        joined.save(made[0], student, "5")
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
