"""A whole class: first sync into an empty gradebook, nothing changed, everything changed. How many requests, and how
long beside a bare client that sends the same ones at the same cap."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from typing import Any

from benchmarks.bare import Bare
from benchmarks.rows import Row
from benchmarks.stage import EMPTY, Class, Stage, join, sandbox
from twinbook.demo.school import Twinbook

LATENCY_MS = 20
RATE, BURST, IN_FLIGHT = 20, 10, 6
RATIO_AIM = 1.25

_KINDS = {
    r"GET .*/systeminfo": "identity",
    r"GET .*/assignments/[^/]+/scores": "read scores",
    r"POST .*/assignments/[^/]+/scores": "post scores",
    r"GET .*/gradebooks/\d+/assignments": "list",
    r"POST .*/gradebooks/\d+/assignments": "insert",
    r"GET .*/gradebooks/\d+/[^/]+/students": "students",
    r"GET .*/gradebooks/\d+": "gradebook",
}


def measure(scene: Stage, short: bool) -> list[Row]:
    activities = 3 if short else 80
    cap = {
        "requests_per_second": 200 if short else RATE,
        "burst": 100 if short else BURST,
        "in_flight": IN_FLIGHT,
    }
    scene.latency(0 if short else LATENCY_MS)
    with scene.serving() as twinbook:
        school_class = join(twinbook, EMPTY)
        school_class.set(mode="paused")
    with scene.serving(worker=False) as twinbook, sandbox(scene.folder) as bare_url:
        school_class.twinbook = twinbook
        made = [school_class.activity(f"Work {number}") for number in range(1, activities + 1)]
        terms = len(scene.aeries.gradebook(EMPTY[1])["terms"])
        head = {"identity": 1, "gradebook": 1, "list": 1, "students": terms}
        look = _Looks(scene, twinbook, bare_url, school_class, cap)
        _save(school_class, made, "7")
        school_class.set(mode="sync")
        first = {**head, "insert": activities, "post scores": activities}
        return [
            look.row("first sync into an empty gradebook", first),
            look.row("no change", {**head, "read scores": activities}),
            look.after_saving(made, {**head, "read scores": activities, "post scores": activities}),
        ]


def _save(school_class: Class, made: list[str], score: str) -> None:
    for activity in made:
        school_class.save_all(activity, score)


class _Looks:
    def __init__(
        self, scene: Stage, twinbook: Twinbook, bare_url: str, school_class: Class, cap: dict[str, int]
    ) -> None:
        self.scene = scene
        self.twinbook = twinbook
        self.bare_url = bare_url
        self.school_class = school_class
        self.cap = cap

    def after_saving(self, made: list[str], expected: dict[str, int]) -> Row:
        _save(self.school_class, made, "8")
        return self.row("everything changed", expected)

    def row(self, what: str, expected: dict[str, int]) -> Row:
        """One `twinbook class sync`, and then its requests again by the bare client against a copy of the same Aeries."""
        self.twinbook.put(
            "/aeries-connection", self.cap
        )  # what was trusted about Aeries is forgotten with it
        before = self.scene.aeries.ask("GET", "/state")
        self.scene.forget()
        run = self.scene.command("class", "sync", self.school_class.id)["run"]
        if run["state"] != "done":
            raise RuntimeError(f"the sync ended as {run['state']}: {run['error']}")
        ours = (
            datetime.fromisoformat(run["finished_at"]) - datetime.fromisoformat(run["started_at"])
        ).total_seconds()
        sent = self.scene.requests()
        alone = self._bare(before, sent)
        asked = dict(Counter(_kind(request) for request in sent))
        return Row(
            f"{what}: {expected.get('read scores') or expected['insert']} activities × {len(self.school_class.students)}"
            " students",
            {
                "requests": sum(asked.values()),
                "by_kind": asked,
                "seconds": round(ours, 2),
                "ratio": round(ours / alone, 3),
            },
            {"seconds": round(alone, 2), "cap": f"{self.cap['requests_per_second']}/s"},
            f"{sum(expected.values())} requests; at most {RATIO_AIM} × the bare client",
            asked == expected and ours / alone <= RATIO_AIM,
        )

    def _bare(self, before: Any, sent: list[dict[str, Any]]) -> float:
        bare = Bare(self.bare_url)
        bare.control("/reset", {"seed": before})
        bare.control("/switches", self.scene.aeries.ask("GET", "/switches"))
        seconds = bare.send_all(
            sent, self.cap["requests_per_second"], max(1, self.cap["burst"] - self.cap["in_flight"])
        )
        bare.close()
        return seconds


def _kind(request: dict[str, Any]) -> str:
    asked = f"{request['method']} {request['path'].partition('?')[0]}"
    return next((kind for pattern, kind in _KINDS.items() if re.fullmatch(pattern, asked, re.I)), asked)
