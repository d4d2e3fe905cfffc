"""A class over two sections, each with its own gradebook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.district_and_sandbox import DUE, TEACHER, Aeries, Class, answers, finished
from twinbook.gradebook.models import Activity, Category
from twinbook.gradebook.origin import person
from twinbook.sync import rosters, sections, setup
from twinbook.sync.models import Link, Pair

FIRST, SECOND = 1040, 1041
QUIZ = "Quiz on rivers"


@dataclass
class Combined:
    one: Class
    second_gradebook: int

    @property
    def aeries(self) -> Aeries:
        return self.one.aeries

    @property
    def gradebooks(self) -> tuple[int, int]:
        return self.one.gradebook, self.second_gradebook

    def of(self, gradebook: int) -> list[int]:
        """StudentIDs of a gradebook."""
        return sorted(row["student_id"] for row in self.aeries.truth(gradebook)["students"])

    def link(self, gradebook: int) -> Link:
        return Link.objects.get(school_class_id=self.one.id, gradebook_number=gradebook, ended_on=None)

    def pair(self, gradebook: int, activity: Activity) -> Pair:
        return Pair.objects.get(link=self.link(gradebook), activity=activity)

    def assigned(self, title: str = QUIZ, points: str = "10", **fields: Any) -> Activity:
        homework = Category.objects.get(school_class_id=self.one.id, name="Homework")
        return self.one.activity(title, points, **{"category_id": homework.id, "due_on": DUE, **fields})

    def agreed(self, values: dict[int, str], title: str = QUIZ, **fields: Any) -> Activity:
        activity = self.assigned(title, **fields)
        for sis, value in values.items():
            self.one.save(activity, sis, value)
        self.one.look()
        assert all(self.one.stands(activity, sis) == "synced" for sis in values)
        return activity

    def mark(self, gradebook: int, student: int, title: str = QUIZ) -> str | None:
        """None: no row."""
        rows = self.aeries.assignment(gradebook, title)["scores"]
        return str(rows[str(student)]["mark"]) if str(student) in rows else None

    def number(self, gradebook: int, title: str = QUIZ) -> int:
        return int(self.aeries.assignment(gradebook, title)["assignment_number"])

    def moves(self, student: int, here: int = FIRST, there: int = SECOND) -> None:
        """The office moves a student to the other section; the teacher seats the student in its gradebook."""
        self.aeries.withdraws(here, student)
        self.aeries.enrols(there, student)
        books = dict(zip((FIRST, SECOND), self.gradebooks, strict=True))
        self.aeries.unseats(books[here], student)
        self.aeries.seats(books[there], student, start_date="2020-08-01")
        read_roster()


def read_roster() -> None:
    done = finished(rosters.begin(TEACHER, 994, whole=True, awake=False))
    assert done.state == "done", done.error


def combine(joined: Class) -> Combined:
    """The second section comes into the joined class; its gradebook is not joined yet."""
    aeries = joined.aeries
    seats = [
        row["student_id"]
        for row in aeries.control("GET", "/state")["enrolments"]
        if row["section_number"] == SECOND
    ]
    gradebook = aeries.opens(SECOND, "Algebra 1 P4", seats)
    sections.combine(joined.id, [SECOND], person(TEACHER), lambda class_id: True)
    return Combined(joined, gradebook)


def join_second(combined: Combined) -> None:
    second = Class(combined.one.id, combined.second_gradebook, combined.aeries)
    draft = second.draft()
    setup.patch(second.id, answers(draft))
    second.confirm()
    second.look()
