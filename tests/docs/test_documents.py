"""What the documents name exists: commands, options, files, links, tests, variables, routes that are not built yet."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from twinbook.api.urls import api
from twinbook.cli.main import COMMANDS, build

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
README = (ROOT / "README.md").read_text()
INTERNAL = {"TWINBOOK_LIFELINE", "TWINBOOK_DATABASE_POOL"}
"""Set by Twinbook for its own children."""

each_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)) if isinstance(path, Path) else ""
)


def _code(document: Path) -> Iterator[str]:
    """The code of a document: spans, and lines of blocks."""
    text = document.read_text()
    for block in re.findall(r"(?ms)^```\w*\n(.*?)^```", text):
        yield from block.splitlines()
    rest = re.sub(r"(?ms)^```.*?^```", "", text)
    yield from re.findall(r"`([^`\n]+)`", rest)
    yield from (line.strip() for line in rest.splitlines() if line.startswith("    "))


# Commands


def _calls(document: Path) -> Iterator[list[str]]:
    """The words after `twinbook` in each call of it."""
    for line in _code(document):
        if (found := re.match(r"(?:ExecStart=)?(?:\S*/)?twinbook ([^#|>]+)", line)) is not None:
            yield found[1].split()


def _command(words: list[str]) -> tuple[Any, list[str]]:
    """The command and the words that are left. Raises KeyError for one that does not exist."""
    group: Any = typer.main.get_command(build(words))
    command, left = group.commands[words[0]], words[1:]
    if hasattr(command, "commands") and left:
        command, left = command.commands[left[0]], left[1:]
    return command, left


@each_document
def test_every_command_and_option_exists(document: Path) -> None:
    for words in _calls(document):
        assert words[0] in COMMANDS, words
        command, left = _command(words)
        options = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in left if word.startswith("--")} <= {*options, "--help"}, words


def test_the_documents_do_call_commands() -> None:
    assert {words[0] for document in DOCUMENTS for words in _calls(document)} >= {"serve", "status", "aeries"}


@each_document
def test_every_make_target_exists(document: Path) -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text()))
    named = {found[1] for line in _code(document) if (found := re.match(r"make ([a-z-]+)", line)) is not None}
    assert named <= targets


# Files, links and tests


@each_document
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        assert file.exists(), target
        if anchor:
            assert anchor in _anchors(file), target


def _anchors(file: Path) -> set[str]:
    headings = re.findall(r"(?m)^#+ (.+)$", file.read_text())
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@each_document
def test_every_source_file_exists(document: Path) -> None:
    """Paths below src/twinbook are written without it; those of tests, with their function, below tests."""
    for span in _code(document):
        for name in re.findall(r"(?<![\w/.])((?:[\w.-]+/)+[\w.-]+\.(?:py|toml|md|json|svg))\b", span):
            places = (ROOT, ROOT / "src" / "twinbook", ROOT / "tests", document.parent)
            assert any((place / name).exists() for place in places), name


def test_every_promise_names_tests_that_exist() -> None:
    text = (ROOT / "docs" / "promises.md").read_text()
    promises = re.split(r"(?m)^\*\*(\d+)\.", text.partition("## What cannot be excluded")[0])[1:]
    assert promises[::2] == [str(number) for number in range(1, 11)]
    for promise in promises[1::2]:
        named = re.findall(r"`([\w/]+\.py)::(\w+)`", promise)
        assert named, promise
        for file, function in named:
            source = (ROOT / "tests" / file).read_text()
            assert re.search(rf"def {function}\(", source), f"{file}::{function}"


def test_decisions_are_numbered_and_whole() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
    for file in files:
        parts = re.findall(r"(?m)^\*\*(\w+)\.\*\*", file.read_text())
        assert parts == ["Context", "Choice", "Consequences"], file.name


# What the README promises, and what it says is not built


def test_every_variable_exists_and_is_named() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "src" / "twinbook").rglob("*.py"))
    pattern = r"\bTWINBOOK_[A-Z_]+\b"
    assert set(re.findall(pattern, README)) == set(re.findall(pattern, sources)) - INTERNAL


def test_every_route_that_is_not_built_yet_is_named() -> None:
    paths: dict[str, dict[str, Any]] = api.get_openapi_schema()["paths"]
    section = README.partition("## What is not built yet")[2].partition("\n## ")[0]
    missing = {
        f"{verb.upper()} {path.removeprefix('/api/v1')}"
        for path, verbs in paths.items()
        for verb, operation in verbs.items()
        if operation.get("x-not-yet")
    }
    assert missing
    assert set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /\S+)`", section)) == missing


def test_every_command_that_is_not_built_yet_is_named() -> None:
    section = README.partition("## What is not built yet")[2].partition("\n## ")[0]
    for file, group in (("classes", "class"), ("database", "database")):
        source = (ROOT / "src" / "twinbook" / "cli" / f"{file}.py").read_text()
        named = [name.split()[-1] for name in re.findall(r'not_yet\("`(.+?)`"', source)]
        assert f"twinbook {group}" in section if named else True
        for name in named:
            assert name in section, f"{group} {name}"
