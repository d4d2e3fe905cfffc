"""Every text for people can be said in another language: it is collected, and looked up where it is shown."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings

import twinbook
from twinbook.core.sentence import counted, joined, sentence
from twinbook.said import all_said, said, said_again
from twinbook.settings import LANGUAGES

from .catalogue import write

PACKAGE = Path(twinbook.__file__).parent
BELOW_THE_FACES = ("core", "aeries", "gradebook", "district", "sync")
COLLECTED = {"sentence", "counted", "_", "gettext", "ngettext"}
NOT_FOR_PEOPLE = re.compile(
    r"(Value|Runtime|Lookup|Type|Key|Assertion)Error|OurBug|LeaseLost|LeaseBusy|Stopping|debug|info|warning|error|exception"
)
PLAIN_SQL = re.compile(r"\s*(SELECT|UPDATE|INSERT|DELETE|WITH|CREATE|SET|LOCK|LISTEN|NOTIFY|ALTER|DROP)\b")
SENTENCE = re.compile(r"[A-Z“`][^ ]* .*[.:?!]$", re.DOTALL)
WORDS = {
    "Aeries does not answer.": "Aeries respondas ne.",
    "%(name)s has %(points)s points": "%(points)s poentojn havas %(name)s",
    "score": "poentaro",
    "1 item\0%(count)s items": "unu ero\0%(count)s eroj",
}


@pytest.fixture
def in_esperanto(tmp_path: Path) -> Iterator[None]:
    from django.utils import translation

    write(tmp_path, "eo", WORDS)
    with (
        override_settings(LANGUAGES=[*LANGUAGES, ("eo", "Esperanto")], LOCALE_PATHS=[tmp_path]),
        translation.override("eo"),
    ):
        yield


@pytest.mark.usefixtures("in_esperanto")
def test_a_sentence_is_said_in_the_language_of_the_reader() -> None:
    assert said(sentence("Aeries does not answer.")) == "Aeries respondas ne."
    assert said(sentence("%(name)s has %(points)s points", name="Maps", points=5)) == "5 poentojn havas Maps"
    assert said(counted("1 item", "%(count)s items", 1)) == "unu ero"
    assert said(counted("1 item", "%(count)s items", 7)) == "7 eroj"
    assert said_again("score") == "poentaro"


@pytest.mark.usefixtures("in_esperanto")
def test_sentences_within_sentences_are_said_too_and_names_are_left_alone() -> None:
    inner = sentence("%(name)s has %(points)s points", name=sentence("score"), points=1)
    shown = {"message": joined([inner, sentence("Aeries does not answer.")]), "items": ["score", 3, None, ""]}
    assert all_said(shown) == {
        "message": "1 poentojn havas poentaro Aeries respondas ne.",
        "items": ["score", 3, None, ""],
    }


@pytest.mark.skipif(
    shutil.which("xgettext") is None, reason="collecting needs GNU gettext, as make words says"
)
def test_make_words_collects_what_the_parts_below_the_faces_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PACKAGE)
    with override_settings(LOCALE_PATHS=[tmp_path]):
        call_command("makemessages", locale=["eo"], domain="django", no_wrap=True, verbosity=0)
    found = (tmp_path / "eo" / "LC_MESSAGES" / "django.po").read_text()
    for text in (
        "In Aeries open the gradebook's Students page and add them. Then read again.",  # a check of the core
        "no scores to compare yet",  # a reason of the proposer
        "%(who)s, %(what)s: Aeries takes no marks from other programs.",  # a question of the sync
        "This class is not joined with an Aeries gradebook.",  # a refusal of the sync
        "The %(field)s is blank.",  # of the gradebook
        "This is not a known time zone.",  # of the district
        "no connection",  # of the connector
    ):
        assert f'msgid "{text}"' in found
    assert 'msgid_plural "all %(count)s scores equal"' in found


def test_no_sentence_for_people_stands_below_the_faces_that_cannot_be_translated() -> None:
    """`sentence(…)` or `counted(…)` around it, and it is collected and said in the reader's language."""
    bare = [
        f"{path.relative_to(PACKAGE)}:{line}: {text}"
        for folder in BELOW_THE_FACES
        for path in sorted((PACKAGE / folder).rglob("*.py"))
        if "migrations" not in path.parts
        for line, text in _bare(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert bare == []


def _bare(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring
        if isinstance(node, ast.Call) and _leads_elsewhere(node):
            continue
        text = _text(node)
        if text is None:
            yield from _bare(node)
        elif SENTENCE.match(text) and not PLAIN_SQL.match(text):
            yield getattr(node, "lineno", 0), text


def _leads_elsewhere(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in COLLECTED or NOT_FOR_PEOPLE.fullmatch(name) is not None


def _text(node: ast.AST) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(str(p.value) if isinstance(p, ast.Constant) else "…" for p in parts)
        case _:
            return None
