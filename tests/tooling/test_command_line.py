"""Exit codes and what goes to which stream (public surface §2)."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from twinbook.cli.main import COMMANDS
from twinbook.cli.output import Failed, print_json, tell_failure


@pytest.fixture
def occupied_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield taken.getsockname()[1]


def run(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TWINBOOK_")}
    return subprocess.run(
        [sys.executable, "-m", "twinbook.cli.main", *arguments],
        env=environment | {"TWINBOOK_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_names_every_command_and_makes_no_data_folder(tmp_path: Path) -> None:
    ran = run("--help", home=tmp_path / "home")
    assert ran.returncode == 0
    assert [name for name in COMMANDS if name != "manage" and name not in ran.stdout] == []
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    "arguments", [["nosuch"], ["database", "backup"], ["serve", "--port", "many"], ["serve", "--no"]]
)
def test_wrong_usage_ends_with_2_and_says_so_on_stderr(arguments: list[str], tmp_path: Path) -> None:
    ran = run(*arguments, home=tmp_path / "home")
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert "Usage: twinbook" in ran.stderr


def test_what_cannot_be_done_ends_with_1_and_says_what_to_do(tmp_path: Path) -> None:
    ran = run("database", "check", str(tmp_path / "nothing"), home=tmp_path / "home")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "There is no file" in ran.stderr and "Name the file" in ran.stderr


def test_a_taken_port_is_one_sentence(tmp_path: Path, occupied_port: int) -> None:
    ran = run("serve", "--port", str(occupied_port), home=tmp_path / "home")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert f"cannot listen on 127.0.0.1, port {occupied_port}" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_an_unreachable_database_is_no_traceback_with_secrets(tmp_path: Path) -> None:
    environment = os.environ | {
        "TWINBOOK_HOME": str(tmp_path / "home"),
        "TWINBOOK_DATABASE_URL": "postgresql://teacher:secret@127.0.0.1:1/twinbook",
    }
    ran = subprocess.run(
        [sys.executable, "-m", "twinbook.cli.main", "manage", "check", "--database", "default"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "TWINBOOK_DATABASE_URL" in ran.stderr
    assert "secret" not in ran.stderr


def test_a_failure_with_json_is_one_document_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    tell_failure(Failed("Aeries does not answer.", "Try later.", code="unreachable"), as_json=True)
    told = capsys.readouterr()
    assert json.loads(told.out) == {
        "error": {"code": "unreachable", "message": "Aeries does not answer.", "hint": "Try later."}
    }
    assert told.err == "Aeries does not answer.\nTry later.\n"


def test_a_mistake_of_ours_tells_where_but_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        int("Mateo Ruiz: 8.5")
    except ValueError as error:
        tell_failure(error, as_json=False)
    told = capsys.readouterr()
    assert "ValueError" in told.err
    assert "test_command_line.py" in told.err
    assert "Mateo" not in told.err + told.out


def test_json_keeps_decimals_exact_and_without_trailing_zeros(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"score": Decimal("8.50"), "points": Decimal("100"), "blank": None, "zero": Decimal("0.00")})
    assert json.loads(capsys.readouterr().out) == {
        "score": "8.5",
        "points": "100",
        "blank": None,
        "zero": "0",
    }
