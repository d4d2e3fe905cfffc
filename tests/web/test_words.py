"""Pages and API in the reader's language, also where the sentence was made in the core or kept in the database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client, override_settings

from tests.path.conftest import Class
from tests.tooling.catalogue import write
from tests.web.wizard.world import LAB, Filled, fill
from twinbook.district import tokens
from twinbook.district.models import User
from twinbook.settings import LANGUAGES
from twinbook.sync import setup

WORDS = {
    "Some matched categories weigh differently on the two sides, so the totals will differ.": "Pezoj malsamas.",
    "Activities in Aeries without an answer": "Nerespondita en Aeries",
    "%(message)s: %(named)s.": "%(message)s – %(named)s!",
    "same %(things)s": "samaj %(things)s",
    "name": "nomo",
    "points": "poentoj",
    "%(first)s and %(last)s": "%(first)s kaj %(last)s",
    "Since then %(changes)s. Please answer again.": "Ŝanĝiĝis: %(changes)s.",
    "This class is not joined with an Aeries gradebook.": "Ĉi tiu klaso ne estas ligita.",
    "%(title)s, due %(due_on)s": "%(title)s, ĝis %(due_on)s",
    "Aeries: %(text)s.": "Aeries respondis: %(text)s.",
    "not in Aeries": "ne en Aeries",
}


@pytest.fixture
def filled(school_class: Class, tmp_path: Path) -> Iterator[Filled]:
    write(tmp_path, "eo", WORDS)
    with override_settings(LANGUAGES=[*LANGUAGES, ("eo", "Esperanto")], LOCALE_PATHS=[tmp_path]):
        found = fill(school_class)
        setup.begin(found.id, school_class.gradebook, "teacher@example.org")
        assert found.finish().state == "done"
        yield found


@pytest.fixture
def reader(filled: Filled, teacher: User) -> Client:
    client = Client(headers={"Accept-Language": "eo"})
    client.force_login(teacher, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _page(reader: Client, path: str) -> str:
    answer = reader.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_page_says_what_the_core_found_in_the_language_of_the_reader(
    filled: Filled, reader: Client
) -> None:
    assert "samaj nomo kaj poentoj" in _page(reader, filled.path("aeries/?show=all"))
    assert "Nerespondita en Aeries – " in _page(reader, filled.path("summary/"))


def test_so_does_what_was_kept_in_the_database(filled: Filled, reader: Client) -> None:
    aeries, book = filled.school_class.aeries, filled.school_class.gradebook
    filled.answer_all()
    aeries.edits(book, filled.numbers[LAB], points_possible="45")
    setup.refresh(filled.id, "teacher@example.org")
    filled.finish()
    assert "Ŝanĝiĝis: " in _page(reader, filled.path("aeries/?show=all"))
    aeries.fault(kind="status", status=404, path=f"gradebooks/{book}", times=50)
    setup.refresh(filled.id, "teacher@example.org")
    run = filled.finish()
    assert run.error["message"] == "Aeries: not in Aeries."
    assert "Aeries respondis: ne en Aeries." in _page(reader, f"/runs/{run.id}/")


def test_the_api_says_a_refusal_in_the_language_of_the_reader(
    filled: Filled, reader: Client, teacher: User
) -> None:
    token = tokens.create(teacher, "test")
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "eo"}
    answer = Client().post(f"/api/v1/classes/{filled.id}/force-sync", {}, "application/json", headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (409, "Ĉi tiu klaso ne estas ligita.")
