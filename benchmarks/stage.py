"""Real processes for a measurement: a sandbox with some latency, `twinbook serve` as a district runs it, a joined class."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twinbook import embedded
from twinbook.demo import processes
from twinbook.demo.school import Aeries, Twinbook, until
from twinbook.home import home

CERTIFICATE = "477abe9e7d27439681d62f4e0de1f5e1"
ADMINISTRATOR = "admin@harborview.example"
SCHOOL = 990

EMPTY = (1003, 4600050)
"""Section and gradebook of the seed `demo`: 33 students, four categories, no assignments."""
FILLED = (1004, 4600051)
"""The same with ten assignments, which stay ignored."""

Json = dict[str, Any]


@dataclass
class Class:
    """The joined class, as a person uses it over REST."""

    twinbook: Twinbook
    id: str
    category: str
    students: list[str]

    def path(self, rest: str) -> str:
        return f"/classes/{self.id}{rest}"

    def activity(self, title: str) -> str:
        body = {"title": title, "points": "100", "category_id": self.category, "due_on": "2026-10-20"}
        return str(self.twinbook.post(self.path("/activities"), body)["id"])

    def save(self, activity: str, student: str, score: str) -> None:
        self.twinbook.put(self.path(f"/activities/{activity}/scores/{student}"), {"score": score})

    def save_all(self, activity: str, score: str) -> None:
        rows = [{"student_id": student, "score": score} for student in self.students]
        self.twinbook.put(self.path(f"/activities/{activity}/scores"), {"scores": rows})

    def set(self, **settings: Any) -> None:
        self.twinbook.patch(self.path("/sync-settings"), settings)

    def synced_at(self, activity: str, student: str) -> str | None:
        """When the value that the cell holds now was read back from Aeries; None while it was not."""
        cells = self.twinbook.get(self.path("/gradebook"))["scores"]
        cell = next((c for c in cells if (c["activity_id"], c["student_id"]) == (activity, student)), None)
        return None if cell is None or cell["sync"] != "synced" else str(cell["synced_at"])

    def waits(self) -> int:
        return int(self.twinbook.get(self.path(""))["sync"]["waiting"])


@dataclass
class Stage:
    folder: Path
    environment: dict[str, str]
    aeries: Aeries
    aeries_url: str
    token: str

    @contextmanager
    def serving(self, *, worker: bool = True) -> Iterator[Twinbook]:
        arguments = ["twinbook.cli.main", "serve", "--port", "0", *([] if worker else ["--no-worker"])]
        log = self.folder / "serve.log"
        with (
            processes.running(arguments, log, self.environment, "Twinbook is listening") as url,
            processes.client(url, self.token) as http,
        ):
            yield Twinbook(http)

    def command(self, *arguments: str) -> Json:
        """A `twinbook` command with --json, in a process of its own."""
        found: Json = json.loads(processes.command([*arguments, "--json"], self.environment))
        return found

    def requests(self) -> list[Json]:
        """What was asked of Aeries since `forget`."""
        return list(self.aeries.ask("GET", "/requests")["items"])

    def forget(self) -> None:
        self.aeries.ask("DELETE", "/requests")

    def latency(self, milliseconds: int) -> None:
        """From here on Aeries answers that much later."""
        self.aeries.ask("POST", "/switches", {"latency_ms": milliseconds})


@contextmanager
def stage() -> Iterator[Stage]:
    """An initialised installation, connected and with the roster read, that nobody serves yet."""
    with tempfile.TemporaryDirectory(prefix="twinbook-bench-") as name:
        folder = Path(name)
        environment = processes.environment(folder / "home")
        with (
            embedded.database(home(folder / "home")),  # held, so that no command has to start it
            sandbox(folder) as url,
            processes.client(url) as http,
        ):
            token = prepare(environment, url)
            yield Stage(folder, environment, Aeries(http), url, token)


@contextmanager
def sandbox(folder: Path) -> Iterator[str]:
    arguments = ["aeries_sandbox", "serve", "--seed", "demo", "--port", "0"]
    log = Path(tempfile.mkstemp(dir=folder, prefix="sandbox-")[1])
    with processes.running(arguments, log, processes.environment(folder), "aeries-sandbox listening") as url:
        yield url


def prepare(environment: dict[str, str], url: str) -> str:
    """An installation connected with the Aeries at that address, with the roster read; an administrator's token."""
    district = ["--district", "Harborview", "--timezone", "America/Los_Angeles", "--admin", ADMINISTRATOR]
    processes.command(["init", *district], environment, stdin="a long enough password")
    connect = ["aeries", "connect", "--url", url, "--certificate-file", "-"]
    processes.command(connect, environment, stdin=CERTIFICATE)
    processes.command(["roster", "sync", "--school", str(SCHOOL)], environment)
    return processes.command(["token", "create", "--user", ADMINISTRATOR], environment).strip()


def join(twinbook: Twinbook, which: tuple[int, int]) -> Class:
    """The class of that section, joined with that gradebook: its categories come from Aeries, its assignments do not."""
    section, gradebook = which
    classes = twinbook.get("/classes")["items"]
    class_id = next(row["id"] for row in classes if row["section_number"] == section)
    path = f"/classes/{class_id}/setup"
    twinbook.finished(twinbook.post(path, {"gradebook_number": gradebook})["run"])
    draft = twinbook.get(path)
    categories = [{"aeries_code": row["aeries_code"], "action": "create"} for row in draft["categories"]]
    ignored = [{"aeries_id": row["aeries_id"], "action": "ignore"} for row in draft["aeries_activities"]]
    twinbook.patch(path, {"categories": categories, "aeries_activities": ignored})
    fingerprint = twinbook.get(f"{path}/summary")["fingerprint"]
    done = twinbook.finished(twinbook.post(f"{path}/confirm", {"fingerprint": fingerprint}))
    if done["state"] != "done":
        raise RuntimeError(f"the set-up ended as {done['state']}: {done['error']}")
    category = twinbook.get(f"/classes/{class_id}/categories")["items"][0]["id"]
    rows = twinbook.get(f"/classes/{class_id}/students")["items"]
    known = [row["id"] for row in rows if row["active"] and row["sis_student_id"] is not None]
    return Class(twinbook, class_id, category, known)


def quiet(school_class: Class) -> None:
    """Until nothing waits to be sent."""
    if not until(lambda: school_class.waits() == 0, 120.0):
        raise RuntimeError("the class does not come to rest")
