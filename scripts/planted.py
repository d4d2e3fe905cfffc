"""`make planted`: plants each fault of `tests/planted` in a copy of this checkout and tells whether the tests notice.

First the tests that the fault names, then all everyday tests, each time until the first failure. Ends with 1 when less
than 95 % are caught. `--narrow` asks the named tests only (seconds a fault), `--only` plants the faults of that name.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.planted.faults import Fault, faults

ROOT = Path(__file__).parents[1]
WANTED = 0.95
COPIED = (
    "src",
    "tests",
    "scripts",
    "docs",
    "benchmarks",
    "packaging",
    "pyproject.toml",
    "Makefile",
    "README.md",
)
COPIED_TOO = ("CHANGELOG.md", "requirements.txt", "requirements-dev.txt")
FAILED = 1
"""pytest's exit code for tests that ran and failed; any other one is no answer."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="make planted")
    parser.add_argument("--only", default="")
    parser.add_argument("--narrow", action="store_true")
    asked = parser.parse_args()
    wanted = [fault for fault in faults() if asked.only in fault.name]
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        copy = _copy(Path(folder))
        caught = [fault for fault in wanted if _try(fault, copy, narrow=asked.narrow)]
    print(f"{len(caught)} of {len(wanted)} planted faults were caught")
    return 0 if len(caught) >= WANTED * len(wanted) else 1


def _copy(folder: Path) -> Path:
    for name in (*COPIED, *COPIED_TOO):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy2(source, folder / name)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


def _try(fault: Fault, copy: Path, *, narrow: bool) -> bool:
    path = copy / fault.file
    whole = path.read_text()
    began = time.monotonic()
    path.write_text(fault.planted_in(whole))
    try:
        by = _noticed(fault, copy, narrow=narrow)
    finally:
        path.write_text(whole)
    verdict = "NOT CAUGHT" if by is None else f"caught by {by}"
    print(f"{fault.name}: {verdict} ({time.monotonic() - began:.0f} s)", flush=True)
    return by is not None


def _noticed(fault: Fault, copy: Path, *, narrow: bool) -> str | None:
    for tests in fault.caught_by:
        if failed := _failing(copy, tests):
            return failed
    return None if narrow else _failing(copy, "tests", "-n", "2", "--dist", "worksteal")


def _failing(copy: Path, *arguments: str) -> str | None:
    """The first test that fails, or None. Raises where the tests could not be asked."""
    environment = os.environ | {
        "PYTHONPATH": f"{copy / 'src'}{os.pathsep}{copy}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [copy / ".venv/bin/python", "-m", "pytest", "-x", "-q", "--tb=no", *arguments],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if done.returncode == 0:
        return None
    if done.returncode == FAILED or lines:
        return lines[0].split(" ")[1] if lines else arguments[0]
    raise RuntimeError(f"the tests could not be asked: {done.stdout[-2000:]}{done.stderr[-2000:]}")


if __name__ == "__main__":
    sys.exit(main())
