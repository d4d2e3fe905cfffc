"""The OpenAPI document: what each route answers, also when it refuses."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from twinbook.api import answers
from twinbook.api.problem import CONTENT_TYPE

Json = dict[str, Any]
NOT_YET = "x-not-yet"
ANSWER = "x-answer"
REF = "#/components/schemas/{model}"

REFUSALS = {
    400: "The body is not JSON.",
    401: "No valid token.",
    403: "You may see this, but not change it.",
    404: "There is no such thing, or you may not see it.",
    409: "Something stands in the way; `code` says what.",
    412: "Someone else saved first; nothing was saved.",
    413: "The request is too large.",
    422: "Something in the request cannot be taken; `field` says where.",
    501: "Not built yet: code `not_yet`.",
    503: "Aeries does not answer just now, or the class is being worked on.",
}


def answer(
    model: type[BaseModel] | None, status: int = 200, *, refuses: Iterable[int] = (), not_yet: bool = False
) -> Json:
    """The keyword arguments of a route: its answer, and the statuses that only it refuses with."""
    more = [*refuses, *([501] if not_yet else [])]
    extra: Json = {"responses": {code: _refusal(code) for code in more}}
    if model is not None:
        extra[ANSWER] = model.__name__
    if not_yet:
        extra[NOT_YET] = True
    return {"response": {status: None if model is None else Json}, "openapi_extra": extra}


class Api(NinjaAPI):
    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        schema["components"]["schemas"].update(_answer_schemas())
        for path, operations in schema["paths"].items():
            for verb, operation in operations.items():
                _complete(verb, path, operation)
        return schema


_BASES = (BaseModel, answers.Answer, answers.Page, answers.PairRow)


def _answer_schemas() -> Json:
    models = [one for one in vars(answers).values() if isinstance(one, type) and issubclass(one, BaseModel)]
    wanted = [(one, "serialization") for one in models if one not in _BASES]
    _, document = models_json_schema(wanted, ref_template=REF)  # type: ignore[arg-type]
    found: Json = document["$defs"]
    return found


def _complete(verb: str, path: str, operation: Json) -> None:
    responses: dict[int, Any] = operation["responses"]
    operation["summary"] = operation["description"].partition(".")[0]
    model = operation.pop(ANSWER, None)
    if model is not None:
        done = next(status for status in responses if status < 300)
        responses[done]["content"] = {"application/json": {"schema": _ref(model)}}
    for status in _usual_refusals(verb, path, operation):
        responses.setdefault(status, _refusal(status))
    operation["responses"] = {str(status): responses[status] for status in sorted(responses)}


def _usual_refusals(verb: str, path: str, operation: Json) -> list[int]:
    """What follows from the form of a route."""
    found = [401] if verb == "get" else [401, 403]
    if "{" in path:
        found.append(404)
    if "requestBody" in operation:
        found += [400, 413, 422]
    if operation.get("parameters"):
        found.append(422)
    return found


def _refusal(status: int) -> Json:
    return {
        "description": f"{HTTPStatus(status).phrase}. {REFUSALS[status]}",
        "content": {CONTENT_TYPE: {"schema": _ref("Problem")}},
    }


def _ref(model: str) -> Json:
    return {"$ref": REF.format(model=model)}
