"""The history replays to the present value, whatever was saved in whatever order by whom."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twinbook.core.values import BLANK, ForeignMark, Mark, MarkKind, Number, OurValue
from twinbook.gradebook import history, scores
from twinbook.gradebook.cells import Cell, value_text
from twinbook.gradebook.models import HistoryEntry, Score, Side
from twinbook.gradebook.origin import Origin, OriginKind
from twinbook.gradebook.scores import ScoreWrite, ValueChange, compare_and_set, save_scores

from .conftest import TEACHER, Room, make_room

SYNC = Origin(OriginKind.SYNC, link_id=1, run_id=5)

values = st.one_of(
    st.just(BLANK),
    st.sampled_from([Number(Decimal(n)) for n in ("0", "8", "8.5", "33.3333")]),
    st.sampled_from([Mark(kind) for kind in MarkKind]),
    st.just(ForeignMark("MI")),
)
students_in_room = st.sampled_from([0, 1, 2])
steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("person"),
            st.lists(st.tuples(students_in_room, values), min_size=1, unique_by=lambda w: w[0]),
        ),
        st.tuples(
            st.just("sync"),
            st.lists(st.tuples(students_in_room, values, st.booleans()), unique_by=lambda w: w[0]),
        ),
        st.tuples(st.just("comment"), students_in_room, st.sampled_from([None, "a", "b"])),
    ),
    max_size=12,
)


def play(room: Room, step: tuple[object, ...]) -> None:
    match step:
        case ("person", list(writes)):
            save_scores(
                room.class_id, room.activity, [ScoreWrite(room.students[s], v) for s, v in writes], TEACHER
            )
        case ("sync", list(writes)):
            present = scores.of_activity(room.activity)
            changes = []
            for student, value, stale in writes:
                cell = present.get(room.students[student])
                seen = cell.value_version if cell else 0
                changes.append(ValueChange(room.students[student], seen + stale, value))
            compare_and_set(room.class_id, room.activity, changes, SYNC)
        case ("comment", int(student), comment):
            write = ScoreWrite(room.students[student], comment=comment)  # type: ignore[arg-type]
            save_scores(room.class_id, room.activity, [write], TEACHER)


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_history_replays_to_the_present_value(db: None, steps: list[tuple[object, ...]]) -> None:
    room = make_room()
    versions: dict[int, int] = {}
    for step in steps:
        play(room, step)
        for student, cell in scores.of_activity(room.activity).items():
            assert cell.version >= versions.get(student, 0)
            versions[student] = cell.version
    present = scores.of_activity(room.activity)
    for student in room.students:
        cell = present.get(student, Cell(student, room.activity))
        told = list(history.of_class(room.class_id, student_id=student))[::-1]
        assert replayed([e for e in told if e.field == "score"]) == value_text(cell.value)
        assert replayed([e for e in told if e.field == "comment"]) == cell.comment
        assert len([e for e in told if e.field == "score"]) == cell.value_version
        assert len(told) == cell.version


def replayed(entries: list[HistoryEntry]) -> str | None:
    value: str | None = None
    for entry in entries:
        assert entry.before == value
        assert entry.after != value
        value = entry.after
    return value


@pytest.mark.django_db
def test_history_is_listed_newest_first_and_pages(room: Room) -> None:
    for number in (1, 2, 3):
        write = ScoreWrite(room.students[0], Number(Decimal(number)))
        save_scores(room.class_id, room.activity, [write], TEACHER)
    listed = list(history.of_class(room.class_id, activity_id=room.activity, student_id=room.students[0]))
    assert [(e.before, e.after) for e in listed] == [("2", "3"), ("1", "2"), (None, "1")]
    assert list(history.of_class(room.class_id, older_than=listed[0].id)) == listed[1:]


@pytest.mark.django_db
def test_what_happened_in_aeries_stands_in_the_same_history(room: Room) -> None:
    entry = history.Entry("score", "8", "9", room.activity, room.students[0], Side.AERIES, "sent")
    history.record(room.class_id, SYNC, [entry])
    kept = history.of_class(room.class_id).get()
    assert (kept.side, kept.run_id, kept.who, kept.why) == ("aeries", 5, "sync", "sent")
    assert not Score.objects.exists()


def test_every_value_has_its_own_text() -> None:
    shown: list[OurValue] = [BLANK, Number(Decimal(0)), *(Mark(kind) for kind in MarkKind)]
    assert [value_text(value) for value in shown] == [None, "0", "excused", "missing", "incomplete"]
