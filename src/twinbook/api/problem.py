"""Errors as RFC 9457 problem documents: a stable code, a sentence for a person, and what to do next."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from twinbook.core.sentence import sentence
from twinbook.core.setup.body import DraftError
from twinbook.district import errors as district
from twinbook.gradebook import errors as gradebook
from twinbook.said import all_said, said
from twinbook.sync import errors as sync
from twinbook.sync import remote
from twinbook.sync.lease import LeaseBusy

CONTENT_TYPE = "application/problem+json"

_log = logging.getLogger(__name__)


View = Callable[..., HttpResponse]


class Forbidden(Exception):
    """The user may see this, but not change it."""


def respond(
    api: NinjaAPI,
    request: HttpRequest,
    status: int,
    code: str,
    detail: str,
    hint: str | None = None,
    **more: Any,
) -> HttpResponse:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": said(detail),
    }
    if hint:
        body["hint"] = said(hint)
    body.update({key: all_said(value) for key, value in more.items() if value is not None})
    response = api.create_response(request, body, status=status)
    response.headers["Content-Type"] = CONTENT_TYPE
    return response


def install(api: NinjaAPI) -> None:
    """Every error that a service raises for people; anything else is a bug of ours and a 500 without details."""

    @api.exception_handler(sync.SyncError)
    def _sync(request: HttpRequest, error: sync.SyncError) -> HttpResponse:
        return respond(api, request, error.status, error.code, error.message, error.hint, **error.extra)

    @api.exception_handler(gradebook.GradebookError)
    def _gradebook(request: HttpRequest, error: gradebook.GradebookError) -> HttpResponse:
        status = _gradebook_status(error)
        return respond(api, request, status, error.code, error.message, error.advice, field=error.field)

    @api.exception_handler(district.DistrictError)
    def _district(request: HttpRequest, error: district.DistrictError) -> HttpResponse:
        status = _district_status(error)
        return respond(api, request, status, error.code, error.message, error.advice, field=error.field)

    @api.exception_handler(DraftError)
    def _draft(request: HttpRequest, error: DraftError) -> HttpResponse:
        return respond(api, request, 422, error.code, error.message, error.hint, field=error.field)

    @api.exception_handler(remote.NotConnected)
    def _not_connected(request: HttpRequest, error: remote.NotConnected) -> HttpResponse:
        return respond(api, request, 409, "not_connected", error.message, error.hint)

    @api.exception_handler(LeaseBusy)
    def _busy(request: HttpRequest, error: LeaseBusy) -> HttpResponse:
        return respond(
            api,
            request,
            503,
            "busy",
            sentence("The class is being worked on just now."),
            sentence("Try again in a moment."),
        )

    @api.exception_handler(Forbidden)
    def _forbidden(request: HttpRequest, error: Forbidden) -> HttpResponse:
        return respond(
            api,
            request,
            403,
            "forbidden",
            sentence("Your account may not do this."),
            sentence("Ask an administrator."),
        )

    @api.exception_handler(AuthenticationError)
    def _unauthorized(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        response = respond(
            api,
            request,
            401,
            "unauthorized",
            sentence("A valid token is needed."),
            sentence("Send `Authorization: Bearer TOKEN`; `twinbook token create` makes one."),
        )
        response.headers["WWW-Authenticate"] = "Bearer"
        return response

    @api.exception_handler(Http404)
    def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return respond(
            api, request, 404, "not_found", sentence("There is no such thing, or you may not see it.")
        )

    @api.exception_handler(ValidationError)
    def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        first = error.errors[0] if error.errors else {}
        loc = first.get("loc", ())
        place = "/".join(str(part) for part in loc[2 if loc[:1] == ("body",) else 1 :])
        return respond(
            api,
            request,
            422,
            "invalid",
            _unreadable(place, str(first.get("msg", sentence("wrong form")))),
            sentence("The form of each request is at /api/v1/docs."),
            field=place or None,
        )

    @api.exception_handler(RequestDataTooBig)
    def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        return respond(
            api,
            request,
            413,
            "too_large",
            sentence("The request is too large."),
            sentence("Send it in several parts."),
        )

    @api.exception_handler(HttpError)
    def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
        return respond(
            api,
            request,
            error.status_code,
            "bad_request",
            sentence("The body is not JSON."),
            sentence("Send one JSON object in UTF-8, with `Content-Type: application/json`."),
        )

    @api.exception_handler(Exception)
    def _bug(request: HttpRequest, error: Exception) -> HttpResponse:
        _log.error("a route failed", exc_info=error)
        return respond(
            api,
            request,
            500,
            "internal",
            sentence("Twinbook has made a mistake; nothing was saved."),
            sentence("Try again. If it goes on, please report the time of this answer."),
        )


def missing_route(api: NinjaAPI) -> View:
    def answer(request: HttpRequest) -> HttpResponse:
        return respond(
            api,
            request,
            404,
            "not_found",
            sentence("There is no such route."),
            sentence("All routes are at /api/v1/docs."),
        )

    return answer


def with_wrong_method(api: NinjaAPI, view: View) -> View:
    """Django answers a method that a route does not have with a page; here it is a problem as well."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return response
        allowed = response.headers["Allow"]
        told = respond(
            api,
            request,
            405,
            "method_not_allowed",
            sentence("This route does not take %(method)s.", method=request.method or ""),
            sentence("It takes %(allowed)s.", allowed=allowed),
        )
        told.headers["Allow"] = allowed
        return told

    return answer


def _unreadable(place: str, why: str) -> str:
    if not place:
        return sentence("The request cannot be read: %(why)s.", why=why)
    return sentence("The request cannot be read at `%(place)s`: %(why)s.", place=place, why=why)


def _gradebook_status(error: gradebook.GradebookError) -> int:
    match error:
        case gradebook.NotFoundError():
            return 404
        case gradebook.VersionConflictError():
            return 412
        case gradebook.ConflictError():
            return 409
        case _:
            return 422


def _district_status(error: district.DistrictError) -> int:
    match error:
        case district.NotFoundError():
            return 404
        case district.NotConnectedError() | district.KeysLostError() | district.NoSchoolChosenError():
            return 409
        case district.SectionInUseError():
            return 409
        case _:
            return 422
