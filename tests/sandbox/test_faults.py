"""Every kind of misbehaviour to order (public surface §5): what is answered and whether the effect took place."""

import threading
import time
from typing import Any

import httpx2
import pytest

from aeries_sandbox.sandbox import Sandbox
from tests.sandbox.conftest import Address

ALLAN, MAYA = 99400001, 99400156
ALONE = "/gradebooks/4500001"
BODY = {"Description": "x", "PointsPossible": 10}


def inserted(control: Address) -> int:
    return len(control.get(ALONE).json()["assignments"])


def order(control: Address, **fault: Any) -> None:
    answer = control.post("/faults", fault)
    assert answer.status_code == 200, answer.text


def log(control: Address) -> list[tuple[str, int | None]]:
    return [(row["method"], row["status"]) for row in control.get("/requests").json()["items"]]


def wait_until(true: Any) -> None:
    """For effects that come later by themselves; fails after ten seconds."""
    for _ in range(1000):
        if true():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not happen")


@pytest.mark.parametrize(("after", "stored"), [(False, 0), (True, 1)])
@pytest.mark.parametrize("status", [500, 503, 401])
def test_status_before_and_after_the_effect(
    control: Address, aeries: Address, status: int, after: bool, stored: int
) -> None:
    order(control, kind="status", status=status, after=after, times=1)
    assert aeries.post(f"{ALONE}/assignments", BODY).status_code == status
    assert inserted(control) == stored
    assert aeries.post(f"{ALONE}/assignments", BODY).status_code == 201
    assert log(control) == [("POST", status), ("POST", 201)]


def test_status_with_retry_after(control: Address, aeries: Address) -> None:
    order(control, kind="status", status=503, retry_after=7)
    assert aeries.get("/schools").headers["retry-after"] == "7"


def test_throttle(control: Address, aeries: Address) -> None:
    order(control, kind="throttle", retry_after=3, times=1)
    answer = aeries.post(f"{ALONE}/assignments", BODY)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
    assert inserted(control) == 0


@pytest.mark.parametrize(("kind", "stored"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_connection(control: Address, aeries: Address, kind: str, stored: int) -> None:
    order(control, kind=kind, method="POST", times=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        aeries.post(f"{ALONE}/assignments", BODY)
    assert inserted(control) == stored
    assert log(control) == [("POST", 0)]


def test_late_closes_at_once_and_acts_later(control: Address, aeries: Address) -> None:
    order(control, kind="late", delay_ms=150, times=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        aeries.post(f"{ALONE}/assignments", BODY)
    assert inserted(control) == 0
    wait_until(lambda: inserted(control) == 1)


def test_pending_tells_what_may_still_act(control: Address, aeries: Address, sandbox: Sandbox) -> None:
    def pending() -> int:
        return int(control.get("/pending").json()["pending"])

    assert pending() == 0
    order(control, kind="late", delay_ms=300, times=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        aeries.post(f"{ALONE}/assignments", BODY)
    assert (pending(), inserted(control)) == (1, 0)
    wait_until(lambda: pending() == 0)
    assert inserted(control) == 1
    order(control, kind="delay_before", delay_ms=300, times=1)
    address = f"{sandbox.url}/api/v5{ALONE}/assignments"
    with httpx2.Client(timeout=0.1) as impatient, pytest.raises(httpx2.ReadTimeout):
        impatient.post(address, json=BODY, headers={"AERIES-CERT": sandbox.certificate})
    assert pending() == 1
    wait_until(lambda: pending() == 0)
    assert inserted(control) == 2


def test_an_effect_that_is_still_to_come_does_not_reach_a_sandbox_that_started_over(
    control: Address, aeries: Address
) -> None:
    order(control, kind="late", delay_ms=50, times=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        aeries.post(f"{ALONE}/assignments", BODY)
    control.post("/reset")
    order(control, kind="late", delay_ms=100, times=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        aeries.post(f"{ALONE}/assignments", {**BODY, "Description": "second"})
    wait_until(lambda: inserted(control) == 1)
    assert control.get(ALONE).json()["assignments"][0]["description"] == "second"


def test_delay_before_acts_also_when_the_client_has_gone(
    control: Address, aeries: Address, sandbox: Sandbox
) -> None:
    order(control, kind="delay_before", delay_ms=300, times=1)
    with httpx2.Client(timeout=0.1) as impatient, pytest.raises(httpx2.ReadTimeout):
        impatient.post(
            f"{sandbox.url}/api/v5{ALONE}/assignments",
            json=BODY,
            headers={"AERIES-CERT": sandbox.certificate},
        )
    assert inserted(control) == 0
    assert log(control) == [("POST", None)]
    wait_until(lambda: inserted(control) == 1)


def test_delay_after_acts_at_once_and_answers_late(
    control: Address, aeries: Address, sandbox: Sandbox
) -> None:
    order(control, kind="delay_after", delay_ms=300, times=1)
    with httpx2.Client(timeout=0.1) as impatient, pytest.raises(httpx2.ReadTimeout):
        impatient.post(
            f"{sandbox.url}/api/v5{ALONE}/assignments",
            json=BODY,
            headers={"AERIES-CERT": sandbox.certificate},
        )
    assert inserted(control) == 1


def test_others_are_served_while_one_waits(control: Address, aeries: Address) -> None:
    order(control, kind="delay_before", delay_ms=60_000, path="^/schools$", times=1)
    waiting = threading.Thread(target=lambda: _ignore_close(lambda: aeries.get("/schools")), daemon=True)
    waiting.start()
    wait_until(lambda: ("GET", None) in log(control))
    assert aeries.get("/staff").status_code == 200


def _ignore_close(ask: Any) -> None:
    try:
        ask()
    except httpx2.HTTPError:
        return


@pytest.mark.parametrize("status", [200, 502])
def test_html_where_json_belongs(control: Address, aeries: Address, status: int) -> None:
    order(control, kind="html", status=status, times=1)
    answer = aeries.post(f"{ALONE}/assignments", BODY)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")
    assert inserted(control) == 0


def test_truncated_json(control: Address, aeries: Address) -> None:
    order(control, kind="truncate", times=1)
    whole = aeries.get(f"{ALONE}/F/students")
    assert whole.status_code == 200
    assert aeries.get(f"{ALONE}/F/students").content.startswith(whole.content)
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|JSON"):
        whole.json()


def test_an_empty_list_in_spite_of_the_effect(control: Address, aeries: Address) -> None:
    order(control, kind="empty", times=2)
    assert aeries.get(f"{ALONE}/F/students").json() == []
    assert aeries.post(f"{ALONE}/assignments", BODY).json() == []
    assert inserted(control) == 1


def test_partial_leaves_rows_out(control: Address, aeries: Address) -> None:
    order(control, kind="partial", times=1)
    assert [row["StudentID"] for row in aeries.get(f"{ALONE}/F/students").json()] == [MAYA, 99402373]
    assert len(aeries.get(f"{ALONE}/F/students").json()) == 4


def score(aeries: Address, number: Any, an: int = 1) -> Any:
    return aeries.post(
        f"{ALONE}/assignments/{an}/scores", [{"StudentID": ALLAN, "NumberCorrect": number}]
    ).json()


def test_stale_shows_the_state_of_when_it_was_ordered(control: Address, aeries: Address) -> None:
    aeries.post(f"{ALONE}/assignments", BODY)
    score(aeries, 3)
    order(control, kind="stale", path="/scores", times=2)
    assert score(aeries, 7)[0]["NumberCorrect"] == 3
    assert aeries.get(f"{ALONE}/assignments/1/scores/{ALLAN}").json()["NumberCorrect"] == 3
    assert aeries.get(f"{ALONE}/assignments/1/scores/{ALLAN}").json()["NumberCorrect"] == 7


def test_swap_shows_another_assignments_rows(control: Address, aeries: Address) -> None:
    first, second = (aeries.post(f"{ALONE}/assignments", BODY).json()[0] for _ in range(2))
    score(aeries, 1, an=1)
    score(aeries, 2, an=2)
    order(control, kind="swap", times=3)
    assert score(aeries, 9, an=1)[0]["AssignmentNumber"] == 2
    by_id = f"/gradebooks/assignments/{second['UniqueID']}"
    assert aeries.get(by_id).json()["UniqueID"] == first["UniqueID"]
    assert aeries.get(f"{by_id}/scores").json()[0]["AssignmentNumber"] == 1
    assert aeries.get(f"{ALONE}/assignments/1/scores/{ALLAN}").json()["NumberCorrect"] == 9


@pytest.mark.parametrize(
    ("body", "text"),
    [("not json", "not json"), ([1, None], "[1,null]"), ({"A": 5.25}, '{"A":5.25}'), ("", "")],
)
def test_a_body_as_it_stands(control: Address, aeries: Address, body: Any, text: str) -> None:
    order(control, kind="body", body=body, times=1)
    answer = aeries.get("/schools")
    assert (answer.status_code, answer.text) == (200, text)


def test_a_fault_hits_its_method_and_path_only(control: Address, aeries: Address, sandbox: Sandbox) -> None:
    order(control, kind="status", status=418, method="get", path=r"^/gradebooks/\d+/ASSIGNMENTS$")
    assert aeries.get(f"{ALONE}/assignments").status_code == 418
    assert aeries.get(f"{sandbox.url}/aeries/api/v5{ALONE}/Assignments/").status_code == 418
    assert aeries.get(f"{ALONE}/assignments?DatabaseYear=2020").status_code == 418
    assert aeries.get(ALONE).status_code == 200
    assert aeries.post(f"{ALONE}/assignments", BODY).status_code == 201
    control.delete("/faults")
    assert aeries.get(f"{ALONE}/assignments").status_code == 200


def test_faults_are_used_up_in_order(control: Address, aeries: Address) -> None:
    order(control, kind="status", status=500, times=1)
    order(control, kind="status", status=503, times=2)
    assert [aeries.get("/schools").status_code for _ in range(4)] == [500, 503, 503, 200]


def test_a_probable_fault_follows_its_seed(control: Address, aeries: Address) -> None:
    def run(seed: int) -> list[int]:
        control.delete("/faults")
        order(control, kind="status", status=500, probability=0.5, seed=seed)
        return [aeries.get("/schools").status_code for _ in range(30)]

    assert run(1) == run(1)
    assert set(run(1)) == {200, 500}
    assert run(1) != run(2)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "explode"},
        {},
        {"kind": "status", "path": "("},
        {"kind": "status", "times": 0},
        {"kind": "status", "status": 99},
        {"kind": "late"},
        {"kind": "delay_before", "delay_ms": -1},
        {"kind": "body"},
        {"kind": "status", "probability": 2},
        {"kind": "status", "wen": 1},
    ],
)
def test_a_wrong_order_orders_nothing(control: Address, aeries: Address, fault: dict[str, Any]) -> None:
    answer = control.post("/faults", fault)
    assert (answer.status_code, bool(answer.json()["message"])) == (400, True)
    assert control.get("/faults").json()["items"] == []
    assert aeries.get("/schools").status_code == 200


def test_control_calls_are_never_hit(control: Address) -> None:
    order(control, kind="drop_before")
    assert control.get("/health").status_code == 200


def test_latency_delays_api_answers_only(control: Address, aeries: Address) -> None:
    def measured(client: Address, path: str) -> float:
        start = time.monotonic()
        assert client.get(path).status_code == 200
        return time.monotonic() - start

    control.post("/switches", {"latency_ms": 200})
    assert measured(aeries, "/schools") >= 0.2


def test_rate_limit(control: Address, aeries: Address) -> None:
    control.post("/switches", {"rate_limit": 1, "rate_limit_burst": 2, "rate_limit_retry_after": 4})
    answers = [aeries.get("/schools") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] == "4"
