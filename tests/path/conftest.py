"""A district joined with a sandbox, in the test's own process: services on the real database, Aeries over loopback HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from aeries_sandbox.sandbox import Options, Sandbox
from twinbook.district import connection as aeries_connection
from twinbook.district import setup as district_setup
from twinbook.district.models import ClassSection
from twinbook.gradebook import activities, scores
from twinbook.gradebook.cells import parse_number
from twinbook.gradebook.models import Activity, ClassStudent
from twinbook.gradebook.origin import person
from twinbook.gradebook.scores import ScoreWrite
from twinbook.sync import force, lease, rosters, runs, setup
from twinbook.sync import look as sync_look
from twinbook.sync.models import Run

CERTIFICATE = "477abe9e7d27439681d62f4e0de1f5e1"
TEACHER = "teacher@example.org"


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
        found = [a for a in self.truth(gradebook)["assignments"] if a["description"] == title and not a["deleted"]]
        assert len(found) == 1, (title, len(found))
        return dict(found[0])

    def mark(self, gradebook: int, title: str, student: int) -> str:
        return str(self.assignment(gradebook, title)["scores"][str(student)]["mark"])

    def types(self, gradebook: int, number: int, student: int, mark: str) -> None:
        self.control("PUT", f"/gradebooks/{gradebook}/assignments/{number}/scores/{student}", {"mark": mark})

    def requests(self, since: int = 0) -> list[dict[str, Any]]:
        return list(self.control("GET", f"/requests?since={since}")["items"])

    def forget(self) -> None:
        self.control("DELETE", "/requests")

    def fault(self, **order: Any) -> None:
        self.control("POST", "/faults", order)

    def heal(self) -> None:
        self.control("DELETE", "/faults")


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
    district_setup.initialise("Test district", "America/Los_Angeles", "admin@example.org", "a long enough password")
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
    finished(rosters.begin(TEACHER, 994, awake=False))
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
        rows = ClassStudent.objects.filter(school_class_id=self.id, active=True, student__sis_student_id__isnull=False)
        return list(rows.order_by("student_id").values_list("student__sis_student_id", flat=True))

    def category(self, name: str, weight: str = "10") -> int:
        from decimal import Decimal

        from twinbook.gradebook import categories

        return categories.create(self.id, categories.CategoryFields(name, Decimal(weight)), person(TEACHER)).id

    def activity(self, title: str, points: str = "10", **fields: Any) -> Activity:
        from decimal import Decimal

        return activities.create(
            self.id, activities.ActivityFields(title, Decimal(points), **fields), person(TEACHER)
        )

    def save(self, activity: Activity, sis: int, text: str) -> None:
        value = parse_number(text)
        scores.save_scores(self.id, activity.id, [ScoreWrite(self.student(sis), value)], person(TEACHER))


def answers(draft: dict[str, Any]) -> dict[str, Any]:
    """What a teacher answers who wants everything on both sides."""
    body: dict[str, Any] = {"categories": [], "aeries_activities": [], "lms_activities": []}
    for row in draft["categories"]:
        if row["action"] is None:
            key = {"aeries_code": row["aeries_code"]} if row["aeries_code"] is not None else {"lms_id": row["lms_id"]}
            action = "ignore" if row["aeries_code"] is None else ("match" if row["lms_id"] else "create")
            body["categories"].append({**key, "action": action})
    for row in draft["aeries_activities"]:
        if row["action"] is None:
            body["aeries_activities"].append({"aeries_id": row["aeries_id"], "action": "match" if row["lms_id"] else "create"})
    for row in draft["lms_activities"]:
        if row["action"] is None:
            body["lms_activities"].append({"lms_id": row["lms_id"], "action": "create"})
    return body


UNLINKED = 4500001


@pytest.fixture
def school_class(district: Aeries) -> Class:
    """The class of the documentation's unlinked gradebook that a sync can use."""
    section = district.truth(UNLINKED)["sections"][0]["section_number"]
    return Class(ClassSection.objects.get(section__number=section).school_class_id, UNLINKED, district)
