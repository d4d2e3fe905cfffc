"""The Aeries sandbox itself: how fast it starts, answers and how much memory it takes (aims of issue 5).

Its process is bound to one core; the client, a bare socket, to another where there is one.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psutil

from benchmarks.rows import Row, middle

START_AIM_SECONDS = 1.0
RATE_AIM = 500
MEMORY_AIM_MB = 150
STUDENTS = 35
CERTIFICATE = "477abe9e7d27439681d62f4e0de1f5e1"


def measure(short: bool) -> list[Row]:
    starts = [_start() for _ in range(1 if short else 9)]
    with _serving() as (process, url):
        gradebook = _a_class(url)
        idle = process.memory_info().rss
        path = f"/aeries/api/v5/gradebooks/{gradebook}/assignments/1/scores"
        rate, cpu = _rate(process, url, path, 0.2 if short else 8.0)
        after = process.memory_info().rss
    return [
        Row(
            "sandbox start, demo seed, to the line that it listens",
            {
                "starts": len(starts),
                "median_s": round(middle([wall for wall, _ in starts]), 2),
                "slowest_s": round(max(wall for wall, _ in starts), 2),
                "cpu_median_s": round(middle([cpu for _, cpu in starts]), 2),
            },
            {},
            aim=f"under {START_AIM_SECONDS:g} s",
            met=middle([wall for wall, _ in starts]) < START_AIM_SECONDS,
        ),
        Row(
            f"sandbox, score reads of {STUDENTS} students on one core",
            {"per_second": round(rate), "per_second_of_cpu": round(rate / cpu) if cpu else 0},
            {},
            aim=f"at least {RATE_AIM} a second",
            met=rate >= RATE_AIM,
        ),
        Row(
            "sandbox memory with the demo seed",
            {"idle_mb": round(idle / 1e6), "after_the_reads_mb": round(after / 1e6)},
            {},
            aim=f"under {MEMORY_AIM_MB} MB",
            met=after < MEMORY_AIM_MB * 1e6,
        ),
    ]


def _start() -> tuple[float, float]:
    """Seconds by the wall, and of CPU, until it listens."""
    began = time.perf_counter()
    with _serving() as (process, _):
        wall = time.perf_counter() - began
        spent = process.cpu_times()
        return wall, spent.user + spent.system


@contextmanager
def _serving() -> Iterator[tuple[psutil.Process, str]]:
    command = [sys.executable, "-m", "aeries_sandbox", "serve", "--port", "0", "--seed", "demo"]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert started.stdout is not None
        line = started.stdout.readline()
        yield psutil.Process(started.pid), line.rpartition(" ")[2].strip()
    finally:
        started.terminate()
        started.wait(10)
        if started.stdout is not None:
            started.stdout.close()


def _a_class(url: str) -> int:
    """A gradebook with one fully scored assignment of so many students; its number."""
    book = _asked("GET", f"{url}/sandbox/gradebooks/4600050")
    students = {
        row["student_id"]
        for gradebook in _asked("GET", f"{url}/sandbox/gradebooks")["items"]
        for row in gradebook["students"]
    }
    chosen = sorted(students)[:STUDENTS]
    body = {key: book[key] for key in ("school_code", "staff_id", "sections", "terms", "categories")}
    made = _asked("POST", f"{url}/sandbox/gradebooks", {**body, "name": "Measured", "students": chosen})
    number = int(made["gradebook_number"])
    assignment = {
        "description": "Quiz",
        "category_code": book["categories"][0]["code"],
        "points_possible": "10",
    }
    _asked("POST", f"{url}/sandbox/gradebooks/{number}/assignments", assignment)
    for position, student in enumerate(chosen):
        cell = f"{url}/sandbox/gradebooks/{number}/assignments/1/scores/{student}"
        _asked("PUT", cell, {"mark": str(position % 11)})
    return number


def _asked(method: str, url: str, body: object = None) -> dict:  # type: ignore[type-arg]
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, method=method), timeout=30) as answer:
        found: dict = json.load(answer)  # type: ignore[type-arg]
        return found


def _rate(process: psutil.Process, url: str, path: str, seconds: float) -> tuple[float, float]:
    """Requests a second, one after the other on one connection, and the share of its core that it used."""
    cores = sorted(os.sched_getaffinity(0))
    process.cpu_affinity(cores[:1])
    os.sched_setaffinity(0, cores[-1:])
    parts = urlsplit(url)
    request = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAERIES-CERT: {CERTIFICATE}\r\n\r\n".encode()
    before, done = sum(process.cpu_times()[:2]), 0
    began = time.perf_counter()
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 0)) as connection:
            while time.perf_counter() - began < seconds:
                connection.sendall(request)
                _read_answer(connection)
                done += 1
    finally:
        os.sched_setaffinity(0, cores)
    took = time.perf_counter() - began
    return done / took, (sum(process.cpu_times()[:2]) - before) / took


def _read_answer(connection: socket.socket) -> None:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
