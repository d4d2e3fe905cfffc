"""The sandbox beside a tiny independent model of two linked gradebooks: whatever is done, both hold the same."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from aeries_sandbox.sandbox import Sandbox
from tests.sandbox.conftest import Address

STUDENTS = (99400001, 99400156)
BOOKS = (4366926, 4366927)
points = st.integers(0, 200).map(lambda n: Decimal(n) / 2)
titles = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
marks = st.sampled_from(["", "NA", "TX", "MI", "95%", "0", "7", "8.5", "33.3333"])
scored = st.integers(0, 2_000_000).map(lambda n: Decimal(n) / 10_000)


@dataclass
class Cell:
    mark: str = ""
    number: Decimal = Decimal(0)


@dataclass
class Work:
    number: int
    title: str
    comment: str
    possible: Decimal
    worth: Decimal
    completed: bool
    unique_id: str = ""
    cells: dict[int, Cell] = field(default_factory=lambda: {student: Cell() for student in STUDENTS})


def stripped(text: str) -> str:
    return "".join(letter for letter in text if letter not in '"<>')


class Beside(RuleBasedStateMachine):
    """`books` is the model; every rule does the same thing to it and to the sandbox."""

    sandbox: Sandbox
    client: httpx2.Client

    def __init__(self) -> None:
        super().__init__()
        self.control = Address(self.client, f"{self.sandbox.url}/sandbox", {})
        certificate = {"AERIES-CERT": self.sandbox.certificate}
        self.aeries = Address(self.client, f"{self.sandbox.url}/api/v5", certificate)
        assert self.control.post("/reset", {"seed": "documentation"}).status_code == 200
        for book in BOOKS:
            assert self.control.delete(f"/gradebooks/{book}/assignments/2").is_success or book == BOOKS[1]
        members = [{"student_id": s, "inactive": True} for s in (99400318, 99402373)]
        self.control.patch("/state", {"gradebooks": [{"gradebook_number": BOOKS[0], "students": members}]})
        self.books: dict[int, list[Work]] = {book: [] for book in BOOKS}
        self.highest = dict.fromkeys(BOOKS, 2)

    def some(self, data: st.DataObject) -> tuple[int, Work]:
        return data.draw(st.sampled_from([(book, work) for book in BOOKS for work in self.books[book]]))

    def same_number(self, number: int) -> list[Work]:
        return [work for book in BOOKS for work in self.books[book] if work.number == number]

    def path(self, data: st.DataObject, book: int, work: Work) -> str:
        by_id = data.draw(st.booleans())
        return (
            f"/gradebooks/assignments/{work.unique_id}"
            if by_id
            else f"/gradebooks/{book}/assignments/{work.number}"
        )

    @rule(book=st.sampled_from(BOOKS), title=titles, worth=points, possible=points, fan_out=st.booleans())
    def insert(self, book: int, title: str, worth: Decimal, possible: Decimal, fan_out: bool) -> None:
        body = {"Description": title, "PointsPossible": str(worth), "NumberCorrectPossible": str(possible)}
        answer = self.aeries.post(
            f"/gradebooks/{book}/Assignments", body | {"CreateInLinkedGradebooksToo": fan_out}
        )
        assert answer.status_code == 201
        targets = [book, *(other for other in BOOKS if fan_out and other != book)]
        number = max(self.highest[target] for target in targets) + 1
        assert [row["GradebookNumber"] for row in answer.json()] == targets
        for target, row in zip(targets, answer.json(), strict=True):
            self.books[target].append(
                Work(number, title, "", possible or worth, worth, False, row["UniqueID"])
            )
            self.highest[target] = number

    @precondition(lambda self: any(self.books.values()))
    @rule(data=st.data(), worth=points, comment=titles, completed=st.booleans(), fan_out=st.booleans())
    def update(
        self, data: st.DataObject, worth: Decimal, comment: str, completed: bool, fan_out: bool
    ) -> None:
        book, work = self.some(data)
        body: dict[str, Any] = {"PointsPossible": str(worth), "UpdateLinkedGradebooksToo": fan_out}
        body |= {"Comment": comment} if comment else {}
        body |= {"GradingCompleted": True} if completed else {}
        assert self.aeries.put(self.path(data, book, work), body).status_code == 200
        for target in self.same_number(work.number) if fan_out else [work]:
            target.worth, target.possible = worth, worth
            target.comment, target.completed = comment.rstrip(), completed

    @precondition(lambda self: any(self.books.values()))
    @rule(data=st.data(), numbers=st.dictionaries(st.sampled_from((*STUDENTS, 1)), scored, max_size=3))
    def score(self, data: st.DataObject, numbers: dict[int, Decimal]) -> None:
        book, work = self.some(data)
        items = [{"StudentID": student, "NumberCorrect": str(number)} for student, number in numbers.items()]
        answer = self.aeries.post(f"{self.path(data, book, work)}/scores", items)
        assert answer.status_code == 200
        for student, number in numbers.items():
            if student in STUDENTS:
                work.cells[student] = Cell(f"{number:.4f}", number)
        self.compare(work, answer.json())

    @precondition(lambda self: any(self.books.values()))
    @rule(data=st.data(), student=st.sampled_from(STUDENTS), mark=marks)
    def type_mark(self, data: st.DataObject, student: int, mark: str) -> None:
        book, work = self.some(data)
        path = f"/gradebooks/{book}/assignments/{work.number}/scores/{student}"
        assert self.control.put(path, {"mark": mark}).status_code == 200
        number = Decimal(0)
        if mark == "95%":
            number = (work.possible * 95 / 100).quantize(Decimal("0.0001"))
        elif mark and mark[0].isdigit():
            number = Decimal(mark)
        work.cells[student] = Cell(mark, number)

    @precondition(lambda self: any(self.books.values()))
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        book, work = self.some(data)
        assert self.control.delete(f"/gradebooks/{book}/assignments/{work.number}").status_code == 200
        for target in BOOKS:
            self.books[target] = [held for held in self.books[target] if held.number != work.number]

    @precondition(lambda self: any(self.books.values()))
    @rule(data=st.data(), title=titles)
    def retitle(self, data: st.DataObject, title: str) -> None:
        book, work = self.some(data)
        path = f"/gradebooks/{book}/assignments/{work.number}"
        assert self.control.patch(path, {"description": title}).status_code == 200
        for target in self.same_number(work.number):
            target.title = title

    @rule()
    def go_through_a_state_document(self) -> None:
        state = self.control.get("/state").json()
        assert self.control.post("/reset", {"seed": state}).status_code == 200

    @invariant()
    def both_hold_the_same(self) -> None:
        for book in BOOKS:
            shown = self.aeries.get(f"/gradebooks/{book}/assignments").json()
            assert [(row["AssignmentNumber"], row["UniqueID"]) for row in shown] == [
                (work.number, work.unique_id) for work in self.books[book]
            ]
            for row, work in zip(shown, self.books[book], strict=True):
                assert (row["Description"], row["Comment"]) == (stripped(work.title), stripped(work.comment))
                assert (row["PointsPossible"], row["NumberCorrectPossible"]) == (work.worth, work.possible)
                assert row["GradingCompleted"] == work.completed

    @invariant()
    def scores_are_the_same(self) -> None:
        for book in BOOKS:
            for work in self.books[book][-1:]:
                self.compare(
                    work, self.aeries.get(f"/gradebooks/{book}/assignments/{work.number}/scores").json()
                )

    def compare(self, work: Work, scores: list[dict[str, Any]]) -> None:
        rows = {row["StudentID"]: row for row in scores}
        for student, cell in work.cells.items():
            row = rows[student]
            assert row["Mark"] == cell.mark
            if cell.mark != "95%":
                assert Decimal(str(row["NumberCorrect"])) == cell.number
            assert (row["PointsPossible"], row["NumberCorrectPossible"]) == (work.worth, work.possible)
            missing = cell.mark in ("TX", "MI") or (not cell.mark and work.completed)
            assert row["IsMissing"] == missing


@pytest.mark.usefixtures("control")
def test_sandbox_and_model_stay_equal(running: Sandbox, loopback: httpx2.Client) -> None:
    class Here(Beside):
        sandbox = running
        client = loopback

    checked = settings(
        max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    run_state_machine_as_test(Here, settings=checked)
