"""The OpenAPI document, the readable page, and what a fuzzer gets out of both."""

from __future__ import annotations

import json
import re
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck
from schemathesis.core import NOT_SET
from schemathesis.generation.modes import GenerationMode

from tests.api.asking import Caller, document, operations
from tests.api.people import Room, caller, make_user
from twinbook.sync.models import ClassSync, Problem, Run, RunKind

pytestmark = pytest.mark.django_db


def test_the_document_is_served_to_everybody() -> None:
    response = Client().get("/api/v1/openapi.json")
    assert response.headers["Content-Type"].startswith("application/json")
    served = json.loads(response.content)
    assert served == document()
    assert served["openapi"] == "3.1.0"
    assert served["components"]["securitySchemes"]["Bearer"]["scheme"] == "bearer"


def test_every_route_documents_its_answer_and_its_refusals() -> None:
    for verb, path, operation in operations():
        place = (verb, path)
        assert operation["security"] == [{"Bearer": []}], place
        responses = operation["responses"]
        done = [status for status in responses if status < "300"]
        assert len(done) == 1, place
        assert ("content" in responses[done[0]]) == (done[0] != "204"), place
        assert {"401"} <= responses.keys(), place
        for status, response in responses.items():
            if status >= "400":
                schema = response["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, place
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names))


def test_every_reference_in_the_document_leads_somewhere() -> None:
    known = document()["components"]["schemas"].keys()
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document())))
    assert named <= known


def test_the_page_shows_every_route_and_holds_nothing_inline() -> None:
    response = Client().get("/api/v1/docs")
    assert response.status_code == 200
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    page = response.content.decode()
    for verb, path, _ in operations():
        assert f"{verb} /api/v1{path}" in page
    assert page.count("not yet: 501") == sum("x-not-yet" in operation for _, _, operation in operations())
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", page)
    (sheet,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    assert Client().get(sheet).status_code == 200


# Fuzzing

# The fuzzer says what to send. It is sent by Django's own client, in the test's transaction, and the caller holds the
# answer against the document; a 500 is in no document.
FUZZED = [found.ok() for found in schemathesis.openapi.from_dict(document()).get_all_operations()]
EXAMPLES = 5


@pytest.fixture
def ids(room: Room) -> dict[str, str]:
    """Path parameters that name something, so that the fuzzer gets behind the 404."""
    ClassSync.objects.create(school_class_id=room.id)
    run = Run.objects.create(school_class_id=room.id, kind=RunKind.FORCE, created_by="system")
    problem = Problem.objects.create(school_class_id=room.id, subject="class", code="gradebook_gone")
    return {
        "class_id": str(room.id),
        "category_id": str(room.category),
        "activity_id": str(room.activity),
        "student_id": str(room.ada),
        "run_id": str(run.id),
        "problem_id": str(problem.id),
    }


@pytest.fixture
def all_powerful(db: None) -> Caller:
    return caller(make_user("fuzz@example.org", admin=True))


def test_the_fuzzer_knows_every_route() -> None:
    assert len(FUZZED) == len(operations())


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("operation", FUZZED, ids=lambda operation: operation.label)
def test_nothing_that_is_sent_breaks_a_route(
    operation: Any, mode: GenerationMode, ids: dict[str, str], all_powerful: Caller
) -> None:
    named = {one["name"] for one in operation.definition.raw["parameters"] if one["in"] == "path"}
    if mode is GenerationMode.NEGATIVE and not operation.body and not operation.query:
        return
    cases = operation.as_strategy(mode, path_parameters={name: ids[name] for name in named})

    @hypothesis.settings(
        max_examples=EXAMPLES, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @hypothesis.given(case=cases)
    def fuzz(case: schemathesis.Case) -> None:
        sent = case.headers or {}
        all_powerful.ask(
            case.method,
            case.formatted_path,
            None if case.body is NOT_SET else case.body,
            query=dict(case.query or {}),
            headers={"If-Match": str(sent["If-Match"])} if "If-Match" in sent else None,
        )

    fuzz()


@pytest.mark.parametrize("odd", ["%00", "-1", "9" * 40, "%D9%A3"])
def test_odd_ids_are_not_found(odd: str, admin: Caller) -> None:
    for verb, path, _ in operations():
        if "{" in path:
            reply = admin.ask(verb, re.sub(r"\{\w+\}", odd, path), {})
            assert reply.status in (404, 405, 422), (verb, path, reply)
