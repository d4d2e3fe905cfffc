"""The locked versions are checked by hash and name no address of a registry."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.txt", "requirements-dev.txt", "scripts/bootstrap.txt"]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not re.search(r"(?m)^\s*(--index-url|--extra-index-url|--find-links|-i|-f)\b", text)


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_version_has_a_hash(name: str) -> None:
    entries = re.split(r"(?m)^(?=\S)", (ROOT / name).read_text())[1:]
    assert entries
    assert [
        entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry
    ] == []


def test_tests_run_with_the_versions_that_run_in_production() -> None:
    production, tests = (_versions(name) for name in LOCKS[:2])
    assert {name: tests.get(name) for name in production} == production


def _versions(name: str) -> dict[str, str]:
    return dict(re.findall(r"(?m)^([a-z0-9._-]+)==(\S+)", (ROOT / name).read_text()))
