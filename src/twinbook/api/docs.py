"""The readable page of the API: rendered on the server from the OpenAPI document, without any script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from ninja import NinjaAPI

VERBS = ("get", "post", "put", "patch", "delete")
Json = dict[str, Any]


def page(api: NinjaAPI) -> Callable[[HttpRequest], HttpResponse]:
    def show(request: HttpRequest) -> HttpResponse:
        schema = api.get_openapi_schema()
        shown = {
            "title": schema["info"]["title"],
            "document": reverse(f"{api.urls_namespace}:openapi-json"),
            "groups": _groups(schema),
        }
        return render(request, "api/docs.html", shown)

    return show


def _groups(schema: Json) -> list[Json]:
    groups: dict[str, list[Json]] = {}
    for path, operations in schema["paths"].items():
        for verb in VERBS:
            if verb in operations:
                operation = operations[verb]
                shown = {"verb": verb.upper(), "path": path, **_shown(schema, operation)}
                groups.setdefault(operation["tags"][0], []).append(shown)
    return [{"name": name, "operations": operations} for name, operations in groups.items()]


def _shown(schema: Json, operation: Json) -> Json:
    done = next(status for status in operation["responses"] if status < "300")
    return {
        "text": operation["description"],
        "not_yet": operation.get("x-not-yet", False),
        "query": [one["name"] for one in operation["parameters"] if one["in"] != "path"],
        "fields": _fields(schema, operation.get("requestBody", {})),
        "status": done,
        "answer": _fields(schema, operation["responses"][done]),
        "refusals": [status for status in operation["responses"] if status >= "400"],
    }


def _fields(schema: Json, holder: Json) -> list[str]:
    """The names of the fields of a body; of a list, of one of its items. Required ones are marked with an asterisk."""
    body = holder.get("content", {}).get("application/json", {}).get("schema", {})
    for option in [body, *body.get("anyOf", [])]:
        name = option.get("$ref", "").rpartition("/")[2]
        if name:
            found = schema["components"]["schemas"][name]
            items = found.get("properties", {}).get("items", {}).get("items", {})
            if "$ref" in items:
                found = schema["components"]["schemas"][items["$ref"].rpartition("/")[2]]
                return ["items: " + ", ".join(found["properties"]), "next"]
            required = found.get("required", []) if holder.get("required") else []
            return [f"{field}*" if field in required else field for field in found.get("properties", {})]
    return []
