"""Every kind of misbehaviour on every route: what is answered, and whether a write took place (issue 5.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from aeries_sandbox.api.routes import Route, routes
from aeries_sandbox.faults import FaultKind
from aeries_sandbox.router import Match, _Node
from tests.sandbox.conftest import Address
from tests.sandbox.test_faults import order, wait_until

BOOK, TWO = "/gradebooks/4366926", "/gradebooks/4366926/assignments/2"
BY_ID = "/gradebooks/Assignments/76289310-6ACF-4124-9A42-057684DCE9F2"
SINCE = "2020/9/1/0/0"
READS = [
    "/systeminfo",
    "/schools",
    "/schools/994",
    "/schools/994/terms",
    "/schools/994/calendar",
    "/staff",
    "/staff/994605",
    "/staff/994605/teachers",
    "/staff/994605/classes",
    "/schools/994/teachers",
    "/schools/994/teachers/605",
    "/schools/994/sections",
    "/schools/994/sections/1038",
    "/schools/994/sections/1038/students",
    "/schools/994/classes",
    "/schools/994/classes/99400001",
    "/courses",
    "/courses/0726",
    "/schools/994/students",
    "/schools/994/students/99400001",
    "/schools/994/students/grade/10",
    "/schools/994/students/sn/1",
    f"/SectionRosterDataChanges/{SINCE}",
    f"/SectionDataChanges/{SINCE}",
    f"/StudentDataChanges/class/{SINCE}",
    f"/StaffDataChanges/{SINCE}",
    f"/CourseDataChanges/{SINCE}",
    "/staff/994605/gradebooks",
    "/schools/994/sections/1038/gradebooks",
    BOOK,
    f"{BOOK}/FinalMarks",
    f"{BOOK}/F/students",
    f"{BOOK}/F/students/99400001",
    f"{BOOK}/assignments",
    TWO,
    BY_ID,
    f"{TWO}/scores",
    f"{TWO}/scores/99400001",
    f"{BY_ID}/scores",
    f"{BY_ID}/scores/99400001",
]
_SCORES = [{"StudentID": 99400001, "NumberCorrect": 7}]
_PUT = {"PointsPossible": 60, "Comment": "changed", "GradingCompleted": True}
WRITES: list[tuple[str, str, Any]] = [
    ("POST", f"{BOOK}/assignments", {"Description": "x", "PointsPossible": 10}),
    ("PUT", TWO, _PUT),
    ("PUT", BY_ID, _PUT),
    ("POST", f"{TWO}/scores", _SCORES),
    ("POST", f"{BY_ID}/scores", _SCORES),
]
MARK = {"Message": "as ordered"}


@dataclass(frozen=True)
class Kind:
    """`acts`: a write takes place in spite of it. `dropped`: there is no answer."""

    kind: str
    acts: bool = False
    dropped: bool = False
    options: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}-after" if dict(self.options).get("after") else self.kind


KINDS = [
    Kind("status", options=(("status", 500),)),
    Kind("status", acts=True, options=(("status", 500), ("after", True))),
    Kind("throttle", options=(("retry_after", 3),)),
    Kind("delay_before", acts=True, options=(("delay_ms", 1),)),
    Kind("delay_after", acts=True, options=(("delay_ms", 1),)),
    Kind("drop_before", dropped=True),
    Kind("drop_after", acts=True, dropped=True),
    Kind("late", acts=True, dropped=True, options=(("delay_ms", 1),)),
    Kind("html"),
    Kind("body", options=(("body", MARK),)),
    Kind("truncate", acts=True),
    Kind("empty", acts=True),
    Kind("partial", acts=True),
    Kind("stale", acts=True),
    Kind("swap", acts=True),
]


def test_the_list_of_kinds_and_of_routes_is_whole() -> None:
    assert {kind.kind for kind in KINDS} == set(FaultKind)
    router = routes()
    asked = [("GET", path) for path in READS] + [(method, path) for method, path, _ in WRITES]
    hit = set()
    for method, path in asked:
        match = router.find(method, path.strip("/").split("/"))
        assert isinstance(match, Match), path
        hit.add((method, match.handler))
    assert hit == set(_known(router._root))


def _known(node: _Node[Route]) -> Iterator[tuple[str, Route]]:
    for method, end in node.names.items():
        yield method, end.handler
    for child in [*node.literals.values(), *([node.parameter] if node.parameter else [])]:
        yield from _known(child)


def expected(kind: str, path: str, honest: httpx2.Response, answer: httpx2.Response) -> bool:
    """Whether the answer to a read is what the kind promises."""
    match kind:
        case "status":
            return answer.status_code == 500 and "Message" in answer.json()
        case "throttle":
            return (answer.status_code, answer.headers["retry-after"]) == (429, "3")
        case "html":
            return (answer.status_code, answer.headers["content-type"][:9]) == (200, "text/html")
        case "body":
            return bool(answer.json() == MARK)
        case "truncate":
            return answer.content == honest.content[: len(honest.content) // 2]
        case "empty":
            return answer.content == b"[]"
        case "partial" if path != "/systeminfo":
            rows = honest.json()
            return bool(answer.json() == (rows[1::2] if isinstance(rows, list) else rows))
        case "swap" if path.lower().startswith((BOOK + "/assignments/", BY_ID.lower())):
            row = answer.json()
            return bool((row[0] if isinstance(row, list) else row)["AssignmentNumber"] != 2)
        case _:
            # Its clock goes on.
            return path == "/systeminfo" or answer.content == honest.content


@pytest.fixture
def another(control: Address) -> None:
    """So that a swap has something to swap with."""
    added = {"description": "Other", "category_code": "0", "points_possible": "10"}
    assert control.post(f"{BOOK}/assignments", added).status_code == 201


@pytest.mark.usefixtures("another")
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_on_every_read(control: Address, aeries: Address, kind: Kind) -> None:
    for path in READS:
        honest = aeries.get(path)
        assert honest.status_code == 200, path
        order(control, kind=kind.kind, method="GET", times=1, **dict(kind.options))
        if kind.dropped:
            with pytest.raises(httpx2.RemoteProtocolError):
                aeries.get(path)
        else:
            assert expected(kind.kind, path, honest, aeries.get(path)), path
        assert control.get("/faults").json()["items"][-1]["left"] == 0, path


@pytest.mark.usefixtures("another")
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_on_every_write(control: Address, aeries: Address, kind: Kind) -> None:
    state = control.get("/state").json()
    for method, path, body in WRITES:
        control.post("/reset", {"seed": state})
        before = control.get(BOOK).json()
        order(control, kind=kind.kind, method=method, times=1, **dict(kind.options))
        if kind.dropped:
            with pytest.raises(httpx2.RemoteProtocolError):
                aeries.request(method, path, json=body)
        else:
            aeries.request(method, path, json=body)
        wait_until(lambda: control.get("/pending").json()["pending"] == 0)
        assert (control.get(BOOK).json() != before) is kind.acts, (method, path)
