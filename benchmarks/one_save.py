"""One teacher saves one score: from the key press until it was read back in Aeries, beside its requests alone."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial
from typing import Any

from benchmarks.bare import Bare
from benchmarks.rows import Row, middle, ms, p95, percentile
from benchmarks.stage import FILLED, Class, Stage, join, quiet
from twinbook.demo.school import until

LATENCY_MS = 100
PAUSE_SECONDS = 0.3
"""Between two saves, so that the worker is at rest: the next one is not part of the last one's look."""
MEDIAN_AIM, P95_AIM = 0.1, 0.3
GAP_AIM = 0.05


def measure(scene: Stage, short: bool) -> list[Row]:
    saves, latency = (2, 0) if short else (60, LATENCY_MS)
    scene.latency(latency)
    with scene.serving() as twinbook:
        school_class = join(twinbook, FILLED)
        activity = school_class.activity("Saved one by one")
        school_class.save_all(activity, "50")
        quiet(school_class)
        alone = _series(scene, school_class, activity, saves)
        burst = _burst(scene, school_class, activity, 2 if short else 25)
    return [_row("one save", alone, {"GET": 1, "POST": 1}), _gap(alone, latency / 1000), burst]


class _Saves:
    def __init__(self) -> None:
        self.total: list[float] = []
        self.requests: list[float] = []
        self.gaps: list[float] = []
        self.asked: dict[str, int] = {}

    @property
    def ours(self) -> list[float]:
        return [total - alone for total, alone in zip(self.total, self.requests, strict=True)]


def _series(scene: Stage, school_class: Class, activity: str, saves: int) -> _Saves:
    found = _Saves()
    bare = Bare(scene.aeries_url)
    for position in range(saves):
        student = school_class.students[position % len(school_class.students)]
        time.sleep(PAUSE_SECONDS)
        scene.forget()
        pressed = datetime.now(UTC)
        school_class.save(activity, student, f"{60 + position % 30}.{position // 30 + 1}")
        read_back = until(partial(school_class.synced_at, activity, student))
        taken = (datetime.fromisoformat(read_back) - pressed).total_seconds() if read_back else -1.0
        if taken < 0:
            raise RuntimeError("a saved score never arrived")
        found.total.append(taken)
        sent = scene.requests()
        found.requests.append(sum(bare.send(request) for request in sent))
        _note(found, sent)
    bare.close()
    return found


def _note(found: _Saves, sent: list[dict[str, Any]]) -> None:
    for request in sent:
        found.asked[request["method"]] = found.asked.get(request["method"], 0) + 1
    reads = [request for request in sent if request["method"] == "GET"]
    writes = [request for request in sent if request["method"] == "POST"]
    if reads and writes:
        between = datetime.fromisoformat(writes[-1]["at"]) - datetime.fromisoformat(reads[-1]["at"])
        found.gaps.append(between.total_seconds())


def _burst(scene: Stage, school_class: Class, activity: str, saves: int) -> Row:
    """A column typed as fast as the API takes it: what comes while a request is in flight goes together."""
    bare = Bare(scene.aeries_url)
    scene.forget()
    pressed = datetime.now(UTC)
    students = school_class.students[:saves]
    for position, student in enumerate(students):
        school_class.save(activity, student, f"{position + 30}.5")
    typed = (datetime.now(UTC) - pressed).total_seconds()
    quiet(school_class)
    last = max(filter(None, (school_class.synced_at(activity, student) for student in students)))
    seconds = (datetime.fromisoformat(last) - pressed).total_seconds()
    sent = scene.requests()
    alone = sum(bare.send(request) for request in sent)
    bare.close()
    return Row(
        f"{len(students)} saves in a row",
        {"typed_s": round(typed, 2), "all_read_back_s": round(seconds, 2), "requests": len(sent)},
        {"those_requests_s": round(alone, 2)},
        "fewer requests than two a save",
        len(sent) < 2 * len(students),
    )


def _row(what: str, found: _Saves, asked_each: dict[str, int]) -> Row:
    saves = len(found.total)
    asked = {method: number / saves for method, number in found.asked.items()}
    return Row(
        what,
        {
            "saves": saves,
            "median_ms": ms(middle(found.total)),
            "p95_ms": ms(p95(found.total)),
            "ours_median_ms": ms(middle(found.ours)),
            "ours_p95_ms": ms(p95(found.ours)),
            "requests_each": asked,
        },
        {"median_ms": ms(middle(found.requests)), "p95_ms": ms(p95(found.requests))},
        f"the requests' own time + 100 ms at the median, + 300 ms at p95; {sum(asked_each.values())} requests",
        middle(found.ours) <= MEDIAN_AIM and p95(found.ours) <= P95_AIM and asked == asked_each,
    )


def _gap(found: _Saves, latency: float) -> Row:
    """From Aeries having begun to answer our read to our write arriving there; the read's own time is the network's."""
    own = [max(0.0, gap - latency) for gap in found.gaps]
    return Row(
        "gap between read and write of one cell",
        {
            "median_ms": ms(middle(found.gaps)),
            "p99_ms": ms(percentile(found.gaps, 99)),
            "ours_p99_ms": ms(percentile(own, 99)),
        },
        {"latency_ms": ms(latency)},
        "request time + 50 ms at p99 (promise 3)",
        percentile(own, 99) <= GAP_AIM,
    )
