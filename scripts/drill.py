"""`make drill`: rehearses the worst days with real programs: a new major version of PostgreSQL, a backup while teachers
type, the loss of the database, the restore, the confirmation, and that both gradebooks agree afterwards.

Everything happens in a folder of its own, against the sandbox. Exit code 0: every step came out right.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from twinbook.cli.demo import SCHOOL, prepare
from twinbook.demo import processes
from twinbook.demo.play import GRADEBOOK_NAME, SECTION, answers
from twinbook.demo.school import Aeries, Json, Twinbook, until
from twinbook.demo.talk import Talk
from twinbook.embedded import remove_place
from twinbook.home import Home

LAST_YEARS = """
from twinbook.embedded import place, server
place.MAJOR = server.MAJOR = 16
place.INSTALLATION = f"{place.WHEEL}/pginstall"
server.LOCALE = ["--locale=C"]
from twinbook.cli.main import main
main()
"""
"""The same Twinbook, bringing the PostgreSQL 16 that the embedded package carries beside the present one."""


@dataclass
class Drill:
    folder: Path
    talk: Talk = field(default_factory=Talk)
    token: str = ""
    class_id: str = ""
    gradebook: int = 0
    students: list[Json] = field(default_factory=list)
    activity: str = ""

    @property
    def home(self) -> Home:
        return Home(self.folder / "home")

    @property
    def environment(self) -> dict[str, str]:
        return processes.environment(self.home.path)

    def rehearse(self, *, whole: bool) -> bool:
        """`whole`: with a new major version before it, and with what must be refused on the way."""
        sandbox = ["aeries_sandbox", "serve", "--seed", "demo", "--port", "0"]
        log = self.folder / "sandbox.log"
        try:
            ready = "aeries-sandbox listening"
            with (
                processes.running(sandbox, log, self.environment, ready) as url,
                processes.client(url) as theirs,
            ):
                self._play(url, Aeries(theirs), whole=whole)
        finally:
            remove_place(self.home)
        return not self.talk.wrong

    def _play(self, url: str, aeries: Aeries, *, whole: bool) -> None:
        if whole:
            self._upgrade(url)
        else:
            self.token = prepare(self.environment, secrets.token_urlsafe(9), url)
        backup = self.folder / "twinbook.backup"
        with self._serving() as twinbook:
            self._join(twinbook, aeries)
            self._backup_while_typing(twinbook, backup)
            self._after_the_backup(twinbook, aeries)
        self._lose()
        if whole:
            self._refuse_broken(backup)
        self._restore(backup)
        with self._serving() as twinbook:
            if whole:
                self._refuse_running(backup)
            self._observes(twinbook, aeries)
            self._confirm(twinbook, aeries)

    @contextmanager
    def _serving(self) -> Iterator[Twinbook]:
        serve = ["twinbook.cli.main", "serve", "--port", "0"]
        log = self.folder / "serve.log"
        ready = "Twinbook is listening"
        with (
            processes.running(serve, log, self.environment, ready) as url,
            processes.client(url, self.token) as ours,
        ):
            yield Twinbook(ours)

    def _command(
        self, *arguments: str, code: int = 0, program: list[str] | None = None, stdin: str = ""
    ) -> str:
        """A `twinbook` command; what it said on both streams."""
        ran = subprocess.run(
            [sys.executable, *(program or ["-m", "twinbook.cli.main"]), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env=self.environment,
            check=False,
        )
        self.talk.seen(
            ran.returncode == code, f"`twinbook {' '.join(arguments[:3])}` ended with {ran.returncode}."
        )
        if ran.returncode != code:
            self.talk.say(ran.stderr)
        return ran.stdout + ran.stderr

    # A new major version

    def _upgrade(self, url: str) -> None:
        self.talk.step("An installation on PostgreSQL 16, from last year's Twinbook.")
        old = ["-c", LAST_YEARS]
        district = ["--district", "Harborview", "--timezone", "America/Los_Angeles"]
        self._command(
            "init", *district, "--admin", "admin@harborview.example", program=old, stdin="a long password\n"
        )
        self._command("user", "invite", "kept@harborview.example", program=old)
        self.talk.step("This year's brings PostgreSQL 18: it refuses, and says what to do.")
        said = self._command("user", "list", code=1)
        self.talk.seen("twinbook database upgrade" in said, "It names the command.")
        self._command("database", "upgrade")
        self.talk.seen("kept@harborview.example" in self._command("user", "list"), "Everything is there.")
        self.token = prepare(self.environment, secrets.token_urlsafe(9), url)
        stand = json.loads(self._command("status", "--json"))
        self.talk.seen(stand["installation"]["state"] == "ok", "Nobody has to confirm an upgrade.")

    # Everyday life

    def _join(self, twinbook: Twinbook, aeries: Aeries) -> None:
        self.talk.step("A class is joined, and scores go to and fro.")
        twinbook.finished(twinbook.post("/roster-sync", {"school_code": int(SCHOOL)}))
        classes = twinbook.get("/classes")["items"]
        self.class_id = next(row["id"] for row in classes if row["section_number"] == SECTION)
        books = aeries.ask("GET", "/gradebooks")["items"]
        self.gradebook = next(int(row["gradebook_number"]) for row in books if row["name"] == GRADEBOOK_NAME)
        begun = twinbook.post(f"/classes/{self.class_id}/setup", {"gradebook_number": self.gradebook})
        twinbook.finished(begun["run"])
        path = f"/classes/{self.class_id}/setup"
        twinbook.patch(path, answers(twinbook.get(path)))
        summary = twinbook.get(f"{path}/summary")
        done = twinbook.finished(twinbook.post(f"{path}/confirm", {"fingerprint": summary["fingerprint"]}))
        self.talk.seen(done["state"] == "done", "Joined.")
        listed = {row["student_id"] for row in aeries.gradebook(self.gradebook)["students"]}
        rows = twinbook.get(f"/classes/{self.class_id}/gradebook")["students"]
        self.students = [row for row in rows if row["active"] and row["sis_student_id"] in listed]
        self.activity = self._create(twinbook, "Reading log")
        for student in self.students[:6]:
            self._save(twinbook, self.activity, student, "4")
        self.talk.seen(self._at_rest(twinbook), "Everything is in Aeries.")

    def _create(self, twinbook: Twinbook, title: str) -> str:
        category = twinbook.get(f"/classes/{self.class_id}/categories")["items"][0]["id"]
        body = {"title": title, "points": "5", "category_id": category}
        return str(twinbook.post(f"/classes/{self.class_id}/activities", body)["id"])

    def _save(self, twinbook: Twinbook, activity: str, student: Json, score: str) -> None:
        path = f"/classes/{self.class_id}/activities/{activity}/scores/{student['id']}"
        twinbook.put(path, {"score": score})

    def _at_rest(self, twinbook: Twinbook) -> bool:
        def still() -> bool:
            cells = twinbook.get(f"/classes/{self.class_id}/gradebook")["scores"]
            return all(cell["sync"] == "synced" for cell in cells if cell["activity_id"] == self.activity)

        return bool(until(still))

    def _backup_while_typing(self, twinbook: Twinbook, file: Path) -> None:
        self.talk.step("A backup, while a teacher types.")
        stop = threading.Event()
        typing = threading.Thread(target=self._type_until, args=(twinbook, stop))
        typing.start()
        try:
            said = self._command("database", "backup", str(file))
        finally:
            stop.set()
            typing.join()
        self.talk.seen("encryption keys are not in it" in said, "It says what else must be kept.")

    def _type_until(self, twinbook: Twinbook, stop: threading.Event) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            self._save(twinbook, self.activity, self.students[4], str(number % 5))

    def _after_the_backup(self, twinbook: Twinbook, aeries: Aeries) -> None:
        self.talk.step(
            "The day goes on: scores here, scores there, a new activity. None of it is in the backup."
        )
        self._save(twinbook, self.activity, self.students[0], "5")
        self._save(twinbook, self.activity, self.students[5], "2.5")
        new = self._create(twinbook, "Volcano poster")
        self._save(twinbook, new, self.students[0], "3")
        self.talk.seen(self._at_rest(twinbook), "Everything is in Aeries.")
        arrived = until(lambda: self._mark(aeries, "Volcano poster", 0) == "3")
        self.talk.seen(bool(arrived), "The new activity as well.")
        aeries.types(self.gradebook, "Reading log", self.students[1]["sis_student_id"], "1")

    def _mark(self, aeries: Aeries, title: str, student: int) -> str | None:
        return aeries.mark(self.gradebook, title, self.students[student]["sis_student_id"])

    # The worst day

    def _lose(self) -> None:
        self.talk.step("The database is lost: its files are gone, the secrets were kept.")
        remove_place(self.home)

    def _refuse_broken(self, file: Path) -> None:
        self.talk.step("A broken backup must be refused.")
        self._command("database", "check", str(file))
        broken = self.folder / "broken.backup"
        broken.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        said = self._command("database", "restore", str(broken), code=1)
        self.talk.seen("no complete backup" in said, "A backup that is cut short is refused.")

    def _restore(self, file: Path) -> None:
        self.talk.step("The backup is restored.")
        said = self._command("database", "restore", str(file))
        self.talk.seen("only observes" in said, "It is in place, and says that Twinbook only observes.")

    def _refuse_running(self, file: Path) -> None:
        self.talk.step("While it runs, another restore must be refused.")
        said = self._command("database", "restore", str(file), code=1)
        self.talk.seen("is running" in said, "It says that it is running.")

    def _observes(self, twinbook: Twinbook, aeries: Aeries) -> None:
        self.talk.step("Twinbook runs again and only observes; teachers go on typing.")
        aeries.ask("DELETE", "/requests")
        self._save(twinbook, self.activity, self.students[2], "3.5")
        self.talk.seen(twinbook.get("/installation")["state"] == "observing", "It says that it observes.")
        twinbook.finished(twinbook.post("/nightly"))
        written = [row for row in aeries.ask("GET", "/requests")["items"] if row["method"] != "GET"]
        self.talk.seen(not written, "A whole night has written nothing to Aeries.")

    def _confirm(self, twinbook: Twinbook, aeries: Aeries) -> None:
        self.talk.step("An administrator looks at the preview and confirms it.")
        run = twinbook.finished(twinbook.post("/installation/preview"))
        plan = twinbook.get(f"/runs/{run['id']}/plan")
        told = {(row["side"], row["after"]) for row in plan["changes"]}
        self.talk.seen(
            {("lms", "5"), ("lms", "1"), ("aeries", "3.5")} <= told, "It shows what follows on either side."
        )
        stale = twinbook.http.post("/api/v1/installation/confirm", json={"fingerprint": "another"})
        self.talk.seen(stale.status_code == 409, "Another fingerprint than the preview's is refused.")
        twinbook.post("/installation/confirm", {"fingerprint": plan["fingerprint"]})
        question = until(lambda: self._question(twinbook, "possible_duplicate"))
        self.talk.seen(
            bool(question), "The lost activity, which Aeries still has, is asked about, not doubled."
        )
        if question:
            twinbook.post(f"/problems/{question['id']}/resolve", {"choice": "create"})
        self._agree(twinbook, aeries)

    def _question(self, twinbook: Twinbook, code: str) -> Json | None:
        items = twinbook.get(f"/classes/{self.class_id}/problems")["items"]
        return next((item for item in items if item["code"] == code), None)

    def _agree(self, twinbook: Twinbook, aeries: Aeries) -> None:
        self.talk.step("Everything agrees.")
        expected: list[tuple[str, int, str]] = [
            ("Reading log", 0, "5"),
            ("Reading log", 1, "1"),
            ("Reading log", 2, "3.5"),
            ("Reading log", 5, "2.5"),
            ("Volcano poster", 0, "3"),
        ]
        for title, student, value in expected:
            right = until(lambda t=title, s=student, v=value: self._both(twinbook, aeries, t, s) == (v, v))
            self.talk.seen(bool(right), f"{title}: {value} on both sides.")
        ours, theirs = self._both(twinbook, aeries, "Reading log", 4)
        asked = bool(self._question(twinbook, "conflict"))
        self.talk.seen(ours == theirs or asked, "What was typed during the backup agrees, or is asked about.")
        twice = aeries.titles_twice(self.gradebook)
        self.talk.seen(not twice, "No assignment stands twice in Aeries.")
        self.talk.seen(
            bool(until(lambda: self._nothing_to_do(twinbook))),
            "A preview of the class has nothing to change.",
        )

    def _both(
        self, twinbook: Twinbook, aeries: Aeries, title: str, student: int
    ) -> tuple[str | None, str | None]:
        rows = twinbook.get(f"/classes/{self.class_id}/activities")["items"]
        ids = [row["id"] for row in rows if row["title"] == title]
        cells = twinbook.get(f"/classes/{self.class_id}/gradebook")["scores"]
        ours = [
            cell["score"]
            for cell in cells
            if cell["activity_id"] in ids and cell["student_id"] == self.students[student]["id"]
        ]
        return (ours[0] if len(ours) == 1 else None), self._mark(aeries, title, student)

    def _nothing_to_do(self, twinbook: Twinbook) -> bool:
        run = twinbook.finished(twinbook.post(f"/classes/{self.class_id}/force-sync", {"dry_run": True}))
        return run["state"] == "done" and not twinbook.get(f"/runs/{run['id']}/plan")["changes"]


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="twinbook-drill-") as folder:
        drill = Drill(Path(folder))
        drill.talk.title("The drill: upgrade, backup, loss, restore, confirmation")
        right = drill.rehearse(whole=True)
    if right:
        drill.talk.title("Every step came out right.")
        return 0
    drill.talk.title(f"{len(drill.talk.wrong)} things came out wrong:")
    for line in drill.talk.wrong:
        drill.talk.plain(f"  {line}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
