"""An outage is probed gently and heals by itself (design J4, promise 8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.sync.children import together
from tests.sync.classes import clear_jobs, jobs, make_class, make_connection, sql
from twinbook.aeries import errors
from twinbook.aeries.errors import AeriesError, Request
from twinbook.district.models import AeriesConnection, ConnectionState
from twinbook.sync import budget, health, statements, wake
from twinbook.sync.models import Link, RemoteState

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 24, tzinfo=UTC)
REQUEST = Request("GET", "scores", NOW, 0, NOW, 0)


@pytest.fixture(autouse=True)
def remote(transactional_db: None) -> Iterator[None]:
    clear_jobs()
    make_connection(total_timeout=90, state=ConnectionState.OK)
    budget.ensure(1)
    yield
    clear_jobs()


def state() -> RemoteState:
    return RemoteState.objects.get(connection_id=1)


def go_down() -> None:
    health.note_trouble(1, errors.Unreachable("no connection", REQUEST))


def probe_is_due() -> None:
    sql("UPDATE sync_remotestate SET next_probe_at = clock_timestamp()")


def waits_for() -> float:
    row = statements.one(
        "SELECT extract(epoch FROM next_probe_at - clock_timestamp())::float8 FROM sync_remotestate", {}
    )
    assert row is not None
    return float(row[0])


def test_while_aeries_answers_everybody_is_admitted_and_nothing_is_written() -> None:
    before = state().__dict__
    admissions = together(*[lambda: health.admit(1)] * 5)
    assert all(isinstance(one, health.Admission) and one.probe is None for one in admissions)
    health.note_success(1)
    after = state().__dict__
    assert {k: v for k, v in after.items() if k != "_state"} == {
        k: v for k, v in before.items() if k != "_state"
    }


@pytest.mark.parametrize(
    "error",
    [
        errors.Unreachable("no connection", REQUEST),
        errors.TimedOut("connect", sent=False, request=REQUEST),
        errors.ServerError(503, request=REQUEST),
    ],
)
def test_what_says_that_all_of_aeries_is_away_begins_an_outage_at_once(error: AeriesError) -> None:
    health.note_trouble(1, error)
    assert state().down_since is not None
    shown = AeriesConnection.objects.get()
    assert shown.state == ConnectionState.UNREACHABLE
    assert shown.unreachable_since == state().down_since
    with pytest.raises(health.RemoteDown) as down:
        health.admit(1)
    assert down.value.until == state().next_probe_at


@pytest.mark.parametrize(
    "error",
    [
        errors.ServerError(500, request=REQUEST),
        errors.PerhapsMissing(500, request=REQUEST),
        errors.BadAnswer("HTML", REQUEST),
        errors.Dropped("cut off", REQUEST),
        errors.TimedOut("read", sent=True, request=REQUEST),
    ],
)
def test_one_odd_thing_stops_nobody_but_three_in_a_row_are_an_outage(error: AeriesError) -> None:
    for _ in range(2):
        health.note_trouble(1, error)
    health.note_success(1)
    for _ in range(2):
        health.note_trouble(1, error)
    assert state().down_since is None
    health.admit(1)
    health.note_trouble(1, error)
    assert state().down_since is not None


@pytest.mark.parametrize(
    "error",
    [
        errors.Rejected(400, "Mark not valid", REQUEST),
        errors.NotFound("gone", REQUEST),
        errors.PermissionMissing("Scores", "update", REQUEST),
        errors.Throttled(30, REQUEST),
    ],
)
def test_an_answer_that_refuses_is_an_answer(error: AeriesError) -> None:
    go_down()
    probe_is_due()
    admission = health.admit(1)
    admission.failed(error)
    assert state().down_since is None
    assert AeriesConnection.objects.get().state == ConnectionState.OK


def test_one_of_many_is_the_probe_and_the_others_learn_until_when() -> None:
    go_down()
    probe_is_due()

    def admit() -> health.Admission | health.RemoteDown:
        try:
            return health.admit(1)
        except health.RemoteDown as down:
            return down

    answers = together(*[admit] * 10)
    probes = [answer for answer in answers if isinstance(answer, health.Admission)]
    assert [probe.probe for probe in probes] == [state().next_probe_at]
    assert 90 < waits_for() <= 95, "a probe whose sender dies is repeated when its request must have ended"


def test_the_wait_grows_with_each_failed_probe_up_to_its_longest() -> None:
    go_down()
    waits = []
    for _ in range(9):
        probe_is_due()
        admission = health.admit(1)
        admission.failed(errors.Unreachable("no connection", REQUEST))
        waits.append(waits_for())
    expected = [2, 4, 8, 16, 32, 64, 120, 120, 120]
    assert all(most - 1 < wait <= most for wait, most in zip(waits, expected, strict=True))


def test_the_longest_wait_can_be_set() -> None:
    go_down()
    for _ in range(4):
        probe_is_due()
        health.admit(1).failed(errors.Unreachable("no connection", REQUEST), longest=3)
    assert 2 < waits_for() <= 3


def test_failures_of_requests_that_were_already_on_their_way_do_not_make_the_wait_grow() -> None:
    for _ in range(6):
        go_down()
    assert state().probe_wait_seconds == 1 and waits_for() <= 1


def test_a_probe_whose_turn_ended_long_ago_changes_nothing() -> None:
    go_down()
    probe_is_due()
    late = health.admit(1)
    probe_is_due()
    health.admit(1)
    before = state().next_probe_at
    late.failed(errors.Unreachable("no connection", REQUEST))
    late.close()
    assert state().next_probe_at == before


def test_a_probe_that_sent_nothing_leaves_its_turn_to_the_next() -> None:
    go_down()
    probe_is_due()
    with health.admitted(1):
        pass
    assert health.admit(1).probe is not None


def test_an_error_without_a_request_judges_nothing() -> None:
    with pytest.raises(errors.Throttled), health.admitted(1):
        raise errors.Throttled(60)
    with pytest.raises(errors.OurBug), health.admitted(1):
        raise errors.OurBug("never sent")
    assert state().down_since is None


def test_the_first_success_wakes_every_class_that_waits_the_oldest_first() -> None:
    oldest, not_waiting, newest = make_class(), make_class(), make_class()
    go_down()
    for class_id in (newest, oldest):
        wake.put_off(class_id, "Aeries does not answer.", until=NOW + timedelta(days=1000))
    sql(
        "UPDATE sync_link SET waiting_since = clock_timestamp() - interval '1 hour' WHERE school_class_id = %s",
        [oldest],
    )
    probe_is_due()
    with health.admitted(1) as admission:
        admission.answered()
        admission.answered()
    assert [arguments["class_id"] for _, arguments in jobs()] == [oldest, newest]
    assert Link.objects.filter(next_attempt_at__gt=NOW + timedelta(days=900)).count() == 0
    assert Link.objects.get(school_class_id=not_waiting).next_attempt_at is None
    assert state().down_since is None and AeriesConnection.objects.get().state == ConnectionState.OK


def test_of_many_successes_one_wakes() -> None:
    make_class()
    go_down()
    together(*[lambda: health.note_success(1)] * 6)
    assert state().down_since is None and state().troubles == 0


def test_trouble_with_a_remote_that_has_no_rows_yet_makes_them() -> None:
    RemoteState.objects.all().delete()
    go_down()
    assert state().down_since is not None
