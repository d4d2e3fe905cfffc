"""The first command, and then the same by hand as the README says: `twinbook demo`, and its blocks of `curl`."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 240
"""Longer than anything takes on a loaded machine, and no measure of speed."""


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A demonstration and the file of what it says."""
    port = _two_free_ports()
    said = tmp_path / "said"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TWINBOOK_")}
    with said.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "twinbook.cli.main", "demo", "--port", str(port), "--home", str(tmp_path)],
            env=environment | {"PYTHONUNBUFFERED": "1"},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while "export TOKEN=" not in said.read_text():
            assert process.poll() is None and time.monotonic() < deadline, said.read_text()
            time.sleep(0.2)
        yield port, said
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)
    assert process.returncode == 0


def _two_free_ports() -> int:
    while True:
        with ExitStack() as held:
            first = held.enter_context(socket.create_server(("127.0.0.1", 0)))
            port: int = first.getsockname()[1]
            try:
                held.enter_context(socket.create_server(("127.0.0.1", port + 1)))
            except OSError:
                continue
            return port


def test_the_demo_comes_out_right_and_the_readme_works_by_hand(demo: tuple[int, Path]) -> None:
    port, said = demo
    words = said.read_text()
    assert "Every step came out right." in words, words
    token = re.findall(r"export (TOKEN=\S+)", words)[0]
    done = subprocess.run(
        ["bash", "-e", "-c", f"export {token}\n{_by_hand(port)}"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    told = [line for line in lines if line in ("done", "failed", "held", "synced", "waiting", "7.25", "9")]
    assert told == ["done", "done", "synced", "done", "7.25", "waiting", "9"], done.stdout
    assert any("'mark': '8.5'" in line for line in lines), done.stdout


def _by_hand(port: int) -> str:
    section = (ROOT / "README.md").read_text().partition("## By hand")[2].partition("\n## ")[0]
    script = "".join(re.findall(r"(?ms)^```bash\n(.*?)^```", section))
    assert ":8000" in script and ":8001" in script
    return script.replace(":8000", f":{port}").replace(":8001", f":{port + 1}")
