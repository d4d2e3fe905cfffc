"""The demonstration says what to do when it cannot begin; that it comes out right is shown by `make demo ONESHOT=1`."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest


@pytest.fixture
def neighbours() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two sockets bound to a port and the next one."""
    while True:
        with ExitStack() as stack:
            first, second = (stack.enter_context(socket.socket()) for _ in range(2))
            first.bind(("127.0.0.1", 0))
            try:
                second.bind(("127.0.0.1", first.getsockname()[1] + 1))
            except (OSError, OverflowError):
                continue
            yield first, second
            return


@pytest.mark.parametrize(("taken", "whose"), [(0, "Twinbook"), (1, "the local Aeries")])
def test_a_taken_port_is_named_with_the_next_thing_to_do(
    neighbours: tuple[socket.socket, socket.socket], taken: int, whose: str, tmp_path: Path
) -> None:
    port = neighbours[0].getsockname()[1]
    neighbours[taken].listen()
    neighbours[1 - taken].close()
    told = subprocess.run(
        [
            sys.executable,
            "-m",
            "twinbook.cli.main",
            "demo",
            "--oneshot",
            "--port",
            str(port),
            "--home",
            tmp_path,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert f"needs port {port + taken} for {whose}" in told.stderr
    assert "make demo PORT=8100" in told.stderr
    assert "Traceback" not in told.stderr
    assert list(tmp_path.iterdir()) == [], "nothing was begun"
