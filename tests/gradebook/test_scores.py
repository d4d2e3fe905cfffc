"""Saving scores on the real database (design J1, C6; surface §3.2)."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from twinbook.core.values import BLANK, ForeignMark, Mark, MarkKind, Number, OurValue
from twinbook.gradebook import scores
from twinbook.gradebook.cells import parse_number
from twinbook.gradebook.errors import (
    InvalidError,
    InvalidScoreError,
    NotFoundError,
    PointsChangedError,
    StudentInactiveError,
    VersionConflictError,
)
from twinbook.gradebook.models import Activity, ClassStudent, HistoryEntry, SchoolClass, Score
from twinbook.gradebook.origin import Origin, OriginKind
from twinbook.gradebook.scores import ScoreWrite, ValueChange, compare_and_set, save_scores

from .conftest import TEACHER, Room

pytestmark = pytest.mark.django_db(transaction=True)

SYNC = Origin(OriginKind.SYNC, link_id=7, run_id=70)
EIGHT = Number(Decimal(8))


def generations(room: Room) -> tuple[int, int, int]:
    return (
        SchoolClass.objects.get(id=room.class_id).generation,
        Activity.objects.get(id=room.activity).generation,
        Activity.objects.get(id=room.other_activity).generation,
    )


def save(room: Room, student: int, value: OurValue, **more: int | Decimal) -> scores.Cell:
    write = ScoreWrite(room.students[student], value)
    return save_scores(room.class_id, room.activity, [write], TEACHER, **more)[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value",
    [EIGHT, Number(Decimal("33.3333")), Mark(MarkKind.MISSING), ForeignMark("MI"), Number(Decimal(0))],
)
def test_a_saved_value_is_read_back_with_its_origin(
    room: Room, value: OurValue, announced: list[int]
) -> None:
    cell = save(room, 0, value)
    assert scores.of_activity(room.activity) == {room.students[0]: cell}
    assert (cell.value, cell.version, cell.value_version, cell.origin) == (value, 1, 1, TEACHER)
    assert cell.saved_at is not None
    assert generations(room) == (1, 1, 0)
    assert announced == [room.class_id]


def test_saving_the_same_again_changes_nothing(room: Room, announced: list[int]) -> None:
    first = save(room, 0, EIGHT)
    announced.clear()
    again = save(room, 0, Number(Decimal("8.0000")))
    assert again == first
    assert generations(room) == (1, 1, 0)
    assert HistoryEntry.objects.count() == 1
    assert announced == []


def test_a_blank_over_nothing_makes_no_row(room: Room) -> None:
    assert save(room, 0, BLANK).version == 0
    assert not Score.objects.exists()
    assert generations(room) == (0, 0, 0)


def test_a_batch_counts_one_generation_and_keeps_its_order(room: Room) -> None:
    ada, ben, cy = room.students
    writes = [ScoreWrite(cy, EIGHT), ScoreWrite(ada, Mark(MarkKind.EXCUSED)), ScoreWrite(ben, BLANK)]
    cells = save_scores(room.class_id, room.other_activity, writes, TEACHER)
    assert [cell.student_id for cell in cells] == [cy, ada, ben]
    assert generations(room) == (1, 0, 1)


def test_a_save_costs_three_statements_whatever_its_size(room: Room) -> None:
    for students in (room.students[:1], room.students):
        writes = [ScoreWrite(student, Number(Decimal(len(students)))) for student in students]
        with CaptureQueriesContext(connection) as sent:
            save_scores(room.class_id, room.activity, writes, TEACHER)
        assert len([query for query in sent if "gradebook_activity" in query["sql"]]) == 2
        assert len([query for query in sent if "gradebook_score" in query["sql"]]) == 2
        assert len([query for query in sent if "gradebook_" in query["sql"]]) == 3


def test_one_bad_score_saves_none(room: Room, announced: list[int]) -> None:
    ada, ben, _ = room.students
    writes = [ScoreWrite(ada, EIGHT), ScoreWrite(ben, Number(Decimal("1.00001")))]
    with pytest.raises(InvalidScoreError) as refused:
        save_scores(room.class_id, room.activity, writes, TEACHER)
    assert refused.value.field == f"students/{ben}/score"
    assert not Score.objects.exists()
    assert announced == []


def test_an_unknown_student_saves_none(room: Room) -> None:
    writes = [ScoreWrite(room.students[0], EIGHT), ScoreWrite(10**30, EIGHT)]
    with pytest.raises(NotFoundError):
        save_scores(room.class_id, room.activity, writes, TEACHER)
    assert not Score.objects.exists()


def test_an_inactive_student_is_refused(room: Room) -> None:
    ClassStudent.objects.filter(student_id=room.students[1]).update(active=False)
    with pytest.raises(StudentInactiveError):
        save(room, 1, EIGHT)
    assert not Score.objects.exists()


def test_an_activity_of_another_class_is_not_found(room: Room) -> None:
    other = SchoolClass.objects.create(name="Other", school_code=994, section_number=2)
    with pytest.raises(NotFoundError):
        save_scores(other.id, room.activity, [ScoreWrite(room.students[0], EIGHT)], TEACHER)
    with pytest.raises(NotFoundError):
        save_scores(10**40, room.activity, [], TEACHER)


def test_a_student_twice_in_one_request_is_refused(room: Room) -> None:
    write = ScoreWrite(room.students[0], EIGHT)
    with pytest.raises(InvalidError):
        save_scores(room.class_id, room.activity, [write, write], TEACHER)


def test_a_save_that_speaks_of_old_points_is_refused(room: Room) -> None:
    with pytest.raises(PointsChangedError) as refused:
        save(room, 0, EIGHT, points=Decimal(12))
    assert "now worth 10 points, not 12" in refused.value.message
    assert save(room, 0, EIGHT, points=Decimal("10.0")).value == EIGHT


def test_if_match_needs_the_present_version(room: Room) -> None:
    save(room, 0, EIGHT, if_match=0)
    with pytest.raises(VersionConflictError):
        save(room, 0, Number(Decimal(9)), if_match=0)
    assert save(room, 0, Number(Decimal(9)), if_match=1).version == 2


def test_late_and_comment_left_out_stay_and_null_clears(room: Room) -> None:
    ada = room.students[0]

    def write(part: ScoreWrite) -> scores.Cell:
        return save_scores(room.class_id, room.activity, [part], TEACHER)[0]

    write(ScoreWrite(ada, EIGHT, late=True, comment="well <done>"))
    cell = write(ScoreWrite(ada, Number(Decimal(9))))
    assert (cell.late, cell.comment, cell.version, cell.value_version) == (True, "well <done>", 2, 2)
    cell = write(ScoreWrite(ada, late=None))
    assert (cell.value, cell.late, cell.comment) == (Number(Decimal(9)), None, "well <done>")
    assert (cell.version, cell.value_version) == (3, 2)
    cell = write(ScoreWrite(ada, comment=None))
    assert (cell.comment, cell.version) == (None, 4)


def test_a_comment_alone_is_no_value_for_the_sync(room: Room) -> None:
    ada = room.students[0]
    cell = save_scores(room.class_id, room.activity, [ScoreWrite(ada, comment="see me")], TEACHER)[0]
    assert (cell.value, cell.version, cell.value_version) == (BLANK, 1, 0)
    lost = compare_and_set(room.class_id, room.activity, [ValueChange(ada, None, EIGHT)], SYNC)
    assert lost == set()
    kept = scores.of_activity(room.activity)[ada]
    assert (kept.value, kept.comment, kept.value_version) == (EIGHT, "see me", 1)


@pytest.mark.parametrize("text", ["\x00", "\ud800", "x" * (scores.COMMENT_LENGTH + 1)])
def test_a_comment_that_cannot_be_stored_is_refused(room: Room, text: str) -> None:
    with pytest.raises(InvalidError):
        save_scores(room.class_id, room.activity, [ScoreWrite(room.students[0], comment=text)], TEACHER)


@pytest.mark.parametrize(
    "text", ["eight", "", "-1", "1.00001", "100000000", "1e3", "NaN", "Infinity", "٣", "8,5"]
)
def test_text_that_is_no_score_is_refused(text: str) -> None:
    with pytest.raises(InvalidScoreError):
        parse_number(text)


@pytest.mark.parametrize(
    ("text", "number"), [("8.75", "8.75"), (" 0 ", "0"), (".5", "0.5"), ("2.50000", "2.5")]
)
def test_text_that_is_a_score(text: str, number: str) -> None:
    assert parse_number(text) == Number(Decimal(number))


def test_compare_and_set_writes_only_what_the_plan_saw(room: Room, announced: list[int]) -> None:
    ada, ben, cy = room.students
    seen = save(room, 0, EIGHT)
    typed = save(room, 1, EIGHT)
    save(room, 1, Number(Decimal(9)))
    announced.clear()
    before = generations(room)
    lost = compare_and_set(
        room.class_id,
        room.activity,
        [
            ValueChange(ada, seen.value_version, Number(Decimal(5))),
            ValueChange(ben, typed.value_version, Number(Decimal(5))),
            ValueChange(cy, 1, Number(Decimal(5))),
            ValueChange(10**9, None, Number(Decimal(5))),
        ],
        SYNC,
        why="changed in Aeries",
    )
    now = scores.of_activity(room.activity)
    assert lost == {ben, cy, 10**9}
    assert (now[ada].value, now[ada].origin, now[ada].value_version) == (Number(Decimal(5)), SYNC, 2)
    assert now[ben].value == Number(Decimal(9))
    assert cy not in now
    assert generations(room) == before
    assert announced == []
    entry = HistoryEntry.objects.latest("id")
    assert (entry.before, entry.after, entry.who, entry.run_id, entry.why) == (
        "8",
        "5",
        "sync",
        70,
        "changed in Aeries",
    )


def test_compare_and_set_refuses_under_other_points(room: Room) -> None:
    with pytest.raises(PointsChangedError):
        compare_and_set(room.class_id, room.activity, [], SYNC, points=Decimal(11))
