"""An outage while teachers go on saving: how soon the first value goes after Aeries answers again, and how long until all have
gone, beside the requests that it takes at the cap. Nobody presses anything. And how soon a save goes whose process was killed before
it could wake anybody."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from datetime import datetime
from typing import Any

from benchmarks.rows import Row, middle
from benchmarks.stage import EMPTY, FILLED, Class, Stage, join, quiet
from twinbook.demo.school import until

CLASSES = [EMPTY, FILLED, (1022, 4600005), (1024, 4600006)]
LATENCY_MS = 20
RATE, BURST, IN_FLIGHT = 20, 10, 6
LONGEST_PROBE_SECONDS = 120
RATIO_AIM = 1.25
LOST_WAKE_UP_SECONDS = 5
TYPED = 8
"""Students whose scores are typed in each activity, twice: only the last value is to be sent."""


def measure(scene: Stage, short: bool) -> list[Row]:
    activities, lasts = (2, 3.0) if short else (40, 45.0)
    scene.latency(0 if short else LATENCY_MS)
    with scene.serving() as twinbook:
        cap = {"requests_per_second": RATE, "burst": BURST, "in_flight": IN_FLIGHT}
        twinbook.put("/aeries-connection", cap)
        classes = [join(twinbook, which) for which in CLASSES]
        made = {c.id: [c.activity(f"Work {n}") for n in range(1, activities + 1)] for c in classes}
        for school_class in classes:
            for activity in made[school_class.id]:
                school_class.save(activity, school_class.students[0], "1")
        for school_class in classes:
            quiet(school_class)
        scene.forget()
        scene.aeries.ask("POST", "/faults", {"kind": "status", "status": 503})
        began = time.monotonic()
        for school_class in classes:
            for activity in made[school_class.id]:
                _type(school_class, activity)
        time.sleep(max(0.0, lasts - (time.monotonic() - began)))
        probes = len(scene.requests())
        scene.forget()
        scene.aeries.ask("DELETE", "/faults")
        answers_again = time.time()
        if not until(lambda: all(c.waits() == 0 for c in classes), 600.0):
            raise RuntimeError("what was saved in the outage does not go")
        after = _row(scene, classes, activities, probes, answers_again)
        school_class = classes[0]
        activity = made[school_class.id][0]
        lost = [_killed_before_waking(scene, school_class, activity, n) for n in range(1 if short else 20)]
    return [
        after,
        Row(
            "killed with kill -9 between the commit and its wake-up",
            {
                "kills": len(lost),
                "sent after seconds, median": round(middle(lost), 1),
                "longest": round(max(lost), 1),
            },
            {},
            f"sent within {LOST_WAKE_UP_SECONDS} s",
            max(lost) <= LOST_WAKE_UP_SECONDS,
        ),
    ]


_SAVE_AND_DIE = """
import os, signal, sys
from decimal import Decimal
from twinbook.cli.installation import installation
with installation():
    from twinbook.core.values import Number
    from twinbook.gradebook import hooks, scores
    from twinbook.gradebook.origin import person
    hooks._listeners.insert(0, lambda class_id: os.kill(os.getpid(), signal.SIGKILL))
    school_class, activity, student, score = map(int, sys.argv[1:])
    write = scores.ScoreWrite(student, value=Number(Decimal(score)))
    scores.save_scores(school_class, activity, [write], person("teacher@harborview.example"))
"""


def _killed_before_waking(scene: Stage, school_class: Class, activity: str, number: int) -> float:
    """Seconds from the kill until the value was read back from Aeries."""
    student = school_class.students[-1]
    what = [school_class.id, activity, student, str(20 + number)]
    dead = subprocess.run([sys.executable, "-c", _SAVE_AND_DIE, *what], env=scene.environment, check=False)
    if dead.returncode != -signal.SIGKILL:
        raise RuntimeError(f"the process that saved ended with {dead.returncode}")
    killed_at = time.monotonic()
    if not until(lambda: school_class.synced_at(activity, student) is not None, 60.0):
        raise RuntimeError("a save without a wake-up does not go")
    return time.monotonic() - killed_at


def _type(school_class: Class, activity: str) -> None:
    for score in ("5", "6"):
        for student in school_class.students[:TYPED]:
            school_class.save(activity, student, score)


def _row(scene: Stage, classes: list[Class], activities: int, probes: int, answers_again: float) -> Row:
    sent = scene.requests()
    posts = [r for r in sent if r["method"] == "POST" and r["path"].lower().endswith("/scores")]
    first, last = _at(posts[0]), _at(posts[-1])
    values = [entry for post in posts for entry in post["body"]]
    at_cap = len(sent) / RATE
    ratio = (last - _at(sent[0])) / at_cap
    waited = first - answers_again
    return Row(
        f"after an outage: {len(classes)} classes × {activities} activities × {TYPED} scores, each typed twice",
        {
            "first value after seconds": round(waited, 1),
            "all after seconds": round(last - answers_again, 1),
            "requests": len(sent),
            "values sent": len(values),
            "requests in the outage": probes,
            "ratio": round(ratio, 3),
        },
        {"seconds": round(at_cap, 1), "cap": f"{RATE}/s"},
        f"the first within {LONGEST_PROBE_SECONDS} s, all within {RATIO_AIM} × requests ÷ cap, each cell once",
        waited <= LONGEST_PROBE_SECONDS
        and ratio <= RATIO_AIM
        and len(values) == len(classes) * activities * TYPED,
    )


def _at(request: dict[str, Any]) -> float:
    return datetime.fromisoformat(request["at"]).timestamp()
