"""What once was the right target is another one now: it is noticed before the first write, and said (issue 6.5, design G2).

Each of these is followed by what would have happened without its guard: the damage is real, so the guard is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from aeries_sandbox.sandbox import Options, Sandbox
from tests.district_and_sandbox import CERTIFICATE, UNLINKED, Aeries, Class
from twinbook.aeries import bodies
from twinbook.aeries import client as aeries_client
from twinbook.aeries import models as wire
from twinbook.aeries.client import AeriesClient
from twinbook.aeries.permits import Lane, Permit
from twinbook.core.carry_out import create
from twinbook.core.carry_out import effects as ef
from twinbook.district import connection as stored_connection
from twinbook.gradebook.models import Activity
from twinbook.sync import connecting, exchanged
from twinbook.sync.interpreter import Interpreter
from twinbook.sync.models import RemoteState

pytestmark = pytest.mark.django_db(transaction=True)

QUIZ, ESSAY = "Quiz on rivers", "Essay on tides"
NEXT_YEAR = 2021


@pytest.fixture
def waiting(joined: Class) -> Class:
    """Two agreed activities, and a score of the quiz that is still to be sent."""
    first = joined.students()[0]
    joined.agreed(ESSAY, {first: "5"})
    quiz = joined.agreed(QUIZ, {first: "8"})
    joined.set(reuse_seconds=0)
    joined.save(quiz, second(joined), "9")
    RemoteState.objects.update(identity_checked_at=None)
    joined.aeries.forget()
    return joined


def second(one: Class) -> int:
    """A student without a score yet: nothing there speaks against a write."""
    return one.students()[1]


def quiz_of(one: Class) -> Activity:
    return one.named(QUIZ)


def why(one: Class) -> str:
    return one.link().why or ""


def exchange(one: Class, *names: str) -> None:
    """Both assignments get each other's values of these fields, behind everybody's back."""
    first, other = (dict(one.aeries.assignment(UNLINKED, title)) for title in (QUIZ, ESSAY))
    document = one.aeries.control("GET", "/state")
    (book,) = [row for row in document["gradebooks"] if row["gradebook_number"] == UNLINKED]
    for row in book["assignments"]:
        partner = other if row["unique_id"] == first["unique_id"] else first
        row.update({name: partner[name] for name in names})
    one.aeries.control("POST", "/reset", {"seed": document})


# Renumbered


def test_two_assignments_renumbered_crosswise_keep_their_scores(waiting: Class) -> None:
    exchange(waiting, "assignment_number")
    waiting.look()
    assert waiting.aeries.mark(UNLINKED, QUIZ, second(waiting)) == "9"
    assert waiting.aeries.mark(UNLINKED, ESSAY, second(waiting)) == ""
    (write,) = waiting.aeries.writes()
    assert waiting.aeries.assignment(UNLINKED, QUIZ)["unique_id"] in write["path"]
    assert waiting.codes() == []


def test_damage_without_the_permanent_id(waiting: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    def by_number(
        self: AeriesClient, book: int, unique_id: str, number: int, *rows: Any, via: Lane | Permit = Lane.BULK
    ) -> Any:
        asked = aeries_client.path("gradebooks", book, "assignments", number, "scores")
        body = {"body": bodies.encode_scores(rows[0])} if rows else {}
        call = aeries_client.Call("POST" if rows else "GET", asked, "scores", **body)
        scores, request = self._wire.ask(call, via, lambda a: aeries_client.decode.scores_of(a, book, number))
        return wire.Written(scores, frozenset(), request) if rows else wire.Reading(scores, request)

    exchange(waiting, "assignment_number")
    monkeypatch.setattr(AeriesClient, "scores", by_number)
    monkeypatch.setattr(AeriesClient, "write_scores", by_number)
    waiting.look()
    assert waiting.aeries.mark(UNLINKED, ESSAY, second(waiting)) == "9", "the quiz's score, in the essay"


# Ids exchanged


@pytest.mark.parametrize("look", ["push", "everything"])
def test_exchanged_ids_stop_before_the_first_write(waiting: Class, look: str) -> None:
    exchange(waiting, "unique_id")
    before = waiting.aeries.truth(UNLINKED)
    waiting.aeries.forget()
    if look == "push":
        waiting.look()
    else:
        assert waiting.force().state in ("done", "failed")
    assert waiting.aeries.writes() == []
    assert waiting.aeries.truth(UNLINKED) == before
    assert "exchanged their permanent ids" in why(waiting)
    assert waiting.titles() == sorted([QUIZ, ESSAY])
    exchange(waiting, "unique_id")
    waiting.look()
    assert waiting.aeries.mark(UNLINKED, QUIZ, second(waiting)) == "9"


def test_damage_without_the_look_at_exchanged_ids(waiting: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    exchange(waiting, "unique_id")
    monkeypatch.setattr(exchanged, "check", lambda *_: None)
    waiting.look()
    assert waiting.aeries.mark(UNLINKED, ESSAY, second(waiting)) == "9", "the quiz's score, in the essay"


# The year rolled over


def roll_over(one: Class, *, keep_the_old_year: bool) -> None:
    """The new year's database has a gradebook of the same number and ids, as one that was copied over would."""
    one.aeries.control("POST", "/roll-year")
    document = one.aeries.control("GET", "/state")
    old = document["other_years"]["2020"]
    document |= {name: rows for name, rows in old.items() if name != "schools"}
    if not keep_the_old_year:
        document["other_years"] = {}
    one.aeries.control("POST", "/reset", {"seed": document})
    one.aeries.forget()


def test_after_the_roll_over_the_old_year_is_still_served(waiting: Class) -> None:
    roll_over(waiting, keep_the_old_year=True)
    waiting.look()
    assert mark_in(waiting, 2020) == "9"
    assert mark_in(waiting, NEXT_YEAR) == ""
    assert all("DatabaseYear=2020" in item["path"] for item in waiting.aeries.requests())


@pytest.mark.parametrize("configured", [2020, None])
def test_a_year_that_is_gone_stops_before_the_first_write(waiting: Class, configured: int | None) -> None:
    """Aeries would silently answer for its new default year (reference §3.5)."""
    stored_connection.put({"database_year": configured})
    roll_over(waiting, keep_the_old_year=False)
    waiting.look()
    assert waiting.aeries.writes() == []
    assert "2021-2022" in why(waiting) and "2020-2021" in why(waiting)
    assert waiting.force().state == "failed"
    assert waiting.aeries.writes() == []
    assert mark_in(waiting, NEXT_YEAR) == ""


def test_damage_without_the_look_at_the_year(waiting: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    roll_over(waiting, keep_the_old_year=False)

    def trusted(self: Interpreter, lane: ef.Lane) -> ef.Identity:
        return ef.Identity(self._link_view().today)

    monkeypatch.setattr(Interpreter, "_identity", trusted)
    waiting.look()
    assert mark_in(waiting, NEXT_YEAR) == "9", "last year's score, in this year's gradebook"


def mark_in(one: Class, year: int) -> str:
    document = one.aeries.control("GET", "/state")
    tables = document if document["database_year"] == year else document["other_years"][str(year)]
    (book,) = [row for row in tables["gradebooks"] if row["gradebook_number"] == UNLINKED]
    (quiz,) = [row for row in book["assignments"] if row["description"] == QUIZ]
    return str(quiz["scores"][str(second(one))]["mark"]).removesuffix(".0000")


# Linked in Aeries afterwards


@pytest.fixture
def sibling(waiting: Class) -> int:
    """Linked to the class's gradebook in Aeries; its assignments bear the same numbers."""
    aeries = waiting.aeries
    book = aeries.truth(UNLINKED)
    body = {key: book[key] for key in ("school_code", "staff_id", "sections", "terms", "categories")}
    students = [row["student_id"] for row in book["students"]]
    made = aeries.control("POST", "/gradebooks", {**body, "name": "Sibling", "students": students})
    number = int(made["gradebook_number"])
    for title in ("Theirs one", "Theirs two"):
        aeries.adds(number, title, "50", comment="not ours")
    for each in (UNLINKED, number):
        aeries.control("PATCH", f"/gradebooks/{each}", {"linked_group": 7})
    aeries.forget()
    return number


def work(one: Class) -> None:
    one.edit(quiz_of(one), title="Quiz on seas")
    one.save(one.assigned("A new one"), second(one), "7")
    one.look()


def test_a_gradebook_linked_afterwards_keeps_its_own(waiting: Class, sibling: int) -> None:
    before = waiting.aeries.truth(sibling)
    work(waiting)
    assert waiting.aeries.titles(UNLINKED) == sorted([ESSAY, "Quiz on seas", "A new one"])
    assert waiting.aeries.truth(sibling) == before
    assert waiting.codes() == []


def test_damage_without_the_link_flags(waiting: Class, sibling: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (bodies.AssignmentInsert, bodies.AssignmentUpdate):
        monkeypatch.setattr(kind, "encode", _fanning_out(kind.encode))
    work(waiting)
    assert "A new one" in waiting.aeries.titles(sibling)
    assert "Quiz on seas" in waiting.aeries.titles(sibling), "theirs was overwritten"


def _fanning_out(encode: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    """As Aeries does when the flag is left out."""
    return lambda body: encode(body).replace(b'GradebooksToo":false', b'GradebooksToo":true')


# Another district


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Sandbox]:
    """Another district's Aeries: a gradebook of the same number, with other assignments."""
    with Sandbox(Options(seed="documentation", certificate="anotherdistrict")) as sandbox:
        yield sandbox


@pytest.fixture
def other(elsewhere: Sandbox, loopback: httpx2.Client) -> Aeries:
    found = Aeries(elsewhere.url, loopback)
    found.control("POST", "/reset", {"seed": "documentation"})
    found.control("PATCH", "/state", {"guid_seed": "elsewhere"})
    for title in ("Chapter 7", "Chapter 8"):
        found.adds(UNLINKED, title)
    found.forget()
    return found


def test_another_districts_certificate_is_refused_and_nothing_is_written(waiting: Class) -> None:
    connecting.put({"certificate": "anotherdistrict"})
    waiting.look()
    assert waiting.aeries.writes() == []
    assert "certificate" in why(waiting)
    assert connecting.shown()["state"] == "refused"
    connecting.put({"certificate": CERTIFICATE})
    waiting.look()
    assert waiting.aeries.mark(UNLINKED, QUIZ, second(waiting)) == "9"


def test_another_districts_aeries_gets_nothing(waiting: Class, other: Aeries) -> None:
    """A saved score, a new activity and a whole look: the number is there, what stands under it is not ours."""
    before = other.truth(UNLINKED)
    connecting.put({"url": other.url, "certificate": "anotherdistrict"})
    waiting.save(waiting.assigned("A new one"), second(waiting), "7")
    waiting.look()
    waiting.force()
    assert other.writes() == []
    assert other.truth(UNLINKED) == before
    assert set(waiting.codes()) == {"possible_duplicate"}
    ours = f"“A new one” was not created in Aeries: {create.ELSEWHERE}."
    assert ours in [question["message"] for question in waiting.questions()]
    assert waiting.titles() == sorted([ESSAY, QUIZ, "A new one"])


def test_damage_without_the_look_for_our_own(
    waiting: Class, other: Aeries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(create, "_elsewhere", lambda *_: {})
    connecting.put({"url": other.url, "certificate": "anotherdistrict"})
    waiting.save(waiting.assigned("A new one"), second(waiting), "7")
    waiting.look()
    assert "A new one" in other.titles(UNLINKED), "an insert is for ever"
