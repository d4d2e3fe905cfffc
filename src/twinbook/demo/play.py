"""The main job, step by step: join two gradebooks, push, pull, settle a conflict, survive an outage, force."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from twinbook.demo.school import Aeries, Json, Twinbook, until
from twinbook.demo.talk import Talk

SECTION = 1002
GRADEBOOK_NAME = "Algebra 1 P2"
TYPED_TWICE = ("Homework 1.1", "Quiz 1", "Unit 1 Test")
"""What the teacher had entered in both gradebooks before they were joined."""


@dataclass
class Play:
    twinbook: Twinbook
    aeries: Aeries
    talk: Talk
    class_id: str = ""
    gradebook: int = 0
    students: list[Json] = field(default_factory=list)

    def perform(self) -> None:
        self._find_class()
        self._teacher_before()
        self._join()
        self._push()
        self._pull()
        self._conflict()
        self._outage()
        self._force()

    # Before

    def _find_class(self) -> None:
        classes = self.twinbook.get("/classes")["items"]
        found = next(row for row in classes if row["section_number"] == SECTION)
        self.class_id = found["id"]
        self.talk.step(
            f"The roster made {len(classes)} classes; we take “{found['name']}”, class {self.class_id}."
        )
        book = self.twinbook.get(f"/classes/{self.class_id}/gradebook")
        listed = {row["student_id"] for row in self._truth_of_section()["students"]}
        self.students = [row for row in book["students"] if row["active"] and row["sis_student_id"] in listed]
        self.talk.seen(book["sync"]["state"] == "not_synced", "The class says: gradebook not synced.")

    def _truth_of_section(self) -> Json:
        for row in self.aeries.ask("GET", "/gradebooks")["items"]:
            if row["name"] == GRADEBOOK_NAME:
                self.gradebook = int(row["gradebook_number"])
                return self.aeries.gradebook(self.gradebook)
        raise LookupError(GRADEBOOK_NAME)

    def _teacher_before(self) -> None:
        """Part of the work stands in both gradebooks, one piece only here."""
        there = {row["description"]: row for row in self.aeries.assignments(self.gradebook)}
        self.talk.step(
            f"Until today the teacher typed twice: {', '.join(TYPED_TWICE)} stand in both gradebooks."
        )
        category = self.twinbook.post(
            f"/classes/{self.class_id}/categories", {"name": "Homework", "weight": "20"}
        )["id"]
        for title in TYPED_TWICE:
            self._copy_by_hand(there[title], category)
        log = self._activity("Reading log", "5", category)
        self._save(log["id"], self.students[0], "4")
        self.talk.say(
            f"Aeries has {len(there)} assignments; Twinbook has {len(TYPED_TWICE)} of them and “Reading log”."
        )

    def _copy_by_hand(self, assignment: Json, category: str) -> None:
        activity = self._activity(
            assignment["description"], assignment["points_possible"], category, due_on=assignment["date_due"]
        )
        rows = []
        for student in self.students:
            typed = assignment["scores"].get(str(student["sis_student_id"]), {}).get("mark", "")
            if typed and Decimal(assignment["number_correct_possible"]) and _is_number(typed):
                share = Decimal(typed) / Decimal(assignment["number_correct_possible"])
                points = (share * Decimal(assignment["points_possible"])).quantize(Decimal("0.0001"))
                rows.append({"student_id": student["id"], "score": str(points)})
        path = f"/classes/{self.class_id}/activities/{activity['id']}/scores"
        self.twinbook.put(path, {"scores": rows})

    def _activity(self, title: str, points: str, category: str, **more: Any) -> Json:
        body = {"title": title, "points": points, "category_id": category, **more}
        found: Json = self.twinbook.post(f"/classes/{self.class_id}/activities", body)
        return found

    # Joining

    def _join(self) -> None:
        self.talk.step("Class › Setup: read the Aeries gradebook and propose everything.")
        begun = self.twinbook.post(f"/classes/{self.class_id}/setup", {"gradebook_number": self.gradebook})
        self.twinbook.finished(begun["run"])
        draft = self.twinbook.get(f"/classes/{self.class_id}/setup")
        for row in draft["aeries_activities"]:
            if row["lms_id"] is not None:
                self.talk.say(f"“{row['name']}”: {row['confidence']}, {row['reason']}")
        self.twinbook.patch(f"/classes/{self.class_id}/setup", answers(draft))
        summary = self.twinbook.get(f"/classes/{self.class_id}/setup/summary")
        counts = summary["counts"]
        self.talk.say(
            f"Summary: {counts['matched']} matched; here {counts['lms']['activities_created']} activities and "
            f"{counts['lms']['scores_set']} scores; in Aeries {counts['aeries']['activities_created']} assignment and "
            f"{counts['aeries']['scores_set']} scores; {counts['conflicts']} conflicts."
        )
        before = len(self.aeries.assignments(self.gradebook))
        run = self.twinbook.post(
            f"/classes/{self.class_id}/setup/confirm", {"fingerprint": summary["fingerprint"]}
        )
        done = self.twinbook.finished(run)
        self.talk.seen(done["state"] == "done", "Confirm and Sync is done.")
        twice = self.aeries.titles_twice(self.gradebook)
        self.talk.seen(
            not twice, f"No duplicate in Aeries: {before} assignments before, one more now, no title twice."
        )
        state = self.twinbook.get(f"/classes/{self.class_id}")["sync"]
        self.talk.seen(state["state"] == "synced", "Your gradebook is now synced.")
        found = self.aeries.mark(self.gradebook, "Reading log", self.students[0]["sis_student_id"])
        self.talk.seen(found == "4", f"“Reading log” is in Aeries with its score: {found}.")

    # Pushing and pulling

    def _push(self) -> None:
        student = self.students[1]
        self.talk.step("Realtime push: save one score, press nothing else.")
        activity = self._find("Reading log")
        self._save(activity["id"], student, "4.5")
        there = until(lambda: self._is_there("Reading log", student, "4.5"))
        self.talk.seen(bool(there), "4.5 saved here is 4.5 in Aeries.")
        synced = until(lambda: self._cell(activity["id"], student)["sync"] == "synced")
        self.talk.seen(bool(synced), "The cell says synced: read back from Aeries.")

    def _pull(self) -> None:
        student = self.students[2]
        self.talk.step("Nightly pull: the teacher types 3 in Aeries; the night brings it back.")
        self.aeries.types(self.gradebook, "Reading log", student["sis_student_id"], "3")
        done = self.twinbook.finished(self.twinbook.post("/nightly"))
        self.talk.seen(done["state"] == "done", "The night is done: roster, then every synced class.")
        value = self._cell(self._find("Reading log")["id"], student)["score"]
        self.talk.seen(value == "3", f"Here it is now {value}.")

    def _conflict(self) -> None:
        student = self.students[1]
        self.talk.step("Both sides change one cell: nobody wins silently.")
        activity = self._find("Reading log")
        self.twinbook.patch(f"/classes/{self.class_id}/sync-settings", {"mode": "paused"})
        self.aeries.types(self.gradebook, "Reading log", student["sis_student_id"], "2")
        self._save(activity["id"], student, "5")
        self.twinbook.patch(f"/classes/{self.class_id}/sync-settings", {"mode": "sync"})
        question = until(self._open_question)
        self.talk.seen(bool(question), "It stands under “needs you”, with both values.")
        if not question:
            return
        self.talk.say(question["message"])
        self.twinbook.post(f"/problems/{question['id']}/resolve", {"choice": "lms"})
        there = until(lambda: self._is_there("Reading log", student, "5"))
        self.talk.seen(bool(there), "The teacher chose the score here: Aeries has 5 now.")

    def _open_question(self) -> Json | None:
        items = self.twinbook.get(f"/classes/{self.class_id}/problems")["items"]
        return next((item for item in items if item["code"] == "conflict"), None)

    # Outage and force

    def _outage(self) -> None:
        student = self.students[3]
        self.talk.step("Aeries goes down; saving goes on; it heals by itself.")
        activity = self._find("Reading log")
        self.aeries.ask("POST", "/faults", {"kind": "status", "status": 503})
        self._save(activity["id"], student, "1")
        self._save(activity["id"], student, "1.5")
        waits = until(lambda: self.twinbook.get(f"/classes/{self.class_id}")["sync"]["waiting"] >= 1)
        self.talk.seen(bool(waits), "Both saves were accepted at once; the class shows what waits.")
        down = until(lambda: not self.twinbook.get(f"/classes/{self.class_id}")["sync"]["aeries_reachable"])
        self.talk.seen(bool(down), "The class says that Aeries cannot be reached, and since when.")
        self.aeries.ask("DELETE", "/faults")
        there = until(lambda: self._is_there("Reading log", student, "1.5"), 180.0)
        self.talk.seen(bool(there), "Aeries is back: 1.5 arrived, nobody pressed anything.")

    def _force(self) -> None:
        self.talk.step("Force sync, for any doubt.")
        until(lambda: self.twinbook.get(f"/classes/{self.class_id}")["sync"]["waiting"] == 0)
        preview = self.twinbook.finished(
            self.twinbook.post(f"/classes/{self.class_id}/force-sync", {"dry_run": True})
        )
        changes = self.twinbook.get(f"/runs/{preview['id']}/plan")["changes"]
        self.talk.seen(
            preview["state"] == "done" and not changes, "Its preview has nothing to change: both are equal."
        )
        open_now = self.twinbook.get(f"/classes/{self.class_id}/problems")["items"]
        self.talk.say(f"Open questions for the teacher: {len(open_now)}.")

    # Small looks

    def _find(self, title: str) -> Json:
        rows = self.twinbook.get(f"/classes/{self.class_id}/activities")["items"]
        found: Json = next(row for row in rows if row["title"] == title)
        return found

    def _save(self, activity_id: str, student: Json, score: str) -> None:
        path = f"/classes/{self.class_id}/activities/{activity_id}/scores/{student['id']}"
        self.twinbook.put(path, {"score": score})

    def _cell(self, activity_id: str, student: Json) -> Json:
        cells = self.twinbook.get(f"/classes/{self.class_id}/gradebook")["scores"]
        blank = {"score": None, "sync": "synced"}
        return next(
            (c for c in cells if c["activity_id"] == activity_id and c["student_id"] == student["id"]), blank
        )

    def _is_there(self, title: str, student: Json, score: str) -> bool:
        return self.aeries.mark(self.gradebook, title, student["sis_student_id"]) == score


def answers(draft: Json) -> Json:
    """The teacher's answers: what is sure stays; what is only there is created here, what is only here there."""
    categories = [
        {"aeries_code": row["aeries_code"], "action": "match" if row["lms_id"] else "create"}
        for row in draft["categories"]
        if row["action"] is None and row["aeries_code"] is not None
    ]
    there = [
        {"aeries_id": row["aeries_id"], "action": "match" if row["lms_id"] else "create"}
        for row in draft["aeries_activities"]
        if row["action"] is None
    ]
    here = [
        {"lms_id": row["lms_id"], "action": "create"}
        for row in draft["lms_activities"]
        if row["action"] is None
    ]
    return {"categories": categories, "aeries_activities": there, "lms_activities": here}


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()
