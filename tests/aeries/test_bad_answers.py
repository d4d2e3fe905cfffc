"""Every bad answer of the corpus in the place of every reading: never a value made of it (issue 6.6, design A7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from aeries_sandbox.sandbox import Options, Sandbox
from tests.aeries import payloads as p
from tests.aeries.conftest import Teacher
from tests.faces import bad_answers
from tests.faces.bad_answers import Bad
from twinbook.aeries.client import AeriesClient
from twinbook.aeries.errors import AeriesError, OurBug
from twinbook.aeries.models import ListReading

SINCE = datetime(2020, 9, 1, tzinfo=UTC)
Read = Callable[[AeriesClient], Any]
READS: dict[str, tuple[str, Read]] = {
    # what follows /api/v5, and how the client asks for it
    "systeminfo": ("systeminfo", lambda c: c.systeminfo()),
    "schools": ("schools", lambda c: c.schools()),
    "terms": ("schools/994/terms", lambda c: c.terms(994)),
    "staff": ("staff", lambda c: c.staff()),
    "courses": ("courses", lambda c: c.courses()),
    "sections": ("schools/994/sections", lambda c: c.sections(994)),
    "roster": ("schools/994/sections/1038/students", lambda c: c.section_students(994, 1038)),
    "students": ("schools/994/students", lambda c: c.students(994)),
    "roster feed": ("SectionRosterDataChanges/2020/9/1/0/0", lambda c: c.section_roster_changes(SINCE)),
    "section feed": ("SectionDataChanges/2020/9/1/0/0", lambda c: c.section_changes(SINCE)),
    "student feed": ("StudentDataChanges/class/2020/9/1/0/0", lambda c: c.student_changes("class", SINCE)),
    "staff feed": ("StaffDataChanges/2020/9/1/0/0", lambda c: c.staff_changes(SINCE)),
    "gradebooks of staff": ("staff/994605/gradebooks", lambda c: c.staff_gradebooks(994605)),
    "gradebooks of a section": ("schools/994/sections/1038/gradebooks", lambda c: c.section_gradebooks(994, 1038)),
    "gradebook": ("gradebooks/4366926", lambda c: c.gradebook(4366926)),
    "gradebook students": ("gradebooks/4366926/F/students", lambda c: c.gradebook_students(4366926, "F")),
    "assignments": ("gradebooks/4366926/assignments", lambda c: c.assignments(4366926)),
    "assignment": (f"gradebooks/Assignments/{p.UNIQUE_ID}", lambda c: c.assignment(4366926, p.UNIQUE_ID)),
    "scores": (f"gradebooks/assignments/{p.UNIQUE_ID}/scores", lambda c: c.scores(4366926, p.UNIQUE_ID, 2)),
}  # fmt: skip
OF_ELSEWHERE = {"of elsewhere", "list of elsewhere", "negative keys"}  # a course may be called -1
SAYS_WHOSE = {"gradebook", "assignments", "assignment", "scores"}
"""Answers that carry the key of what was asked; a list of people or sections says nothing of whom it was asked for."""


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(Options(seed="documentation")) as sandbox:
        yield sandbox


@pytest.fixture
def teacher(running: Sandbox) -> Iterator[Teacher]:
    with httpx2.Client(base_url=running.url, trust_env=False) as http:
        teacher = Teacher(http)
        teacher.post("reset", {})
        body = {"description": "Other", "category_code": "0", "points_possible": "10"}
        teacher.post("gradebooks/4366926/assignments", body)
        teacher.post("bulk-maintenance", {})
        yield teacher


@pytest.fixture
def client(running: Sandbox) -> Iterator[AeriesClient]:
    with p.client_of(f"{running.url}/aeries", database_year=2020) as made:
        yield made


def test_the_corpus_is_large_and_the_reads_are_all() -> None:
    assert len(bad_answers.ALL) >= 30
    assert len({bad.name for bad in bad_answers.ALL}) >= len(bad_answers.ALL) - 1
    asking = {name for name in vars(AeriesClient) if not name.startswith("_")}
    not_reading = {"close", "probe", "insert_assignment", "update_assignment", "write_scores"}
    assert len(asking - not_reading) == len(READS)


@pytest.mark.parametrize("what", READS)
def test_no_bad_answer_becomes_a_reading(
    client: AeriesClient, teacher: Teacher, running: Sandbox, what: str
) -> None:
    path, read = READS[what]
    honest = httpx2.get(f"{running.url}/api/v5/{path}", headers={"AERIES-CERT": p.CERTIFICATE}).json()
    right = read(client)
    for bad in bad_answers.ALL:
        # Students are asked for page after page.
        teacher.post("faults", {**bad.ordered(honest), "times": 3, "method": "GET", "path": f"^/{path}$"})
        try:
            found = read(client)
        except AeriesError as error:
            assert not isinstance(error, OurBug), (bad.name, error)
        else:
            assert is_harmless(what, bad, found, right), (bad.name, found)
        teacher.delete("faults")
    assert read(client).request.what == right.request.what


def is_harmless(what: str, bad: Bad, found: Any, right: Any) -> bool:
    """An answer was taken for a reading: only where nothing that is not true can be made of it."""
    if what == "systeminfo":
        # 1999 is what `check_identity` refuses.
        return found.value.database_year == (1999 if bad.name in OF_ELSEWHERE else 2020)
    if what == "scores":
        known = all(right.value.rows.get(student) == row for student, row in found.value.rows.items())
        return known and (bad.plausible or bad.empty)
    if not isinstance(found, ListReading):
        return bool(found.value == right.value)
    if bad.name in OF_ELSEWHERE:
        return what not in SAYS_WHOSE
    known = set(found) <= set(right)
    return known and (bad.plausible or bad.empty or not found.complete or set(found) == set(right))
