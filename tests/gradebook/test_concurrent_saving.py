"""Two connections at once (design J1): nothing is lost, nothing deadlocks, generations strictly count."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import TypeVar

import pytest
from django.db import connection, transaction

from twinbook.core.values import Number
from twinbook.gradebook import activities, scores
from twinbook.gradebook.errors import GradebookError, VersionConflictError
from twinbook.gradebook.models import Activity, HistoryEntry, SchoolClass
from twinbook.gradebook.origin import Origin, OriginKind
from twinbook.gradebook.scores import ScoreWrite, ValueChange, compare_and_set, save_scores

from .conftest import TEACHER, Room

pytestmark = pytest.mark.django_db(transaction=True)

SYNC = Origin(OriginKind.SYNC)
T = TypeVar("T")


def together(works: Sequence[Callable[[], T]]) -> list[T | GradebookError]:
    """Runs each work in a thread with a connection of its own, all released at the same moment."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], T]) -> T | GradebookError:
        try:
            connection.ensure_connection()
            barrier.wait(30)
            return work()
        except GradebookError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def number(value: int) -> Number:
    return Number(Decimal(value))


def test_generations_strictly_count_and_overlapping_batches_never_deadlock(room: Room) -> None:
    rounds = 15

    def saver(offset: int) -> Callable[[], None]:
        def work() -> None:
            for turn in range(rounds):
                order = room.students if (turn + offset) % 2 else tuple(reversed(room.students))
                activity = room.activity if turn % 3 else room.other_activity
                writes = [ScoreWrite(s, number(1000 * offset + turn)) for s in order]
                save_scores(room.class_id, activity, writes, TEACHER)

        return work

    assert together([saver(1), saver(2), saver(3), saver(4)]) == [None] * 4
    school_class = SchoolClass.objects.get(id=room.class_id)
    assert school_class.generation == 4 * rounds
    assert max(Activity.objects.values_list("generation", flat=True)) == 4 * rounds
    assert HistoryEntry.objects.count() == 4 * rounds * len(room.students)
    for cell in scores.of_class(room.class_id).values():
        told = HistoryEntry.objects.filter(activity_id=cell.activity_id, student_id=cell.student_id)
        befores = [None, *told.order_by("id").values_list("after", flat=True)][:-1]
        assert list(told.order_by("id").values_list("before", flat=True)) == befores
        assert cell.version == cell.value_version == told.count()


def test_of_two_saves_that_saw_the_same_version_one_wins(room: Room) -> None:
    ada = room.students[0]
    for turn in range(10):
        seen = scores.of_activity(room.activity).get(ada, scores.Cell(ada, room.activity)).version

        def save(value: int, seen: int = seen) -> scores.Cell:
            write = ScoreWrite(ada, number(value))
            return save_scores(room.class_id, room.activity, [write], TEACHER, if_match=seen)[0]

        results = together([lambda t=turn: save(10 + t), lambda t=turn: save(50 + t)])  # type: ignore[misc]
        winners = [result for result in results if isinstance(result, scores.Cell)]
        assert len(winners) == 1
        assert [type(r) for r in results if not isinstance(r, scores.Cell)] == [VersionConflictError]
        assert scores.of_activity(room.activity)[ada].value == winners[0].value


def test_a_teacher_and_the_sync_never_overwrite_each_other_unseen(room: Room) -> None:
    """Whoever comes second: the teacher's value stands in the end, or the sync saw it before writing."""
    ada = room.students[0]
    for turn in range(10):
        before = scores.of_activity(room.activity).get(ada)
        seen = before.value_version if before else None

        def teacher(value: int = 100 + turn) -> set[int]:
            save_scores(room.class_id, room.activity, [ScoreWrite(ada, number(value))], TEACHER)
            return set()

        def sync(value: int = 200 + turn, seen: int | None = seen) -> set[int]:
            return compare_and_set(
                room.class_id, room.activity, [ValueChange(ada, seen, number(value))], SYNC
            )

        together([teacher, sync])
        assert scores.of_activity(room.activity)[ada].value == number(100 + turn)


def test_a_save_waits_for_a_change_of_the_points_and_then_sees_it(room: Room) -> None:
    waiting = threading.Event()

    def save() -> scores.Cell:
        waiting.set()
        write = ScoreWrite(room.students[0], number(8))
        return save_scores(room.class_id, room.activity, [write], TEACHER, points=Decimal(10))[0]

    def run() -> str:
        try:
            return str(save().value)
        except GradebookError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            activities.update(room.class_id, room.activity, {"points": Decimal(20)}, TEACHER)
            answer = pool.submit(run)
            assert waiting.wait(30)
            blocked_until_commit(answer.done)
        assert answer.result(30) == "points_changed"


def test_a_save_in_one_class_does_not_wait_for_another_class(room: Room) -> None:
    other = SchoolClass.objects.create(name="Other", school_code=994, section_number=2)

    def run() -> int:
        try:
            write = ScoreWrite(room.students[0], number(8))
            return save_scores(room.class_id, room.activity, [write], TEACHER)[0].version
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        SchoolClass.objects.select_for_update().get(id=other.id)
        assert pool.submit(run).result(30) == 1


def blocked_until_commit(done: Callable[[], bool]) -> None:
    """Returns once the other connection is seen waiting for our lock."""
    with connection.cursor() as cursor:
        while not done():
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            (waiting,) = cursor.fetchone() or (0,)
            if waiting:
                return
