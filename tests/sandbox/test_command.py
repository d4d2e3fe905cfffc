"""The command: start, state over restarts, clean stop, wrong usage."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from aeries_sandbox.sandbox import Options, Sandbox

COMMAND = [sys.executable, "-m", "aeries_sandbox"]


@dataclass
class Running:
    process: "subprocess.Popen[str]"
    url: str

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(10)


@contextmanager
def serving(*arguments: str) -> Iterator[Running]:
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "src"},
    )
    try:
        assert process.stdout is not None and process.stderr is not None
        line = process.stdout.readline()
        found = re.fullmatch(r"aeries-sandbox listening on (http://127\.0\.0\.1:\d+)\n", line)
        assert found is not None, line + process.stderr.read()
        yield Running(process, found[1])
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": "src"}
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=30, env=environment, check=False
    )


def gradebooks(url: str) -> Any:
    return httpx2.get(f"{url}/sandbox/gradebooks").json()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_listens_and_stops_cleanly(number: int) -> None:
    with serving() as running:
        assert httpx2.get(f"{running.url}/sandbox/health").json()["seed"] == "documentation"
        assert running.stop(number) == 0
        assert running.process.stderr is not None
        assert running.process.stderr.read() == ""


def test_options_of_the_start() -> None:
    with serving(
        "--seed", "demo", "--profile", "strict", "--certificate", "my-own", "--clock", "2027-02-01T08:00",
        "--switch", "decimal_places=minimal",
    ) as running:  # fmt: skip
        base = f"{running.url}/api/v5"
        assert httpx2.get(f"{running.url}/sandbox/health").json()["profile"] == "strict"
        assert httpx2.get(f"{base}/systeminfo").json()["CurrentDateTime"].startswith("2027-02-01T08:0")
        assert httpx2.get(f"{base}/schools", headers={"AERIES-CERT": Sandbox.certificate}).status_code == 401
        answer = httpx2.get(f"{base}/courses/0310", headers={"Aeries-Cert": "my-own"})
        assert '"CreditDefault":5,' in answer.text
        httpx2.post(f"{running.url}/sandbox/reset")
        assert httpx2.get(f"{base}/schools", headers={"AERIES-CERT": "my-own"}).status_code == 200


def test_state_lasts_over_restarts(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with serving("--state", str(state)) as first:
        new = {"description": "kept", "category_code": "0", "points_possible": "3"}
        httpx2.post(f"{first.url}/sandbox/gradebooks/4500001/assignments", json=new)
        httpx2.post(f"{first.url}/sandbox/clock", json={"now": "2020-11-11T10:00:00"})
        before = gradebooks(first.url)
        assert first.stop() == 0
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]
    with serving("--state", str(state), "--seed", "empty") as second:
        assert gradebooks(second.url) == before
        info = httpx2.get(f"{second.url}/api/v5/systeminfo").json()
        assert info["CurrentDateTime"].startswith("2020-11-11T10:0")
        added = httpx2.post(f"{second.url}/sandbox/gradebooks/4500001/assignments", json=new).json()
    kept = [row["unique_id"] for row in before["items"][3]["assignments"]]
    assert added["unique_id"] not in kept


def test_what_was_answered_is_kept_whatever_kills_it(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with serving("--state", str(state)) as first:
        new = {"description": "kept", "category_code": "0", "points_possible": "3"}
        httpx2.post(f"{first.url}/sandbox/gradebooks/4500001/assignments", json=new)
        first.stop(signal.SIGKILL)
    with serving("--state", str(state)) as second:
        assert len(gradebooks(second.url)["items"][3]["assignments"]) == 1


def test_what_cannot_be_kept_is_not_answered_and_the_rest_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    new = {"description": "not kept", "category_code": "0", "points_possible": "3"}
    with serving("--state", str(folder / "state.json")) as running:
        folder.rmdir()
        with pytest.raises(httpx2.RemoteProtocolError):
            httpx2.post(f"{running.url}/sandbox/gradebooks/4500001/assignments", json=new)
        folder.mkdir()
        assert httpx2.get(f"{running.url}/sandbox/health").status_code == 200
        assert b"not kept" in (folder / "state.json").read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"database_year": "x"}',
        b'{"database_year": 2020, "students": [{"x": 1}]}',
        b"\xff\xfe",
    ],
)
def test_a_corrupt_state_file_is_refused_kept_and_named(tmp_path: Path, content: bytes) -> None:
    state = tmp_path / "state.json"
    state.write_bytes(content)
    refused = run("serve", "--port", "0", "--state", str(state))
    assert refused.returncode == 1
    assert str(state) in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""
    assert state.read_bytes() == content


def test_a_state_file_is_a_seed(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    with Sandbox(Options(seed="demo")) as sandbox:
        state = httpx2.get(f"{sandbox.url}/sandbox/state").json()
        seed.write_text(json.dumps(state))
        before = gradebooks(sandbox.url)
    with serving("--seed", str(seed)) as running:
        assert gradebooks(running.url) == before
        httpx2.post(f"{running.url}/sandbox/reset")
        assert gradebooks(running.url) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--seed", "nope"], "no seed 'nope'"),
        (["--profile", "nope"], "no profile 'nope'"),
        (["--switch", "nope=1"], "no switch 'nope'"),
        (["--switch", "score_null=boom"], "score_null takes"),
    ],
)
def test_wrong_starts_say_what_is_wrong(arguments: list[str], said: str) -> None:
    refused = run("serve", "--port", "0", *arguments)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert said in refused.stderr


def test_a_port_in_use_is_named() -> None:
    with serving() as running:
        refused = run("serve", "--port", running.url.rpartition(":")[2])
        assert refused.returncode == 1
        assert "in use" in refused.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["serve", "--port", "x"],
        ["serve", "--port", "70000"],
        ["serve", "--latency-ms", "-1"],
        ["serve", "--clock", "soon"],
        ["serve", "--switch", "x"],
    ],
)
def test_wrong_usage(arguments: list[str]) -> None:
    assert run(*arguments).returncode == 2


def test_switches_and_profiles_are_listed() -> None:
    listed = run("switches")
    assert "score_null: ignore | clear | zero | error (default ignore; API §12.6)" in listed.stdout
    assert run("profiles").stdout.splitlines()[0] == "documented"


def test_it_needs_nothing_of_twinbook() -> None:
    """What the command imports is what `packaging/aeries-sandbox` asks for."""
    code = (
        "import sys, aeries_sandbox.cli; "
        "print(*sorted({name.partition('.')[0] for name in sys.modules} & "
        "{'django', 'twinbook', 'typer', 'pydantic', 'httpx2', 'psycopg', 'procrastinate', 'cryptography', 'scipy'}))"
    )
    environment = {**os.environ, "PYTHONPATH": "src"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, env=environment, check=True
    )
    assert done.stdout.strip() == ""
