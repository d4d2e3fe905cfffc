"""A caller of the REST API who holds every answer against the OpenAPI document."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
from django.test import Client

PREFIX = "/api/v1"
PROBLEM = "application/problem+json"

Json = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any
    headers: dict[str, str]

    def problem(self, status: int, code: str) -> Json:
        """The problem document, when it is this one."""
        assert (self.status, self.body.get("code")) == (status, code), (self.status, self.body)
        return dict(self.body)

    def ok(self, status: int = 200) -> Any:
        assert self.status == status, (self.status, self.body)
        return self.body

    @property
    def items(self) -> list[Json]:
        assert self.status == 200, self.body
        assert self.body.keys() == {"items", "next"}
        return list(self.body["items"])


@dataclass(frozen=True)
class Caller:
    """`token` None: nobody in particular."""

    token: str | None = None

    def get(self, path: str, **query: Any) -> Reply:
        return self.ask("GET", path, query=query)

    def post(self, path: str, body: Any = None, **headers: str) -> Reply:
        return self.ask("POST", path, body, headers=headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Reply:
        return self.ask("PUT", path, body, headers=headers)

    def patch(self, path: str, body: Any = None) -> Reply:
        return self.ask("PATCH", path, body)

    def delete(self, path: str) -> Reply:
        return self.ask("DELETE", path)

    def ask(
        self,
        verb: str,
        path: str,
        body: Any = None,
        *,
        query: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        sent = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        address = path.removeprefix("http://testserver").removeprefix(PREFIX)
        response = _client().generic(
            verb,
            PREFIX + address,
            data=b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode(),
            content_type="application/json",
            headers=sent,
            query_params=query or None,
        )
        told = response.headers["Content-Type"] if response.content else ""
        parsed = json.loads(response.content) if "json" in told else None
        reply = Reply(response.status_code, parsed, dict(response.headers))
        check_documented(verb, address.partition("?")[0], reply)
        return reply


@functools.cache
def _client() -> Client:
    """One for all: each builds the middleware anew."""
    return Client()


def check_documented(verb: str, path: str, reply: Reply) -> None:
    """The status is in the document, the body has its shape, a refusal is a problem with code and sentence."""
    if reply.status >= 400:
        assert reply.headers["Content-Type"] == PROBLEM, (reply.status, reply.headers)
        assert {"type", "title", "status", "code", "detail"} <= reply.body.keys()
        assert reply.body["status"] == reply.status
        assert reply.body["detail"].rstrip("”)").endswith((".", "?")), reply.body["detail"]
    operation = operation_of(verb, path)
    if operation is None:
        return
    documented = operation["responses"]
    assert str(reply.status) in documented, (verb, path, reply.status, reply.body)
    content = documented[str(reply.status)].get("content")
    if content is None:
        assert reply.body is None
        return
    ((kind, media),) = content.items()
    assert reply.headers["Content-Type"].partition(";")[0] == kind
    faults = [
        f"{'/'.join(map(str, fault.instance_path))}: {fault.message}"
        for fault in validator(json.dumps(media["schema"])).iter_errors(reply.body)
    ]
    assert faults == [], (verb, path, faults)


@functools.cache
def document() -> Json:
    from twinbook.api.urls import api

    return json.loads(json.dumps(api.get_openapi_schema()))  # type: ignore[no-any-return]


@functools.cache
def validator(schema: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for({**json.loads(schema), "components": document()["components"]})


@functools.cache
def operations() -> list[tuple[str, str, Json]]:
    """(VERB, path below the prefix, operation) of every route."""
    return [
        (verb.upper(), path.removeprefix(PREFIX), operation)
        for path, verbs in document()["paths"].items()
        for verb, operation in verbs.items()
    ]


def operation_of(verb: str, path: str) -> Json | None:
    for known, template, operation in operations():
        if known == verb and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            return operation
    return None
