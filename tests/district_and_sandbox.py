"""A district joined with a sandbox, in the test's own process: services on the real database, Aeries over loopback HTTP."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from aeries_sandbox.sandbox import Options, Sandbox
from twinbook.core.values import BLANK, OurValue
from twinbook.district import connection as aeries_connection
from twinbook.district import setup as district_setup
from twinbook.district.models import ClassSection
from twinbook.gradebook import activities, categories, scores
from twinbook.gradebook.activities import ActivityChanges
from twinbook.gradebook.cells import parse_number
from twinbook.gradebook.models import Activity, ClassStudent
from twinbook.gradebook.origin import person
from twinbook.gradebook.scores import ScoreWrite
from twinbook.sync import force, lease, overview, problems, rosters, runs, setup
from twinbook.sync import look as sync_look
from twinbook.sync import settings as class_settings
from twinbook.sync.models import CategoryPair, Link, RemoteState, Run

CERTIFICATE = "477abe9e7d27439681d62f4e0de1f5e1"
TEACHER = "teacher@example.org"
SCHOOL = 994
UNLINKED = 4500001
DUE = date(2020, 10, 2)


@dataclass
class Aeries:
    """The sandbox as its teacher and its log see it."""

    url: str
    http: httpx2.Client

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, f"{self.url}/sandbox{path}", json=body)
        assert answer.status_code < 300, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def truth(self, gradebook: int) -> dict[str, Any]:
        found: dict[str, Any] = self.control("GET", f"/gradebooks/{gradebook}")
        return found

    def assignment(self, gradebook: int, title: str) -> dict[str, Any]:
        found = [
            a for a in self.truth(gradebook)["assignments"] if a["description"] == title and not a["deleted"]
        ]
        assert len(found) == 1, (title, len(found))
        return dict(found[0])

    def mark(self, gradebook: int, title: str, student: int) -> str:
        return str(self.assignment(gradebook, title)["scores"][str(student)]["mark"])

    def opens(self, section: int, name: str, students: Iterable[int], *further: int) -> int:
        """The teacher opens a gradebook of their own for a section, or for several; its number."""
        like = self.truth(UNLINKED)
        body = {
            "school_code": SCHOOL,
            "staff_id": like["staff_id"],
            "name": name,
            "sections": [section, *further],
            "terms": [term["code"] for term in like["terms"]],
            "categories": like["categories"],
            "students": list(students),
        }
        return int(self.control("POST", "/gradebooks", body)["gradebook_number"])

    def enrols(self, section: int, student: int) -> None:
        """The office puts a student into a section."""
        self.control("POST", f"/sections/{SCHOOL}/{section}/students", {"student_id": student})

    def withdraws(self, section: int, student: int) -> None:
        self.control("DELETE", f"/sections/{SCHOOL}/{section}/students/{student}")

    def seats(self, gradebook: int, student: int, **start: str) -> None:
        """The teacher adds a student to a gradebook."""
        self.control("POST", f"/gradebooks/{gradebook}/students", {"student_id": student, **start})

    def unseats(self, gradebook: int, student: int, **end: str) -> None:
        self.control("DELETE", f"/gradebooks/{gradebook}/students/{student}", end)

    def types(self, gradebook: int, number: int, student: int, mark: str) -> None:
        self.control("PUT", f"/gradebooks/{gradebook}/assignments/{number}/scores/{student}", {"mark": mark})

    def adds(self, gradebook: int, title: str, points: str = "10", **fields: Any) -> int:
        """A teacher adds an assignment by hand; its number."""
        body = {
            "description": title,
            "category_code": "0",
            "points_possible": points,
            "date_due": "2020-10-02",
            **fields,
        }
        return int(self.control("POST", f"/gradebooks/{gradebook}/assignments", body)["assignment_number"])

    def edits(self, gradebook: int, number: int, **fields: Any) -> None:
        self.control("PATCH", f"/gradebooks/{gradebook}/assignments/{number}", fields)

    def deletes(self, gradebook: int, number: int) -> None:
        self.control("DELETE", f"/gradebooks/{gradebook}/assignments/{number}")

    def titles(self, gradebook: int) -> list[str]:
        return sorted(a["description"] for a in self.truth(gradebook)["assignments"] if not a["deleted"])

    def asked(self) -> Counter[str]:
        """What was asked since `forget`, by kind of request."""
        return Counter(_kind(item["method"], item["path"]) for item in self.requests())

    def writes(self) -> list[dict[str, Any]]:
        return [item for item in self.requests() if item["method"] != "GET"]

    def requests(self, since: int = 0) -> list[dict[str, Any]]:
        return list(self.control("GET", f"/requests?since={since}")["items"])

    def forget(self) -> None:
        self.control("DELETE", "/requests")

    def fault(self, **order: Any) -> None:
        self.control("POST", "/faults", order)

    def heal(self) -> None:
        self.control("DELETE", "/faults")


_KINDS = {
    r"GET .*/systeminfo": "identity",
    r"GET .*/assignments/[^/]+/scores": "read scores",
    r"POST .*/assignments/[^/]+/scores": "post scores",
    r"GET .*/assignments/[^/]+": "read assignment",
    r"PUT .*/assignments/[^/]+": "update",
    r"GET .*/assignments": "list",
    r"POST .*/assignments": "insert",
    r"GET .*/gradebooks/\d+/[^/]+/students": "students",
    r"GET .*/gradebooks/\d+": "gradebook",
}


def _kind(method: str, path: str) -> str:
    asked = f"{method} {path.partition('?')[0]}"
    return next(
        (kind for pattern, kind in _KINDS.items() if re.fullmatch(pattern, asked, re.IGNORECASE)), asked
    )


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox(Options(seed="documentation")) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def loopback() -> Iterator[httpx2.Client]:
    with httpx2.Client(timeout=30) as client:
        yield client


@pytest.fixture
def aeries(running_sandbox: Sandbox, loopback: httpx2.Client) -> Aeries:
    found = Aeries(running_sandbox.url, loopback)
    found.control("POST", "/reset", {"seed": "documentation", "profile": "documented"})
    found.heal()
    found.forget()
    return found


@pytest.fixture
def district(transactional_db: None, aeries: Aeries) -> Aeries:
    """Connected, with the roster read."""
    district_setup.initialise(
        "Test district", "America/Los_Angeles", "admin@example.org", "a long enough password"
    )
    aeries_connection.put(
        {
            "url": aeries.url,
            "certificate": CERTIFICATE,
            "database_year": 2020,
            "requests_per_second": 500,
            "burst": 500,
            "in_flight": 20,
            "longest_timeout_seconds": 1,
            "second_look_seconds": 1,
        }
    )
    finished(rosters.begin(TEACHER, SCHOOL, awake=False))
    return aeries


def finished(run: Run) -> Run:
    """Carried out in this thread."""
    with lease.hold_run(run.id, lease.this_process()):
        runs.carry_out(run.id)
    run.refresh_from_db()
    return run


@dataclass
class Class:
    """A class and its gradebook in Aeries."""

    id: int
    gradebook: int
    aeries: Aeries

    def draft(self) -> dict[str, Any]:
        run, _ = setup.begin(self.id, self.gradebook, TEACHER)
        done = finished(run)
        assert done.state == "done", done.error
        return setup.draft(self.id)

    def confirm(self) -> Run:
        summary = setup.summary(self.id)
        assert summary["ready"], summary["blocking"]
        done = finished(setup.confirm(self.id, summary["fingerprint"], TEACHER))
        assert done.state == "done", done.error
        return done

    def join(self) -> Run:
        """Everything that is proposed, all else created."""
        draft = self.draft()
        setup.patch(self.id, answers(draft))
        return self.confirm()

    def look(self) -> None:
        sync_look.look_at_class(self.id, holder=lease.this_process())

    def force(self, *, dry_run: bool = False) -> Run:
        return finished(force.begin(self.id, TEACHER, dry_run=dry_run, awake=False))

    def student(self, sis: int) -> int:
        return ClassStudent.objects.get(school_class_id=self.id, student__sis_student_id=sis).student_id

    def students(self) -> list[int]:
        rows = ClassStudent.objects.filter(
            school_class_id=self.id, active=True, student__sis_student_id__isnull=False
        )
        return list(rows.order_by("student_id").values_list("student__sis_student_id", flat=True))

    def category(self, name: str, weight: str = "10") -> int:
        return categories.create(
            self.id, categories.CategoryFields(name, Decimal(weight)), person(TEACHER)
        ).id

    def matched_category(self, code: str = "0") -> int:
        """The category here that is paired with this code there."""
        row = CategoryPair.objects.get(link__school_class_id=self.id, link__ended_on=None, code=code)
        assert row.category_id is not None
        return row.category_id

    def assigned(self, title: str, points: str = "10", **fields: Any) -> Activity:
        """An activity that can go to Aeries."""
        return self.activity(
            title, points, **{"category_id": self.matched_category(), "due_on": DUE, **fields}
        )

    def activity(self, title: str, points: str = "10", **fields: Any) -> Activity:
        return activities.create(
            self.id, activities.ActivityFields(title, Decimal(points), **fields), person(TEACHER)
        )

    def save(self, activity: Activity, sis: int, value: str | OurValue) -> None:
        """A number as text, or any value."""
        written = parse_number(value) if isinstance(value, str) else value
        scores.save_scores(self.id, activity.id, [ScoreWrite(self.student(sis), written)], person(TEACHER))

    def edit(self, activity: Activity, **changes: Any) -> None:
        activities.update(self.id, activity.id, ActivityChanges(**changes), person(TEACHER))

    def named(self, title: str) -> Activity:
        return Activity.objects.get(school_class_id=self.id, title=title, deleted_at=None)

    def titles(self) -> list[str]:
        return sorted(activities.of_class(self.id).values_list("title", flat=True))

    def value(self, activity: Activity, sis: int) -> str:
        """What the cell holds here, as text; "" for a blank."""
        cell = scores.of_activity(activity.id).get(self.student(sis))
        return "" if cell is None else str(cell.value)

    def stands(self, activity: Activity, sis: int) -> str:
        """The cell's `sync`."""
        cell = scores.of_activity(activity.id).get(self.student(sis))
        stand = overview.ClassStand(self.id)
        return stand.of(activity, self.student(sis), BLANK if cell is None else cell.value).sync.value

    def questions(self) -> list[dict[str, Any]]:
        return problems.of_class(self.id)

    def codes(self) -> list[str]:
        return sorted(question["code"] for question in self.questions())

    def answer(self, code: str, choice: str) -> None:
        """To the only open question of that code."""
        (question,) = [q for q in self.questions() if q["code"] == code]
        problems.resolve(int(question["id"]), choice, TEACHER)

    def set(self, **changes: object) -> None:
        class_settings.patch(self.id, changes)

    def link(self) -> Link:
        return Link.objects.get(school_class_id=self.id, ended_on=None)

    def move_clock(self, day: str) -> None:
        """Aeries' own date; what was trusted about it is read again."""
        self.aeries.control("POST", "/clock", {"now": f"{day}T09:00:00"})
        RemoteState.objects.update(identity_checked_at=None)

    def agreed(self, title: str, values: dict[int, str], points: str = "10", **fields: Any) -> Activity:
        """An activity with scores that both sides hold."""
        activity = self.assigned(title, points, **fields)
        for sis, value in values.items():
            self.save(activity, sis, value)
        self.look()
        assert all(self.stands(activity, sis) == "synced" for sis in values)
        return activity

    def all_agreed(self, titles: Iterable[str], value: str) -> list[Activity]:
        """Activities in which every student has this value on both sides, after one look."""
        made = [self.assigned(title) for title in titles]
        for activity in made:
            writes = [ScoreWrite(self.student(sis), parse_number(value)) for sis in self.students()]
            scores.save_scores(self.id, activity.id, writes, person(TEACHER))
        self.look()
        assert self.codes() == []
        return made


def answers(draft: dict[str, Any]) -> dict[str, Any]:
    """What a teacher answers who wants everything on both sides."""
    body: dict[str, Any] = {"categories": [], "aeries_activities": [], "lms_activities": []}
    for row in draft["categories"]:
        if row["action"] is None:
            key = (
                {"aeries_code": row["aeries_code"]}
                if row["aeries_code"] is not None
                else {"lms_id": row["lms_id"]}
            )
            action = "ignore" if row["aeries_code"] is None else ("match" if row["lms_id"] else "create")
            body["categories"].append({**key, "action": action})
    for row in draft["aeries_activities"]:
        if row["action"] is None:
            body["aeries_activities"].append(
                {"aeries_id": row["aeries_id"], "action": "match" if row["lms_id"] else "create"}
            )
    for row in draft["lms_activities"]:
        if row["action"] is None:
            body["lms_activities"].append({"lms_id": row["lms_id"], "action": "create"})
    return body


def row_of(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The row of a draft's list with this name or title."""
    (found,) = [row for row in rows if name in (row.get("name"), row.get("title"))]
    return found


@pytest.fixture
def school_class(district: Aeries) -> Class:
    """The class of the documentation's unlinked gradebook that a sync can use."""
    section = district.truth(UNLINKED)["sections"][0]["section_number"]
    return Class(ClassSection.objects.get(section__number=section).school_class_id, UNLINKED, district)


@pytest.fixture
def joined(school_class: Class) -> Class:
    """The same, joined while both sides were empty; five categories came from Aeries."""
    school_class.join()
    school_class.look()
    return school_class
