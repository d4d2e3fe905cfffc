"""The readable page of the API: rendered on the server from the OpenAPI document, without any script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI

VERBS = ("get", "post", "put", "patch", "delete")


def page(api: NinjaAPI) -> Callable[[HttpRequest], HttpResponse]:
    def show(request: HttpRequest) -> HttpResponse:
        schema = api.get_openapi_schema()
        return render(request, "api/docs.html", {"title": schema["info"]["title"], "groups": _groups(schema)})

    return show


def _groups(schema: dict[str, Any]) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in schema["paths"].items():
        for verb in VERBS:
            if verb not in operations:
                continue
            operation = operations[verb]
            tag = operation.get("tags", ["other"])[0]
            groups.setdefault(tag, []).append(
                {
                    "verb": verb.upper(),
                    "path": path,
                    "summary": operation.get("description") or operation.get("summary", ""),
                    "not_yet": operation.get("x-not-yet", False),
                    "fields": _fields(schema, operation),
                }
            )
    return [{"name": name, "operations": operations} for name, operations in groups.items()]


def _fields(schema: dict[str, Any], operation: dict[str, Any]) -> list[str]:
    """The names of the body's fields; required ones are marked with an asterisk."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    for option in [body, *body.get("anyOf", [])]:
        name = option.get("$ref", "").rpartition("/")[2]
        if name:
            found = schema["components"]["schemas"][name]
            required = found.get("required", [])
            return [f"{field}*" if field in required else field for field in found.get("properties", {})]
    return []
