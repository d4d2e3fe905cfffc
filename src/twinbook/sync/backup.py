"""The backup of both sides before a set-up's first write: one readable, versioned JSON file in the data folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

from twinbook.core.setup.serial import to_json
from twinbook.core.snapshot import ClassSnapshot, GradebookReading
from twinbook.home import home

FORMAT = "twinbook-class-backup"
VERSION = 1


def folder() -> Path:
    path: Path = home().path / "backups"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def sentence() -> str:
    """What the summary says about it."""
    return f"Before the first write both gradebooks are saved, every score of them, in a file in {folder()} on the server."


def write(run_id: int, ours: ClassSnapshot, theirs: GradebookReading) -> Path:
    """Complete on disk when this returns; written again by a resumed run it says the same."""
    target = folder() / f"class-{ours.class_id}-run-{run_id}.json"
    if target.exists():
        return target
    body = {"format": FORMAT, "version": VERSION, "lms": to_json(ours), "aeries": to_json(theirs)}
    part = target.with_suffix(".part")
    with os.fdopen(
        os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(body, file, ensure_ascii=False, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)
    return target
