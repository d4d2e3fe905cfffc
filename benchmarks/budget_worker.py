"""A worker of `benchmarks.budget`, in a process of its own: `python -m benchmarks.budget_worker reads|saves`.

Says `ready` and waits for a line with the instant (seconds since the epoch) at which to end; then prints what it did as JSON.
"""

from __future__ import annotations

import json
import sys
import time
import uuid

BETWEEN_SAVES_SECONDS = 0.1


def main(kind: str) -> None:
    from twinbook.cli.installation import installation

    with installation():
        print("ready", flush=True)
        end = float(sys.stdin.readline())
        done = _reads(end) if kind == "reads" else _saves(end)
    print(json.dumps(done), flush=True)


def _reads(end: float) -> int:
    """Bulk reading with all its might; how many requests it got."""
    from twinbook.aeries.permits import Lane
    from twinbook.sync import remote

    client, served = remote.client(), 0
    while time.time() < end:
        client.systeminfo(via=Lane.BULK)
        served += 1
    return served


def _saves(end: float) -> list[float]:
    """Seconds that a save's request would wait, each as the database booked it; the slot is given back unused."""
    from twinbook.aeries.permits import Lane
    from twinbook.sync import remote
    from twinbook.sync.budget import DatabasePermit

    permits, waits = remote.permits(remote.connection_row().id), []
    while time.time() < end:
        taken, began = uuid.uuid4(), time.monotonic()
        while (answer := permits._ask(Lane.PERSON, 1, taken)).slot is None:
            time.sleep(0.001)
        waits.append(time.monotonic() - began + max(0.0, answer.starts_in))
        unused = DatabasePermit(
            permits,
            answer.slot,
            Lane.PERSON,
            1,
            taken=taken,
            good_until=0.0,
            total_timeout=answer.total_timeout,
        )
        permits.release(unused)
        time.sleep(BETWEEN_SAVES_SECONDS)
    return waits


if __name__ == "__main__":
    main(sys.argv[1])
