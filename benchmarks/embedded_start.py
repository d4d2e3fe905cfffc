"""From typing `twinbook serve` in an initialised folder to the first page, beside the database alone."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import httpx2

from benchmarks.rows import Row, middle
from benchmarks.stage import ADMINISTRATOR
from twinbook import embedded
from twinbook.demo import processes
from twinbook.home import home

AIM_SECONDS = 5.0
FIRST_PAGE = "/accounts/login/"


def measure(short: bool) -> list[Row]:
    times = 1 if short else 7
    with tempfile.TemporaryDirectory(prefix="twinbook-bench-") as name:
        folder = Path(name)
        environment = processes.environment(folder / "home")
        began = time.perf_counter()
        district = ["--district", "Harborview", "--timezone", "America/Los_Angeles"]
        processes.command(["init", *district, "--admin", ADMINISTRATOR], environment, stdin="a long password")
        initialised = time.perf_counter() - began
        starts = [_first_page(folder, environment) for _ in range(times)]
        alone = [_database(folder) for _ in range(times)]
    return [
        Row(
            "embedded start, initialised, to the first page",
            {
                "starts": times,
                "median_s": round(middle(starts), 2),
                "slowest_s": round(max(starts), 2),
                "init_of_a_new_folder_s": round(initialised, 2),
            },
            {"database_alone_median_s": round(middle(alone), 2)},
            f"under {AIM_SECONDS:.0f} s",
            max(starts) < AIM_SECONDS,
        )
    ]


def _first_page(folder: Path, environment: dict[str, str]) -> float:
    began = time.perf_counter()
    arguments = ["twinbook.cli.main", "serve", "--port", "0"]
    with processes.running(arguments, folder / "serve.log", environment, "Twinbook is listening") as url:
        answer = httpx2.get(f"{url}{FIRST_PAGE}", timeout=60)
        seconds = time.perf_counter() - began
        if answer.status_code != 200:
            raise RuntimeError(f"{FIRST_PAGE} answered {answer.status_code}")
    return seconds


def _database(folder: Path) -> float:
    began = time.perf_counter()
    with embedded.database(home(folder / "home")):
        return time.perf_counter() - began
