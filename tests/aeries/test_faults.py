"""Each kind of misbehaviour that the sandbox can be ordered to, on a read and on both kinds of write:
what the caller is told, and that what it is told agrees with what Aeries then holds."""

import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.aeries import payloads as p
from tests.aeries.conftest import Teacher
from twinbook.aeries.bodies import AssignmentInsert, ScoreWrite
from twinbook.aeries.client import AeriesClient
from twinbook.aeries.errors import (
    AeriesError,
    BadAnswer,
    CertificateRefused,
    Dropped,
    Ending,
    NotFound,
    OtherRows,
    PermissionMissing,
    Rejected,
    ServerError,
    Throttled,
    TimedOut,
    WrongAddress,
)
from twinbook.aeries.health import Granted, Needed, check
from twinbook.aeries.permits import Lane
from twinbook.aeries.transport import TimeOuts

LINKED = 4366926
ALONE = 4500001
ALLAN = 99400001
SCORES = "assignments/.*/scores"
PATIENT = 20.0


def read(client: AeriesClient) -> None:
    client.scores(LINKED, p.UNIQUE_ID, 2)


def write(client: AeriesClient) -> None:
    client.write_scores(LINKED, p.UNIQUE_ID, 2, [ScoreWrite(ALLAN, Decimal(33))], via=Lane.PERSON)


def insert(client: AeriesClient) -> None:
    day = date(2020, 9, 1)
    body = AssignmentInsert("Essay", "0", day, day, Decimal(10), Decimal(10), "", "tb1:essay")
    client.insert_assignment(ALONE, body, via=Lane.PERSON)


def is_written(teacher: Teacher) -> bool:
    mark: str = teacher.assignments(LINKED)[0]["scores"][str(ALLAN)]["mark"]
    return mark != "20" and Decimal(mark) == 33


def is_inserted(teacher: Teacher) -> bool:
    return len(teacher.assignments(ALONE)) == 1


WRITES = [(write, is_written), (insert, is_inserted)]
Act = Callable[[AeriesClient], object]
Seen = Callable[[Teacher], bool]


def failing(client: AeriesClient, act: Act) -> AeriesError:
    with pytest.raises(AeriesError) as caught:
        act(client)
    return caught.value


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENT
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


FAULTS: list[tuple[dict[str, Any], type[AeriesError], Ending, bool | None]] = [
    # order, what is raised, how a write ended, whether it was done (None: not the point)
    ({"kind": "status", "status": 500}, ServerError, Ending.DOUBTFUL, False),
    ({"kind": "status", "status": 500, "after": True}, ServerError, Ending.DOUBTFUL, True),
    ({"kind": "status", "status": 503, "retry_after": 0}, ServerError, Ending.DOUBTFUL, False),
    ({"kind": "status", "status": 400}, Rejected, Ending.REFUSED, False),
    ({"kind": "status", "status": 404}, NotFound, Ending.REFUSED, False),
    ({"kind": "throttle", "retry_after": 0}, Throttled, Ending.REFUSED, False),
    ({"kind": "drop_before"}, Dropped, Ending.DOUBTFUL, False),
    ({"kind": "drop_after"}, Dropped, Ending.DOUBTFUL, True),
    ({"kind": "html"}, BadAnswer, Ending.DOUBTFUL, False),
    ({"kind": "truncate"}, BadAnswer, Ending.DOUBTFUL, True),
    ({"kind": "body", "body": {"Message": "hello"}}, BadAnswer, Ending.DOUBTFUL, False),
    ({"kind": "body", "body": "no json"}, BadAnswer, Ending.DOUBTFUL, False),
    ({"kind": "body", "body": [None, None]}, AeriesError, Ending.DOUBTFUL, False),
]


@pytest.mark.parametrize(("order", "kind", "ending", "done"), FAULTS)
@pytest.mark.parametrize(("act", "is_done"), WRITES)
def test_how_a_write_ended_agrees_with_what_aeries_holds(
    client: AeriesClient,
    teacher: Teacher,
    order: dict[str, Any],
    kind: type[AeriesError],
    ending: Ending,
    done: bool,
    act: Act,
    is_done: Seen,
) -> None:
    teacher.fault(**order)
    error = failing(client, act)
    assert isinstance(error, kind)
    assert error.ending is ending
    assert is_done(teacher) is done
    assert len(teacher.writes()) == 1, "the client never tries again"


@pytest.mark.parametrize(("order", "kind"), [(order, kind) for order, kind, _, _ in FAULTS])
def test_a_read_fails_with_the_same_family_and_works_again_afterwards(
    client: AeriesClient, teacher: Teacher, order: dict[str, Any], kind: type[AeriesError]
) -> None:
    teacher.fault(**order)
    error = failing(client, read)
    assert isinstance(error, kind)
    assert error.ending is None
    read(client)


@pytest.mark.parametrize(("act", "is_done"), WRITES)
def test_a_write_that_lands_later_was_in_doubt(
    client: AeriesClient, teacher: Teacher, act: Act, is_done: Seen
) -> None:
    teacher.fault("late", delay_ms=300)
    assert failing(client, act).ending is Ending.DOUBTFUL
    wait_for(lambda: is_done(teacher))


@pytest.mark.parametrize("kind", ["delay_before", "delay_after"])
@pytest.mark.parametrize(("act", "is_done"), WRITES)
def test_a_write_not_answered_in_time_is_in_doubt_and_may_land(
    client: AeriesClient, teacher: Teacher, kind: str, act: Act, is_done: Seen
) -> None:
    teacher.fault(kind, delay_ms=300)
    with p.client_of(client.address, time_outs=TimeOuts(read=0.05)) as hasty:
        error = failing(hasty, act)
    assert isinstance(error, TimedOut)
    assert error.ending is Ending.DOUBTFUL
    wait_for(lambda: is_done(teacher))


def test_scores_of_another_assignment_are_not_taken_for_these(client: AeriesClient, teacher: Teacher) -> None:
    teacher.post(
        f"gradebooks/{LINKED}/assignments",
        {"description": "Other", "category_code": "0", "points_possible": "10"},
    )
    teacher.fault("swap", path=SCORES)
    assert isinstance(failing(client, read), OtherRows)
    teacher.fault("swap", path=SCORES)
    error = failing(client, write)
    assert isinstance(error, BadAnswer)
    assert error.ending is Ending.DOUBTFUL


def test_an_empty_answer_to_a_write_leaves_it_in_doubt(client: AeriesClient, teacher: Teacher) -> None:
    for act in (write, insert):
        teacher.fault("empty")
        assert failing(client, act).ending is Ending.DOUBTFUL


def test_an_empty_list_is_no_proof_and_no_single_object(client: AeriesClient, teacher: Teacher) -> None:
    teacher.fault("empty", path="assignments$")
    assert not client.assignments(LINKED).proves_absence
    teacher.fault("empty", path=f"gradebooks/{LINKED}$")
    assert isinstance(failing(client, lambda c: c.gradebook(LINKED)), NotFound)
    teacher.fault("empty", path=SCORES)
    assert client.scores(LINKED, p.UNIQUE_ID, 2).value.rows == {}


def test_a_row_missing_in_the_answer_to_a_write_is_named(client: AeriesClient, teacher: Teacher) -> None:
    students = [student.student_id for student in client.gradebook_students(LINKED, "F")]
    teacher.fault("partial", path=SCORES, method="POST")
    rows = [ScoreWrite(student, Decimal(7)) for student in students]
    written = client.write_scores(LINKED, p.UNIQUE_ID, 2, rows, via=Lane.PERSON)
    assert written.unanswered == set(students) - set(written.scores.rows)
    assert written.unanswered


def test_an_older_state_in_the_answer_shows_itself_in_the_values(
    client: AeriesClient, teacher: Teacher
) -> None:
    teacher.fault("stale", path=SCORES)
    written = client.write_scores(LINKED, p.UNIQUE_ID, 2, [ScoreWrite(ALLAN, Decimal(33))], via=Lane.PERSON)
    assert written.scores.rows[ALLAN].number_correct == 20


def test_throttling_tells_the_time_and_pauses_the_budget(client: AeriesClient, teacher: Teacher) -> None:
    permits = p.generous_permits()
    paused: list[float] = []
    permits.pause = paused.append  # type: ignore[method-assign, assignment]
    teacher.fault("throttle", retry_after=17)
    with p.client_of(client.address, permits=permits) as throttled:
        error = failing(throttled, read)
    assert isinstance(error, Throttled)
    assert (error.retry_after, paused) == (17, [17])


# Certificate, rights, address


@pytest.mark.parametrize("status", ["401", "403"])
def test_a_certificate_in_the_wrong_case_is_refused(
    client: AeriesClient, teacher: Teacher, status: str
) -> None:
    teacher.post("switches", {"unknown_cert_status": status})
    wrong = AeriesClient(client.address, p.CERTIFICATE.upper(), permits=p.generous_permits())
    with wrong:
        wrong.systeminfo()
        error = failing(wrong, lambda c: c.schools())
        found = check(wrong)
    assert isinstance(error, CertificateRefused)
    assert p.CERTIFICATE.lower() not in f"{error} {error!r}".lower()
    assert found.reachable
    assert isinstance(found.error, CertificateRefused)
    assert {permission.granted for permission in found.permissions} == {Granted.UNKNOWN}


DENIALS: list[tuple[str, Act]] = [
    ("Staff Data", lambda c: c.staff()),
    ("Course Data", lambda c: c.courses()),
    ("Master Schedule", lambda c: c.sections(994)),
    ("Class Schedules/History", lambda c: c.section_students(994, 1038)),
    ("Student Data", lambda c: c.students(994)),
    ("Gradebook Data", lambda c: c.gradebook(LINKED)),
    ("Gradebook Scores", read),
]


@pytest.mark.parametrize("status", ["401", "403"])
@pytest.mark.parametrize(("area", "act"), DENIALS)
def test_a_denied_area_is_named(
    client: AeriesClient, teacher: Teacher, status: str, area: str, act: Act
) -> None:
    teacher.post("switches", {"forbidden_status": status})
    teacher.patch("rights", {"denied_areas": [area]})
    error = failing(client, act)
    assert isinstance(error, PermissionMissing)
    assert (error.area, error.right) == (area, "Read")
    denied = {permission.area for permission in check(client).permissions if permission.granted is Granted.NO}
    assert denied == {area}


@pytest.mark.parametrize(
    ("area", "act", "is_done"),
    [("Gradebook Scores", write, is_written), ("Gradebook Data", insert, is_inserted)],
)
def test_a_denied_update_is_named_and_nothing_was_written(
    client: AeriesClient, teacher: Teacher, area: str, act: Act, is_done: Seen
) -> None:
    teacher.patch("rights", {"denied_areas": [f"{area} - Update"]})
    error = failing(client, act)
    assert isinstance(error, PermissionMissing)
    assert (error.area, error.right, error.ending) == (area, "Update", Ending.REFUSED)
    assert not is_done(teacher)


def test_a_check_finds_everything_needed_and_what_is_too_wide(client: AeriesClient, teacher: Teacher) -> None:
    found = check(client)
    assert found.reachable and found.error is None
    assert found.system_info is not None and found.system_info.database_year == 2020
    for permission in found.permissions:
        expected = Granted.UNKNOWN if permission.right == "Update" else Granted.YES
        assert permission.granted is expected, permission
    assert [permission.area for permission in found.permissions if permission.is_too_wide] == [
        "Teacher Data",
        "Calendar",
    ]
    assert teacher.writes() == []


def test_a_check_of_the_least_rights_is_clean(client: AeriesClient, teacher: Teacher) -> None:
    teacher.patch("rights", {"denied_areas": ["Teacher Data", "Calendar", "Course Data"]})
    found = check(client)
    assert found.error is None
    assert not any(permission.is_missing or permission.is_too_wide for permission in found.permissions)
    assert {permission.needed for permission in found.permissions} == set(Needed)


def test_a_check_names_the_missing_right_as_the_error(client: AeriesClient, teacher: Teacher) -> None:
    teacher.patch("rights", {"denied_areas": ["Gradebook Scores"]})
    error = check(client).error
    assert isinstance(error, PermissionMissing)
    assert error.area == "Gradebook Scores"


@pytest.mark.parametrize("profile", ["v2_quirks", "hostile"])
def test_a_check_is_not_misled_by_disguises(client: AeriesClient) -> None:
    assert not any(permission.is_missing for permission in check(client).permissions)


def test_a_check_of_a_wrong_year_stops_there(client: AeriesClient, teacher: Teacher) -> None:
    with p.client_of(client.address, database_year=2031) as other:
        found = check(other)
    assert found.reachable and type(found.error).__name__ == "WrongYear"
    assert [item["path"].split("?")[0].rsplit("/", 1)[-1] for item in teacher.requests()] == ["systeminfo"]


def test_a_check_of_a_sleeping_aeries_says_so(client: AeriesClient, teacher: Teacher) -> None:
    teacher.fault("drop_before", times=None)
    found = check(client)
    assert not found.reachable
    assert isinstance(found.error, Dropped)


def test_a_wrong_prefix_is_a_wrong_address(client: AeriesClient) -> None:
    with p.client_of(client.address.replace("/aeries", "/sis")) as lost:
        assert isinstance(failing(lost, lambda c: c.systeminfo()), WrongAddress)
        assert isinstance(check(lost).error, WrongAddress)


def test_a_login_page_with_200_is_a_wrong_address(client: AeriesClient, teacher: Teacher) -> None:
    teacher.fault("html")
    assert isinstance(failing(client, lambda c: c.schools()), WrongAddress)
